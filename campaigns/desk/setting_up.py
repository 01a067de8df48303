"""Begin a campaign, from the plan or from an earlier one, and move it on."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.actions import must
from accounts.lifecycles import seen_version, why_not
from accounts.models import Officer
from accounts.reached_admin import officer_of
from accounts.refusals import Refusal
from accounts.rights import Right
from campaigns import actions
from campaigns.consequences import consequences
from campaigns.copying import copy_campaign
from campaigns.desk.pages import campaign_or_404, page
from campaigns.forms import DraftForm
from campaigns.models import Campaign
from campaigns.states import CAMPAIGN

MOVES: dict[str, Callable[..., Campaign]] = {
    "open": actions.open_campaign,
    "close": actions.close_campaign,
    "archive": actions.archive_campaign,
}


def draft(request: HttpRequest, model_admin: Any) -> HttpResponse:
    officer = officer_of(request)
    must(officer, Right.SET_UP)
    form = DraftForm(request.POST or None, officer=officer)
    if request.method == "POST" and form.is_valid():
        campaign = actions.draft_campaign(**form.cleaned_data, by=officer, at=timezone.now())
        messages.success(request, _("The draft stands. Look it through, then open it."))
        return HttpResponseRedirect(reverse("admin:campaigns_campaign_change", args=[campaign.pk]))
    return page(
        request,
        model_admin,
        "admin/campaigns/draft.html",
        422 if form.is_bound else 200,
        form=form,
        earlier=list(Campaign.objects.visible_to(officer).order_by("-starts_on", "-pk")[:5]),
        title=_("New campaign"),
    )


def copy(request: HttpRequest, model_admin: Any, pk: int) -> HttpResponse:
    """Begin a campaign from an earlier one: title and dates are typed, its parts come along, its doors do not."""
    source, officer = campaign_or_404(request, pk), officer_of(request)
    must(officer, Right.SET_UP)
    form = DraftForm(request.POST or None, officer=officer, source=source, initial={"unit": source.unit_id})
    if request.method == "POST" and form.is_valid():
        campaign = copy_campaign(source=source, **form.cleaned_data, by=officer, at=timezone.now())
        messages.success(request, _("The copy stands as a draft. Look it through, then open it."))
        return HttpResponseRedirect(reverse("admin:campaigns_campaign_change", args=[campaign.pk]))
    return page(
        request,
        model_admin,
        "admin/campaigns/draft.html",
        422 if form.is_bound else 200,
        form=form,
        source=source,
        title=_("Copy a campaign"),
    )


@dataclass(frozen=True)
class MoveButton:
    name: str
    label: Any
    refusal: Refusal | None


def moves_of(campaign: Campaign, officer: Officer) -> list[MoveButton]:
    """The moves that this state knows, each with the reason why it can't be made now."""
    now = timezone.now()
    return [
        MoveButton(name, CAMPAIGN.moves[name].label, why_not(campaign, CAMPAIGN, name, by=officer, at=now))
        for name in MOVES
        if campaign.state in CAMPAIGN.moves[name].sources
    ]


def move_campaign(request: HttpRequest, model_admin: Any, pk: int, name: str) -> HttpResponse:
    campaign = campaign_or_404(request, pk)
    if name not in MOVES:
        raise Http404
    if request.method == "POST":
        version = seen_version(request.POST.get("version"))
        try:
            campaign = MOVES[name](campaign=campaign, version=version, by=officer_of(request), at=timezone.now())
        except Refusal as refusal:
            if refusal.status == 403:
                raise
            messages.error(request, str(refusal))
        else:
            messages.success(request, _done(campaign))
        return HttpResponseRedirect(reverse("admin:campaigns_campaign_change", args=[pk]))
    button = next((button for button in moves_of(campaign, officer_of(request)) if button.name == name), None)
    return page(
        request,
        model_admin,
        "admin/campaigns/move.html",
        campaign=campaign,
        button=button,
        consequences=consequences(campaign, name) if button and not button.refusal else [],
        title=capfirst(CAMPAIGN.moves[name].label),
    )


def _done(campaign: Campaign) -> str:
    if campaign.state == Campaign.State.OPEN:
        words = ngettext(
            "The campaign is open: %(n)d door is frozen in its frame.",
            "The campaign is open: %(n)d doors are frozen in its frame.",
            campaign.frame_count,
        )
        return words % {"n": campaign.frame_count}
    return _("The campaign is now “%(state)s”.") % {"state": campaign.get_state_display()}
