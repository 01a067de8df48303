"""What an action judges by is held: what somebody else writes at the same moment is seen, and refused with a sentence."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from accounts.refusals import Refusal
from campaigns import actions, second_hand
from campaigns.models import Assignment, Campaign, CouldNotMeet, FrameDoor
from registry.models import Premises
from tests.campaigns.steps import three_in_hand
from tests.disputes.steps import registered
from tests.forms import form_at
from tests.hands import overtaken
from tests.visits.steps import log, met, nobody
from tests.world import NOW, TODAY, World
from visits.actions import add_door, take_back
from visits.attempts import Attempt
from visits.merging import confirm_added, merge_added
from visits.models import Outreach
from visits.outreach.actions import Facts, record_outreach

pytestmark = pytest.mark.django_db(transaction=True)

DAY = timedelta(days=1)


@pytest.fixture
def campaign(world: World) -> Campaign:
    campaign = three_in_hand(world)
    campaign.questions.update(required=False)
    return campaign


def of_frame(door: Premises) -> FrameDoor:
    return FrameDoor.objects.unscoped("test").get(premises=door)


def said_gone(world: World, door: Premises) -> FrameDoor:
    log(world, Attempt(premises_id=door.pk, outcome="moved", started_at=NOW - DAY, ended_at=NOW - DAY))
    return of_frame(door)


def given_up(world: World, door: Premises) -> FrameDoor:
    for at in (NOW - 2 * DAY, (NOW - DAY).replace(hour=19), NOW - timedelta(hours=1)):
        log(world, nobody(door, started_at=at, ended_at=at))
    return of_frame(door)


def test_a_door_where_somebody_is_met_meanwhile_is_not_confirmed_gone(world: World, campaign: Campaign) -> None:
    gone = [said_gone(world, door) for door in world.doors[:2]]
    answer = overtaken(
        lambda: log(world, met(world.doors[0])),
        lambda: second_hand.confirm_gone(doors=gone, by=world.chief, at=NOW),
    )
    assert answer == "moved_on"
    assert [of_frame(door).gone_confirmed_at for door in world.doors[:2]] == [None, None], "the other one neither"
    assert second_hand.confirm_gone(doors=[gone[1]], by=world.chief, at=NOW) == 1


def test_a_door_is_confirmed_gone_by_one_hand(world: World, campaign: Campaign) -> None:
    gone = said_gone(world, world.doors[0])
    answer = overtaken(
        lambda: second_hand.confirm_gone(doors=[gone], by=world.chief, at=NOW),
        lambda: second_hand.confirm_gone(doors=[gone], by=world.desk, at=NOW),
    )
    assert (answer, of_frame(world.doors[0]).gone_confirmed_by) == ("moved_on", world.chief)


def test_a_door_that_is_merged_away_meanwhile_is_not_confirmed_gone(world: World, campaign: Campaign) -> None:
    late = add_door(area=world.doors[0].area, kind="household", address="花果路1号5栋2单元101", by=world.owner, at=NOW)
    gone = said_gone(world, late)
    answer = overtaken(
        lambda: merge_added(door=late, into=world.doors[0], by=world.chief, at=NOW),
        lambda: second_hand.confirm_gone(doors=[gone], by=world.chief, at=NOW),
    )
    assert answer == "moved_on"


def test_only_what_could_not_be_met_still_is_tried_again(world: World, campaign: Campaign) -> None:
    tried = given_up(world, world.doors[0])
    assert tried.could_not_meet_at is not None
    answer = overtaken(
        lambda: log(world, met(world.doors[0])),
        lambda: second_hand.return_could_not_meet(doors=[tried], by=world.chief, at=NOW),
    )
    assert answer == "moved_on"
    assert second_hand.return_could_not_meet(doors=[given_up(world, world.doors[1])], by=world.chief, at=NOW) == 1


def test_nobody_asks_about_a_door_where_somebody_is_met_meanwhile(world: World, campaign: Campaign) -> None:
    log(world, nobody(world.doors[0]))
    door = of_frame(world.doors[0])
    answer = overtaken(
        lambda: log(world, met(world.doors[0])),
        lambda: second_hand.ask_could_not_meet(frame_door=door, reason="外出务工", by=world.owner, at=NOW),
    )
    assert answer == "met"
    assert not CouldNotMeet.objects.unscoped("test").exists()


@pytest.mark.parametrize("action", ["confirm_they_are_gone", "try_them_again"])
def test_the_page_says_409_where_nothing_waits_any_more(world: World, campaign: Campaign, action: str) -> None:
    client = Client(headers={"accept-language": "en"})
    client.force_login(world.chief)
    log(world, met(world.doors[0]))
    posted = {"action": action, "_selected_action": str(of_frame(world.doors[0]).pk)}
    answer = client.post(reverse("admin:campaigns_framedoor_changelist"), posted)
    assert answer.status_code == 409
    assert "None of these doors waits for this. Nothing was changed." in answer.content.decode()


def test_the_page_says_how_many_ticked_doors_were_left_out(world: World, campaign: Campaign) -> None:
    """Both waited when the list was shown; at one somebody was met before the decision was sent."""
    gone = [said_gone(world, door) for door in world.doors[:2]]
    client = Client(headers={"accept-language": "en"})
    client.force_login(world.chief)
    log(world, met(world.doors[0]))
    posted = {"action": "confirm_they_are_gone", "_selected_action": [str(door.pk) for door in gone]}
    page = client.post(reverse("admin:campaigns_framedoor_changelist"), posted, follow=True).content.decode()
    assert [of_frame(door).gone_confirmed_at is None for door in world.doors[:2]] == [True, False]
    assert "1 door confirmed gone" in page
    assert "1 ticked row was left out: it does not wait for this any more, or never did." in page


def closes(world: World, campaign: Campaign) -> Callable[[], Any]:
    return lambda: actions.close_campaign(campaign=campaign, version=campaign.version, by=world.desk, at=NOW)


def test_no_door_joins_a_campaign_that_closes_meanwhile(world: World, campaign: Campaign) -> None:
    area = world.doors[0].area
    answer = overtaken(
        closes(world, campaign),
        lambda: add_door(area=area, kind="household", address="花果路9号1栋101室", by=world.owner, at=NOW),
    )
    assert answer == "campaign_closed"
    assert not Assignment.objects.unscoped("test").live().exists()
    assert not Premises.objects.unscoped("test").filter(address="花果路9号1栋101室").exists()


def test_no_outreach_is_entered_for_a_campaign_that_closes_meanwhile(world: World, campaign: Campaign) -> None:
    facts = Facts(
        kind=Outreach.Kind.values[0], area=world.doors[0].area, place="广场", held_on=TODAY, people_reached=20
    )
    answer = overtaken(
        closes(world, campaign),
        lambda: record_outreach(campaign=campaign, facts=facts, client_id=uuid4(), by=world.chief, at=NOW),
    )
    assert answer == "not_open"
    assert not Outreach.objects.unscoped("test").exists()


def test_an_added_door_that_is_merged_meanwhile_is_not_confirmed(world: World, campaign: Campaign) -> None:
    late = add_door(area=world.doors[0].area, kind="household", address="花果路1号5栋2单元101", by=world.owner, at=NOW)
    answer = overtaken(
        lambda: merge_added(door=late, into=world.doors[0], by=world.chief, at=NOW),
        lambda: confirm_added(doors=[late], by=world.chief, at=NOW),
    )
    assert answer == 0


def test_a_matter_told_at_a_door_that_is_merged_meanwhile_lies_at_the_other(world: World, campaign: Campaign) -> None:
    late = add_door(area=world.doors[0].area, kind="household", address="花果路1号5栋2单元101", by=world.owner, at=NOW)
    case = overtaken(
        lambda: merge_added(door=late, into=world.doors[0], by=world.chief, at=NOW),
        lambda: registered(
            kind="hazard", category="fire", title="楼道堆物", premises=late, campaign=campaign, by=world.owner, at=NOW
        ),
    )
    assert [place.premises_id for place in case.places.all()] == [world.doors[0].pk]


def test_a_visit_is_taken_back_whose_door_is_merged_meanwhile(world: World, campaign: Campaign) -> None:
    late = add_door(area=world.doors[0].area, kind="household", address="花果路1号5栋2单元101", by=world.owner, at=NOW)
    visit = log(world, nobody(late)).visit
    answer = overtaken(
        lambda: merge_added(door=late, into=world.doors[0], by=world.chief, at=NOW),
        lambda: take_back(visit=visit, by=world.owner, at=NOW),
    )
    assert answer is None
    assert of_frame(world.doors[0]).tries == 0


def test_a_draft_that_is_opened_while_its_page_is_saved_stays_open(world: World) -> None:
    """The form writes the whole row: saved over an opened campaign it would make a draft of it again."""
    world.door(101)
    draft = world.draft()
    client = Client(headers={"accept-language": "en"})
    client.force_login(world.desk)
    address = reverse("admin:campaigns_campaign_change", args=[draft.pk])
    posted = form_at(client.get(address), address).fields
    answer = overtaken(
        lambda: actions.open_campaign(campaign=draft, version=draft.version, by=world.desk, at=NOW),
        lambda: client.post(address, {**posted, "title": "别的题目"}, follow=True),
    )
    draft.refresh_from_db()
    assert (draft.state, draft.frame_count, draft.title) == (Campaign.State.OPEN, 1, "岁末走访")
    assert "not a draft any more" in answer.content.decode()


def test_a_campaign_is_opened_once(world: World) -> None:
    world.door(101)
    draft = world.draft()

    def opens() -> Any:
        return actions.open_campaign(campaign=draft, version=draft.version, by=world.desk, at=NOW)

    assert overtaken(opens, opens) == "stale"
    with pytest.raises(Refusal), transaction.atomic():
        opens()
