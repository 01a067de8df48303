"""Taking a whole share-out back: everybody holds again what they held, until somebody has been at a door."""

from datetime import timedelta
from uuid import uuid4

import pytest

from accounts.models import AccessEvent
from accounts.refusals import Refusal
from campaigns.board import Way
from campaigns.models import Assignment, ShareOut
from campaigns.sharing import undo_share_out
from tests.campaigns.steps import AREA, building, confirm, hands
from tests.world import NOW, World
from visits.actions import log_attempt
from visits.attempts import Attempt

LATER = NOW + timedelta(minutes=30)
FIRST = frozenset({(AREA, "花果路1号 1栋")})


@pytest.fixture
def campaign(world: World):
    for name in ("1栋", "2栋"):
        building(world, name, 3)
    return world.campaign()


def undo(batch: ShareOut, by) -> ShareOut:
    return undo_share_out(batch=batch, by=by, at=LATER)


def live(campaign) -> list[tuple]:
    rows = Assignment.objects.unscoped("test").live().filter(campaign=campaign).order_by("premises_id")
    return list(rows.values_list("premises_id", "officer_id", "partner_id", "rank", "due_on", "share_out_id"))


def test_doors_that_nobody_held_are_nobody_s_again(world, campaign):
    batch = undo(confirm(world, campaign), world.chief)
    assert hands(campaign) == {}
    assert (batch.undone_at, batch.undone_by) == (LATER, world.chief)
    assert AccessEvent.objects.unscoped("test").filter(verb="share_out_undone").exists()


def test_doors_that_were_taken_over_go_back_to_who_held_them_as_they_held_them(world, campaign):
    first = confirm(world, campaign)
    before = live(campaign)
    second = confirm(world, campaign, way=Way.HAND, picked=FIRST, to=world.colleague.pk)
    assert hands(campaign) == {"周明": 3, "何川": 3}
    undo(second, world.chief)
    assert live(campaign) == before
    undo(first, world.chief)
    assert hands(campaign) == {}, "the older one can be undone after the later one"


def test_what_was_handed_on_comes_back(world, campaign):
    confirm(world, campaign)
    batch = confirm(world, campaign, way=Way.HAND_ON, source=world.owner.pk, to=world.colleague.pk)
    undo(batch, world.chief)
    assert hands(campaign) == {"周明": 6}


def test_after_somebody_was_at_a_door_it_stays(world, campaign):
    batch = confirm(world, campaign)
    attempt = Attempt(premises_id=world.doors[0].pk, outcome="nobody_in")
    log_attempt(attempt=attempt, client_id=uuid4(), by=world.owner, at=NOW + timedelta(minutes=5))
    with pytest.raises(Refusal) as refusal:
        undo(batch, world.chief)
    assert refusal.value.code == "visited_since"
    assert hands(campaign) == {"周明": 6}


def test_an_attempt_before_the_share_out_does_not_keep_it(world, campaign):
    confirm(world, campaign, at=NOW - timedelta(hours=2))
    attempt = Attempt(premises_id=world.doors[0].pk, outcome="nobody_in")
    log_attempt(attempt=attempt, client_id=uuid4(), by=world.owner, at=NOW - timedelta(hours=1))
    batch = confirm(world, campaign, way=Way.HAND_ON, source=world.owner.pk, to=world.colleague.pk)
    undo(batch, world.chief)
    assert hands(campaign) == {"周明": 6}


def test_a_later_share_out_goes_back_first(world, campaign):
    first = confirm(world, campaign)
    confirm(world, campaign, way=Way.HAND, picked=FIRST, to=world.colleague.pk)
    with pytest.raises(Refusal) as refusal:
        undo(first, world.chief)
    assert refusal.value.code == "moved_since"
    assert hands(campaign) == {"周明": 3, "何川": 3}


def test_a_second_tap_changes_nothing(world, campaign):
    batch = confirm(world, campaign)
    undo(batch, world.chief)
    confirm(world, campaign, at=LATER)
    with pytest.raises(Refusal) as refusal:
        undo(batch, world.chief)
    assert refusal.value.code == "undone"
    assert hands(campaign) == {"周明": 6}


def test_another_station_s_chief_undoes_nothing(world, campaign):
    batch = confirm(world, campaign)
    with pytest.raises(Refusal) as refusal:
        undo(batch, world.other_chief)
    assert refusal.value.code == "no_right"


def test_undoing_is_a_handful_of_statements(world, campaign, django_assert_max_num_queries):
    batch = confirm(world, campaign)
    with django_assert_max_num_queries(14):
        undo(batch, world.chief)
