"""What was found at the doors and what became of it: mediated, put right, answered, handed over, or still open."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.utils import timezone

from accounts.models import Officer
from config.demo import plan
from config.demo.people import Station
from config.demo.pictures import picture, upload
from config.demo.story import Story, at_clock
from disputes import actions as cases
from disputes.evidence import add_evidence
from disputes.models import Case, ReturnVisit
from disputes.registering import PartyFacts
from disputes.return_visits import make_return_visit
from disputes.words import Demand, Outcome, Told
from visits.attempts import FindingReport

Found = tuple[FindingReport, Callable[[Story, Station, Case], None]]


def findings_of(story: Story, station: Station) -> list[Found]:
    """The station's findings in an order that mixes their kinds; each with the way it goes on."""
    rng, numbers = story.rng, station.plan
    found: list[Found] = []
    for index in range(numbers.disputes):
        category, line = plan.DISPUTES[(index + station.unit.rank) % len(plan.DISPUTES)]
        if index >= numbers.resolved:
            found.append((FindingReport(kind="dispute", category=category, line=line), open_dispute))
        elif index % 2:
            found.append((FindingReport(kind="dispute", category=category, line=line, on_spot=True), wait_for_approval))
        else:
            found.append((FindingReport(kind="dispute", category=category, line=line), mediate))
    for index in range(numbers.hazards):
        category, line = plan.HAZARDS[(index + station.unit.rank) % len(plan.HAZARDS)]
        if index >= numbers.rectified:
            found.append((FindingReport(kind="hazard", category=category, line=line), leave_open))
        elif index % 4:
            photo = picture(rng, f"{station.unit.rank}-{index}")
            report = FindingReport(kind="hazard", category=category, line=line, on_spot=True, photo=photo)
            found.append((report, wait_for_approval))
        else:
            found.append((FindingReport(kind="hazard", category=category, line=line), rectify))
    for index in range(numbers.clues):
        category, line = plan.CLUES[index % len(plan.CLUES)]
        found.append((FindingReport(kind="clue", category=category, line=line), hand_over_clue))
    for index, (category, line) in enumerate(plan.REQUESTS[: 1 + station.unit.rank % 3]):
        report = FindingReport(kind="request", category=category, line=line, on_spot=index == 0)
        found.append((report, (wait_for_approval, answer, leave_open)[index]))
    category, line, measure = plan.SUGGESTIONS[station.unit.rank % len(plan.SUGGESTIONS)]
    found.append((FindingReport(kind="suggestion", category=category, line=line), partial(adopt, measure=measure)))
    rng.shuffle(found)
    return found


def later(story: Story, at: datetime, days: int, hour: int = 10) -> datetime:
    """Some days on, but never past the last full week: its figures are to be those of the report."""
    day = min(timezone.localdate(at) + timedelta(days=days), story.last_sunday)
    moment = at_clock(day, hour, story.rng.randrange(50))
    return max(moment, at + timedelta(minutes=20))


def fresh(case: Case) -> Case:
    found: Case = (
        Case.objects.unscoped("the demo").select_related("lead", "helper", "unit", "registered_by").get(pk=case.pk)
    )
    return found


def wait_for_approval(story: Story, station: Station, case: Case) -> None:
    """On-spot matters: most are struck off by the chief within days, the newest still wait for one tick."""
    days_left = (story.last_sunday - case.found_on).days
    if days_left < 9:
        return

    def approve(at: datetime) -> None:
        now = fresh(case)
        cases.approve(case=now, version=now.version, by=station.chief, at=at)

    story.plan(later(story, case.registered_at, 3), approve)


def leave_open(story: Story, station: Station, case: Case) -> None:
    """Nothing yet; what was found early is overdue by now."""


def open_dispute(story: Story, station: Station, case: Case) -> None:
    """Mediation failed for one, its return refused for another, the rest are being handled."""
    if station.unit.rank % 2:

        def fail(at: datetime) -> None:
            now = fresh(case)
            if now.lead is not None:
                text = "双方分歧较大，已告知可以申请人民调解或向法院起诉"
                cases.fail(case=now, measures=text, version=now.version, by=now.lead, at=at)

        story.plan(later(story, case.registered_at, 5), fail)


def settle(case: Case, outcome: str, measures: str, at: datetime, **more: Any) -> Case:
    now = fresh(case)
    return cases.settle(
        case=now, outcome=outcome, measures=measures, version=now.version, by=need_lead(now), at=at, **more
    )


def need_lead(case: Case) -> Officer:
    return case.lead or case.registered_by


def make_returns(story: Story, case: Case, by: Officer, at: datetime) -> None:
    due = ReturnVisit.objects.unscoped("the demo").filter(case=case, done_at__isnull=True)
    for visit in due:
        make_return_visit(visit=visit, answer="settled", by=by, at=at, client_id=story.uuid(), in_person=True)


