"""Sharing doors out: what the board says is what is written, once, and only while it is still true."""

from datetime import timedelta

import pytest

from accounts.refusals import Refusal
from campaigns.board import Way, make_board
from campaigns.models import Assignment, FrameDoor
from campaigns.second_hand import confirm_gone
from tests.campaigns.steps import board_of, confirm, hands
from tests.visits.steps import log
from tests.world import NOW, TODAY, World
from visits.attempts import Attempt


@pytest.fixture
def campaign(world: World):
    for number in (101, 102, 201, 202):
        world.door(number)
    for number in (101, 102):
        world.door(
            number,
            building="6栋",
            address=f"花果路1号6栋{number}室",
            address_key=f"6-{number}",
            walk_key=f"花果路0001/0006/{number}",
            register_badge="T0103",
            register_officer="何川",
        )
    world.door(
        11,
        area=world.areas["420303001002"],
        building="",
        entrance="",
        street="7组",
        address="7组11号",
        address_key="7-11",
        walk_key="7/11",
        register_officer="没有这个人",
    )
    return world.campaign()


def test_by_responsibility_gives_a_community_to_whom_the_roster_binds_it(world, campaign):
    board = board_of(world, campaign)
    assert board.share == 6
    assert [person.officer.name for person in board.takers] == ["周明"]
    assert board.left == 1
    confirm(world, campaign, board.digest)
    assert hands(campaign) == {"周明": 6}


def test_by_the_register_follows_the_officer_column_and_names_what_it_cannot_place(world, campaign):
    board = board_of(world, campaign, way=Way.REGISTER)
    assert {p.officer.name: p.given for p in board.takers} == {"何川": 2}
    assert board.left == 5
    confirm(world, campaign, board.digest, way=Way.REGISTER)
    assert hands(campaign) == {"何川": 2}


def test_by_hand_takes_over_what_others_hold_but_not_what_was_visited(world, campaign):
    board = board_of(world, campaign)
    confirm(world, campaign, board.digest)
    FrameDoor.objects.unscoped("test").filter(premises=world.doors[0]).update(met_on=TODAY, tries=1, contacts=1)
    choice = {
        "way": Way.HAND,
        "picked": frozenset({("420303001001", "花果路1号 5栋")}),
        "to": world.colleague.pk,
    }
    board = board_of(world, campaign, **choice)
    assert board.share == 3
    confirm(world, campaign, board.digest, **choice)
    assert hands(campaign) == {"周明": 3, "何川": 3}
    ended = Assignment.objects.unscoped("test").filter(ended_at__isnull=False)
    assert {row.ended_by_id for row in ended} == {world.chief.pk} and len(ended) == 3


def test_a_door_that_a_second_hand_confirmed_gone_is_given_to_nobody_and_its_neighbours_are(world, campaign):
    log(world, Attempt(premises_id=world.doors[1].pk, outcome="moved", started_at=NOW, ended_at=NOW))
    gone = FrameDoor.objects.unscoped("test").get(premises=world.doors[1])
    confirm_gone(doors=[gone], by=world.chief, at=NOW)
    board = board_of(world, campaign)
    assert board.share == 5
    confirm(world, campaign, board.digest)
    assert hands(campaign) == {"周明": 5}
    assert not Assignment.objects.unscoped("test").filter(frame_door=gone).exists()


def test_two_boards_at_once_and_the_second_writes_nothing(world, campaign):
    first, second = board_of(world, campaign), board_of(world, campaign)
    confirm(world, campaign, first.digest)
    with pytest.raises(Refusal) as refusal:
        confirm(world, campaign, second.digest)
    assert refusal.value.code == "stale_board" and refusal.value.status == 409
    assert hands(campaign) == {"周明": 6}


def test_a_bound_pair_walks_together(world, campaign):
    world.auxiliary.works_with = world.owner
    world.auxiliary.save(update_fields=["works_with"])
    confirm(world, campaign, board_of(world, campaign).digest)
    partners = set(Assignment.objects.unscoped("test").live().values_list("partner_id", flat=True))
    assert partners == {world.auxiliary.pk}


def test_somebody_on_leave_gets_nothing_and_is_named(world, campaign):
    world.owner.on_leave_until = TODAY
    world.owner.save(update_fields=["on_leave_until"])
    board = board_of(world, campaign)
    assert board.share == 0
    assert [officer.name for officer, _why in board.away] == ["周明"]
    with pytest.raises(Refusal) as refusal:
        confirm(world, campaign, board.digest)
    assert refusal.value.code == "nothing_to_share"


def test_doors_are_due_evenly_until_the_campaign_ends(world, campaign):
    confirm(world, campaign, board_of(world, campaign).digest)
    rows = Assignment.objects.unscoped("test").live().order_by("rank")
    days = [row.due_on for row in rows]
    assert days[0] == TODAY and days == sorted(days) and days[-1] <= campaign.ends_on
    assert [row.premises.address_key for row in rows][-1] == "6-102"


def test_doors_of_a_campaign_that_has_not_begun_are_due_on_its_days(world, campaign):
    later = world.campaign(title="岁末", starts_on=TODAY + timedelta(days=9), ends_on=TODAY + timedelta(days=29))
    confirm(world, later, board_of(world, later).digest)
    days = [row.due_on for row in Assignment.objects.unscoped("test").filter(campaign=later)]
    assert (min(days), max(days) <= later.ends_on) == (later.starts_on, True)


def test_what_happened_between_the_board_and_the_writing_is_not_given_away(world, campaign, monkeypatch):
    """A visit waits for no share-out: the door that was met meanwhile is missing from what is written."""
    seen = board_of(world, campaign).digest

    def then_somebody_is_met(**asked):
        board = make_board(**asked)
        campaign.frame.filter(premises=world.doors[0]).update(met_on=TODAY)
        return board

    monkeypatch.setattr("campaigns.sharing.make_board", then_somebody_is_met)
    with pytest.raises(Refusal) as refusal:
        confirm(world, campaign, seen)
    assert (refusal.value.code, hands(campaign)) == ("stale_board", {})


def test_another_station_s_chief_cannot_share_these_doors(world, campaign):
    board = board_of(world, campaign)
    with pytest.raises(Refusal) as refusal:
        confirm(world, campaign, board.digest, by=world.other_chief)
    assert refusal.value.code == "no_right"


def test_a_share_out_is_a_handful_of_statements(world, campaign, django_assert_max_num_queries):
    board = board_of(world, campaign)
    with django_assert_max_num_queries(16):
        confirm(world, campaign, board.digest)


def test_picking_by_hand_begins_with_nothing_picked(world, campaign):
    """The boxes that another way had ticked would give the whole station to one person."""
    from django.http import QueryDict

    from campaigns.forms import BoardForm

    def picked(sent: str):
        form = BoardForm(QueryDict(sent))
        assert form.is_valid()
        return form.choice().picked

    assert picked("way=hand&seen=responsibility&pick=420303001001|A") == frozenset()
    assert picked("way=hand&seen=hand&pick=420303001001|A") == {("420303001001", "A")}
    assert picked("way=register&seen=hand&pick=420303001001|A") is None
    assert picked("way=register&seen=register&pick=420303001001|A") == {("420303001001", "A")}
