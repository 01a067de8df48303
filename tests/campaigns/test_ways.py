"""Evenly, handed on, picked: who gets which doors, and that nothing is shared out that the board did not show."""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.refusals import Refusal
from campaigns.board import Choice, Way
from campaigns.board.facts import WEIGHTS
from campaigns.board.rows import PersonRow
from campaigns.board.ways import Heap, _cut, _room
from campaigns.models import Assignment, FrameDoor, Responsibility
from tests.campaigns.steps import AREA, SECOND_AREA, board_of, building, confirm, hands
from tests.world import NOW, TODAY, World


def holders(campaign) -> dict[str, set[str]]:
    """Building -> names of those who hold doors there."""
    found: dict[str, set[str]] = {}
    rows = Assignment.objects.unscoped("test").live().filter(campaign=campaign).select_related("officer", "frame_door")
    for row in rows:
        found.setdefault(row.frame_door.building, set()).add(row.officer.name)
    return found


@pytest.fixture
def street(world: World):
    """Six buildings of four flats, in walking order; three people can take doors."""
    for name in ("1栋", "2栋", "3栋", "4栋", "5栋", "6栋"):
        building(world, name, 4)
    return world.campaign()


def test_evenly_gives_whole_buildings_in_walking_order_to_those_whose_work_it_is(world, street):
    board = board_of(world, street, way=Way.EVENLY)
    assert {p.officer.name for p in board.takers} == {"周明", "何川", "孙倩"}, "not the chief, who was not named"
    assert (board.share, board.left, board.split) == (24, 0, [])
    confirm(world, street, board.digest, way=Way.EVENLY)
    assert hands(street) == {"周明": 8, "何川": 8, "孙倩": 8}
    assert all(len(names) == 1 for names in holders(street).values())
    runs = [key for key, _group in itertools.groupby(sorted(holders(street).items()), key=lambda pair: pair[1])]
    assert len(runs) == 3, "each has one stretch of the walk"


def test_who_answers_for_a_community_gets_the_stretch_that_lies_there(world):
    building(world, "1栋", 4)
    building(world, "2栋", 4, area=SECOND_AREA)
    campaign = world.campaign()
    Responsibility.objects.unscoped("test").filter(campaign=campaign).delete()
    Responsibility.objects.create(campaign=campaign, area=world.areas[AREA], officer=world.colleague)
    Responsibility.objects.create(campaign=campaign, area=world.areas[SECOND_AREA], officer=world.owner)
    among = frozenset({world.owner.pk, world.colleague.pk})
    confirm(world, campaign, way=Way.EVENLY, among=among)
    assert holders(campaign) == {"花果路1号 1栋": {"何川"}, "花果路1号 2栋": {"周明"}}


def test_what_people_hold_already_counts(world, street):
    flats = frozenset({(AREA, "花果路1号 1栋"), (AREA, "花果路1号 2栋")})
    confirm(world, street, way=Way.HAND, picked=flats, to=world.owner.pk)
    among = frozenset({world.owner.pk, world.colleague.pk})
    confirm(world, street, way=Way.EVENLY, among=among)
    assert hands(street) == {"周明": 12, "何川": 12}


def test_an_enterprise_weighs_as_much_as_three_households(world):
    building(world, "1栋", 6)
    building(world, "园区", 2, kind="enterprise")
    campaign = world.campaign()
    confirm(world, campaign, way=Way.EVENLY, among=frozenset({world.owner.pk, world.colleague.pk}))
    assert sorted(hands(campaign).values()) == [2, 6]


def test_somebody_on_leave_takes_no_part(world, street):
    world.colleague.on_leave_until = TODAY
    world.colleague.save(update_fields=["on_leave_until"])
    board = board_of(world, street, way=Way.EVENLY)
    assert "何川" not in {p.officer.name for p in board.takers}
    assert [officer.name for officer, _why in board.away] == ["何川"]


def test_nobody_takes_part_and_the_board_says_so(world, street):
    board = board_of(world, street, way=Way.EVENLY, among=frozenset())
    assert (board.share, board.left) == (0, 24)
    with pytest.raises(Refusal) as refusal:
        confirm(world, street, board.digest, way=Way.EVENLY, among=frozenset())
    assert refusal.value.code == "nothing_to_share"


def test_single_houses_along_a_street_are_cut_in_walking_order_but_no_building_is(world):
    building(world, "", 30, street="7组")
    campaign = world.campaign()
    among = frozenset({world.owner.pk, world.colleague.pk, world.auxiliary.pk})
    board = board_of(world, campaign, way=Way.EVENLY, among=among)
    assert board.split == ["7组"]
    confirm(world, campaign, board.digest, way=Way.EVENLY, among=among)
    assert set(hands(campaign).values()) == {10}
    walk = Assignment.objects.unscoped("test").live().order_by("frame_door__walk_key").values_list("officer", flat=True)
    assert len(list(itertools.groupby(walk))) == 3, "one stretch each"


def test_one_large_building_stays_whole_and_whoever_gets_it_is_named_as_overloaded(world):
    building(world, "1栋", 40)
    building(world, "2栋", 4)
    campaign = world.campaign()
    board = board_of(world, campaign, way=Way.EVENLY)
    assert board.split == []
    assert max(person.over_percent for person in board.people) > 100
    assert "%" in board.sentence()


