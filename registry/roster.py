"""The roster: a workbook of people becomes officers, with their units and the communities that they answer for.

It stands on this floor because it reads a workbook and names communities; the accounts are written by
`accounts.actions.save_officer`. Columns are found by their headings, in any order, below any titles.
"""

import io
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, BinaryIO

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actions import must, reaches_further, save_officer
from accounts.backends import normal_badge
from accounts.models import RESERVED_BADGES, Officer, Unit
from accounts.refusals import Refusal
from accounts.rights import Right
from registry.columns import NUMBERS, plain_heading
from registry.communities import stem
from registry.jurisdictions import under
from registry.models import Area, Jurisdiction
from registry.refusals import file_sentence
from registry.texts import clean
from registry.unreadable import UnreadableFile
from registry.workbook import Row, open_workbook
from registry.xlsx_cells import column_letters
from registry.xlsx_package import Limits

# Read while somebody waits, in the web process: small, and never for long.
LIMITS = Limits(
    file_bytes=8 << 20,
    unpacked_bytes=64 << 20,
    rows=20_000,
    columns=64,
    sheets=40,
    shared_bytes=16 << 20,
    merges=20_000,
    seconds=5.0,
)
HEADINGS: dict[str, tuple[str, ...]] = {
    "badge": ("警号", "工号", "辅警号", "民警警号", "badge", "badgenumber"),
    "name": ("姓名", "民警姓名", "人员姓名", "name"),
    "unit": ("单位", "所属单位", "派出所", "所属派出所", "部门", "unit", "station"),
    "title": ("职务", "岗位", "title", "post"),
    "kind": ("类别", "人员类别", "身份", "警种", "民警辅警", "kind"),
    "areas": ("包联社区", "包联村社区", "负责社区", "责任社区", "社区", "村社区", "communities"),
}
NEEDED = ("badge", "name")
LOOKED_AT = 15
BY_HEADING = {plain_heading(word): column for column, words in HEADINGS.items() for word in words}
AUXILIARY_WORDS = ("辅警", "协警", "警务辅助", "auxiliary")
SEPARATORS = str.maketrans(dict.fromkeys("、,，;；/\n\t", " "))


@dataclass(frozen=True)
class Person:
    """One row as understood. `fault` is why it is refused, "" when it is taken; `notes` name cells left empty."""

    sheet: str
    row: int
    badge: str
    name: str
    unit_id: int | None = None
    unit: str = ""
    title: str = ""
    kind: str = Officer.Kind.POLICE
    areas: tuple[str, ...] = ()
    fault: str = ""
    notes: tuple[str, ...] = ()
    effect: str = ""


@dataclass
class Roster:
    """`hidden` are sheets that were not read, `unused` columns that no heading of ours names, by sheet, letter and heading."""

    people: list[Person] = field(default_factory=list)
    hidden: list[str] = field(default_factory=list)
    unused: list[str] = field(default_factory=list)

    @property
    def taken(self) -> list[Person]:
        return [person for person in self.people if not person.fault]

    @property
    def refused(self) -> list[Person]:
        return [person for person in self.people if person.fault]

    def plain(self) -> list[dict[str, Any]]:
        return [asdict(person) for person in self.taken]


def read_roster(*, file: BinaryIO, name: str, by: Officer) -> Roster:
    """What the workbook says, row by row; writes nothing. Raises `Refusal` when the file can't be read at all."""
    if not by.may(Right.MANAGE_ROSTER):
        must(by, Right.MANAGE_ROSTER)
    roster, places = Roster(), _Places(by)
    try:
        workbook = open_workbook(io.BytesIO(file.read(LIMITS.file_bytes + 1)), name, LIMITS)
        for sheet in workbook.sheets:
            if sheet.visible:
                table = _Table(sheet.rows())
                roster.people += [places.person(sheet.name, number, cells) for number, cells in table.people()]
                roster.unused += [" ".join(filter(None, (sheet.name, told))) for told in table.unused]
            else:
                roster.hidden.append(sheet.name)
    except UnreadableFile as broken:
        raise Refusal("file", file_sentence(broken.code, broken.params), field="file") from broken
    if not roster.people:
        raise _no_table(roster.hidden)
    return places.checked(roster)


def _no_table(hidden: list[str]) -> Refusal:
    sentence = _("No table of people was found. The headings “badge number” and “name” must stand in one row.")
    if hidden:
        words = _(
            "No table of people was found in the sheets that are shown, and hidden sheets are not read: %(sheets)s. "
            "If the table stands in one of them, show that sheet, save, and upload the file again."
        )
        sentence = words % {"sheets": ", ".join(hidden)}
    return Refusal("no_table", sentence, field="file")


class _Table:
    """A sheet's people below the heading row, which must stand among the first rows. `unused` is known once they are read."""

    def __init__(self, rows: Iterator[Row]) -> None:
        self.rows = rows
        self.columns: dict[int, str] = {}
        self.unused: list[str] = []

    def people(self) -> Iterator[tuple[int, dict[str, str]]]:
        """(row number, texts by column)"""
        for looked, (number, cells) in enumerate(self.rows):
            texts = [clean(str(cell)) if cell is not None else "" for cell in cells]
            if not self.columns:
                self._look_for_headings(texts)
                if not self.columns and looked >= LOOKED_AT:
                    return
                continue
            values = {column: texts[index] for index, column in self.columns.items() if index < len(texts)}
            if values.get("badge") or values.get("name"):
                yield number, values

    def _look_for_headings(self, texts: list[str]) -> None:
        """Of two columns of one name the last is read."""
        last = {column: index for index, text in enumerate(texts) if (column := BY_HEADING.get(plain_heading(text)))}
        if not set(NEEDED) <= last.keys():
            return
        self.columns = {index: column for column, index in last.items()}
        self.unused = [
            f"{column_letters(index + 1)} {text}"
            for index, text in enumerate(texts)
            if text and index not in self.columns and plain_heading(text) not in NUMBERS
        ]


