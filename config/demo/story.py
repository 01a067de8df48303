"""A queue of steps in the order of their time, and how one knock at a door is told, by the actions."""

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.models import Officer
from campaigns.models import Campaign, Question
from config.demo import plan
from config.demo.people import People, Station
from registry.models import Premises
from visits.actions import log_attempt
from visits.attempts import Attempt, FindingReport
from visits.models import Visit

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
