"""The attempts at a door folded down onto its frame rows: always the whole door, so arrival order can't matter."""

from collections.abc import Sequence
from datetime import datetime

from django.utils import timezone

from campaigns.frame import Attempts, frames_of, note_attempts
from campaigns.models import Campaign, FrameDoor
from registry.models import Premises
from visits.models import Visit

# What the fold reads of each visit.
FOLDED = ("outcome", "band", "started_at", "next_at", "received_at", "campaign")


def fold_door(premises: Premises, *, at: datetime, also: Campaign | None = None) -> None:
    """Writes the fold of this door in every open campaign whose frame holds it. Runs inside the action.

    `also` in this one, open or not: a record may be mended after its campaign was closed.
    """
    fold_onto(frames_of(premises, lock=True, closed=also), premises, at=at)


def fold_onto(locked: Sequence[FrameDoor], premises: Premises, *, at: datetime) -> None:
    """The same for rows that the action has locked already."""
    if not locked:
        return
    standing = Visit.objects.unscoped("fold of attempts").standing().filter(premises=premises)
    visits = list(standing.only(*FOLDED).order_by("started_at", "pk"))
    for door in locked:
        counted = [visit for visit in visits if _counts(visit, door.campaign)]
        note_attempts(frame_door=door, attempts=folded(counted, since=door.returned_at), at=at)


def _counts(visit: Visit, campaign: Campaign) -> bool:
    """A visit counts for the campaign that it was logged for, and for every other one that runs on its day and was open
    when it came in, as in the figures (`visits.tallies.counting`)."""
    if visit.campaign_id == campaign.pk:
        return True
    runs = campaign.starts_on <= timezone.localdate(visit.started_at) <= campaign.ends_on
    return runs and campaign.opened_at is not None and visit.received_at >= campaign.opened_at


def folded(visits: Sequence[Visit], *, since: datetime | None = None) -> Attempts:
    """`visits` oldest first. An appointment stands until the next attempt; gone stands until somebody is met.

    `since`: when the door was sent back to be tried again; an attempt that began before stays one of the attempts, and
    is not asked of “could not be met”, however late it came in.
    """
    if not visits:
        return Attempts()
    met = [visit for visit in visits if visit.is_done]
    last = visits[-1]
    anew = [visit for visit in visits if since is None or visit.started_at > since]
    gone = next((visit.outcome for visit in reversed(visits) if visit.outcome in Visit.GONE), "")
    return Attempts(
        tries=len(visits),
        contacts=len(met),
        bands=sorted({visit.band for visit in visits}),
        last_outcome=last.outcome,
        last_at=last.started_at,
        met_on=timezone.localdate(met[0].started_at) if met else None,
        next_at=last.next_at,
        gone_said="" if met else gone,
        tries_since=len(anew),
        bands_since=sorted({visit.band for visit in anew}),
    )
