"""One line of a paper list as it is typed: a code and a few keys, read into an attempt or refused field by field."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cached_property
from typing import Any
from uuid import UUID, uuid4

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from accounts.models import Officer
from accounts.refusals import Refusal
from campaigns.codes import read_code
from campaigns.models import Campaign, FrameDoor, Question
from disputes.words import Kind
from visits import keys, labels
from visits.attempts import Attempt, FindingReport
from visits.models import Visit

# In the order of the paper's columns.
HEADINGS = {
    "code": gettext_lazy("Code"),
    "outcome": gettext_lazy("Outcome"),
    "people": pgettext_lazy("column of a walk list", "People"),
    "place": gettext_lazy("Place"),
    "notice": gettext_lazy("Notice"),
    "topics": gettext_lazy("Topics"),
    "finding": gettext_lazy("Finding"),
    "answers": gettext_lazy("Answers"),
    "again": pgettext_lazy("walk list", "Come back"),
    "note": gettext_lazy("Note"),
    "time": gettext_lazy("Time"),
}
FIELDS = tuple(HEADINGS)
# Between start and end there are so many steps; a page takes a few lines more than that.
SLOTS = 40
MOST_LINES = 70
GIVEN = "0"
NONE = "0"
ON_SPOT = "+"
# Where a rule's refusal belongs on the line.
PLACES_OF_REFUSALS = {
    "people_met": "people",
    "not_given_why": "notice",
    "next_at": "again",
    "started_at": "time",
    "finding_line": "note",
}


@dataclass(frozen=True)
class Cell:
    """One box of a line."""

    name: str
    heading: str | Promise
    typed: str
    wrong: str


@dataclass
class Line:
    """`errors` and `hint` are what the page shows under the line; `door` is set once the code was understood."""

    number: int
    typed: dict[str, str]
    client_id: UUID
    errors: dict[str, str] = field(default_factory=dict)
    hint: str = ""
    door: FrameDoor | None = None

    @classmethod
    def of(cls, data: Mapping[str, Any], number: int) -> "Line":
        typed = {name: str(data.get(f"{name}-{number}", ""))[:200].replace("\0", "").strip() for name in FIELDS}
        try:
            client_id = UUID(str(data.get(f"id-{number}", "")))
        except ValueError:
            client_id = uuid4()
        return cls(number, typed, client_id)

    @property
    def is_blank(self) -> bool:
        return not any(self.typed.values())

    @cached_property
    def frame_number(self) -> int | None:
        """The door's number in the frame, when the code has a right check digit."""
        try:
            return read_code(self.typed["code"])
        except Refusal:
            return None

    @property
    def cells(self) -> list[Cell]:
        """In the order of the columns."""
        return [Cell(name, word, self.typed[name], self.errors.get(name, "")) for name, word in HEADINGS.items()]

    @property
    def sentences(self) -> list[str]:
        return list(dict.fromkeys(self.errors.values()))

    @property
    def door_words(self) -> str:
        if self.door is None:
            return ""
        return f"{labels.door_label(self.door.premises)} · {self.door.premises.area.label}"

    def put(self, refusal: Refusal) -> None:
        """Each fault at the cell that it names."""
        for fault in refusal.every:
            self._put(fault)

    def _put(self, refusal: Refusal) -> None:
        name = PLACES_OF_REFUSALS.get(refusal.code, "") or PLACES_OF_REFUSALS.get(refusal.field, refusal.field)
        if name.startswith("q_"):
            name = "answers"
        elif name.startswith("finding"):
            name = "finding"
        self.errors.setdefault(name if name in FIELDS else "code", str(refusal.sentence))


@dataclass(frozen=True)
class Walk:
    """The head of the list, in hand: what every line is read against."""

    campaign: Campaign
    officer: Officer
    partner: Officer | None
    start: datetime
    end: datetime
    place: str
    topics: tuple[int, ...]
    declared: bool
    by: Officer

    @classmethod
    def of(cls, data: Mapping[str, Any], by: Officer) -> "Walk":
        names = ("campaign", "officer", "partner", "start", "end", "place", "declared")
        return cls(**{name: data[name] for name in names}, topics=tuple(data["topics"]), by=by)

    @property
    def step(self) -> timedelta:
        return (self.end - self.start) / SLOTS

    @property
    def days(self) -> tuple[date, date]:
        """First and last: a round of the evening may end on the day after."""
        return timezone.localdate(self.start), timezone.localdate(self.end)

    def at(self, typed: time) -> datetime:
        """The moment of the round at which the clock showed this; after midnight it is that of the next day."""
        first, last = self.days
        after_midnight = first < last and typed <= timezone.localtime(self.end).time()
        return timezone.make_aware(datetime.combine(last if after_midnight else first, typed))

    def slot(self, number: int) -> datetime:
        """By the line's own place, so that the same line sent again is the same attempt."""
        return (self.start + self.step * min(number, SLOTS)).replace(microsecond=0)


