"""What can be done to visits: log one, take back a wrong tap, correct or void one's own, add a door.

`log_attempt()` is the one way in for the sync, paper keyed later and the demo; `log_at()` for the page, which holds the
door already because it read its form by it.
"""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Officer
from accounts.once import insert_once
from accounts.refusals import Refusal, refuse
from accounts.rights import Right
from campaigns.frame import add_to_frame
from campaigns.models import Campaign, FrameDoor
from disputes.guards import worked_on
from disputes.models import Case
from registry import doors as register
from registry.models import Area, Premises, holds_door
from visits import rules
from visits.at_door import Door, hold_door
from visits.attempts import Attempt
from visits.folding import fold_door, fold_onto
from visits.models import Submission, Visit, VisitRevision, time_ordered_id
from visits.writing import register_found, write_parts, write_visit

# The page shows five seconds; the server allows for a slow line and for phones without scripts.
UNDO_WINDOW = timedelta(seconds=90)
CORRECTABLE = ("outcome", "people_met", "place", "identity_shown", "not_given_why", "diary", "next_at")


@transaction.atomic
def log_attempt(*, attempt: Attempt, client_id: UUID, by: Officer, at: datetime) -> Submission:
    """Writes one attempt and gives its receipt: STORED, or CONFLICT when the number was used for something else.

    The same number with the same body is answered with the first receipt and writes nothing. Needs LOG_VISIT at the
    door's unit, or a live assignment of the door; ENTER_FOR_OTHERS when `attempt.officer_id` names somebody else.
    """
    return log_at(door=hold_door(attempt.premises_id), attempt=attempt, client_id=client_id, by=by, at=at)


def log_at(*, door: Door, attempt: Attempt, client_id: UUID, by: Officer, at: datetime) -> Submission:
    """The same for a caller that holds the door in a transaction of its own, which a refusal must end.

    The receipt is written first: the same number sent at the same moment waits for it. Whatever is refused afterwards
    takes it along, and only with the commit has the visit happened.
    """
    receipt = Submission(
        officer=by,
        client_id=client_id,
        body_digest=attempt.digest(),
        verdict=Submission.Verdict.STORED,
        visit_id=time_ordered_id(),
        received_at=at,
    )
    if not insert_once(receipt):
        return _known(receipt, attempt)
    may_log = by.may_at(Right.LOG_VISIT, door.premises.unit)
    rules.check_may_visit(by, door.premises, own=may_log or holds_door(by, door.premises))
    visit = write_visit(attempt, door, receipt, by=by, at=at)
    write_parts(visit, attempt, door, at=at)
    if visit.is_done and (attempt.facts_confirmed or attempt.changes is not None):
        register.confirm_at_door(premises=door.premises, changes=attempt.changes, at=visit.ended_at)
    fold_onto(door.frames, door.premises, at=at)
    for finding in attempt.findings:
        register_found(visit, finding)
    return receipt


def _known(receipt: Submission, attempt: Attempt) -> Submission:
    """What is kept under this number: the receipt of the same thing, else a new one that says it was something else."""
    rows = Submission.objects.unscoped("one's own receipt").filter(officer=receipt.officer, client_id=receipt.client_id)
    same: Submission | None = rows.filter(body_digest=receipt.body_digest).order_by("pk").first()
    if same is not None:
        return same
    receipt.verdict, receipt.reason = Submission.Verdict.CONFLICT, "other_body"
    receipt.visit_id, receipt.body = None, attempt.kept_body()
    receipt.save(force_insert=True)
    return receipt


@transaction.atomic
def take_back(*, visit: Visit, by: Officer, at: datetime) -> None:
    """Undo of a wrong “nobody in”: the author, within the undo window. Taking back twice changes nothing."""
    row = _locked(visit)
    if row.voided_at is not None:
        return
    if by.pk not in (row.officer_id, row.entered_by_id):
        raise Refusal("not_author", _("Only who logged a visit can take it back."), status=403)
    if row.is_done or at - row.received_at > UNDO_WINDOW:
        raise Refusal("undo_over", _("It is too late to undo. Open the record and void it with a reason."))
    _void(row, by=by, at=at, reason="undo")


@transaction.atomic
def void_visit(*, visit: Visit, reason: str, by: Officer, at: datetime) -> None:
    """The author strikes a record that should not be, within 24 hours; what it brought up must be void before it."""
    row = _locked(visit)
    _check_correctable(row, by, at)
    if not reason.strip():
        raise Refusal("reason", _("Say why."), "reason")
    if standing := _brought_up(row):
        raise Refusal("has_cases", _way_out(standing), "reason")
    _void(row, by=by, at=at, reason=reason)


def _brought_up(row: Visit) -> list[Case]:
    """Cases that stand: somebody must have been met."""
    return [finding.case for finding in row.findings.exclude(case__state=Case.State.VOIDED).select_related("case")]


