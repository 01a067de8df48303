"""The gate before every view, and the page that a refusal becomes."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.core.exceptions import BadRequest, ImproperlyConfigured, PermissionDenied
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import escape
from django.utils.translation import gettext as _

from accounts.access import rule_of
from accounts.actions import log_access
from accounts.refusals import NOT_KEPT, Refusal, refused_by_database, refused_by_disk

GetResponse = Callable[[HttpRequest], HttpResponse]

# What somebody who must first choose a password may still reach.
BEFORE_PASSWORD = {"accounts:change_password", "accounts:sign_out", "set_language", "accounts:sign_in"}


# What the house speaks; views that only show or only do say so themselves (`require_safe`, `require_POST`).
METHODS = ("GET", "HEAD", "POST")


def address_of(request: HttpRequest) -> str | None:
    return request.META.get("REMOTE_ADDR") or None


class Gate:
    """Asks each view for its rule (`accounts/access.py`); none is a fault of ours and stops the request.

    A method that no view knows is turned away before any: to Django's own views TRACE, or a word of somebody's own, is
    one way more to ask for a page.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        known = request.method in METHODS
        response = self.get_response(request) if known else HttpResponseNotAllowed(METHODS)
        if request.user.is_authenticated:
            response.headers.setdefault("Cache-Control", "no-store, private")
        return response

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        if holds_nul(request):
            raise BadRequest("NUL in the address")
        rule = rule_of(view)
        if rule is None:
            raise ImproperlyConfigured(f"{view.__module__}.{view.__name__} says nothing about who may come in")
        if rule.open:
            return None
        if not request.user.is_authenticated:
            return self.ask_to_sign_in(request, as_json=rule.json)
        officer = request.user
        match = request.resolver_match
        if officer.must_change_password and match is not None and match.view_name not in BEFORE_PASSWORD:
            return HttpResponseRedirect(reverse("accounts:change_password"))
        if rule.rights and not any(officer.may(right) for right in rule.rights):
            log_access(officer, "refused", reason=str(rule), address=address_of(request), outcome="no_right")
            raise PermissionDenied(
                _("Your role does not include this: %(rights)s.") % {"rights": rights_in_words(rule)}
            )
        return None

    def ask_to_sign_in(self, request: HttpRequest, *, as_json: bool) -> HttpResponse:
        if as_json:
            return JsonResponse({"error": "signed_out", "sentence": _("Please sign in again.")}, status=401)
        where = reverse(settings.LOGIN_URL)
        if request.method == "GET" and request.path != "/":
            where += "?" + urlencode({"next": request.get_full_path()})
        return HttpResponseRedirect(where)


def holds_nul(request: HttpRequest) -> bool:
    """A character that no keyboard types and the database does not take; in a form its field refuses it."""
    return "\0" in request.path or any("\0" in value for values in request.GET.lists() for value in values[1])


def rights_in_words(rule: Any) -> str:
    return " / ".join(str(right.label) for right in rule.rights)


class Announced:
    """Puts a word before the title of every page that was not done: it is the first that a screen reader says.

    The status tells, so that no template and no view has to remember it.
    """

    REFUSED = (409, 422)

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        is_page = response.headers.get("Content-Type", "").startswith("text/html")
        if response.status_code in self.REFUSED and is_page and not response.streaming:
            word = escape(_("Fault: ")).encode()
            response.content = response.content.replace(b"<title>", b"<title>" + word, 1)
        return response


class RefusalPage:
    """A refusal that no form caught: logged after the rollback, shown as a page with the way back."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, DatabaseError | OSError):
            refused = refused_by_database(exception) or refused_by_disk(exception)
            if refused is None or (refused.code == NOT_KEPT and request.method != "POST"):
                return None
            exception = refused
        if not isinstance(exception, Refusal):
            return None
        officer = request.user if request.user.is_authenticated else None
        log_access(officer, "refused", reason=exception.code, address=address_of(request), outcome=exception.code)
        return render(request, "refusal.html", {"refusal": exception}, status=exception.status)
