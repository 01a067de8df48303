"""Several hands at the same moment: threads with connections of their own that start together."""

from collections.abc import Callable
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
