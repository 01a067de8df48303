"""Pictures for tests: drawn, of any size, with what a camera writes beside them."""

import io
import random

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

# Tags of EXIF: who made the camera, and the block that says where the picture was taken.
MAKER, PLACE = 0x010F, 0x8825


def picture_bytes(exif: bool = False, kind: str = "JPEG", *, salt: int = 0, camera: str = "Camera") -> bytes:
    """Another picture for every salt. With `exif` it says with which camera and where it was taken."""
    image = Image.new("RGB", (64, 48), (200, 30, 30))
    image.paste(((salt * 40) % 256, (salt // 6 * 40) % 256, 90), (0, 0, 32, 48))
    target, facts = io.BytesIO(), Image.Exif()
    if exif:
        facts[MAKER] = camera
        facts.get_ifd(PLACE).update({1: "N", 2: (32.0, 38.0, 15.0), 3: "E", 4: (110.0, 47.0, 30.0)})
    image.save(target, kind, exif=facts)
    return target.getvalue()


def noise(size: int) -> SimpleUploadedFile:
    """A photo that takes at least `size` bytes wherever it is kept: nothing in it can be made shorter."""
    side = max(32, int((size * 2) ** 0.5))
    pixels = random.Random(7).randbytes(side * side * 3)  # noqa: S311 - pixels that must be the same in every run; nothing secret
    target = io.BytesIO()
    Image.frombytes("RGB", (side, side), pixels).save(target, "JPEG", quality=82)
    return SimpleUploadedFile("a.jpg", target.getvalue(), "image/jpeg")


def upload(salt: int = 0, name: str = "a.jpg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, picture_bytes(salt=salt), "image/jpeg")
