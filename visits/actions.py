"""What can be done to visits: log one, take back a wrong tap, correct or void one's own, add a door.

`log_attempt()` is the one way in for the page, the sync, paper keyed later and the demo.
"""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actions import must
from accounts.models import Officer
from accounts.refusals import Refusal
from accounts.rights import Right
from campaigns.frame import add_to_frame, lock_doors
from campaigns.models import Assignment, Campaign, FrameDoor, Topic, band_of
from disputes.evidence import add_evidence
from disputes.models import Case, Evidence
from disputes.registering import register_finding
from registry import doors as register
from registry.models import Area, Premises, holds_door
from visits import rules
from visits.attempts import Attempt, FindingReport
from visits.doors import held_on, live_assignment_of
from visits.folding import fold_door, fold_onto
from visits.models import Delivery, Finding, Photo, Service, Submission, Visit, VisitRevision

# The page shows five seconds; the server allows for a slow line and for phones without scripts.
UNDO_WINDOW = timedelta(seconds=90)
CORRECTABLE = ("outcome", "people_met", "place", "identity_shown", "not_given_why", "diary", "next_at")


@transaction.atomic
def log_attempt(*, attempt: Attempt, client_id: UUID, by: Officer, at: datetime) -> Submission:
    """Writes one attempt and gives its receipt: STORED, or CONFLICT when the number was used for something else.

    The same number with the same body is answered with the first receipt and writes nothing. Needs LOG_VISIT at the
    door's unit, or a live assignment of the door; ENTER_FOR_OTHERS when `attempt.officer_id` names somebody else.
    """
    digest = attempt.digest()
    _one_at_a_time(by, client_id)
    known = _known(attempt, digest, client_id=client_id, by=by, at=at)
    if known is not None:
        return known
    premises = register.lock_door(attempt.premises_id)
    rules.check_may_visit(by, premises, own=by.may(Right.LOG_VISIT, premises.unit_id) or holds_door(by, premises))
    rules.check_outcome(attempt)
    rules.check_findings(attempt)
    officer = _visitor(attempt, premises, by=by, at=at)
    partner = _partner(attempt, premises, officer)
    start, end = rules.times_of(attempt, at)
    frames = lock_doors(premises)
    visit = _write(attempt, premises, frames, officer=officer, partner=partner, start=start, end=end, by=by, at=at)
    _write_parts(visit, attempt, at=at)
    if visit.is_done and (attempt.facts_confirmed or attempt.changes is not None):
        register.confirm_at_door(premises=premises, changes=attempt.changes, by=by, at=end)
    fold_onto(frames, premises, at=at)
    for finding in attempt.findings:
        _register(visit, finding)
    return Submission.objects.create(
        officer=by,
        client_id=client_id,
        body_digest=digest,
        verdict=Submission.Verdict.STORED,
        visit=visit,
        received_at=at,
    )


