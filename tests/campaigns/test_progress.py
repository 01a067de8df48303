"""Progress of a station: by person and by community, from one pass over its doors."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.actions import officer_leaves
from campaigns.models import Campaign
from campaigns.second_hand import confirm_gone
from tests.campaigns.steps import SECOND_AREA
from tests.visits.steps import log, met, nobody
from tests.world import NOW, TODAY, World
from visits.attempts import Attempt

SHOWN = ("name", "doors", "visited", "tried", "due", "today")
# Session, officer, units, campaign, station; one pass over the doors; names of people and of communities.
QUESTIONS = 8


def flats(world: World, *numbers: int, **facts: Any) -> None:
    for number in numbers:
        world.door(number, **facts)


@pytest.fixture
def campaign(world: World) -> Campaign:
    """Four doors of the first community, the last in nobody's hands; one of the second in a colleague's."""
    flats(world, 101, 102, 103, 104)
    flats(world, 105, area=world.areas[SECOND_AREA])
    campaign = world.campaign()
    campaign.questions.update(required=False)
    for door in world.doors[:3]:
        world.give(campaign, door, world.owner)
    world.give(campaign, world.doors[4], world.colleague, due=TODAY + timedelta(days=7))
    return campaign


@pytest.fixture
def chief(world: World, client: Client) -> Client:
    client.force_login(world.chief)
    return client


def progress(chief: Client, campaign: Campaign) -> Any:
    return chief.get(reverse("admin:campaigns_progress", args=[campaign.pk])).context


def test_each_counts_what_is_in_their_hands_and_each_community_what_stands_there(
    world: World, campaign: Campaign, chief: Client
) -> None:
    yesterday = NOW - timedelta(days=1)
    log(world, met(world.doors[0], started_at=yesterday, ended_at=yesterday))
    log(world, nobody(world.doors[1]))
    log(world, met(world.doors[3]))
    page = progress(chief, campaign)
    assert [tuple(row[name] for name in SHOWN) for row in page["people"]] == [
        ("周明", 3, 1, 1, 2, 1),
        ("何川", 1, 0, 0, 0, 0),
    ]
    assert [row["last_at"] for row in page["people"]] == [NOW, None]
    assert [(row["area_id"], row["doors"], row["visited"], row["tried"]) for row in page["areas"]] == [
        ("420303001001", 4, 2, 1),
        (SECOND_AREA, 1, 0, 0),
    ]


def test_a_door_confirmed_gone_leaves_the_community_but_not_the_hand(
    world: World, campaign: Campaign, chief: Client
) -> None:
    log(world, Attempt(premises_id=world.doors[2].pk, outcome="moved"))
    frame_door = campaign.frame.get(premises=world.doors[2])
    assert confirm_gone(doors=[frame_door], by=world.chief, at=NOW) == 1
    page = progress(chief, campaign)
    assert [(row["doors"], row["due"]) for row in page["people"]] == [(3, 2), (1, 0)]
    assert [row["doors"] for row in page["areas"]] == [3, 1]


def test_a_door_confirmed_gone_and_met_after_all_is_no_longer_gone_and_counts_as_visited(
    world: World, campaign: Campaign, chief: Client
) -> None:
    yesterday = NOW - timedelta(days=1)
    log(world, Attempt(premises_id=world.doors[4].pk, outcome="moved", started_at=yesterday, ended_at=yesterday))
    assert confirm_gone(doors=[campaign.frame.get(premises=world.doors[4])], by=world.chief, at=NOW) == 1
    area = progress(chief, campaign)["areas"][1]
    assert (area["doors"], area["visited"], area["percent"]) == (0, 0, 0)
    log(world, met(world.doors[4]))
    area = progress(chief, campaign)["areas"][1]
    assert (area["doors"], area["visited"], area["percent"]) == (1, 1, 100)


def test_of_who_left_only_doors_that_can_be_visited_wait_to_be_handed_on(
    world: World, campaign: Campaign, chief: Client
) -> None:
    """The board hands on nothing that is gone: such a door would wait for ever."""
    log(world, Attempt(premises_id=world.doors[2].pk, outcome="moved"))
    officer_leaves(officer=world.owner, on=TODAY, by=world.chief, at=NOW)
    address = reverse("admin:campaigns_hand_over")
    assert [(row["name"], row["doors"]) for row in chief.get(address).context["rows"]] == [("周明", 3)]
    assert confirm_gone(doors=[campaign.frame.get(premises=world.doors[2])], by=world.chief, at=NOW) == 1
    assert [(row["name"], row["doors"]) for row in chief.get(address).context["rows"]] == [("周明", 2)]


def test_another_campaign_s_hands_on_the_same_doors_are_not_counted(
    world: World, campaign: Campaign, chief: Client
) -> None:
    later = world.campaign(title="岁末")
    world.give(later, world.doors[3], world.colleague)
    assert [row["doors"] for row in progress(chief, campaign)["people"]] == [3, 1]
    assert [row["doors"] for row in progress(chief, later)["people"]] == [1]


def test_more_doors_in_more_hands_ask_no_more(
    world: World, campaign: Campaign, chief: Client, django_assert_num_queries: Any
) -> None:
    flats(world, *range(201, 213))
    larger = world.campaign(title="岁末")
    for place, door in enumerate(world.doors[5:]):
        world.give(larger, door, (world.owner, world.colleague, world.auxiliary)[place % 3])
    for asked, held in ((campaign, [3, 1]), (larger, [4, 4, 4])):
        with django_assert_num_queries(QUESTIONS):
            page = progress(chief, asked)
        assert [row["doors"] for row in page["people"]] == held


@pytest.mark.parametrize("page", ["progress", "share-out", "share-out/earlier", "share-out/doors"])
def test_a_draft_says_that_it_is_one_and_leads_on(world: World, page: str) -> None:
    draft = world.draft()
    client = Client(headers={"accept-language": "en"})
    client.force_login(world.desk)
    answer = client.get(f"/admin/campaigns/campaign/{draft.pk}/{page}/")
    html = answer.content.decode()
    assert answer.status_code == 200
    assert "Now it is “draft”." in html
    assert html.count(f'href="/admin/campaigns/campaign/{draft.pk}/change/"') == 2, "in the crumbs and as the way on"
    client.force_login(world.owner)
    assert client.get(f"/admin/campaigns/campaign/{draft.pk}/{page}/").status_code == 403
