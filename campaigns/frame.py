"""A door of the frame while its campaign runs: the fold of attempts at it, and doors that join it late.

What a second hand decides about a door stands in `second_hand.py`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import FilteredRelation, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Officer
from accounts.refusals import Refusal
from campaigns.holding import hold_campaign, hold_days_of
from campaigns.models import Assignment, Campaign, CouldNotMeet, FrameDoor
from registry.models import Premises

# -- the fold of attempts, written from the visits floor --


@dataclass(frozen=True)
class Attempts:
    """All standing attempts at one door in one campaign, added up; the order of arrival does not matter.

    `tries_since` and `bands_since` are those begun after a supervisor sent the door back, all where nobody did.
    """

    tries: int = 0
    contacts: int = 0
    bands: Sequence[str] = ()
    last_outcome: str = ""
    last_at: datetime | None = None
    met_on: date | None = None
    next_at: datetime | None = None
    gone_said: str = ""
    tries_since: int = 0
    bands_since: Sequence[str] = ()


def note_attempts(*, frame_door: FrameDoor, attempts: Attempts, at: datetime) -> FrameDoor:
    """Writes the fold on the door; at the policy's number the door becomes “could not be met” by itself.

    Called inside the transaction of the visit's action, which has locked the door's rows (`frames_of`).
    """
    campaign = frame_door.campaign
    in_bands = len(set(attempts.bands_since)) >= campaign.bands_needed
    enough = attempts.tries_since >= campaign.attempts_needed and in_bands
    not_met = attempts.met_on is None and attempts.tries > 0 and attempts.last_outcome in ("nobody_in", "appointment")
    frame_door.tries = attempts.tries
    frame_door.contacts = attempts.contacts
    frame_door.bands = sorted(set(attempts.bands))
    frame_door.last_outcome = attempts.last_outcome
    frame_door.last_at = attempts.last_at
    frame_door.met_on = attempts.met_on
    frame_door.next_at = attempts.next_at
    frame_door.gone_said = attempts.gone_said
    if not attempts.gone_said:
        # Somebody was met there after all, or who said so took it back: what was confirmed is said by nobody.
        frame_door.gone_confirmed_at = frame_door.gone_confirmed_by = None
    if not_met and (enough or _granted(frame_door)):
        frame_door.could_not_meet_at = frame_door.could_not_meet_at or at
    else:
        frame_door.could_not_meet_at = None
    frame_door.save(
        update_fields=[
            "tries",
            "contacts",
            "bands",
            "last_outcome",
            "last_at",
            "met_on",
            "next_at",
            "gone_said",
            "gone_confirmed_at",
            "gone_confirmed_by",
            "could_not_meet_at",
        ]
    )
    return frame_door


def _granted(frame_door: FrameDoor) -> bool:
    """A supervisor granted it before the policy's number was reached, and sent it back no more."""
    if frame_door.could_not_meet_at is None:
        return False
    asked = CouldNotMeet.objects.unscoped("fold of attempts").filter(frame_door=frame_door, granted=True)
    if frame_door.returned_at is not None:
        asked = asked.filter(decided_at__gt=frame_door.returned_at)
    return bool(asked.exists())


def frames_of(premises: Premises, *, lock: bool, closed: Campaign | None = None) -> list[FrameDoor]:
    """The door's rows in the frames of open campaigns, each with its campaign and, as `hand`, who holds it now or None.

    With `lock` they are locked in order until the transaction ends, and their campaigns' days stay as they are; without,
    the hands come with their officers. `closed` is one more campaign, open or not, whose row is wanted as well.
    """
    if lock:
        hold_days_of(premises)
    live = FilteredRelation("assignments", condition=Q(assignments__ended_at__isnull=True))
    rows = FrameDoor.objects.unscoped("a visit counts for every open campaign that holds the door")
    rows = rows.annotate(hand=live).select_related("campaign", "hand")
    # No key is locked: a share-out and a visit refer to these rows at commit, and would wait for each other in a ring.
    rows = (
        rows.select_for_update(of=("self",), no_key=True)
        if lock
        else rows.select_related("hand__officer", "hand__partner")
    )
    wanted = Q(campaign__state=Campaign.State.OPEN) | (Q(campaign=closed) if closed is not None else Q())
    found = list(rows.filter(wanted, premises=premises).order_by("pk"))
    for row in found:
        # Django leaves the name away where there is none.
        row.__dict__.setdefault("hand", None)
    return found


@transaction.atomic
def add_to_frame(*, campaign: Campaign, premises: Premises, officer: Officer, at: datetime) -> FrameDoor:
    """A door found on the round joins the frame as added late, in the finder's hands; printed beside the rate.

    The campaign is held: closed a moment before, it would keep a door in somebody's hands for ever.
    """
    campaign = hold_campaign(campaign)
    if campaign.state != Campaign.State.OPEN:
        raise Refusal("campaign_closed", _("This campaign is not open."), status=409)
    building = " ".join(part for part in (premises.street, premises.building) if part)
    door, made = FrameDoor.objects.unscoped("adding a door").get_or_create(
        campaign=campaign,
        premises=premises,
        defaults={
            "unit_id": premises.unit_id,
            "area_id": premises.area_id,
            "kind": premises.kind,
            "building": building,
            "walk_key": premises.walk_key,
            "added_late": True,
        },
    )
    if made:
        Assignment.objects.create(
            campaign=campaign,
            frame_door=door,
            premises=premises,
            unit_id=premises.unit_id,
            officer=officer,
            due_on=timezone.localdate(at),
            given_at=at,
        )
    return door
