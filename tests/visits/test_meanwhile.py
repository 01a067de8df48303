"""A visit, and somebody who meanwhile moves the campaign's days, merges its door or ends its officer's account; a share-out
and somebody who closes its campaign: each ends in one of two wholes, with no fault and nobody waiting for ever.
"""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from functools import partial
from itertools import cycle
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from accounts.actions import officer_leaves, save_officer
from accounts.models import Officer
from accounts.refusals import Refusal
from campaigns.actions import close_campaign
from campaigns.board import Way
from campaigns.dates import Dates, change_dates
from campaigns.models import Assignment, Campaign, FrameDoor, ShareOut
from registry.models import Premises
from tests.campaigns.steps import board_of, confirm, three_in_hand
from tests.hands import at_once, overtaken
from tests.visits.steps import door_page, log, met, nobody, signed_in, typed
from tests.world import NOW, TODAY, World
from visits.actions import add_door
from visits.merging import merge_added
from visits.models import Visit

pytestmark = pytest.mark.django_db(transaction=True)

DAY = timedelta(days=1)
ROUNDS = 6


@pytest.fixture
def campaign(world: World) -> Campaign:
    """Of three doors in the owner's hands."""
    campaign = three_in_hand(world)
    campaign.questions.update(required=False)
    return campaign


def answer_of(work: Callable[[], Any]) -> Any:
    """What it gave, or the code of its refusal."""
    try:
        return work()
    except Refusal as refusal:
        return refusal.code


def together(*works: Callable[[], Any]) -> list[Any]:
    return at_once(*[lambda work=work: answer_of(work) for work in works])


def standing() -> list[Visit]:
    return list(Visit.objects.unscoped("test").standing().select_related("campaign").order_by("pk"))


def of_frame(door: Premises, campaign: Campaign) -> FrameDoor:
    return FrameDoor.objects.unscoped("test").get(premises=door, campaign=campaign)


# -- the days of a campaign are moved --


def moved(world: World, campaign: Campaign, starts_on: date) -> Any:
    """Begins on another day; the dates are as they stand."""
    campaign.refresh_from_db()
    dates = Dates(starts_on, campaign.ends_on, campaign.retain_until, {
        phase.pk: (max(phase.starts_on, starts_on), max(phase.ends_on, starts_on)) for phase in campaign.phases.all()
    })  # fmt: skip
    seen = (campaign.starts_on, campaign.ends_on)
    return change_dates(campaign=campaign, dates=dates, seen=seen, warned=True, by=world.desk, at=NOW)


def test_the_days_do_not_leave_a_visit_behind_that_is_being_logged(world: World, campaign: Campaign) -> None:
    answer = overtaken(lambda: log(world, met(world.doors[0])), lambda: moved(world, campaign, TODAY + DAY))
    assert answer == "work_before"
    campaign.refresh_from_db()
    assert campaign.starts_on < TODAY and len(standing()) == 1


def test_no_visit_is_logged_for_a_day_that_the_campaign_loses_meanwhile(world: World, campaign: Campaign) -> None:
    answer = overtaken(lambda: moved(world, campaign, TODAY + DAY), lambda: log(world, met(world.doors[0])))
    assert answer == "no_campaign"
    assert standing() == []


@pytest.fixture
def beside(world: World, campaign: Campaign) -> Campaign:
    """A second campaign with the same doors, which begins tomorrow: visits of today are none of its own."""
    return world.campaign(title="站里的走访", starts_on=TODAY + DAY)


def test_a_campaign_that_gains_a_day_counts_what_is_being_logged_on_it_for_another(
    world: World, campaign: Campaign, beside: Campaign
) -> None:
    overtaken(lambda: log(world, met(world.doors[0])), lambda: moved(world, beside, TODAY))
    assert of_frame(world.doors[0], beside).met_on == TODAY


def test_what_is_logged_for_another_while_a_campaign_gains_its_day_counts_for_it(
    world: World, campaign: Campaign, beside: Campaign
) -> None:
    overtaken(lambda: moved(world, beside, TODAY), lambda: log(world, met(world.doors[0])))
    assert of_frame(world.doors[0], beside).met_on == TODAY


def test_many_visits_while_two_campaigns_move_their_days_all_end(
    world: World, campaign: Campaign, beside: Campaign
) -> None:
    """Two that move, five that log at doors which both hold: nobody waits in a ring, and every fold is that of its days."""

    def moving(which: Campaign, days: Iterator[date]) -> Callable[[], Any]:
        which = Campaign.objects.unscoped("test").get(pk=which.pk)
        return lambda: [answer_of(lambda: moved(world, which, next(days))) for _round in range(ROUNDS)]

    def walking(door: Premises) -> Callable[[], Any]:
        return lambda: [answer_of(lambda: log(world, nobody(door))) for _round in range(ROUNDS)]

    at_once(
        moving(beside, cycle([TODAY, TODAY + DAY])),
        moving(campaign, cycle([TODAY - 3 * DAY, TODAY - 5 * DAY])),
        *(walking(door) for door in (*world.doors, *world.doors[:2])),
    )
    beside.refresh_from_db()
    counts = beside.starts_on <= TODAY
    for door in world.doors:
        tries = of_frame(door, campaign).tries
        assert tries == sum(visit.premises_id == door.pk for visit in standing()) > 0
        assert of_frame(door, beside).tries == (tries if counts else 0)


