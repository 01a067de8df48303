"""Two hands at the same moment: a double tap is one visit, two visits at one door are both counted."""

from uuid import uuid4

import pytest

from campaigns.models import FrameDoor
from registry.models import Premises
from tests.hands import at_once
from tests.visits.steps import log, met, nobody
from tests.world import World
from visits.models import Visit

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_double_tap_is_one_visit_with_one_receipt(world: World, held: Premises) -> None:
    number = uuid4()
    receipts = at_once(*[lambda: log(world, met(held), client_id=number)] * 20)
    assert {receipt.pk for receipt in receipts} == {receipts[0].pk}
    assert Visit.objects.unscoped("test").count() == 1


def test_two_officers_at_one_door_are_both_counted(world: World, held: Premises) -> None:
    at_once(
        lambda: log(world, nobody(held)),
        lambda: log(world, nobody(held), by=world.colleague),
        lambda: log(world, met(held), by=world.auxiliary),
    )
    door = FrameDoor.objects.unscoped("test").get(premises=held)
    assert (door.tries, door.contacts) == (3, 1)
