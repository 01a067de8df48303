"""The desk's pages of outreach: enter one, look at one, void one. The list stands in the administration."""

from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access import needs
from accounts.models import Officer
from accounts.presses import one_press
from accounts.refusals import Refusal
from accounts.rights import Right
from visits.models import Outreach
from visits.outreach.actions import record_outreach, void_outreach
from visits.outreach.forms import OutreachForm, ReasonForm


@needs(Right.RECORD_OUTREACH)
@one_press
def new(request: HttpRequest) -> HttpResponse:
    """A refused form stays on the page with the reason at its place."""
    officer, now = cast(Officer, request.user), timezone.now()
    form = OutreachForm(request.POST or None, officer=officer, initial={"held_on": timezone.localdate()})
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            outreach = record_outreach(
                campaign=said["campaign"], facts=form.facts(), client_id=said["client_id"], by=officer, at=now
            )
        except Refusal as refusal:
            if refusal.status != 422 and refusal.field not in form.fields:
                raise
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        else:
            messages.success(request, _("Entered. It counts in the figures from now on."))
            return redirect("visits:outreach", pk=outreach.pk)
    context = {"tab": "desk", "form": form}
    return render(request, "visits/outreach_new.html", context, status=422 if form.is_bound else 200)


@needs(Right.RECORD_OUTREACH, Right.SEE_VISITS)
@one_press
def outreach(request: HttpRequest, pk: int) -> HttpResponse:
    officer, now = cast(Officer, request.user), timezone.now()
    rows = Outreach.objects.visible_to(officer).select_related("unit", "campaign", "area", "entered_by", "voided_by")
    found: Outreach = get_object_or_404(rows, pk=pk)
    may_void = officer.may(Right.RECORD_OUTREACH, found.unit_id) and found.voided_at is None
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        void_outreach(outreach=found, reason=form.cleaned_data["reason"], by=officer, at=now)
        messages.success(request, _("Void. It counts nowhere and stays readable."))
        return redirect("visits:outreach", pk=pk)
    context = {"tab": "desk", "outreach": found, "handed": found.handed.order_by("kind"), "form": form}
    context["may_void"] = may_void
    return render(request, "visits/outreach.html", context, status=422 if form.is_bound else 200)
