"""One visit counts for every campaign that holds its door: in the fold, and in the figures however they came about."""

from datetime import timedelta
from typing import Any

import pytest

from campaigns.actions import close_campaign, open_campaign
from campaigns.dates import Dates, change_dates
from campaigns.models import Campaign, FrameDoor
from reports.brief import Brief
from reports.figures import compute, units_in_reach
from tests.reports.test_brief import visit
from tests.visits.steps import log, met
from tests.world import NOW, TODAY, World
from visits.actions import void_visit
from visits.tallies.keeping import keep_up

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
SEEN = ("households_visited", "contact_rate", "person_times")


@pytest.fixture(params=["marked", "kept", "by hand"])
def way(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def bureau_s(world: World) -> Campaign:
    """Of the bureau, over everything, since two weeks."""
    for number in (101, 102):
        world.door(number)
    world.door(301, area=world.areas["420303001002"])
    campaign = world.campaign()
    campaign.questions.update(required=False)
    return campaign


@pytest.fixture
def station_s(world: World, bureau_s: Campaign) -> Campaign:
    """Of the station, in one of its communities, opened beside it; the newer one: visits are logged for it."""
    campaign = world.campaign(
        title="本所走访",
        unit=world.station,
        areas=[world.areas["420303001001"]],
        by=world.chief,
        starts_on=TODAY - 6 * DAY,
        ends_on=TODAY + 10 * DAY,
    )
    campaign.questions.update(required=False)
    return campaign


def figures_of(world: World, campaign: Campaign, way: str) -> dict[str, Any]:
    if way == "kept":
        keep_up(at=NOW)
    units, hand = units_in_reach(world.desk, world.bureau), way == "by hand"
    return compute(campaign=campaign, units=units, first=campaign.starts_on, last=TODAY, today=TODAY, by_hand=hand)


def seen(world: World, campaign: Campaign, way: str) -> dict[str, int]:
    lines = Brief(figures_of(world, campaign, way)).by_code
    return {code: lines[code].total for code in SEEN}


def test_a_visit_counts_in_both_and_a_void_one_in_neither(
    world: World, bureau_s: Campaign, station_s: Campaign, way: str
) -> None:
    both, alone = world.doors[0], world.doors[2]
    shared = visit(world, both, NOW - DAY)
    assert shared.campaign == station_s
    assert visit(world, alone, NOW - DAY).campaign == bureau_s
    assert seen(world, bureau_s, way) == {"households_visited": 2, "contact_rate": 2, "person_times": 4}
    assert seen(world, station_s, way) == {"households_visited": 1, "contact_rate": 1, "person_times": 2}
    void_visit(visit=shared, reason="走错门", by=world.owner, at=NOW - DAY + timedelta(minutes=9))
    assert seen(world, bureau_s, way) == {"households_visited": 1, "contact_rate": 1, "person_times": 2}
    assert seen(world, station_s, way) == dict.fromkeys(SEEN, 0)


def test_what_came_in_before_it_opened_or_after_it_closed_is_none_of_its_visits(
    world: World, bureau_s: Campaign, way: str
) -> None:
    first, second = world.doors[:2]
    visit(world, first, NOW - 3 * DAY)
    area = world.areas["420303001001"]
    draft = world.draft(unit=world.station, starts_on=TODAY - 6 * DAY, areas=[area], by=world.chief, at=NOW - 4 * DAY)
    later = open_campaign(campaign=draft, version=draft.version, by=world.chief, at=NOW - 2 * DAY)
    later.questions.update(required=False)
    assert seen(world, later, way)["households_visited"] == 0
    assert visit(world, second, NOW - DAY).campaign == later
    assert seen(world, later, way)["households_visited"] == 1
    close_campaign(campaign=bureau_s, version=bureau_s.version, by=world.desk, at=NOW - timedelta(hours=3))
    visit(world, first, NOW - timedelta(hours=2))
    bureau_s.refresh_from_db()
    assert seen(world, later, way)["households_visited"] == 2
    assert seen(world, bureau_s, way)["contact_rate"] == 2


def test_days_that_a_campaign_loses_or_gains_take_and_bring_what_others_did_on_them(
    world: World, bureau_s: Campaign, station_s: Campaign, way: str
) -> None:
    visit(world, world.doors[0], NOW - DAY)
    assert visit(world, world.doors[2], NOW - 5 * DAY).campaign == bureau_s
    assert seen(world, station_s, way)["households_visited"] == 1
    began, ended = station_s.starts_on, station_s.ends_on
    # At a door of both, on a day of the bureau's campaign alone.
    visit(world, world.doors[1], NOW - 8 * DAY)
    assert seen(world, station_s, way)["households_visited"] == 1
    moved = change_dates(
        campaign=station_s, dates=Dates(began - 3 * DAY, ended, station_s.retain_until), seen=(began, ended),
        warned=True, by=world.chief, at=NOW,
    )  # fmt: skip
    here = FrameDoor.objects.unscoped("test").filter(campaign=station_s, premises=world.doors[1])
    assert [row.contacts for row in here] == [1]
    assert seen(world, moved, way)["households_visited"] == 2
    change_dates(
        campaign=moved, dates=Dates(began, ended, station_s.retain_until), seen=(began - 3 * DAY, ended),
        warned=True, by=world.chief, at=NOW,
    )  # fmt: skip
    moved.refresh_from_db()
    assert [row.contacts for row in here.all()] == [0]
    assert seen(world, moved, way)["households_visited"] == 1


def test_what_another_campaign_gave_to_talk_about_is_no_topic_of_this_one(
    world: World, bureau_s: Campaign, station_s: Campaign, way: str
) -> None:
    told = station_s.topics.first()
    assert told is not None
    log(world, met(world.doors[0], topics=[told.pk], started_at=NOW - DAY, ended_at=NOW - DAY))
    topics = {campaign.pk: figures_of(world, campaign, way)["topics"] for campaign in (station_s, bureau_s)}
    assert topics == {station_s.pk: [{"name": told.name, "n": 1}], bureau_s.pk: []}
