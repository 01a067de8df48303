"""Signing in and out, the password, the inbox."""

from typing import Any, cast

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login, logout, update_session_auth_hash
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from accounts.access import open_to_all, signed_in
from accounts.actions import choose_password, log_access
from accounts.demo import DEMO_BACKEND, demo_people
from accounts.forms import PasswordForm, SignInForm
from accounts.middleware import address_of
from accounts.models import Notice, Officer
from accounts.presses import one_press


def way_on(request: HttpRequest) -> str:
    """Where the person was going, if that is a place of ours."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    ours = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if ours else "/"


@open_to_all
@never_cache
@sensitive_post_parameters("password")
def sign_in(request: HttpRequest) -> HttpResponse:
    """The one sign-in page, for phone pages and admin alike."""
    if request.user.is_authenticated and request.method != "POST":
        return HttpResponseRedirect(way_on(request))
    form = SignInForm(request, data=request.POST or None)
    if request.method == "POST" and form.is_valid():
        login(request, form.get_user())
        log_access(form.get_user(), "signed_in", address=address_of(request))
        return HttpResponseRedirect(way_on(request))
    context = {"form": form, "next": way_on(request), "people": demo_people() if settings.DEMO else []}
    return render(request, "accounts/sign_in.html", context, status=422 if form.is_bound else 200)


@open_to_all
@require_POST
def demo_sign_in(request: HttpRequest) -> HttpResponse:
    """One click a role; there is no such page outside a demo."""
    chosen = request.POST.get("badge", "")
    person = next((p.officer for p in demo_people() if p.officer.badge == chosen), None) if settings.DEMO else None
    if person is None:
        raise Http404
    login(request, person, backend=DEMO_BACKEND)
    return HttpResponseRedirect(way_on(request))


@open_to_all
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    logout(request)
    return redirect("accounts:sign_in")


@signed_in
@never_cache
@sensitive_post_parameters()
@one_press
def change_password(request: HttpRequest) -> HttpResponse:
    officer = cast(Officer, request.user)
    form = PasswordForm(officer, request.POST or None)
    if request.method == "POST" and form.is_valid():
        choose_password(officer=officer, password=form.cleaned_data["new_password1"])
        update_session_auth_hash(request, officer)
        messages.success(request, _("Your password is changed."))
        return redirect("home")
    return render(request, "accounts/password.html", {"form": form}, status=422 if form.is_bound else 200)


@signed_in
@require_safe
def notices(request: HttpRequest) -> HttpResponse:
    rows = Notice.objects.visible_to(cast(Officer, request.user))[:50]
    return render(request, "accounts/notices.html", {"notices": rows, "now": timezone.now()})


def locked_out(request: HttpRequest, response: Any = None, credentials: Any = None, **kwargs: Any) -> HttpResponse:
    """Shown by the lock-out instead of the form: says how long, and that nobody else is locked out by it."""
    minutes = int(settings.AXES_COOLOFF_TIME * 60)
    return render(request, "accounts/locked_out.html", {"minutes": minutes}, status=429)
