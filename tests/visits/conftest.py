import pytest

from registry.models import Premises
from tests.world import World


@pytest.fixture
def held(world: World) -> Premises:
    """A door in the owner's hands in an open campaign that asks nothing."""
    door = world.door(302)
    campaign = world.campaign()
    campaign.questions.update(required=False)
    world.give(campaign, door, world.owner)
    return door
