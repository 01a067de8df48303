"""Brings a roster in, by the same path as the administration page."""

import json as json_format
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.backends import normal_badge
from accounts.models import Officer
from accounts.refusals import Refusal
from registry.roster import Roster, read_roster, take_roster


class Command(BaseCommand):
    help = "Reads a roster and says what it would do; writes with --commit only. Exit code 0 when no row was refused."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--as", dest="badge", required=True, help="badge number of the supervisor who brings it in")
        parser.add_argument("--commit", action="store_true", help="write what was taken")
        parser.add_argument("--json", action="store_true", help="print the counts as JSON")

    def handle(self, *, file: Path, badge: str, commit: bool, json: bool, **options: Any) -> None:
        by = Officer.objects.unscoped("the person named by --as").filter(badge=normal_badge(badge)).first()
        if by is None or not by.is_active:
            raise CommandError(f"no such badge: {badge}")
        try:
            with file.open("rb") as opened:
                roster = read_roster(file=opened, name=file.name, by=by)
            if commit:
                take_roster(people=roster.plain(), by=by, at=timezone.now())
        except (Refusal, OSError) as refusal:
            raise CommandError(str(refusal)) from refusal
        self._say(roster, as_json=json)
        if roster.refused:
            sys.exit(1)

    def _say(self, roster: Roster, *, as_json: bool) -> None:
        effects = {name: sum(p.effect == name for p in roster.taken) for name in ("new", "changed", "same")}
        if as_json:
            left_out = {
                "hidden_sheets": roster.hidden,
                "unused_columns": roster.unused,
                "refused_rows": [{"sheet": p.sheet, "row": p.row, "reasons": [p.fault]} for p in roster.refused],
            }
            told = {**effects, "refused": len(roster.refused), "left_out": left_out}
            self.stdout.write(json_format.dumps(told, ensure_ascii=False))
            return
        if roster.hidden:
            self.stdout.write(_("Hidden sheets, not read: %(sheets)s") % {"sheets": ", ".join(roster.hidden)})
        if roster.unused:
            self.stdout.write(_("Columns not used: %(columns)s") % {"columns": ", ".join(roster.unused)})
        for person in roster.refused:
            self.stdout.write(f"{person.sheet} {person.row}: {person.fault}")
        self.stdout.write(", ".join(f"{name} {count}" for name, count in effects.items()))
