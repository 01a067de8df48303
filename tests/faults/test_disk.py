"""The disk has no room for an upload: a sentence that says so, nothing half saved, no piece of a file left."""

import errno
import gc
import io
import logging
import resource
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.files.storage import FileSystemStorage
from django.test import Client
from django.urls import reverse

from accounts.refusals import Refusal
from disputes.evidence import add_evidence
from disputes.ledger import faults
from disputes.models import Case, Evidence
from registry.actions import read_batch, upload_workbook
from registry.models import ImportBatch
from tests.disputes.steps import registered
from tests.pictures import noise
from tests.registry.conftest import BY_COMMUNITY
from tests.world import NOW, World

pytestmark = pytest.mark.django_db


@contextmanager
def room_for(size: int) -> Iterator[None]:
    """No file of this process may grow beyond `size` bytes: the system refuses the write as it does on a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def kept_files() -> set[Path]:
    return {path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()}


def case_of(world: World) -> Case:
    return registered(
        kind="dispute", category="neighbour", title="堆物", premises=world.door(302), campaign=None, by=world.owner, at=NOW
    )  # fmt: skip


def test_evidence_is_refused_whole_and_the_chain_holds(world: World) -> None:
    case, before = case_of(world), kept_files()
    with room_for(64 << 10), pytest.raises(Refusal) as caught:
        add_evidence(case=case, kind="other", upload=noise(200 << 10), version=case.version, by=world.owner, at=NOW)
    assert caught.value.code == "disk_full"
    assert kept_files() == before
    assert not Evidence.objects.filter(case=case).exists()
    assert Case.objects.visible_to(world.owner).get().version == case.version
    assert list(faults()) == []


def test_a_workbook_is_refused_on_its_page(world: World) -> None:
    before = kept_files()
    client = Client(headers={"accept-language": "en"})
    client.force_login(world.chief)
    file = io.BytesIO(b"0" * (1 << 20))
    file.name = "底册.xlsx"
    with room_for(64 << 10):
        answer = client.post(reverse("admin:registry_importbatch_add"), {"file": file, "unit": world.station.pk})
    assert answer.status_code == 422
    assert "disk is full" in answer.content.decode()
    assert kept_files() == before
    assert not ImportBatch.objects.unscoped("test").exists()


def test_an_upload_that_does_not_fit_the_temporary_folder_is_told_as_such(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Django writes it down while it reads the request, before any view. Closing that file fails once more: its
    complaint goes nowhere, the file goes."""
    monkeypatch.setattr(sys, "unraisablehook", lambda _: None)
    monkeypatch.setattr(logging.getLogger("django.request"), "disabled", True)
    client = Client(headers={"accept-language": "en"}, raise_request_exception=False)
    client.force_login(world.chief)
    file = io.BytesIO(b"0" * (4 << 20))
    file.name = "底册.xlsx"
    with room_for(64 << 10):
        answer = client.post(reverse("admin:registry_importbatch_add"), {"file": file, "unit": world.station.pk})
    assert answer.status_code == 507
    assert "disk is full" in answer.content.decode()
    del answer, client
    gc.collect()
    assert not list(Path(tempfile.gettempdir()).glob("*.upload.xlsx"))
    assert not ImportBatch.objects.unscoped("test").exists()


@pytest.mark.parametrize("where", ["the file that is read", "the layout"])
def test_a_workbook_that_fills_the_disk_while_it_is_read_says_so(
    world: World, where: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with BY_COMMUNITY.open("rb") as file:
        batch = upload_workbook(unit=world.station, file=file, name="a.xlsx", by=world.chief, at=NOW)
    if where == "the layout":
        refuse_layouts(monkeypatch)
    with room_for(1 << 30 if where == "the layout" else 4 << 10):
        batch = read_batch(batch=batch, at=NOW)
    assert (batch.state, batch.messages[0]["code"]) == (ImportBatch.State.FAILED, "disk_full")
    assert not batch.rows.exists()


def refuse_layouts(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(self: Any, name: str, content: Any) -> str:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(FileSystemStorage, "_save", full)
