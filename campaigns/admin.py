"""The campaign desk in the admin: set-up, the share-out board, progress, and the doors that wait for a decision."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import DateField, TextField
from django.forms import DateInput, Textarea
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.reached_admin import BaseModelAdmin, VisibleRelatedFilter, officer_of
from accounts.refusals import Refusal
from accounts.rights import Right
from campaigns import desk, excel
from campaigns.actions import confirm_gone, decide_could_not_meet, return_could_not_meet
from campaigns.forms import CampaignForm, PhaseFormSet
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


class DraftInline(admin.TabularInline):  # type: ignore[type-arg]
    """A part of the set-up: editable while the campaign is a draft, shown afterwards."""

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
    formset = PhaseFormSet


class TopicInline(DraftInline):
    model = Topic
    fields = ["rank", "name", "kind", "leaflet", "guidance"]


class QuestionInline(DraftInline):
    model = Question
    form = QuestionForm
    formset = QuestionFormSet

    readonly_fields = ["whom"]

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        if self._editable(request, obj):
            return [*COLUMNS, "seen"]
        return ["whom" if name == "kinds" else name for name in COLUMNS]

    @admin.display(description=_("asked at"))
    def whom(self, question: Question) -> str:
        return "、".join(str(Premises.Kind(kind).label) for kind in question.kinds)


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
        campaign = self.get_object(request, object_id)
        if request.method == "POST" and campaign.state != Campaign.State.DRAFT:
            return desk.too_late(request, campaign)
        moves = desk.moves_of(campaign, officer_of(request))
        by = officer_of(request)
        may = {"may_set_up": by.may(Right.SET_UP, campaign.unit_id), "may_copy": by.may(Right.SET_UP)}
        return super().change_view(request, object_id, form_url, {"moves": moves, **may, **(extra_context or {})})


def _flat(fields: Any) -> list[str]:
    return [name for entry in fields for name in (entry if isinstance(entry, tuple) else (entry,))]


def _decided(model_admin: admin.ModelAdmin[Any], request: HttpRequest, action: Any, sentence: Any, **what: Any) -> None:
    """Calls an action over chosen rows and says how many, or shows the refusal; a refusal writes nothing."""
    try:
        count = action(by=officer_of(request), at=timezone.now(), **what)
    except Refusal as refusal:
        model_admin.message_user(request, str(refusal), level=messages.ERROR)
        return
    model_admin.message_user(request, sentence % {"count": count})


class WaitingFilter(admin.SimpleListFilter):
    title = _("what waits")
    parameter_name = "waits"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("gone", _("said to be gone")),
            ("could_not_meet", _("could not be met")),
            ("nobody", _("in nobody's hands")),
        ]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        if self.value() == "gone":
            return queryset.exclude(gone_said="").filter(gone_confirmed_at__isnull=True, met_on__isnull=True)
        if self.value() == "could_not_meet":
            return queryset.filter(could_not_meet_at__isnull=False)
        if self.value() == "nobody":
            held = Assignment.objects.visible_to(officer_of(request)).live().values("frame_door")
            return queryset.filter(met_on__isnull=True, gone_confirmed_at__isnull=True).exclude(pk__in=held)
        return queryset


@admin.register(FrameDoor)
class FrameDoorAdmin(BaseModelAdmin):
    """The frozen frame with the fold of attempts; a second hand confirms here what is gone."""

    read_right = Right.SHARE_OUT
    list_display = [
        "address",
        "area",
        "kind",
        "tries",
        "last_outcome_label",
        "met_on",
        "gone_said",
        "gone_confirmed_at",
    ]
    excel_columns = excel.FRAME
    list_filter = [WaitingFilter, "kind", ("campaign", VisibleRelatedFilter), ("unit", VisibleRelatedFilter)]
    list_select_related = ["premises", "area", "campaign"]
    ordering = ["area_id", "walk_key", "pk"]
    search_fields = ["premises__address"]
    search_help_text = _("Part of the address")
    actions = ["confirm_they_are_gone", "try_them_again"]

    def row_title(self, row: FrameDoor) -> str:
        return str(row.premises.address)

    fields = [
        "of_campaign",
        "address",
        "unit",
        "area",
        "kind",
        "tries",
        "bands_tried",
        "last_at",
        "met_on",
        "could_not_meet_at",
    ]

    @admin.display(description=_("address"), ordering="walk_key")
    def address(self, door: FrameDoor) -> str:
        return str(door.premises.address)

    @admin.display(description=_("campaign"))
    def of_campaign(self, door: FrameDoor) -> str:
        return str(door.campaign)

    @admin.display(description=_("time bands tried"))
    def bands_tried(self, door: FrameDoor) -> str:
        return "、".join(str(excel.BAND_WORDS.get(band, band)) for band in door.bands) or "–"

    @admin.display(description=_("last outcome"))
    def last_outcome_label(self, door: FrameDoor) -> str:
        return str(desk.outcome_label(door.last_outcome))

    @admin.action(description=_("Confirm: these doors are gone"))
    def confirm_they_are_gone(self, request: HttpRequest, queryset: Any) -> None:
        sentence = _("%(count)d doors confirmed gone; they leave the visit rate's denominator.")
        _decided(self, request, confirm_gone, sentence, doors=list(queryset))

    @admin.action(description=_("Send back to be tried again"))
    def try_them_again(self, request: HttpRequest, queryset: Any) -> None:
        _decided(self, request, return_could_not_meet, _("%(count)d doors sent back."), doors=list(queryset))


class UndecidedFilter(admin.SimpleListFilter):
    title = _("decision")
    parameter_name = "decision"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("open", _("waits")), ("done", _("decided"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        if self.value() in ("open", "done"):
            return queryset.filter(decided_at__isnull=self.value() == "open")
        return queryset


@admin.register(CouldNotMeet)
class CouldNotMeetAdmin(BaseModelAdmin):
    read_right = Right.SHARE_OUT
    list_display = ["address", "requested_by", "requested_at", "reason", "granted"]
    excel_columns = excel.REQUESTS
    list_filter = [UndecidedFilter]
    list_select_related = ["frame_door__premises", "requested_by"]
    actions = ["grant_them", "refuse_them"]

    def row_title(self, row: CouldNotMeet) -> str:
        return self.address(row)

    @admin.display(description=_("address"))
    def address(self, asked: CouldNotMeet) -> str:
        return str(asked.frame_door.premises.address)

    @admin.action(description=_("Grant: could not be met"))
    def grant_them(self, request: HttpRequest, queryset: Any) -> None:
        rows = list(queryset.select_related("frame_door"))
        _decided(self, request, decide_could_not_meet, _("%(count)d granted."), requests=rows, granted=True)

    @admin.action(description=_("Refuse: try again"))
    def refuse_them(self, request: HttpRequest, queryset: Any) -> None:
        rows = list(queryset.select_related("frame_door"))
        _decided(self, request, decide_could_not_meet, _("%(count)d refused."), requests=rows, granted=False)


@admin.register(ShareOut)
class ShareOutAdmin(BaseModelAdmin):
    read_right = Right.SHARE_OUT
    list_display = ["at", "of_campaign", "unit", "way", "doors", "by"]
    list_filter = ["way", ("unit", VisibleRelatedFilter)]
    list_select_related = ["campaign", "unit", "by"]
    fields = ["of_campaign", "unit", "way", "at", "by", "doors", "sentence"]

    @admin.display(description=_("campaign"))
    def of_campaign(self, batch: ShareOut) -> str:
        return str(batch.campaign)


class LiveFilter(admin.SimpleListFilter):
    """Without a choice only doors that are in somebody's hands now."""

    title = _("in hand")
    parameter_name = "live"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("all", _("also those that ended"))]

    def choices(self, changelist: Any) -> Any:
        yield {"selected": self.value() is None, "query_string": changelist.get_query_string(remove=["live"]),
               "display": _("in hand now")}  # fmt: skip
        yield from list(super().choices(changelist))[1:]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset if self.value() == "all" else queryset.live()


