"""Small drawn pictures: the demo has no photos of real places."""

import io
from random import Random

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageDraw

from disputes.pictures import Picture


def picture(rng: Random, word: str) -> Picture:
    image = Image.new("RGB", (320, 240), tuple(rng.randrange(120, 220) for _n in range(3)))
    draw = ImageDraw.Draw(image)
    for _n in range(6):
        x, y = rng.randrange(300), rng.randrange(220)
        draw.rectangle((x, y, x + rng.randrange(10, 60), y + rng.randrange(10, 60)), outline=(60, 60, 80))
    draw.text((10, 10), f"DEMO {word}", fill=(20, 20, 40))
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=60)
    return Picture(buffer.getvalue())


def upload(rng: Random, word: str) -> SimpleUploadedFile:
    return SimpleUploadedFile(f"{word}.jpg", picture(rng, word).content, "image/jpeg")
