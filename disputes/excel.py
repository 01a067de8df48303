"""What the lists of the case desk say in a file: the ledger's columns, without parties."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.columns import column
from disputes.models import state_label
from disputes.words import category_label


def _how(answer: str, in_person: bool) -> str:
    return str(_("in person") if in_person else _("by phone")) if answer else ""


CASES = (
    "number",
    "kind",
    column(_("category"), "kind", "category", show=category_label, width=16),
    "grade",
    column(_("unit"), "unit__name", width=18),
    column(_("campaign"), "campaign__title", width=22),
    column(_("in one line"), "title", width=36),
    "source",
    column(_("lead"), "lead__name"),
    column(_("helper"), "helper__name"),
    column(_("state"), "kind", "state", show=state_label, width=16),
    "outcome",
    "found_on",
    column(_("registered"), "registered_at", width=17),
    column(_("registered by"), "registered_by__name"),
    "due_on",
    column(_("settled"), "settled_at", width=17),
    column(_("struck off at"), "closed_at", width=17),
    "cycle",
    column(_("receiving unit"), "receiver", width=20),
    "receiver_ref",
)
RETURN_VISITS = (
    column(_("number"), "case__number", width=20),
    column(pgettext_lazy("of a case", "kind"), "case__kind"),
    column(_("unit"), "case__unit__name", width=18),
    column(_("cycle"), "cycle"),
    column(_("officer"), "officer__name"),
    "due_on",
    column(_("done"), "done_at", width=17),
    column(pgettext_lazy("return visit", "done by"), "done_by__name"),
    column(_("how"), "answer", "in_person", show=_how),
    "answer",
)
