"""Rows that are like one already understood: the same community, kind, use and building, and only the door, the person
and the phone are others.

`Understanding` takes a row apart cell by cell; nine of ten rows of a register are like one before. What it said of the
first is kept as a pattern, and the others are filled into it: the same lines in half the time, as a test compares. A row
that is in any way peculiar (a mask, a blank, a landline, an address that is kept whole) goes the long way.
"""

import re
from collections.abc import Collection, Mapping
from typing import NamedTuple

from registry.addresses import ANY_DIGIT, behind_entrance, cut, up_to_entrance
from registry.lines import ANSWERS, array, goes_as_it_stands, key_of_door, line_of, told
from registry.phones import MOBILE
from registry.search import sought
from registry.staging import NAMES, PARTS, Understanding
from registry.texts import key_of
from registry.workbook import Cell

# The end of an address, of which only the shape counts, its digits being any: 304室, 12号.
TAIL = 4
MOST = 16_384


class Pattern(NamedTuple):
    """The pieces of a line between what differs from row to row, and where that stands in the address."""

    community: str
    place: str
    facts: str
    door_class: str
    key: str
    walk_key: str
    floor: slice
    door: slice
    in_building: bool
    numbered: bool
    names_the_door: bool
    is_there: bool


class Alike:
    """Writes the lines of one table's rows, one after another."""

    def __init__(self, known: Collection[str], columns: Collection[str]) -> None:
        self.understanding = Understanding(known, columns)
        # The name of an area that has a digit could end in what is looked at by its shape.
        self.plain_areas = not re.search("[0-9]", "".join(known))
        apart = {"address", "phone", "station", *NAMES, *PARTS}
        self.others = [name for name in columns if name not in apart]
        self.names = [name for name in NAMES if name in columns]
        self.patterns: dict[tuple[object, ...], Pattern | None] = {}

    def line(self, values: Mapping[str, Cell], number: int, plain: bool) -> str:
        """As `lines.line_of` writes it. `plain`: `texts.are_plain` said so of all `values`."""
        if plain and self.plain_areas and (line := self._filled_in(values, number)):
            return line
        return line_of(self.understanding.row(values, number, plain))

    def _filled_in(self, values: Mapping[str, Cell], number: int) -> str:
        """ "" where the row has to go the long way."""
        value = values.get
        address, phone, column, name = value("address"), value("phone"), "", ""
        for each in self.names:
            if said := value(each):
                if column or type(said) is not str or len(said) > 60 or " " in said:
                    return ""
                column, name = each, said
        if type(address) is not str or " " in address:
            return ""
        if phone is not None and not MOBILE.fullmatch(phone := str(phone)):
            return ""
        shape = address[-TAIL:].translate(ANY_DIGIT)
        pattern = self._pattern((*map(value, self.others), address[:-TAIL], shape, column), values, number)
        return self._fill(pattern, address, name, str(phone or ""), number) if pattern else ""

    def _pattern(self, key: tuple[object, ...], values: Mapping[str, Cell], number: int) -> Pattern | None:
        try:
            return self.patterns[key]
        except KeyError:
            if len(self.patterns) >= MOST:
                self.patterns.clear()
            pattern = self.patterns[key] = self._learn(values, number, str(key[-1]))
            return pattern

    def _learn(self, values: Mapping[str, Cell], number: int, column: str) -> Pattern | None:
        row, address = self.understanding.row(values, number, plain=True), str(values["address"])
        spans = cut(address, self.understanding.front(row.community))
        head, name = len(address) - TAIL, str(values[column]) if column else ""
        if row.refused or spans is None or re.search("[0-9]", row.community):
            return None
        if spans[0].start > head or any(span.stop > head for span in spans[:3] if span.stop > span.start):
            return None
        street, building, entrance, floor, door = spans
        place = up_to_entrance(address[street], address[building], address[entrance])
        said = "\t".join([told(row.reasons), row.kind, row.door_class, *place.texts])
        facts = [row.relation, row.use, "", row.register_officer, row.register_badge, ANSWERS[row.registered_elsewhere]]
        if not goes_as_it_stands(row.community, *place.texts, row.register_officer, row.register_badge):
            return None
        return Pattern(
            community=f"{row.community}\t{row.community_code}\t",
            place=said,
            facts="\t".join(facts),
            door_class=row.door_class,
            key=place.key,
            walk_key=place.walk_key,
            floor=floor,
            door=door,
            in_building=building.stop > building.start or entrance.stop > entrance.start,
            numbered=place.numbered,
            names_the_door=row.name == name,
            is_there=row.contact_name == name,
        )

    def _fill(self, pattern: Pattern, address: str, name: str, phone: str, number: int) -> str:
        (
            community, place, facts, door_class, before, walk_before, floor, door, in_building, numbered, names_the_door,
            is_there,
        ) = pattern  # fmt: skip
        inside = behind_entrance(address[floor], address[door], in_building, numbered)
        key, walk_key, shown = (before + inside.key)[:300], (walk_before + inside.walk_key)[:300], inside.texts
        name_key = key_of(name)
        if not goes_as_it_stands(name, address, name_key, key):
            return ""
        of_door, door_key = (name, name_key[:120]) if names_the_door else ("", "")
        of_person, person_key = (name, name_key[:60]) if is_there else ("", "")
        tokens = array(sought(address, of_door or of_person))
        digest = key_of_door(key, door_class, door_key)
        return (
            f"{number}\t{community}\t{phone}\t{place}\t{shown[0]}\t{shown[1]}\t{address}\t{key}\t{walk_key}\t{of_door}\t"
            f"{door_key}\t{of_person}\t{person_key}\t{facts}\t{tokens}\t{digest}"
        )
