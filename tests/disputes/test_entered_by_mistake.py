"""Void is for what should not be on record: as it came, before anybody did anything about it."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Officer
from accounts.refusals import Refusal
from disputes import actions
from disputes.evidence import add_evidence
from disputes.ledger import faults
from disputes.models import Case, Closure, ReturnVisit
from disputes.registering import PartyFacts
from disputes.reopening import reopen
from tests.disputes.steps import registered
from tests.pictures import upload
from tests.visits.steps import held_door, log, met, picture
from tests.world import NOW, World
from visits.actions import void_visit
from visits.attempts import FindingReport

HAZARD: dict[str, Any] = {"kind": "hazard", "category": "fire", "line": "楼道堆物"}
QUARREL: dict[str, Any] = {"kind": "dispute", "category": "neighbour", "line": "半夜吵闹", "on_spot": True}


@pytest.fixture
def door(world: World) -> Any:
    return held_door(world)


def found(world: World, door: Any, **facts: Any) -> Case:
    values = {"kind": "dispute", "category": "neighbour", "title": "半夜吵闹", "premises": door, "campaign": None}
    return registered(**{**values, "by": world.owner, "at": NOW, **facts})


def void(case: Case, by: Officer) -> Case:
    return actions.void(case=case, reason="走错门", version=case.version, by=by, at=NOW)


def refused(do: Any) -> str:
    with pytest.raises(Refusal) as caught:
        do()
    return caught.value.code


@pytest.mark.parametrize(
    "said", [HAZARD, {**HAZARD, "photo": True}, {**HAZARD, "on_spot": True, "photo": True}, QUARREL]
)
def test_a_visit_at_the_wrong_door_is_struck_once_the_supervisor_has_made_its_finding_void(
    world: World, door: Any, said: dict[str, Any]
) -> None:
    photo = {"photo": picture()} if said.get("photo") else {}
    visit = log(world, met(door, findings=(FindingReport(**{**said, **photo}),))).visit
    case = Case.objects.unscoped("test").get()
    with pytest.raises(Refusal) as caught:
        void_visit(visit=visit, reason="走错门", by=world.owner, at=NOW)
    assert (caught.value.code, "先把事项作废" in str(caught.value.sentence)) == ("has_cases", True)
    assert void(case, world.chief).state == Case.State.VOIDED
    void_visit(visit=visit, reason="走错门", by=world.owner, at=NOW)
    visit.refresh_from_db()
    assert visit.voided_why == "走错门"
    assert not list(faults())


def test_nobody_strikes_off_or_asks_about_what_is_void(world: World, door: Any) -> None:
    case = found(world, door, on_spot=True)
    assert ReturnVisit.objects.unscoped("test").count() == 1
    void(case, world.chief)
    assert not ReturnVisit.objects.unscoped("test").exists()
    asked = Closure.objects.get()
    assert (asked.approved, asked.decided_by, asked.opinion) == (False, world.chief, "走错门")


def test_a_lead_makes_nothing_void(world: World, door: Any) -> None:
    case = found(world, door)
    assert refused(lambda: void(case, world.owner)) == "no_right"
    assert refused(lambda: void(case, world.other_chief)) == "no_right"


def told(world: World, case: Case) -> Case:
    facts = {"held_at": NOW, "place": "警务室", "content": "双方说清"}
    return actions.add_session(case=case, version=case.version, by=world.owner, at=NOW, **facts)


def proven(world: World, case: Case) -> Case:
    return add_evidence(case=case, kind="other", upload=upload(), version=case.version, by=world.chief, at=NOW)


def named(world: World, case: Case) -> Case:
    return actions.add_party(case=case, facts=PartyFacts("王大"), version=case.version, by=world.owner, at=NOW)


def sent_back(world: World, case: Case) -> Case:
    return actions.return_closure(case=case, return_reason="record", version=case.version, by=world.chief, at=NOW)


def opened_again(world: World, case: Case) -> Case:
    case = actions.approve(case=case, version=case.version, by=world.chief, at=NOW)
    return reopen(case=case, reason="又吵起来", version=case.version, by=world.chief, at=NOW)


@pytest.mark.parametrize(
    ("do", "on_spot"),
    [(told, False), (proven, False), (named, False), (proven, True), (sent_back, True), (opened_again, True)],
)
def test_what_was_worked_on_is_not_made_void(world: World, door: Any, do: Any, on_spot: bool) -> None:
    case = do(world, found(world, door, on_spot=on_spot))
    assert refused(lambda: void(case, world.chief)) == "worked_on"
    case.refresh_from_db()
    assert case.state != Case.State.VOIDED


def test_a_visit_whose_case_was_worked_on_says_that_it_stays(world: World, door: Any) -> None:
    visit = log(world, met(door, findings=(FindingReport(**HAZARD),))).visit
    told(world, Case.objects.unscoped("test").get())
    with pytest.raises(Refusal) as caught:
        void_visit(visit=visit, reason="走错门", by=world.owner, at=NOW)
    assert "已有办理记录" in str(caught.value.sentence)


def test_the_page_offers_void_until_something_was_done(world: World, door: Any) -> None:
    case = found(world, door)
    client = Client(headers={"accept-language": "en"})
    client.force_login(world.chief)
    address, form = reverse("disputes:case", args=[case.pk]), 'id="void-form"'
    assert form in client.get(address).content.decode()
    told(world, case)
    assert form not in client.get(address).content.decode()
