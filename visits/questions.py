"""The campaign's questions at one door: what was answered last time, and answers to questions that changed meanwhile.

A form may lie open while a campaign is closed and another takes its place, or while a question is taken away. Nothing
that was typed is lost: an answer to a question that is no longer asked stays with the visit, marked as such; one whose
question reads otherwise now is shown again before it counts.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from campaigns.models import Question
from registry.models import Premises
from visits.models import Visit

ANSWER = re.compile(r"q_(\d{1,18})")
# Visits that are looked through for the newest answer to each question, and stray answers that one form may carry.
LOOK_BACK, MOST_STRAYS = 5, 20


@dataclass(frozen=True)
class LastAnswer:
    answer: str
    day: date

    @property
    def words(self) -> str:
        return words_of(self.answer)


@dataclass(frozen=True)
class Stray:
    """An answer to a question that this door is not asked; `text` is empty where the question is gone."""

    question: int
    text: str
    answer: str

    @property
    def words(self) -> str:
        return words_of(self.answer)


def words_of(answer: str) -> str:
    return {"yes": _("Yes"), "no": _("No")}.get(answer, answer)


def last_answers(premises: Premises, questions: Sequence[Question]) -> dict[int, LastAnswer]:
    """The newest answer to each question at this door, in whichever campaign it was asked in the same words.

    For a door that is open to the reader: whoever may see its history.
    """
    visits = (
        Visit.objects.unscoped("history of a door that is open to the reader")
        .done()
        .filter(premises=premises)
        .exclude(answers=[])
        .order_by("-started_at")
    )
    known: dict[str, LastAnswer] = {}
    for started_at, answers in visits.values_list("started_at", "answers")[:LOOK_BACK]:
        for said in answers:
            known.setdefault(said["text"], LastAnswer(said["answer"], timezone.localdate(started_at)))
    return {q.pk: known[q.text] for q in questions if q.text in known and fits(q, known[q.text].answer)}


def fits(question: Question, answer: str) -> bool:
    """Whether this can be an answer to the question as it is asked now."""
    if question.type == Question.Type.YES_NO:
        return answer in ("yes", "no")
    if question.type == Question.Type.CHOICE:
        return answer in question.choices
    return answer.isdecimal() if question.type == Question.Type.NUMBER else bool(answer)


def stamp_of(question: Question) -> str:
    """What the page remembers of a question: another one when its text, type or choices are others."""
    said = json.dumps([question.text, question.type, question.choices])
    return hashlib.sha256(said.encode()).hexdigest()[:12]


def strays_of(data: Mapping[str, Any], questions: Sequence[Question]) -> list[Stray]:
    """Answers in a sent form whose questions this door is not asked any more, in the order of the form."""
    asked = {question.pk for question in questions}
    found = {
        int(match[1]): str(data[name]).strip()[:200]
        for name in data
        if (match := ANSWER.fullmatch(name)) and int(match[1]) not in asked and str(data[name]).strip()
    }
    texts = texts_of(found)
    return [Stray(pk, texts.get(pk, ""), answer) for pk, answer in list(found.items())[:MOST_STRAYS]]


def texts_of(ids: Iterable[int]) -> dict[int, str]:
    wanted = list(ids)
    return dict(Question.objects.filter(pk__in=wanted).values_list("pk", "text")) if wanted else {}
