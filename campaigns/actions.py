"""What can be done to a campaign, its frame and the hands that hold its doors."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import connection, transaction
from django.utils.translation import gettext as _

from accounts.actions import log_access, must
from accounts.lifecycles import move
from accounts.models import Officer, Unit
from accounts.planner import has_grown
from accounts.refusals import Refusal
from accounts.rights import Right
from campaigns.models import (
    Assignment,
    Campaign,
    CouldNotMeet,
    FrameDoor,
    Phase,
    Question,
    Responsibility,
    Topic,
)
from campaigns.question_sets import QuestionSet
from campaigns.states import CAMPAIGN
from campaigns.templates import STANDARD_GRAND_VISIT, Plan
from registry.jurisdictions import under
from registry.models import Area, Premises


@transaction.atomic
def draft_campaign(
    *,
    title: str,
    unit: Unit,
    starts_on: date,
    ends_on: date,
    areas: Iterable[Area],
    by: Officer,
    at: datetime,
    plan: Plan = STANDARD_GRAND_VISIT,
) -> Campaign:
    """A draft with everything the plan knows: the supervisor types title, dates and communities only."""
    must(by, Right.SET_UP, unit.pk)
    if ends_on < starts_on:
        raise Refusal("dates", _("The last day lies before the first. Change one of them."), field="ends_on")
    campaign = Campaign.objects.create(
        title=title,
        slogan=plan.slogan,
        unit=unit,
        legal_basis=plan.legal_basis,
        purpose=plan.purpose,
        notice_text=plan.notice_text,
        starts_on=starts_on,
        ends_on=ends_on,
        retain_until=ends_on + timedelta(days=plan.retain_days),
        attempts_needed=plan.attempts_needed,
        bands_needed=plan.bands_needed,
        cool_off_days=plan.cool_off_days,
        created_at=at,
    )
    campaign.areas.set(areas)
    Topic.objects.bulk_create(
        Topic(campaign=campaign, name=t.name, leaflet=t.leaflet, guidance=t.guidance, kind=t.kind, rank=n)
        for n, t in enumerate(plan.topics)
    )
    Question.objects.bulk_create(
        Question(
            campaign=campaign,
            text=q.text,
            kinds=list(q.kinds),
            required=q.required,
            type=q.type,
            choices=list(q.choices),
            rank=n,
        )
        for n, q in enumerate(plan.questions)
    )
    _lay_phases(campaign, plan)
    return campaign


def _lay_phases(campaign: Campaign, plan: Plan) -> None:
    days = (campaign.ends_on - campaign.starts_on).days + 1
    day = campaign.starts_on
    for number, (name, share) in enumerate(plan.phases, start=1):
        last = campaign.ends_on if number == len(plan.phases) else day + timedelta(days=max(1, round(days * share)) - 1)
        last = min(last, campaign.ends_on)
        Phase.objects.create(campaign=campaign, name=name, starts_on=min(day, last), ends_on=last)
        day = last + timedelta(days=1)


@transaction.atomic
def put_in_questions(*, campaign: Campaign, sets: Sequence[QuestionSet], by: Officer) -> int:
    """Adds what a draft does not ask yet of these sets, after its own questions; returns how many were added."""
    must(by, Right.SET_UP, campaign.unit_id)
    locked: Campaign = Campaign._base_manager.select_for_update(of=("self",)).get(pk=campaign.pk)
    if locked.state != Campaign.State.DRAFT:
        raise Refusal("frozen", _("Questions are frozen when a campaign opens."), status=409)
    asked = {(question.text, kind) for question in locked.questions.all() for kind in question.kinds}
    rank = max((question.rank for question in locked.questions.all()), default=-1) + 1
    missing = [
        (plan, kinds)
        for each in sets
        for plan in each.questions
        if (kinds := [kind for kind in plan.kinds if (plan.text, kind) not in asked])
    ]
    Question.objects.bulk_create(
        Question(
            campaign=locked,
            text=plan.text,
            kinds=kinds,
            required=plan.required,
            type=plan.type,
            choices=list(plan.choices),
            rank=rank + n,
        )
        for n, (plan, kinds) in enumerate(missing)
    )
    log_access(by, "questions_put_in", locked)
    return len(missing)


FREEZE_FRAME = """
INSERT INTO campaigns_framedoor
    (campaign_id, premises_id, unit_id, area_id, kind, building, walk_key, added_late, tries, contacts, bands,
     last_outcome, gone_said)
SELECT %s, p.id, p.unit_id, p.area_id, p.kind, trim(concat_ws(' ', nullif(p.street, ''), nullif(p.building, ''))),
       p.walk_key, false, 0, 0, '{}', '', ''
FROM registry_premises p
JOIN accounts_unit u ON u.id = p.unit_id
WHERE p.merged_into_id IS NULL AND u.path LIKE %s
  AND EXISTS (SELECT 1 FROM campaigns_campaign_areas a WHERE a.campaign_id = %s AND p.area_id LIKE a.area_id || '%%')
