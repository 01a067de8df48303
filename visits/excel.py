"""What the lists of visits say in a file: names masked, no diary line, no answers."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.columns import Column, column
from accounts.enumerating import enumerated
from accounts.models import Officer
from registry.excel import shown_name
from visits.models import Handed, Service, Visit


def _entered(entered_by: str, by_id: int, officer_id: int) -> str:
    return entered_by if by_id != officer_id else ""


def _not_given(code: str) -> str:
    return str(Visit.NotGiven(code).label) if code else ""


def _corrected(revision: int) -> Any:
    return revision - 1 or None


def _services(officer: Officer, keys: Sequence[Any]) -> dict[Any, str]:
    """What was done for the people at each door, in words."""
    said: dict[Any, list[Any]] = defaultdict(list)
    for visit, kind in Service.objects.filter(visit_id__in=keys).order_by("pk").values_list("visit_id", "kind"):
        said[visit].append(Service.Kind(kind).label)
    return {visit: enumerated(labels) for visit, labels in said.items()}


VISITS = (
    column(_("campaign"), "campaign__title", width=22),
    column(_("unit"), "unit__name", width=18),
    column(_("community"), "premises__area__name", width=24),
    column(_("kind"), "premises__kind"),
    column(_("address"), "premises__address", width=36),
    column(_("householder or name"), "premises__name", "premises__door_class", show=shown_name, width=18),
    column(_("started"), "started_at", width=17),
    column(_("ended"), "ended_at", width=17),
    "outcome",
    "people_met",
    "place",
    "mode",
    "identity_shown",
    column(_("why not given"), "not_given_why", show=_not_given),
    Column(_("services"), look_up=_services, width=18),
    column(_("badge number"), "officer__badge"),
    column(_("officer"), "officer__name"),
    column(_("partner"), "partner__name"),
    column(_("entered by"), "entered_by__name", "entered_by_id", "officer_id", show=_entered),
    column(_("received"), "received_at", width=17),
    "stand_in",
    "late_upload",
    "keyed_later",
    column(_("times corrected"), "revision", show=_corrected),
    column(_("voided"), "voided_at", width=17),
    column(_("why voided"), "voided_why", width=20),
)


def _handed(kind: str) -> Column:
    def look_up(officer: Officer, keys: Sequence[Any]) -> dict[Any, int]:
        rows = Handed.objects.filter(outreach_id__in=keys, kind=kind)
        return dict(rows.values_list("outreach_id", "copies"))

    return Column(Handed.Kind(kind).label, look_up=look_up)


OUTREACH: tuple[str | Column, ...] = (
    "kind",
    "held_on",
    column(_("campaign"), "campaign__title", width=22),
    column(_("unit"), "unit__name", width=18),
    column(_("community"), "area__name", width=24),
    column(_("area code"), "area_id"),
    column(_("place"), "place", width=30),
    column(_("what about"), "about", width=24),
    "people_reached",
    "households_reached",
    *(_handed(kind) for kind in Handed.Kind.values),
    column(_("entered by"), "entered_by__name"),
    column(_("entered"), "entered_at", width=17),
    column(_("voided"), "voided_at", width=17),
    column(_("why voided"), "voided_why", width=20),
)