@admin.register(Assignment)
class AssignmentAdmin(BaseModelAdmin):
    """Who holds which door, to look up and to take away: one officer's list, or a station's whole share-out."""

    read_right = Right.SHARE_OUT
    list_display = ["officer", "partner", "address", "community", "rank", "due_on", "visited_on"]
    excel_columns = excel.ASSIGNMENTS
    list_filter = [LiveFilter, ("campaign", VisibleRelatedFilter), ("unit", VisibleRelatedFilter)]
    list_select_related = ["officer", "partner", "premises", "frame_door__area"]
    search_fields = ["officer__badge", "officer__name"]
    search_help_text = _("Badge number or name")
    ordering = ["unit_id", "officer__badge", "rank", "pk"]
    fields = ["of_campaign", "unit", "officer", "partner", "address", "community", "rank", "due_on", "given_at"]

    def row_title(self, row: Assignment) -> str:
        return f"{row.premises.address} · {row.officer.name}"

    @admin.display(description=_("campaign"))
    def of_campaign(self, held: Assignment) -> str:
        return str(held.campaign)

    @admin.display(description=_("address"))
    def address(self, held: Assignment) -> str:
        return str(held.premises.address)

    @admin.display(description=_("community"))
    def community(self, held: Assignment) -> str:
        return str(held.frame_door.area.label)

    @admin.display(description=_("first visited on"))
    def visited_on(self, held: Assignment) -> Any:
        return held.frame_door.met_on
