"""The share-out board, large share-outs on their way, earlier ones, and the doors that no hand holds."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from accounts.models import Unit
from accounts.reached_admin import officer_of
from accounts.refusals import Refusal
from campaigns.board import Choice, Way, make_board
from campaigns.board.changes import what_changed
from campaigns.desk.pages import area_names, campaign_or_404, chosen_station, not_open, page, stations_of
from campaigns.forms import BoardForm
from campaigns.models import Assignment, Campaign, FrameDoor, ShareOut, ShareOutRun
from campaigns.share_out_runs import LARGE, ask_share_out
from campaigns.sharing import share_out, undo_share_out, why_not_undone
from campaigns.tasks import share_out_run


def board(request: HttpRequest, model_admin: Any, pk: int) -> HttpResponse:
    """Shows the board for the choices made so far; `confirm` writes what this very board says, or has it written."""
    campaign, officer = campaign_or_404(request, pk), officer_of(request)
    stations = stations_of(officer, campaign)
    unit = chosen_station(request, stations)
    if unit is None and (stations or request.GET.get("unit")):
        raise Http404
    without: dict[str, Any] = {"campaign": campaign, "unit": unit, "title": _("Share-out")}
    if campaign.state != Campaign.State.OPEN and request.method == "GET":
        return not_open(request, model_admin, **without)
    if unit is None:
        return page(request, model_admin, "admin/campaigns/board_empty.html", **without)
    form = BoardForm(request.POST if request.method == "POST" else request.GET)
    choice = form.choice() if form.is_valid() else Choice()
    refusal = None
    if request.method == "POST" and "confirm" in request.POST:
        try:
            return HttpResponseRedirect(_confirmed(request, campaign, unit, choice, form.remembered))
        except Refusal as caught:
            refusal = caught
    shown = _shown(campaign, unit, choice, refusal, form.remembered["facts"])
    status = refusal.status if refusal else 200
    return page(request, model_admin, "admin/campaigns/board.html", status, stations=stations, **without, **shown)


def _shown(campaign: Campaign, unit: Unit, choice: Choice, refusal: Refusal | None, seen: Any) -> dict[str, Any]:
    """The board for these choices; after a refusal as stale also what changed since it was `seen`."""
    today = timezone.localdate()
    board = make_board(campaign=campaign, unit=unit, choice=choice, on=today, area_names=area_names(campaign, unit))
    stale = refusal is not None and refusal.code == "stale_board"
    changes = what_changed(campaign, unit, seen, board) if stale else []
    return {
        "board": board,
        "choice": choice,
        "ticks_picked": choice.ticks_picked,
        "ways": [(way.value, way.label) for way in Way],
        "refused": [("board", sentence) for sentence in (*([refusal.sentence] if refusal else []), *changes)],
        "weeks_left": _weeks_left(campaign, today),
        "is_open": campaign.state == Campaign.State.OPEN,
    }


def _confirmed(request: HttpRequest, campaign: Campaign, unit: Unit, choice: Choice, said: dict[str, Any]) -> str:
    """Where to go when the board was confirmed: a large share-out is for the worker and has a page of its own."""
    officer, now = officer_of(request), timezone.now()
    facts: dict[str, Any] = {"campaign": campaign, "unit": unit, "choice": choice, "board_digest": said["digest"]}
    if said["doors"] >= LARGE:
        # A kill between the two would leave a run that nobody ever takes up.
        with transaction.atomic():
            run = ask_share_out(**facts, seen=said["facts"], by=officer, at=now)
            share_out_run.enqueue(run.pk)
        return reverse("admin:campaigns_share_out_run", args=[campaign.pk, run.pk])
    batch = share_out(**facts, area_names=area_names(campaign, unit), by=officer, at=now)
    words = ngettext("%(n)s door is shared out.", "%(n)s doors are shared out.", batch.doors)
    messages.success(request, words % {"n": batch.doors})
    return reverse("admin:campaigns_progress", args=[campaign.pk]) + f"?unit={unit.pk}"


def _weeks_left(campaign: Campaign, on: date) -> int:
    return max(0, -(-((campaign.ends_on - on).days + 1) // 7))


@require_safe
def run_page(request: HttpRequest, model_admin: Any, pk: int, run: int) -> HttpResponse:
    """How far the worker is with a large share-out; looks again by itself until it has ended."""
    campaign, officer = campaign_or_404(request, pk), officer_of(request)
    rows = ShareOutRun.objects.visible_to(officer).select_related("unit", "asked_by", "share_out")
    found: ShareOutRun = get_object_or_404(rows, pk=run, campaign=campaign)
    changes: list[str] = []
    if found.failure:
        choice = Choice.from_json(found.choice)
        now = make_board(campaign=campaign, unit=found.unit, choice=choice, on=timezone.localdate(), area_names={})
        changes = what_changed(campaign, found.unit, found.seen, now)
    response = page(
        request,
        model_admin,
        "admin/campaigns/run.html",
        campaign=campaign,
        unit=found.unit,
        run=found,
        changes=changes,
        title=_("Share-out"),
    )
    if found.done_at is None:
        response["Refresh"] = "2"
    return response


# -- earlier share-outs, and taking one back --


@require_safe
def history(request: HttpRequest, model_admin: Any, pk: int) -> HttpResponse:
    """The latest share-outs of a station: what was confirmed, and whether it can still be undone."""
    campaign, officer = campaign_or_404(request, pk), officer_of(request)
    title = _("Earlier share-outs")
    if campaign.state == Campaign.State.DRAFT:
        return not_open(request, model_admin, campaign=campaign, title=title)
    stations = stations_of(officer, campaign)
    unit = chosen_station(request, stations)
    if unit is None:
        raise Http404
    rows = ShareOut.objects.visible_to(officer).filter(campaign=campaign, unit=unit).with_fate()
    batches = list(rows.select_related("by", "undone_by", "campaign").order_by("-at", "-pk")[:50])
    return page(
        request,
        model_admin,
        "admin/campaigns/share_outs.html",
        campaign=campaign,
        unit=unit,
        stations=stations,
        rows=[(batch, why_not_undone(batch)) for batch in batches],
        title=title,
    )


def undo(request: HttpRequest, model_admin: Any, pk: int, batch: int) -> HttpResponse:
    campaign, officer = campaign_or_404(request, pk), officer_of(request)
    rows = ShareOut.objects.visible_to(officer).select_related("campaign")
    found: ShareOut = get_object_or_404(rows, pk=batch, campaign=campaign)
    if request.method == "POST":
        try:
            undo_share_out(batch=found, by=officer, at=timezone.now())
        except Refusal as refusal:
            if refusal.status == 403:
                raise
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("Undone: the doors are back where they were before."))
    return HttpResponseRedirect(reverse("admin:campaigns_share_outs", args=[pk]) + f"?unit={found.unit_id}")


@require_safe
def left_out(request: HttpRequest, model_admin: Any, pk: int) -> HttpResponse:
    """Door by door, what no hand holds; the first hundred in walking order."""
    campaign, title = campaign_or_404(request, pk), _("Doors that nobody holds")
    if campaign.state == Campaign.State.DRAFT:
        return not_open(request, model_admin, campaign=campaign, title=title)
    stations = stations_of(officer_of(request), campaign)
    unit = chosen_station(request, stations)
    if unit is None:
        raise Http404
    doors = (
        FrameDoor.objects.visible_to(officer_of(request))
        .filter(campaign=campaign, unit=unit)
        .to_visit()
        .exclude(
            pk__in=Assignment.objects.unscoped("doors in hand").live().filter(campaign=campaign).values("frame_door")
        )
        .select_related("premises", "area")
        .order_by("area_id", "walk_key", "pk")[:101]
    )
    return page(
        request,
        model_admin,
        "admin/campaigns/left_out.html",
        campaign=campaign,
        unit=unit,
        doors=list(doors),
        title=title,
    )
