"""What is sought in a list of the desk: posted, kept in the session, and named in the address by a key only.

A name has no place in an address, which histories and proxies keep. `?q=` carries eight characters that mean nothing
outside the session in which they were made, so that paging, filters and the way back work as they always do.
"""

import secrets
from typing import Any

from django.contrib.admin.views.main import PAGE_VAR, SEARCH_VAR
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.refusals import Refusal

IN_SESSION = "sought"
# The oldest go first: so many searches can be gone back to.
MOST_KEPT = 30
LONGEST = 100
FORGOTTEN = _("This search is no longer known. Type it again.")


def keep_sought(request: HttpRequest, text: str) -> str:
    """Keeps what was typed and returns the key that stands for it; "" when nothing was typed."""
    text = text.replace("\0", "").strip()[:LONGEST]
    kept: dict[str, str] = request.session.get(IN_SESSION, {})
    found = next((key for key, old in kept.items() if old == text), None)
    if not text or found is not None:
        return found or ""
    key = secrets.token_urlsafe(6)
    request.session[IN_SESSION] = dict([*kept.items(), (key, text)][-MOST_KEPT:])
    return key


def sought_by(request: HttpRequest, key: str) -> str | None:
    """What the key stands for in this session; None when it stands for nothing."""
    found: str | None = request.session.get(IN_SESSION, {}).get(key)
    return found


def address_for(request: HttpRequest, key: str) -> str:
    """This list under the filters that are on, from its first page, with the search that the key stands for."""
    filters = request.GET.copy()
    for name in (SEARCH_VAR, PAGE_VAR):
        filters.pop(name, None)
    if key:
        filters[SEARCH_VAR] = key
    return f"{request.path}?{filters.urlencode()}" if filters else request.path


def in_words(request: HttpRequest, filters: Any) -> None:
    """Puts what was sought in the place of its key: for a worker, which has no session. Raises `Refusal`."""
    key = filters.get(SEARCH_VAR, "")
    if not key:
        return
    text = sought_by(request, key)
    if text is None:
        raise Refusal("search_forgotten", FORGOTTEN)
    filters[SEARCH_VAR] = text
