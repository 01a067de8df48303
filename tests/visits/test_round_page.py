"""The round as a browser without scripts sees it: what is to be walked, one tap, and the door to do next."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from registry.models import Premises
from tests.visits.steps import door_page, log, met, nobody, signed_in, typed
from tests.world import NOW, World
from visits.models import Visit


def test_the_round_lists_the_doors_that_are_due(world: World, held: Premises, owner: Client) -> None:
    later = world.door(401)
    frame = world.campaign(title="another")
    world.give(frame, later, world.owner, due=NOW.date() + timedelta(days=3))
    page = owner.get("/round/").content.decode()
    assert held.name in page
    assert f"door-{later.pk}" not in page
    assert "1990000" not in page


def test_an_appointment_of_today_is_pinned_above_the_buildings(world: World, held: Premises, owner: Client) -> None:
    soon = NOW + timedelta(minutes=16)
    log(world, met(held, outcome="appointment", people_met=0, place="", next_at=soon))
    page = owner.get("/round/").content.decode()
    assert "Booked 10:16 · in 16 min" in page


def test_a_campaign_whose_days_are_over_offers_no_doors_and_says_so(world: World, owner: Client) -> None:
    doors = [world.door(number) for number in (101, 102, 201)]
    campaign = world.campaign(starts_on=NOW.date() - timedelta(days=9), ends_on=NOW.date())
    campaign.questions.update(required=False)
    for rank, door in enumerate(doors):
        world.give(campaign, door, world.owner, rank=rank)
    log(world, met(doors[0]))
    page = owner.get("/round/")
    assert (page.context["day"].total, page.context["over"]) == (3, [])
    with time_machine.travel(NOW + timedelta(days=1), tick=False):
        later = signed_in(world.owner)
        page = later.get("/round/")
        said = "“2026 冬季大走访” ended on 18 Nov. 2 doors of it in your hands were not visited"
        assert (page.context["day"].total, said in page.content.decode()) == (0, True)
        assert later.get(door_page(doors[1])).context["next_door"] == ""
        assert not signed_in(world.colleague).get("/round/").context["over"]


def test_a_campaign_that_has_not_begun_offers_no_doors_yet(world: World, owner: Client) -> None:
    door = world.door(101)
    soon = world.campaign(starts_on=NOW.date() + timedelta(days=2))
    world.give(soon, door, world.owner)
    page = owner.get("/round/")
    assert (page.context["day"].total, page.context["over"]) == (0, [])


def test_counts_add_up_to_the_whole(world: World, owner: Client) -> None:
    doors = [world.door(number) for number in (101, 102, 201)]
    campaign = world.campaign()
    campaign.questions.update(required=False)
    for rank, door in enumerate(doors):
        world.give(campaign, door, world.owner, rank=rank)
    log(world, met(doors[0]))
    log(world, nobody(doors[1]))
    day = owner.get("/round/").context["day"]
    assert [chip.count for chip in day.chips] == [3, 1, 1, 1]
    assert (day.share, day.tried_arc) == (33, 67)


def test_a_list_that_goes_on_says_so(world: World, owner: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    doors = [world.door(number) for number in (101, 102, 201)]
    campaign = world.campaign()
    for rank, door in enumerate(doors):
        world.give(campaign, door, world.owner, rank=rank)
    said = "more door follows"
    assert said not in owner.get("/round/").content.decode()
    monkeypatch.setattr("visits.day.SHOWN_ROWS", 2)
    page = owner.get("/round/").content.decode()
    assert f"1 {said}" in page
    assert f"door-{doors[2].pk}" not in page


def test_nobody_in_is_one_tap_and_can_be_undone(world: World, held: Premises, owner: Client) -> None:
    address = reverse("visits:nobody_in", args=[held.pk])
    answer = owner.post(address, {"client_id": str(uuid4())}, follow=True)
    visit = Visit.objects.unscoped("test").get()
    assert visit.outcome == "nobody_in"
    undo = reverse("visits:undo", args=[visit.pk])
    assert undo in answer.content.decode()
    owner.post(undo)
    visit.refresh_from_db()
    assert visit.voided_at is not None


def test_two_taps_of_one_button_are_one_attempt(world: World, held: Premises, owner: Client) -> None:
    address, number = reverse("visits:nobody_in", args=[held.pk]), str(uuid4())
    for _tap in range(2):
        owner.post(address, {"client_id": number})
    assert Visit.objects.unscoped("test").count() == 1


def test_the_next_door_is_looked_for_from_this_one_on_then_from_the_start(world: World, owner: Client) -> None:
    doors = [world.door(number) for number in range(101, 113)]
    campaign = world.campaign()
    campaign.questions.update(required=False)
    for rank, door in enumerate(doors):
        world.give(campaign, door, world.owner, rank=rank // 2)

    def led_to(number: int) -> str:
        return owner.post(door_page(doors[number]), typed())["Location"].partition("?")[0]

    log(world, nobody(doors[6]))
    assert led_to(5) == door_page(doors[7])
    for number in range(7, 11):
        assert led_to(number) == door_page(doors[number + 1])
    assert led_to(11) == door_page(doors[0])
    for number in range(4):
        led_to(number)
    assert led_to(4) == "/round/"


def test_the_next_door_lies_behind_many_that_are_done_for_now(world: World, owner: Client) -> None:
    doors = [world.door(number) for number in range(101, 113)]
    campaign = world.campaign()
    campaign.questions.update(required=False)
    for rank, door in enumerate(doors):
        world.give(campaign, door, world.owner, rank=rank)
    for door in doors[:11]:
        log(world, nobody(door))
    answer = owner.post(door_page(doors[0]), typed())
    assert answer["Location"].partition("?")[0] == door_page(doors[11])


@pytest.mark.parametrize("doors", [4, 12])
def test_queries_of_the_round_do_not_grow_with_its_rows(
    world: World, owner: Client, doors: int, django_assert_max_num_queries: Any
) -> None:
    rows = [world.door(100 + number) for number in range(doors)]
    campaign = world.campaign()
    campaign.questions.update(required=False)
    for rank, door in enumerate(rows):
        world.give(campaign, door, world.owner, rank=rank)
    log(world, met(rows[0]))
    for door in rows[1 : doors // 2]:
        log(world, nobody(door))
    owner.get("/round/")
    with django_assert_max_num_queries(14):
        owner.get("/round/")
