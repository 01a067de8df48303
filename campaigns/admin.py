"""The campaign in the admin: its set-up, and the addresses of the desk's own pages."""

from typing import Any

from django.contrib import admin
from django.db import transaction
from django.db.models import DateField, TextField
from django.forms import DateInput, Textarea
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern
from django.utils.translation import gettext_lazy as _

from accounts.changed_meanwhile import RowForm
from accounts.enumerating import enumerated
from accounts.reached_admin import BaseModelAdmin, officer_of
from accounts.rights import Right
from campaigns import desk
from campaigns.forms import CampaignForm, PhaseFormSet
from campaigns.frame_admin import AssignmentAdmin, CouldNotMeetAdmin, FrameDoorAdmin, ShareOutAdmin
from campaigns.holding import hold_campaign
from campaigns.models import (
    Assignment,
    Campaign,
    CouldNotMeet,
    FrameDoor,
    Phase,
    Question,
    Responsibility,
    ShareOut,
    Topic,
)
from campaigns.question_forms import COLUMNS, QuestionForm, QuestionFormSet
from campaigns.responsibilities import ResponsibilityAdmin
from registry.models import Premises

admin.site.register(Responsibility, ResponsibilityAdmin)
admin.site.register(FrameDoor, FrameDoorAdmin)
admin.site.register(CouldNotMeet, CouldNotMeetAdmin)
admin.site.register(ShareOut, ShareOutAdmin)
admin.site.register(Assignment, AssignmentAdmin)


class DraftInline(admin.TabularInline):  # type: ignore[type-arg]
    """A part of the set-up: editable while the campaign is a draft, shown afterwards."""

    form: Any = RowForm
    columns: tuple[str, ...] = ()
    extra = 0
    show_change_link = False
    template = "admin/campaigns/part_rows.html"
    formfield_overrides = {
        DateField: {"widget": DateInput(format="%Y-%m-%d", attrs={"type": "date"})},
        TextField: {"widget": Textarea(attrs={"rows": 2})},
    }

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """A cell's name is its column's: there is no label beside it."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None:
            field.widget.attrs["aria-label"] = str(field.label)
        return field

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return [*self.columns, "seen"] if self._editable(request, obj) else self.columns

    def _editable(self, request: HttpRequest, campaign: Any) -> bool:
        if campaign is None or campaign.state != Campaign.State.DRAFT:
            return False
        return officer_of(request).may(Right.SET_UP, campaign.unit_id)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._editable(request, obj)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._editable(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._editable(request, obj)


class PhaseInline(DraftInline):
    model = Phase
    columns = ("name", "starts_on", "ends_on")
    formset = PhaseFormSet


class TopicInline(DraftInline):
    model = Topic
    columns = ("rank", "name", "kind", "leaflet", "guidance")
    classes = ["collapse"]


class QuestionInline(DraftInline):
    model = Question
    form = QuestionForm
    formset = QuestionFormSet
    classes = ["collapse"]
    readonly_fields = ["whom"]

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        if self._editable(request, obj):
            return [*COLUMNS, "seen"]
        return ["whom" if name == "kinds" else name for name in COLUMNS]

    @admin.display(description=_("asked at"))
    def whom(self, question: Question) -> str:
        return enumerated(Premises.Kind(kind).label for kind in question.kinds)


@admin.register(Campaign)
class CampaignAdmin(BaseModelAdmin):
    read_right = Right.SHARE_OUT
    write_right = Right.SET_UP
    form = CampaignForm
    list_display = ["title", "unit", "state", "starts_on", "ends_on", "frame_count"]
    list_filter = ["state"]
    list_select_related = ["unit"]
    search_fields = ["title"]
    search_help_text = _("Campaign title")
    inlines = [PhaseInline, TopicInline, QuestionInline]
    change_form_template = "admin/campaigns/campaign.html"
    readonly_fields = ["state", "frame_count", "frame_digest", "opened_at", "closed_at"]
    fieldsets = [
        (None, {"fields": ["title", "slogan", ("starts_on", "ends_on", "retain_until"), "state"]}),
        (_("What residents are told"), {"fields": ["legal_basis", "purpose", "notice_text", "notice_version"]}),
        (_("Attempts"), {"fields": [("attempts_needed", "bands_needed", "cool_off_days")]}),
        (_("Frame"), {"fields": [("frame_count", "frame_digest"), ("opened_at", "closed_at")]}),
    ]

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("unit")

    def get_inlines(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.inlines if obj is not None else []

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A campaign is set up until it opens; dates and bindings of an open one have pages of their own."""
        if obj is not None and obj.state != Campaign.State.DRAFT:
            return False
        return super().has_change_permission(request, obj)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None or obj.state == Campaign.State.DRAFT:
            return self.readonly_fields
        return [name for _title, part in self.fieldsets for name in _flat(part["fields"])]

    def get_urls(self) -> list[URLPattern]:
        pages: list[tuple[str, Any, str]] = [
            ("add/", desk.draft, "campaigns_campaign_add"),
            ("<int:pk>/move/<str:name>/", desk.move_campaign, "campaigns_campaign_move"),
            ("<int:pk>/copy/", desk.copy, "campaigns_campaign_copy"),
            ("<int:pk>/dates/", desk.dates, "campaigns_campaign_dates"),
            ("<int:pk>/questions/", desk.question_sets, "campaigns_question_sets"),
            ("<int:pk>/share-out/", desk.board, "campaigns_share_out"),
            ("<int:pk>/share-out/doors/", desk.left_out, "campaigns_left_out"),
            ("<int:pk>/share-out/earlier/", desk.history, "campaigns_share_outs"),
            ("<int:pk>/share-out/earlier/<int:batch>/undo/", desk.undo, "campaigns_share_out_undo"),
            ("<int:pk>/share-out/runs/<int:run>/", desk.run_page, "campaigns_share_out_run"),
            ("<int:pk>/progress/", desk.progress, "campaigns_progress"),
            ("<int:pk>/lists/<int:officer>/", desk.officer_list, "campaigns_officer_list"),
            ("<int:pk>/lists/export/", desk.export_lists, "campaigns_lists_export"),
            ("hand-over/", desk.hand_over, "campaigns_hand_over"),
        ]
        return [*(desk.admin_path(self, *page) for page in pages), *super().get_urls()]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """What is saved is a draft: held, so that nobody opens it between the look at its state and the saving."""
        if request.method != "POST":
            return self._set_up(request, object_id, form_url, extra_context)
        with transaction.atomic():
            campaign = hold_campaign(self.get_object(request, object_id))
            if campaign.state != Campaign.State.DRAFT:
                return desk.too_late(request, campaign)
            return self._set_up(request, object_id, form_url, extra_context)

    def _set_up(self, request: HttpRequest, object_id: str, form_url: str, extra_context: Any) -> HttpResponse:
        campaign = self.get_object(request, object_id)
        moves = desk.moves_of(campaign, officer_of(request))
        by = officer_of(request)
        may = {"may_set_up": by.may(Right.SET_UP, campaign.unit_id), "may_copy": by.may(Right.SET_UP)}
        return super().change_view(request, object_id, form_url, {"moves": moves, **may, **(extra_context or {})})


def _flat(fields: Any) -> list[str]:
    return [name for entry in fields for name in (entry if isinstance(entry, tuple) else (entry,))]
