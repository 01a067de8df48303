"""Doors found on the round, seen by the supervisor: confirmed as new, or merged with the door that was listed all along.

These are actions like those of `visits/actions.py`; they stand apart because they take a door, not a visit.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actions import log_access, must
from accounts.models import Officer
from accounts.refusals import Refusal
from accounts.rights import Right
from campaigns.frame import add_to_frame
from campaigns.holding import hold_campaigns_of
from campaigns.models import Assignment, Campaign, CouldNotMeet, FrameDoor
from disputes.models import CasePremises, ReturnVisit
from registry.models import Contact, Premises
from registry.search import sought
from visits.folding import fold_door
from visits.models import Visit

CANDIDATES = 40


def added_doors(officer: Officer) -> Any:
    """Doors found on the round that wait for the supervisor, oldest first."""
    units = officer.units_with(Right.SHARE_OUT)
    rows = Premises.objects.unscoped("doors that wait for this supervisor").live()
    return rows.filter(unit_id__in=units, added_on_round=True).select_related("area", "unit").order_by("pk")


def candidates_for(door: Premises) -> list[Premises]:
    """Doors of the register that it may be: same community and class, those of the same building first."""
    rows = (
        Premises.objects.unscoped("candidates within the door's own community")
        .live()
        .filter(area=door.area, unit_id=door.unit_id, door_class=door.door_class)
        .exclude(pk=door.pk)
        .select_related("area")
    )
    near = list(rows.filter(street=door.street, building=door.building).walking()[:CANDIDATES])
    known = {row.pk for row in near}
    return near + [row for row in rows.walking()[:CANDIDATES] if row.pk not in known][: CANDIDATES - len(near)]


@transaction.atomic
def confirm_added(*, doors: Sequence[Premises], by: Officer, at: datetime) -> int:
    """The supervisor has looked: these doors are new. Returns how many were still waiting.

    They are held and read anew: one that was merged away meanwhile is not confirmed.
    """
    count = 0
    held = Premises.objects.unscoped("confirming").select_for_update(of=("self",), no_key=True)
    for door in held.filter(pk__in=[door.pk for door in doors]).order_by("pk"):
        must(by, Right.SHARE_OUT, door.unit_id)
        if door.added_on_round and door.merged_into_id is None:
            door.added_on_round = False
            door.save(update_fields=["added_on_round"])
            log_access(by, "door_confirmed", door)
            count += 1
    return count


@transaction.atomic
def merge_added(*, door: Premises, into: Premises, by: Officer, at: datetime) -> Premises:
    """It is the same door: visits, people, cases and return visits move over, the late row leaves the frame.

    Needs SHARE_OUT at both doors' unit; only a door that waits for the supervisor can be merged away.
    """
    must(by, Right.SHARE_OUT, door.unit_id)
    must(by, Right.SHARE_OUT, into.unit_id)
    hold_campaigns_of((door, into))
    held = Premises.objects.unscoped("merging").select_for_update(of=("self",), no_key=True)
    pair = held.filter(pk__in=(door.pk, into.pk))
    rows = {row.pk: row for row in pair.order_by("pk")}
    door, into = rows[door.pk], rows[into.pk]
    if not door.added_on_round or door.merged_into_id is not None:
        raise Refusal("not_waiting", _("This door does not wait for a decision any more."), status=409)
    if into.pk == door.pk or into.merged_into_id is not None or into.door_class != door.door_class:
        raise Refusal("into", _("Choose the door that it is: of the same kind, and still listed."), "into")
    _move_people(door, into, at)
    for case_place in CasePremises.objects.filter(premises=door):
        if not CasePremises.objects.filter(premises=into, case_id=case_place.case_id).exists():
            case_place.premises = into
            case_place.save(update_fields=["premises"])
    ReturnVisit.objects.unscoped("merging").filter(premises=door).update(premises=into)
    # While their frame still has the door: figures take the visits from there (`visits.tallies`).
    Visit.objects.unscoped("merging").filter(premises=door).update(premises=into, assignment=None)
    _leave_frames(door, into, at)
    door.merged_into, door.added_on_round = into, False
    door.save(update_fields=["merged_into", "added_on_round"])
    fold_door(into, at=at)
    log_access(by, "door_merged", door, reason=str(into.pk))
    return into


def _move_people(door: Premises, into: Premises, at: datetime) -> None:
    """Who is not known there yet moves in and is found there; the others were known all along, their number maybe not."""
    there = into.contacts.filter(ends_on__isnull=True)
    known = set(there.values_list("name_key", flat=True))
    people = Contact.objects.unscoped("merging").filter(premises=door)
    people.exclude(name_key__in=known).update(premises=into)
    for person in people.filter(ends_on__isnull=True):
        if person.phone_mac:
            same = there.filter(name_key=person.name_key, phone_mac="")
            same.update(phone=person.phone, phone_mac=person.phone_mac)
    people.filter(ends_on__isnull=True).update(ends_on=timezone.localdate(at))
    into.sought = sought(into.address, into.name, *there.values_list("name", flat=True))
    into.save(update_fields=["sought"])


def _leave_frames(door: Premises, into: Premises, at: datetime) -> None:
    """The late rows were a mistake of counting: they go, and the door that was listed takes their place.

    Where it is not in the frame, it joins an open one and inherits the row of a closed one: no visit is without a door.
    """
    late = FrameDoor.objects.unscoped("merging").filter(premises=door).select_related("campaign")
    for row in late:
        hands = Assignment.objects.unscoped("merging").filter(frame_door=row).order_by("pk")
        finder = hands[0].officer if hands else None
        listed = FrameDoor.objects.unscoped("merging").filter(campaign=row.campaign, premises=into).exists()
        if not listed and (finder is None or row.campaign.state != Campaign.State.OPEN):
            row.premises = into
            row.save(update_fields=["premises"])
            continue
        Visit.objects.unscoped("merging").filter(assignment__in=hands).update(assignment=None)
        CouldNotMeet.objects.unscoped("merging").filter(frame_door=row).delete()
        hands.delete()
        row.delete()
        if finder is not None and not listed:
            add_to_frame(campaign=row.campaign, premises=into, officer=finder, at=at)
