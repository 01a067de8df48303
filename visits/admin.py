"""Visits and their receipts in the administration: to read, never to change."""

from typing import Any

from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from accounts.admin import BaseModelAdmin, VisibleRelatedFilter
from accounts.rights import Right
from visits import excel, labels
from visits.models import Submission, Visit


@admin.register(Visit)
class VisitAdmin(BaseModelAdmin):
    """What happened at the doors of the units that the reader answers for; names stay masked."""

    read_right = Right.SEE_VISITS
    list_display = ["started_at", "door", "resident", "outcome", "people_met", "officer", "unit", "marks"]
    excel_columns = excel.VISITS
    list_filter = [
        "outcome",
        "stand_in",
        "keyed_later",
        "late_upload",
        ("campaign", VisibleRelatedFilter),
        ("unit", VisibleRelatedFilter),
    ]
    list_select_related = ["premises", "premises__area", "officer", "unit"]
    ordering = ["-pk"]
    fields = [
        "premises",
        "resident",
        "campaign",
        "unit",
        "officer",
        "partner",
        "entered_by",
        "started_at",
        "ended_at",
        "received_at",
        "outcome",
        "people_met",
        "place",
        "mode",
        "identity_shown",
        "not_given_why",
        "diary",
        "next_at",
        "marks",
        "revision",
        "voided_at",
        "voided_why",
    ]

    @admin.display(description=_("premises"))
    def door(self, visit: Visit) -> str:
        return f"{labels.door_label(visit.premises)} · {visit.premises.area.label}"

    @admin.display(description=_("householder or name"))
    def resident(self, visit: Visit) -> str:
        return str(visit.premises.masked_name)

    @admin.display(description=_("marks"))
    def marks(self, visit: Visit) -> str:
        said = [
            (visit.stand_in, _("stand-in visit")),
            (visit.late_upload, _("late upload")),
            (visit.keyed_later, _("keyed later")),
            (visit.entered_by_id != visit.officer_id, _("entered by somebody else")),
            (visit.revision > 1, _("corrected")),
            (visit.voided_at is not None, _("void")),
        ]
        return "、".join(str(word) for holds, word in said if holds)


@admin.register(Submission)
class SubmissionAdmin(BaseModelAdmin):
    """Receipts, first of all those in conflict or held, which wait for a person's look."""

    read_right = Right.SEE_VISITS
    list_display = ["received_at", "officer", "verdict", "of_visit", "number"]
    list_filter = ["verdict"]
    list_select_related = ["officer", "visit__premises"]
    ordering = ["-pk"]
    fields = ["officer", "client_id", "verdict", "why", "of_visit", "said", "received_at"]
    readonly_fields = ["why", "of_visit", "said"]

    @admin.display(description=_("receipt number"))
    def number(self, submission: Submission) -> str:
        return submission.short

    @admin.display(description=_("reason"))
    def why(self, submission: Submission) -> str:
        return submission.reason

    @admin.display(description=_("visit"))
    def of_visit(self, submission: Submission) -> str:
        visit = submission.visit
        if visit is None:
            return "–"
        label = f"{labels.door_label(visit.premises)} · {visit.get_outcome_display()}"
        return format_html('<a href="{}">{}</a>', reverse("visits:record", args=[visit.pk]), label)

    @admin.display(description=_("what was sent"))
    def said(self, submission: Submission) -> str:
        """The outcome and the day of what is kept; the rest waits for whoever decides."""
        body: dict[str, Any] = submission.body or {}
        return " · ".join(str(body[name]) for name in ("outcome", "started_at", "people_met") if body.get(name))
