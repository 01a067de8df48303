"""Figures of some units of a campaign, from what is stored and, where something is marked, from the rows themselves.

Each statement reads tallies, marks and visits as they are at one moment: a tally that no mark speaks against is what
counting would give at that moment.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
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
    Count,
    counted_with,
    monday,
)

KEPT = """
SELECT EXISTS (
    SELECT FROM visits_tallymark m WHERE m.campaign_id = k.campaign_id AND m.unit_id = ANY(%(units)s))
FROM visits_keptcampaign k WHERE k.campaign_id = %(campaign)s AND k.zone = %(zone)s AND k.counting = %(counting)s
"""
LATER = """
SELECT EXISTS (
    SELECT FROM visits_visit
    WHERE campaign_id = %(campaign)s AND unit_id = ANY(%(units)s) AND started_at >= %(as_of)s AND voided_at IS NULL)
"""
WANTED = "unit_id = ANY(%(units)s) AND day BETWEEN %(first)s AND %(last)s"
STORED = f"SELECT {{columns}} FROM {{table}} t WHERE campaign_id = %(campaign)s AND {WANTED}"
LIVE = f"""
{STORED} AND area_id NOT IN (SELECT area_id FROM stale)
UNION ALL
SELECT {{counted}} FROM ({{statement}}) AS c WHERE {WANTED}
"""
WITH_LIVE = f"WITH {MARKED}, {SEEN_NOW_AND_BEFORE}"


class OfWeek(NamedTuple):
    """Attempts of a unit in the week from `monday` on, by kind of door and time band; or by community, then neither."""

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
    doors_of_campaign: int


class OfFrame(NamedTuple):
    """Doors of a unit's frame to which `what` (`FrameTally.What`) has happened; `latest`: when the last of them did."""

    unit: int
    kind: str
    what: str
    doors: int
    latest: datetime


class Brought(NamedTuple):
    """`code` is a topic's number or a kind of service, by `what` (`PartTally.What`)."""

    unit: int
    monday: date
    what: str
    code: str
    number: int
    copies: int


@dataclass(frozen=True)
class Tallies:
    """What a campaign's units did from `first` to `last`, both included; `first` None: from the beginning.

    Doors that were met are counted by day, by week or from the beginning; other spans have to be counted by hand.
    """

    campaign: int
    units: Sequence[int]
    first: date | None
    last: date
    live: bool
    """Something is marked."""

    def attempts(self) -> list[OfWeek]:
        """Once by unit, kind and band, once by unit and community; both by week."""
        numbers = ATTEMPTS.columns.split()[5:]
        said = ", ".join(f"sum({name})::bigint" for name in numbers)
        rows = self._rows(
            ATTEMPTS,
            f"SELECT unit_id, {monday('day')} AS monday, kind, band, area_id, {said}",
            "GROUP BY GROUPING SETS ((unit_id, monday, kind, band), (unit_id, monday, area_id))",
        )
        return [OfWeek(*row) for row in rows]

    def frame(self) -> list[OfFrame]:
        said = "SELECT unit_id, kind, what, sum(doors)::bigint, max(latest)"
        return [OfFrame(*row) for row in self._rows(DOORS, said, "GROUP BY unit_id, kind, what")]

    def people(self) -> list[tuple[int, date, int]]:
        """Unit, week and person, each once."""
        said = f"SELECT unit_id, {monday('day')} AS monday, person_id"
        return self._rows(PEOPLE, said, "GROUP BY unit_id, monday, person_id HAVING sum(visits) > 0")

    def brought(self) -> list[Brought]:
        said = f"SELECT unit_id, {monday('day')} AS monday, what, code, sum(number)::bigint, sum(copies)::bigint"
        return [Brought(*row) for row in self._rows(BROUGHT, said, "GROUP BY unit_id, monday, what, code")]

    def _rows(self, count: Count, select: str, group: str) -> list[Any]:
        parts = {
            "columns": ", ".join(count.columns.split()),
            "table": count.table,
            "counted": count.columns_of("c"),
            "statement": count.statement,
        }
        rows = (LIVE if self.live else STORED).format(**parts)
        with connection.cursor() as cursor:
            cursor.execute(
                f"{WITH_LIVE if self.live else ''} {select} FROM ({rows}) AS r {group}",
                {
                    **counted_with(),
                    "campaign": self.campaign,
                    "units": list(self.units),
                    "first": self.first or START,
                    "last": self.last,
                },
            )
            return cursor.fetchall()


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
