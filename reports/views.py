"""Figures on screen and the brief: for leaders to read, for the desk to type, freeze and print."""

from typing import Any, cast

from django.contrib import messages
from django.db import transaction
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access import needs
from accounts.actions import log_access, must
from accounts.changed_meanwhile import seen_again, stamps_of
from accounts.models import Officer, Unit
from accounts.presses import one_press
from accounts.refusals import Refusal
from accounts.rights import Right
from campaigns.models import Campaign
from reports import actions, tasks
from reports.brief import Brief
from reports.bulletin import bulletin
from reports.figures import compute, last_full_week, units_in_reach
from reports.forms import BriefForm, PeriodForm
from reports.models import Print, Snapshot
from reports.periods import usual_days


def me(request: HttpRequest) -> Officer:
    return cast(Officer, request.user)


def campaign_or_404(request: HttpRequest, pk: int) -> Campaign:
    found: Campaign = get_object_or_404(
        Campaign.objects.visible_to(me(request)).exclude(state=Campaign.State.DRAFT).select_related("unit"), pk=pk
    )
    return found


def snapshot_or_404(request: HttpRequest, pk: int) -> Snapshot:
    found: Snapshot = get_object_or_404(
        Snapshot.objects.visible_to(me(request)).select_related("campaign", "unit", "frozen_by"), pk=pk
    )
    return found


def unit_of(officer: Officer, campaign: Campaign) -> Unit:
    """Whose figures this person reads: the campaign's unit when within reach, else their own."""
    within = officer.units_with(Right.SEE_FIGURES)
    if campaign.unit_id in within:
        return campaign.unit
    if officer.unit_id in within:
        return officer.unit
    raise Http404


@needs(Right.SEE_FIGURES)
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Running campaigns and the newest frozen briefs."""
    officer = me(request)
    campaigns = Campaign.objects.visible_to(officer).exclude(state=Campaign.State.DRAFT).select_related("unit")
    frozen = Snapshot.objects.visible_to(officer).frozen().select_related("campaign", "unit").order_by("-frozen_at")
    briefs = list(frozen[:20])
    newest = briefs[0] if briefs else None
    context = {
        "campaigns": campaigns[:20],
        "newest": newest,
        "summary": Brief(newest.figures).summary if newest else "",
        "briefs": briefs[1:],
        "tab": "reports",
    }
    return render(request, "reports/home.html", context)


@needs(Right.SEE_FIGURES)
@require_safe
def campaign_figures(request: HttpRequest, pk: int) -> HttpResponse:
    """The brief's figures as they are now, for a period; nothing is stored."""
    officer, campaign = me(request), campaign_or_404(request, pk)
    unit = unit_of(officer, campaign)
    today = timezone.localdate()
    first, last = usual = usual_days(campaign, today)
    form = PeriodForm(
        request.GET if "starts_on" in request.GET else None, initial={"starts_on": first, "ends_on": last}
    )
    if form.is_bound and form.is_valid():
        first, last = form.cleaned_data["starts_on"], form.cleaned_data["ends_on"]
    figures = compute(campaign=campaign, units=units_in_reach(officer, unit), first=first, last=last, today=today)
    briefs = Snapshot.objects.visible_to(officer).filter(campaign=campaign, unit=unit)
    drafts = briefs.filter(frozen_at__isnull=True) if officer.may(Right.FREEZE_BRIEF, unit.pk) else briefs.none()
    context = {
        "campaign": campaign,
        "unit": unit,
        "brief": Brief(figures),
        "form": form,
        "drafts": drafts,
        "briefs": briefs.frozen()[:20],
        "may_freeze": officer.may(Right.FREEZE_BRIEF, unit.pk),
        "usual_is_last_week": usual == last_full_week(today),
        "as_of": timezone.now(),
        "tab": "reports",
    }
    return render(request, "reports/campaign.html", context)


@needs(Right.SEE_FIGURES)
@require_safe
def bulletin_text(request: HttpRequest, pk: int) -> HttpResponse:
    """The day's sentence for a unit within reach, as of this minute; nothing is stored."""
    officer, campaign = me(request), campaign_or_404(request, pk)
    units = units_in_reach(officer, unit_of(officer, campaign))
    wanted = request.GET.get("unit") or str(unit_of(officer, campaign).pk)
    unit = next((each for each in units if str(each.pk) == wanted), None)
    if unit is None:
        raise Http404
    as_of = timezone.now()
    text = bulletin(campaign=campaign, unit=unit, units=units_in_reach(officer, unit), as_of=as_of)
    context = {"campaign": campaign, "unit": unit, "units": units, "text": text, "as_of": as_of, "tab": "reports"}
    return render(request, "reports/bulletin.html", context)


