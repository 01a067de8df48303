"""Visits and doors added up for all figures that read them, as `visits.tallies` keeps them or counted by hand.

What comes out is a few rows a unit and week, from which the running total, the week and the week before are summed.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date

from reports.indicators import by_hand
from reports.indicators.rows import ByUnit, Scope
from visits.models import FrameTally

What = FrameTally.What


@dataclass(frozen=True)
class Tally:
    """Visits of one unit to doors of one kind. `doors` were met at least once."""

    unit: int
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
class Attempts:
    weeks: list[WeekTally]
    reached: set[tuple[int, date, str]]
    """Unit, Monday and community in which somebody was met."""


@dataclass(frozen=True)
class FrameDoors:
    """Doors of a unit's frozen frame less those confirmed gone (`doors`), and how many of them were visited.

    Beside them: all that were listed, those gone, those added on the round, those that could not be met.
    """

    unit: int
    kind: str
    listed: int
    gone: int
    doors: int
    visited: int
    added: int
    added_visited: int
    not_met: int


def attempts(scope: Scope) -> Attempts:
    """Week by week from Monday on, in the time zone of the site."""
    return scope.once(_attempts)


def _attempts(scope: Scope) -> Attempts:
    if scope.tallies is not None:
        return _kept_attempts(scope)
    rows = by_hand.weeks(scope)
    weeks = [
        WeekTally(u, kind, doors, n, met, people, day, first) for u, day, kind, _, n, met, people, doors, first in rows
    ]
    return Attempts(weeks, {(unit, monday, area) for unit, monday, _kind, area, _n, met, *_ in rows if met})


def _kept_attempts(scope: Scope) -> Attempts:
    numbers: dict[tuple[int, str, date], Counter[str]] = defaultdict(Counter)
    reached = set()
    for row in scope.read.attempts:
        if row.area is None:
            first = getattr(row, f"doors_of_{scope.span}")
            counted = {"attempts": row.attempts, "met": row.met, "people": row.people, "first": first}
            numbers[row.unit, row.kind or "", row.monday].update(doors=row.doors_of_week, **counted)
        elif row.met:
            reached.add((row.unit, row.monday, row.area))
    weeks = [
        WeekTally(unit, kind, n["doors"], n["attempts"], n["met"], n["people"], monday, n["first"])
        for (unit, kind, monday), n in numbers.items()
    ]
    return Attempts(weeks, reached)


def tallies(scope: Scope) -> list[Tally]:
    """Of the whole scope; of one week of a running total that was added up already, without asking again."""
    whole = scope.week_of
    if whole is not None:
        return [week for week in attempts(whole).weeks if week.monday == scope.first]
    return scope.once(_tallies)


def _tallies(scope: Scope) -> list[Tally]:
    found: dict[tuple[int, str], Counter[str]] = defaultdict(Counter)
    for week in attempts(scope).weeks:
        numbers = {"doors": week.first, "attempts": week.attempts, "met": week.met, "people": week.people}
        found[week.unit, week.kind].update(numbers)
    return [Tally(*key, n["doors"], n["attempts"], n["met"], n["people"]) for key, n in found.items()]


def communities(scope: Scope) -> ByUnit:
    """In how many communities somebody was met."""
    whole = scope.week_of
    reached = attempts(whole or scope).reached
    areas = {(unit, area) for unit, monday, area in reached if whole is None or monday == scope.first}
    return Counter(unit for unit, _area in areas)


def bands(scope: Scope) -> list[tuple[str, int, int]]:
    """Time band, attempts, of these met."""
    if scope.tallies is None:
        return by_hand.bands(scope)
    tried: Counter[str] = Counter()
    met: Counter[str] = Counter()
    for row in scope.read.attempts:
        if row.band is not None:
            tried[row.band] += row.attempts
            met[row.band] += row.met
    return [(band, number, met[band]) for band, number in tried.items() if number]


def staff(scope: Scope) -> ByUnit:
    """Distinct people with at least one done visit, as officer or partner, by the unit whose doors they were at."""
    return Counter(unit for unit, _person in scope.once(_people))


def staff_in_all(scope: Scope) -> int:
    """Who was at doors of two units is one person."""
    return len({person for _unit, person in scope.once(_people)})


def _people(scope: Scope) -> set[tuple[int, int]]:
    """Unit and person."""
    whole = scope.week_of
    if scope.tallies is None:
        return by_hand.people(scope)
    rows = (whole or scope).read.people
    return {(row.unit, row.person) for row in rows if whole is None or row.monday == scope.first}


def frame_doors(scope: Scope) -> list[FrameDoors]:
    return scope.once(_frame_doors)


def _frame_doors(scope: Scope) -> list[FrameDoors]:
    rows = scope.read.frame if scope.tallies is not None and scope.first is None else None
    if rows is None or (scope.as_of is not None and any(row.latest >= scope.as_of for row in rows)):
        return [FrameDoors(*row) for row in by_hand.doors(scope)]
    found: dict[tuple[int, str], Counter[str]] = defaultdict(Counter)
    for row in rows:
        found[row.unit, row.kind][row.what] += row.doors
    return [
        FrameDoors(
            unit=unit,
            kind=kind,
            listed=n[What.LISTED],
            gone=n[What.GONE],
            doors=n[What.LISTED] - n[What.GONE],
            visited=n[What.VISITED] - n[What.VISITED_AND_GONE],
            added=n[What.ADDED],
            added_visited=n[What.ADDED_VISITED],
            not_met=n[What.NOT_MET],
        )
        for (unit, kind), n in found.items()
    ]
