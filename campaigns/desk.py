"""The desk's own pages in the admin: begin a campaign, move it on, share doors out, see how far it is."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib import messages
from django.db.models import Count, F, Max, Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.admin import officer_of
from accounts.lifecycles import seen_version, why_not
from accounts.models import Officer, Unit
from accounts.refusals import Refusal
from accounts.rights import Right
from campaigns import actions
from campaigns.board import Choice, Way, make_board
from campaigns.forms import BoardForm, DraftForm
from campaigns.models import Assignment, Campaign, FrameDoor, ShareOut
from campaigns.sharing import share_out
from campaigns.states import CAMPAIGN
from registry.models import Area

MOVES: dict[str, Callable[..., Campaign]] = {
    "open": actions.open_campaign,
    "close": actions.close_campaign,
    "archive": actions.archive_campaign,
}
# The outcomes' words live a floor up; the fold keeps only their codes.
OUTCOME_WORDS = {
    "completed": gettext_lazy("met"),
    "partly": gettext_lazy("met, broken off"),
    "nobody_in": gettext_lazy("nobody in"),
    "appointment": gettext_lazy("come back by appointment"),
    "refused": gettext_lazy("refused"),
    "moved": gettext_lazy("moved or vacant"),
    "not_found": gettext_lazy("not found or demolished"),
    "converted": gettext_lazy("turned into something else"),
    "other": gettext_lazy("other outcome"),
}


def outcome_label(code: str) -> str:
    return str(OUTCOME_WORDS.get(code, ""))


def admin_path(model_admin: Any, route: str, view: Callable[..., HttpResponse], name: str) -> URLPattern:
    """A page inside the admin: its sign-in, its rule, its frame."""

    def page(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return view(request, model_admin, *args, **kwargs)

    wrapped: Any = model_admin.admin_site.admin_view(page)

    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return wrapped(request, *args, **kwargs)

    guarded.model_admin = model_admin  # type: ignore[attr-defined]
    guarded.__name__ = view.__name__
    return path(route, guarded, name=name)


def page(request: HttpRequest, model_admin: Any, template: str, status: int = 200, **context: Any) -> TemplateResponse:
    each = model_admin.admin_site.each_context(request)
    return TemplateResponse(request, template, {**each, "opts": model_admin.opts, **context}, status=status)


def campaign_or_404(request: HttpRequest, pk: int) -> Campaign:
    found: Campaign = get_object_or_404(Campaign.objects.visible_to(officer_of(request)).select_related("unit"), pk=pk)
    return found


# -- beginning and moving on --


def draft(request: HttpRequest, model_admin: Any) -> HttpResponse:
    officer = officer_of(request)
    if not officer.may(Right.SET_UP):
        raise Http404
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
        title=_("New campaign"),
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
            messages.error(request, str(refusal))
        else:
            messages.success(request, _done(campaign))
        return HttpResponseRedirect(reverse("admin:campaigns_campaign_change", args=[pk]))
    return page(
        request,
        model_admin,
        "admin/campaigns/move.html",
        campaign=campaign,
        button=next((button for button in moves_of(campaign, officer_of(request)) if button.name == name), None),
        title=CAMPAIGN.moves[name].label,
    )


def _done(campaign: Campaign) -> str:
    if campaign.state == Campaign.State.OPEN:
        return _("The campaign is open: %(count)d doors are frozen in its frame.") % {"count": campaign.frame_count}
    return _("The campaign is now “%(state)s”.") % {"state": campaign.get_state_display()}


# -- the share-out board --


def _stations(officer: Officer, campaign: Campaign) -> list[Unit]:
    """Units with doors in the frame where this person may share out."""
    with_doors = FrameDoor.objects.unscoped("which units have doors").filter(campaign=campaign).values("unit_id")
    units = Unit.objects.visible_to(officer).filter(pk__in=officer.units_with(Right.SHARE_OUT))
    return list(units.filter(pk__in=with_doors.distinct()).order_by("rank", "path"))


def _chosen_station(request: HttpRequest, stations: list[Unit]) -> Unit | None:
    wanted = request.POST.get("unit") or request.GET.get("unit")
    if wanted:
        return next((unit for unit in stations if str(unit.pk) == wanted), None)
    return stations[0] if stations else None


def area_names(campaign: Campaign, unit: Unit) -> dict[str, str]:
    codes = FrameDoor.objects.unscoped("names of communities").filter(campaign=campaign, unit=unit).values("area_id")
    return {area.code: area.label for area in Area.objects.filter(code__in=codes.distinct())}


def board(request: HttpRequest, model_admin: Any, pk: int) -> HttpResponse:
    """Shows the board for the choices made so far; `confirm` writes what this very board says."""
    campaign, officer = campaign_or_404(request, pk), officer_of(request)
    stations = _stations(officer, campaign)
    unit = _chosen_station(request, stations)
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
    stations = _stations(officer_of(request), campaign)
    unit = _chosen_station(request, stations)
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


# -- progress --


def progress(request: HttpRequest, model_admin: Any, pk: int) -> HttpResponse:
    """Per officer and per community: doors, visited, tried, today; "today 0" is marked."""
    campaign, officer = campaign_or_404(request, pk), officer_of(request)
    stations = _stations(officer, campaign)
    unit = _chosen_station(request, stations)
    if unit is None:
        raise Http404
    today = timezone.localdate()
    return page(
        request,
        model_admin,
        "admin/campaigns/progress.html",
        campaign=campaign,
        unit=unit,
        stations=stations,
        people=_by_person(campaign, unit, today),
        areas=_by_area(campaign, unit),
        title=_("Progress"),
        is_running=campaign.state == Campaign.State.OPEN,
    )


def _by_person(campaign: Campaign, unit: Unit, today: date) -> list[dict[str, Any]]:
    held = Assignment.objects.unscoped("progress of a unit").live().filter(campaign=campaign, unit=unit)
    tried_today = Q(frame_door__last_at__date=today)
    rows = (
        held.order_by()
        .values("officer_id", name=F("officer__name"), badge=F("officer__badge"), kind=F("officer__kind"))
        .annotate(
            doors=Count("pk"),
            visited=Count("pk", filter=Q(frame_door__met_on__isnull=False)),
            tried=Count("pk", filter=Q(frame_door__met_on__isnull=True, frame_door__tries__gt=0)),
            due=Count("pk", filter=Q(frame_door__met_on__isnull=True, due_on__lte=today)),
            today=Count("pk", filter=tried_today),
            last_at=Max("frame_door__last_at"),
        )
        .order_by("kind", "badge")
    )
    return [{**row, "kind": Officer.Kind(row["kind"]).label, "percent": _percent(row)} for row in rows]


def _by_area(campaign: Campaign, unit: Unit) -> list[dict[str, Any]]:
    doors = FrameDoor.objects.unscoped("progress of a unit").filter(campaign=campaign, unit=unit)
    rows = (
        doors.order_by()
        .values("area_id", name=F("area__name"))
        .annotate(
            doors=Count("pk", filter=Q(gone_confirmed_at__isnull=True)),
            visited=Count("pk", filter=Q(met_on__isnull=False)),
            tried=Count("pk", filter=Q(met_on__isnull=True, tries__gt=0)),
            added=Count("pk", filter=Q(added_late=True)),
            could_not=Count("pk", filter=Q(could_not_meet_at__isnull=False)),
        )
        .order_by("area_id")
    )
    return [{**row, "percent": _percent(row)} for row in rows]


def _percent(row: dict[str, Any]) -> int:
    return round(100 * row["visited"] / row["doors"]) if row["doors"] else 0


def hand_over(request: HttpRequest, model_admin: Any) -> HttpResponse:
    """Open doors of people who left or moved away: each campaign's board hands them on."""
    units = officer_of(request).units_with(Right.SHARE_OUT)
    gone = Q(officer__is_active=False) | ~Q(officer__unit_id=F("unit_id"))
    rows = (
        Assignment.objects.unscoped("doors of those who left, within the units in reach")
        .live()
        .filter(gone, unit_id__in=units, campaign__state=Campaign.State.OPEN, frame_door__met_on__isnull=True)
        .order_by()
        .values("officer_id", "campaign_id", "unit_id", name=F("officer__name"), title=F("campaign__title"))
        .annotate(doors=Count("pk"))
        .order_by("name")
    )
    return page(request, model_admin, "admin/campaigns/hand_over.html", rows=list(rows), title=_("Hand over"))
