"""A campaign held by who writes what only an open (or a draft) one may have, so that it can't be moved on meanwhile."""

from campaigns.models import Campaign


def hold_campaign(campaign: Campaign) -> Campaign:
    """The row as it is now, locked until the caller's transaction ends: judge by this one, not by what was passed in.

    Other rows may still refer to it: a visit that is being committed does, and waits for nobody who holds it.
    """
    held: Campaign = Campaign._base_manager.select_for_update(of=("self",), no_key=True).get(pk=campaign.pk)
    return held
