"""A disk of 20 MB that is full, a real one: each way of writing a file says so, and leaves neither a row nor a piece."""

import gc
import io
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.refusals import Refusal
from disputes.evidence import add_evidence
from disputes.models import Evidence
from registry.actions import read_batch, upload_workbook
from registry.models import ImportBatch
from reports.actions import draw_print
from reports.exports import ask_export, write_export
from reports.models import Export, Print
from tests.faults.test_disk import case_of
from tests.pictures import noise
from tests.registry.conftest import BY_COMMUNITY
from tests.reports.test_brief import frozen
from tests.world import NOW, World

pytestmark = pytest.mark.django_db
SIZE = 20 << 20


@pytest.fixture
def disk(tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """20 MB for uploads and temporary files; `fill` leaves so many bytes free.

    A file that could not be written complains once more when it is closed: that complaint goes nowhere.
    """
    place = tmp_path / "disk"
    place.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "none", place], capture_output=True)
    if sys.platform != "linux" or mounted.returncode:
        pytest.skip("only root may mount a small disk")
    (place / "tmp").mkdir()
    monkeypatch.setattr(sys, "unraisablehook", lambda _: None)
    settings.MEDIA_ROOT = place / "media"
    monkeypatch.setattr(tempfile, "tempdir", str(place / "tmp"))
    try:
        yield place
    finally:
        gc.collect()
        subprocess.run(["umount", "-l", place], check=True)


def fill(disk: Path, free: int) -> None:
    with (disk / "filler").open("wb") as file:
        file.write(b"0" * (SIZE - free - used(disk)))


def used(disk: Path) -> int:
    return sum(path.stat().st_blocks * 512 for path in disk.rglob("*"))


def pieces(disk: Path) -> set[str]:
    return {str(path.relative_to(disk)) for path in disk.rglob("*") if path.is_file()}


def test_evidence_says_that_the_disk_is_full(world: World, disk: Path) -> None:
    case = case_of(world)
    fill(disk, 64 << 10)
    with pytest.raises(Refusal) as caught:
        add_evidence(case=case, kind="other", upload=noise(2 << 20), version=case.version, by=world.owner, at=NOW)
    assert caught.value.code == "disk_full"
    assert pieces(disk) == {"filler"}
    assert not Evidence.objects.filter(case=case).exists()


@pytest.mark.parametrize("size", [1 << 20, 6 << 20], ids=["kept in memory", "written down while it is read"])
def test_a_workbook_says_that_the_disk_is_full(world: World, disk: Path, size: int) -> None:
    fill(disk, 256 << 10)
    client = Client(headers={"accept-language": "en"}, raise_request_exception=False)
    client.force_login(world.chief)
    file = io.BytesIO(b"0" * size)
    file.name = "a.xlsx"
    answer = client.post(reverse("admin:registry_importbatch_add"), {"file": file, "unit": world.station.pk})
    assert answer.status_code in {422, 507}
    assert "disk is full" in answer.content.decode()
    assert not ImportBatch.objects.unscoped("test").exists()
    assert {name for name in pieces(disk) if not name.startswith("tmp/")} == {"filler"}


def test_reading_a_workbook_says_that_the_disk_is_full(
    world: World, disk: Path, django_capture_on_commit_callbacks: Any
) -> None:
    with BY_COMMUNITY.open("rb") as file:
        batch = upload_workbook(unit=world.station, file=file, name="a.xlsx", by=world.chief, at=NOW)
    fill(disk, 4 << 10)
    with django_capture_on_commit_callbacks(execute=True):
        batch = read_batch(batch=batch, at=NOW)
    assert (batch.state, batch.messages[0]["code"]) == (ImportBatch.State.FAILED, "disk_full")
    assert not batch.rows.exists()
    assert pieces(disk) == {"filler"}


def test_an_export_says_that_the_disk_is_full(world: World, disk: Path) -> None:
    for number in range(101, 160):
        world.door(number)
    export = ask_export(name="registry_premises", query="", language="en", by=world.chief, at=NOW)
    fill(disk, 0)
    write_export(export=export, at=NOW)
    kept = Export.objects.unscoped("test").get()
    assert "disk is full" in kept.failure
    assert not kept.file
    assert pieces(disk) == {"filler"}


def test_a_print_says_that_the_disk_is_full(world: World, disk: Path) -> None:
    world.door(101)
    snapshot = frozen(world, world.campaign())
    printed = Print.objects.create(snapshot=snapshot, printer=world.desk, number=1, language="en", asked_at=NOW)
    fill(disk, 4 << 10)
    draw_print(printed=printed, at=NOW)
    kept = Print.objects.unscoped("test").get()
    assert kept.failure
    assert (kept.done_at, bool(kept.file)) == (None, False)
    assert pieces(disk) == {"filler"}