@given(
    doors=st.lists(st.integers(1, 60), min_size=1, max_size=60),
    present=st.lists(st.integers(0, 300), min_size=1, max_size=12),
)
@settings(max_examples=200, deadline=None)
def test_what_everybody_takes_adds_up_and_levels_the_loads(doors, present):
    total = sum(doors)
    room = _room(present, total)
    assert sum(room) == pytest.approx(total)
    after = [load + more for load, more in zip(present, room, strict=True) if more > 0]
    assert max(after) == pytest.approx(min(after)), "whoever takes anything ends at the same level"
    idle = [load for load, more in zip(present, room, strict=True) if more == 0]
    assert all(load >= min(after) - 1e-6 for load in idle)


@given(count=st.integers(1, 500), room=st.lists(st.integers(0, 400), min_size=1, max_size=9), start=st.integers(0, 900))
@settings(max_examples=200, deadline=None)
def test_a_street_that_is_cut_loses_no_door_and_gives_none_twice(count, room, start):
    from types import SimpleNamespace

    people = [PersonRow(SimpleNamespace(pk=n), None, 0) for n in range(len(room))]
    heap = Heap({"area_id": AREA, "building": "7组"}, count, count * 2)
    pieces = _cut(heap, people, list(itertools.accumulate(map(float, room))), start)
    assert [nth for piece in pieces for nth in range(piece.first, piece.last + 1)] == list(range(1, count + 1))
    assert sum(piece.doors for piece in pieces) == count


def test_the_same_doors_are_dealt_the_same_way_every_time(world, street):
    first, second = (board_of(world, street, way=Way.EVENLY) for _again in range(2))
    assert first.gifts == second.gifts and first.digest == second.digest


def test_every_kind_of_door_has_a_weight():
    from registry.models import Premises

    assert set(WEIGHTS) == set(Premises.Kind.values)


# -- handed on, picked --


def test_what_one_has_not_visited_yet_goes_on_to_another(world, street):
    confirm(world, street, way=Way.EVENLY)
    mine = FrameDoor.objects.unscoped("test").filter(assignments__officer=world.owner).first()
    FrameDoor.objects.unscoped("test").filter(pk=mine.pk).update(met_on=TODAY, tries=1, contacts=1)
    choice = {"way": Way.HAND_ON, "source": world.owner.pk, "to": world.colleague.pk}
    board = board_of(world, street, **choice)
    assert (board.share, board.visited_stay, board.source) == (7, 1, world.owner)
    confirm(world, street, board.digest, **choice)
    assert hands(street) == {"周明": 1, "何川": 15, "孙倩": 8}


def test_the_doors_of_somebody_who_left_are_handed_on(world, street):
    confirm(world, street, way=Way.EVENLY)
    world.owner.is_active, world.owner.left_on = False, TODAY
    world.owner.save(update_fields=["is_active", "left_on"])
    confirm(world, street, way=Way.HAND_ON, source=world.owner.pk, to=world.colleague.pk)
    assert hands(street) == {"何川": 16, "孙倩": 8}


def test_nobody_hands_doors_on_to_themselves(world, street):
    confirm(world, street, way=Way.EVENLY)
    board = board_of(world, street, way=Way.HAND_ON, source=world.owner.pk, to=world.owner.pk)
    assert board.share == 0


def test_picked_buildings_go_to_one_officer_and_nothing_else_moves(world, street):
    confirm(world, street, way=Way.EVENLY)
    before = holders(street)
    picked = frozenset({(AREA, "花果路1号 6栋")})
    board = board_of(world, street, way=Way.HAND, picked=picked, to=world.owner.pk)
    assert [(gift.building, gift.doors) for gift in board.gifts] == [("花果路1号 6栋", 4)]
    confirm(world, street, board.digest, way=Way.HAND, picked=picked, to=world.owner.pk)
    assert holders(street) == {**before, "花果路1号 6栋": {"周明"}}


def test_what_was_not_picked_is_named_as_left(world, street):
    board = board_of(world, street, way=Way.EVENLY, picked=frozenset({(AREA, "花果路1号 1栋")}))
    assert (board.share, board.left) == (4, 20)


# -- the board that is confirmed is the board that was shown --


def test_a_choice_that_the_numbers_were_not_for_writes_nothing(world, street):
    shown = board_of(world, street, way=Way.EVENLY)
    with pytest.raises(Refusal) as refusal:
        confirm(world, street, shown.digest, way=Way.EVENLY, picked=frozenset({(AREA, "花果路1号 1栋")}))
    assert refusal.value.code == "choice_changed"
    assert hands(street) == {}


def test_every_box_ticked_is_the_same_choice_as_all_of_them(world, street):
    every = frozenset((AREA, f"花果路1号 {number}栋") for number in range(1, 7))
    assert board_of(world, street, picked=every).digest == board_of(world, street).digest
    usual = frozenset({world.owner.pk, world.colleague.pk, world.auxiliary.pk})
    ways = (board_of(world, street, way=Way.EVENLY, among=among).digest for among in (None, usual))
    assert len(set(ways)) == 1


def test_a_choice_survives_its_way_to_the_worker(world):
    choice = Choice(
        way=Way.EVENLY, picked=frozenset({(AREA, "1栋")}), among=frozenset({3, 5}), to=7, source=9, visited_too=True
    )
    assert Choice.from_json(choice.as_json()) == choice


def test_before_eight_in_the_morning_it_is_today_already(world, street):
    """Midnight in Shanghai is yesterday in UTC: the board of the page and of the action agree on the day."""
    from datetime import UTC

    early = NOW.replace(hour=0, minute=30).astimezone(UTC)
    world.owner.on_leave_until = TODAY.replace(day=TODAY.day - 1)
    world.owner.save(update_fields=["on_leave_until"])
    batch = confirm(world, street, at=early)
    assert batch.doors == 24
