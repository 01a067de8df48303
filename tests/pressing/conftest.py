"""One furnished world a module, with matters in every state that has a button."""

from collections.abc import Iterator
from typing import Any

import pytest

from disputes import actions
from registry.models import ImportBatch
from tests.accounts.canaries import Watched
from tests.disputes.steps import registered
from tests.furnished import furnished
from tests.standing import standing
from tests.world import NOW, build_world


@pytest.fixture(scope="module")
def house(django_db_setup: None, django_db_blocker: Any) -> Iterator[Watched]:
    with standing(django_db_blocker):
        yield with_cases_on_their_way(furnished(build_world()))


def with_cases_on_their_way(found: Watched) -> Watched:
    """A case to assign, one settled, one that waits to be struck off, one struck off; and a workbook to confirm."""
    world = found.world
    said: dict[str, Any] = {"kind": "request", "category": "permit", "campaign": None, "at": NOW}
    said["premises"] = found.spots["own"].door
    registered(**said, title="待分派", by=world.auxiliary)
    on_spot = {**said, "on_spot": True, "measures": "答复"}
    registered(**on_spot, title="待销号", by=world.owner)
    closed = registered(**on_spot, title="已销号", by=world.owner)
    actions.approve(case=closed, version=closed.version, by=world.chief, at=NOW)
    settled = registered(**said, title="已答复", by=world.owner)
    actions.settle(case=settled, outcome="answered", measures="已说明", version=settled.version, by=world.owner, at=NOW)
    ImportBatch.objects.unscoped("test").filter(pk=found.spots["own"].batch.pk).update(
        state="ready", ended_by=None, ended_at=None, counts={"doors": 0, "rows": 0, "contacts": 0, "verdicts": {}}
    )
    return found
