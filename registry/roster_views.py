"""The roster import in the admin: upload, look, confirm. Between looking and confirming, the rows travel signed."""

from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.access import needs
from accounts.actions import log_access
from accounts.models import Officer
from accounts.presses import one_press
from accounts.refusals import Refusal
from accounts.rights import Right
from registry.roster import Roster, read_roster, take_roster

SALT = "doorstep.roster"
HOURS = 4


class RosterForm(forms.Form):
    file = forms.FileField(
        label=gettext_lazy("Roster (.xlsx or .csv)"), widget=forms.ClearableFileInput({"accept": ".xlsx,.csv"})
    )


def _page(request: HttpRequest, status: int = 200, **context: Any) -> HttpResponse:
    each = {**admin.site.each_context(request), "title": _("Bring in the roster"), "roster": None, **context}
    return TemplateResponse(request, "admin/registry/roster.html", each, status=status)


@needs(Right.MANAGE_ROSTER)
def upload(request: HttpRequest) -> HttpResponse:
    """Shows what the file would do; nothing is written before it is confirmed."""
    officer = cast(Officer, request.user)
    if request.method != "POST":
        return _page(request, form=RosterForm())
    form = RosterForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, 422, form=form)
    given = form.cleaned_data["file"]
    try:
        roster: Roster = read_roster(file=given, name=given.name, by=officer)
    except Refusal as refusal:
        form.add_error("file", str(refusal))
        return _page(request, refusal.status, form=form)
    token = signing.dumps({"by": officer.pk, "people": roster.plain()}, salt=SALT, compress=True)
    return _page(request, form=form, roster=roster, token=token)


@needs(Right.MANAGE_ROSTER)
@one_press
def confirm(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return redirect("roster:upload")
    officer = cast(Officer, request.user)
    try:
        content = signing.loads(request.POST.get("token", ""), salt=SALT, max_age=HOURS * 3600)
        if content["by"] != officer.pk:
            raise signing.BadSignature
    except signing.BadSignature:
        messages.error(request, _("This preview is too old. Upload the file again."))
        return redirect("roster:upload")
    counts = take_roster(people=content["people"], by=officer, at=timezone.now())
    log_access(officer, "roster_taken")
    messages.success(request, _("Roster taken: %(new)d new, %(changed)d changed, %(same)d as before.") % counts)
    return redirect("admin:accounts_officer_changelist")


app_name = "roster"
urlpatterns = [path("", upload, name="upload"), path("confirm/", confirm, name="confirm")]
