"""The frame: frozen at opening, folded from attempts in any order, smaller only by a second hand."""

import itertools
from datetime import timedelta
from uuid import uuid4

import pytest

from accounts.refusals import Refusal
from campaigns import actions, frame, second_hand
from campaigns.models import Assignment, Campaign, CouldNotMeet, FrameDoor
from tests.campaigns.steps import three_in_hand
from tests.world import NOW, World
from visits.actions import correct_visit, log_attempt, take_back
from visits.attempts import Attempt
from visits.round import day_of

DAY = timedelta(days=1)


@pytest.fixture
def campaign(world: World) -> Campaign:
    return three_in_hand(world)


def knock(world: World, door, at, outcome="nobody_in", **more):
    attempt = Attempt(premises_id=door.pk, outcome=outcome, started_at=at, ended_at=at, **more)
    return log_attempt(attempt=attempt, client_id=uuid4(), by=world.owner, at=at + timedelta(minutes=1)).visit


def frame_door(campaign, door) -> FrameDoor:
    return FrameDoor.objects.unscoped("test").get(campaign=campaign, premises=door)


def test_opening_counts_and_digests_the_doors_of_the_chosen_communities(world, campaign):
    assert campaign.frame_count == 3
    assert campaign.frame_digest == actions.frame_digest(campaign)
    late = world.door(301)
    frame.add_to_frame(campaign=campaign, premises=late, officer=world.owner, at=NOW)
    assert campaign.frame_digest == actions.frame_digest(campaign), "a late door doesn't change what was frozen"
    assert frame_door(campaign, late).added_late


def test_a_campaign_without_doors_or_notice_does_not_open(world):
    draft = world.draft(unit=world.other_station, areas=[world.areas["420303002"]], by=world.other_chief)
    with pytest.raises(Refusal) as refusal:
        actions.open_campaign(campaign=draft, version=0, by=world.other_chief, at=NOW)
    assert refusal.value.code == "empty_frame"
    draft.notice_text = " "
    draft.save(update_fields=["notice_text"])
    world.door(1, unit=world.other_station, area=world.areas["420303002001"], address_key="x")
    with pytest.raises(Refusal) as refusal:
        actions.open_campaign(campaign=draft, version=0, by=world.other_chief, at=NOW)
    assert refusal.value.code == "incomplete"
    assert not FrameDoor.objects.unscoped("test").filter(campaign=draft).exists()


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_the_fold_does_not_depend_on_the_order_of_arrival(world, campaign, order):
    door = world.doors[0]
    moments = [NOW - 2 * DAY, NOW - DAY, NOW - timedelta(hours=2)]
    for index in order:
        attempt = Attempt(premises_id=door.pk, outcome="nobody_in", started_at=moments[index], ended_at=moments[index])
        log_attempt(attempt=attempt, client_id=uuid4(), by=world.owner, at=NOW)
    found = frame_door(campaign, door)
    assert (found.tries, found.contacts, found.last_at, found.met_on) == (3, 0, moments[2], None)


def test_enough_attempts_in_enough_bands_make_a_door_could_not_be_met_until_one_is_taken_back(world, campaign):
    door = world.doors[0]
    knock(world, door, NOW - 2 * DAY)
    knock(world, door, (NOW - DAY).replace(hour=19))
    assert frame_door(campaign, door).could_not_meet_at is None
    last = knock(world, door, NOW)
    assert frame_door(campaign, door).could_not_meet_at is not None
    take_back(visit=last, by=world.owner, at=NOW + timedelta(minutes=1))
    assert frame_door(campaign, door).could_not_meet_at is None


def test_a_door_that_was_sent_back_is_not_given_up_by_the_attempts_before(world, campaign):
    door = world.doors[0]
    for at in (NOW - 2 * DAY, (NOW - DAY).replace(hour=19), NOW):
        first = knock(world, door, at)
    second_hand.return_could_not_meet(
        doors=[frame_door(campaign, door)], by=world.chief, at=NOW + timedelta(minutes=30)
    )
    wrong = knock(world, door, NOW + timedelta(hours=1))
    take_back(visit=wrong, by=world.owner, at=NOW + timedelta(hours=1, minutes=2))
    correct_visit(visit=first, reason="记错", by=world.owner, at=NOW + timedelta(hours=2), diary="敲了两次门")
    knock(world, door, NOW + timedelta(minutes=20))
    assert frame_door(campaign, door).could_not_meet_at is None, "logged late, it was before the door came back"
    for at in (NOW + DAY, (NOW + DAY).replace(hour=19)):
        knock(world, door, at)
    assert (frame_door(campaign, door).tries, frame_door(campaign, door).could_not_meet_at) == (6, None)
    last = knock(world, door, NOW + 2 * DAY)
    assert frame_door(campaign, door).could_not_meet_at == NOW + 2 * DAY + timedelta(minutes=1)
    take_back(visit=last, by=world.owner, at=NOW + 2 * DAY + timedelta(minutes=2))
    assert frame_door(campaign, door).could_not_meet_at is None


