"""How far the share-out is, and what those who left still hold."""

import io
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Count, F, FilteredRelation, Max, Q
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from accounts.actions import log_access, must
from accounts.models import Officer, Unit
from accounts.reached_admin import officer_of
from accounts.rights import Right
from campaigns.desk.pages import campaign_or_404, chosen_station, not_open, page, stations_of
from campaigns.models import Assignment, Campaign, FrameDoor
from registry.models import Area
from registry.xlsx_table import Table, write_tables

COUNTED = ("doors", "visited", "tried")
SUMMED = (*COUNTED, "gone_met", "held", "due", "today", "added", "could_not")

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


def progress(request: HttpRequest, model_admin: Any, pk: int) -> HttpResponse:
    """Per officer and per community: doors, visited, tried, today; how many tried no door today is said once."""
    campaign, officer, title = campaign_or_404(request, pk), officer_of(request), _("Progress")
    if campaign.state == Campaign.State.DRAFT and request.method != "POST":
        sentence = _("Nobody has been at a door of it yet: visits begin when the campaign is opened.")
        return not_open(request, model_admin, campaign=campaign, title=title, sentence=sentence)
    stations = stations_of(officer, campaign)
    unit = chosen_station(request, stations)
    if unit is None:
        raise Http404
    today = timezone.localdate()
    people, areas = _counted(campaign, unit, today)
    if request.method == "POST":
        must(officer, Right.EXPORT)
        log_access(officer, "progress_exported", campaign)
        return _as_workbook(people, areas, f"doorstep-progress-{campaign.pk}-{unit.pk}-{today:%Y%m%d}.xlsx")
    return page(
        request,
        model_admin,
        "admin/campaigns/progress.html",
        campaign=campaign,
        unit=unit,
        stations=stations,
        people=people,
        areas=areas,
        title=title,
        is_running=campaign.state == Campaign.State.OPEN,
        idle=sum(not row["today"] for row in people),
    )


def _as_workbook(people: list[dict[str, Any]], areas: list[dict[str, Any]], name: str) -> Any:
    """The two tables of the page as two sheets."""
    counted = (_("Doors"), _("Visited"), _("Tried, not met"))
    persons = Table(
        _("By person"),
        [_("Name"), _("Kind"), _("Badge number"), *counted, _("Due, not visited"), _("Today"), _("Last attempt")],
        [[row[key] for key in ("name", "kind", "badge", *COUNTED, "due", "today", "last_at")] for row in people],
        [14, 12, 14, *[10] * 5, 17],
    )
    communities = Table(
        _("By community"),
        [_("Community"), _("Area code"), *counted, _("Could not be met"), _("Added on the round")],
        [[row[key] for key in ("name", "area_id", *COUNTED, "could_not", "added")] for row in areas],
        [28],
    )
    file = io.BytesIO()
    write_tables(file, [persons, communities])
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename=name)


def _counted(campaign: Campaign, unit: Unit, today: date) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """By person and by community, from one pass over the station's doors: counted by both, then added up each way."""
    hand = Q(assignments__ended_at__isnull=True, assignments__campaign=campaign, assignments__unit=unit)
    not_met, midnight = Q(met_on__isnull=True), timezone.make_aware(datetime.combine(today, time()))
    counts = list(
        FrameDoor.objects.unscoped("progress of a unit")
        .filter(campaign=campaign, unit=unit)
        .annotate(hand=FilteredRelation("assignments", condition=hand))
        .order_by()
        .values("area_id", officer_id=F("hand__officer_id"))
        .annotate(
            doors=Count("pk", filter=Q(gone_confirmed_at__isnull=True)),
            held=Count("hand"),
            visited=Count("met_on"),
            gone_met=Count("met_on", filter=Q(gone_confirmed_at__isnull=False)),
            tried=Count("pk", filter=not_met & Q(tries__gt=0)),
            due=Count("pk", filter=not_met & Q(gone_confirmed_at__isnull=True, hand__due_on__lte=today)),
            today=Count("pk", filter=Q(last_at__gte=midnight, last_at__lt=midnight + timedelta(days=1))),
            added=Count("pk", filter=Q(added_late=True)),
            could_not=Count("could_not_meet_at"),
            last_at=Max("last_at"),
        )
    )
    return _by_person(_added_up(counts, "officer_id")), _by_area(_added_up(counts, "area_id"))


def _added_up(counts: list[dict[str, Any]], by: str) -> dict[Any, dict[str, Any]]:
    """The counts of each person or community; doors in nobody's hands belong to None."""
    sums: dict[Any, dict[str, Any]] = {}
    for row in counts:
        found = sums.setdefault(row[by], {**dict.fromkeys(SUMMED, 0), "last_at": None})
        found.update({name: found[name] + row[name] for name in SUMMED})
        found["last_at"] = max(filter(None, (found["last_at"], row["last_at"])), default=None)
    return sums


def _by_person(sums: dict[Any, dict[str, Any]]) -> list[dict[str, Any]]:
    """Of what each holds."""
    people = Officer.objects.unscoped("progress of a unit").filter(pk__in=[pk for pk in sums if pk is not None])
    rows = []
    for person in people.order_by("kind", "badge").values("name", "badge", "kind", officer_id=F("pk")):
        row = {**person, **sums[person["officer_id"]], "kind": Officer.Kind(person["kind"]).label}
        row["doors"] = row["held"]
        rows.append({**row, "percent": _percent(row)})
    return rows


def _by_area(sums: dict[Any, dict[str, Any]]) -> list[dict[str, Any]]:
    """Of what stands there, whoever holds it.

    A door confirmed gone at which somebody was met after all is on neither side, as in the visit rate.
    """
    rows = []
    for area in Area.objects.filter(pk__in=list(sums)).order_by("pk").values("name", area_id=F("pk")):
        row = {**area, **sums[area["area_id"]]}
        row["visited"] -= row["gone_met"]
        rows.append({**row, "percent": _percent(row)})
    return rows


def _percent(row: dict[str, Any]) -> int:
    return round(100 * row["visited"] / row["doors"]) if row["doors"] else 0


def held_by_those_gone(officer: Officer) -> list[dict[str, Any]]:
    """Doors to visit of people who left or moved away, by person and campaign, where the officer shares doors out."""
    units = officer.units_with(Right.SHARE_OUT)
    gone = Q(officer__is_active=False) | ~Q(officer__unit_id=F("unit_id"))
    rows = (
        Assignment.objects.unscoped("doors of those who left, within the units in reach")
        .live()
        .to_visit()
        .filter(gone, unit_id__in=units, campaign__state=Campaign.State.OPEN)
        .order_by()
        .values("officer_id", "campaign_id", "unit_id", name=F("officer__name"), title=F("campaign__title"))
        .annotate(doors=Count("pk"))
        .order_by("name")
    )
    return list(rows)


@require_safe
def hand_over(request: HttpRequest, model_admin: Any) -> HttpResponse:
    """Each campaign's board hands on what those who are gone still hold."""
    must(officer_of(request), Right.SHARE_OUT)
    rows = held_by_those_gone(officer_of(request))
    return page(request, model_admin, "admin/campaigns/hand_over.html", rows=rows, title=_("Hand over"))
