"""Paper for the round: what there is to print, walk lists and how far they are, forms and slips at once.

Walk lists go through the worker, because a station's may have a hundred pages. A form or a sheet of slips is one
page: it is drawn while the browser waits, and nothing of it stays on the disk.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.db.models import Count, Q
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access import needs, signed_in
from accounts.actions import log_access
from accounts.models import Officer, Unit
from accounts.refusals import Refusal
from accounts.rights import Right
from campaigns.models import Campaign
from disputes.models import Case
from registry.models import Premises
from reports import tasks
from reports.documents.actions import ask_walk_list, must_still_reach
from reports.documents.dispute_form import dispute_form
from reports.documents.forms import BlankForm, SlipForm, WalkListForm
from reports.documents.layout import Form, form_html
from reports.documents.notice_slip import slips_html
from reports.documents.visit_forms import Facts, facts_of_door, facts_of_visit, visit_form
from reports.documents.walk_list import doors_to_do
from reports.models import WalkList, WalkListPart
from reports.pdf import draw, why_not
from reports.rendering import BUSY
from visits.at_door import Door
from visits.doors import door_or_404, visit_or_404

# One page waits or is drawn at a time in each server process: the other threads go on serving pages. Between processes
# the renderers take turns by themselves (`reports/rendering.py`).
_drawing = threading.BoundedSemaphore(1)
WAIT_SECONDS = 15


def me(request: HttpRequest) -> Officer:
    return cast(Officer, request.user)


def language_of_reader() -> str:
    return get_language() or settings.LANGUAGE_CODE


def open_campaigns(officer: Officer) -> Any:
    rows = Campaign.objects.visible_to(officer).filter(state=Campaign.State.OPEN)
    return rows.select_related("unit").order_by("-starts_on", "-pk")


def people_of(officer: Officer) -> Any:
    """Oneself, and whose doors one shares out."""
    units = officer.units_with(Right.SHARE_OUT)
    return Officer.objects.visible_to(officer).people().filter(Q(pk=officer.pk) | Q(unit_id__in=units))


@dataclass
class Holder:
    """Somebody with doors to print: the line of a table with its button."""

    officer_id: int
    name: str
    badge: str
    doors: int


@needs(Right.LOG_VISIT)
@require_safe
def papers(request: HttpRequest) -> HttpResponse:
    """Everything that can be printed for the round; the desk chooses a campaign and a station first."""
    officer = me(request)
    campaigns = list(open_campaigns(officer)[:20])
    campaign = _chosen(campaigns, request.GET.get("campaign"))
    shared = officer.units_with(Right.SHARE_OUT)
    stations = list(Unit.objects.visible_to(officer).stations().filter(pk__in=shared)) if shared else []
    unit = _chosen(stations, request.GET.get("unit"))
    context = {
        "tab": "desk" if shared else "round",
        "campaigns": campaigns,
        "campaign": campaign,
        "stations": stations,
        "unit": unit,
        "own": _own(officer, campaign),
        "holders": _holders(officer, campaign, unit),
        "lists": WalkList.objects.visible_to(officer).select_related("campaign", "unit", "officer")[:10],
        "blank_forms": BlankForm.FORMS,
    }
    return render(request, "reports/papers.html", context)


def _chosen(rows: list[Any], pk: str | None) -> Any:
    return next((row for row in rows if str(row.pk) == pk), rows[0] if rows else None)


def _own(officer: Officer, campaign: Campaign | None) -> int:
    if campaign is None:
        return 0
    return int(doors_to_do(officer, campaign, officer=officer, due=None).order_by().count())


def _holders(officer: Officer, campaign: Campaign | None, unit: Unit | None) -> list[Holder]:
    if campaign is None or unit is None:
        return []
    rows = doors_to_do(officer, campaign, unit=unit, due=None).select_related(None).order_by("officer__badge")
    counted = rows.values_list("officer_id", "officer__name", "officer__badge").annotate(n=Count("pk"))
    return [Holder(*found) for found in counted]


@needs(Right.LOG_VISIT)
@require_POST
def ask_lists(request: HttpRequest) -> HttpResponse:
    officer = me(request)
    form = WalkListForm(
        request.POST,
        campaigns=Campaign.objects.visible_to(officer).exclude(state=Campaign.State.DRAFT),
        units=Unit.objects.visible_to(officer),
        officers=people_of(officer),
    )
    if not form.is_valid():
        raise Http404
    asked = ask_walk_list(**form.cleaned_data, language=language_of_reader(), by=officer, at=timezone.now())
    if asked.waits and not asked.parts.exists():
        tasks.draw_lists.enqueue(walk_list_id=asked.pk)
    return redirect("reports:walk_list", pk=asked.pk)


@needs(Right.LOG_VISIT)
@require_safe
def walk_list(request: HttpRequest, pk: int) -> HttpResponse:
    """How far the lists are, and their files."""
    rows = WalkList.objects.visible_to(me(request)).select_related("campaign", "unit", "officer")
    found: WalkList = get_object_or_404(rows, pk=pk)
    context = {"tab": "round", "list": found, "parts": found.parts.all()}
    return render(request, "reports/walk_list.html", context)


@needs(Right.LOG_VISIT)
@require_safe
def walk_list_part(request: HttpRequest, pk: int, number: int) -> FileResponse:
    found: WalkList = get_object_or_404(WalkList.objects.visible_to(me(request)), pk=pk)
    part: WalkListPart = get_object_or_404(found.parts, number=number)
    if not part.file:
        raise Refusal("forgotten", _("A list is kept for a day. Print it again: doors have changed since."), status=410)
    must_still_reach(found, me(request))
    log_access(me(request), "walk_list_fetched", found)
    return _file(part.file.open("rb"), f"doorstep-walk-list-{found.pk}-{number}")


@signed_in
@require_POST
def visit_paper(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The form filled from a visit record within reach."""
    visit = visit_or_404(me(request), pk)
    log_access(me(request), "visit_form_printed", visit)
    return _form(request, visit_form(facts_of_visit(visit, me(request)), visit.premises.kind), "visit")


