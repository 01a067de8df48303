"""Each figure of the house, defined once: code, words, unit, what is counted, over what. Page, chart, PDF and Excel
read it here (definitions version 1; the glossary's section on indicators is the source).

An indicator counts by unit: a query gives {unit id: number}. A rate is never shown without its two counts.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from campaigns.models import Campaign, FrameDoor
from disputes.models import Case, ReturnVisit
from disputes.words import COUNTS, Kind, Outcome
from registry.models import Premises
from visits.models import Visit

VERSION = 1
ByUnit = Mapping[int, int]
ENTERPRISES = (Premises.Kind.ENTERPRISE, Premises.Kind.INSTITUTION)
WHY = "figures of units in reach"


@dataclass(frozen=True)
class Scope:
    """What is counted: a campaign, the units in reach, and days `first` to `last`, both included.

    `first` None counts from the beginning: the running total as of the end of `last`.
    """

    campaign: Campaign
    units: frozenset[int]
    first: date | None
    last: date

    @property
    def until(self) -> datetime:
        return start_of(self.last + timedelta(days=1))

    def during(self, column: str) -> Q:
        """Rows whose moment lies in the period."""
        inside = Q(**{f"{column}__lt": self.until})
        return inside & Q(**{f"{column}__gte": start_of(self.first)}) if self.first else inside

    def days(self, column: str) -> Q:
        inside = Q(**{f"{column}__lte": self.last})
        return inside & Q(**{f"{column}__gte": self.first}) if self.first else inside


def start_of(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def _grouped(rows: QuerySet[Any], what: Count, unit: str = "unit_id") -> ByUnit:
    return dict(rows.order_by().values_list(unit).annotate(n=what))


# -- what stands behind the figures --


def visits(scope: Scope) -> QuerySet[Visit]:
    """Standing attempts of the period."""
    rows: QuerySet[Visit] = (
        Visit.objects.unscoped(WHY).standing().filter(campaign=scope.campaign, unit_id__in=scope.units)
    )
    return rows.filter(scope.during("started_at"))


def done(scope: Scope) -> QuerySet[Visit]:
    return visits(scope).filter(outcome__in=Visit.DONE)


def frame(scope: Scope) -> QuerySet[FrameDoor]:
    rows: QuerySet[FrameDoor] = FrameDoor.objects.unscoped(WHY).filter(campaign=scope.campaign, unit_id__in=scope.units)
    return rows


def base(scope: Scope, *kinds: str) -> QuerySet[FrameDoor]:
    """Doors of the frozen frame less those confirmed not to exist."""
    rows = frame(scope).filter(added_late=False)
    rows = rows.exclude(gone_confirmed_at__lt=scope.until)
    return rows.filter(kind__in=kinds) if kinds else rows


def found(scope: Scope, kind: str) -> QuerySet[Case]:
    """Cases registered in the period, less void and merged."""
    rows: QuerySet[Case] = (
        Case.objects.unscoped(WHY).counted().filter(campaign=scope.campaign, unit_id__in=scope.units, kind=kind)
    )
    return rows.filter(scope.during("registered_at"))


def resolved(scope: Scope, kind: str) -> QuerySet[Case]:
    """Cases settled in the period by an outcome that counts, and not relapsed since."""
    rows: QuerySet[Case] = (
        Case.objects.unscoped(WHY).resolved().filter(campaign=scope.campaign, unit_id__in=scope.units, kind=kind)
    )
    return rows.filter(scope.during("settled_at"))


def rectified(scope: Scope) -> QuerySet[Case]:
    """A hazard counts as rectified on the spot, or when the re-check by another hand said settled."""
    passed = ReturnVisit.objects.unscoped(WHY).filter(
        case_id=OuterRef("pk"),
        cycle=OuterRef("cycle"),
        answer=ReturnVisit.Answer.SETTLED,
        done_at__lt=scope.until,
    )
    return resolved(scope, Kind.HAZARD).filter(Q(outcome=Outcome.ON_SPOT) | Q(Exists(passed)))


def struck_off(scope: Scope, kind: str) -> QuerySet[Case]:
    rows: QuerySet[Case] = Case.objects.unscoped(WHY).filter(
        campaign=scope.campaign, unit_id__in=scope.units, kind=kind, state=Case.State.CLOSED, outcome__in=COUNTS
    )
    return rows.filter(scope.during("closed_at"))


def overdue(scope: Scope) -> QuerySet[Case]:
    """Open past their day at the end of the period."""
    rows: QuerySet[Case] = Case.objects.unscoped(WHY).filter(
        campaign=scope.campaign, unit_id__in=scope.units, due_on__lt=scope.last + timedelta(days=1)
    )
    return rows.filter(state__in=Case.OPEN_STATES, registered_at__lt=scope.until)


@dataclass(frozen=True)
class Indicator:
    """`count` is the figure; `over` its base, for a rate. `numerator` differs from `count` where a rate counts less:
    households count all, the visit rate only those of the frozen frame."""

    code: str
    label: str | Promise
    unit: str | Promise
    definition: str | Promise
    count: Callable[[Scope], ByUnit]
    over: Callable[[Scope], ByUnit] | None = None
    numerator: Callable[[Scope], ByUnit] | None = None


def _doors(*kinds: str) -> Callable[[Scope], ByUnit]:
    return lambda scope: _grouped(done(scope).filter(premises__kind__in=kinds), Count("premises_id", distinct=True))


def _frame_visited(*kinds: str) -> Callable[[Scope], ByUnit]:
    def count(scope: Scope) -> ByUnit:
        visited = done(scope).filter(premises_id=OuterRef("premises_id"))
        return _grouped(base(scope, *kinds).filter(Exists(visited)), Count("pk"))

    return count


def _base(*kinds: str) -> Callable[[Scope], ByUnit]:
    return lambda scope: _grouped(base(scope, *kinds), Count("pk"))


def _communities(scope: Scope) -> ByUnit:
    return _grouped(done(scope), Count("premises__area_id", distinct=True))


def _communities_in_scope(scope: Scope) -> ByUnit:
    """Communities under the campaign's areas, each to the unit that answers for it."""
    from registry.jurisdictions import communities_by_unit

    codes = list(scope.campaign.areas.values_list("code", flat=True))
    return {unit: n for unit, n in communities_by_unit(codes).items() if unit in scope.units}


