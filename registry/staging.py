"""One row of a workbook understood: the values that go into `ImportRow`, and what could not be taken and why.

Pure functions of the row: which community it lies in and what is already known of the door is asked later, in the
database. Runs in the child process, so nothing here may need settings or a connection.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from functools import lru_cache

from registry import words
from registry.addresses import Address, area_front, join_address, split_address
from registry.phones import read_phone
from registry.texts import clean, key_of, person_or_firm, without_id_numbers
from registry.workbook import Cell

BUSINESS = {"shop", "enterprise", "institution"}

ERROR_VALUES = {"#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!", "#SPILL!", "#CALC!"}

# The phone is read as the cell it is, the code has its own form, and the station follows from the community.
UNTEXTED = {"phone", "community_code", "station"}

NAMES = ("name", "unit_name", "person", "contact", "in_charge")
PARTS = ("street", "building", "entrance", "floor", "door")
# Without any of these that was written, another door is meant.
TELLING = ("address", "street", "building", "entrance", "door")
MASKABLE = frozenset(NAMES)

Reason = tuple[str, str, dict[str, str]]
"""(code, column name, parameters): the sentence is made where somebody reads it. Never holds the cell's value."""


NOWHERE = Address("", "", "", "", "", "", "", "", parsed=False)


@dataclass(slots=True)
class StagedRow:
    """Field names are those of `ImportRow`, but for the community, which the parent turns into area and unit."""

    row_number: int
    community: str = ""
    community_code: str = ""
    refused: bool = False
    kind: str = ""
    door_class: str = ""
    place: Address = NOWHERE
    name: str = ""
    name_key: str = ""
    contact_name: str = ""
    contact_key: str = ""
    relation: str = ""
    phone: str = ""
    use: str = ""
    registered_elsewhere: bool | None = None
    register_officer: str = ""
    register_badge: str = ""
    reasons: list[Reason] = field(default_factory=list)


