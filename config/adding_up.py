"""Figures are added up beside the worker's tasks: one of those may take minutes."""

import logging
from threading import Event, Thread

from django.db import DatabaseError, connection
from django.utils import timezone

from visits.tallies.keeping import keep_up

log = logging.getLogger(__name__)
# Until then, whoever reads a figure counts what changed: a busy city's doors of these seconds are a few milliseconds.
EVERY_SECONDS = 15


class AddingUp(Thread):
    """Ends with the worker. Killed at any moment, it leaves nothing half done: the next round does it."""

    def __init__(self, every: float = EVERY_SECONDS) -> None:
        super().__init__(name="adding up", daemon=True)
        self._every = every
        self._over = Event()

    def run(self) -> None:
        while True:
            one_round()
            if self._over.wait(self._every):
                return

    def end(self) -> None:
        self._over.set()
        self.join(timeout=10)


def one_round() -> None:
    """A round that fails costs nobody a figure: it is logged, and the next one begins anew."""
    try:
        keep_up(at=timezone.now())
    except DatabaseError as error:
        log.warning("figures were not added up: %s", type(error).__name__)
    except Exception:
        log.exception("figures were not added up")
    finally:
        connection.close()
