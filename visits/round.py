"""Today's round of one officer: doors in walking order, appointments first, what has been done today.

A handful of queries, however many rows: assignments with their doors, phones, open cases, contact rates.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import BooleanField, Count, ExpressionWrapper, F, Min, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Officer
from campaigns.models import Assignment, Campaign
from disputes.models import Case, CasePremises, ReturnVisit
from registry.models import Contact, Premises
from visits import labels
from visits.at_door import Door
from visits.day import Day, Row
from visits.models import Visit

# What is asked of every door of the walk to find the next one, and what the link to it says.
NEXT_DOOR = (
    *(f"frame_door__{column}" for column in ("last_outcome", "last_at", "next_at", "met_on")),
    *(f"premises__{column}" for column in ("door", "floor", "address")),
)
IN_ORDER = ("rank", "premises__walk_key", "pk")
# Rows that are looked at for the next door before all of them are: mostly the very next one is still to do.
LOOK_AHEAD = 8
BANDS = ("evening", "weekend", "weekday")


@dataclass
class Return:
    """A return visit that is due: whom it goes to, and where to write its answer."""

    visit: ReturnVisit

    @property
    def address(self) -> str:
        return reverse("disputes:return_visit", args=[self.visit.pk])

    @property
    def title(self) -> str:
        premises, party = self.visit.premises, self.visit.party
        return " ".join(
            part for part in (labels.door_label(premises) if premises else "", party and party.name) if part
        )

    @property
    def line(self) -> str:
        due = _("due %(day)s") % {"day": labels.short_day(self.visit.due_on)}
        return " · ".join((str(self.visit.case.get_kind_display()), self.visit.case.title, due))


def returns_of(officer: Officer, at: datetime) -> list[Return]:
    """The officer's return visits that are due, oldest first."""
    rows = ReturnVisit.objects.visible_to(officer).due(timezone.localdate(at)).filter(officer=officer)
    return [Return(row) for row in rows.select_related("case", "premises", "premises__area", "party")[:50]]


@dataclass(frozen=True)
class Over:
    """An open campaign whose days are over, and how many doors of it the officer still holds."""

    title: str
    ended_on: date
    doors: int

    @property
    def sentence(self) -> str:
        words = ngettext(
            "“%(title)s” ended on %(day)s. %(n)d door of it in your hands was not visited and is on no round any more. "
            "Ask the supervisor whether it goes on.",
            "“%(title)s” ended on %(day)s. %(n)d doors of it in your hands were not visited and are on no round any more. "
            "Ask the supervisor whether it goes on.",
            self.doors,
        )
        return words % {"title": self.title, "day": labels.short_day(self.ended_on), "n": self.doors}


def over_for(officer: Officer, at: datetime) -> list[Over]:
    """Campaigns that are past their last day and not closed yet: what is left of them would be refused at the door."""
    left = (
        Assignment.objects.visible_to(officer)
        .live()
        .of(officer)
        .filter(campaign__state=Campaign.State.OPEN, campaign__ends_on__lt=timezone.localdate(at))
        .to_visit()
    )
    rows = left.order_by().values_list("campaign__title", "campaign__ends_on").annotate(n=Count("pk", distinct=True))
    return [Over(*row) for row in rows.order_by("campaign__ends_on", "campaign__title")]


def day_of(officer: Officer, at: datetime, show: str = "all") -> Day:
    """The round: what is to be walked today, with whatever a row says beside the door."""
    rows = walk_of(officer, at)
    _add_phones(rows, officer)
    _add_open_cases(rows, officer)
    _add_best_band(rows.values(), at)
    return Day(at, list(rows.values()), show)


def next_door(officer: Officer, at: datetime, door: Door) -> Row | None:
    """The door to do next: in walking order from this one on, then from the start. One query, nearly always."""
    walk = _walk(officer, at).filter(frame_door__met_on__isnull=True).only(*NEXT_DOOR)
    here = door.hand_of(officer)
    if here is not None:
        ahead = ExpressionWrapper(_after(here, door.premises), BooleanField())
        walk = walk.alias(ahead=ahead).order_by("-ahead", *IN_ORDER)
    today = timezone.localdate(at)
    for rows in (walk[:LOOK_AHEAD], walk[LOOK_AHEAD:]):
        found = list(rows)
        for row in (Row(a.premises, a.frame_door, at) for a in found if not rests(a, today)):
            if not row.ended and row.pk != door.premises.pk:
                return row
        if len(found) < LOOK_AHEAD:
            break
    return None


def _after(here: Assignment, premises: Premises) -> Q:
    """What follows this assignment in the order of the walk."""
    same_rank, same_place = Q(rank=here.rank), Q(premises__walk_key=premises.walk_key)
    later_there = same_rank & (Q(premises__walk_key__gt=premises.walk_key) | same_place & Q(pk__gt=here.pk))
    return Q(rank__gt=here.rank) | later_there