# -- the door is merged --


def test_visits_at_both_doors_while_they_are_merged_all_stand_at_the_one_that_stays(
    world: World, campaign: Campaign
) -> None:
    for number in range(ROUNDS):
        listed = world.doors[number % 2]
        before = Visit.objects.unscoped("test").filter(premises=listed).count()
        late = add_door(area=listed.area, kind="household", address=f"老街{number}号", by=world.owner, at=NOW)
        answers = together(
            partial(log, world, nobody(late)),
            partial(merge_added, door=late, into=listed, by=world.chief, at=NOW),
            partial(log, world, nobody(listed)),
            partial(log, world, nobody(late), by=world.colleague),
        )
        assert [answer for answer in answers if isinstance(answer, str)] == []
        assert Visit.objects.unscoped("test").filter(premises=listed).count() == before + 3
        assert of_frame(listed, campaign).tries == before + 3
        assert not FrameDoor.objects.unscoped("test").filter(premises=late).exists()


# -- the officer leaves, or moves --


def saved_while(world: World, door: Premises, ends: Callable[[], Any]) -> tuple[int, int]:
    """What the colleague's phone is answered, and how many visits stand."""
    client: Client = signed_in(world.colleague)
    sent = typed()
    status, _ended = at_once(lambda: client.post(door_page(door), sent).status_code, ends)
    return status, Visit.objects.unscoped("test").filter(officer=world.colleague).count()


def test_who_leaves_while_saving_has_saved_or_is_signed_out(world: World, campaign: Campaign) -> None:
    door = world.doors[0]
    status, stored = saved_while(
        world, door, lambda: officer_leaves(officer=world.colleague, on=TODAY, by=world.chief, at=NOW)
    )
    assert status == 302 and stored in (0, 1)
    assert not Officer.objects.unscoped("test").get(pk=world.colleague.pk).is_active
    assert of_frame(door, campaign).tries == stored
    again = signed_in(world.owner)
    assert again.post(door_page(door), typed(client_id=str(uuid4()))).status_code == 302


def test_who_leaves_before_the_visit_is_stored_has_stored_it_whole(world: World, campaign: Campaign) -> None:
    """The right was asked before; the visit and the account's end wait for nothing of each other."""
    left = overtaken(
        lambda: log(world, met(world.doors[0]), by=world.colleague),
        lambda: officer_leaves(officer=world.colleague, on=TODAY, by=world.chief, at=NOW),
    )
    assert left is True
    assert [visit.officer_id for visit in standing()] == [world.colleague.pk]


def test_who_is_moved_to_another_station_while_saving_has_saved_or_is_refused(world: World, campaign: Campaign) -> None:
    who = world.colleague
    status, stored = saved_while(
        world,
        world.doors[0],
        lambda: save_officer(badge=who.badge, name=who.name, unit=world.other_station, by=world.desk, at=NOW),
    )
    assert (status, stored) in {(302, 1), (403, 0), (404, 0)}
    assert of_frame(world.doors[0], campaign).tries == stored


# -- the campaign is closed --


@pytest.mark.parametrize("first", ["closes", "shares"])
def test_a_share_out_while_its_campaign_is_closed_gives_all_or_nothing(world: World, first: str) -> None:
    for number in (101, 102, 201):
        world.door(number)
    campaign = world.campaign()
    digest = board_of(world, campaign).digest
    works = {
        "shares": lambda: confirm(world, campaign, digest, way=Way.RESPONSIBILITY),
        "closes": lambda: close_campaign(campaign=campaign, version=campaign.version, by=world.desk, at=NOW),
    }
    second = next(name for name in works if name != first)
    answer = overtaken(works[first], works[second])
    hands = Assignment.objects.unscoped("test").filter(campaign=campaign)
    assert not hands.live().exists(), "no door of a closed campaign is in anybody's hands"
    campaign.refresh_from_db()
    assert campaign.state == Campaign.State.CLOSED
    if first == "closes":
        assert answer == "campaign_not_open"
        assert not ShareOut.objects.unscoped("test").exists() and not hands.exists()
    else:
        assert {hand.ended_by_id for hand in hands} == {world.desk.pk} and hands.count() == 3


def test_share_outs_and_a_closing_in_the_same_moment_end_in_one_of_two_wholes(world: World) -> None:
    for number in (101, 102, 201):
        world.door(number)
    for _round in range(ROUNDS):
        campaign = world.campaign(title=f"第{_round}次")
        digest = board_of(world, campaign).digest
        shared, closed, again = together(
            partial(confirm, world, campaign, digest),
            partial(close_campaign, campaign=campaign, version=campaign.version, by=world.desk, at=NOW),
            partial(confirm, world, campaign, digest, by=world.desk),
        )
        assert isinstance(closed, Campaign)
        batches = [batch for batch in (shared, again) if isinstance(batch, ShareOut)]
        assert {each for each in (shared, again) if isinstance(each, str)} <= {"campaign_not_open", "stale_board"}
        hands = Assignment.objects.unscoped("test").filter(campaign=campaign)
        assert len(batches) <= 1 and hands.count() == 3 * len(batches) and not hands.live().exists()
