"""The numbers beside the boxes of a walk list: what the pen ticks on paper is one key on the keyed page."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import pgettext_lazy

from campaigns.models import Question
from disputes.words import CATEGORIES, Kind
from visits.models import Visit

OUTCOMES: tuple[Visit.Outcome, ...] = tuple(Visit.Outcome)
PLACES: tuple[Visit.Place, ...] = tuple(Visit.Place)
NOT_GIVEN: tuple[Visit.NotGiven, ...] = tuple(Visit.NotGiven)
KINDS: tuple[Kind, ...] = tuple(Kind)
# Short enough to stand beside a box, in the order of `OUTCOMES`.
OUTCOME_WORDS = (
    pgettext_lazy("beside a box", "Met"),
    pgettext_lazy("beside a box", "Broken off"),
    pgettext_lazy("beside a box", "Nobody in"),
    pgettext_lazy("beside a box", "Appointment"),
    pgettext_lazy("beside a box", "Refused"),
    pgettext_lazy("beside a box", "Moved, vacant"),
    pgettext_lazy("beside a box", "Not found"),
    pgettext_lazy("beside a box", "Converted"),
    pgettext_lazy("beside a box", "Other"),
)


@dataclass(frozen=True)
class FindingKey:
    """`key` is the kind's number and the category's: 102 is a dispute between neighbours."""

    key: str
    kind: Kind
    category: str
    label: str


def finding_keys() -> list[FindingKey]:
    return [
        FindingKey(f"{number}{place:02d}", kind, category.value, str(category.label))
        for number, kind in enumerate(KINDS, start=1)
        for place, category in enumerate(CATEGORIES[kind], start=1)
    ]


def asked_on_paper(questions: Iterable[Question], kind: str) -> list[Question]:
    """Of a campaign's questions those that a visit at a door of this kind can't do without, in their order."""
    return [question for question in questions if question.required and kind in question.kinds]


def chosen(keys: Sequence[Any], typed: str) -> Any:
    """What stands at this number, counted from 1."""
    return keys[int(typed) - 1] if typed.isascii() and typed.isdigit() and 1 <= int(typed) <= len(keys) else None
