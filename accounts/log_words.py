"""What the access log says, in the reader's words: what was done, to what, and how it ended."""

from django.apps import apps
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

VERBS: dict[str, str | Promise] = {
    "added": pgettext_lazy("access log", "added"),
    "changed": pgettext_lazy("access log", "changed"),
    "removed": pgettext_lazy("access log", "removed"),
    "refused": pgettext_lazy("access log", "refused"),
    "signed_in": pgettext_lazy("access log", "signed in"),
    "password_changed": pgettext_lazy("access log", "changed the password"),
    "code_issued": pgettext_lazy("access log", "issued a one-time code"),
    "officer_left": pgettext_lazy("access log", "ended an account"),
    "officer_returned": pgettext_lazy("access log", "took an account into use again"),
    "roster_taken": pgettext_lazy("access log", "took a roster in"),
    "called": pgettext_lazy("access log", "called a resident"),
    "reveal_name": pgettext_lazy("access log", "looked at a name"),
    "reveal_phone": pgettext_lazy("access log", "looked at a phone number"),
    "workbook_uploaded": pgettext_lazy("access log", "uploaded a workbook"),
    "import_confirmed": pgettext_lazy("access log", "confirmed an import"),
    "import_discarded": pgettext_lazy("access log", "put an import aside"),
    "import_copy": pgettext_lazy("access log", "fetched the copy of an import"),
    "door_confirmed": pgettext_lazy("access log", "confirmed a door"),
    "door_merged": pgettext_lazy("access log", "merged a door"),
    "campaign_opened": pgettext_lazy("access log", "opened a campaign"),
    "campaign_closed": pgettext_lazy("access log", "closed a campaign"),
    "campaign_copied": pgettext_lazy("access log", "copied a campaign"),
    "campaign_dates_changed": pgettext_lazy("access log", "changed a campaign's dates"),
    "questions_put_in": pgettext_lazy("access log", "put questions in"),
    "shared_out": pgettext_lazy("access log", "shared doors out"),
    "share_out_undone": pgettext_lazy("access log", "undid a share-out"),
    "outreach_entered": pgettext_lazy("access log", "entered outreach"),
    "outreach_voided": pgettext_lazy("access log", "voided outreach"),
    "photo_seen": pgettext_lazy("access log", "looked at a photo"),
    "evidence_seen": pgettext_lazy("access log", "looked at evidence"),
    "list_exported": pgettext_lazy("access log", "took a list away"),
    "export_fetched": pgettext_lazy("access log", "fetched an Excel file"),
    "figures_exported": pgettext_lazy("access log", "took figures away"),
    "progress_exported": pgettext_lazy("access log", "took the progress away"),
    "walk_lists_exported": pgettext_lazy("access log", "took walk lists away"),
    "walk_list_asked": pgettext_lazy("access log", "asked for walk lists"),
    "walk_list_fetched": pgettext_lazy("access log", "fetched walk lists"),
    "brief_frozen": pgettext_lazy("access log", "froze a brief"),
    "print_asked": pgettext_lazy("access log", "printed a brief"),
    "print_fetched": pgettext_lazy("access log", "fetched a brief"),
    "blank_form_printed": pgettext_lazy("access log", "printed a blank form"),
    "visit_form_printed": pgettext_lazy("access log", "printed a visit form"),
    "case_form_printed": pgettext_lazy("access log", "printed a case form"),
    "notice_slips_printed": pgettext_lazy("access log", "printed notice slips"),
}
DONE = "done"


def verb_label(verb: str) -> str:
    return str(VERBS.get(verb, verb))


def object_label(kind: str) -> str:
    """The model's name; what is no model any more keeps its code."""
    try:
        return str(apps.get_model(kind)._meta.verbose_name)
    except (LookupError, ValueError):
        return kind


def outcome_label(outcome: str) -> str:
    """A refusal is named by its code, as the page that refused named it."""
    return _("done") if outcome == DONE else _("refused: %(code)s") % {"code": outcome}
