"""Which doors an officer may stand before, and what of them is theirs to see."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.shortcuts import get_object_or_404
from django.utils import timezone

from accounts.models import Officer
from accounts.rights import Right
from campaigns.models import Assignment, Campaign, FrameDoor
from registry.models import Premises, own_door, own_doors_outside
from registry.search import wanted
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
    """Nearly always a door of the own station: what else may open a door is asked when it is not."""
    units = officer.units_with_any([Right.SEE_ADDRESSES])
    inside = Premises.objects.unscoped("a door of the own station").live().filter(unit_id__in=units)
    found: Premises | None = inside.select_related("area", "unit").filter(pk=pk).first() if units else None
    return found or get_object_or_404(doors_of(officer).select_related("area", "unit"), pk=pk)


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


def live_assignment_of(premises: Premises, campaign: Campaign | None = None) -> Assignment | None:
    """The hand that holds the door now, whoever it is; there is one per campaign."""
    rows = (
        Assignment.objects.unscoped("who holds this door")
        .live()
        .filter(premises=premises, campaign__state=Campaign.State.OPEN)
    )
    if campaign is not None:
        rows = rows.filter(campaign=campaign)
    found: Assignment | None = rows.order_by("-campaign__starts_on", "pk").first()
    return found


def frame_doors_on(premises: Premises, day: datetime) -> list[FrameDoor]:
    """The door in every open campaign whose frame holds it on that day, newest campaign first."""
    on = timezone.localdate(day)
    return list(
        FrameDoor.objects.unscoped("a visit counts for every open campaign that holds the door")
        .filter(
            premises=premises,
            campaign__state=Campaign.State.OPEN,
            campaign__starts_on__lte=on,
            campaign__ends_on__gte=on,
        )
        .select_related("campaign")
        .order_by("-campaign__starts_on", "pk")
    )


def held_on(frames: Iterable[FrameDoor], day: datetime) -> list[FrameDoor]:
    """Of a door's rows in open campaigns those that hold it on that day, newest campaign first."""
    on = timezone.localdate(day)
    held = [frame for frame in frames if frame.campaign.starts_on <= on <= frame.campaign.ends_on]
    return sorted(held, key=lambda frame: (-frame.campaign.starts_on.toordinal(), frame.pk))


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
