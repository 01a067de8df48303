"""The web server's worker: what it can't read as a request it answers like the house, not like the library.

Such a request reaches no view and no middleware: gunicorn would answer in English, with no policy, and write into the
log what was sent. Here it gets a page in both languages with every header, and nothing of it is said or kept.
"""

import contextlib
import socket
import time
from functools import cache
from http import HTTPStatus
from typing import Any

from gunicorn.http import errors
from gunicorn.workers.gthread import ThreadWorker

TOO_LONG = {
    errors.LimitRequestLine: HTTPStatus.REQUEST_URI_TOO_LONG,
    errors.LimitRequestHeaders: HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
}
OTHERS = {
    errors.UnsupportedTransferCoding: HTTPStatus.NOT_IMPLEMENTED,
    errors.ExpectationFailed: HTTPStatus.EXPECTATION_FAILED,
    errors.ForbiddenProxyRequest: HTTPStatus.FORBIDDEN,
    errors.ConfigurationProblem: HTTPStatus.INTERNAL_SERVER_ERROR,
}
# Closed with something unread, a connection is reset, and the browser never sees the answer.
DRAIN_BYTES = 256 * 1024
DRAIN_SECONDS = 1.0


class HouseWorker(ThreadWorker):  # type: ignore[misc]  # gunicorn publishes no types
    def handle_error(self, req: Any, client: socket.socket, addr: Any, exc: BaseException) -> None:
        status = status_of(exc)
        if status == HTTPStatus.INTERNAL_SERVER_ERROR:
            self.log.exception("A request ended in an error outside of the pages")
        else:
            self.log.warning("A request that can't be read was refused: %d, %s", status, type(exc).__name__)
        with contextlib.suppress(OSError):
            client.settimeout(DRAIN_SECONDS)
            client.sendall(answer(status))
            client.shutdown(socket.SHUT_WR)
            drain(client)


def status_of(exc: BaseException) -> HTTPStatus:
    """Whose fault it is: what the parser refuses is the sender's."""
    for kind, status in (*TOO_LONG.items(), *OTHERS.items()):
        if isinstance(exc, kind):
            return status
    return HTTPStatus.BAD_REQUEST if isinstance(exc, errors.ParseException) else HTTPStatus.INTERNAL_SERVER_ERROR


def drain(client: socket.socket) -> None:
    """Reads on for a moment, so that what was answered arrives."""
    left, until = DRAIN_BYTES, time.monotonic() + DRAIN_SECONDS
    while left > 0 and time.monotonic() < until:
        read = client.recv(min(left, 65536))
        if not read:
            return
        left -= len(read)


@cache
def answer(status: HTTPStatus) -> bytes:
    """The whole answer: page and headers, the same for everybody."""
    # Django is set up by then; this file is imported before it.
    from csp.middleware import CSPMiddleware
    from django.http import HttpRequest, HttpResponse
    from django.middleware.clickjacking import XFrameOptionsMiddleware
    from django.middleware.security import SecurityMiddleware
    from django.template.loader import render_to_string

    too_long = status in TOO_LONG.values()
    page = render_to_string("unreadable.html", {"status": int(status), "too_long": too_long})
    response: Any = HttpResponse(page, headers={"Cache-Control": "no-store", "Connection": "close"})
    for middleware in (CSPMiddleware, XFrameOptionsMiddleware, SecurityMiddleware):
        response = middleware(lambda request: HttpResponse()).process_response(HttpRequest(), response)
    response.headers["Content-Length"] = str(len(response.content))
    head = [f"HTTP/1.1 {status.value} {status.phrase}", *(f"{name}: {said}" for name, said in response.items())]
    return "\r\n".join([*head, "", ""]).encode("latin-1") + bytes(response.content)
