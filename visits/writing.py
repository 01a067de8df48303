"""What one attempt leaves when it has passed the rules: the visit, what was told, done and left there, what was found.

Called by `visits.actions` inside its transaction, with the door held.
"""

from datetime import datetime
from typing import Any

from django.core.files.base import ContentFile
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actions import must
from accounts.models import Officer
from accounts.refusals import Refusal
from accounts.rights import Right
from campaigns.models import band_of
from disputes.evidence import add_evidence
from disputes.models import Evidence
from disputes.registering import FindingFacts, register_finding
from registry.models import Premises
from visits import rules
from visits.at_door import Door
from visits.attempts import Attempt, FindingReport
from visits.models import Delivery, Finding, Photo, Service, Submission, Visit


def write_visit(attempt: Attempt, door: Door, receipt: Submission, *, by: Officer, at: datetime) -> Visit:
    """The visit under the number that its receipt names; refused where no open campaign holds the door on that day."""
    premises = door.premises
    officer = _visitor(attempt, premises, by=by, at=at)
    partner = _partner(attempt, premises, officer)
    start, end = rules.times_of(attempt, at)
    frame = door.frame_on(start)
    if frame is None:
        raise Refusal("no_campaign", _("No open campaign holds this door on that day. Ask the campaign desk."))
    campaign, hand = frame.campaign, frame.hand
    questions = door.questions(campaign) if attempt.is_done else []
    rules.check(attempt, at, campaign, questions)
    late = at - end > rules.LATE_AFTER
    declared = attempt.is_done and attempt.declared
    visit: Visit = Visit.objects.create(
        id=receipt.visit_id,
        unit_id=premises.unit_id,
        premises=premises,
        campaign=campaign,
        assignment=hand,
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
        answers=rules.answers_of(attempt, questions),
        diary=attempt.diary.strip()[:300],
        next_at=attempt.next_at,
        stand_in=hand is not None and officer.pk not in (hand.officer_id, hand.partner_id),
        late_upload=late and attempt.late_upload,
        keyed_later=attempt.from_paper or (late and not attempt.late_upload),
    )
    return visit


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


def write_parts(visit: Visit, attempt: Attempt, door: Door, *, at: datetime) -> None:
    """Topics, what was left behind, what was done for the people there, and pictures."""
    if visit.is_done and attempt.topics:
        topics = [topic for topic in door.topics(visit.campaign) if topic.pk in attempt.topics]
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


def register_found(visit: Visit, finding: FindingReport) -> None:
    case = register_finding(
        facts=FindingFacts(
            kind=finding.kind,
            category=finding.category,
            title=finding.line.strip()[:120],
            on_spot=finding.on_spot,
            grade=finding.grade,
            grade_reason=finding.grade_reason.strip()[:200],
            source_ref=str(visit.pk),
        ),
        premises=visit.premises,
        campaign=visit.campaign,
        by=visit.officer,
        partner=visit.partner,
        at=visit.ended_at,
    )
    if finding.photo is not None:
        add_evidence(
            case=case,
            kind=Evidence.Kind.AFTER if finding.on_spot else Evidence.Kind.BEFORE,
            upload=finding.photo,
            version=case.version,
            by=visit.officer,
            at=visit.ended_at,
        )
    Finding.objects.create(visit=visit, case=case)
