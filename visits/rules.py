"""What a visit must say before it is written. Each rule raises `Refusal` at the field where it can be mended."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import Officer
from accounts.refusals import Refusal
from accounts.rights import Right
from campaigns.models import Campaign, Question, band_of
from disputes.words import CATEGORIES, Grade, Kind
from registry.models import Premises
from visits.attempts import Attempt
from visits.models import Visit
from visits.questions import fits, texts_of

# A phone's clock may run a little ahead of the server's.
CLOCK_SLIP = timedelta(minutes=5)
# Later than this after the visit's end, the record says that it came late.
LATE_AFTER = timedelta(hours=1)
APPOINTMENT_SPAN = timedelta(hours=1)
LONGEST_VISIT = timedelta(hours=12)
USUAL_VISIT = timedelta(minutes=10)


def check_outcome(attempt: Attempt) -> None:
    """An outcome always; met means people and a declaration, or why it was not given."""
    if attempt.outcome not in Visit.Outcome.values:
        raise Refusal("outcome", _("Choose first how it went: met, nobody in, or other."), "outcome")
    if attempt.is_done:
        if not 1 <= attempt.people_met <= 99:
            raise Refusal("people", _("How many people did you meet? At least one."), "people_met")
        if attempt.place not in Visit.Place.values:
            raise Refusal("place", _("Choose where you met."), "place")
        if not attempt.declared and attempt.not_given_why not in Visit.NotGiven.values:
            raise Refusal(
                "declaration",
                _("Save with “ID shown, notice given”, or say why the notice was not given."),
                "not_given_why",
            )
    elif attempt.findings:
        raise Refusal("findings", _("Findings belong to a visit where somebody was met."), "outcome")


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


def check_next(attempt: Attempt, at: datetime, campaign: Campaign) -> None:
    """An appointment lies ahead; coming back by appointment needs one."""
    if attempt.next_at is None:
        if attempt.outcome == Visit.Outcome.APPOINTMENT:
            raise Refusal("appointment", _("When will you come back? Enter day and time."), "next_at")
        return
    if attempt.next_at <= at - timedelta(hours=Visit.LATE_HOURS if attempt.keyed_later else 0):
        raise Refusal("appointment_past", _("The next appointment must lie ahead."), "next_at")
    if attempt.next_at.date() > campaign.ends_on + timedelta(days=31):
        raise Refusal("appointment_far", _("The next appointment lies beyond the campaign."), "next_at")


def answers_of(attempt: Attempt, questions: Sequence[Question]) -> list[dict[str, Any]]:
    """Answers beside their questions' texts, so that the record stays readable; a visit broken off may lack some.

    An answer to a question that this door is not asked (any more) is kept and marked: it was given.
    """
    kept = []
    for question in questions:
        answer = str(attempt.answers.get(question.pk, "")).strip()
        field = f"q_{question.pk}"
        if not answer:
            if question.required and attempt.outcome == Visit.Outcome.COMPLETED:
                raise Refusal("question", _("This question needs an answer."), field)
            continue
        if not fits(question, answer):
            number = question.type == Question.Type.NUMBER
            raise Refusal("answer", _("Enter a number.") if number else _("Choose one of the answers."), field)
        said: dict[str, Any] = {"question": question.pk, "text": question.text, "answer": answer[:200]}
        kept.append({**said, "as_last": True} if question.pk in attempt.as_last else said)
    return kept + _strays(attempt, {question.pk for question in questions})


def _strays(attempt: Attempt, asked: set[int]) -> list[dict[str, Any]]:
    strays = {pk: answer.strip()[:200] for pk, answer in attempt.answers.items() if pk not in asked and answer.strip()}
    texts = texts_of(strays)
    return [
        {"question": pk, "text": texts.get(pk, ""), "answer": answer, "no_longer_asked": True}
        for pk, answer in strays.items()
    ]


def check_findings(attempt: Attempt) -> None:
    for index, finding in enumerate(attempt.findings):
        field = f"finding_{index}"
        if finding.kind not in Kind.values:
            raise Refusal("finding_kind", _("Choose what was found."), field)
        if finding.category not in CATEGORIES[finding.kind].values:
            raise Refusal("finding_category", _("Choose a category."), field)
        if not finding.line.strip():
            raise Refusal("finding_line", _("Say in one line what was found."), field)
        if finding.grade not in Grade.values:
            raise Refusal("finding_grade", _("Choose a grade."), field)
        if finding.grade > Grade.LOW and not finding.grade_reason.strip():
            raise Refusal("grade_reason", _("Say why the grade is higher than 1."), field)
        if finding.on_spot and finding.grade != Grade.LOW:
            raise Refusal("finding_grade", _("Only grade 1 can be settled on the spot. Leave it open."), field)
        if finding.on_spot and finding.kind == Kind.CLUE:
            raise Refusal("finding_clue", _("A clue is handed over, not settled on the spot. Leave it open."), field)
        if finding.on_spot and finding.kind == Kind.HAZARD and finding.photo is None:
            raise Refusal("finding_photo", _("A hazard settled on the spot needs one photo."), field)


def check_may_visit(by: Officer, premises: Premises, *, own: bool) -> None:
    if not own and not by.may(Right.LOG_VISIT, premises.unit_id):
        raise Refusal("out_of_reach", _("This door belongs to another station."), status=404)


def mode_of(start: datetime, appointment: datetime | None) -> str:
    """By the clock: off-hours is the evening or the weekend; an hour around an appointment is by appointment."""
    if appointment is not None and abs(start - appointment) <= APPOINTMENT_SPAN:
        return Visit.Mode.APPOINTMENT
    return Visit.Mode.ORDINARY if band_of(start) == "weekday" else Visit.Mode.OFF_HOURS