def _way_out(standing: list[Case]) -> str:
    """What can still be done about a visit whose cases stand: a case that was worked on stays, and so does its visit."""
    if any(worked_on(case) for case in standing):
        return _(
            "This visit brought up a case that was worked on since: it stays on record. Correct what is wrong in it."
        )
    return _("This visit brought up a case. Ask the supervisor to void the case first.")


def _void(row: Visit, *, by: Officer, at: datetime, reason: str) -> None:
    row.voided_at, row.voided_by, row.voided_why = at, by, reason.strip()[:200]
    row.save(update_fields=["voided_at", "voided_by", "voided_why"])
    fold_door(row.premises, at=at, also=row.campaign)


@transaction.atomic
def correct_visit(*, visit: Visit, reason: str, by: Officer, at: datetime, **changes: Any) -> Visit:
    """The author mends a record within 24 hours. What it said before is kept with the reason.

    `changes` are columns of `CORRECTABLE`; a correction that changes nothing writes nothing.
    """
    strangers = set(changes) - set(CORRECTABLE)
    if strangers:
        raise ValueError(f"a correction does not set {sorted(strangers)}")
    row = _locked(visit)
    _check_correctable(row, by, at)
    if not reason.strip():
        raise Refusal("reason", _("Say why."), "reason")
    before = {column: getattr(row, column) for column in CORRECTABLE}
    for column, value in changes.items():
        setattr(row, column, value)
    _settle(row)
    changed = [column for column in CORRECTABLE if getattr(row, column) != before[column]]
    if not changed:
        return row
    said = _as_attempt(row)
    refuse([*rules.outcome_faults(said), *rules.next_faults(said, row.received_at, row.campaign)])
    if not row.is_done and _brought_up(row):
        raise Refusal("has_cases", _("This visit brought up a case: somebody was met."), "outcome")
    VisitRevision.objects.create(
        visit=row,
        revision=row.revision,
        before={column: _said(before[column]) for column in changed},
        at=at,
        by=by,
        reason=reason.strip()[:200],
    )
    row.revision += 1
    row.save(update_fields=[*changed, "revision", "notice_version"])
    fold_door(row.premises, at=at, also=row.campaign)
    return row


def _settle(row: Visit) -> None:
    """What no longer applies after a changed outcome is emptied."""
    if not row.is_done:
        row.people_met, row.place, row.identity_shown, row.not_given_why = 0, "", False, ""
    if row.identity_shown:
        row.not_given_why = ""
    row.notice_version = row.campaign.notice_version if row.identity_shown else 0


def _as_attempt(row: Visit) -> Attempt:
    return Attempt(
        premises_id=row.premises_id,
        outcome=row.outcome,
        people_met=row.people_met,
        place=row.place,
        declared=row.identity_shown,
        not_given_why=row.not_given_why,
        next_at=row.next_at,
    )


def _said(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


def _locked(visit: Visit) -> Visit:
    """Without its door and campaign: joined, a row whose door is merged while it is waited for is lost."""
    found: Visit = Visit.objects.unscoped("the record in hand").select_for_update(of=("self",)).get(pk=visit.pk)
    return found


def _check_correctable(row: Visit, by: Officer, at: datetime) -> None:
    if by.pk not in (row.officer_id, row.entered_by_id):
        raise Refusal("not_author", _("Only who logged a visit can correct or void it."), status=403)
    if row.voided_at is not None:
        raise Refusal("voided", _("This record is void."), status=409)
    if not row.correctable_by(by, at):
        raise Refusal("too_late", _("A record can be corrected for 24 hours. Ask the supervisor."))


@transaction.atomic
def add_door(
    *,
    area: Area,
    kind: str,
    address: str,
    name: str = "",
    phone: str = "",
    use: str = "",
    by: Officer,
    at: datetime,
) -> Premises:
    """A door found on the round: into the register, every running campaign's frame, and the finder's round.

    One that came into the register after a campaign's frame was frozen joins that campaign in the same way.
    """
    known: register.DoorKnown | None = None
    try:
        premises = register.add_door(
            area=area, kind=kind, address=address, name=name, phone=phone, use=use, by=by, at=at
        )
    except register.DoorKnown as refusal:
        known, premises = refusal, refusal.door
        if not by.may_at(Right.LOG_VISIT, premises.unit):
            raise
    codes = [area.code[:length] for length in range(2, len(area.code) + 1)]
    above = [int(part) for part in premises.unit.path.split(".") if part]
    campaigns = (
        Campaign.objects.unscoped("a new door joins every running campaign of its place")
        .running(timezone.localdate(at))
        .filter(areas__in=codes, unit_id__in=above)
        .distinct()
        .order_by("pk")
    )
    if known is not None:
        held = FrameDoor.objects.unscoped("is it on a round already").filter(premises=premises, campaign__in=campaigns)
        if held.exists() or not campaigns:
            raise known
    joined = [add_to_frame(campaign=campaign, premises=premises, officer=by, at=at) for campaign in campaigns]
    if not joined:
        raise Refusal("no_campaign", _("No campaign is open in this community today. Ask the campaign desk."), "area")
    return premises
