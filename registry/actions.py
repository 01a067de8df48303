"""What can be done to the register: bring a workbook in, confirm it or put it aside; reveal a masked field."""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from tempfile import TemporaryFile
from typing import IO, Any

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actions import log_access, must
from accounts.lifecycles import begin, move
from accounts.models import Officer, Unit
from accounts.planner import has_grown
from accounts.refusals import Refusal, connection_lost, refused_by_disk
from accounts.rights import Right
from registry import importing, writing
from registry.keeping import chunks_of, opened, sealed
from registry.models import Contact, ImportBatch, Premises
from registry.states import IMPORT
from registry.unreadable import UnreadableFile
from registry.xlsx_package import Limits

Progress = Callable[[int, int], None]


@transaction.atomic
def upload_workbook(
    *, unit: Unit, file: IO[bytes], name: str, dated_on: date | None = None, by: Officer, at: datetime
) -> ImportBatch:
    """Keep the file, sealed, until the worker has read it. `dated_on` is the day from which its facts count; None
    takes the day that the workbook itself names."""
    must(by, Right.IMPORT_PREMISES, unit.pk)
    size = file.seek(0, 2)
    if not size:
        raise Refusal("empty", _("This file is empty."), "file")
    if size > Limits.file_bytes:
        limit = f"{Limits.file_bytes >> 20} MB"
        raise Refusal("too_large", _("This file is too large (limit: %(limit)s).") % {"limit": limit}, "file")
    if dated_on and dated_on > timezone.localdate(at):
        raise Refusal("dated_ahead", _("The workbook's date lies in the future."), "dated_on")
    digest = hashlib.sha256()
    for chunk in chunks_of(file):
        digest.update(chunk)
    batch = ImportBatch(
        unit=unit, by=by, at=at, file_name=name[-200:], sha256=digest.hexdigest(), size=size, dated_on=dated_on
    )
    with sealed(chunks_of(file)) as kept:
        batch.file.save(f"{digest.hexdigest()[:16]}.sealed", kept, save=False)
    try:
        begin(batch, IMPORT, "upload", by=by, at=at)
        log_access(by, "workbook_uploaded", batch)
    except Exception:
        batch.file.storage.delete(str(batch.file.name))
        raise
    return batch