@needs(Right.FREEZE_BRIEF)
@require_POST
def begin(request: HttpRequest, pk: int) -> HttpResponse:
    """The brief of the usual days in one click, or of those that were shown."""
    campaign = campaign_or_404(request, pk)
    unit = unit_of(me(request), campaign)
    form = PeriodForm(request.POST)
    first, last = usual_days(campaign, timezone.localdate())
    if form.is_valid():
        first, last = form.cleaned_data["starts_on"], form.cleaned_data["ends_on"]
    snapshot = actions.begin_brief(
        campaign=campaign, unit=unit, starts_on=first, ends_on=last, by=me(request), at=timezone.now()
    )
    return redirect("reports:brief", pk=snapshot.pk)


@needs(Right.SEE_FIGURES)
@one_press
def brief(request: HttpRequest, pk: int) -> HttpResponse:
    """A draft is typed and frozen here; a frozen one is read and printed."""
    snapshot, officer = snapshot_or_404(request, pk), me(request)
    if snapshot.frozen_at is not None:
        if request.method == "POST":
            must(officer, Right.FREEZE_BRIEF, snapshot.unit_id)
            messages.error(request, str(actions.FROZEN))
        return _frozen(request, snapshot, status=409 if request.method == "POST" else 200)
    if not officer.may(Right.FREEZE_BRIEF, snapshot.unit_id):
        raise Http404
    return _draft(request, snapshot, officer)


def _draft(request: HttpRequest, snapshot: Snapshot, officer: Officer) -> HttpResponse:
    typed = actions.typed_in(snapshot)
    form = BriefForm(request.POST or None, initial={**typed, "seen": stamps_of(typed)})
    status = 422 if form.is_bound else 200
    if request.method == "POST" and form.is_valid():
        try:
            return _keep_draft(request, snapshot, officer, form)
        except Refusal as refusal:
            status = _refuse_draft(request, snapshot, form, refusal)
    figures = compute(
        campaign=snapshot.campaign,
        units=units_in_reach(officer, snapshot.unit),
        first=snapshot.starts_on,
        last=snapshot.ends_on,
        today=timezone.localdate(),
    )
    context = {"snapshot": snapshot, "brief": Brief(figures), "form": form, "tab": "reports"}
    return render(request, "reports/draft.html", context, status=status)


def _keep_draft(request: HttpRequest, snapshot: Snapshot, officer: Officer, form: BriefForm) -> HttpResponse:
    """Typed and, where that was pressed, frozen; both or nothing: a refused page holds what was stored before."""
    freeze = "freeze" in request.POST
    with transaction.atomic():
        actions.type_brief(snapshot=snapshot, by=officer, **form.cleaned_data)
        if freeze:
            actions.freeze_brief(snapshot=snapshot, by=officer, at=timezone.now())
    messages.success(request, _("Frozen. These figures stay as they are.") if freeze else _("Saved."))
    return redirect("reports:brief", pk=snapshot.pk)


def _refuse_draft(request: HttpRequest, snapshot: Snapshot, form: BriefForm, refusal: Refusal) -> int:
    """Puts each fault at its field; gives the status of the page. A draft that is none any more is a page of its own."""
    status = 422
    if refusal.code == "changed_meanwhile":
        snapshot.refresh_from_db()
        sent = request.POST.copy()
        told = [fault.field for fault in refusal.every]
        sent["seen"] = seen_again(form.cleaned_data["seen"], actions.typed_in(snapshot), told)
        form.data, status = sent, refusal.status
    elif refusal.status == 409:
        raise refusal
    for fault in refusal.every:
        form.add_error(fault.field or None, str(fault))
    return status


def _frozen(request: HttpRequest, snapshot: Snapshot, status: int = 200) -> HttpResponse:
    prints = Print.objects.visible_to(me(request)).filter(snapshot=snapshot, printer=me(request))
    context: dict[str, Any] = {
        "snapshot": snapshot,
        "brief": Brief(snapshot.figures),
        "prints": prints,
        "working": any(not row.done_at and not row.failure for row in prints),
        "tab": "reports",
    }
    return render(request, "reports/frozen.html", context, status=status)


@needs(Right.SEE_FIGURES)
@require_POST
def print_brief(request: HttpRequest, pk: int) -> HttpResponse:
    """Asks the worker for the PDF; a print that is there already is handed out at once."""
    snapshot = snapshot_or_404(request, pk)
    language = get_language() or "zh-hans"
    printed = actions.ask_print(snapshot=snapshot, language=language, by=me(request), at=timezone.now())
    if printed.done_at is None and not printed.failure:
        tasks.draw.enqueue(print_id=printed.pk)
        printed.refresh_from_db()
    if printed.done_at is not None:
        return redirect("reports:file", pk=printed.pk)
    return redirect("reports:brief", pk=pk)


@needs(Right.SEE_FIGURES)
@require_safe
def print_file(request: HttpRequest, pk: int) -> FileResponse:
    printed: Print = get_object_or_404(
        Print.objects.visible_to(me(request)).select_related("snapshot__campaign"), pk=pk, done_at__isnull=False
    )
    log_access(me(request), "print_fetched", printed)
    name = f"doorstep-brief-{printed.snapshot.issue}-{printed.snapshot.check_code}.pdf"
    response = FileResponse(printed.file.open("rb"), content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