def _staff(scope: Scope) -> ByUnit:
    """Distinct people with at least one done visit, as officer or partner, by their unit of work."""
    people: dict[int, set[int]] = {}
    for column in ("officer_id", "partner_id"):
        rows = done(scope).filter(**{f"{column}__isnull": False}).order_by().values_list("unit_id", column).distinct()
        for unit, person in rows:
            people.setdefault(unit, set()).add(person)
    return {unit: len(found_here) for unit, found_here in people.items()}


INDICATORS: dict[str, Indicator] = {
    row.code: row
    for row in (
        Indicator(
            "staff_deployed",
            _("People deployed"),
            pgettext_lazy("unit of people", "people"),
            _("Distinct officers and auxiliaries with at least one done visit."),
            _staff,
        ),
        Indicator(
            "communities_covered",
            _("Communities and villages visited"),
            pgettext_lazy("unit of communities", "no."),
            _("Communities and villages with at least one done visit; base: all communities in the campaign's areas."),
            _communities,
            _communities_in_scope,
        ),
        Indicator(
            "households_visited",
            _("Households visited"),
            pgettext_lazy("unit of households", "households"),
            _(
                "Distinct households with at least one done visit (met, or met and broken off). The rate counts "
                "households of the frozen frame only; base: the frame less households confirmed gone."
            ),
            _doors(Premises.Kind.HOUSEHOLD),
            _base(Premises.Kind.HOUSEHOLD),
            _frame_visited(Premises.Kind.HOUSEHOLD),
        ),
        Indicator(
            "units_visited",
            _("Enterprises and institutions visited"),
            pgettext_lazy("unit of enterprises", "no."),
            _("Distinct enterprises and institutions with at least one done visit; base: those of the frame."),
            _doors(*ENTERPRISES),
            _base(*ENTERPRISES),
            _frame_visited(*ENTERPRISES),
        ),
        Indicator(
            "shops_visited",
            _("Shops visited"),
            pgettext_lazy("unit of enterprises", "no."),
            _("Distinct shops with at least one done visit; base: those of the frame."),
            _doors(Premises.Kind.SHOP),
            _base(Premises.Kind.SHOP),
            _frame_visited(Premises.Kind.SHOP),
        ),
        Indicator(
            "hazards_rectified",
            _("Hazards rectified"),
            pgettext_lazy("unit of hazards", "no."),
            _("Hazards put right on the spot or passed by a re-check of another hand; base: hazards registered."),
            lambda scope: _grouped(rectified(scope), Count("pk")),
            lambda scope: _grouped(found(scope, Kind.HAZARD), Count("pk")),
        ),
        Indicator(
            "disputes_resolved",
            _("Disputes resolved"),
            pgettext_lazy("unit of disputes", "no."),
            _("Disputes whose latest outcome counts as resolved and has not relapsed; base: disputes registered."),
            lambda scope: _grouped(resolved(scope, Kind.DISPUTE), Count("pk")),
            lambda scope: _grouped(found(scope, Kind.DISPUTE), Count("pk")),
        ),
        Indicator(
            "disputes_struck_off",
            _("of these struck off"),
            pgettext_lazy("unit of disputes", "no."),
            _("Resolved disputes struck off by another hand; always printed beside the resolved ones."),
            lambda scope: _grouped(struck_off(scope, Kind.DISPUTE), Count("pk")),
            lambda scope: _grouped(found(scope, Kind.DISPUTE), Count("pk")),
        ),
        Indicator(
            "clues",
            _("Clues handed over"),
            pgettext_lazy("unit of clues", "no."),
            _("Clues handed over to a named unit; no details are kept here; base: clues registered."),
            lambda scope: _grouped(resolved(scope, Kind.CLUE), Count("pk")),
            lambda scope: _grouped(found(scope, Kind.CLUE), Count("pk")),
        ),
        Indicator(
            "requests_answered",
            _("Requests answered"),
            pgettext_lazy("unit of requests", "no."),
            _("Requests whose latest outcome is an answer; base: requests registered."),
            lambda scope: _grouped(resolved(scope, Kind.REQUEST), Count("pk")),
            lambda scope: _grouped(found(scope, Kind.REQUEST), Count("pk")),
        ),
        Indicator(
            "contact_rate",
            _("Met"),
            pgettext_lazy("unit of attempts", "attempts"),
            _("Attempts at which somebody was met; base: all attempts."),
            lambda scope: _grouped(done(scope), Count("pk")),
            lambda scope: _grouped(visits(scope), Count("pk")),
        ),
        Indicator(
            "person_times",
            _("Person-times"),
            pgettext_lazy("unit of person-times", "person-times"),
            _("Sum of people met over all done visits; not households, not visits."),
            lambda scope: _person_times(scope),
        ),
        Indicator(
            "overdue",
            _("Overdue"),
            pgettext_lazy("unit of cases", "cases"),
            _("Cases still open past their day."),
            lambda scope: _grouped(overdue(scope), Count("pk")),
        ),
    )
}


