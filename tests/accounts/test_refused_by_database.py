"""What the database refuses in working order is said as such; only an absent database is said to be away."""

from collections.abc import Callable
from threading import Barrier
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction
from django.test import Client
from psycopg import errors

from accounts.models import Officer
from accounts.refusals import refused_by_database
from tests.hands import at_once
from tests.world import World


@pytest.mark.parametrize(
    ("cause", "status", "words"),
    [
        (errors.DeadlockDetected, 409, "at the same moment"),
        (errors.SerializationFailure, 409, "at the same moment"),
        (errors.QueryCanceled, 503, "took too long"),
        (errors.DiskFull, 507, "disk is full"),
        (errors.AdminShutdown, 503, "数据库暂时连不上"),
        (errors.ConnectionFailure, 503, "数据库暂时连不上"),
    ],
)
def test_each_is_told_apart(
    world: World, monkeypatch: pytest.MonkeyPatch, cause: type[Exception], status: int, words: str
) -> None:
    def refuse(*args: Any, **kwargs: Any) -> None:
        raise OperationalError("of the database") from cause("said by the server")

    monkeypatch.setattr("visits.views.day_of", refuse)
    client = Client(headers={"accept-language": "en"}, raise_request_exception=False)
    client.force_login(world.owner)
    answer = client.get("/round/")
    assert (answer.status_code, words in answer.content.decode()) == (status, True)


@pytest.mark.django_db(transaction=True)
def test_a_real_deadlock_is_two_hands_at_once(world: World) -> None:
    """Two transactions lock two officers in opposite orders; the one that the server stops is refused, not an outage."""
    first, second = world.owner.pk, world.colleague.pk
    connection.close()

    def lock(order: tuple[int, int]) -> Callable[[], str]:
        def work() -> str:
            rows = Officer.objects.unscoped("test").select_for_update()
            try:
                with transaction.atomic():
                    rows.get(pk=order[0])
                    both.wait()
                    rows.get(pk=order[1])
            except OperationalError as error:
                refusal = refused_by_database(error)
                return refusal.code if refusal else "away"
            return "done"

        return work

    both = Barrier(2, timeout=60)
    assert sorted(at_once(lock((first, second)), lock((second, first)))) == ["at_once", "done"]
