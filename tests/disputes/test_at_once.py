"""Fifty hands approve one closure at the same moment: one strikes it off, the others are told so, the ledger has one.

`ROUNDS=100` makes it long; every round is a case of its own.
"""

import os
from collections import Counter
from typing import Any

import pytest
from django.db import IntegrityError, OperationalError
from django.db.models import QuerySet
from django.test import Client
from django.urls import reverse

from disputes.ledger import faults
from disputes.models import Case, LedgerEntry
from tests.disputes.steps import registered
from tests.hands import at_once, most_at_once, timed
from tests.world import NOW, World

pytestmark = pytest.mark.django_db(transaction=True)

HANDS = 50
ROUNDS = int(os.environ.get("ROUNDS", "3"))


def waiting_case(world: World) -> Case:
    return registered(
        kind="request",
        category="permit",
        title="当场答复",
        premises=world.doors[0],
        campaign=None,
        by=world.owner,
        at=NOW,
        on_spot=True,
        measures="答复",
    )


def signed_in(world: World) -> list[Client]:
    """Chiefs and desks alternate: several people, not one with fifty windows."""
    clients = []
    for number in range(HANDS):
        client = Client(headers={"accept-language": "en"})
        client.force_login((world.chief, world.desk)[number % 2])
        clients.append(client)
    return clients


def approve_together(case: Case, clients: list[Client]) -> tuple[Counter[Any], int]:
    """What they were answered, and how many of them were under way at one moment."""
    spans: list[tuple[float, float]] = []
    address = reverse("disputes:act", args=[case.pk, "approve"])

    def press(client: Client) -> Any:
        try:
            answer = client.post(address, {"version": case.version})
            # Told by the database's own rule, which is there for a build that forgot the lock.
            return "at the same moment" if b"at the same moment" in answer.content else answer.status_code
        except (IntegrityError, OperationalError) as error:
            return type(error).__name__

    answers = at_once(*[lambda client=client: timed(lambda: press(client), spans) for client in clients])
    return Counter(answers), most_at_once(spans)


def approvals(case: Case) -> int:
    return LedgerEntry.objects.unscoped("test").filter(case=case, action="approve").count()


def test_one_strikes_off_and_forty_nine_are_told(world: World) -> None:
    world.door(302)
    clients, together = signed_in(world), []
    for _round in range(ROUNDS):
        case = waiting_case(world)
        answers, overlap = approve_together(case, clients)
        assert answers == {302: 1, 409: HANDS - 1}
        assert approvals(case) == 1
        together.append(overlap)
    assert list(faults()) == []
    # The race is one: in every round most of them were inside at the same time.
    assert min(together) > HANDS / 2, together
    print(f"{ROUNDS} rounds, {min(together)} to {max(together)} of {HANDS} at once")  # noqa: T201 - the figure of a long run


def test_without_the_lock_the_same_hands_would_be_caught(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The harness finds a build that forgot the lock: within a few rounds the others are no longer told cleanly."""
    world.door(302)
    monkeypatch.setattr(QuerySet, "select_for_update", lambda rows, **options: rows)
    clients = signed_in(world)
    rounds = (approve_together(waiting_case(world), clients)[0] for _round in range(20))
    assert any(answers != {302: 1, 409: HANDS - 1} for answers in rounds)
