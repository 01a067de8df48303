"""Two cases that are merged into each other at the same moment don't both end."""

import pytest

from disputes.actions import merge
from disputes.models import Case
from tests.disputes.steps import registered
from tests.hands import overtaken
from tests.world import NOW, World

pytestmark = pytest.mark.django_db(transaction=True)


def waiting(world: World, title: str) -> Case:
    """Grade 2: it waits for the supervisor, who alone may merge it."""
    return registered(
        kind="hazard", category="fire", title=title, premises=world.doors[0], campaign=None, by=world.owner, at=NOW,
        grade=2, grade_reason="x",
    )  # fmt: skip


def test_merged_crosswise_one_goes_on(world: World) -> None:
    world.door(101)
    one, other = waiting(world, "楼道堆物"), waiting(world, "楼道杂物")
    answer = overtaken(
        lambda: merge(case=one, into=other, version=one.version, by=world.chief, at=NOW),
        lambda: merge(case=other, into=one, version=other.version, by=world.desk, at=NOW),
    )
    assert answer == "merge"
    states = Case.objects.unscoped("test").order_by("pk").values_list("state", flat=True)
    assert list(states) == [Case.State.VOIDED, Case.State.REGISTERED]