def _person_times(scope: Scope) -> ByUnit:
    from django.db.models import Sum

    rows = done(scope).order_by().values_list("unit_id").annotate(n=Sum("people_met"))
    return dict(rows)


def by_category(scope: Scope, kind: str) -> list[dict[str, Any]]:
    """Cases of a kind by category: found, resolved, still open by age of 0–7, 8–15, 16–30 and more days."""
    age = [(0, 7), (8, 15), (16, 30), (31, 100_000)]
    open_ = Q(state__in=Case.OPEN_STATES)
    spans = {
        f"age_{n}": Count(
            "pk",
            filter=open_
            & Q(
                found_on__lte=scope.last - timedelta(days=low),
                found_on__gte=scope.last - timedelta(days=min(high, 3650)),
            ),
        )
        for n, (low, high) in enumerate(age)
    }
    is_resolved = Q(outcome__in=COUNTS) & ~Q(state__in=Case.OPEN_STATES)
    rows = (
        found(scope, kind)
        .order_by()
        .values("category")
        .annotate(found=Count("pk"), resolved=Count("pk", filter=is_resolved), **spans)
        .order_by("-found", "category")
    )
    return [dict(row) for row in rows]


def by_band(scope: Scope) -> list[dict[str, Any]]:
    """Attempts and people met by time band."""
    rows = (
        visits(scope)
        .order_by()
        .values("band")
        .annotate(attempts=Count("pk"), met=Count("pk", filter=Q(outcome__in=Visit.DONE)))
        .order_by(F("band"))
    )
    return [dict(row) for row in rows]


def asked_topics(scope: Scope) -> list[dict[str, Any]]:
    """Leaflets and cards left, by topic."""
    rows = (
        done(scope)
        .filter(deliveries__isnull=False)
        .order_by()
        .values(name=F("deliveries__topic__leaflet"))
        .annotate(copies=Count("deliveries"))
        .order_by("-copies", "name")
    )
    return [dict(row) for row in rows]
