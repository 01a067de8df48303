"""Loads the statistical area codes from a file; the same file again changes nothing."""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from accounts.refusals import Refusal
from registry.areas import Loaded, load_areas


class Command(BaseCommand):
    help = "Loads areas from one or more .csv with the columns code, name and, if they differ from the code, level, parent."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("files", type=Path, nargs="+", metavar="FILE", help="parents before their children")
        parser.add_argument("--json", action="store_true", help="print the counts as JSON")

    def handle(self, *, files: list[Path], json: bool, **options: Any) -> None:
        total = Loaded()
        for file in files:
            try:
                with file.open("rb") as opened:
                    loaded = load_areas(file=opened)
            except OSError as error:
                raise CommandError(_("The file can't be opened: %(file)s") % {"file": file}) from error
            except Refusal as refusal:
                raise CommandError(f"{file.name}: {refusal}") from refusal
            total = Loaded(total.new + loaded.new, total.changed + loaded.changed, total.same + loaded.same)
        if json:
            self.stdout.write(_as_json(vars(total)))
        else:
            self.stdout.write(_("%(new)s new, %(changed)s changed, %(same)s as before") % vars(total))


def _as_json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
