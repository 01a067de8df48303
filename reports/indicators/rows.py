"""What stands behind the figures: the scope of a count, and the rows that each figure counts."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any, Protocol, TypeVar

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from campaigns.models import Campaign, FrameDoor
from disputes.models import Case
from visits.models import Visit
from visits.tallies.reading import Read, Tallies, tallies

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
    """A running total of the same units that this period is a part of; then what the two share is counted once."""
    by_hand: bool = False
    """Every visit is counted, whatever tallies are kept."""
    today: date | None = None
    """The day on which it is counted, where the period may not be over yet."""

    @property
    def week_of(self) -> "Scope | None":
        """The running total that has this period as one of its weeks, from Monday on, or as its last days."""
        whole = self.within
        if whole is None or self.first is None or self.first.weekday():
            return None
        return whole if self.last == min(self.first + WEEK, whole.last) else None

    @property
    def span(self) -> str | None:
        """Of which a door that was met is counted once: the campaign, a day, days of one week from Monday on, or of one
        month from its first on; None of those."""
        first, last = self.first, self.last
        if first is None or first <= self.campaign.starts_on:
            return "campaign"
        if first == last:
            return "day"
        if not first.weekday() and last - first <= WEEK:
            return "week"
        return "month" if first.day == 1 and first == last.replace(day=1) else None

    @property
    def tallies(self) -> Tallies | None:
        """What is kept up, where it can tell."""
        if self.by_hand or self.span is None:
            return None
        whole = self.within
        if whole is None:
            return self.once(_tallies)
        return replace(whole.tallies, first=self.first, last=self.last) if whole.tallies else None

    @property
    def read(self) -> Read:
        """What the tallies tell; nothing where there are none."""
        return self.once(_read)

    @property
    def until(self) -> datetime:
        end = start_of(self.last + timedelta(days=1))
        return min(end, self.as_of) if self.as_of else end

    @property
    def last_past(self) -> date:
        """The last day of the period that is over: what was due on it and is still open is overdue."""
        return min(self.last, self.today - timedelta(days=1)) if self.today else self.last

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


def _tallies(scope: Scope) -> Tallies | None:
    units = sorted(scope.units)
    return tallies(campaign=scope.campaign.pk, units=units, first=scope.first, last=scope.last, as_of=scope.as_of)


def _read(scope: Scope) -> Read:
    return scope.tallies.read() if scope.tallies is not None else Read([], [], [], [])


class OfUnitAndKind(Protocol):
    """A row of a count: of cases, of visits, of doors."""

    @property
    def unit(self) -> int: ...
    @property
    def kind(self) -> str: ...


RowT = TypeVar("RowT", bound=OfUnitAndKind)


def summed(rows: Iterable[RowT], number: Callable[[RowT], int], kinds: Collection[str] = ()) -> ByUnit:
    """One number of the rows by unit, of these kinds or of all."""
    count: Counter[int] = Counter()
    for row in rows:
        if not kinds or row.kind in kinds:
            count[row.unit] += number(row)
    return count


def start_of(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def visits(scope: Scope) -> QuerySet[Visit]:
    """Standing attempts of the period."""
    rows: QuerySet[Visit] = visits_of(scope.campaign).filter(unit_id__in=scope.units)
    return rows.filter(scope.during("started_at"))


def visits_of(campaign: Campaign) -> QuerySet[Visit]:
    """Standing attempts that count for the campaign: its own, and those logged for another one that runs at the same
    time, at doors that both hold (`visits.tallies.counting` says when)."""
    standing: QuerySet[Visit] = Visit.objects.unscoped(WHY).standing()
    if not campaign.beside:
        return standing.filter(campaign=campaign)
    held = FrameDoor.objects.unscoped(WHY).filter(campaign=campaign, premises=OuterRef("premises"))
    shared = Q(Exists(held), started_at__gte=start_of(campaign.starts_on), received_at__gte=campaign.opened_at)
    shared &= Q(started_at__lt=start_of(campaign.ends_on + timedelta(days=1)))
    if campaign.closed_at is not None:
        shared &= Q(received_at__lt=campaign.closed_at)
    return standing.filter(Q(campaign=campaign) | Q(campaign__in=campaign.beside) & shared)


def done(scope: Scope) -> QuerySet[Visit]:
    return visits(scope).filter(outcome__in=Visit.DONE)


def frame(scope: Scope) -> QuerySet[FrameDoor]:
    rows: QuerySet[FrameDoor] = FrameDoor.objects.unscoped(WHY).filter(campaign=scope.campaign, unit_id__in=scope.units)
    return rows


def found(scope: Scope, *kinds: str) -> QuerySet[Case]:
    """Cases registered in the period, less void and merged."""
    rows: QuerySet[Case] = (
        Case.objects.unscoped(WHY).counted().filter(campaign=scope.campaign, unit_id__in=scope.units, kind__in=kinds)
    )
    return rows.filter(scope.during("registered_at"))
