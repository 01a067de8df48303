"""Pictures taken at a door or added to a case: told by their content, written anew without what the camera knew of
place and time."""

import hashlib
import io
from dataclasses import dataclass
from typing import BinaryIO

from django.utils.translation import gettext as _
from PIL import Image, ImageOps, UnidentifiedImageError

from accounts.refusals import Refusal

FORMATS = ("JPEG", "PNG", "WEBP")
LARGEST_FILE = 15 * 1024 * 1024
# What one picture may take in memory: a JPEG is unpacked in small, others as large as they are, four bytes a pixel. Half a
# megabyte of PNG can say that it is 12,000 pixels wide and high, which is more than half a gigabyte.
MOST_PIXELS = {"JPEG": 64_000_000, "PNG": 25_000_000, "WEBP": 25_000_000}
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
            if image.width * image.height > MOST_PIXELS[image.format or ""]:
                raise Refusal("photo_size", _("This picture has too many pixels. Take it at a lower quality."), field)
            image.draft("RGB", (KEPT_SIDE, KEPT_SIDE))
            # Made small before anything else, so that there is never a second one of its size.
            small = image.convert("RGB") if image.mode == "P" else image
            small.thumbnail((KEPT_SIDE, KEPT_SIDE))
            target = io.BytesIO()
            ImageOps.exif_transpose(small).convert("RGB").save(target, "JPEG", quality=82, optimize=True)
    except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError) as error:
        raise Refusal("photo", _("This is no picture (JPEG, PNG or WebP). Choose another file."), field) from error
    return Picture(target.getvalue())
