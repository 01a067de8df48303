"""Loading the national statistical codes: streamed, and loading the same file again changes nothing."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import BinaryIO

from django.db import connection, transaction
from django.utils.translation import gettext as _

from accounts.refusals import Refusal
from registry.delimited import open_delimited
from registry.models import Area
from registry.texts import clean
from registry.unreadable import UnreadableFile
from registry.xlsx_package import Limits

HEADINGS = ["code", "name"]
# Columns that a file may leave out: the code says both (2 digits a province, 4 a city, 6, 9, 12).
LEVELS = {2: "province", 4: "city", 6: "county", 9: "township", 12: "community"}
LENGTHS = sorted(LEVELS)
CHUNK = 5_000
Line = tuple[str, str, str, str | None]

# What is already so is not written again; xmax tells a new row from a changed one.
UPSERT = """
INSERT INTO registry_area AS a (code, name, level, parent_id)
SELECT * FROM unnest(%s::varchar[], %s::varchar[], %s::varchar[], %s::varchar[])
ON CONFLICT (code) DO UPDATE SET name = excluded.name, level = excluded.level, parent_id = excluded.parent_id
WHERE (a.name, a.level, a.parent_id) IS DISTINCT FROM (excluded.name, excluded.level, excluded.parent_id)
RETURNING xmax = 0
"""
ORPHANS = """
SELECT a.code, a.name, a.parent_id FROM registry_area a
WHERE a.parent_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM registry_area p WHERE p.code = a.parent_id)
ORDER BY a.code LIMIT 20
"""


@dataclass
class Loaded:
    new: int = 0
    changed: int = 0
    same: int = 0


@transaction.atomic
def load_areas(*, file: BinaryIO) -> Loaded:
    """Read a .csv with the columns code, name and, where they differ from what the code says, level and parent.

    The whole country is one file of 665,276 lines. Order does not matter; all of it or nothing, in bounded memory.
    Raises `Refusal` that names the lines, or the codes whose parent is neither in the file nor in the database.
    """
    loaded = Loaded()
    try:
        lines = _lines(file)
        while chunk := list(islice(lines, CHUNK)):
            _write(chunk, loaded)
    except UnreadableFile as error:
        raise Refusal("unreadable", _("This is not a table of areas in UTF-8 or GB18030.")) from error
    with connection.cursor() as cursor:
        cursor.execute(ORPHANS)
        if orphans := cursor.fetchall():
            named = "; ".join(f"{code} {name} → {parent}" for code, name, parent in orphans)
            raise Refusal("no_parent", _("These areas name a parent that is missing: %(areas)s") % {"areas": named})
    return loaded


def _lines(file: BinaryIO) -> Iterator[Line]:
    rows = open_delimited(file, Limits()).rows()
    _number, heading = next(rows, (0, []))
    found = [clean(str(cell or "")).lower() for cell in heading]
    if any(name not in found for name in HEADINGS):
        raise Refusal("headings", _("The first line must name the columns code and name."))
    places = [found.index(name) if name in found else -1 for name in ("code", "name", "level", "parent")]
    for number, cells in rows:
        code, name, level, parent = (clean(str(cells[at] or "")) if 0 <= at < len(cells) else "" for at in places)
        level = level or LEVELS.get(len(code), "")
        parent = parent or parent_code(code)
        fault = _fault(code, name, level, parent)
        if fault:
            raise Refusal("line", _("Line %(line)s: %(fault)s") % {"line": number, "fault": fault})
        yield code, name, level, parent or None


def parent_code(code: str) -> str:
    """The code one level up, "" for a province."""
    return next((code[:length] for length in reversed(LENGTHS) if length < len(code)), "")


def _fault(code: str, name: str, level: str, parent: str) -> str:
    if not (code.isascii() and code.isdigit() and 2 <= len(code) <= 12):
        return _("the code must have 2 to 12 digits")
    if not name or len(name) > 100:
        return _("the name is missing or too long")
    if level not in Area.Level.values:
        return _("the level must be one of %(levels)s") % {"levels": ", ".join(Area.Level.values)}
    if parent and not (code.startswith(parent) and code != parent):
        return _("the code does not begin with its parent's code")
    return ""


def _write(chunk: Iterable[Line], loaded: Loaded) -> None:
    by_code = {line[0]: line for line in chunk}
    columns = [list(column) for column in zip(*by_code.values(), strict=True)]
    with connection.cursor() as cursor:
        cursor.execute(UPSERT, columns)
        written = [new for (new,) in cursor.fetchall()]
    loaded.new += sum(written)
    loaded.changed += len(written) - sum(written)
    loaded.same += len(by_code) - len(written)
