"""What proves something: a picture is a picture, and says nothing of where and with what it was taken."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from accounts.refusals import Refusal
from disputes.evidence import add_evidence
from disputes.models import Case, Evidence
from disputes.pictures import MOST_PIXELS, read_picture
from tests.disputes.steps import registered
from tests.pictures import PLACE, picture_bytes, upload
from tests.world import NOW, World

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(world: World) -> Case:
    return registered(
        kind="hazard",
        category="fire",
        title="楼道堆物",
        premises=world.door(302),
        campaign=None,
        by=world.owner,
        at=NOW,
    )


def add(world: World, case: Case, file: SimpleUploadedFile) -> Evidence:
    add_evidence(case=case, kind="after", upload=file, version=case.version, by=world.owner, at=NOW)
    return Evidence.objects.get(case=case)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_where_and_with_what_it_was_taken_is_not_kept(world: World, case: Case, kind: str) -> None:
    taken = picture_bytes(exif=True, kind=kind, camera="相机甲")
    with Image.open(io.BytesIO(taken)) as image:
        assert image.getexif().get_ifd(PLACE)
    kept = add(world, case, SimpleUploadedFile("a.jpg", taken, "image/jpeg"))
    with kept.file.open() as file, Image.open(file) as image:
        assert (image.format, dict(image.getexif())) == ("JPEG", {})
    assert kept.content_type == "image/jpeg" and kept.file.name.endswith(".jpg")


def test_what_stands_behind_a_picture_is_not_kept(world: World, case: Case) -> None:
    behind = b"PK\x03\x04<script>alert(1)</script>"
    kept = add(world, case, SimpleUploadedFile("a.jpg", picture_bytes() + behind, "image/jpeg"))
    with kept.file.open() as file:
        assert behind not in file.read()


@pytest.mark.parametrize(
    "content",
    [b"\xff\xd8\xff<svg onload=alert(1)>", b"\x89PNG\r\n\x1a\n" + b"0" * 200, b"RIFF0000WEBP", b"<svg/>", b"GIF89a"],
    ids=["begins like a JPEG", "begins like a PNG", "begins like a WebP", "SVG", "GIF"],
)
def test_what_only_begins_like_a_picture_proves_nothing(world: World, case: Case, content: bytes) -> None:
    with pytest.raises(Refusal) as caught:
        add(world, case, SimpleUploadedFile("a.jpg", content, "image/jpeg"))
    assert caught.value.field == "upload"
    case.refresh_from_db()
    assert not case.evidence.exists() and case.version == 1


def test_the_same_picture_twice_is_refused(world: World, case: Case) -> None:
    add(world, case, upload(3))
    case.refresh_from_db()
    with pytest.raises(Refusal) as caught:
        add(world, case, upload(3))
    assert (caught.value.code, caught.value.field) == ("file_twice", "upload")


def test_a_paper_is_kept_as_it_came(world: World, case: Case) -> None:
    kept = add(world, case, SimpleUploadedFile("a.pdf", b"%PDF-1.7 agreement", "application/pdf"))
    with kept.file.open() as file:
        assert (file.read(), kept.content_type) == (b"%PDF-1.7 agreement", "application/pdf")


def test_a_picture_of_more_pixels_than_memory_is_refused_before_it_is_unpacked() -> None:
    side = int(MOST_PIXELS["PNG"] ** 0.5) + 1
    target = io.BytesIO()
    Image.new("1", (side, side)).save(target, "PNG")
    assert len(target.getvalue()) < 20_000
    with pytest.raises(Refusal) as caught:
        read_picture(io.BytesIO(target.getvalue()), len(target.getvalue()))
    assert caught.value.code == "photo_size"


def test_a_picture_lies_as_it_was_held_and_is_kept_small() -> None:
    image, facts, target = Image.new("RGB", (4000, 3000), (9, 9, 9)), Image.Exif(), io.BytesIO()
    facts[0x0112] = 6  # turned by a quarter
    image.save(target, "JPEG", exif=facts)
    with Image.open(io.BytesIO(read_picture(io.BytesIO(target.getvalue()), 1).content)) as kept:
        assert kept.size == (1200, 1600)


@pytest.mark.parametrize("mode", ["P", "RGBA", "L", "1", "I;16"])
def test_every_sort_of_png_is_read(mode: str) -> None:
    target = io.BytesIO()
    Image.new(mode, (2000, 100)).save(target, "PNG")
    with Image.open(io.BytesIO(read_picture(io.BytesIO(target.getvalue()), 1).content)) as kept:
        assert (kept.mode, kept.size) == ("RGB", (1600, 80))
