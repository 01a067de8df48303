"""What can be done to a campaign, its frame and the hands that hold its doors."""

import hashlib
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

from django.db import connection, transaction
from django.utils.translation import gettext as _

from accounts.actions import log_access, must
from accounts.days import check_span
from accounts.lifecycles import move
from accounts.models import Officer, Unit
from accounts.planner import has_grown
from accounts.refusals import Refusal
from accounts.rights import Right
from campaigns.holding import hold_campaign
from campaigns.models import (
    Assignment,
    Campaign,
    FrameDoor,
    Phase,
    Question,
    Responsibility,
    Topic,
)
from campaigns.plans import STANDARD_GRAND_VISIT, Plan
from campaigns.question_sets import QuestionPlan, QuestionSet
from campaigns.states import CAMPAIGN
from registry.jurisdictions import under
from registry.models import Area


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
    check_span(starts_on, ends_on)
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
    _ask(campaign, [(question, question.kinds) for question in plan.questions], first_rank=0)
    _lay_phases(campaign, plan)
    return campaign


def _ask(campaign: Campaign, asked: Iterable[tuple[QuestionPlan, Iterable[str]]], *, first_rank: int) -> None:
    """Writes planned questions down, each for the kinds of door named beside it."""
    Question.objects.bulk_create(
        Question(
            campaign=campaign,
            text=plan.text,
            kinds=list(kinds),
            required=plan.required,
            type=plan.type,
            choices=list(plan.choices),
            rank=first_rank + n,
        )
        for n, (plan, kinds) in enumerate(asked)
    )


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
    _ask(locked, missing, first_rank=rank)
    log_access(by, "questions_put_in", locked)
    return len(missing)


DOORS_TO_FREEZE = """
FROM registry_premises p
JOIN accounts_unit u ON u.id = p.unit_id
WHERE p.merged_into_id IS NULL AND u.path LIKE %s
  AND EXISTS (SELECT 1 FROM campaigns_campaign_areas a WHERE a.campaign_id = %s AND p.area_id LIKE a.area_id || '%%')
"""
FREEZE_FRAME = f"""
INSERT INTO campaigns_framedoor
    (campaign_id, premises_id, unit_id, area_id, kind, building, walk_key, added_late, tries, contacts, bands,
     last_outcome, gone_said)
SELECT %s, p.id, p.unit_id, p.area_id, p.kind, trim(concat_ws(' ', nullif(p.street, ''), nullif(p.building, ''))),
       p.walk_key, false, 0, 0, '{{}}', '', ''
{DOORS_TO_FREEZE}
"""


@transaction.atomic
def open_campaign(*, campaign: Campaign, version: int, by: Officer, at: datetime) -> Campaign:
    """Freezes the frame (one row a door, counted and digested) and the questions; binds communities by the roster.

    Held first: a draft's page that is being saved is in the frame's terms, or finds that it is no draft any more.
    """
    # Of what is no draft any more nothing is frozen: `move()` says so.
    count = _freeze(campaign) if hold_campaign(campaign).state == Campaign.State.DRAFT else 0
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


def _freeze(campaign: Campaign) -> int:
    with connection.cursor() as cursor:
        cursor.execute(FREEZE_FRAME, [campaign.pk, campaign.unit.path + "%", campaign.pk])
        count: int = cursor.rowcount
    if count == 0:
        raise Refusal(
            "empty_frame",
            _("There is no door in the chosen communities yet. Bring the doors in first."),
        )
    return count


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
