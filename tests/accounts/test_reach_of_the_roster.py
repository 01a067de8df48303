"""Who keeps a roster ends and moves people only as far as the own right reaches; another kind is another usual role."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from accounts.actions import give_role, issue_codes, officer_leaves, officer_returns, save_officer
from accounts.models import Officer
from accounts.refusals import Refusal
from accounts.rights import Right
from accounts.roles import Role
from registry.roster import read_roster, take_roster
from tests.registry.test_roster import sheet
from tests.world import NOW, PASSWORD, TODAY, World

ADMINISTRATORS = ("admin", "security", "auditor")


def now(officer: Officer) -> Officer:
    return Officer.objects.unscoped("test").get(pk=officer.pk)


@pytest.mark.parametrize("who", ADMINISTRATORS)
def test_a_supervisor_ends_no_administrator(world: World, who: str) -> None:
    with pytest.raises(Refusal) as caught:
        officer_leaves(officer=getattr(world, who), on=TODAY, by=world.desk, at=NOW)
    assert (caught.value.code, caught.value.status) == ("beyond_own_reach", 403)
    assert now(getattr(world, who)).is_active and now(getattr(world, who)).roles_now


@pytest.mark.parametrize("who", ADMINISTRATORS)
def test_a_supervisor_moves_no_administrator_out_of_office(world: World, who: str) -> None:
    person = getattr(world, who)
    with pytest.raises(Refusal) as caught:
        save_officer(badge=person.badge, name=person.name, unit=world.station, by=world.desk, at=NOW)
    assert caught.value.code == "beyond_own_reach"
    assert now(person).roles_now


def test_the_roster_says_so_before_it_is_taken(world: World) -> None:
    row = [1, world.auditor.name, world.auditor.badge, world.station.name]
    roster = read_roster(file=sheet(row), name="名册.xlsx", by=world.desk)
    assert not roster.taken
    assert "权限" in roster.refused[0].fault


def test_a_chief_ends_nobody_who_works_above_as_well(world: World) -> None:
    give_role(officer=world.colleague, role=Role.LEADER, unit=world.bureau, by=None, at=NOW)
    with pytest.raises(Refusal) as caught:
        officer_leaves(officer=world.colleague, on=TODAY, by=world.chief, at=NOW)
    assert caught.value.code == "beyond_own_reach"
    assert officer_leaves(officer=world.colleague, on=TODAY, by=world.desk, at=NOW)


def test_an_administrator_to_be_is_ended_by_an_administrator(world: World) -> None:
    """The role begins tomorrow: whoever gave it is not undone today."""
    give_role(officer=world.colleague, role=Role.AUDIT_ADMIN, unit=world.bureau, by=None, at=NOW + timedelta(days=1))
    with pytest.raises(Refusal):
        officer_leaves(officer=world.colleague, on=TODAY, by=world.desk, at=NOW)


def test_the_page_says_who_can(world: World) -> None:
    client = Client(headers={"accept-language": "en"})
    client.force_login(world.desk)
    sent = {"action": "mark_as_left", "index": "0", "_selected_action": [world.auditor.pk]}
    page = client.post(reverse("admin:accounts_officer_changelist"), sent, follow=True).content.decode()
    assert "Ask a system administrator." in page
    assert now(world.auditor).is_active


def test_who_keeps_the_units_ends_an_administrator(world: World) -> None:
    assert officer_leaves(officer=world.auditor, on=TODAY, by=world.admin, at=NOW)


def taken(world: World, officer: Officer, kind: str) -> Officer:
    person = {"badge": officer.badge, "name": officer.name, "unit_id": officer.unit_id, "title": officer.title}
    take_roster(people=[{**person, "kind": kind, "areas": officer.areas_in_charge}], by=world.chief, at=NOW)
    return now(officer)


def test_who_turns_out_to_be_an_auxiliary_leads_no_case(world: World) -> None:
    person = taken(world, world.colleague, "auxiliary")
    assert (person.may(Right.LEAD_CASE), person.may(Right.LOG_VISIT)) == (False, True)
    assert person.roles_now == {Role.AUXILIARY}


def test_who_became_an_officer_leads_cases(world: World) -> None:
    assert taken(world, world.auxiliary, "police").roles_now == {Role.OFFICER}


def test_another_role_is_not_touched_by_another_kind(world: World) -> None:
    give_role(officer=world.other_chief, role=Role.SUPERVISOR, unit=world.station, by=None, at=NOW)
    save_officer(
        badge=world.other_chief.badge,
        name=world.other_chief.name,
        unit=world.other_chief.unit,
        kind="auxiliary",
        by=world.desk,
        at=NOW,
    )
    assert now(world.other_chief).roles_now == {Role.SUPERVISOR}


def marked(world: World, action: str, officer: Officer) -> str:
    client = Client(headers={"accept-language": "en"})
    client.force_login(world.chief)
    sent = {"action": action, "index": "0", "_selected_action": [officer.pk]}
    return client.post(reverse("admin:accounts_officer_changelist"), sent, follow=True).content.decode()


def test_who_was_marked_by_mistake_is_back_with_the_usual_role_and_a_new_code(world: World) -> None:
    marked(world, "mark_as_left", world.colleague)
    assert not now(world.colleague).is_active
    assert "1 account is in use again" in marked(world, "take_back", world.colleague)
    person = now(world.colleague)
    assert (person.is_active, person.left_on, person.roles_now) == (True, None, {Role.OFFICER})
    assert not person.check_password(PASSWORD)
    client = Client()
    ((_person, code),) = issue_codes(officers=[person], by=world.chief, at=NOW)
    assert client.post(reverse("accounts:sign_in"), {"username": person.badge, "password": code}).status_code == 302


def test_who_never_left_keeps_roles_and_password(world: World) -> None:
    give_role(officer=world.colleague, role=Role.LEADER, unit=world.station, by=None, at=NOW)
    assert not officer_returns(officer=world.colleague, by=world.chief, at=NOW)
    person = now(world.colleague)
    assert person.roles_now == {Role.OFFICER, Role.LEADER} and person.check_password(PASSWORD)


def test_nobody_takes_back_who_left_another_station(world: World) -> None:
    officer_leaves(officer=world.stranger, on=TODAY, by=world.other_chief, at=NOW)
    with pytest.raises(Refusal) as caught:
        officer_returns(officer=world.stranger, by=world.chief, at=NOW)
    assert caught.value.code == "no_right"
