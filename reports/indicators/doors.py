"""Visits added up once for all figures that read them: by unit, community and kind of door.

Each figure by itself would walk through every visit of the campaign. Here they are walked through once: added up by
door and week, so that a door counts once however often it was visited, then by where and what the door is. What comes
out is a few rows a community and week, from which the running total, the week and the week before are summed.
"""

from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from django.db import connection
from django.db.models import Count, F, Q, Sum, Value
from django.db.models.functions import Coalesce, TruncWeek
from django.utils import timezone

from reports.indicators.rows import ByUnit, Scope, base, done, visits
from visits.models import Visit

IS_DONE = Q(outcome__in=Visit.DONE)


@dataclass(frozen=True)
class Tally:
    """Visits of one unit to doors of one kind in one community. `doors` were met at least once."""

    unit: int
    area: str
    kind: str
    doors: int
    attempts: int
    met: int
    people: int


@dataclass(frozen=True)
class WeekTally(Tally):
    """The same in the week from `monday` on. `first` of the doors were not met in an earlier week of the scope."""

    monday: date
    first: int


@dataclass(frozen=True)
class FrameTally:
    """Doors of the frozen frame less those confirmed gone, and how many of them were visited."""

    unit: int
    kind: str
    doors: int
    visited: int


# Visits by unit, door and week; then each door in the week in which it was first met.
BY_WEEK = """
SELECT v.unit_id, p.area_id, p.kind, count(*) FILTER (WHERE v.met > 0), sum(v.attempts)::bigint, sum(v.met)::bigint,
    sum(v.people)::bigint, v.week::date, count(*) FILTER (WHERE v.met > 0 AND v.week = v.first_week)
FROM (
    SELECT d.*, min(d.week) FILTER (WHERE d.met > 0) OVER (PARTITION BY d.unit_id, d.premises_id) AS first_week
    FROM ({doors}) d
) v JOIN registry_premises p ON p.id = v.premises_id
GROUP BY v.unit_id, p.area_id, p.kind, v.week
"""


def weeks(scope: Scope) -> list[WeekTally]:
    """Week by week from Monday on, in the time zone of the site."""
    return scope.once(_weeks)


def _weeks(scope: Scope) -> list[WeekTally]:
    rows = visits(scope).annotate(week=TruncWeek("started_at", tzinfo=timezone.get_current_timezone())).order_by()
    doors = (
        rows.values("unit_id", "premises_id", "week")
        .annotate(attempts=Count("pk"), met=Count("pk", filter=IS_DONE))
        .annotate(people=Coalesce(Sum("people_met", filter=IS_DONE), Value(0)))
    )
    inner, values = doors.query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(BY_WEEK.format(doors=inner), values)
        return [WeekTally(*row) for row in cursor.fetchall()]


def tallies(scope: Scope) -> list[Tally]:
    """Of the whole scope; of one week of a running total that was added up already, without asking again."""
    whole = scope.week_of
    if whole is not None:
        return [week for week in weeks(whole) if week.monday == scope.first]
    return scope.once(_tallies)


def _tallies(scope: Scope) -> list[Tally]:
    found: dict[tuple[int, str, str], Counter[str]] = defaultdict(Counter)
    for week in weeks(scope):
        numbers = {"doors": week.first, "attempts": week.attempts, "met": week.met, "people": week.people}
        found[week.unit, week.area, week.kind].update(numbers)
    return [Tally(*key, n["doors"], n["attempts"], n["met"], n["people"]) for key, n in found.items()]


def summed(scope: Scope, number: Callable[[Tally], int], *kinds: str) -> ByUnit:
    """One number of the tallies by unit, of these kinds of doors or of all."""
    count: Counter[int] = Counter()
    for row in tallies(scope):
        if not kinds or row.kind in kinds:
            count[row.unit] += number(row)
    return count


def communities(scope: Scope) -> ByUnit:
    """In how many communities somebody was met."""
    reached = {(row.unit, row.area) for row in tallies(scope) if row.doors}
    return Counter(unit for unit, _area in reached)


def frame_tallies(scope: Scope) -> list[FrameTally]:
    return scope.once(_frame_tallies)


def _frame_tallies(scope: Scope) -> list[FrameTally]:
    # The doors met are gathered once and looked up; asked door by door, each costs a walk through an index.
    visited = Q(premises_id__in=done(scope).order_by().values("premises_id"))
    rows = base(scope).order_by().values_list(F("unit_id"), F("kind"))
    return [FrameTally(*row) for row in rows.annotate(doors=Count("pk"), visited=Count("pk", filter=visited))]


def frame_summed(scope: Scope, number: Callable[[FrameTally], int], *kinds: str) -> ByUnit:
    count: Counter[int] = Counter()
    for row in frame_tallies(scope):
        if row.kind in kinds:
            count[row.unit] += number(row)
    return count