def attempt_of(line: Line, walk: Walk, door: FrameDoor) -> Attempt:
    """What the line says. Raises `Refusal` at the field that can't be read; rules are asked afterwards."""
    outcome: Visit.Outcome | None = keys.chosen(keys.OUTCOMES, line.typed["outcome"])
    if outcome is None:
        raise Refusal("outcome", _("How did it go? Type the number of the box, 1 to 9."), "outcome")
    met = outcome in Visit.DONE
    start = _time(line, walk)
    declared, why = _notice(line, walk) if met else (False, "")
    findings = _findings(line) if line.typed["finding"] else ()
    return Attempt(
        premises_id=door.premises_id,
        outcome=outcome,
        started_at=start,
        ended_at=min(start + min(max(walk.step, timedelta(minutes=1)), timedelta(minutes=10)), max(walk.end, start)),
        people_met=_people(line) if met else 0,
        place=_place(line, walk) if met else "",
        declared=declared,
        not_given_why=why,
        topics=_topics(line, walk) if met else (),
        answers=_answers(line, walk, door.premises.kind) if met else {},
        findings=findings,
        diary="" if findings else line.typed["note"],
        next_at=_again(line, walk) if line.typed["again"] else None,
        officer_id=walk.officer.pk,
        partner_id=walk.partner.pk if walk.partner else None,
        keyed_later=True,
        from_paper=True,
    )


def plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip()


def _time(line: Line, walk: Walk) -> datetime:
    typed = line.typed["time"]
    if not typed:
        return walk.slot(line.number)
    digits = re.sub(r"\D", "", plain(typed)).zfill(4)
    if len(digits) != 4 or int(digits[:2]) > 23 or int(digits[2:]) > 59:
        raise Refusal("time", _("Type the time as 0935."), "time")
    return walk.at(time(int(digits[:2]), int(digits[2:])))


def _people(line: Line) -> int:
    typed = plain(line.typed["people"]) or "1"
    if not (typed.isascii() and typed.isdigit()):
        raise Refusal("people", _("Enter a number."), "people")
    return min(int(typed), 100)


def _place(line: Line, walk: Walk) -> str:
    typed = plain(line.typed["place"])
    if not typed:
        return walk.place
    place: Visit.Place | None = keys.chosen(keys.PLACES, typed)
    if place is None:
        raise Refusal("place", _("Where? Type the number of the box, 1 to 5."), "place")
    return place


def _notice(line: Line, walk: Walk) -> tuple[bool, str]:
    typed = plain(line.typed["notice"])
    if not typed:
        return walk.declared, ""
    if typed == GIVEN:
        return True, ""
    why: Visit.NotGiven | None = keys.chosen(keys.NOT_GIVEN, typed)
    if why is None:
        raise Refusal("notice", _("0 if ID was shown and the notice given, else why not, 1 to 4."), "notice")
    return False, why


def _topics(line: Line, walk: Walk) -> tuple[int, ...]:
    typed = plain(line.typed["topics"])
    if not typed:
        return walk.topics
    if typed == NONE:
        return ()
    topics: Sequence[Any] = list(walk.campaign.topics.all())
    found = [keys.chosen(topics, token) for token in tokens(typed)]
    if None in found:
        raise Refusal("topics", _("Type the numbers of the topics, or 0 for none."), "topics")
    return tuple(dict.fromkeys(topic.pk for topic in found))


def tokens(typed: str) -> list[str]:
    """`124` is 1, 2 and 4; with gaps between them numbers may have two digits: `1 12`."""
    parts = [part for part in re.split(r"[\s,，、;；]+", typed) if part]
    return parts if len(parts) > 1 else list(typed)


def _findings(line: Line) -> tuple[FindingReport, ...]:
    typed = plain(line.typed["finding"])
    key = next((found for found in keys.finding_keys() if found.key == typed[:3]), None)
    if key is None:
        raise Refusal(
            "finding", _("Type the three digits of the finding: 102 is a dispute between neighbours."), "finding"
        )
    # What a clue says is not written on paper: it bears its category's name.
    said = line.typed["note"] or (key.label if key.kind == Kind.CLUE else "")
    return (FindingReport(kind=key.kind, category=key.category, line=said, on_spot=ON_SPOT in typed[3:]),)


def _answers(line: Line, walk: Walk, kind: str) -> dict[int, str]:
    typed = plain(line.typed["answers"])
    if not typed:
        return {}
    asked = keys.asked_on_paper(walk.campaign.questions.all(), kind)
    given = tokens(typed)
    if len(given) > len(asked):
        raise Refusal(
            "answers", _("More answers than questions: this door is asked %(n)s.") % {"n": len(asked)}, "answers"
        )
    return {question.pk: _answer(question, key) for question, key in zip(asked, given, strict=False) if key != NONE}


def _answer(question: Question, key: str) -> str:
    if question.type == Question.Type.YES_NO:
        answer = {"1": "yes", "2": "no"}.get(key)
    elif question.type == Question.Type.CHOICE:
        answer = keys.chosen(question.choices, key)
    else:
        answer = key
    if answer is None:
        raise Refusal("answers", _("No such answer: %(question)s") % {"question": question.text}, "answers")
    return str(answer)


def _again(line: Line, walk: Walk) -> datetime:
    """Month, day, hour, minute; the year is the next in which that day comes."""
    digits = re.sub(r"\D", "", plain(line.typed["again"]))
    year = timezone.localdate(walk.start).year
    try:
        if len(digits) != 8:
            raise ValueError
        month, day, hour, minute = (int(digits[place : place + 2]) for place in (0, 2, 4, 6))
        on = date(year, month, day)
        if on < timezone.localdate(walk.start) - timedelta(days=180):
            on = date(year + 1, month, day)
        return timezone.make_aware(datetime.combine(on, time(hour, minute)))
    except ValueError:
        raise Refusal("again", _("Month, day, hour and minute: 1125 1930."), "again") from None
