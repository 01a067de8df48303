"""Pictures taken at a door: told by their content, written anew without what the camera knew of place and time."""

import hashlib
import io
from dataclasses import dataclass
from typing import BinaryIO

from django.utils.translation import gettext as _
from PIL import Image, ImageOps, UnidentifiedImageError

from accounts.refusals import Refusal

FORMATS = ("JPEG", "PNG", "WEBP")
LARGEST_FILE = 15 * 1024 * 1024
LARGEST_SIDE = 12_000
KEPT_SIDE = 1_600


@dataclass(frozen=True)
class Picture:
    """A checked picture, ready to be stored: always a JPEG of at most 1,600 pixels a side."""

    content: bytes
    content_type: str = "image/jpeg"

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()

    @property
    def name(self) -> str:
        return f"{self.sha256[:16]}.jpg"


def read_picture(file: BinaryIO, size: int, field: str = "photo") -> Picture:
    """Raises `Refusal` at `field` for anything that isn't a JPEG, PNG or WebP picture of a sane size.

    The pixels are written anew: position, device and time in the original's metadata are personal data that
    nobody needs here, and whatever else a file may carry behind its first bytes is gone.
    """
    if size > LARGEST_FILE:
        raise Refusal("photo_size", _("This picture is larger than 15 MB. Take it at a lower quality."), field)
    try:
        with Image.open(file, formats=FORMATS) as image:
            if max(image.size) > LARGEST_SIDE:
                raise Refusal("photo_size", _("This picture has too many pixels. Take it at a lower quality."), field)
            image.draft("RGB", (KEPT_SIDE, KEPT_SIDE))
            upright = ImageOps.exif_transpose(image).convert("RGB")
            upright.thumbnail((KEPT_SIDE, KEPT_SIDE))
            target = io.BytesIO()
            upright.save(target, "JPEG", quality=82, optimize=True)
    except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError) as error:
        raise Refusal("photo", _("This is no picture (JPEG, PNG or WebP). Choose another file."), field) from error
    return Picture(target.getvalue())
