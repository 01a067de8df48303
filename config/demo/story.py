"""What happened in twelve weeks, told by the actions: visits with their findings, cases to their end, a frozen brief."""

import heapq
import io
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import partial
from random import Random
from typing import Any
from uuid import UUID

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.utils import timezone
from PIL import Image, ImageDraw

from accounts.models import Officer
from campaigns.actions import confirm_gone
from campaigns.models import Assignment, Campaign, FrameDoor, Question
from config.demo import plan
from config.demo.people import People, Station
from disputes import actions as cases
from disputes.evidence import add_evidence
from disputes.models import Case, ReturnVisit
from disputes.registering import PartyFacts
from disputes.return_visits import make_return_visit
from disputes.words import Demand, Kind, Outcome, Told
from registry.models import Premises
from visits.actions import add_door, log_attempt
from visits.attempts import Attempt, FindingReport
from visits.models import Visit
from visits.pictures import Picture

Step = Callable[[datetime], object]


@dataclass(order=True)
class Planned:
    at: datetime
    serial: int
    step: Step = field(compare=False)


@dataclass
class Story:
    """A queue of steps in the order of their time; a step may plan others, always later."""

    rng: Random
    people: People
    campaign: Campaign
    last_sunday: date
    today: date
    queue: list[Planned] = field(default_factory=list)
    serial: int = 0
    partners: dict[int, list[Officer]] = field(default_factory=dict)

    def plan(self, at: datetime, step: Step) -> None:
        self.serial += 1
        heapq.heappush(self.queue, Planned(at, self.serial, step))

    def run(self) -> None:
        while self.queue:
            planned = heapq.heappop(self.queue)
            with transaction.atomic():
                planned.step(planned.at)

    def uuid(self) -> UUID:
        return UUID(int=self.rng.getrandbits(128), version=4)

    # -- when --

    def moment(self, day: date) -> datetime:
        """A time at which officers knock: mornings and afternoons, evenings, and at the weekend."""
        hour = self.rng.choice((9, 10, 14, 15, 16, 18, 19, 19)) if day.weekday() < 5 else self.rng.choice((10, 15, 18))
        return at_clock(day, hour, self.rng.randrange(60))

    def some_day(self) -> date:
        """A day from the first to the last full week, more of them on working days."""
        first = self.campaign.starts_on
        while True:
            day = first + timedelta(days=self.rng.randrange((self.last_sunday - first).days + 1))
            if day.weekday() < 5 or self.rng.random() < 0.35:
                return day

    # -- who --

    def partner(self, station: Station, officer: Officer) -> Officer:
        """In turn, so that everybody has walked; never the officer."""
        waiting = self.partners.setdefault(station.unit.pk, [])
        if not waiting:
            waiting.extend(station.staff)
            self.rng.shuffle(waiting)
        for index, found in enumerate(waiting):
            if found.pk != officer.pk:
                return waiting.pop(index)
        return station.staff[0] if station.staff[0].pk != officer.pk else station.staff[1]

    # -- what --

    def knock(
        self,
        door: Premises,
        officer: Officer,
        at: datetime,
        outcome: str,
        *,
        partner: Officer | None = None,
        **more: Any,
    ) -> Visit:
        end = at + timedelta(minutes=self.rng.randint(4, 14) if outcome == "completed" else 1)
        attempt = Attempt(
            premises_id=door.pk,
            outcome=outcome,
            started_at=at,
            ended_at=end,
            partner_id=partner.pk if partner else None,
            **more,
        )
        receipt = log_attempt(attempt=attempt, client_id=self.uuid(), by=officer, at=end + timedelta(seconds=20))
        if receipt.visit is None:
            raise RuntimeError("the demo said two things under one number")
        return receipt.visit

    def plan_knock(self, when: datetime, door: Premises, officer: Officer, outcome: str, **more: Any) -> None:
        self.plan(when, lambda at: self.knock(door, officer, at, outcome, **more))

    def plan_typed(self, when: datetime, door: Premises, officer: Officer, outcome: str, typist: Officer) -> None:
        """The officer's paper list, typed back by the desk some hours later."""

        def type_back(at: datetime) -> None:
            attempt = Attempt(
                premises_id=door.pk,
                outcome=outcome,
                started_at=when,
                ended_at=when + timedelta(minutes=1),
                officer_id=officer.pk,
                keyed_later=True,
                from_paper=True,
            )
            log_attempt(attempt=attempt, client_id=self.uuid(), by=typist, at=at)

        self.plan(when + timedelta(hours=4), type_back)

    def answer(self, question: Question) -> str:
        if question.type == Question.Type.CHOICE:
            return self.rng.choice(question.choices)
        if question.type == Question.Type.NUMBER:
            return str(self.rng.randint(1, 6))
        return self.rng.choice(("yes", "no")) if question.type == Question.Type.YES_NO else ""

    def visit(
        self, station: Station, door: Premises, officer: Officer, at: datetime, findings: tuple[FindingReport, ...] = ()
    ) -> Visit:
        questions = [q for q in self.campaign.questions.all() if door.kind in q.kinds]
        answers = {q.pk: self.answer(q) for q in questions if q.required or self.rng.random() < 0.4}
        return self.knock(
            door,
            officer,
            at,
            "completed",
            partner=self.partner(station, officer),
            people_met=self.rng.choice((1, 1, 2, 2, 3)),
            place=self.rng.choice(("home", "home", "home", "doorstep", "yard")),
            declared=True,
            facts_confirmed=True,
            topics=tuple(topic.pk for topic in self.campaign.topics.all()),
            answers=answers,
            services=plan.SERVICES.get(door.pk % 17, ()),
            findings=findings,
        )


