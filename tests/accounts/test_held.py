"""Who is judged by what stood on a page is read again, and held, before anything is written about them."""

from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.actions import choose_password, give_role, issue_codes, officer_leaves, save_officer
from accounts.models import Grant, Officer
from accounts.roles import Role
from tests.hands import overtaken
from tests.world import NOW, TODAY, World

pytestmark = pytest.mark.django_db(transaction=True)


def moves(world: World) -> Any:
    """To the other station; who brings the roster in answers for both."""
    there, who = world.other_station, world.colleague
    give_role(officer=world.desk, role=Role.SUPERVISOR, unit=world.bureau, by=None, at=NOW)
    return lambda: save_officer(badge=who.badge, name=who.name, unit=there, by=world.desk, at=NOW)


def now(officer: Officer) -> Officer:
    return Officer.objects.unscoped("test").get(pk=officer.pk)


def test_who_moves_to_another_station_meanwhile_is_not_ended_by_the_old_one(world: World) -> None:
    leave = partial(officer_leaves, officer=world.colleague, on=TODAY, by=world.chief, at=NOW)
    assert overtaken(moves(world), leave) == "no_right"
    assert now(world.colleague).is_active
    grants = Grant.objects.unscoped("test").filter(officer=world.colleague, ends_on__isnull=True)
    assert [grant.unit_id for grant in grants] == [world.other_station.pk]


def test_who_moves_to_another_station_meanwhile_gets_no_code_from_the_old_one(world: World) -> None:
    before = world.colleague.password
    issue = partial(issue_codes, officers=[world.colleague], by=world.chief, at=NOW)
    assert overtaken(moves(world), issue) == "no_right"
    assert now(world.colleague).password == before


def test_who_left_stays_as_they_left(world: World) -> None:
    assert officer_leaves(officer=world.colleague, on=TODAY - timedelta(days=3), by=world.chief, at=NOW)
    assert not officer_leaves(officer=world.colleague, on=TODAY, by=world.chief, at=NOW)
    assert now(world.colleague).left_on == TODAY - timedelta(days=3)


def test_only_the_accounts_that_end_now_are_counted(world: World) -> None:
    officer_leaves(officer=world.colleague, on=TODAY - timedelta(days=3), by=world.chief, at=NOW)
    client = Client(headers={"accept-language": "en"})
    client.force_login(world.chief)
    sent = {"action": "mark_as_left", "index": "0", "_selected_action": [world.colleague.pk, world.owner.pk]}
    page = client.post(reverse("admin:accounts_officer_changelist"), sent, follow=True).content.decode()
    assert not now(world.owner).is_active
    assert "1 account ended." in page


def test_a_code_that_is_printed_meanwhile_is_not_undone_by_who_knows_the_old_password(world: World) -> None:
    known = now(world.colleague)
    choose = partial(choose_password, officer=known, password="Ein-ganz-neues-7")
    answer = overtaken(lambda: issue_codes(officers=[world.colleague], by=world.chief, at=NOW), choose)
    assert answer == "password_changed"
    assert now(world.colleague).must_change_password
