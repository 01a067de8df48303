"""What was logged: own records and receipts, one record with what may be mended, its photos."""

from contextlib import suppress
from typing import cast
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access import needs, signed_in
from accounts.actions import log_access
from accounts.middleware import address_of
from accounts.models import Officer
from accounts.presses import one_press
from accounts.refusals import Refusal
from accounts.rights import Right
from registry.models import holds_door
from visits import actions
from visits.doors import visit_or_404
from visits.models import Photo, Submission, Visit
from visits.record_forms import CorrectionForm, VoidForm

PAGE = 30


@signed_in
@require_safe
def records(request: HttpRequest) -> HttpResponse:
    """Own records, newest first; who supervises sees those of the unit, masked. Pages go by key."""
    officer = cast(Officer, request.user)
    whole = request.GET.get("of") == "unit" and officer.may(Right.SEE_VISITS)
    rows = Visit.objects.visible_to(officer).select_related("premises", "premises__area", "officer", "unit")
    rows = rows if whole else rows.of(officer)
    rows = rows.order_by("-pk")
    with suppress(KeyError, ValueError):
        rows = rows.filter(pk__lt=UUID(request.GET["before"]))
    found = list(rows[: PAGE + 1])
    context = {
        "tab": "receipts",
        "visits": found[:PAGE],
        "more": found[PAGE - 1].pk if len(found) > PAGE else None,
        "whole": whole,
        "may_see_unit": officer.may(Right.SEE_VISITS),
        "may_key": officer.may(Right.LOG_VISIT),
    }
    return render(request, "visits/records.html", context)


@signed_in
@require_safe
def receipts(request: HttpRequest) -> HttpResponse:
    """What the server has, item by item, and its word on each."""
    officer = cast(Officer, request.user)
    rows = Submission.objects.visible_to(officer).filter(officer=officer)
    rows = rows.select_related("visit", "visit__premises").order_by("-pk")
    before = request.GET.get("before", "")
    if before.isdecimal() and len(before) < 19:
        rows = rows.filter(pk__lt=int(before))
    found = list(rows[: PAGE + 1])
    context = {
        "tab": "receipts",
        "receipts": found[:PAGE],
        "more": found[PAGE - 1].pk if len(found) > PAGE else None,
    }
    return render(request, "visits/receipts.html", context)


@signed_in
@require_safe
def record(request: HttpRequest, pk: UUID) -> HttpResponse:
    officer = cast(Officer, request.user)
    return _record(request, visit_or_404(officer, pk), officer)


def _record(
    request: HttpRequest,
    visit: Visit,
    officer: Officer,
    *,
    correction: CorrectionForm | None = None,
    void: VoidForm | None = None,
    status: int = 200,
) -> HttpResponse:
    shown = {name: getattr(visit, name) for name in actions.CORRECTABLE if name != "next_at"}
    context = {
        "tab": "receipts",
        "visit": visit,
        "own_door": holds_door(officer, visit.premises),
        "revisions": visit.revisions.select_related("by"),
        "findings": visit.findings.select_related("case"),
        "correctable": visit.correctable_by(officer, timezone.now()),
        "correction": correction or CorrectionForm(initial=shown),
        "void": void or VoidForm(),
    }
    return render(request, "visits/record.html", context, status=status)


@needs(Right.LOG_VISIT)
@require_POST
@one_press
def correct(request: HttpRequest, pk: UUID) -> HttpResponse:
    officer = cast(Officer, request.user)
    visit, form = visit_or_404(officer, pk), CorrectionForm(request.POST)
    if form.is_valid():
        try:
            reason = form.cleaned_data["reason"]
            actions.correct_visit(visit=visit, reason=reason, by=officer, at=timezone.now(), **form.changes())
        except Refusal as refusal:
            for fault in refusal.every:
                form.add_error(fault.field if fault.field in form.fields else None, str(fault))
        else:
            messages.success(request, _("Corrected. What it said before is kept."))
            return redirect("visits:record", pk=pk)
    return _record(request, visit, officer, correction=form, status=422)


@needs(Right.LOG_VISIT)
@require_POST
@one_press
def void(request: HttpRequest, pk: UUID) -> HttpResponse:
    officer = cast(Officer, request.user)
    visit, form = visit_or_404(officer, pk), VoidForm(request.POST)
    if form.is_valid():
        try:
            actions.void_visit(visit=visit, reason=form.cleaned_data["reason"], by=officer, at=timezone.now())
        except Refusal as refusal:
            form.add_error("reason", str(refusal.sentence))
        else:
            messages.success(request, _("The record is void. It stays readable."))
            return redirect("visits:record", pk=pk)
    return _record(request, visit, officer, void=form, status=422)


@signed_in
@require_safe
def photo(request: HttpRequest, pk: UUID, number: int) -> HttpResponse:
    """A picture, to whoever may see its visit; never by its place in the store."""
    officer = cast(Officer, request.user)
    found: Photo = get_object_or_404(visit_or_404(officer, pk).photos.all(), pk=number)
    log_access(officer, "photo_seen", found, address=address_of(request))
    with found.file.open() as file:
        response = HttpResponse(file.read(), content_type=found.content_type)
    response["Content-Security-Policy"] = "default-src 'none'; sandbox; frame-ancestors 'none'"
    response["X-Content-Type-Options"] = "nosniff"
    return response