def test_what_was_granted_before_a_door_was_sent_back_grants_nothing_after(world, campaign):
    door = world.doors[0]
    knock(world, door, NOW - DAY)
    asked = second_hand.ask_could_not_meet(
        frame_door=frame_door(campaign, door), reason="外出务工", by=world.owner, at=NOW
    )
    second_hand.decide_could_not_meet(requests=[asked], granted=True, by=world.chief, at=NOW)
    second_hand.return_could_not_meet(doors=[frame_door(campaign, door)], by=world.chief, at=NOW)
    for at in (NOW + DAY, (NOW + DAY).replace(hour=19)):
        knock(world, door, at)
    last = knock(world, door, NOW + 2 * DAY)
    assert frame_door(campaign, door).could_not_meet_at is not None
    take_back(visit=last, by=world.owner, at=NOW + 2 * DAY + timedelta(minutes=2))
    assert frame_door(campaign, door).could_not_meet_at is None, "the old grant does not hold the door"
    again = second_hand.ask_could_not_meet(
        frame_door=frame_door(campaign, door), reason="仍在外地", by=world.owner, at=NOW + 3 * DAY
    )
    second_hand.decide_could_not_meet(requests=[again], granted=True, by=world.chief, at=NOW + 3 * DAY)
    knock(world, door, NOW + 3 * DAY + timedelta(hours=1))
    assert frame_door(campaign, door).could_not_meet_at == NOW + 3 * DAY, "granted anew stays granted"


def test_an_officer_asks_earlier_and_a_supervisor_decides(world, campaign):
    door = world.doors[0]
    knock(world, door, NOW - DAY)
    asked = second_hand.ask_could_not_meet(
        frame_door=frame_door(campaign, door), reason="外出务工", by=world.owner, at=NOW
    )
    with pytest.raises(Refusal):
        second_hand.decide_could_not_meet(requests=[asked], granted=True, by=world.owner, at=NOW)
    second_hand.decide_could_not_meet(requests=[asked], granted=True, by=world.chief, at=NOW)
    assert frame_door(campaign, door).could_not_meet_at == NOW
    knock(world, door, NOW + timedelta(minutes=5))
    assert frame_door(campaign, door).could_not_meet_at == NOW, "granted stays granted"
    with pytest.raises(Refusal):
        second_hand.ask_could_not_meet(frame_door=frame_door(campaign, door), reason="x", by=world.colleague, at=NOW)


def test_who_was_met_since_the_request_was_read_is_not_could_not_be_met(world, campaign):
    campaign.questions.update(required=False)
    door = world.doors[0]
    knock(world, door, NOW - DAY)
    asked = second_hand.ask_could_not_meet(
        frame_door=frame_door(campaign, door), reason="外出务工", by=world.owner, at=NOW
    )
    knock(world, door, NOW, outcome="completed", people_met=1, place="home", declared=True)
    again = CouldNotMeet.objects.unscoped("test").get(pk=asked.pk)
    assert second_hand.decide_could_not_meet(requests=[asked], granted=True, by=world.chief, at=NOW) == 1
    assert frame_door(campaign, door).could_not_meet_at is None
    assert second_hand.decide_could_not_meet(requests=[again], granted=False, by=world.chief, at=NOW) == 0, (
        "decided before"
    )


def test_who_shares_out_for_another_station_decides_no_request_and_sends_no_door_back(world, campaign):
    door = world.doors[0]
    knock(world, door, NOW - DAY)
    asked = second_hand.ask_could_not_meet(
        frame_door=frame_door(campaign, door), reason="外出务工", by=world.owner, at=NOW
    )
    for stranger in (world.other_chief, world.colleague):
        with pytest.raises(Refusal) as refused:
            second_hand.decide_could_not_meet(requests=[asked], granted=True, by=stranger, at=NOW)
        assert refused.value.status == 403
    assert CouldNotMeet.objects.unscoped("test").get().decided_at is None
    second_hand.decide_could_not_meet(requests=[asked], granted=True, by=world.chief, at=NOW)
    for stranger in (world.other_chief, world.colleague):
        with pytest.raises(Refusal) as refused:
            second_hand.return_could_not_meet(doors=[frame_door(campaign, door)], by=stranger, at=NOW)
        assert refused.value.status == 403
    assert frame_door(campaign, door).could_not_meet_at == NOW


