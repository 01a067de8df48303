"""How visits and doors of the frame are added up by day: one way, for what is stored and for what is counted live.

Each count reads two tables of a statement that calls it: `chosen`, the doors of the frame to be counted, and `seen`,
their visits. Both carry a sign. Where something changed at a door, it stands in them twice: as it is, and with minus as
it was; the difference is what no stored tally holds yet.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.conf import settings

from visits.models import FrameTally, PartTally, StaffTally, Tally, Visit, VisitTally

# Raised when something is counted in another way: what was stored before is not read any more, but counted anew.
COUNTING = 3
# The day of what has none: a door was in the frame from the beginning.
START = date.min

DOOR = """f.premises_id, f.area_id, f.unit_id, f.kind, f.added_late, f.gone_confirmed_at, f.could_not_meet_at,
        (f.gone_confirmed_at AT TIME ZONE %(zone)s)::date AS gone_on,
        (f.could_not_meet_at AT TIME ZONE %(zone)s)::date AS not_met_on"""

# A visit counts for the campaign that it was logged for, and for every other one that holds the door, was open when it
# came in and runs on its day (`visits.folding` does the same).
CAMPAIGN = """
open AS MATERIALIZED (
    SELECT starts_on::timestamp AT TIME ZONE %(zone)s AS begins, (ends_on + 1)::timestamp AT TIME ZONE %(zone)s AS ends,
        opened_at, coalesce(closed_at, 'infinity') AS closed_at
    FROM campaigns_campaign WHERE id = %(campaign)s
), own_topics AS MATERIALIZED (
    SELECT id FROM campaigns_topic WHERE campaign_id = %(campaign)s
)"""
COUNTS_FOR_IT = """(campaign_id = %(campaign)s OR (
        started_at >= (SELECT begins FROM open) AND started_at < (SELECT ends FROM open)
        AND received_at >= (SELECT opened_at FROM open) AND received_at < (SELECT closed_at FROM open)))"""

COMMUNITIES = f"""
{CAMPAIGN}, chosen AS MATERIALIZED (
    SELECT 1 AS sign, {DOOR}
    FROM campaigns_framedoor f WHERE f.campaign_id = %(campaign)s AND f.area_id = ANY(%(areas)s)
)"""

# Each visit and each door of the frame as the first mark found it. Where the whole community is counted, marks at its
# doors tell nothing more.
MARKED = f"""
{CAMPAIGN}, marks AS MATERIALIZED (
    SELECT id, area_id, premises_id, visit_id, before FROM visits_tallymark
    WHERE campaign_id = %(campaign)s AND unit_id = ANY(%(units)s)
), stale AS MATERIALIZED (
    SELECT DISTINCT area_id FROM marks WHERE premises_id IS NULL
), fresh AS MATERIALIZED (
    SELECT * FROM marks WHERE area_id NOT IN (SELECT area_id FROM stale)
), visits_before AS MATERIALIZED (
    SELECT DISTINCT ON (visit_id) visit_id, before FROM fresh WHERE visit_id IS NOT NULL ORDER BY visit_id, id
), doors_before AS MATERIALIZED (
    SELECT DISTINCT ON (premises_id) premises_id, before FROM fresh WHERE visit_id IS NULL ORDER BY premises_id, id
), chosen AS MATERIALIZED (
    SELECT 1 AS sign, {DOOR}
    FROM campaigns_framedoor f WHERE f.campaign_id = %(campaign)s AND f.area_id = ANY(ARRAY(SELECT area_id FROM stale))
    UNION ALL
    SELECT s.sign, {DOOR}
    FROM campaigns_framedoor f CROSS JOIN (VALUES (1), (-1)) AS s(sign)
    WHERE f.campaign_id = %(campaign)s AND f.premises_id = ANY(ARRAY(SELECT premises_id FROM fresh))
        AND (s.sign > 0 OR f.premises_id <> ALL(ARRAY(SELECT premises_id FROM doors_before)))
    UNION ALL
    SELECT -1, {DOOR}
    FROM doors_before d CROSS JOIN LATERAL jsonb_populate_record(NULL::campaigns_framedoor, d.before) AS f
    WHERE d.before IS NOT NULL
)"""

OF_A_VISIT = "id, unit_id, officer_id, partner_id, band, people_met, started_at, outcome"
# Door by door through an index: OFFSET keeps the planner, which can't know how few doors there are, from reading all
# visits.
VISITS_THERE = f"""
SELECT {OF_A_VISIT} FROM visits_visit
WHERE premises_id = c.premises_id AND voided_at IS NULL AND {COUNTS_FOR_IT} {{and_not}}
OFFSET 0"""
SEEN = """
seen AS MATERIALIZED (
    SELECT c.sign, c.area_id, c.kind, c.premises_id, v.*, v.outcome = ANY(%(done)s) AS met,
        (v.started_at AT TIME ZONE %(zone)s)::date AS day
    FROM chosen c CROSS JOIN LATERAL ({visits}) AS v
)"""
SEEN_NOW = SEEN.format(visits=VISITS_THERE.format(and_not=""))
SEEN_NOW_AND_BEFORE = SEEN.format(
    visits=f"""
    ({VISITS_THERE.format(and_not="AND (c.sign > 0 OR id <> ALL(ARRAY(SELECT visit_id FROM visits_before)))")})
    UNION ALL
    SELECT {", ".join(f"b.{name}" for name in OF_A_VISIT.split(", "))}
    FROM visits_before p CROSS JOIN LATERAL jsonb_populate_record(NULL::visits_visit, p.before) AS b
    WHERE c.sign < 0 AND p.before IS NOT NULL AND b.premises_id = c.premises_id AND {COUNTS_FOR_IT}"""
)


def monday(day: str) -> str:
    """Of the column's week, in SQL."""
    return f"({day} - (extract(isodow FROM {day})::int - 1))"