def at_clock(day: date, hour: int, minute: int = 0) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(hour, minute)))


def picture(rng: Random, word: str) -> Picture:
    """A small drawn picture: the demo has no photos of real places."""
    image = Image.new("RGB", (320, 240), tuple(rng.randrange(120, 220) for _n in range(3)))
    draw = ImageDraw.Draw(image)
    for _n in range(6):
        x, y = rng.randrange(300), rng.randrange(220)
        draw.rectangle((x, y, x + rng.randrange(10, 60), y + rng.randrange(10, 60)), outline=(60, 60, 80))
    draw.text((10, 10), f"DEMO {word}", fill=(20, 20, 40))
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=60)
    return Picture(buffer.getvalue())


def upload(rng: Random, word: str) -> SimpleUploadedFile:
    return SimpleUploadedFile(f"{word}.jpg", picture(rng, word).content, "image/jpeg")


# -- doors --


def plan_visits(story: Story, station: Station, fates: dict[int, str]) -> None:
    """Every visited door once, a third of them after nobody was in; the findings go to some of these visits."""
    rows = (
        Assignment.objects.unscoped("the demo").live().filter(campaign=story.campaign, unit=station.unit)
    ).select_related("premises__unit", "premises__area", "officer")
    held = {row.premises_id: row for row in rows}
    visited = [row for pk, row in held.items() if fates.get(pk) == "visited"]
    story.rng.shuffle(visited)
    stack = findings_of(story, station)
    for row in visited:
        plan_one(story, station, row.premises, row.officer, stack)
    for pk, row in held.items():
        if fates.get(pk) in ("waiting", "gone"):
            plan_waiting(story, station, row, fates[pk])
    plan_added(story, station, stack)
    if stack:
        raise RuntimeError(f"{len(stack)} findings of {station.unit} found no door")


Found = tuple[FindingReport, Callable[[Story, Station, Case], None]]


def plan_one(story: Story, station: Station, door: Premises, officer: Officer, stack: list[Found]) -> None:
    day = story.some_day()
    tried = day - timedelta(days=story.rng.randint(1, 6))
    if story.rng.random() < 0.34 and tried >= story.campaign.starts_on:
        story.plan_knock(story.moment(tried), door, officer, "nobody_in")
    suits = bool(stack) and may_find(stack[-1][0], officer, door)
    found = stack.pop() if suits else None

    def step(at: datetime) -> None:
        visit = story.visit(station, door, officer, at, (found[0],) if found else ())
        if found:
            case = visit.findings.select_related("case__unit").get().case
            found[1](story, station, case)

    story.plan(story.moment(day), step)