def walk_of(officer: Officer, at: datetime) -> dict[int, Row]:
    """The officer's doors of today in walking order, less those that are to be left alone."""
    walk = _walk(officer, at).select_related("premises__area").defer("premises__sought")
    today = timezone.localdate(at)
    return {a.premises_id: Row(a.premises, a.frame_door, at) for a in walk if not rests(a, today)}


def _walk(officer: Officer, at: datetime) -> Any:
    """Live assignments due by today and not met before today, less those whose doors are confirmed not to exist.

    Of campaigns that run today: on any other day the visit would be refused.
    """
    today = timezone.localdate(at)
    start, end = labels.day_bounds(at)
    return (
        Assignment.objects.visible_to(officer)
        .live()
        .of(officer)
        .filter(campaign__state=Campaign.State.OPEN, frame_door__gone_confirmed_at__isnull=True)
        .filter(campaign__starts_on__lte=today, campaign__ends_on__gte=today)
        .filter(Q(due_on__lte=today) | Q(frame_door__next_at__lt=end) | Q(frame_door__last_at__range=(start, end)))
        .filter(Q(frame_door__met_on__isnull=True) | Q(frame_door__met_on=today))
        .exclude(frame_door__could_not_meet_at__lt=start)
        .exclude(~Q(frame_door__gone_said=""), frame_door__last_at__lt=start)
        .annotate(cool_off_days=F("campaign__cool_off_days"))
        .select_related("frame_door", "premises")
        .order_by(*IN_ORDER)
    )


def rests(assignment: Any, today: date) -> bool:
    """After a refusal the door is left alone for the campaign's days of rest, unless an appointment was made."""
    door = assignment.frame_door
    if door.last_outcome != Visit.Outcome.REFUSED or door.last_at is None or door.next_at is not None:
        return False
    days = (today - timezone.localdate(door.last_at)).days
    return 0 < days <= assignment.cool_off_days


def _add_phones(rows: dict[int, Row], officer: Officer) -> None:
    """Only whether there is one: the number itself leaves the server when it is dialled."""
    found = (
        Contact.objects.visible_to(officer)
        .filter(premises_id__in=rows, ends_on__isnull=True)
        .exclude(phone_mac="")
        .values_list("premises_id", flat=True)
        .distinct()
        .order_by()
    )
    for premises_id in found:
        rows[premises_id].has_phone = True


def _add_open_cases(rows: dict[int, Row], officer: Officer) -> None:
    """What is open by kind; of what is settled, the return visit that is due first."""
    unfinished = Case.objects.visible_to(officer).unfinished().order_by()
    pending = Q(case__return_visits__done_at__isnull=True, case__return_visits__cycle=F("case__cycle"))
    found = (
        CasePremises.objects.filter(premises_id__in=rows, case__in=unfinished)
        .values_list("premises_id", "case__kind", "case__state")
        .annotate(n=Count("case", distinct=True), due=Min("case__return_visits__due_on", filter=pending))
        .order_by("premises_id", "due", "case__kind", "case__state")
    )
    for premises_id, kind, state, n, due in found:
        row = rows[premises_id]
        if state in Case.OPEN_STATES:
            row.open_cases[kind] += n
        elif due is not None and row.return_due is None:
            row.return_due = (kind, due)


def _add_best_band(rows: Iterable[Row], at: datetime) -> None:
    """The band not yet tried with the best contact rate in that community over the last eight weeks."""
    tried = [row for row in rows if row.frame.tries and not row.visited]
    if not tried:
        return
    since = at - timedelta(weeks=8)
    units = {row.premises.unit_id for row in tried}
    campaigns = {row.frame.campaign_id for row in tried}
    counts = (
        Visit.objects.unscoped("contact rates are counts")
        .standing()
        .filter(campaign_id__in=campaigns, unit_id__in=units, started_at__gte=since)
        .filter(premises__area_id__in={row.premises.area_id for row in tried})
        .order_by()
        .values_list("premises__area_id", "band")
        .annotate(met=Count("pk", filter=Q(outcome__in=Visit.DONE)), all=Count("pk"))
    )
    rates: dict[str, dict[str, float]] = defaultdict(dict)
    for area, band, met, total in counts:
        rates[area][band] = met / total
    for row in tried:
        row.best_band = best_band(row.frame.bands, rates[row.premises.area_id])


def best_band(tried: Sequence[str], rates: dict[str, float]) -> str:
    """Ties and bands without a visit yet go by the house's order: evening, weekend, weekday."""
    left = [band for band in BANDS if band not in tried]
    return max(left, key=lambda band: rates.get(band, 0.0), default="")
