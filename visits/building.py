"""A block of flats as floors by doors: where somebody was met, where nobody was in, where nobody has been yet."""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import pgettext, pgettext_lazy

from accounts.models import Officer
from campaigns.models import FrameDoor
from registry.models import Premises
from visits import labels
from visits.at_door import Door
from visits.doors import doors_of
from visits.models import Visit

MOST_DOORS = 600
LAST_TWO = re.compile(r"(\d{2})\D*$")
# State → tone, icon and word; each differs from the others in more than its colour.
WORDS: dict[str, tuple[str, str, str | Promise]] = {
    "visited": ("done", "check-circle", pgettext_lazy("flat", "visited")),
    "booked": ("warm", "alarm", pgettext_lazy("flat", "booked")),
    "nobody_in": ("", "door", pgettext_lazy("flat", "nobody in")),
    "refused": ("", "minus", pgettext_lazy("flat", "refused")),
    "could_not": ("", "close", pgettext_lazy("flat", "could not be met")),
    "gone": ("", "close", pgettext_lazy("flat", "gone")),
    "tried": ("", "undo", pgettext_lazy("flat", "tried")),
    "open": ("", "signpost", pgettext_lazy("flat", "not yet")),
    "outside": ("", "info", pgettext_lazy("flat", "not in the campaign")),
}


@dataclass(frozen=True)
class Flat:
    premises: Premises
    state: str

    @property
    def number(self) -> str:
        return labels.door_number(self.premises)

    @property
    def tone(self) -> str:
        return WORDS[self.state][0]

    @property
    def symbol(self) -> str:
        return WORDS[self.state][1]

    @property
    def word(self) -> str:
        return str(WORDS[self.state][2])


@dataclass(frozen=True)
class Floor:
    """`flats` has a place for every column; None where this floor has no such door."""

    name: str
    flats: Sequence[Flat | None]


@dataclass(frozen=True)
class Entrance:
    name: str
    columns: Sequence[str]
    floors: Sequence[Floor]


@dataclass(frozen=True)
class Building:
    title: str
    place: str
    entrances: Sequence[Entrance]
    counts: Sequence[tuple[str, int]]


def building_of(premises: Premises, officer: Officer, at: datetime) -> Building:
    """The block around a door, as far as its doors are within the officer's reach; top floor first."""
    doors = (
        doors_of(officer)
        .filter(area=premises.area_id, street=premises.street, building=premises.building)
        .select_related("area")
        .order_by("walk_key", "pk")[:MOST_DOORS]
    )
    flats = _flats(list(doors), premises, at)
    by_entrance: dict[str, list[Flat]] = defaultdict(list)
    for flat in flats:
        by_entrance[labels.entrance_label(flat.premises)].append(flat)
    counted = [(str(words[2]), sum(flat.state == state for flat in flats)) for state, words in WORDS.items()]
    return Building(
        title=labels.block_label(premises),
        place=labels.street_and_area(premises),
        entrances=[_entrance(name, inside) for name, inside in by_entrance.items()],
        counts=[(word, n) for word, n in counted if n],
    )


def _flats(doors: list[Premises], premises: Premises, at: datetime) -> list[Flat]:
    """Each door with its state in the campaign that holds the door one came from."""
    frames = Door(premises).frames_on(at)
    folds: dict[int, FrameDoor] = {}
    if frames:
        rows = FrameDoor.objects.unscoped("states of doors that are within reach")
        folds = {row.premises_id: row for row in rows.filter(campaign=frames[0].campaign_id, premises__in=doors)}
    return [Flat(door, state_of(folds.get(door.pk))) for door in doors]


def state_of(fold: FrameDoor | None) -> str:
    if fold is None:
        return "outside"
    if fold.met_on is not None:
        return "visited"
    if fold.gone_confirmed_at is not None or fold.gone_said:
        return "gone"
    if fold.could_not_meet_at is not None:
        return "could_not"
    if fold.next_at is not None:
        return "booked"
    if not fold.tries:
        return "open"
    known = {Visit.Outcome.NOBODY_IN: "nobody_in", Visit.Outcome.REFUSED: "refused"}
    return known.get(Visit.Outcome(fold.last_outcome), "tried")


def _entrance(name: str, flats: list[Flat]) -> Entrance:
    """Doors stand below each other by the last two digits of their numbers; where those repeat, by their order."""
    by_floor: dict[str, list[Flat]] = defaultdict(list)
    for flat in flats:
        by_floor[flat.premises.floor].append(flat)
    numbered = {floor: _by_digits(inside) for floor, inside in by_floor.items()}
    if any(columns is None for columns in numbered.values()):
        numbered = {floor: {f"{n:02d}": flat for n, flat in enumerate(inside, 1)} for floor, inside in by_floor.items()}
    columns = sorted({column for found in numbered.values() for column in found or ()})
    floors = [
        Floor(floor or "–", [(found or {}).get(column) for column in columns]) for floor, found in numbered.items()
    ]
    return Entrance(name or pgettext("entrance", "Doors"), columns, floors[::-1])


def _by_digits(flats: list[Flat]) -> dict[str, Flat] | None:
    found: dict[str, Flat] = {}
    for flat in flats:
        match = LAST_TWO.search(flat.premises.door)
        if match is None or match[1] in found:
            return None
        found[match[1]] = flat
    return found
