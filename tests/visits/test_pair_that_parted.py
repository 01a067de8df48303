"""Doors were given to a pair, and one of the two left, moved or changed their role: the other one goes on walking."""

from uuid import uuid4

import pytest
from django.urls import reverse

from accounts.actions import officer_leaves, save_officer
from accounts.models import Officer
from campaigns.models import Assignment
from registry.models import Premises
from tests.visits.steps import door_page, signed_in, typed
from tests.world import NOW, TODAY, World
from visits.models import Visit

pytestmark = pytest.mark.usefixtures("held")


@pytest.fixture
def pair(world: World, held: Premises) -> Assignment:
    """The owner leads, the auxiliary comes along."""
    row = Assignment.objects.unscoped("test").get(premises=held)
    row.partner = world.auxiliary
    row.save(update_fields=["partner"])
    return row


def leaves(world: World, who: Officer) -> None:
    officer_leaves(officer=who, on=TODAY, by=world.chief, at=NOW)


def moves(world: World, who: Officer) -> None:
    save_officer(badge=who.badge, name=who.name, unit=world.other_station, kind=who.kind, by=world.desk, at=NOW)


PARTING = {"left": leaves, "moved": moves}


def logged() -> Visit:
    return Visit.objects.unscoped("test").get()


def test_the_pair_counts_as_having_come_along(world: World, held: Premises, pair: Assignment) -> None:
    signed_in(world.owner).post(reverse("visits:nobody_in", args=[held.pk]), {"client_id": uuid4()})
    assert (logged().officer, logged().partner) == (world.owner, world.auxiliary)


@pytest.mark.parametrize("how", PARTING)
def test_nobody_in_is_still_one_tap(world: World, held: Premises, pair: Assignment, how: str) -> None:
    PARTING[how](world, world.auxiliary)
    answer = signed_in(world.owner).post(reverse("visits:nobody_in", args=[held.pk]), {"client_id": uuid4()})
    assert answer.status_code == 302
    assert (logged().officer, logged().partner) == (world.owner, None)


def test_who_came_along_taps_for_the_one_who_left(world: World, held: Premises, pair: Assignment) -> None:
    leaves(world, world.owner)
    answer = signed_in(world.auxiliary).post(reverse("visits:nobody_in", args=[held.pk]), {"client_id": uuid4()})
    assert answer.status_code == 302
    assert (logged().officer, logged().partner) == (world.auxiliary, None)


@pytest.mark.parametrize("how", PARTING)
def test_the_form_names_nobody_who_visits_here_no_more(
    world: World, held: Premises, pair: Assignment, how: str
) -> None:
    client = signed_in(world.owner)
    assert client.get(door_page(held)).context["form"]["partner"].value() == world.auxiliary.pk
    PARTING[how](world, world.auxiliary)
    page = client.get(door_page(held))
    assert page.context["form"]["partner"].value() == ""
    assert client.post(door_page(held), typed(partner="")).status_code == 302
    assert logged().partner is None


def test_a_page_from_before_says_in_words_whom_it_can_not_name(world: World, held: Premises, pair: Assignment) -> None:
    sent = typed(partner=str(world.auxiliary.pk))
    leaves(world, world.auxiliary)
    client = signed_in(world.owner)
    page = client.post(door_page(held), sent)
    assert page.status_code == 422
    assert page.context["form"].errors_at["partner"] == ["Choose a partner who visits for this station."]
    assert client.post(door_page(held), {**sent, "partner": ""}).status_code == 302
