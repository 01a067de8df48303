import pytest
from django.test import Client

from registry.models import Premises
from tests.visits.steps import held_door, signed_in
from tests.world import World


@pytest.fixture
def held(world: World) -> Premises:
    return held_door(world)


@pytest.fixture
def owner(world: World) -> Client:
    return signed_in(world.owner)