def test_a_door_leaves_the_denominator_only_by_a_second_hand(world, campaign):
    door = world.doors[0]
    knock(world, door, NOW - DAY, outcome="moved")
    gone = frame_door(campaign, door)
    assert gone.gone_said == "moved" and gone.gone_confirmed_at is None
    with pytest.raises(Refusal):
        second_hand.confirm_gone(doors=[gone], by=world.other_chief, at=NOW)
    untouched = frame_door(campaign, world.doors[1])
    assert second_hand.confirm_gone(doors=[gone, untouched], by=world.chief, at=NOW) == 1
    assert frame_door(campaign, door).gone_confirmed_by == world.chief


def confirmed_gone(world, campaign, at=NOW - 2 * DAY):
    visit = knock(world, world.doors[0], at, outcome="not_found")
    second_hand.confirm_gone(doors=[frame_door(campaign, world.doors[0])], by=world.chief, at=NOW - DAY)
    assert frame_door(campaign, world.doors[0]).gone_confirmed_at is not None
    return visit


def test_a_door_that_nobody_says_is_gone_any_more_is_not_confirmed_gone(world, campaign):
    """Said at the wrong door: the officer takes it back, and the door is on rounds and in the rate again."""
    visit = confirmed_gone(world, campaign, at=NOW - timedelta(hours=20))
    correct_visit(visit=visit, reason="走错门", by=world.owner, at=NOW, outcome="nobody_in")
    door = frame_door(campaign, world.doors[0])
    assert (door.gone_said, door.gone_confirmed_at, door.gone_confirmed_by) == ("", None, None)
    assert world.doors[0] in [row.premises for row in day_of(world.owner, NOW).rows]


def test_a_door_where_somebody_is_met_after_all_is_there_again(world, campaign):
    confirmed_gone(world, campaign)
    knock(world, world.doors[0], NOW, outcome="partly", people_met=1, place="home", declared=True)
    door = frame_door(campaign, world.doors[0])
    assert (door.met_on, door.gone_confirmed_at, door.gone_confirmed_by) == (NOW.date(), None, None)


def test_one_more_attempt_in_vain_leaves_a_confirmed_door_gone(world, campaign):
    confirmed_gone(world, campaign)
    knock(world, world.doors[0], NOW)
    assert frame_door(campaign, world.doors[0]).gone_confirmed_by == world.chief


def test_nobody_decides_about_the_doors_of_a_campaign_that_is_over(world, campaign):
    gone, asked_at, given_up = world.doors
    knock(world, gone, NOW - DAY, outcome="moved")
    knock(world, asked_at, NOW - DAY)
    asked = second_hand.ask_could_not_meet(
        frame_door=frame_door(campaign, asked_at), reason="外出", by=world.owner, at=NOW
    )
    knock(world, given_up, NOW - 2 * DAY)
    knock(world, given_up, (NOW - DAY).replace(hour=19))
    knock(world, given_up, NOW)
    actions.close_campaign(campaign=campaign, version=campaign.version, by=world.desk, at=NOW)
    decisions = (
        lambda: second_hand.confirm_gone(doors=[frame_door(campaign, gone)], by=world.chief, at=NOW),
        lambda: second_hand.decide_could_not_meet(requests=[asked], granted=True, by=world.chief, at=NOW),
        lambda: second_hand.return_could_not_meet(doors=[frame_door(campaign, given_up)], by=world.chief, at=NOW),
    )
    for decision in decisions:
        with pytest.raises(Refusal) as caught:
            decision()
        assert caught.value.code == "campaign_closed"
    assert frame_door(campaign, gone).gone_confirmed_at is None


def test_closing_ends_every_hand_and_archiving_follows(world, campaign):
    closed = actions.close_campaign(campaign=campaign, version=campaign.version, by=world.desk, at=NOW)
    assert not Assignment.objects.unscoped("test").live().filter(campaign=campaign).exists()
    archived = actions.archive_campaign(campaign=closed, version=closed.version, by=world.desk, at=NOW)
    assert archived.state == Campaign.State.ARCHIVED
    with pytest.raises(Refusal) as refusal:
        actions.close_campaign(campaign=archived, version=archived.version, by=world.desk, at=NOW)
    assert refusal.value.code == "wrong_state"


def test_a_station_s_chief_can_t_close_the_bureau_s_campaign(world, campaign):
    with pytest.raises(Refusal) as refusal:
        actions.close_campaign(campaign=campaign, version=campaign.version, by=world.chief, at=NOW)
    assert refusal.value.code == "no_right"