class _Places:
    """Units and communities within reach, looked up once."""

    def __init__(self, by: Officer) -> None:
        units = Unit.objects.visible_to(by).filter(pk__in=by.units_with(Right.MANAGE_ROSTER))
        self.by, self.units = by, list(units)
        self.own = by.unit
        self.by_name = {name: unit for unit in self.units for name in (unit.name, unit.short_name, unit.code) if name}
        self.areas: dict[str, list[str]] = {}
        codes = Jurisdiction.objects.unscoped("communities of a roster").filter(unit__in=self.units)
        communities = Area.objects.filter(under(codes.values_list("area_id", flat=True)), level=Area.Level.COMMUNITY)
        for area in communities:
            self.areas.setdefault(stem(area.name)[0], []).append(area.code)

    def person(self, sheet: str, row: int, values: dict[str, str]) -> Person:
        unit = self._unit(values.get("unit", ""))
        areas, unknown = self._areas(values.get("areas", ""))
        badge = normal_badge(values.get("badge", ""))
        auxiliary = any(word in (values.get("kind", "") + values.get("title", "")).lower() for word in AUXILIARY_WORDS)
        return Person(
            sheet=sheet,
            row=row,
            badge=badge,
            name=values.get("name", "")[:50],
            unit_id=unit.pk if unit else None,
            unit=unit.name if unit else values.get("unit", ""),
            title=values.get("title", "")[:50],
            kind=Officer.Kind.AUXILIARY if auxiliary else Officer.Kind.POLICE,
            areas=areas,
            fault=self._fault(badge, values, unit),
            notes=tuple(_("community “%(name)s” is not known here") % {"name": name} for name in unknown),
        )

    def _unit(self, text: str) -> Unit | None:
        if not text:
            return self.own if len(self.units) == 1 else None
        found = [unit for name, unit in self.by_name.items() if name == text]
        return found[0] if found else next((u for n, u in self.by_name.items() if n.endswith(text)), None)

    def _areas(self, text: str) -> tuple[tuple[str, ...], list[str]]:
        codes, unknown = [], []
        for word in text.translate(SEPARATORS).split():
            found = [word] if word.isdigit() and len(word) == 12 else self.areas.get(stem(word)[0], [])
            codes += found[:1]
            if len(found) != 1:
                unknown.append(word)
        return tuple(sorted(set(codes))), unknown

    @staticmethod
    def _fault(badge: str, values: dict[str, str], unit: Unit | None) -> str:
        if not badge:
            return _("the badge number is missing")
        if len(badge) > 20 or badge.lower() in RESERVED_BADGES:
            return _("this is no badge number")
        if not values.get("name"):
            return _("the name is missing")
        if unit is None:
            return _("this unit is not within your reach; write its name as in the list of units")
        return ""

    def checked(self, roster: Roster) -> Roster:
        """Badges twice in the file, badges of other units' people, and what each row would do."""
        known = {
            officer.badge: officer
            for officer in Officer.objects.unscoped("whose badges these are").filter(
                badge__in={person.badge for person in roster.people}
            )
        }
        mine, seen, people = {unit.pk for unit in self.units}, set(), []
        for person in roster.people:
            there, fault = known.get(person.badge), person.fault
            if not fault and person.badge in seen:
                fault = _("this badge number stands twice in the file")
            if not fault and there is not None and there.unit_id not in mine:
                fault = _("this badge number belongs to another unit; its supervisor releases it first")
            if not fault and there is not None and there.unit_id != person.unit_id and reaches_further(there, self.by):
                fault = _("this person's role reaches further than yours, and a move would end it")
            seen.add(person.badge)
            people.append(Person(**{**asdict(person), "fault": fault, "effect": _effect(person, there)}))
        return Roster(people, roster.hidden, roster.unused)


def _effect(person: Person, there: Officer | None) -> str:
    if there is None:
        return "new"
    now = (there.name, there.unit_id, there.title, there.kind, tuple(there.areas_in_charge))
    return "same" if now == (person.name, person.unit_id, person.title, person.kind, person.areas) else "changed"


@transaction.atomic
def take_roster(*, people: list[dict[str, Any]], by: Officer, at: datetime) -> dict[str, int]:
    """Writes the rows that a preview showed, all or none; returns how many were new, changed and the same."""
    counts = {"new": 0, "changed": 0, "same": 0}
    units = {unit.pk: unit for unit in Unit.objects.visible_to(by)}
    for row in people:
        unit = units.get(row["unit_id"])
        if unit is None:
            raise Refusal("unit", _("A unit of this roster is not within your reach any more."), status=409)
        _officer, effect = save_officer(
            badge=row["badge"],
            name=row["name"],
            unit=unit,
            title=row["title"],
            kind=row["kind"],
            areas_in_charge=row["areas"],
            by=by,
            at=at,
        )
        counts[effect] += 1
    return counts
