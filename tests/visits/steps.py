"""Steps that tests of visits share: what an officer says at a door."""

import io
from typing import Any
from uuid import UUID, uuid4

from django.test import Client
from django.urls import reverse

from accounts.models import Officer
from disputes.pictures import Picture, read_picture
from registry.models import Premises
from tests.pictures import picture_bytes
from tests.world import NOW, World
from visits.actions import log_attempt
from visits.attempts import Attempt
from visits.models import Submission


def met(door: Premises, **more: Any) -> Attempt:
    plain: dict[str, Any] = {"outcome": "completed", "people_met": 1, "place": "home", "declared": True}
    return Attempt(premises_id=door.pk, **{**plain, **more})


def nobody(door: Premises, **more: Any) -> Attempt:
    return Attempt(premises_id=door.pk, outcome="nobody_in", **more)


def log(
    world: World, attempt: Attempt, *, by: Officer | None = None, client_id: UUID | None = None, at: Any = NOW
) -> Submission:
    return log_attempt(attempt=attempt, client_id=client_id or uuid4(), by=by or world.owner, at=at)


def picture(exif: bool = False) -> Picture:
    return read_picture(io.BytesIO(picture_bytes(exif)), 1000)


def signed_in(officer: Officer) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(officer)
    return client


def typed(**more: Any) -> dict[str, Any]:
    """The plain visit of five taps."""
    plain = {"client_id": str(uuid4()), "opened_at": NOW.isoformat(), "outcome": "met", "people_met": "1"}
    return {**plain, "place": "home", "facts": "same", "topics": "whole", "declared": "1", **more}


def door_page(door: Premises) -> str:
    return reverse("visits:door", args=[door.pk])


def held_door(world: World) -> Premises:
    """A door in the owner's hands in an open campaign that asks nothing."""
    door = world.door(302)
    campaign = world.campaign()
    campaign.questions.update(required=False)
    world.give(campaign, door, world.owner)
    return door
