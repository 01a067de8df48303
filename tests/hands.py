"""Several hands at the same moment: threads with connections of their own that start together."""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

from django.db import connection


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
