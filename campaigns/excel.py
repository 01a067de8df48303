"""What the lists of the campaign desk say in a file."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.columns import column
from accounts.enumerating import enumerated
from campaigns import desk

BAND_WORDS = {"weekday": _("weekday"), "evening": _("evening"), "weekend": _("weekend")}


def _bands(bands: list[str]) -> str:
    return enumerated(BAND_WORDS.get(band, band) for band in bands or ())


def _yes(moment: Any) -> str:
    return str(_("yes")) if moment else ""


FRAME = (
    column(_("campaign"), "campaign__title", width=22),
    column(_("unit"), "unit__name", width=18),
    column(_("community"), "area__name", width=24),
    column(_("area code"), "area_id"),
    "kind",
    column(_("address"), "premises__address", width=36),
    "added_late",
    "tries",
    "contacts",
    column(_("time bands tried"), "bands", show=_bands, width=18),
    column(_("last outcome"), "last_outcome", show=desk.outcome_label, width=16),
    "last_at",
    "met_on",
    "next_at",
    column(_("could not be met"), "could_not_meet_at", show=_yes),
    "gone_said",
    "gone_confirmed_at",
    column(_("second hand"), "gone_confirmed_by__name"),
)
ASSIGNMENTS = (
    column(_("campaign"), "campaign__title", width=22),
    column(_("unit"), "unit__name", width=18),
    column(_("badge number"), "officer__badge"),
    column(_("officer"), "officer__name"),
    column(_("partner"), "partner__name"),
    column(_("community"), "frame_door__area__name", width=24),
    column(_("kind"), "frame_door__kind"),
    column(_("address"), "premises__address", width=36),
    "rank",
    "due_on",
    "given_at",
    column(_("attempts"), "frame_door__tries"),
    column(_("last outcome"), "frame_door__last_outcome", show=desk.outcome_label, width=16),
    column(_("first visited on"), "frame_door__met_on"),
    column(pgettext_lazy("assignment", "ended"), "ended_at"),
    column(_("why it ended"), "ended_why", width=20),
)
REQUESTS = (
    column(_("campaign"), "frame_door__campaign__title", width=22),
    column(_("unit"), "unit__name", width=18),
    column(_("address"), "frame_door__premises__address", width=36),
    column(_("requested by"), "requested_by__name"),
    "requested_at",
    column(_("reason"), "reason", width=30),
    "granted",
    "decided_at",
    column(_("decided by"), "decided_by__name"),
)
