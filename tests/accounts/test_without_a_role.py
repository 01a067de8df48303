"""Whose role has ended signs in to nothing: not to what they led, logged, were given or brought on record either."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.actions import give_role
from accounts.models import Grant, Officer
from accounts.roles import Role
from disputes import actions
from disputes.models import Case, ReturnVisit
from disputes.registering import PartyFacts
from tests.disputes.steps import found, refused, settled_dispute
from tests.visits.steps import held_door, log, met
from tests.world import NOW, World
from visits.models import Visit

NAMES = ("王大", "李二")


def client_of(officer: Officer) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(officer)
    return client


def ends_yesterday(officer: Officer) -> Officer:
    rows = Grant.objects.unscoped("test").filter(officer=officer)
    yesterday = timezone.localdate() - timedelta(days=1)
    rows.update(starts_on=yesterday, ends_on=yesterday)
    return Officer.objects.unscoped("test").get(pk=officer.pk)


@pytest.fixture
def work(world: World) -> dict[str, Any]:
    """A door in the owner's hands, a visit of theirs there, a dispute that they lead with its return visit."""
    door = held_door(world)
    visit = log(world, met(door)).visit
    case = settled_dispute(world, door)
    pending = ReturnVisit.objects.unscoped("test").get(case=case)
    return {"door": door, "visit": visit, "case": case, "pending": pending}


def pages(work: dict[str, Any]) -> list[str]:
    return [
        reverse("disputes:case", args=[work["case"].pk]),
        reverse("visits:record", args=[work["visit"].pk]),
    ]


def test_what_one_did_is_open_while_some_role_is_held(world: World, work: dict[str, Any]) -> None:
    assert [client_of(world.owner).get(page).status_code for page in pages(work)] == [200, 200]


@pytest.mark.parametrize("instead", [None, Role.SYSTEM_ADMIN, Role.AUDIT_ADMIN])
def test_the_day_after_nothing_of_it_is_there(world: World, work: dict[str, Any], instead: Role | None) -> None:
    """An administrator sees no work, whatever they did before they were one."""
    person = ends_yesterday(world.owner)
    if instead is not None:
        give_role(officer=person, role=instead, unit=world.bureau, by=None, at=timezone.now())
    client = client_of(person)
    assert [client.get(page).status_code for page in pages(work)] == [404, 404]
    for listed in ("disputes:list", "visits:records", "visits:receipts"):
        page = client.get(reverse(listed))
        said = page.content.decode()
        assert page.status_code == 200
        assert work["case"].number not in said and work["door"].address not in said
        assert not any(name in said for name in NAMES)
    answered = {"client_id": "01234567-89ab-cdef-0123-456789abcdef", "answer": "settled"}
    assert client.post(reverse("disputes:return_visit", args=[work["pending"].pk]), answered).status_code == 404
    noted = {"version": work["case"].version, "held_at": "2026-11-18T09:00", "place": "警务室", "content": "补记"}
    act = reverse("disputes:act", args=[work["case"].pk, "add_session"])
    assert client.post(act, noted).status_code == 404
    assert not Visit.objects.visible_to(person).exists() and not Case.objects.visible_to(person).exists()
    assert not ReturnVisit.objects.visible_to(person).exists()


def test_a_lead_who_became_an_auxiliary_moves_the_case_no_further(world: World) -> None:
    case = found(world, world.door(302))
    person = ends_yesterday(world.owner)
    give_role(officer=person, role=Role.AUXILIARY, unit=world.station, by=None, at=NOW)
    with refused("leads_no_more"):
        actions.fail(case=case, measures="谈崩", version=case.version, by=person, at=NOW)
    case = actions.hand_over(case=case, lead=world.colleague, helper=None, version=case.version, by=world.chief, at=NOW)
    facts = PartyFacts("王大")
    assert actions.add_party(case=case, facts=facts, version=case.version, by=world.colleague, at=NOW)
