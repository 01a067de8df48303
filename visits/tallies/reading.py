"""Figures of some units of a campaign, from what is stored and, where something is marked, from the rows themselves.

One statement reads tallies, marks and visits as they are at one moment: a tally that no mark speaks against is what
counting would give at that moment.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any, NamedTuple

from django.conf import settings
from django.db import connection

from visits.tallies.counting import (
    ATTEMPTS,
    BROUGHT,
    COUNTING,
    DOORS,
    MARKED,
    PEOPLE,
    SEEN_NOW_AND_BEFORE,
    START,
    counted_with,
    monday,
)

IS_MARKED = "EXISTS (SELECT FROM visits_tallymark WHERE campaign_id = %(campaign)s AND unit_id = ANY(%(units)s))"
KEPT = f"""
SELECT {IS_MARKED}
FROM visits_keptcampaign k WHERE k.campaign_id = %(campaign)s AND k.zone = %(zone)s AND k.counting = %(counting)s
"""
LATER = """
SELECT EXISTS (
    SELECT FROM campaigns_campaign c
    JOIN campaigns_campaign o ON o.starts_on <= c.ends_on AND o.ends_on >= c.starts_on
    JOIN visits_visit v ON v.campaign_id = o.id
    WHERE c.id = %(campaign)s AND v.unit_id = ANY(%(units)s) AND v.started_at >= %(as_of)s AND v.voided_at IS NULL)
"""
WANTED = "unit_id = ANY(%(units)s) AND day BETWEEN %(first)s AND %(last)s"
STORED = f"SELECT {{columns}} FROM {{table}} t WHERE campaign_id = %(campaign)s AND {WANTED}"
LIVE = f"""
{STORED} AND area_id NOT IN (SELECT area_id FROM stale)
UNION ALL
SELECT {{counted}} FROM ({{statement}}) AS c WHERE {WANTED}
"""
WITH_LIVE = f"WITH {MARKED}, {SEEN_NOW_AND_BEFORE}"
MONDAY = monday("day")
# Of each table of tallies: what is read, in the order of the named tuples below, and by what it is added up.
READ = {
    ATTEMPTS: (
        ("unit_id", MONDAY, "kind", "band", "area_id", *(f"sum({number})" for number in ATTEMPTS.columns.split()[5:])),
        "GROUPING SETS ((1, 2, kind, band), (1, 2, area_id))",
    ),
    DOORS: (("unit_id", "kind", "what", "sum(doors)", "max(latest)"), "1, 2, 3"),
    PEOPLE: (("unit_id", MONDAY, "person_id"), "1, 2, 3 HAVING sum(visits) > 0"),
    BROUGHT: (("unit_id", MONDAY, "what", "code", "sum(number)", "sum(copies)"), "1, 2, 3, 4"),
}


class OfWeek(NamedTuple):
    """Attempts of a unit in the week from `monday` on: each once by kind of door and time band, once by community."""

    unit: int
    monday: date
    kind: str | None
    band: str | None
    area: str | None
    attempts: int
    met: int
    people: int
    doors_of_day: int
    doors_of_week: int
    doors_of_month: int
    doors_of_campaign: int


class OfFrame(NamedTuple):
    """Doors of a unit's frame to which `what` (`FrameTally.What`) has happened; `latest`: when the last of them did."""

    unit: int
    kind: str
    what: str
    doors: int
    latest: datetime


class AtWork(NamedTuple):
    """Who met somebody in the week from `monday` on, as officer or partner."""

    unit: int
    monday: date
    person: int


class Brought(NamedTuple):
    """`code` is a topic's number or a kind of service, by `what` (`PartTally.What`)."""

    unit: int
    monday: date
    what: str
    code: str
    number: int
    copies: int


class Read(NamedTuple):
    attempts: list[OfWeek]
    frame: list[OfFrame]
    people: list[AtWork]
    brought: list[Brought]


@dataclass(frozen=True)
class Tallies:
    """What a campaign's units did from `first` to `last`, both included; `first` None: from the beginning.

    Doors that were met are counted by day, week, month or from the beginning; other spans have to be counted by hand.
    """

    campaign: int
    units: Sequence[int]
    first: date | None
    last: date
    live: bool
    """Something was marked when they were asked for; what is marked since is found by reading."""

    def read(self) -> Read:
        told = {
            **counted_with(),
            "campaign": self.campaign,
            "units": list(self.units),
            "first": self.first or START,
            "last": self.last,
        }
        with connection.cursor() as cursor:
            cursor.execute(statement(live=self.live), told)
            *tables, marked = cursor.fetchone()
            if marked and not self.live:
                cursor.execute(statement(live=True), told)
                *tables, marked = cursor.fetchone()
            attempts, frame, people, brought = (json.loads(rows) if rows else [] for rows in tables)
        day = date.fromisoformat
        return Read(
            [OfWeek(unit, day(monday), *more) for unit, monday, *more in attempts],
            [OfFrame(unit, kind, what, n, datetime.fromisoformat(latest)) for unit, kind, what, n, latest in frame],
            [AtWork(unit, day(monday), person) for unit, monday, person in people],
            [Brought(unit, day(monday), *more) for unit, monday, *more in brought],
        )


@cache
def statement(*, live: bool) -> str:
    """One row of four columns, each a JSON list of rows, and whether anything is marked: all at one moment."""
    columns = []
    for count, (read, group) in READ.items():
        rows = (LIVE if live else STORED).format(
            columns=", ".join(count.columns.split()),
            table=count.table,
            counted=count.columns_of("c"),
            statement=count.statement,
        )
        names = ", ".join(f"c{number}" for number in range(len(read)))
        columns.append(
            f"(SELECT json_agg(json_build_array({names}))::text FROM "
            f"(SELECT {', '.join(read)} FROM ({rows}) AS r GROUP BY {group}) AS g({names}))"
        )
    return f"{WITH_LIVE if live else ''} SELECT {', '.join(columns)}, {IS_MARKED}"


def tallies(
    *, campaign: int, units: Sequence[int], first: date | None, last: date, as_of: datetime | None = None
) -> Tallies | None:
    """None when they can't tell: the campaign is not kept yet, or something was done at `as_of` or after it."""
    told: dict[str, Any] = {
        "campaign": campaign,
        "units": list(units),
        "as_of": as_of,
        "zone": settings.TIME_ZONE,
        "counting": COUNTING,
    }
    with connection.cursor() as cursor:
        cursor.execute(KEPT, told)
        kept = cursor.fetchone()
        if kept is None:
            return None
        if as_of is not None:
            cursor.execute(LATER, told)
            if cursor.fetchone()[0]:
                return None
    return Tallies(campaign, units, first, last, live=kept[0])
