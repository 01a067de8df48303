"""Lists and figures as Excel files: ask by a POST, fetch by a GET, nobody's but one's own."""

from typing import Any, cast

from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access import needs
from accounts.actions import log_access
from accounts.models import Officer
from accounts.presses import one_press
from accounts.refusals import Refusal
from accounts.rights import Right
from accounts.seeking import in_words
from reports import exports, tasks, views
from reports.brief import Brief
from reports.figures import compute, units_in_reach
from reports.forms import PeriodForm
from reports.models import Export
from reports.periods import usual_days
from reports.workbooks import workbook_of

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@needs(Right.EXPORT)
@one_press
def export_list(request: HttpRequest) -> HttpResponse:
    """POST asks for a list under its present filters; GET shows what one has asked for lately."""
    officer, now = cast(Officer, request.user), timezone.now()
    if request.method == "POST":
        filters = QueryDict(request.POST.get("query", ""), mutable=True)
        in_words(request, filters)
        export = exports.ask_export(
            name=request.POST.get("list", ""),
            query=filters.urlencode(),
            language=get_language() or "zh-hans",
            by=officer,
            at=now,
        )
        if exports.is_short(export):
            exports.write_export(export=export, at=now)
        else:
            tasks.write_list.enqueue(export_id=export.pk)
            export.refresh_from_db()
        return redirect("reports:export_file" if export.is_there(now) else "reports:export", pk=export.pk)
    rows = Export.objects.visible_to(officer)[:30]
    context = {"exports": [(row, row.is_there(now)) for row in rows], "tab": "reports"}
    return render(request, "reports/exports.html", context)


@needs(Right.EXPORT)
@require_safe
def export_page(request: HttpRequest, pk: int) -> HttpResponse:
    export = export_or_404(request, pk)
    context = {
        "export": export,
        "is_there": export.is_there(timezone.now()),
        "lost": exports.reach_lost(export, cast(Officer, request.user)),
        "working": export.done_at is None and not export.failure,
        "tab": "reports",
    }
    return render(request, "reports/export.html", context)


@needs(Right.EXPORT)
@require_safe
def export_file(request: HttpRequest, pk: int) -> FileResponse | HttpResponseRedirect:
    export = export_or_404(request, pk)
    if not export.is_there(timezone.now()):
        return HttpResponseRedirect(reverse("reports:export", args=[pk]))
    exports.must_still_reach(export, cast(Officer, request.user))
    log_access(cast(Officer, request.user), "export_fetched", export)
    return workbook(export.file.open("rb"), f"doorstep-{export.name.replace('_', '-')}-{export.asked_at:%Y%m%d}-{pk}")


@needs(Right.SEE_FIGURES)
@require_POST
def campaign_workbook(request: HttpRequest, pk: int) -> FileResponse:
    """The figures of the days shown as they are now; no row of anybody's, so seeing figures is right enough."""
    officer, campaign = cast(Officer, request.user), views.campaign_or_404(request, pk)
    first, last = usual_days(campaign, timezone.localdate())
    form = PeriodForm(request.POST)
    if form.is_valid():
        first, last = form.cleaned_data["starts_on"], form.cleaned_data["ends_on"]
    units = units_in_reach(officer, views.unit_of(officer, campaign))
    now = timezone.localtime()
    source = _("as of %(moment)s") % {"moment": date_format(now, "SHORT_DATETIME_FORMAT")}
    log_access(officer, "figures_exported", campaign)
    figures = compute(campaign=campaign, units=units, first=first, last=last, today=timezone.localdate(now))
    file = workbook_of(Brief(figures), source)
    return workbook(file, f"doorstep-figures-{last:%Y%m%d}")


@needs(Right.SEE_FIGURES)
@require_POST
def brief_workbook(request: HttpRequest, pk: int) -> FileResponse:
    """The frozen figures of one issue, under its check code."""
    snapshot = views.snapshot_or_404(request, pk)
    if snapshot.frozen_at is None:
        raise Refusal("not_frozen", _("Freeze the brief first."), status=409)
    log_access(cast(Officer, request.user), "figures_exported", snapshot)
    source = _("frozen under check code %(code)s") % {"code": snapshot.check_code}
    return workbook(workbook_of(Brief(snapshot.figures), source), f"doorstep-brief-{snapshot.issue}")


def export_or_404(request: HttpRequest, pk: int) -> Export:
    found: Export = get_object_or_404(Export.objects.visible_to(cast(Officer, request.user)), pk=pk)
    return found


def workbook(file: Any, name: str) -> FileResponse:
    return FileResponse(file, as_attachment=True, filename=f"{name}.xlsx", content_type=XLSX)
