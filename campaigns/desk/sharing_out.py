"""The share-out board and the doors that no hand holds."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.admin import officer_of
from accounts.refusals import Refusal
from campaigns.board import Choice, Way, make_board
from campaigns.desk.pages import area_names, campaign_or_404, chosen_station, page, stations_of
from campaigns.forms import BoardForm
from campaigns.models import Assignment, Campaign, FrameDoor, ShareOut
from campaigns.sharing import share_out


def board(request: HttpRequest, model_admin: Any, pk: int) -> HttpResponse:
    """Shows the board for the choices made so far; `confirm` writes what this very board says."""
    campaign, officer = campaign_or_404(request, pk), officer_of(request)
    stations = stations_of(officer, campaign)
    unit = chosen_station(request, stations)
    if unit is None:
        if stations or request.GET.get("unit"):
            raise Http404
        return page(request, model_admin, "admin/campaigns/board_empty.html", campaign=campaign, title=_("Share-out"))
    form = BoardForm(request.POST if request.method == "POST" else request.GET)
    choice = form.choice() if form.is_valid() else Choice()
    names, today, refusal = area_names(campaign, unit), timezone.localdate(), None
    if request.method == "POST" and "confirm" in request.POST:
        try:
            batch = share_out(
                campaign=campaign,
                unit=unit,
                choice=choice,
                board_digest=form.cleaned_data["digest"],
                area_names=names,
                by=officer,
                at=timezone.now(),
            )
        except Refusal as caught:
            refusal = caught
        else:
            messages.success(request, _("%(count)d doors are shared out.") % {"count": batch.doors})
            return HttpResponseRedirect(reverse("admin:campaigns_progress", args=[pk]) + f"?unit={unit.pk}")
    shown = make_board(campaign=campaign, unit=unit, choice=choice, on=today, area_names=names)
    return page(
        request,
        model_admin,
        "admin/campaigns/board.html",
        refusal.status if refusal else 200,
        campaign=campaign,
        unit=unit,
        stations=stations,
        board=shown,
        choice=choice,
        ways=[(way.value, way.label) for way in Way],
        refusal=refusal,
        title=_("Share-out"),
        weeks_left=_weeks_left(campaign, today),
        is_open=campaign.state == Campaign.State.OPEN,
        latest=ShareOut.objects.visible_to(officer).filter(campaign=campaign, unit=unit).first(),
    )


def _weeks_left(campaign: Campaign, on: date) -> int:
    return max(0, -(-((campaign.ends_on - on).days + 1) // 7))


def left_out(request: HttpRequest, model_admin: Any, pk: int) -> HttpResponse:
    """Door by door, what no hand holds; the first hundred in walking order."""
    campaign = campaign_or_404(request, pk)
    stations = stations_of(officer_of(request), campaign)
    unit = chosen_station(request, stations)
    if unit is None:
        raise Http404
    doors = (
        FrameDoor.objects.visible_to(officer_of(request))
        .filter(campaign=campaign, unit=unit, met_on__isnull=True, gone_confirmed_at__isnull=True)
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
        title=_("Doors that nobody holds"),
    )
