"""The roof: each person's home, the language, the machines' questions, the error pages."""

import os
import shutil
import sys
from pathlib import Path
from typing import cast

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe
from django.views.i18n import JavaScriptCatalog
from django.views.i18n import set_language as django_set_language

from accounts.access import needs, open_to_all, signed_in
from accounts.models import Officer
from accounts.refusals import connection_lost, refused_by_disk
from accounts.rights import Right
from accounts.views import way_on
from config.management.commands.work import some_worker_lives
from config.middleware import away_page

# Below this a server can't even say so: bytes.
LEAST_ROOM = 4 << 20


@signed_in
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Sends each person to their own desk."""
    officer = cast(Officer, request.user)
    if officer.may(Right.USE_ADMIN):
        return redirect("admin:index")
    if officer.may(Right.SEE_FIGURES):
        return redirect("reports:home")
    return redirect("visits:round")


@open_to_all
@require_POST
def set_language(request: HttpRequest) -> HttpResponse:
    return django_set_language(request)


@open_to_all
@never_cache
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers; nothing else is asked."""
    return HttpResponse("ok\n", content_type="text/plain")


@open_to_all
@never_cache
@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """The database answers, every migration is in, and there is room where data and uploads are written.

    A worker that is away is told, and no ground to send nobody here: the pages answer, and its tasks keep their place.
    """
    executor = MigrationExecutor(connection)
    pending = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    writable = all(has_room(place) for place in (settings.DATA_DIR, settings.MEDIA_ROOT))
    ready = pending == 0 and writable
    said = {"database": True, "pending_migrations": pending, "disk": writable, "worker": some_worker_lives()}
    return JsonResponse(said, status=200 if ready else 503)


def has_room(place: Path) -> bool:
    """A folder that is not there yet is made by the first upload, on the disk of the one above it."""
    if not place.exists():
        return has_room(place.parent)
    return os.access(place, os.W_OK) and shutil.disk_usage(place).free > LEAST_ROOM


@needs(Right.USE_ADMIN)
@require_safe
def components(request: HttpRequest) -> HttpResponse:
    """The gallery of shared pieces, for those who build pages."""
    if not (settings.DEBUG or settings.DEMO):
        raise Http404
    return render(request, "components/gallery.html")


script_words = open_to_all(JavaScriptCatalog.as_view(domain="django"))


def _error(request: HttpRequest, status: int, title: str, sentence: str) -> HttpResponse:
    return render(request, "error.html", {"status": status, "title": title, "sentence": sentence}, status=status)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    if isinstance(exception, RequestDataTooBig | TooManyFieldsSent | TooManyFilesSent):
        limit = filesizeformat(settings.DATA_UPLOAD_MAX_MEMORY_SIZE)
        sentence = _(
            "Nothing was saved. Go back, shorten the longest text (all together at most %(limit)s), and send again."
        )
        return _error(request, 413, _("Too much at once"), sentence % {"limit": limit})
    return _error(request, 400, _("This could not be read"), _("Go back, look at what was entered, and send it again."))


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    sentence = str(exception) if exception and str(exception) else _("Your role does not include this.")
    return _error(request, 403, _("Not allowed"), sentence)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _error(request, 404, _("Not found"), _("There is nothing here, or it is not within your reach."))


def server_error(request: HttpRequest) -> HttpResponse:
    # Who is asking, and what was sent along, is read before any view and its refusals.
    error = sys.exc_info()[1]
    if connection_lost(error):
        return away_page()
    if refused := refused_by_disk(error):
        return _error(request, refused.status, _("This was not done"), str(refused))
    return _error(
        request,
        500,
        _("Something went wrong"),
        _("What you entered was not saved. Go back and send it again."),
    )


def stale_form(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form's token is old: after a new sign-in in another tab, or a page left open overnight.

    Whoever presses "sign in" twice is in by the first press, which renewed the token under the second.
    """
    if request.path == reverse(settings.LOGIN_URL) and request.user.is_authenticated:
        return redirect(way_on(request))
    return _error(
        request,
        403,
        _("The page was open too long"),
        _("Nothing was saved. Go back: what you typed is still there. Reload that page, then send it again."),
    )