def read_batch(*, batch: ImportBatch, at: datetime, progress: Progress | None = None) -> ImportBatch:
    """Read the kept file into rows and show what they would do. Called by the worker and by the command.

    Not one transaction: rows are copied block by block, so that the page sees the progress. The file that was
    uploaded is gone afterwards; what stays is its cleaned layout.
    """

    def report(done: int, expected: int) -> None:
        percent = min(95, done * 95 // max(expected, 1))
        ImportBatch.objects.unscoped("progress of one import").filter(pk=batch.pk).update(progress=percent)
        if progress:
            progress(done, expected)

    batch.rows.all().delete()
    try:
        with opened(batch.file) as file, TemporaryFile() as layout:
            reading = importing.read_workbook(batch, file, layout, report)
            with _layout_in_place(batch, layout):
                return _show(batch, reading, at)
    except UnreadableFile as error:
        return _fail(batch, error, at)
    except Refusal as refusal:
        if refusal.code == "disk_full":
            return _fail(batch, UnreadableFile("disk_full"), at)
        # Put aside while it was being read: that stands, and nothing of the file stays.
        _drop_file(batch)
        batch.refresh_from_db()
        return batch
    except Exception as error:
        if connection_lost(error):
            raise
        if refused_by_disk(error):
            return _fail(batch, UnreadableFile("disk_full"), at)
        _fail(batch, UnreadableFile("not_finished"), at)
        raise


def give_up_reading(*, batch: ImportBatch, at: datetime) -> ImportBatch:
    """Called when the worker tries no more: the page says so, with the way out, instead of "being read" for ever."""
    if batch.state != ImportBatch.State.READING:
        return batch
    return _fail(batch, UnreadableFile("not_finished"), at)


@transaction.atomic
def _fail(batch: ImportBatch, error: UnreadableFile, at: datetime) -> ImportBatch:
    _drop_file(batch)
    said = [{"code": error.code, "params": error.params}]
    return move(batch, IMPORT, "fail", by=batch.by, at=at, version=batch.version, messages=said, counts={})


@transaction.atomic
def _show(batch: ImportBatch, reading: importing.Reading, at: datetime) -> ImportBatch:
    ImportBatch.objects.unscoped("the layout replaces the upload").filter(pk=batch.pk).update(file=batch.file.name)
    today = timezone.localdate(at)
    batch.dated_on = batch.dated_on or min(reading.dated_on or today, today)
    with importing.in_one_sweep(batch):
        importing.compare_rows(batch)
        importing.match_rows(batch)
    return move(
        batch,
        IMPORT,
        "show",
        by=batch.by,
        at=at,
        version=batch.version,
        progress=100,
        counts=importing.count(batch),
        columns=reading.tables,
        messages=[{"kind": reading.kind, "skipped": reading.skipped, "hidden": reading.hidden}],
        dated_on=batch.dated_on,
    )


@contextmanager
def _layout_in_place(batch: ImportBatch, layout: IO[bytes]) -> Iterator[None]:
    """The layout takes the upload's place together with the preview: a worker that is killed before reads the upload
    again, and what fails on the way leaves no layout behind."""
    uploaded, storage = str(batch.file.name), batch.file.storage
    with sealed(chunks_of(layout)) as kept:
        batch.file.save(f"{batch.sha256[:16]}.layout", kept, save=False)
    try:
        yield
    except BaseException:
        storage.delete(str(batch.file.name))
        batch.file = uploaded
        raise
    storage.delete(uploaded)


@transaction.atomic
def look_again(*, batch: ImportBatch, by: Officer, at: datetime) -> ImportBatch:
    """Compare the rows with the register once more, after somebody else changed it."""
    must(by, Right.IMPORT_PREMISES, batch.unit_id)
    with importing.in_one_sweep(batch):
        importing.match_rows(batch)
    return move(batch, IMPORT, "look_again", by=by, at=at, version=batch.version, counts=importing.count(batch))


@transaction.atomic
def confirm_import(*, batch: ImportBatch, version: int, by: Officer, at: datetime) -> ImportBatch:
    """Write all that was taken, or nothing. `version` is that of the preview that the person looked at.

    A second tap finds another version and is refused; so is a preview that the register has left behind.
    """
    must(by, Right.IMPORT_PREMISES, batch.unit_id)
    done = move(batch, IMPORT, "confirm", by=by, at=at, version=version, ended_at=at, ended_by=by, counts=batch.counts)
    with importing.in_one_sweep(done):
        stale = importing.match_rows(done)
    if stale:
        raise writing.left_behind()
    writing.write_doors(done, at)
    has_grown(Premises, Contact, rows=done.counts.get("new_doors", 0))
    _forget(done, keep_reasons=True)
    log_access(by, "import_confirmed", done)
    return done


@transaction.atomic
def discard_import(*, batch: ImportBatch, by: Officer, at: datetime) -> ImportBatch:
    """Put the workbook aside: its rows and its file are deleted."""
    done = move(batch, IMPORT, "discard", by=by, at=at, version=batch.version, ended_at=at, ended_by=by)
    _forget(done, keep_reasons=False)
    log_access(by, "import_discarded", done)
    return done


def _forget(batch: ImportBatch, *, keep_reasons: bool) -> None:
    """What the rows said of people goes. Their reasons and the sealed layout stay for the copy that goes back, until
    the unit's next import is confirmed."""
    batch.rows.all().filter(**({"reasons": [], "verdict__in": ["taken", "partly"]} if keep_reasons else {})).delete()
    texts = "street building entrance floor door address address_key walk_key name name_key contact_name contact_key "
    texts += "relation phone_mac use register_officer register_badge"
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE registry_importrow SET phone = '', sought = '{}', registered_elsewhere = NULL, premises_id = NULL, "
            "door_key = NULL, " + ", ".join(f"{column} = ''" for column in texts.split()) + " WHERE batch_id = %s",
            [batch.pk],
        )
    older = ImportBatch.objects.unscoped("copies of earlier imports").filter(unit_id=batch.unit_id, id__lt=batch.pk)
    over = [*older.filter(ended_at__isnull=False).exclude(file="")] + ([] if keep_reasons else [batch])
    for each in over:
        _drop_file(each)


def _drop_file(batch: ImportBatch) -> None:
    batch.rows.all().delete()
    name, storage = batch.file.name, batch.file.storage
    ImportBatch.objects.unscoped("its file goes").filter(pk=batch.pk).update(file="")
    if name:
        transaction.on_commit(lambda: storage.delete(name))


REVEALED: dict[str, str] = {"name": "name", "phone": "phone"}


@transaction.atomic
def reveal(*, premises: Premises, field: str, contact: Contact | None, reason: str, by: Officer, at: datetime) -> str:
    """One masked field in clear, once, for a reason that is logged: the door's name, or a contact's name or phone."""
    must(by, Right.REVEAL, premises.unit_id)
    reason = " ".join(reason.split())
    if len(reason) < 4:
        raise Refusal("reason", _("Say in a few words why you need to see this."), "reason")
    row: Any = contact if contact is not None else premises
    if field not in REVEALED or (contact is not None and contact.premises_id != premises.pk):
        raise Refusal("field", _("This field can't be revealed."))
    if contact is None and field != "name":
        raise Refusal("field", _("This field can't be revealed."))
    log_access(by, f"reveal_{field}", row, reason=reason)
    return str(getattr(row, field))
