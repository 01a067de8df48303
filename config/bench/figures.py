"""The figures of a brief at 1,000,000 visits, for a bureau and for one station's month, beside one bare count of them.

As production has them: the worker has been by, and then a hundredth and a tenth of the communities have new visits that it
has not added up yet.
"""

from collections.abc import Iterator
from datetime import timedelta
from functools import partial

from config.bench.ground import Place, analyse, campaign_over, grow_to, moment, today
from config.bench.rows import Row, alternate, seconds

NUMBER = 1_000_000
# As many visits as asked for, spread over all doors of the campaign and fifteen days, each community in three hands, six of ten completed.
VISITS = """
INSERT INTO visits_visit ({columns})
SELECT {values}
FROM generate_series(1, %(rounds)s) AS n CROSS JOIN campaigns_framedoor f
JOIN (SELECT unit_id, array_agg(id) AS people FROM accounts_officer GROUP BY unit_id) u ON u.unit_id = f.unit_id
WHERE f.campaign_id = %(campaign)s LIMIT %(number)s
"""
FOLD = """
UPDATE campaigns_framedoor SET met_on = current_date - (id %% 10)::int, tries = 3, last_outcome = 'completed'
WHERE campaign_id = %(campaign)s AND id %% 10 < 6
"""
# What completed visits brought along: two topics and a leaflet each, a service at one of sixteen.
TOPICS = """
INSERT INTO visits_visit_topics (visit_id, topic_id)
SELECT v.id, t.id FROM visits_visit v CROSS JOIN (
    SELECT id FROM campaigns_topic WHERE campaign_id = %(campaign)s ORDER BY rank LIMIT 2) t
WHERE v.campaign_id = %(campaign)s AND v.outcome = 'completed'
"""
LEAFLETS = """
INSERT INTO visits_delivery (visit_id, topic_id, copies)
SELECT v.id, (SELECT min(id) FROM campaigns_topic WHERE campaign_id = %(campaign)s), 1
FROM visits_visit v WHERE v.campaign_id = %(campaign)s AND v.outcome = 'completed'
"""
SERVICES = """
INSERT INTO visits_service (visit_id, kind)
SELECT id, 'legal' FROM visits_visit
WHERE campaign_id = %(campaign)s AND outcome = 'completed' AND get_byte(uuid_send(id), 15) < 16
"""
# Once more, an hour ago: a visit at each of some doors of these communities.
AGAIN = """
INSERT INTO visits_visit
SELECT (jsonb_populate_record(there.visit, jsonb_build_object('id', gen_random_uuid(), 'started_at', now() - interval '1 hour'))).*
FROM unnest(%(areas)s::text[]) AS area CROSS JOIN LATERAL (
    SELECT v AS visit FROM campaigns_framedoor f
    JOIN visits_visit v ON v.campaign_id = f.campaign_id AND v.premises_id = f.premises_id
    WHERE f.campaign_id = %(campaign)s AND f.area_id = area LIMIT 10
) AS there
"""
BARE = """
SELECT unit_id, count(*), count(DISTINCT premises_id), sum(people_met) FROM visits_visit
WHERE campaign_id = %s AND unit_id = ANY(%s) AND started_at < %s AND voided_at IS NULL GROUP BY unit_id
"""


def measure(place: Place, number: int = NUMBER) -> Iterator[Row]:
    from django.db import connection

    from accounts.models import Unit
    from reports.figures import compute, last_full_week
    from visits.tallies.keeping import keep_up

    if place.doors < number // 3:
        grow_to(place, number // 3)
    campaign = campaign_over(place, "figures", days_ago=20)
    fill(campaign.pk, place, number)
    first, last = last_full_week(today())
    bureau, station = place.people.bureau, place.people.stations[0].unit
    whole = list(Unit.objects.unscoped("units of the bench").under(bureau).order_by("rank", "path"))

    def figures(units: list[Unit], by_hand: bool = False) -> None:
        compute(campaign=campaign, units=units, first=first, last=last, today=today(), by_hand=by_hand)

    def bare(units: list[Unit]) -> None:
        with connection.cursor() as cursor:
            cursor.execute(BARE, [campaign.pk, [unit.pk for unit in units], last + timedelta(days=1)])
            cursor.fetchall()

    begun = seconds(lambda: keep_up(at=moment()))
    added_up = f"{number:,} visits added up at first in {begun:.0f} s"
    for marked in (0, len(place.areas) // 100, len(place.areas) // 10):
        marked_again(campaign.pk, place.areas[:marked])
        for name, units, aim in (("a bureau", whole, 150), ("one station", [station], 30)):
            by_hand = "" if marked else f"; by hand {seconds(partial(figures, units, by_hand=True)) * 1000:,.0f} ms"
            figures(units)
            taken, counted = alternate(partial(figures, units), partial(bare, units), rounds=5)
            state = f"{marked} of {len(place.areas)} communities marked" if marked else "kept up"
            note = f"{taken * 1000:,.0f} ms for everything that a brief prints (aim {aim}){by_hand}"
            yield Row(
                f"figures of {name}, {number:,} visits, {state}", 1, "briefs", taken, counted, "one bare count", 0, note
            )
    anew = seconds(lambda: keep_up(at=moment()))
    print(f"{added_up}, {marked} communities anew in {anew:.1f} s", flush=True)


def marked_again(campaign: int, areas: list[str]) -> None:
    """Ten new visits in each."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(AGAIN, {"campaign": campaign, "areas": areas})


def fill(campaign: int, place: Place, number: int) -> None:
    from django.db import connection, transaction

    from config.bench.ground import columns_of
    from visits.models import Visit

    officer = "u.people[1 + ((hashtext(f.area_id) & 1023) + n) % cardinality(u.people)]"
    said = {
        "id": "gen_random_uuid()", "unit_id": "f.unit_id", "premises_id": "f.premises_id", "campaign_id": "f.campaign_id",
        "officer_id": officer, "entered_by_id": officer,
        "people_met": "CASE WHEN (f.id + n) % 10 < 6 THEN 1 ELSE 0 END", "band": "(ARRAY['weekday', 'evening', 'weekend'])[1 + (f.id + n) % 3]",
        "started_at": "now() - ((f.id + n) % 15) * interval '1 day'", "ended_at": "now()", "received_at": "now()",
        "outcome": "CASE WHEN (f.id + n) % 10 < 6 THEN 'completed' ELSE 'nobody_in' END", "mode": "'planned'",
        "identity_shown": "(f.id + n) % 10 < 6", "notice_version": "CASE WHEN (f.id + n) % 10 < 6 THEN 1 ELSE 0 END",
    }  # fmt: skip
    blank = columns_of(Visit)
    texts = {column: plain(value) for column, value in blank.items()}
    columns = {**texts, **{key: value.replace("%", "%%") for key, value in said.items()}}
    statement = VISITS.format(columns=", ".join(columns), values=", ".join(columns.values()))
    with transaction.atomic(), connection.cursor() as cursor:
        values = {"rounds": number // max(place.doors, 1) + 1, "campaign": campaign, "number": number}
        cursor.execute(statement, values)
        for part in (FOLD, TOPICS, LEAFLETS, SERVICES):
            cursor.execute(part, {"campaign": campaign})
    analyse()


def plain(value: object) -> str:
    """A default of ours as SQL; nothing here comes from outside."""
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, int):
        return str(value)
    if isinstance(value, dict | list):
        return "'{}'" if isinstance(value, dict) else "'[]'"
    return "''"
