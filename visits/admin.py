"""Visits and their receipts in the administration: to read, never to change."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from accounts.enumerating import enumerated
from accounts.reached_admin import BaseModelAdmin, VisibleRelatedFilter
from accounts.rights import Right
from visits import excel, labels
from visits.models import Outreach, Submission, Visit


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

    def row_title(self, row: Visit) -> str:
        return f"{labels.door_label(row.premises)} · {date_format(localtime(row.started_at), 'SHORT_DATETIME_FORMAT')}"

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
        return enumerated(word for holds, word in said if holds)


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

    def row_title(self, row: Submission) -> str:
        return row.short

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


class StandingFilter(admin.SimpleListFilter):
    title = _("void")
    parameter_name = "void"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("no", _("counts")), ("yes", _("void"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        if self.value() in ("no", "yes"):
            return queryset.filter(voided_at__isnull=self.value() == "no")
        return queryset


@admin.register(Outreach)
class OutreachAdmin(BaseModelAdmin):
    """Talks, lessons, stalls and hand-outs; entered and voided on pages of their own."""

    read_right = Right.RECORD_OUTREACH
    list_display = ["held_on", "kind", "place", "community", "people_reached", "households_reached", "unit", "is_void"]
    excel_columns = excel.OUTREACH
    list_filter = ["kind", StandingFilter, ("campaign", VisibleRelatedFilter), ("unit", VisibleRelatedFilter)]
    list_select_related = ["area", "unit"]
    ordering = ["-held_on", "-pk"]

    @admin.display(description=_("community"))
    def community(self, outreach: Outreach) -> str:
        return str(outreach.area.label)

    @admin.display(description=_("void"))
    def is_void(self, outreach: Outreach) -> str:
        return str(_("void")) if outreach.voided_at else ""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.may_read(request)

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        return HttpResponseRedirect(reverse("visits:outreach_new"))

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        return HttpResponseRedirect(reverse("visits:outreach", args=[self.get_object(request, object_id).pk]))
