"""Brings a workbook of doors in, by the same path as the administration pages."""

import json as json_format
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.models import Officer, Unit
from accounts.refusals import Refusal
from registry.actions import confirm_import, discard_import, read_batch, upload_workbook
from registry.models import ImportBatch
from registry.preview import Preview
from registry.refusals import file_sentence, row_sentence


class Command(BaseCommand):
    help = (
        "Reads a workbook of doors and says what it would do; writes with --commit only. "
        "Exit code 0 when no row was refused, 1 otherwise."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--as", dest="badge", required=True, help="badge number of the supervisor who brings it in")
        parser.add_argument("--unit", help="code or name of the unit; the supervisor's own when left out")
        parser.add_argument("--commit", action="store_true", help="write what was taken")
        parser.add_argument("--json", action="store_true", help="print the counts as JSON")

    def handle(self, *, file: Path, badge: str, unit: str | None, commit: bool, json: bool, **options: Any) -> None:
        try:
            officer = Officer.objects.unscoped("the person named by --as").select_related("unit").get(badge=badge)
        except Officer.DoesNotExist as error:
            raise CommandError(_("No officer has the badge number %(badge)s.") % {"badge": badge}) from error
        self.quiet = json or options["verbosity"] == 0
        try:
            batch = self._read(file, officer, unit)
            if batch.state == ImportBatch.State.FAILED:
                said = batch.messages[0]
                raise CommandError(file_sentence(said["code"], said["params"]))
            self._tell(batch, json=json)
            if commit:
                confirm_import(batch=batch, version=batch.version, by=officer, at=timezone.now())
            else:
                discard_import(batch=batch, by=officer, at=timezone.now())
        except Refusal as refusal:
            raise CommandError(str(refusal)) from refusal
        if batch.counts["verdicts"].get("refused"):
            sys.exit(1)

    def _read(self, file: Path, officer: Officer, unit_name: str | None) -> ImportBatch:
        units = Unit.objects.visible_to(officer)
        unit = (units.filter(code=unit_name).first() or units.filter(name=unit_name).first()) if unit_name else None
        if unit_name and unit is None:
            raise CommandError(_("No unit of yours has this code or name: %(unit)s") % {"unit": unit_name})
        try:
            with file.open("rb") as opened:
                batch = upload_workbook(
                    unit=unit or officer.unit, file=opened, name=file.name, by=officer, at=timezone.now()
                )
        except OSError as error:
            raise CommandError(_("The file can't be opened: %(file)s") % {"file": file}) from error
        done = read_batch(batch=batch, at=timezone.now(), progress=self._progress)
        if not self.quiet and self.stderr.isatty():
            self.stderr.write("")
        return done

    def _progress(self, done: int, expected: int) -> None:
        """One line that is written over; nothing where nobody looks."""
        if self.quiet or not self.stderr.isatty():
            return
        share = min(1.0, done / max(expected, 1))
        bar = "█" * int(share * 30)
        self.stderr.write(f"\r{bar:<30} {share:>4.0%} {done:,}", ending="")
        self.stderr.flush()

    def _tell(self, batch: ImportBatch, *, json: bool) -> None:
        language = get_language() or "zh-hans"
        preview = Preview(batch, language, {})
        if json:
            told = {"batch": batch.pk, **batch.counts, "left_out": left_out(preview)}
            self.stdout.write(json_format.dumps(told, ensure_ascii=False))
            return
        counts = batch.counts
        verdicts = counts["verdicts"]
        for label, value in [
            (_("rows"), counts["rows"]),
            (_("taken"), verdicts.get("taken", 0)),
            (_("taken, with cells left empty"), verdicts.get("partly", 0)),
            (_("refused"), verdicts.get("refused", 0)),
            (_("of other stations"), verdicts.get("elsewhere", 0)),
            (_("doors"), counts["doors"]),
            (_("new doors"), counts["new_doors"]),
            (_("contacts"), counts["contacts"]),
        ]:
            self.stdout.write(f"{value:>9,}  {label}")
        if preview.hidden:
            self.stdout.write(_("Hidden sheets, not read: %(sheets)s") % {"sheets": ", ".join(preview.hidden)})
        if preview.again:
            columns = ", ".join(preview.again)
            self.stdout.write(_("Second columns of the same name, not used: %(columns)s") % {"columns": columns})
        if preview.unused:
            self.stdout.write(_("Columns not used: %(columns)s") % {"columns": ", ".join(preview.unused)})
        for row in refused_rows(preview, at_most=20):
            self.stdout.write(_("%(sheet)s row %(row)s: %(reasons)s") % {**row, "reasons": " ".join(row["reasons"])})


def left_out(preview: Preview) -> dict[str, Any]:
    """All that stands in the workbook and is not taken in, as the preview names it."""
    return {
        "hidden_sheets": preview.hidden,
        "sheets_without_a_table": preview.skipped,
        "unused_columns": preview.unused,
        "second_columns": preview.again,
        "never_read_columns": preview.never_read,
        "refused_rows": refused_rows(preview),
        "other_stations": [{"unit": name, "rows": number} for name, number in preview.elsewhere],
    }


def refused_rows(preview: Preview, at_most: int | None = None) -> list[dict[str, Any]]:
    """Where each stands, and why it is refused."""
    rows = preview.batch.rows.filter(verdict="refused").order_by("pk").only("sheet", "row_number", "reasons")[:at_most]
    return [
        {
            "sheet": row.sheet,
            "row": row.row_number,
            "reasons": [row_sentence(reason, preview.language) for reason in row.reasons],
        }
        for row in rows
    ]
