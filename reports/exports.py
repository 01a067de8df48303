"""Taking a list away as an Excel file: ask, write (at once when short, else in the worker), throw away after a day."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from tempfile import TemporaryFile
from typing import Any

from django.core.files import File
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.actions import log_access, must
from accounts.models import Officer
from accounts.refusals import Refusal, refused_by_disk
from accounts.rights import Right
from registry.xlsx_table import MOST_ROWS, write_tables
from reports.actions import broken_off
from reports.lists import list_named, rows_of, table_of
from reports.models import Export

# What a web process writes in the blink of an eye; longer lists wait for the worker.
AT_ONCE = 3_000


@transaction.atomic
def ask_export(*, name: str, query: str, language: str, by: Officer, at: datetime) -> Export:
    """Needs EXPORT, and the right to see the list. What was asked for is in the access log by its list and number."""
    must(by, Right.EXPORT)
    model_admin = list_named(name, by)
    rows_of(model_admin, by, query)
    throw_away(at=at)
    waiting = Export.objects.unscoped("the same wish, not yet written").filter(
        officer=by,
        name=name,
        query=query,
        language=language,
        done_at__isnull=True,
        failure="",
        asked_at__gt=at - Export.KEPT,
    )
    same: Export | None = waiting.first()
    if same is not None:
        return same
    title = str(model_admin.opts.verbose_name_plural)
    export: Export = Export.objects.create(
        officer=by, name=name, query=query, language=language, title=title, asked_at=at
    )
    log_access(by, "list_exported", export, reason=name)
    return export


def is_short(export: Export) -> bool:
    """Whether it can be written while its reader waits; counts no further than it must."""
    rows = rows_of(list_named(export.name, export.officer), export.officer, export.query)
    return len(rows.order_by().values_list("pk", flat=True)[: AT_ONCE + 1]) <= AT_ONCE


def write_export(*, export: Export, at: datetime) -> Export:
    """Writes the file, or keeps the sentence that says why not. The officer's reach is asked anew: it may have ended."""
    if export.done_at is not None or export.failure:
        return export
    with translation.override(export.language):
        try:
            _write(export, at)
        except Refusal as refusal:
            export.failure = str(refusal)[:200]
        except Exception as error:
            full = refused_by_disk(error)
            unforeseen = _("The file could not be written. Ask the administrator to look at the log.")
            export.failure, export.query = str(full)[:200] if full else unforeseen, ""
            export.save(update_fields=["failure", "query"])
            if full is None:
                raise
            return export
    export.query = ""
    export.save(update_fields=["failure", "query", "rows", "size", "file", "reach", "done_at"])
    return export


def give_up_export(*, export: Export) -> None:
    """Called when the worker tries no more; what was sought is forgotten with it."""
    waiting = Export.objects.unscoped("still to be written").filter(pk=export.pk, done_at=None, failure="")
    waiting.update(failure=broken_off(export.language), query="")


def _write(export: Export, at: datetime) -> None:
    must(export.officer, Right.EXPORT)
    export.reach = reach_of(export.officer)
    table = table_of(list_named(export.name, export.officer), export.officer, export.query)
    table.rows = _no_more_than(table.rows)
    with TemporaryFile() as target:
        write_tables(target, [table])
        export.rows, export.size, export.done_at = table.written, target.tell(), at
        target.seek(0)
        export.file.save(f"{export.name}-{export.pk}.xlsx", File(target), save=False)


def _no_more_than(rows: Iterable[Sequence[Any]]) -> Iterator[Sequence[Any]]:
    for number, row in enumerate(rows):
        if number >= MOST_ROWS:
            raise Refusal("too_many", _("More rows than a sheet holds. Narrow the list and ask again."))
        yield row


def reach_of(officer: Officer) -> list[str]:
    """The roles that hold today and where: what a file's rows and masks came from."""
    return sorted(f"{role.value} {path}" for role, path in officer.grants_now)


def reach_lost(export: Export, reader: Officer) -> Refusal | None:
    """A file holds what its owner might see when it was written; a role that has ended since takes it away."""
    if not export.file or (export.reach and set(export.reach) <= set(reach_of(reader))):
        return None
    return Refusal(
        "reach_lost",
        _("Your role or your unit has changed since this file was written. Ask for the list again."),
        status=403,
    )


def must_still_reach(export: Export, reader: Officer) -> None:
    if refused := reach_lost(export, reader):
        raise refused


def throw_away(*, at: datetime) -> int:
    """Deletes the files of yesterday, whoever asked for them; the rows stay and say that there was one."""
    old = Export.objects.unscoped("files past their day").filter(asked_at__lt=at - Export.KEPT).exclude(file="")
    count = 0
    for export in old.select_for_update(skip_locked=True, of=("self",))[:200]:
        export.file.delete(save=False)
        export.save(update_fields=["file"])
        count += 1
    return count
