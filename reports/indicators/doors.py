"""Visits added up once for all figures that read them: by unit, community and kind of door.

Each figure by itself would walk through every visit of the campaign. Here they are walked through once a scope: first
added up by door, so that a door counts once however often it was visited, then by where and what the door is. What
comes out is a few rows a community, from which the figures are summed.
"""

from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Sum, Value
from django.db.models.functions import Coalesce

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
class FrameTally:
    """Doors of the frozen frame less those confirmed gone, and how many of them were visited."""

    unit: int
    kind: str
    doors: int
    visited: int


def tallies(scope: Scope) -> list[Tally]:
    return scope.once(_tallies)


def _tallies(scope: Scope) -> list[Tally]:
    return [Tally(*row) for row in by_door(visits(scope), "v.unit_id, p.area_id, p.kind", ("unit_id",))]


def by_door(rows: QuerySet[Visit], columns: str, keys: Collection[str]) -> list[tuple[Any, ...]]:
    """`rows` added up by door and `keys`, then by `columns` of them (v) and of the door (p).

    Each row: the columns, doors met, attempts, attempts at which somebody was met, people met. `columns` is ours.
    """
    doors = (
        rows.order_by()
        .values(*keys, "premises_id")
        .annotate(attempts=Count("pk"), met=Count("pk", filter=IS_DONE))
        .annotate(people=Coalesce(Sum("people_met", filter=IS_DONE), Value(0)))
    )
    inner, values = doors.query.sql_with_params()
    statement = f"""
        SELECT {columns}, count(*) FILTER (WHERE v.met > 0), sum(v.attempts)::bigint, sum(v.met)::bigint,
            sum(v.people)::bigint
        FROM ({inner}) v JOIN registry_premises p ON p.id = v.premises_id GROUP BY {columns}
    """
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found


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
    visited = Exists(done(scope).filter(premises_id=OuterRef("premises_id")))
    rows = base(scope).order_by().values_list(F("unit_id"), F("kind"))
    return [FrameTally(*row) for row in rows.annotate(doors=Count("pk"), visited=Count("pk", filter=visited))]


def frame_summed(scope: Scope, number: Callable[[FrameTally], int], *kinds: str) -> ByUnit:
    count: Counter[int] = Counter()
    for row in frame_tallies(scope):
        if row.kind in kinds:
            count[row.unit] += number(row)
    return count
