"""When the database is away: a plain page in both languages instead of a stack of errors."""

import logging
import time
from collections.abc import Callable

from django.db import InterfaceError, OperationalError, connection
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

GetResponse = Callable[[HttpRequest], HttpResponse]
log = logging.getLogger(__name__)


# Longer than this a request waited for a database that is away: asking once more would wait as long again.
QUICK_SECONDS = 1.0


class Away(HttpResponse):
    """The answer while the database is away."""


class DatabaseAway:
    """503 with a page that needs no session, no language and no database; back by itself when it is back.

    After a restart of the database each web process holds connections that are lost, and learns it by a failure. What
    only reads is asked once more then, so that nobody sees a page of it.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        began = time.monotonic()
        answer = self.ask(request)
        reads = request.method in ("GET", "HEAD")
        if isinstance(answer, Away) and reads and time.monotonic() - began < QUICK_SECONDS:
            return self.ask(request)
        return answer

    def ask(self, request: HttpRequest) -> HttpResponse:
        try:
            return self.get_response(request)
        except (OperationalError, InterfaceError):
            return away_page()

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, OperationalError | InterfaceError):
            log.error("database away: %s", type(exception).__name__)
            return away_page()
        return None


def away_page() -> HttpResponse:
    forget_lost_connections()
    return Away(render_to_string("503.html"), status=503, headers={"Retry-After": "10"})


def forget_lost_connections() -> None:
    """One of the pool's connections is gone, so the others may be: asked now, none of them fails a later request."""
    pool = getattr(connection, "pool", None)
    if pool is not None:
        connection.close()
        pool.check()
