"""What a visit must say before it is written. Each rule tells what is wrong as a `Refusal` at the field to mend.

`check()` gathers them: whoever stands at a door hears once what is missing, not one thing after another.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Officer
from accounts.refusals import Refusal, refuse
from accounts.rights import Right
from campaigns.models import Campaign, Question, band_of
from disputes.words import CATEGORIES, Grade, Kind
from registry.models import Premises
from visits.attempts import Attempt, FindingReport
from visits.models import Visit
from visits.questions import fits, texts_of

# A phone's clock may run a little ahead of the server's.
CLOCK_SLIP = timedelta(minutes=5)
# Later than this after the visit's end, the record says that it came late.
LATE_AFTER = timedelta(hours=1)
APPOINTMENT_SPAN = timedelta(hours=1)
LONGEST_VISIT = timedelta(hours=12)
USUAL_VISIT = timedelta(minutes=10)


def check(attempt: Attempt, at: datetime, campaign: Campaign, questions: Sequence[Question]) -> None:
    """Raises all that is wrong with an attempt of this campaign at a door that is asked these questions."""
    refuse(
        fault
        for faults in (
            outcome_faults(attempt),
            finding_faults(attempt),
            answer_faults(attempt, questions),
            next_faults(attempt, at, campaign),
        )
        for fault in faults
    )


def outcome_faults(attempt: Attempt) -> Iterator[Refusal]:
    """An outcome always; met means people and a declaration, or why it was not given."""
    if attempt.outcome not in Visit.Outcome.values:
        yield Refusal("outcome", _("Choose first how it went: met, nobody in, or other."), "outcome")
    elif attempt.is_done:
        if not 1 <= attempt.people_met <= 99:
            yield Refusal("people", _("How many people did you meet? At least one."), "people_met")
        if attempt.place not in Visit.Place.values:
            yield Refusal("place", _("Choose where you met."), "place")
        if not attempt.declared and attempt.not_given_why not in Visit.NotGiven.values:
            yield Refusal(
                "declaration",
                _("Save with “ID shown, notice given”, or say why the notice was not given."),
                "not_given_why",
            )
    elif attempt.findings:
        yield Refusal("findings", _("Findings belong to a visit where somebody was met."), "outcome")


def times_of(attempt: Attempt, at: datetime) -> tuple[datetime, datetime]:
    """Start and end as they will be written: up to 72 hours back, never in the future."""
    start = attempt.started_at or at
    if start > at + CLOCK_SLIP:
        raise Refusal("future", _("This time has not come yet. Check the start of the visit."), "started_at")
    if start < at - timedelta(hours=Visit.LATE_HOURS):
        raise Refusal(
            "too_late",
            _("This visit lies more than 72 hours back. Ask the supervisor to note it on paper."),
            "started_at",
        )
    start = min(start, at)
    end = attempt.ended_at
    if end is None:
        end = min(start + USUAL_VISIT, at) if attempt.keyed_later else at
    if end > at + CLOCK_SLIP or end < start:
        raise Refusal("end", _("The visit can't end before it begins, nor in the future."), "started_at")
    return start, min(max(end, start), at, start + LONGEST_VISIT)


def next_faults(attempt: Attempt, at: datetime, campaign: Campaign) -> Iterator[Refusal]:
    """An appointment lies ahead; coming back by appointment needs one."""
    if attempt.next_at is None:
        if attempt.outcome == Visit.Outcome.APPOINTMENT:
            yield Refusal("appointment", _("When will you come back? Enter day and time."), "next_at")
    elif attempt.next_at <= at - timedelta(hours=Visit.LATE_HOURS if attempt.keyed_later else 0):
        yield Refusal("appointment_past", _("The next appointment must lie ahead."), "next_at")
    elif timezone.localdate(attempt.next_at) > campaign.ends_on + timedelta(days=31):
        yield Refusal("appointment_far", _("The next appointment lies beyond the campaign."), "next_at")


def answer_faults(attempt: Attempt, questions: Sequence[Question]) -> Iterator[Refusal]:
    """Required answers are there where somebody was met, unless the visit was broken off; each fits its question."""
    for question in questions if attempt.is_done else ():
        answer, field = _answer(attempt, question), f"q_{question.pk}"
        if not answer:
            if question.required and attempt.outcome == Visit.Outcome.COMPLETED:
                yield Refusal("question", _("This question needs an answer."), field)
        elif not fits(question, answer):
            number = question.type == Question.Type.NUMBER
            yield Refusal("answer", _("Enter a number.") if number else _("Choose one of the answers."), field)


def answers_of(attempt: Attempt, questions: Sequence[Question]) -> list[dict[str, Any]]:
    """Answers beside their questions' texts, so that the record stays readable.

    An answer to a question that this door is not asked (any more) is kept and marked: it was given.
    """
    kept = []
    for question in questions:
        if answer := _answer(attempt, question):
            said: dict[str, Any] = {"question": question.pk, "text": question.text, "answer": answer[:200]}
            kept.append({**said, "as_last": True} if question.pk in attempt.as_last else said)
    return kept + _strays(attempt, {question.pk for question in questions})


def _answer(attempt: Attempt, question: Question) -> str:
    return str(attempt.answers.get(question.pk, "")).strip()


def _strays(attempt: Attempt, asked: set[int]) -> list[dict[str, Any]]:
    strays = {pk: answer.strip()[:200] for pk, answer in attempt.answers.items() if pk not in asked and answer.strip()}
    texts = texts_of(strays)
    return [
        {"question": pk, "text": texts.get(pk, ""), "answer": answer, "no_longer_asked": True}
        for pk, answer in strays.items()
    ]


def finding_faults(attempt: Attempt) -> Iterator[Refusal]:
    """The first fault of each finding, at its place: its fields stand together."""
    for index, finding in enumerate(attempt.findings):
        if fault := _fault_of(finding):
            yield Refusal(*fault, f"finding_{index}")


def _fault_of(finding: FindingReport) -> tuple[str, str] | None:
    if finding.kind not in Kind.values:
        return "finding_kind", _("Choose what was found.")
    if finding.category not in CATEGORIES[finding.kind].values:
        return "finding_category", _("Choose a category.")
    if not finding.line.strip():
        return "finding_line", _("Say in one line what was found.")
    if finding.grade not in Grade.values:
        return "finding_grade", _("Choose a grade.")
    if finding.grade > Grade.LOW and not finding.grade_reason.strip():
        return "grade_reason", _("Say why the grade is higher than 1.")
    if finding.on_spot and finding.grade != Grade.LOW:
        return "finding_grade", _("Only grade 1 can be settled on the spot. Leave it open.")
    if finding.on_spot and finding.kind == Kind.CLUE:
        return "finding_clue", _("A clue is handed over, not settled on the spot. Leave it open.")
    if finding.on_spot and finding.kind == Kind.HAZARD and finding.photo is None:
        return "finding_photo", _("A hazard settled on the spot needs one photo.")
    return None


def check_may_visit(by: Officer, premises: Premises, *, own: bool) -> None:
    if not own and not by.may(Right.LOG_VISIT, premises.unit_id):
        raise Refusal("out_of_reach", _("This door belongs to another station."), status=404)


def mode_of(start: datetime, appointment: datetime | None) -> str:
    """By the clock: off-hours is the evening or the weekend; an hour around an appointment is by appointment."""
    if appointment is not None and abs(start - appointment) <= APPOINTMENT_SPAN:
        return Visit.Mode.APPOINTMENT
    return Visit.Mode.ORDINARY if band_of(start) == "weekday" else Visit.Mode.OFF_HOURS
