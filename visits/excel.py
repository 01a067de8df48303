"""What the lists of visits say in a file: names masked, no diary line, no answers."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.columns import column
from registry.masking import masked_name
from registry.models import Premises
from visits.models import Visit


def _name(name: str, door_class: str) -> str:
    return name if door_class != Premises.DoorClass.DWELLING else masked_name(name)


def _entered(entered_by: str, by_id: int, officer_id: int) -> str:
    return entered_by if by_id != officer_id else ""


def _not_given(code: str) -> str:
    return str(Visit.NotGiven(code).label) if code else ""


def _corrected(revision: int) -> Any:
    return revision - 1 or None


VISITS = (
    column(_("campaign"), "campaign__title", width=22),
    column(_("unit"), "unit__name", width=18),
    column(_("community"), "premises__area__name", width=24),
    column(_("kind"), "premises__kind"),
    column(_("address"), "premises__address", width=36),
    column(_("householder or name"), "premises__name", "premises__door_class", show=_name, width=18),
    column(_("started"), "started_at", width=17),
    column(_("ended"), "ended_at", width=17),
    "outcome",
    "people_met",
    "place",
    "mode",
    "identity_shown",
    column(_("why not given"), "not_given_why", show=_not_given),
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
