"""Several hands at the same moment: threads with connections of their own that start together."""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Thread
from typing import Any

from django.db import connection, transaction

from accounts.refusals import Refusal
from tests.running.waiting import wait_for


def at_once(*works: Callable[[], Any]) -> list[Any]:
    """What each gave, in order. Nobody begins before everybody is connected."""
    together = Barrier(len(works), timeout=60)

    def run(work: Callable[[], Any]) -> Any:
        try:
            connection.ensure_connection()
            together.wait()
            return work()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(run, works))


def in_the_background(work: Callable[[], Any]) -> Thread:
    """On a connection of its own, begun already."""

    def run() -> None:
        try:
            work()
        finally:
            connection.close()

    thread = Thread(target=run)
    thread.start()
    return thread


def waits_for_a_lock() -> bool:
    """Whether somebody on this database does, as the server tells it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
        )
        return bool(cursor.fetchone()[0])


def overtaken(first: Callable[[], Any], then: Callable[[], Any]) -> Any:
    """What `then` gives, or the code of its refusal, when it comes while what `first` wrote is not committed yet.

    `then` waits for a lock of `first`, or runs through without: both are seen before `first` is committed.
    """
    given: list[Any] = []

    def run() -> None:
        try:
            given.append(then())
        except Refusal as refusal:
            given.append(refusal.code)

    with transaction.atomic():
        first()
        second = in_the_background(run)
        wait_for(lambda: waits_for_a_lock() or not second.is_alive())
    second.join()
    return given[0]


def timed(work: Callable[[], Any], spans: list[tuple[float, float]]) -> Any:
    """What it gave; when it began and ended is put down beside the others."""
    began = time.perf_counter()
    try:
        return work()
    finally:
        spans.append((began, time.perf_counter()))


def most_at_once(spans: Sequence[tuple[float, float]]) -> int:
    """How many were under way at one moment."""
    return max(sum(began <= moment < ended for began, ended in spans) for moment, _ended in spans)
