"""The worker's part: communities that were marked are counted anew, and their marks taken away.

Everything happens in one statement, which sees one moment: the visits that it counts are those whose marks it takes.
A visit that comes through meanwhile is in neither, and its mark stays.
"""

from collections.abc import Sequence
from datetime import datetime

from django.conf import settings
from django.db import connection, transaction

from campaigns.models import Campaign
from visits.models import KeptCampaign, TallyMark
from visits.tallies.counting import COMMUNITIES, COUNTING, COUNTS, SEEN_NOW, Count, counted_with

# The first of the two numbers of our advisory locks: the spelling of "tall".
LOCKS = 0x74616C6C

TAKE_MARKS = """
taken AS (DELETE FROM visits_tallymark WHERE campaign_id = %(campaign)s AND area_id = ANY(%(areas)s))"""
# Rows that still hold are left alone: of a community's months, the last day changes.
REPLACE = """
{name} AS MATERIALIZED ({statement}),
{name}_out AS (
    DELETE FROM {table} t WHERE t.campaign_id = %(campaign)s AND t.area_id = ANY(%(areas)s)
        AND NOT EXISTS (SELECT FROM {name} c WHERE ({counted}) = ({stored}))
), {name}_in AS (
    INSERT INTO {table} (campaign_id, {columns})
    SELECT %(campaign)s, {counted} FROM {name} c WHERE NOT EXISTS (
        SELECT FROM {table} t WHERE t.campaign_id = %(campaign)s AND t.area_id = ANY(%(areas)s)
            AND ({stored}) = ({counted}))
)"""


def replacing(count: Count) -> str:
    return REPLACE.format(
        name=count.tally._meta.model_name,
        statement=count.statement,
        table=count.table,
        columns=", ".join(count.columns.split()),
        counted=count.columns_of("c"),
        stored=count.columns_of("t"),
    )


COUNT_ANEW = f"WITH {', '.join([COMMUNITIES, SEEN_NOW, TAKE_MARKS, *map(replacing, COUNTS)])} SELECT 1"


def keep_up(*, at: datetime) -> int:
    """Campaigns that were never added up in this way first, then every marked community. Returns how many it counted.

    Called by the worker, over and over; several may do so at once.
    """
    return sum(begin_keeping(campaign, at=at) for campaign in not_kept()) + sum(
        count_anew(campaign, [area]) for campaign, area in marked()
    )


def not_kept() -> list[Campaign]:
    kept = KeptCampaign.objects.filter(zone=settings.TIME_ZONE, counting=COUNTING).values("pk")
    campaigns = Campaign.objects.unscoped("figures of every campaign are kept up")
    return list(campaigns.exclude(state=Campaign.State.DRAFT).exclude(pk__in=kept).order_by("pk"))


def marked() -> list[tuple[int, str]]:
    marks = TallyMark.objects.unscoped("communities that changed").order_by()
    return list(marks.values_list("campaign_id", "area_id").distinct())


def begin_keeping(campaign: Campaign, *, at: datetime) -> int:
    """Each community by itself; until the last is counted, figures are counted by hand. Returns how many there were."""
    frame = campaign.frame.order_by().values_list("area_id", flat=True)
    areas = sorted(frame.distinct())
    if not all(count_anew(campaign.pk, [area]) for area in areas):
        return 0
    values = {"zone": settings.TIME_ZONE, "counting": COUNTING, "kept_at": at}
    KeptCampaign.objects.update_or_create(campaign=campaign, defaults=values)
    return len(areas)


@transaction.atomic
def keep_anew(campaign: Campaign, *, at: datetime) -> int:
    """What was kept of the campaign is thrown away, whatever stands there, and added up; returns how many communities.

    Waits for a worker who is at the campaign, and none comes in between; until the end, what was kept is read.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [LOCKS, campaign.pk])
    for count in COUNTS:
        count.tally.objects.unscoped("tallies of the campaign, counted anew").filter(campaign=campaign).delete()
    return begin_keeping(campaign, at=at)


@transaction.atomic
def count_anew(campaign: int, areas: Sequence[str]) -> int:
    """Returns how many communities were counted: none while another worker is at this campaign.

    The lock is taken by a statement of its own, so that the next one sees what the other worker left behind.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [LOCKS, campaign])
        if not cursor.fetchone()[0]:
            return 0
        cursor.execute(COUNT_ANEW, {**counted_with(), "campaign": campaign, "areas": list(areas)})
    return len(areas)
