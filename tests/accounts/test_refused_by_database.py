"""What the database refuses in working order is said as such; only an absent database is said to be away."""

from collections.abc import Callable
from threading import Barrier
from typing import Any

import pytest
from django.db import DataError, OperationalError, connection, transaction
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


LONG, ODD = ("too long or too large", "太长或太大"), ("holds a character", "不能保存的字符")
UNFIT = {
    "a text longer than its column": ("UPDATE accounts_unit SET short_name = %s", "长" * 500, LONG),
    "a number outside its column": ("UPDATE accounts_unit SET rank = %s::bigint", 10**12, LONG),
    "a moment out of time": ("SELECT %s::timestamptz + interval '9999 years'", "294000-01-01", LONG),
    "NUL": ("UPDATE accounts_unit SET short_name = %s", "a\0b", ODD),
}


@pytest.fixture(params=UNFIT)
def unfit(request: pytest.FixtureRequest, world: World, monkeypatch: pytest.MonkeyPatch) -> tuple[str, str]:
    """What the page of finding a door meets with; and what has to be said of it, in both languages."""
    statement, value, words = UNFIT[request.param]

    def write(*args: Any, **kwargs: Any) -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement, [value])

    monkeypatch.setattr("visits.views.doors_found", write)
    return words


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_what_no_column_holds_is_refused_and_not_a_fault(world: World, unfit: tuple[str, str], language: str) -> None:
    """Whatever slips through a form's own bounds: the server says so, and the page says it to who typed it."""
    client = Client(headers={"accept-language": language}, raise_request_exception=False)
    client.force_login(world.owner)
    answer = client.post("/doors/", {"q": "x"})
    assert (answer.status_code, unfit[language == "zh-hans"] in answer.content.decode()) == (422, True)


def test_who_only_looks_has_typed_nothing(world: World, unfit: tuple[str, str]) -> None:
    """The same on a page that is only looked at is a fault of ours, and is logged as one."""
    client = Client(raise_request_exception=False)
    client.force_login(world.owner)
    assert client.get("/doors/").status_code == 500


def test_what_is_our_own_fault_stays_one(world: World) -> None:
    with pytest.raises(DataError) as caught, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT 1 / 0")
    assert refused_by_database(caught.value) is None


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