def ask_and_approve(story: Story, station: Station, case: Case, at: datetime) -> None:
    now = fresh(case)
    now = cases.request_closure(case=now, version=now.version, by=need_lead(now), at=at)
    if (story.last_sunday - timezone.localdate(at)).days < 1:
        return

    def approve(when: datetime) -> None:
        case_now = fresh(case)
        cases.approve(case=case_now, version=case_now.version, by=station.chief, at=when, opinion="同意销号")

    story.plan(later(story, at, 2, 15), approve)


def mediate(story: Story, station: Station, case: Case) -> None:
    """Both sides agree to mediation, an agreement, performed, a call a week later, struck off."""

    def meet(at: datetime) -> None:
        now = fresh(case)
        lead = need_lead(now)
        for name in ("甲方" + story.rng.choice(plan.SURNAMES) + "某", "乙方" + story.rng.choice(plan.SURNAMES) + "某"):
            facts = PartyFacts(name, consented=True)
            now = cases.add_party(case=now, facts=facts, version=now.version, by=lead, at=at)
        content = "双方自愿调解，说明情况后互相谅解，达成一致"
        now = cases.add_session(
            case=now, held_at=at, place="社区警务室", content=content, version=now.version, by=lead, at=at
        )
        settle(now, Outcome.AGREEMENT_WRITTEN, "现场清理并互致歉意，签订协议", at, performed=True)

    def call(at: datetime) -> None:
        make_returns(story, case, need_lead(fresh(case)), at)
        ask_and_approve(story, station, case, at + timedelta(minutes=30))

    met = later(story, case.registered_at, 2)
    story.plan(met, meet)
    if (story.last_sunday - timezone.localdate(met)).days >= 7:
        story.plan(later(story, met, 7, 16), call)


def rectify(story: Story, station: Station, case: Case) -> None:
    """Ordered, put right, checked again by somebody else."""

    def done(at: datetime) -> None:
        now = fresh(case)
        for kind in ("before", "after"):
            now = add_evidence(
                case=now, kind=kind, upload=upload(story.rng, f"{case.pk}-{kind}"), version=now.version,
                by=need_lead(now), at=at,
            )  # fmt: skip
        settle(now, Outcome.RECTIFIED, "已清理，通道畅通", at)

    def recheck(at: datetime) -> None:
        now = fresh(case)
        other = next(o for o in station.staff if o.is_police and o.pk != now.lead_id)
        make_returns(story, case, other, at)
        ask_and_approve(story, station, case, at + timedelta(minutes=20))

    first = later(story, case.registered_at, 2)
    story.plan(first, done)
    story.plan(later(story, first + timedelta(minutes=1), 3, 15), recheck)


def answer(story: Story, station: Station, case: Case) -> None:
    """Looked into, answered, the resident asked whether it was; struck off."""

    def reply(at: datetime) -> None:
        text = "已向住户说明所需材料和办理地点，并约定时间"
        settle(case, Outcome.ANSWERED, text, at, demand=Demand.REASONABLE, told_how=Told.PHONE)

    def ask(at: datetime) -> None:
        make_returns(story, case, need_lead(fresh(case)), at)
        ask_and_approve(story, station, case, at + timedelta(minutes=10))

    first = later(story, case.registered_at, 4)
    story.plan(first, reply)
    if (story.last_sunday - timezone.localdate(first)).days >= 7:
        story.plan(later(story, first, 7, 16), ask)


def adopt(story: Story, station: Station, case: Case, *, measure: str) -> None:
    """An opinion becomes a measure, and the measure is reported back."""

    def decide(at: datetime) -> None:
        settle(case, Outcome.ADOPTED, measure, at, measure_by=station.unit.name)

    def tell(at: datetime) -> None:
        now = fresh(case)
        now = cases.report_back(
            case=now, told_how=Told.IN_PERSON, note="已当面反馈", version=now.version, by=need_lead(now), at=at
        )
        ask_and_approve(story, station, now, at + timedelta(minutes=10))

    first = later(story, case.registered_at, 5)
    story.plan(first, decide)
    if (story.last_sunday - timezone.localdate(first)).days >= 4:
        story.plan(later(story, first, 4, 15), tell)


def hand_over_clue(story: Story, station: Station, case: Case) -> None:
    def give(at: datetime) -> None:
        settle(case, Outcome.HANDED_OVER, "已移交", at, receiver="治安大队", receiver_ref=f"XS{case.pk:05d}")
        ask_and_approve(story, station, case, at + timedelta(minutes=10))

    story.plan(later(story, case.registered_at, 0, 17), give)
