"""Files that no row names: what a kill or a rollback left between writing a file and writing its row.

The folders that our own file fields write into are looked through, and the temporary folder for uploads that were on
their way. Anything younger than an hour may still get its row; anything elsewhere is not ours.
"""

import logging
import os
import tempfile
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.db.models import FileField

log = logging.getLogger(__name__)
SPARED = timedelta(hours=1)


def sweep(*, at: datetime) -> int:
    """Removes them; returns how many. Their names are not logged: they may be a person's."""
    before = (at - SPARED).timestamp()
    root = Path(settings.MEDIA_ROOT)
    gone = 0
    for top, fields in fields_by_folder().items():
        for folder, _folders, files in os.walk(root / top):
            old = [path for name in files if is_older(path := Path(folder) / name, before)]
            if old:
                named = names_under(fields, Path(folder).relative_to(root).as_posix())
                gone += sum(remove(path) for path in old if path.relative_to(root).as_posix() not in named)
    gone += sum(remove(path) for path in uploads_on_their_way() if is_older(path, before))
    if gone:
        log.warning("swept %d files that no row names", gone)
    return gone


def fields_by_folder() -> dict[str, list[FileField]]:
    """First folder of the path → the fields that write there."""
    found: dict[str, list[FileField]] = {}
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            if isinstance(field, FileField):
                found.setdefault(str(field.upload_to).split("/", 1)[0], []).append(field)
    return found


def names_under(fields: list[FileField], folder: str) -> set[str]:
    """What rows name in one folder; read after the folder was, so that a name that came meanwhile counts."""
    found: set[str] = set()
    for field in fields:
        rows = field.model._base_manager.filter(**{f"{field.name}__startswith": f"{folder}/"})
        found.update(rows.values_list(field.name, flat=True).iterator())
    return found


def uploads_on_their_way() -> Iterator[Path]:
    """Django writes a large upload down while it reads the request; a kill leaves it lying open."""
    folder = Path(settings.FILE_UPLOAD_TEMP_DIR or tempfile.gettempdir())
    for path in folder.glob("tmp*.upload*"):
        if path.lstat().st_uid == os.geteuid():
            yield path


def is_older(path: Path, before: float) -> bool:
    try:
        return path.lstat().st_mtime < before
    except OSError:
        return False


def remove(path: Path) -> bool:
    try:
        path.unlink()
    except OSError:
        return False
    return True