def first_of_month(day: str) -> str:
    return f"({day} - (extract(day FROM {day})::int - 1))"


# `before`: the day on which the same unit last met somebody there. None: never.
VISITS = f"""
SELECT area_id, unit_id, kind, band, day, sum(sign) AS attempts, coalesce(sum(sign) FILTER (WHERE met), 0) AS met,
    coalesce(sum(sign * people_met) FILTER (WHERE met), 0) AS people,
    coalesce(sum(sign) FILTER (WHERE met AND before IS DISTINCT FROM day), 0) AS doors_of_day,
    coalesce(sum(sign) FILTER (WHERE met AND (before IS NULL OR before < {monday("day")})), 0) AS doors_of_week,
    coalesce(sum(sign) FILTER (WHERE met AND (before IS NULL OR before < {first_of_month("day")})), 0) AS doors_of_month,
    coalesce(sum(sign) FILTER (WHERE met AND before IS NULL), 0) AS doors_of_campaign
FROM (
    SELECT *, lag(day) OVER (PARTITION BY sign, unit_id, premises_id, met ORDER BY started_at, id) AS before FROM seen
) AS s
GROUP BY area_id, unit_id, kind, band, day
"""

# A door is visited whichever unit stood there.
FRAME = """
SELECT d.area_id, d.unit_id, d.kind, e.what, e.day, sum(d.sign) AS doors,
    max(coalesce(e.moment, 'epoch'::timestamptz)) AS latest
FROM (
    SELECT c.*, m.visited_on FROM chosen c LEFT JOIN (
        SELECT sign, premises_id, min(day) AS visited_on FROM seen WHERE met GROUP BY sign, premises_id
    ) AS m ON m.sign = c.sign AND m.premises_id = c.premises_id
) AS d CROSS JOIN LATERAL (VALUES
    ('listed', NOT d.added_late, '0001-01-01'::date, NULL),
    ('gone', NOT d.added_late AND d.gone_on IS NOT NULL, d.gone_on, d.gone_confirmed_at),
    ('visited', NOT d.added_late AND d.visited_on IS NOT NULL, d.visited_on, NULL),
    ('visited_gone', NOT d.added_late AND d.visited_on IS NOT NULL AND d.gone_on IS NOT NULL,
        greatest(d.visited_on, d.gone_on), NULL),
    ('added', d.added_late, '0001-01-01', NULL),
    ('added_visited', d.added_late AND d.visited_on IS NOT NULL, d.visited_on, NULL),
    ('not_met', d.not_met_on IS NOT NULL, d.not_met_on, d.could_not_meet_at)
) AS e(what, happened, day, moment)
WHERE e.happened
GROUP BY d.area_id, d.unit_id, d.kind, e.what, e.day
"""

STAFF = """
SELECT s.area_id, s.unit_id, s.day, p.person_id, sum(s.sign) AS visits
FROM seen s CROSS JOIN LATERAL (
    SELECT s.officer_id UNION SELECT s.partner_id WHERE s.partner_id IS NOT NULL) AS p(person_id)
WHERE s.met
GROUP BY s.area_id, s.unit_id, s.day, p.person_id
"""

PARTS = """
SELECT s.area_id, s.unit_id, s.day, p.what, p.code, sum(s.sign) AS number, sum(s.sign * p.copies) AS copies
FROM seen s JOIN LATERAL (
    SELECT 'topic' AS what, t.topic_id::text AS code, 0 AS copies FROM visits_visit_topics t
    WHERE t.visit_id = s.id AND t.topic_id = ANY(ARRAY(SELECT id FROM own_topics))
    UNION ALL
    SELECT 'leaflet', d.topic_id::text, d.copies FROM visits_delivery d
    WHERE d.visit_id = s.id AND d.topic_id = ANY(ARRAY(SELECT id FROM own_topics))
    UNION ALL
    SELECT 'service', v.kind, 0 FROM visits_service v WHERE v.visit_id = s.id
) AS p ON TRUE
WHERE s.met
GROUP BY s.area_id, s.unit_id, s.day, p.what, p.code
"""


@dataclass(frozen=True)
class Count:
    """A table of tallies and the statement that counts its rows, in these columns."""

    tally: type[Tally]
    columns: str
    statement: str

    @property
    def table(self) -> str:
        name: str = self.tally._meta.db_table
        return name

    def columns_of(self, alias: str) -> str:
        return ", ".join(f"{alias}.{column}" for column in self.columns.split())


ATTEMPTS = Count(
    VisitTally,
    "area_id unit_id kind band day attempts met people doors_of_day doors_of_week doors_of_month doors_of_campaign",
    VISITS,
)
DOORS = Count(FrameTally, "area_id unit_id kind what day doors latest", FRAME)
PEOPLE = Count(StaffTally, "area_id unit_id day person_id visits", STAFF)
BROUGHT = Count(PartTally, "area_id unit_id day what code number copies", PARTS)
COUNTS = (ATTEMPTS, DOORS, PEOPLE, BROUGHT)


def counted_with() -> dict[str, Any]:
    """What every count is told: whose days, and which outcomes are a visit."""
    return {"zone": settings.TIME_ZONE, "done": list(Visit.DONE)}