@signed_in
@require_POST
def case_paper(request: HttpRequest, pk: int) -> HttpResponse:
    """The tracking form filled from a case within reach."""
    rows = Case.objects.visible_to(me(request)).select_related("unit", "lead", "helper", "registered_by", "campaign")
    case: Case = get_object_or_404(rows, pk=pk)
    log_access(me(request), "case_form_printed", case)
    return _form(request, dispute_form(case, reader=me(request)), "case")


@needs(Right.LOG_VISIT)
@require_POST
def blank_paper(request: HttpRequest) -> HttpResponse:
    """A blank form; with a door of the own station, its address and code stand in it."""
    officer = me(request)
    asked = BlankForm(request.POST, campaigns=open_campaigns(officer))
    if not asked.is_valid():
        raise Http404
    kind, campaign, door_id = (asked.cleaned_data[name] for name in ("form", "campaign", "door"))
    door = door_or_404(officer, door_id) if door_id else None
    if door is not None:
        log_access(officer, "blank_form_printed", door)
    if kind == "dispute":
        return _form(request, dispute_form(None, reader=officer, premises=door), "dispute")
    if door is not None:
        held = Door(door).assignment
        facts = facts_of_door(door, campaign or (held.campaign if held else None), officer)
        return _form(request, visit_form(facts, door.kind), "visit")
    plain = Premises.Kind.HOUSEHOLD if kind == "household" else Premises.Kind.SHOP
    return _form(request, visit_form(Facts(campaign=campaign, officer=officer), plain), kind)


@needs(Right.LOG_VISIT)
@require_POST
def slips(request: HttpRequest) -> HttpResponse:
    """Slips in one's own name, or by the desk in somebody's whose doors it shares out."""
    reader = me(request)
    form = SlipForm(request.POST, campaigns=open_campaigns(reader), officers=people_of(reader).select_related("unit"))
    if set(form.errors) == {"sheets"}:
        messages.error(request, str(form.errors["sheets"][0]))
        return redirect("reports:papers")
    if not form.is_valid():
        raise Http404
    html = slips_html(
        form.cleaned_data["campaign"],
        officer=form.cleaned_data["officer"] or reader,
        sheets=form.cleaned_data["sheets"] or 1,
        printer=reader,
        language=language_of_reader(),
        at=timezone.now(),
    )
    return _drawn(html, "slips")


@contextmanager
def _turn() -> Iterator[None]:
    if not _drawing.acquire(timeout=WAIT_SECONDS):
        raise why_not(BUSY)
    try:
        yield
    finally:
        _drawing.release()


def _form(request: HttpRequest, form: Form, name: str) -> HttpResponse:
    html = form_html(
        form,
        foot=_("Internal. For the work of the station only."),
        printer=me(request),
        language=language_of_reader(),
        at=timezone.now(),
    )
    return _drawn(html, name)


def _drawn(html: str, name: str) -> HttpResponse:
    with _turn():
        rendered = draw(html, f"doorstep-{name}", patience=WAIT_SECONDS)
    response = HttpResponse(rendered.content, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="doorstep-{name}.pdf"'
    return response


def _file(file: Any, name: str) -> FileResponse:
    response = FileResponse(file, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{name}.pdf"'
    return response
