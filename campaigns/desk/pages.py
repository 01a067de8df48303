"""What the desk's own pages in the admin share: their frame, the campaign, the station that is looked at."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext as _

from accounts.models import Officer, Unit
from accounts.presses import once
from accounts.reached_admin import officer_of
from accounts.rights import Right
from campaigns.models import Campaign, FrameDoor
from registry.models import Area


def admin_path(model_admin: Any, route: str, view: Callable[..., HttpResponseBase], name: str) -> URLPattern:
    """A page inside the admin: its sign-in, its rule, its frame; pressed twice, its form is carried out once."""

    def page(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return once(request, lambda: view(request, model_admin, *args, **kwargs))

    wrapped: Any = model_admin.admin_site.admin_view(page)

    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return wrapped(request, *args, **kwargs)

    guarded.model_admin = model_admin  # type: ignore[attr-defined]
    guarded.__name__ = view.__name__
    return path(route, guarded, name=name)


def page(request: HttpRequest, model_admin: Any, template: str, status: int = 200, **context: Any) -> TemplateResponse:
    each = model_admin.admin_site.each_context(request)
    return TemplateResponse(request, template, {**each, "opts": model_admin.opts, **context}, status=status)


def not_open(
    request: HttpRequest,
    model_admin: Any,
    *,
    campaign: Campaign,
    title: str,
    sentence: str = "",
    unit: Unit | None = None,
) -> TemplateResponse:
    """In place of a page of a campaign's doors that has nothing to show: why, and the way on."""
    why = sentence or _("Doors are shared out while the campaign is open.")
    said: dict[str, Any] = {"campaign": campaign, "unit": unit, "title": title, "sentence": why}
    return page(request, model_admin, "admin/campaigns/not_open.html", **said)


def campaign_or_404(request: HttpRequest, pk: int) -> Campaign:
    found: Campaign = get_object_or_404(Campaign.objects.visible_to(officer_of(request)).select_related("unit"), pk=pk)
    return found


def stations_of(officer: Officer, campaign: Campaign) -> list[Unit]:
    """Units with doors in the frame where this person may share out."""
    with_doors = FrameDoor.objects.unscoped("which units have doors").filter(campaign=campaign).values("unit_id")
    units = Unit.objects.visible_to(officer).filter(pk__in=officer.units_with(Right.SHARE_OUT))
    return list(units.filter(pk__in=with_doors.distinct()).order_by("rank", "path"))


def chosen_station(request: HttpRequest, stations: list[Unit]) -> Unit | None:
    wanted = request.POST.get("unit") or request.GET.get("unit")
    if wanted:
        return next((unit for unit in stations if str(unit.pk) == wanted), None)
    return stations[0] if stations else None


def area_names(campaign: Campaign, unit: Unit) -> dict[str, str]:
    codes = FrameDoor.objects.unscoped("names of communities").filter(campaign=campaign, unit=unit).values("area_id")
    return {area.code: area.label for area in Area.objects.filter(code__in=codes.distinct())}
