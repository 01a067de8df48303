"""What a second hand decides about a door of the frame: that it is gone, that nobody could be met, that it is tried again.

Somebody may stand at a door while a list is looked at: each action holds the doors and judges by what they are then, not by
what the list showed. Visits hold the same rows (`campaigns.frame.frames_of`).
"""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.actions import must
from accounts.models import Officer
from accounts.refusals import Refusal
from accounts.rights import Right
from campaigns.models import Assignment, Campaign, CouldNotMeet, FrameDoor


def hold_frame_doors(pks: Sequence[int]) -> dict[int, FrameDoor]:
    """The rows as they are now, locked in order until the transaction ends; a row that was merged away is left out."""
    held = FrameDoor.objects.unscoped("doors that a second hand decides about")
    held = held.select_for_update(of=("self",), no_key=True).filter(pk__in=pks).order_by("pk")
    return {door.pk: door for door in held}


def _must_run(pks: Sequence[int]) -> None:
    """Holds the campaigns of these doors: once one is closed its figures stay, and with them its doors."""
    frames = FrameDoor.objects.unscoped("doors that a second hand decides about").filter(pk__in=pks)
    held = Campaign._base_manager.select_for_update(of=("self",), no_key=True)
    states = held.filter(pk__in=frames.values("campaign")).order_by("pk").values_list("state", flat=True)
    if any(state != Campaign.State.OPEN for state in states):
        raise Refusal(
            "campaign_closed", _("This campaign is not open any more: its doors stay as they are."), status=409
        )


def waits_as_gone(door: FrameDoor) -> bool:
    """Somebody said that it is gone, nobody was met there, and no second hand has confirmed it."""
    return bool(door.gone_said) and door.met_on is None and door.gone_confirmed_at is None


def _moved_on(waited: Sequence[FrameDoor], still: Sequence[FrameDoor]) -> Refusal | None:
    """None where every door that waited when `doors` were read still waits; else nothing is written.

    They are read when the decision is sent: this is about who writes in that moment. A door that ceased to wait before,
    or never did, is left out; the page says how many were (`campaigns.frame_admin`).
    """
    if still and len(still) == len(waited):
        return None
    if not waited:
        return Refusal("nothing_waits", _("None of these doors waits for this. Nothing was changed."), status=409)
    words = ngettext(
        "Meanwhile somebody was at %(n)d of these doors or decided about it. Nothing was changed: look at the list again.",
        "Meanwhile somebody was at %(n)d of these doors or decided about them. Nothing was changed: look at the list again.",
        len(waited) - len(still),
    )
    return Refusal("moved_on", words % {"n": len(waited) - len(still)}, status=409)


@transaction.atomic
def confirm_gone(*, doors: Sequence[FrameDoor], by: Officer, at: datetime) -> int:
    """A second hand confirms that these doors are gone; they leave the denominator. Returns how many.

    Skips a door that nobody said is gone. Raises `Refusal` (409) when one was met or confirmed since `doors` were read,
    or none waits, or the campaign is over. Needs SHARE_OUT at each door's unit.
    """
    _must_run([door.pk for door in doors])
    held = hold_frame_doors([door.pk for door in doors])
    for door in doors:
        must(by, Right.SHARE_OUT, held.get(door.pk, door).unit_id)
    waited = [door for door in doors if waits_as_gone(door)]
    still = [held[door.pk] for door in waited if door.pk in held and waits_as_gone(held[door.pk])]
    if refusal := _moved_on(waited, still):
        raise refusal
    for door in still:
        door.gone_confirmed_at, door.gone_confirmed_by = at, by
        door.save(update_fields=["gone_confirmed_at", "gone_confirmed_by"])
    return len(still)


def must_be_in_hand(*, frame_door: FrameDoor, by: Officer) -> None:
    """Raises `Refusal` (403) for who does not hold the door now, alone or as one of a pair."""
    mine = Assignment.objects.unscoped("is it theirs").live().of(by).filter(frame_door=frame_door).exists()
    if not mine:
        raise Refusal("not_yours", _("Only the officer who holds this door can ask."), status=403)


@transaction.atomic
def ask_could_not_meet(*, frame_door: FrameDoor, reason: str, by: Officer, at: datetime) -> CouldNotMeet:
    """The officer asks, before the policy's number is reached, to count the door as “could not be met”."""
    must_be_in_hand(frame_door=frame_door, by=by)
    if not reason.strip():
        raise Refusal("reason", _("Say why nobody can be met here."), field="reason")
    held = hold_frame_doors([frame_door.pk]).get(frame_door.pk)
    if held is None or held.met_on is not None:
        raise Refusal("met", _("This door has been visited already."), status=409)
    asked, made = CouldNotMeet.objects.unscoped("asking once").get_or_create(
        frame_door=frame_door,
        decided_at=None,
        defaults={"unit_id": frame_door.unit_id, "requested_at": at, "requested_by": by, "reason": reason.strip()},
    )
    if not made:
        raise Refusal("asked_already", _("This was asked already and waits for the supervisor."), status=409)
    return asked


@transaction.atomic
def decide_could_not_meet(*, requests: Sequence[CouldNotMeet], granted: bool, by: Officer, at: datetime) -> int:
    """Grants or refuses requests in bulk; returns how many were decided. Nobody decides their own.

    The doors are held and read anew: who was met meanwhile is not “could not be met”.
    """
    _must_run([asked.frame_door_id for asked in requests])
    doors = hold_frame_doors([asked.frame_door_id for asked in requests])
    asked_still = CouldNotMeet.objects.unscoped("the requests themselves").filter(decided_at=None)
    undecided = set(asked_still.filter(pk__in=[asked.pk for asked in requests]).values_list("pk", flat=True))
    count = 0
    for asked in requests:
        must(by, Right.SHARE_OUT, asked.unit_id)
        if asked.requested_by_id == by.pk:
            raise Refusal("own_request", _("Somebody else decides on your own request."), status=403)
        if asked.pk not in undecided:
            continue
        asked.decided_at, asked.decided_by, asked.granted = at, by, granted
        asked.save(update_fields=["decided_at", "decided_by", "granted"])
        door = doors[asked.frame_door_id]
        if granted and door.met_on is None:
            door.could_not_meet_at = at
            door.save(update_fields=["could_not_meet_at"])
        count += 1
    return count


@transaction.atomic
def return_could_not_meet(*, doors: Sequence[FrameDoor], by: Officer, at: datetime) -> int:
    """The supervisor sends doors back to be tried again; returns how many. Attempts are counted anew from `at` on.

    Skips a door that is not “could not be met”. Raises `Refusal` (409) when one is no more since `doors` were read, or
    none is, or the campaign is over. Needs SHARE_OUT at each door's unit.
    """
    _must_run([door.pk for door in doors])
    held = hold_frame_doors([door.pk for door in doors])
    for door in doors:
        must(by, Right.SHARE_OUT, held.get(door.pk, door).unit_id)
    waited = [door for door in doors if door.could_not_meet_at is not None]
    still = [held[door.pk] for door in waited if door.pk in held and held[door.pk].could_not_meet_at is not None]
    if refusal := _moved_on(waited, still):
        raise refusal
    for door in still:
        door.could_not_meet_at, door.returned_at = None, at
        door.save(update_fields=["could_not_meet_at", "returned_at"])
    return len(still)
