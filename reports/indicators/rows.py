"""What stands behind the figures: the scope of a count, and the rows that each figure counts."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, TypeVar

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from campaigns.models import Campaign, FrameDoor
from disputes.models import Case, ReturnVisit
from disputes.words import COUNTS, Kind, Outcome
from visits.models import Visit

T = TypeVar("T")
ByUnit = Mapping[int, int]
WHY = "figures of units in reach"
# From Monday to Sunday.
WEEK = timedelta(days=6)


@dataclass(frozen=True)
class Scope:
    """What is counted: a campaign, the units in reach, and days `first` to `last`, both included.

    `first` None counts from the beginning: the running total as of the end of `last`, or as of an earlier moment.
    """

    campaign: Campaign
    units: frozenset[int]
    first: date | None
    last: date
    as_of: datetime | None = None
    within: "Scope | None" = None
    """A running total that this period is a part of; then what the two share is counted once."""

    @property
    def week_of(self) -> "Scope | None":
        """The running total that has this period as one of its weeks, from Monday on."""
        whole = self.within
        if whole is None or self.first is None or self.first.weekday() or self.last - self.first != WEEK:
            return None
        same = (whole.campaign, whole.units, whole.first, whole.as_of) == (self.campaign, self.units, None, self.as_of)
        return whole if same and self.until <= whole.until else None

    @property
    def until(self) -> datetime:
        end = start_of(self.last + timedelta(days=1))
        return min(end, self.as_of) if self.as_of else end

    def once(self, count: Callable[["Scope"], T]) -> T:
        """What `count` finds in this scope; counted when first asked for, for the figures that share it."""
        kept: dict[Any, Any] = self.__dict__.setdefault("_kept", {})
        if count not in kept:
            kept[count] = count(self)
        found: T = kept[count]
        return found

    def during(self, column: str) -> Q:
        """Rows whose moment lies in the period."""
        inside = Q(**{f"{column}__lt": self.until})
        return inside & Q(**{f"{column}__gte": start_of(self.first)}) if self.first else inside

    def days(self, column: str) -> Q:
        inside = Q(**{f"{column}__lte": self.last})
        return inside & Q(**{f"{column}__gte": self.first}) if self.first else inside


def start_of(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def grouped(rows: QuerySet[Any], what: Count, unit: str = "unit_id") -> ByUnit:
    return dict(rows.order_by().values_list(unit).annotate(n=what))


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


def reported_back(scope: Scope) -> QuerySet[Case]:
    """Adopted suggestions of which whoever made them was told in the period."""
    rows: QuerySet[Case] = (
        Case.objects.unscoped(WHY)
        .resolved()
        .filter(campaign=scope.campaign, unit_id__in=scope.units, kind=Kind.SUGGESTION, outcome=Outcome.ADOPTED)
    )
    return rows.filter(scope.during("reported_back_at"))


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
