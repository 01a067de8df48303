"""A campaign held by who writes what only an open (or a draft) one may have, so that it can't be moved on meanwhile."""

from collections.abc import Iterable

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
