"""A campaign held by who writes what only an open (or a draft) one may have, so that it can't be moved on meanwhile."""

from collections.abc import Iterable

from django.db import connection

from campaigns.models import Campaign, FrameDoor
from registry.models import Premises


def hold_campaign(campaign: Campaign) -> Campaign:
    """The row as it is now, locked until the caller's transaction ends: judge by this one, not by what was passed in.

    Other rows may still refer to it: a visit that is being committed does, and waits for nobody who holds it.
    """
    held: Campaign = Campaign._base_manager.select_for_update(of=("self",), no_key=True).get(pk=campaign.pk)
    return held


def hold_campaigns_of(doors: Iterable[Premises]) -> None:
    """All whose frame has one of these doors, in order, as `hold_campaign` does it.

    Who moves doors between frames does this first: a share-out and a closing hold the campaign before its doors too.
    """
    frames = FrameDoor.objects.unscoped("whose frame has them").filter(premises__in=[door.pk for door in doors])
    of_them = sorted(set(frames.values_list("campaign", flat=True)))
    held = Campaign._base_manager.select_for_update(of=("self",), no_key=True).filter(pk__in=of_them)
    list(held.order_by("pk").values_list("pk", flat=True))


# The first of the two numbers of our advisory locks: the spelling of "days". The second is the campaign's key; 0 is held by
# whoever moves a campaign's days, so that two who do never wait for each other.
DAYS = 0x64617973


def hold_days_of(premises: Premises) -> None:
    """The days of every campaign whose frame has this door stay as they are until the transaction ends.

    For who judges by them: many do at the same time, and wait only while somebody moves them. Before the door's rows in the
    frames are locked, which moving the days does afterwards too.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock_shared(%s, campaign_id::int) FROM campaigns_framedoor WHERE premises_id = %s "
            "ORDER BY campaign_id",
            [DAYS, premises.pk],
        )


def hold_to_move_days(campaign: Campaign) -> Campaign:
    """`hold_campaign`, and nobody else judges by its days: whoever did so has committed, whoever comes waits."""
    held = hold_campaign(campaign)
    with connection.cursor() as cursor:
        for key in (0, held.pk):
            cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [DAYS, key])
    return held
