"""Steps that tests of visits share: what an officer says at a door."""

import io
from typing import Any
from uuid import UUID, uuid4

from PIL import Image

from accounts.models import Officer
from registry.models import Premises
from tests.world import NOW, World
from visits.actions import log_attempt
from visits.attempts import Attempt
from visits.models import Submission
from visits.pictures import Picture, read_picture


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


def picture_bytes(exif: bool = False, kind: str = "JPEG") -> bytes:
    image = Image.new("RGB", (64, 48), (200, 30, 30))
    target, facts = io.BytesIO(), Image.Exif()
    if exif:
        facts[0x010F] = "Camera"
    image.save(target, kind, exif=facts)
    return target.getvalue()
