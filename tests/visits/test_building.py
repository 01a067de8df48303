"""A block of flats: every door at its floor and place, its state in words, nothing of a name, nothing from elsewhere."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import translation

from tests.visits.steps import log, met
from tests.world import NOW, World
from visits.actions import log_attempt
from visits.attempts import Attempt
from visits.building import WORDS, building_of

LATER = NOW + timedelta(hours=1)


@pytest.fixture
def block(world: World):
    for number in (101, 102, 201, 202, 301):
        world.door(number)
    world.door(
        701,
        entrance="3单元",
        address="花果路1号5栋3单元701室",
        address_key="花果路1号5栋3单元701室",
        walk_key="花果路0001/0005/0003/000701",
    )
    campaign = world.campaign()
    campaign.questions.update(required=False)
    return campaign


def tried(world: World, door, outcome: str, **more) -> None:
    attempt = Attempt(premises_id=door.pk, outcome=outcome, started_at=NOW, ended_at=NOW, **more)
    log_attempt(attempt=attempt, client_id=uuid4(), by=world.owner, at=NOW + timedelta(minutes=1))


def grid(world: World, officer=None) -> dict[str, list]:
    found = building_of(world.doors[0], officer or world.owner, LATER)
    return {
        entrance.name: [
            (floor.name, [flat and (flat.number, flat.state) for flat in floor.flats]) for floor in entrance.floors
        ]
        for entrance in found.entrances
    }


def test_doors_stand_on_their_floors_the_top_one_first(world, block):
    assert grid(world) == {
        "2单元": [
            ("3", [("301", "open"), None]),
            ("2", [("201", "open"), ("202", "open")]),
            ("1", [("101", "open"), ("102", "open")]),
        ],
        "3单元": [("7", [("701", "open")])],
    }


def test_each_door_says_how_it_stands(world, block):
    log(world, met(world.doors[0]))
    tried(world, world.doors[1], "nobody_in")
    tried(world, world.doors[2], "refused")
    tried(world, world.doors[3], "appointment", next_at=NOW + timedelta(hours=9))
    tried(world, world.doors[4], "moved")
    states = {flat[0]: flat[1] for _floor, flats in grid(world)["2单元"] for flat in flats if flat}
    assert states == {"101": "visited", "102": "nobody_in", "201": "refused", "202": "booked", "301": "gone"}
    found = building_of(world.doors[0], world.owner, LATER)
    assert sum(n for _word, n in found.counts) == 6


def test_no_two_states_look_alike_without_colour(world):
    assert len({str(word) for _tone, _symbol, word in WORDS.values()}) == len(WORDS)


def test_doors_without_numbers_stand_in_their_order(world, block):
    world.door(
        9,
        floor="2",
        door="东户",
        address="花果路1号5栋2单元2楼东户",
        address_key="a",
        walk_key="花果路0001/0005/0002/000299",
    )
    floors = dict(grid(world)["2单元"])
    assert [flat and flat[0] for flat in floors["2"]] == ["201", "202", "2东户"]


def client_of(officer) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(officer, backend="accounts.backends.BadgeBackend")
    return client


def test_the_page_names_doors_and_states_and_nobody(world, block):
    log(world, met(world.doors[0]))
    page = client_of(world.owner).get(f"/doors/{world.doors[1].pk}/building/").content.decode()
    assert "Building 5" in page and "Entrance 2" in page and "visited" in page
    assert f"/doors/{world.doors[0].pk}/" in page
    assert "周秀" not in page


def test_another_stations_block_is_absent(world, block):
    for officer, expected in ((world.stranger, 404), (world.chief, 200), (world.colleague, 200), (world.admin, 403)):
        assert client_of(officer).get(f"/doors/{world.doors[0].pk}/building/").status_code == expected, officer.badge


def test_a_door_in_no_block_has_no_such_page(world, block):
    house = world.door(
        11, building="", entrance="", floor="", door="11号", address="老街11号", address_key="老街11号", walk_key="x"
    )
    assert client_of(world.owner).get(f"/doors/{house.pk}/building/").status_code == 404


def test_more_doors_take_no_more_queries(world, block, django_assert_max_num_queries):
    for number in range(401, 409):
        world.door(number)
    client = client_of(world.owner)
    client.get("/round/")
    with django_assert_max_num_queries(16), translation.override("en"):
        assert client.get(f"/doors/{world.doors[0].pk}/building/").status_code == 200
