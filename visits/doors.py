"""Which doors an officer may stand before, and what of them is theirs to see."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.http import Http404
from django.shortcuts import get_object_or_404

from accounts.models import Officer
from accounts.refusals import Refusal
from accounts.rights import Right
from registry.models import Premises, holds_door, own_door, own_doors_outside
from registry.search import wanted
from visits.at_door import Door, hold_door
from visits.models import Visit

MOST_FOUND = 50


def doors_of(officer: Officer) -> Any:
    """Every door of the own station (for stand-ins), and any door that is the officer's own for now."""
    units = officer.units_with_any([Right.SEE_ADDRESSES])
    reach = own_door(officer, "pk")
    if units:
        reach |= Q(unit_id__in=units)
    return Premises.objects.unscoped("own station, or a door of one's own").filter(reach).live()


def door_or_404(officer: Officer, pk: int) -> Premises:
    """Nearly always a door of the own station, which its unit tells: what else may open a door is asked when not."""
    rows = Premises.objects.unscoped("a door that is asked about at once").live()
    found: Premises | None = rows.select_related("area", "unit").filter(pk=pk).first()
    if found is None or not may_stand_before(officer, found):
        raise Http404
    return found


def hold_or_404(officer: Officer, pk: int) -> Door:
    """The same door for writing, held until the caller's transaction ends: what is read of it then stays true.

    But for the hand, which a share-out may change meanwhile. A door that was merged away while its page was open is the
    one that it was merged into: what was typed there is true of it.
    """
    try:
        door = hold_door(pk)
    except Refusal:
        raise Http404 from None
    if not may_stand_before(officer, door.premises):
        raise Http404
    return door


def may_stand_before(officer: Officer, premises: Premises) -> bool:
    """Whether `doors_of` holds this door; `premises.unit` has been read."""
    return officer.may_at(Right.SEE_ADDRESSES, premises.unit) or holds_door(officer, premises)


@dataclass(frozen=True)
class FoundDoor:
    """A door that a search found; its name is shown where the door is the officer's own for now."""

    premises: Premises
    own: bool


def doors_found(officer: Officer, text: str) -> list[FoundDoor]:
    """Own doors by name (characters, pinyin, initials) or address; then the station's doors by address alone.

    At least two characters. Other people's doors are not searched by name, so that nobody learns from it where a
    named person lives.
    """
    tokens = wanted(text)
    if not tokens:
        return []
    units = officer.units_with_any([Right.SEE_ADDRESSES])
    outside = own_doors_outside(officer, units).live().select_related("area")
    own = [door for door in outside.walking() if set(tokens) <= set(door.sought)]
    inside = Premises.objects.unscoped("doors of the own station").live().seeking(text, units)
    rows = inside.select_related("area").defer("sought").walking()
    own = [*rows.filter(own_door(officer, "pk"))[:MOST_FOUND], *own][:MOST_FOUND]
    for word in text.split():
        rows = rows.filter(address__icontains=word)
    others = rows.exclude(pk__in=[door.pk for door in own])[: MOST_FOUND - len(own)]
    return [*(FoundDoor(door, own=True) for door in own), *(FoundDoor(door, own=False) for door in others)]


def history_of(premises: Premises) -> list[Visit]:
    """The last ten attempts, newest first; the caller has asked whether they are open to the reader."""
    return list(
        Visit.objects.unscoped("history of a door that is open to the reader")
        .filter(premises=premises)
        .select_related("officer")
        .order_by("-started_at")[:10]
    )


def visit_or_404(officer: Officer, pk: UUID) -> Visit:
    rows = Visit.objects.visible_to(officer).select_related(
        "premises", "premises__area", "officer", "partner", "entered_by", "campaign", "unit"
    )
    found: Visit = get_object_or_404(rows, pk=pk)
    return found