"""


@transaction.atomic
def open_campaign(*, campaign: Campaign, version: int, by: Officer, at: datetime) -> Campaign:
    """Freezes the frame (one row a door, counted and digested) and the questions; binds communities by the roster."""
    with connection.cursor() as cursor:
        cursor.execute(FREEZE_FRAME, [campaign.pk, campaign.unit.path + "%", campaign.pk])
        count = cursor.rowcount
    if count == 0:
        raise Refusal(
            "empty_frame",
            _("There is no door in the chosen communities yet. Bring the doors in first."),
        )
    campaign = move(
        campaign,
        CAMPAIGN,
        "open",
        by=by,
        at=at,
        version=version,
        opened_at=at,
        opened_by=by,
        frame_count=count,
        frame_digest=frame_digest(campaign),
    )
    _bind_by_roster(campaign)
    log_access(by, "campaign_opened", campaign)
    has_grown(FrameDoor, rows=count)
    return campaign


def frame_digest(campaign: Campaign) -> str:
    """SHA-256 over the frozen doors in order, one `premises:unit:area:kind` a line; late additions don't count."""
    digest = hashlib.sha256()
    doors = FrameDoor.objects.unscoped("digest of the frame").filter(campaign=campaign, added_late=False)
    for row in doors.order_by("premises_id").values_list("premises_id", "unit_id", "area_id", "kind").iterator():
        digest.update(":".join(map(str, row)).encode() + b"\n")
    return digest.hexdigest()


def _bind_by_roster(campaign: Campaign) -> None:
    """Everybody whom the roster binds to a community of this campaign answers for it."""
    codes = list(campaign.areas.values_list("code", flat=True))
    people = (
        Officer.objects.unscoped("binding by the roster")
        .people()
        .filter(is_active=True, unit__path__startswith=campaign.unit.path)
        .exclude(areas_in_charge=[])
    )
    people = list(people.order_by("badge"))
    bound = {code for officer in people for code in officer.areas_in_charge}
    known = set(
        Area.objects.filter(under(codes), level=Area.Level.COMMUNITY, pk__in=bound).values_list("pk", flat=True)
    )
    rows = [
        Responsibility(campaign=campaign, area_id=code, officer=officer)
        for officer in people
        for code in officer.areas_in_charge
        if code in known
    ]
    Responsibility.objects.unscoped("binding by the roster").bulk_create(rows, ignore_conflicts=True)


@transaction.atomic
def close_campaign(*, campaign: Campaign, version: int, by: Officer, at: datetime) -> Campaign:
    """Ends the campaign and every live assignment of it."""
    campaign = move(campaign, CAMPAIGN, "close", by=by, at=at, version=version, closed_at=at, closed_by=by)
    live = Assignment.objects.unscoped("closing the campaign").live().filter(campaign=campaign)
    live.update(ended_at=at, ended_by=by, ended_why=_("campaign closed"))
    log_access(by, "campaign_closed", campaign)
    return campaign


@transaction.atomic
def archive_campaign(*, campaign: Campaign, version: int, by: Officer, at: datetime) -> Campaign:
    return move(campaign, CAMPAIGN, "archive", by=by, at=at, version=version, archived_at=at, archived_by=by)


# -- the fold of attempts, written from the visits floor --


@dataclass(frozen=True)
class Attempts:
    """All standing attempts at one door in one campaign, added up; the order of arrival does not matter."""

    tries: int = 0
    contacts: int = 0
    bands: Sequence[str] = ()
    last_outcome: str = ""
    last_at: datetime | None = None
    met_on: date | None = None
    next_at: datetime | None = None
    gone_said: str = ""


def note_attempts(*, frame_door: FrameDoor, attempts: Attempts, at: datetime) -> FrameDoor:
    """Writes the fold on the door; at the policy's number the door becomes “could not be met” by itself.

    Called inside the transaction of the visit's action, which has locked the door (`lock_doors`).
    """
    campaign = frame_door.campaign
    enough = attempts.tries >= campaign.attempts_needed and len(set(attempts.bands)) >= campaign.bands_needed
    not_met = attempts.met_on is None and attempts.tries > 0 and attempts.last_outcome in ("nobody_in", "appointment")
    frame_door.tries = attempts.tries
    frame_door.contacts = attempts.contacts
    frame_door.bands = sorted(set(attempts.bands))
    frame_door.last_outcome = attempts.last_outcome
    frame_door.last_at = attempts.last_at
    frame_door.met_on = attempts.met_on
    frame_door.next_at = attempts.next_at
    frame_door.gone_said = attempts.gone_said
    if not_met and (enough or _granted(frame_door)):
        frame_door.could_not_meet_at = frame_door.could_not_meet_at or at
    else:
        frame_door.could_not_meet_at = None
    frame_door.save(
        update_fields=[
            "tries",
            "contacts",
            "bands",
            "last_outcome",
            "last_at",
            "met_on",
            "next_at",
            "gone_said",
            "could_not_meet_at",
        ]
    )
    return frame_door