def _one_at_a_time(by: Officer, client_id: UUID) -> None:
    """A second tap waits for the first one's end, then finds its receipt."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"{by.pk}:{client_id}"])


def _known(attempt: Attempt, digest: str, *, client_id: UUID, by: Officer, at: datetime) -> Submission | None:
    rows = Submission.objects.unscoped("one's own receipt").filter(officer=by, client_id=client_id)
    found: Submission | None = None
    for row in rows.order_by("pk"):
        if row.body_digest == digest:
            return row
        found = row
    if found is None:
        return None
    return Submission.objects.create(
        officer=by,
        client_id=client_id,
        body_digest=digest,
        verdict=Submission.Verdict.CONFLICT,
        reason="other_body",
        body=attempt.body(),
        received_at=at,
    )


def _visitor(attempt: Attempt, premises: Premises, *, by: Officer, at: datetime) -> Officer:
    if attempt.officer_id is None or attempt.officer_id == by.pk:
        return by
    must(by, Right.ENTER_FOR_OTHERS, premises.unit_id)
    working = Officer.objects.unscoped("who stood at the door").working(timezone.localdate(at))
    found: Officer | None = working.filter(pk=attempt.officer_id).first()
    if found is None or not found.may(Right.LOG_VISIT, premises.unit_id):
        raise Refusal("visitor", _("Choose who stood at the door: somebody who visits for this station."), "officer")
    return found


def _partner(attempt: Attempt, premises: Premises, officer: Officer) -> Officer | None:
    if attempt.partner_id is None or attempt.partner_id == officer.pk:
        return None
    found: Officer | None = (
        Officer.objects.unscoped("who came along").people().filter(pk=attempt.partner_id, is_active=True).first()
    )
    if found is None or not found.may(Right.LOG_VISIT, premises.unit_id):
        raise Refusal("partner", _("Choose a partner who visits for this station."), "partner")
    return found


def _write(
    attempt: Attempt,
    premises: Premises,
    frames: list[FrameDoor],
    *,
    officer: Officer,
    partner: Officer | None,
    start: datetime,
    end: datetime,
    by: Officer,
    at: datetime,
) -> Visit:
    held = held_on(frames, start)
    assignment = live_assignment_of(premises)
    if not held:
        raise Refusal("no_campaign", _("No open campaign holds this door on that day. Ask the campaign desk."))
    frame = _frame_of(held, assignment)
    assignment = assignment if assignment is not None and assignment.campaign_id == frame.campaign_id else None
    campaign = frame.campaign
    rules.check_next(attempt, at, campaign)
    answers = rules.answers_of(attempt, rules.questions_for(campaign, premises)) if attempt.is_done else []
    hands = (assignment.officer_id, assignment.partner_id) if assignment else ()
    late = at - end > rules.LATE_AFTER
    declared = attempt.is_done and attempt.declared
    return Visit.objects.create(
        unit_id=premises.unit_id,
        premises=premises,
        campaign=campaign,
        assignment=assignment,
        officer=officer,
        partner=partner,
        entered_by=by,
        started_at=start,
        ended_at=end,
        device_at=attempt.device_at,
        received_at=at,
        place=attempt.place if attempt.is_done else "",
        mode=rules.mode_of(start, frame.next_at),
        band=band_of(start),
        outcome=attempt.outcome,
        people_met=attempt.people_met if attempt.is_done else 0,
        identity_shown=declared,
        notice_version=campaign.notice_version if declared else 0,
        not_given_why=attempt.not_given_why if attempt.is_done and not declared else "",
        facts_changed=attempt.changes.codes() if attempt.is_done and attempt.changes else {},
        answers=answers,
        diary=attempt.diary.strip()[:300],
        next_at=attempt.next_at,
        stand_in=bool(hands) and officer.pk not in hands,
        late_upload=late and attempt.late_upload,
        keyed_later=attempt.from_paper or (late and not attempt.late_upload),
    )


def _frame_of(frames: list[FrameDoor], assignment: Assignment | None) -> FrameDoor:
    """The campaign that shared the door out, else the newest: the visit counts for all of them by the fold."""
    for frame in frames:
        if assignment is not None and frame.campaign_id == assignment.campaign_id:
            return frame
    return frames[0]


def _write_parts(visit: Visit, attempt: Attempt, *, at: datetime) -> None:
    """Topics, what was left behind, what was done for the people there, and pictures."""
    if visit.is_done and attempt.topics:
        topics = list(Topic.objects.filter(campaign_id=visit.campaign_id, pk__in=attempt.topics))
        through: Any = Visit.topics.through
        through.objects.bulk_create([through(visit=visit, topic=topic) for topic in topics])
        Delivery.objects.bulk_create([Delivery(visit=visit, topic=topic) for topic in topics if topic.leaflet])
    if visit.is_done:
        kinds = [kind for kind in dict.fromkeys(attempt.services) if kind in Service.Kind.values]
        Service.objects.bulk_create([Service(visit=visit, kind=kind) for kind in kinds])
    for picture in {picture.sha256: picture for picture in attempt.photos}.values():
        Photo.objects.create(
            visit=visit,
            file=ContentFile(picture.content, picture.name),
            content_type=picture.content_type,
            size=len(picture.content),
            sha256=picture.sha256,
            added_at=at,
        )


def _register(visit: Visit, finding: FindingReport) -> None:
    case = register_finding(
        kind=finding.kind,
        category=finding.category,
        title=finding.line.strip()[:120],
        grade=finding.grade,
        grade_reason=finding.grade_reason.strip()[:200],
        on_spot=finding.on_spot,
        premises=visit.premises,
        campaign=visit.campaign,
        by=visit.officer,
        partner=visit.partner,
        source_ref=str(visit.pk),
        at=visit.ended_at,
    )
    if finding.photo is not None:
        add_evidence(
            case=case,
            kind=Evidence.Kind.AFTER if finding.on_spot else Evidence.Kind.BEFORE,
            upload=SimpleUploadedFile(finding.photo.name, finding.photo.content),
            version=case.version,
            by=visit.officer,
            at=visit.ended_at,
        )
    Finding.objects.create(visit=visit, case=case)


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
    standing = row.findings.exclude(case__state=Case.State.VOIDED)
    if standing.exists():
        raise Refusal(
            "has_cases",
            _("This visit brought up a case. Ask the supervisor to void the case first."),
            "reason",
        )
    _void(row, by=by, at=at, reason=reason)


def _void(row: Visit, *, by: Officer, at: datetime, reason: str) -> None:
    row.voided_at, row.voided_by, row.voided_why = at, by, reason.strip()[:200]
    row.save(update_fields=["voided_at", "voided_by", "voided_why"])
    fold_door(row.premises, at=at)


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
    rules.check_outcome(_as_attempt(row))
    rules.check_next(_as_attempt(row), row.received_at, row.campaign)
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
    fold_door(row.premises, at=at)
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
    rows = Visit.objects.unscoped("the record in hand").select_for_update(of=("self",))
    found: Visit = rows.select_related("premises", "campaign").get(pk=visit.pk)
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
    """A door found on the round: into the register, every running campaign's frame, and the finder's round."""
    premises = register.add_door(area=area, kind=kind, address=address, name=name, phone=phone, use=use, by=by, at=at)
    codes = [area.code[:length] for length in range(2, len(area.code) + 1)]
    above = [int(part) for part in premises.unit.path.split(".") if part]
    campaigns = (
        Campaign.objects.unscoped("a new door joins every running campaign of its place")
        .running(timezone.localdate(at))
        .filter(areas__in=codes, unit_id__in=above)
        .distinct()
    )
    joined = [add_to_frame(campaign=campaign, premises=premises, officer=by, at=at) for campaign in campaigns]
    if not joined:
        raise Refusal("no_campaign", _("No campaign is open in this community today. Ask the campaign desk."), "area")
    return premises