def may_find(report: FindingReport, officer: Officer, door: Premises) -> bool:
    """Disputes lie between households; an officer leads what is found, an auxiliary's finding waits."""
    if report.kind == Kind.DISPUTE and door.kind != Premises.Kind.HOUSEHOLD:
        return False
    return officer.is_police


def plan_waiting(story: Story, station: Station, row: Assignment, fate: str) -> None:
    """Not visited yet: tried once or twice in the last weeks, some refused, some said to be gone."""
    rng, door, officer = story.rng, row.premises, row.officer
    if fate == "gone":
        outcome = rng.choice(("moved", "not_found", "moved"))
        story.plan_knock(story.moment(story.some_day()), door, officer, outcome)
        return
    # The demo officer's doors are all due today: none was tried too often, none refused and has to rest.
    is_mine = officer.pk == story.people.stations[0].staff[0].pk
    tries = rng.choice((0, 0, 1, 1)) if is_mine else rng.choice((0, 1, 1, 2, 3))
    for number in range(tries):
        day = story.last_sunday - timedelta(days=rng.randint(1, 50) + number)
        if day < story.campaign.starts_on:
            continue
        refuses = number == tries - 1 and not is_mine and rng.random() < 0.12
        outcome = "refused" if refuses else "nobody_in"
        story.plan_knock(story.moment(day), door, officer, outcome)


def plan_added(story: Story, station: Station, stack: list[Found]) -> None:
    """Doors that no register had: added on the round, most of them visited at once."""
    officer = station.staff[0]
    area = Premises.objects.unscoped("the demo").filter(unit=station.unit).order_by("area_id").first().area
    for number in range(station.plan.added):
        day = story.last_sunday - timedelta(days=story.rng.randint(3, 60))

        def step(at: datetime, number: int = number) -> None:
            door = add_door(
                area=area,
                kind=Premises.Kind.HOUSEHOLD,
                address=f"老街{number + 1}号附{number + 1}号",
                name=story.rng.choice(plan.SURNAMES) + story.rng.choice(plan.GIVEN),
                by=officer,
                at=at,
            )
            if number < station.plan.added_visited:
                story.visit(station, door, officer, at + timedelta(minutes=2))

        story.plan(story.moment(day), step)


# -- findings and what becomes of them --


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


# -- this week: only attempts at which nobody was met, an appointment, and decisions that wait --


def confirm_said_gone(story: Story, at: datetime) -> None:
    for station in story.people.stations:
        doors = FrameDoor.objects.unscoped("the demo").filter(campaign=story.campaign, unit=station.unit)
        confirm_gone(doors=list(doors.exclude(gone_said="")), by=station.chief, at=at)


def plan_this_week(story: Story, officer: Officer) -> None:
    """The demo officer was out with a paper list, met nobody, and the chief typed it back; one appointment for tonight."""
    rows = list(
        Assignment.objects.unscoped("the demo")
        .live()
        .filter(officer=officer, frame_door__met_on__isnull=True)
        .select_related("premises__unit", "premises__area")
        .order_by("rank")[:8]
    )
    monday = story.last_sunday + timedelta(days=1)
    chief = next(station.chief for station in story.people.stations if station.unit.pk == officer.unit_id)
    for number, row in enumerate(rows[2:7]):
        when = at_clock(max(monday, story.campaign.starts_on), 9, 5 + number * 6)
        if when + timedelta(hours=4) < timezone.now():
            story.plan_typed(when, row.premises, officer, "nobody_in", chief)
        elif when < timezone.now():
            story.plan_knock(when, row.premises, officer, "nobody_in")
    if rows:
        start = at_clock(max(monday, story.campaign.starts_on), 9, 1)
        tonight = at_clock(story.today, 19, 30)
        if start < timezone.now() and tonight > start:
            story.plan_knock(start, rows[0].premises, officer, "appointment", next_at=tonight)
