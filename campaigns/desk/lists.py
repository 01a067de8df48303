"""Each officer's list of doors in walking order: a page that prints, and a workbook with a sheet per officer."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from tempfile import TemporaryFile
from typing import Any

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.actions import log_access, must
from accounts.models import Officer
from accounts.reached_admin import officer_of
from accounts.rights import Right
from campaigns.desk.pages import campaign_or_404, chosen_station, page, stations_of
from campaigns.desk.progress import outcome_label
from campaigns.models import Assignment, Campaign
from registry.xlsx_table import Table, write_tables

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass
class Stretch:
    """Doors of one building one after the other. `number` counts the walk from 1."""

    area: str
    building: str
    rows: list[tuple[int, Assignment]] = field(default_factory=list)


def walk_of(by: Officer, campaign: Campaign, unit_id: int) -> Any:
    """Live assignments of a station in the order in which they are walked, person by person."""
    return (
        Assignment.objects.visible_to(by)
        .live()
        .filter(campaign=campaign, unit_id=unit_id, frame_door__gone_confirmed_at__isnull=True)
        .select_related("premises", "frame_door", "frame_door__area", "officer", "partner")
        .defer("premises__sought")
        .order_by("officer__badge", "frame_door__area_id", "frame_door__walk_key", "pk")
    )


@require_safe
def officer_list(request: HttpRequest, model_admin: Any, pk: int, officer: int) -> HttpResponse:
    """One person's doors that are not visited yet (or all of them); names masked, as everywhere at the desk."""
    campaign, by = campaign_or_404(request, pk), officer_of(request)
    unit = chosen_station(request, stations_of(by, campaign))
    if unit is None:
        raise Http404
    person = get_object_or_404(Officer.objects.visible_to(by).people(), pk=officer)
    rows = walk_of(by, campaign, unit.pk).filter(officer=person)
    whole = request.GET.get("show") == "all"
    if not whole:
        rows = rows.filter(frame_door__met_on__isnull=True)
    found = list(rows)
    return page(
        request,
        model_admin,
        "admin/campaigns/officer_list.html",
        campaign=campaign,
        unit=unit,
        person=person,
        partner=found[0].partner if found else None,
        stretches=_stretches(found),
        doors=len(found),
        whole=whole,
        title=_("Walk list"),
        today=timezone.localdate(),
    )


def _stretches(rows: list[Assignment]) -> list[Stretch]:
    found: list[Stretch] = []
    for number, row in enumerate(rows, start=1):
        place = (row.frame_door.area.label, row.frame_door.building)
        if not found or (found[-1].area, found[-1].building) != place:
            found.append(Stretch(*place))
        row.last_word = outcome_label(row.frame_door.last_outcome)  # type: ignore[attr-defined]
        found[-1].rows.append((number, row))
    return found


def export_lists(request: HttpRequest, model_admin: Any, pk: int) -> HttpResponseBase:
    """A workbook of the station, one sheet an officer, doors in walking order, names masked; logged."""
    if request.method != "POST":
        raise Http404
    campaign, by = campaign_or_404(request, pk), officer_of(request)
    unit = chosen_station(request, stations_of(by, campaign))
    if unit is None:
        raise Http404
    rows = walk_of(by, campaign, unit.pk)
    people = Officer.objects.visible_to(by).filter(pk__in=rows.order_by().values("officer"))
    must(by, Right.EXPORT, unit.pk)
    log_access(by, "walk_lists_exported", campaign)
    target: Any = TemporaryFile()  # noqa: SIM115 - closed with the response
    write_tables(target, [_table(rows.filter(officer=person), person) for person in people.order_by("badge")])
    target.seek(0)
    name = f"walk-lists-{campaign.pk}-{timezone.localdate():%Y%m%d}.xlsx"
    return FileResponse(target, as_attachment=True, filename=name, content_type=XLSX)


def _table(rows: Any, person: Officer) -> Table:
    heads = [
        _("No."),
        _("Community"),
        _("Address"),
        _("Kind"),
        _("Householder or name"),
        _("Due"),
        _("Attempts"),
        _("Last outcome"),
        _("Visited"),
    ]

    def lines() -> Iterator[list[Any]]:
        for number, row in enumerate(rows.iterator(chunk_size=2000), start=1):
            door = row.frame_door
            yield [
                number,
                door.area.label,
                row.premises.address,
                str(door.get_kind_display()),
                row.premises.masked_name,
                row.due_on,
                door.tries,
                outcome_label(door.last_outcome),
                door.met_on,
            ]

    return Table(f"{person.badge} {person.name}", heads, lines(), widths=(6, 14, 34, 12, 12, 12, 8, 14, 12))