def _granted(frame_door: FrameDoor) -> bool:
    """A supervisor granted it before the policy's number was reached."""
    if frame_door.could_not_meet_at is None:
        return False
    asked = CouldNotMeet.objects.unscoped("fold of attempts").filter(frame_door=frame_door, granted=True)
    return bool(asked.exists())


def lock_doors(premises: Premises) -> list[FrameDoor]:
    """The door's rows in the frames of open campaigns, locked in order until the transaction ends."""
    rows = FrameDoor.objects.unscoped("fold of attempts").select_related("campaign").select_for_update(of=("self",))
    return list(rows.filter(premises=premises, campaign__state=Campaign.State.OPEN).order_by("pk"))


@transaction.atomic
def add_to_frame(*, campaign: Campaign, premises: Premises, officer: Officer, at: datetime) -> FrameDoor:
    """A door found on the round joins the frame as added late, in the finder's hands; printed beside the rate."""
    if campaign.state != Campaign.State.OPEN:
        raise Refusal("campaign_closed", _("This campaign is not open."), status=409)
    building = " ".join(part for part in (premises.street, premises.building) if part)
    door, made = FrameDoor.objects.unscoped("adding a door").get_or_create(
        campaign=campaign,
        premises=premises,
        defaults={
            "unit_id": premises.unit_id,
            "area_id": premises.area_id,
            "kind": premises.kind,
            "building": building,
            "walk_key": premises.walk_key,
            "added_late": True,
        },
    )
    if made:
        Assignment.objects.create(
            campaign=campaign,
            frame_door=door,
            premises=premises,
            unit_id=premises.unit_id,
            officer=officer,
            due_on=at.date(),
            given_at=at,
        )
    return door


# -- doors that are gone, doors that could not be met --


@transaction.atomic
def confirm_gone(*, doors: Sequence[FrameDoor], by: Officer, at: datetime) -> int:
    """A second hand confirms that these doors are gone; they leave the denominator. Returns how many.

    Skips a door that nobody said is gone or that was met since. Needs SHARE_OUT at each door's unit.
    """
    count = 0
    for door in doors:
        must(by, Right.SHARE_OUT, door.unit_id)
        if door.gone_said and door.met_on is None and door.gone_confirmed_at is None:
            door.gone_confirmed_at, door.gone_confirmed_by = at, by
            door.save(update_fields=["gone_confirmed_at", "gone_confirmed_by"])
            count += 1
    return count


@transaction.atomic
def ask_could_not_meet(*, frame_door: FrameDoor, reason: str, by: Officer, at: datetime) -> CouldNotMeet:
    """The officer asks, before the policy's number is reached, to count the door as “could not be met”."""
    if not reason.strip():
        raise Refusal("reason", _("Say why nobody can be met here."), field="reason")
    if frame_door.met_on is not None:
        raise Refusal("met", _("This door has been visited already."), status=409)
    mine = Assignment.objects.unscoped("is it theirs").live().of(by).filter(frame_door=frame_door).exists()
    if not mine:
        raise Refusal("not_yours", _("Only the officer who holds this door can ask."), status=403)
    asked, made = CouldNotMeet.objects.unscoped("asking once").get_or_create(
        frame_door=frame_door,
        decided_at=None,
        defaults={"unit_id": frame_door.unit_id, "requested_at": at, "requested_by": by, "reason": reason.strip()},
    )
    if not made:
        raise Refusal("asked_already", _("This was asked already and waits for the supervisor."), status=409)
    return asked


@transaction.atomic
def decide_could_not_meet(*, requests: Sequence[CouldNotMeet], granted: bool, by: Officer, at: datetime) -> int:
    """Grants or refuses requests in bulk; returns how many were decided. Nobody decides their own."""
    count = 0
    for asked in requests:
        must(by, Right.SHARE_OUT, asked.unit_id)
        if asked.requested_by_id == by.pk:
            raise Refusal("own_request", _("Somebody else decides on your own request."), status=403)
        if asked.decided_at is not None:
            continue
        asked.decided_at, asked.decided_by, asked.granted = at, by, granted
        asked.save(update_fields=["decided_at", "decided_by", "granted"])
        door = asked.frame_door
        if granted and door.met_on is None:
            door.could_not_meet_at = at
            door.save(update_fields=["could_not_meet_at"])
        count += 1
    return count


@transaction.atomic
def return_could_not_meet(*, doors: Sequence[FrameDoor], by: Officer, at: datetime) -> int:
    """The supervisor sends doors back to be tried again."""
    count = 0
    for door in doors:
        must(by, Right.SHARE_OUT, door.unit_id)
        if door.could_not_meet_at is not None:
            door.could_not_meet_at = None
            door.save(update_fields=["could_not_meet_at"])
            count += 1
    return count