class Understanding:
    """Reads rows one after another. `known` are names of areas that may stand in front of an address, `columns` those
    that the table has."""

    def __init__(self, known: Collection[str] = (), columns: Collection[str] = ("kind",)) -> None:
        self.known = tuple(known)
        self.has_kind = "kind" in columns
        self._fronts: dict[str, re.Pattern[str]] = {}

    def row(self, values: Mapping[str, Cell], number: int, plain: bool = False) -> StagedRow:
        """`plain`: `texts.are_plain` said so of all `values`, and each is taken as it stands."""
        row = StagedRow(number)
        if plain:
            texts = {
                name: value if type(value) is str else "" if value is None else str(value)
                for name, value in values.items()
                if name not in UNTEXTED
            }
        else:
            texts = {name: self._text(row, name, value) for name, value in values.items() if name not in UNTEXTED}
        row.community = texts.get("community", "")[:100]
        row.community_code = _code(values.get("community_code"))
        row.register_officer = _name(texts.get("officer", ""))[:50]
        row.register_badge = texts.get("badge", "").replace(" ", "")[:20]
        self._kind(row, texts)
        self._address(row, texts)
        self._door_is_told(row, values, texts)
        self._names(row, texts)
        self._phone(row, values.get("phone"))
        self._use(row, texts)
        return row

    def _text(self, row: StagedRow, name: str, value: Cell) -> str:
        """The cell as text; whatever is shaped like an identity card number is cut out and said so."""
        if value is None:
            return ""
        text = clean(value) if type(value) is str else _shown(value)
        if text.startswith("#") and text in ERROR_VALUES:
            row.reasons.append(("cell_error", name, {}))
            return ""
        if "*" in text and name in MASKABLE:
            # A name from our own masked export is nobody's name.
            row.reasons.append(("masked", name, {}))
            return ""
        if len(text) >= 15:
            text, found = without_id_numbers(text)
            if found:
                row.reasons.append(("id_number", name, {}))
        return text[:300]

    def _kind(self, row: StagedRow, texts: Mapping[str, str]) -> None:
        word = texts.get("kind", "")
        row.kind = _kind_said(word) if word else "" if self.has_kind else "household"
        if not row.kind:
            row.refused = True
            row.reasons.append(("kind_unknown" if word else "kind_missing", "kind", {}))
            return
        row.door_class = "dwelling" if row.kind == "household" else "business" if row.kind in BUSINESS else row.kind

    def _address(self, row: StagedRow, texts: Mapping[str, str]) -> None:
        street, building, entrance, floor, door = parts = [texts.get(part, "") for part in PARTS]
        known = self.front(row.community)
        address: Address | None = None
        if whole := texts.get("address", ""):
            address = split_address(whole, known)
            if not address.parsed and any(parts):
                address = join_address(street, building, entrance, floor, door, known)
        elif any(parts):
            address = join_address(street, building, entrance, floor, door, known)
        if address is None or not address.written:
            row.refused = True
            row.reasons.append(("no_address", "address" if "address" in texts else "door", {}))
            return
        row.place = address
        if not address.parsed:
            row.reasons.append(("address_whole", "address" if whole else "door", {}))

    def _door_is_told(self, row: StagedRow, values: Mapping[str, Cell], texts: Mapping[str, str]) -> None:
        """Refused where what says which door it is could not be read: without it the row would tell of another door.

        Of 3-2 a spreadsheet makes the third of February, and nothing tells it from a day.
        """
        for name in TELLING:
            value = values.get(name)
            if isinstance(value, date | time):
                row.refused = True
                row.reasons.append(("date_for_door", name, {}))
            elif value not in (None, "") and not texts[name]:
                row.refused = row.refused or any(where == name for _code, where, _said in row.reasons)

    def front(self, community: str) -> re.Pattern[str]:
        """What may stand before an address of this community: its own name first."""
        front = self._fronts.get(community)
        if front is None:
            if len(self._fronts) >= 4_096:
                self._fronts.clear()
            front = self._fronts[community] = area_front((community, *self.known))
        return front

    def _names(self, row: StagedRow, texts: Mapping[str, str]) -> None:
        """The door's name and the person of this row. A dwelling is named by its householder, a business by its own
        name; where a business row has one name only (姓名 beside 负责人), that is the business's."""
        name, unit_name, person, contact, in_charge = [_name(texts.get(part, "")) for part in NAMES]
        word = texts.get("relation", "")
        row.relation = _relation_said(word) if word else ""
        if word and not row.relation:
            row.relation = "other"
            row.reasons.append(("relation_unknown", "relation", {}))
        if row.door_class == "business":
            row.name = unit_name or name or person
            row.contact_name = contact or in_charge or (person if person != row.name else "")
            row.relation = row.relation or (
                "in_charge" if in_charge and not contact else "other" if contact else "in_charge"
            )
        else:
            head = person or name
            names_the_door = not row.relation or row.relation in words.HEADS
            row.name = head if names_the_door else ""
            row.contact_name = contact if contact and names_the_door else head
            if not row.relation or (names_the_door and row.contact_name != head):
                row.relation = "householder" if row.contact_name == head and row.kind == "household" else "other"
        row.name_key = key_of(row.name)[:120]
        row.name, row.contact_name = row.name[:120], row.contact_name[:60]
        row.contact_key = key_of(row.contact_name)[:60]

    def _phone(self, row: StagedRow, value: Cell) -> None:
        if value is None:
            return
        if isinstance(value, str) and "*" in value:
            row.reasons.append(("masked", "phone", {}))
            return
        phone = read_phone(clean(value) if isinstance(value, str) else value)
        row.phone = phone.number
        if phone.fault:
            row.reasons.append((phone.fault, "phone", {}))
        if phone.more:
            row.reasons.append(("phone_second", "phone", {}))

    def _use(self, row: StagedRow, texts: Mapping[str, str]) -> None:
        if word := key_of(texts.get("use", "")):
            row.use = words.USES.get(word, "")
            if not row.use and word not in words.NOTHING_WRITTEN:
                row.reasons.append(("use_unknown", "use", {}))
        if answer := key_of(texts.get("registered_elsewhere", "")):
            said = words.YES_OR_NO.get(answer)
            row.registered_elsewhere = None if said is None else said == "yes"
            if said is None and answer not in words.NOTHING_WRITTEN:
                row.reasons.append(("yes_or_no", "registered_elsewhere", {}))


def _shown(value: Cell) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    return value.isoformat() if isinstance(value, datetime | date | time) else str(value)


def _name(text: str) -> str:
    return person_or_firm(text) if " " in text else text


@lru_cache(maxsize=1_024)
def _kind_said(word: str) -> str:
    return words.KINDS.get(key_of(word), "")


@lru_cache(maxsize=1_024)
def _relation_said(word: str) -> str:
    return words.RELATIONS.get(key_of(word), "")


@lru_cache(maxsize=16_384, typed=True)
def _code(value: Cell) -> str:
    """An area code in a number cell has lost nothing: 420303001007 has twelve digits."""
    if isinstance(value, float):
        return ""
    text = clean(str(value or "")).replace(" ", "").removesuffix(".0").lstrip("'")
    return text[:12] if text.isdigit() and 2 <= len(text) <= 12 else ""
