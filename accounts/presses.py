"""One press, one deed: a form sent twice by an impatient thumb is carried out once, and answered the same both times.

Each page is served with a token of its own in its forms (Django salts the CSRF token anew for every page), so the same
fields sent to the same address by the same person are the same press. Whoever changes a field presses anew.
"""

import hashlib
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from django.db import transaction
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.utils import timezone

from accounts.models import Press
from accounts.once import insert_once

View = TypeVar("View", bound=Callable[..., Any])


def one_press(view: View) -> View:
    """For views that change something and then lead on; one that has its own receipts (a visit) needs it not."""

    @wraps(view)
    def pressed(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return once(request, lambda: view(request, *args, **kwargs))

    return cast(View, pressed)


def once(request: HttpRequest, answer: Callable[[], HttpResponseBase]) -> HttpResponseBase:
    """The answer to a press; the second time, and at the same moment on another connection, where the first one led.

    Only an answer that leads on is remembered: a page that is shown again says what it says anew. The mark and what
    the press did are written in one transaction, so that a kill leaves both or neither.
    """
    mark = mark_of(request)
    if not mark:
        return answer()
    with transaction.atomic():
        press, led_to = _pressed(mark)
        if press is None:
            return HttpResponseRedirect(led_to)
        response = answer()
        if isinstance(response, HttpResponseRedirect) and response.url.startswith("/"):
            press.led_to = response.url
            press.save(update_fields=["led_to"])
        else:
            press.delete()
    return response


def _pressed(mark: str) -> tuple[Press | None, str]:
    """A new row, or None and where the first press led. Waits for a first press that is still at work."""
    press = Press(mark=mark, at=timezone.now())
    return (press, "") if insert_once(press) else (None, Press.objects.get(mark=mark).led_to)


def mark_of(request: HttpRequest) -> str:
    """SHA-256 over who, where and everything that was sent; "" where there is no form of ours to tell apart."""
    if request.method != "POST" or not request.user.is_authenticated or "csrfmiddlewaretoken" not in request.POST:
        return ""
    said = hashlib.sha256(repr((request.user.pk, request.get_full_path())).encode())
    said.update(repr(sorted(request.POST.lists())).encode("utf-8", "backslashreplace"))
    for name, files in sorted(request.FILES.lists()):
        for file in files:
            said.update(repr((name, file.name, file.size)).encode("utf-8", "backslashreplace"))
            for chunk in file.chunks():
                said.update(chunk)
            file.seek(0)
    return said.hexdigest()
