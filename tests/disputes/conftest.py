import pytest

from registry.models import Premises
from tests.world import World


@pytest.fixture
def door(world: World) -> Premises:
    return world.door(302)
