"""The figures of a brief at 1,000,000 visits, for a bureau and for one station, beside one bare count of them."""

from collections.abc import Iterator
from datetime import timedelta

from config.bench.ground import Place, analyse, campaign_over, grow_to, today
from config.bench.rows import Row, alternate

NUMBER = 1_000_000
# As many visits as asked for, spread over all doors of the campaign and ten days, six of ten completed.
VISITS = """
INSERT INTO visits_visit ({columns})
SELECT {values}
FROM generate_series(1, %(rounds)s) AS n CROSS JOIN campaigns_framedoor f
WHERE f.campaign_id = %(campaign)s LIMIT %(number)s
"""
FOLD = """
UPDATE campaigns_framedoor SET met_on = current_date - (id %% 10)::int, tries = 3, last_outcome = 'completed'
WHERE campaign_id = %(campaign)s AND id %% 10 < 6
"""
BARE = """
SELECT unit_id, count(*), count(DISTINCT premises_id), sum(people_met) FROM visits_visit
WHERE campaign_id = %s AND unit_id = ANY(%s) AND started_at < %s AND voided_at IS NULL GROUP BY unit_id
"""


def measure(place: Place, number: int = NUMBER) -> Iterator[Row]:
    from django.db import connection

    from accounts.models import Unit
    from reports.figures import compute, last_full_week

    if place.doors < number // 3:
        grow_to(place, number // 3)
    campaign = campaign_over(place, "figures", days_ago=20)
    fill(campaign.pk, place, number)
    first, last = last_full_week(today())
    bureau = place.people.bureau
    whole = list(Unit.objects.unscoped("units of the bench").under(bureau).order_by("rank", "path"))
    for name, units in (("figures of a bureau", whole), ("figures of one station", [place.people.stations[0].unit])):

        def bare(units: list[Unit] = units) -> None:
            with connection.cursor() as cursor:
                cursor.execute(BARE, [campaign.pk, [unit.pk for unit in units], last + timedelta(days=1)])
                cursor.fetchall()

        def ours(units: list[Unit] = units) -> None:
            compute(campaign=campaign, units=units, first=first, last=last)

        taken, counted = alternate(ours, bare)
        note = f"{taken * 1000:,.0f} ms for everything that a brief prints; the bare count is one of its figures"
        yield Row(f"{name}, {number:,} visits", 1, "briefs", taken, counted, "one bare count", 0, note)


def fill(campaign: int, place: Place, number: int) -> None:
    from django.db import connection, transaction

    from config.bench.ground import columns_of
    from visits.models import Visit

    officer = place.people.stations[0].staff[0].pk
    said = {
        "id": "gen_random_uuid()", "unit_id": "f.unit_id", "premises_id": "f.premises_id", "campaign_id": "f.campaign_id",
        "officer_id": str(officer), "entered_by_id": str(officer),
        "people_met": "CASE WHEN (f.id + n) % 10 < 6 THEN 1 ELSE 0 END", "band": "'weekday'",
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
        cursor.execute(FOLD, {"campaign": campaign})
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
