"""Files without a row: gone after an hour. Files with a row, young ones and strangers' stay."""

import os
import tempfile
from datetime import timedelta
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.db.models import FileField
from django_tasks_db.backend import DatabaseBackend
from django_tasks_db.models import DBTaskResult

from config.sweeping import SPARED, fields_by_folder, sweep
from config.tasks import EVERY, sweep_files, sweep_soon
from registry.actions import read_batch, upload_workbook
from registry.models import ImportBatch
from tests.registry.conftest import BY_COMMUNITY
from tests.world import NOW, World

pytestmark = pytest.mark.django_db


def aged(path: Path, by: timedelta = SPARED * 2) -> Path:
    when = (NOW - by).timestamp()
    os.utime(path, (when, when))
    return path


def written(name: str, by: timedelta = SPARED * 2) -> Path:
    storage = storages["default"]
    return aged(Path(storage.path(storage.save(name, ContentFile(b"x")))), by)


@pytest.mark.parametrize("folder", ["imports", "exports", "prints", "walk-lists", "evidence", "photos"])
def test_what_no_row_names_goes_after_an_hour(world: World, folder: str) -> None:
    left = written(f"{folder}/2026/11/left-behind")
    young = written(f"{folder}/2026/11/on-its-way", SPARED / 2)
    assert sweep(at=NOW) == 1
    assert (left.exists(), young.exists()) == (False, True)
    young.unlink()


def test_what_a_row_names_stays_whatever_its_age(world: World) -> None:
    with BY_COMMUNITY.open("rb") as file:
        batch = upload_workbook(unit=world.station, file=file, name="a.xlsx", by=world.chief, at=NOW)
    kept = aged(Path(batch.file.path))
    assert sweep(at=NOW) == 0
    assert kept.exists()
    batch = read_batch(batch=batch, at=NOW)
    assert not kept.exists()
    kept = aged(Path(batch.file.path))
    assert sweep(at=NOW) == 0
    assert kept.exists()
    assert ImportBatch.objects.unscoped("test").get().file.name == batch.file.name
    kept.unlink()


def test_every_file_field_is_looked_after() -> None:
    fields = [f for model in apps.get_models() for f in model._meta.concrete_fields if isinstance(f, FileField)]
    assert sorted(map(str, fields)) == sorted(str(f) for found in fields_by_folder().values() for f in found)
    assert all(str(f.upload_to).strip("/") for f in fields), "a field that writes to the top folder would be swept over"


def test_what_is_not_ours_is_left_alone(world: World) -> None:
    other = Path(settings.MEDIA_ROOT) / "somebody-elses" / "a"
    other.parent.mkdir(parents=True, exist_ok=True)
    other.touch()
    aged(other)
    assert sweep(at=NOW) == 0
    assert other.exists()
    other.unlink()


def test_an_upload_whose_web_process_was_killed_does_not_lie_open(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    left, young, other = (tmp_path / name for name in ("tmpabc.upload.xlsx", "tmpdef.upload.xlsx", "tmpghi.xlsx"))
    for path in (left, young, other):
        path.touch()
    aged(left)
    aged(other)
    aged(young, SPARED / 2)
    assert sweep(at=NOW) == 1
    assert not left.exists()
    assert young.exists()
    assert other.exists()


def test_one_sweep_waits_at_any_time_and_each_calls_the_next(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = DatabaseBackend("default", {"QUEUES": ["default"]})
    monkeypatch.setattr(type(sweep_files), "get_backend", lambda task: kept)
    waiting = DBTaskResult.objects.filter(task_path=sweep_files.module_path)
    sweep_soon()
    sweep_soon()
    assert waiting.count() == 1
    waiting.delete()
    sweep_files.func()
    assert waiting.get().run_after == NOW + EVERY
