"""Two people share out the same doors in the same second: one wins whole, the other is told."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction
from psycopg.errors import LockNotAvailable

from accounts.refusals import Refusal
from campaigns.board import Way
from campaigns.frame import frames_of
from campaigns.models import Assignment
from campaigns.sharing import locked_campaign, undo_share_out
from tests.campaigns.steps import AREA, board_of, building, confirm, hands
from tests.hands import at_once
from tests.world import NOW, World

pytestmark = pytest.mark.django_db(transaction=True)


def answers_of(*works: Callable[[], Any]) -> list[Any]:
    """Each one's result, or the code of its refusal."""

    def refused_or(work: Callable[[], Any]) -> Any:
        try:
            return work()
        except Refusal as refusal:
            return refusal.code

    return at_once(*[lambda work=work: refused_or(work) for work in works])


@pytest.fixture
def campaign(world: World):
    for name in ("1栋", "2栋", "3栋"):
        building(world, name, 4)
    return world.campaign()


def test_one_wins_whole_and_the_other_is_told(world, campaign):
    picked = frozenset({(AREA, "花果路1号 1栋"), (AREA, "花果路1号 2栋")})
    ways = [
        {"way": Way.HAND, "picked": picked, "to": world.owner.pk},
        {"way": Way.HAND, "picked": picked, "to": world.colleague.pk},
        {"way": Way.EVENLY},
    ]
    digests = [board_of(world, campaign, **way).digest for way in ways]
    results = answers_of(
        *(
            lambda way=way, digest=digest, by=by: confirm(world, campaign, digest, by=by, **way)
            for way, digest, by in zip(ways, digests, (world.chief, world.desk, world.chief), strict=True)
        )
    )
    assert sorted(str(result) for result in results).count("stale_board") == 2
    won = next(result for result in results if result != "stale_board")
    live = Assignment.objects.unscoped("test").live().filter(campaign=campaign)
    assert {row.share_out_id for row in live} == {won.pk} and live.count() == won.doors


def test_undone_by_two_at_once_it_is_undone_once(world, campaign):
    confirm(world, campaign)
    batch = confirm(world, campaign, way=Way.HAND_ON, source=world.owner.pk, to=world.colleague.pk)
    results = answers_of(*[lambda: undo_share_out(batch=batch, by=world.chief, at=NOW)] * 3)
    assert sorted(str(result) for result in results).count("undone") == 2
    assert hands(campaign) == {"周明": 12}


def test_what_a_share_out_and_a_visit_hold_may_still_be_referred_to(world, campaign, as_owner):
    """Each refers to the other's rows when it is committed: neither waits for the other, and both keep others out."""
    with transaction.atomic():
        locked_campaign(campaign)
        (frame,) = frames_of(world.doors[0], lock=True)
        for table, pk in (("campaigns_campaign", campaign.pk), ("campaigns_framedoor", frame.pk)):
            row = f"SELECT 1 FROM {table} WHERE id = %s FOR"  # noqa: S608 - two names from above
            assert as_owner.execute(f"{row} KEY SHARE NOWAIT", [pk]).fetchone() == (1,)
            with pytest.raises(LockNotAvailable):
                as_owner.execute(f"{row} NO KEY UPDATE NOWAIT", [pk])
