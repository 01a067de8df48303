"""The doors of a campaign in the admin: the frame and what waits in it for a decision, share-outs, and who holds what."""

from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, ngettext_lazy

from accounts.enumerating import enumerated
from accounts.reached_admin import BaseModelAdmin, KeysFirst, VisibleRelatedFilter, officer_of
from accounts.refusals import Refusal
from accounts.rights import Right
from campaigns import desk, excel
from campaigns.models import Assignment, CouldNotMeet, FrameDoor, ShareOut
from campaigns.second_hand import confirm_gone, decide_could_not_meet, return_could_not_meet


def _decided(model_admin: admin.ModelAdmin[Any], request: HttpRequest, action: Any, sentence: Any, **what: Any) -> None:
    """Calls an action over ticked rows; says how many, and how many were left out, or shows the refusal, which writes nothing.

    That somebody was faster (409) is a page of its own, so that nobody takes the list for what it was.
    """
    ticked = len(what.get("doors") or what.get("requests") or ())
    try:
        count = action(by=officer_of(request), at=timezone.now(), **what)
    except Refusal as refusal:
        if refusal.status == 409:
            raise
        model_admin.message_user(request, str(refusal), level=messages.ERROR)
        return
    model_admin.message_user(request, sentence % {"n": count})
    if left := ticked - count:
        words = ngettext(
            "%(n)d ticked row was left out: it does not wait for this any more, or never did.",
            "%(n)d ticked rows were left out: they do not wait for this any more, or never did.",
            left,
        )
        model_admin.message_user(request, words % {"n": left}, level=messages.WARNING)


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
            return queryset.waiting_as_gone()
        if self.value() == "could_not_meet":
            return queryset.filter(could_not_meet_at__isnull=False)
        if self.value() == "nobody":
            held = Assignment.objects.visible_to(officer_of(request)).live().values("frame_door")
            return queryset.to_visit().exclude(pk__in=held)
        return queryset


class FrameDoorAdmin(BaseModelAdmin):
    """The frozen frame with the fold of attempts; a second hand confirms here what is gone."""

    read_right = Right.SHARE_OUT
    list_display = [
        "address",
        "community",
        "of_campaign",
        "kind",
        "tries",
        "last_outcome_label",
        "met",
        "gone",
    ]
    excel_columns = excel.FRAME
    list_filter = [WaitingFilter, "kind", ("campaign", VisibleRelatedFilter), ("unit", VisibleRelatedFilter)]
    list_select_related = ["premises", "area", "campaign"]
    list_fields = [
        *("premises__address", "area__name", "campaign__title", "kind", "tries", "last_outcome", "met_on"),
        *("gone_said", "gone_confirmed_at"),
    ]
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
        "returned_at",
    ]

    @admin.display(description=_("address"), ordering="walk_key")
    def address(self, door: FrameDoor) -> str:
        return str(door.premises.address)

    @admin.display(description=_("community"), ordering="area_id")
    def community(self, door: FrameDoor) -> str:
        return str(door.area.label)

    @admin.display(description=_("campaign"))
    def of_campaign(self, door: FrameDoor) -> str:
        return str(door.campaign)

    @admin.display(description=_("time bands tried"))
    def bands_tried(self, door: FrameDoor) -> str:
        return enumerated(excel.BAND_WORDS.get(band, band) for band in door.bands) or "–"

    @admin.display(description=_("last outcome"))
    def last_outcome_label(self, door: FrameDoor) -> str:
        return str(desk.outcome_label(door.last_outcome))

    @admin.display(description=_("first visited on"), ordering="met_on")
    def met(self, door: FrameDoor) -> str:
        return date_format(door.met_on, "SHORT_DATE_FORMAT") if door.met_on else "–"

    @admin.display(description=_("said to be gone"), ordering="gone_said")
    def gone(self, door: FrameDoor) -> str:
        """What was said, and whether a second hand has confirmed it."""
        if not door.gone_said:
            return "–"
        said = str(door.get_gone_said_display())
        return f"{said} · {_('confirmed')}" if door.gone_confirmed_at else said

    @admin.action(description=_("Confirm: these doors are gone"))
    def confirm_they_are_gone(self, request: HttpRequest, queryset: Any) -> None:
        sentence = ngettext_lazy(
            "%(n)d door confirmed gone; it leaves the visit rate's denominator.",
            "%(n)d doors confirmed gone; they leave the visit rate's denominator.",
            "n",
        )
        _decided(self, request, confirm_gone, sentence, doors=list(queryset))

    @admin.action(description=_("Send back to be tried again"))
    def try_them_again(self, request: HttpRequest, queryset: Any) -> None:
        sentence = ngettext_lazy("%(n)d door sent back.", "%(n)d doors sent back.", "n")
        _decided(self, request, return_could_not_meet, sentence, doors=list(queryset))


class UndecidedFilter(admin.SimpleListFilter):
    title = _("decision")
    parameter_name = "decision"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("open", _("waits")), ("done", _("decided"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        if self.value() in ("open", "done"):
            return queryset.filter(decided_at__isnull=self.value() == "open")
        return queryset


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
        _decided(self, request, decide_could_not_meet, _("%(n)d granted."), requests=rows, granted=True)

    @admin.action(description=_("Refuse: try again"))
    def refuse_them(self, request: HttpRequest, queryset: Any) -> None:
        rows = list(queryset.select_related("frame_door"))
        _decided(self, request, decide_could_not_meet, _("%(n)d refused."), requests=rows, granted=False)


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


class AssignmentAdmin(BaseModelAdmin):
    """Who holds which door, to look up and to take away: one officer's list, or a station's whole share-out."""

    read_right = Right.SHARE_OUT
    list_display = ["officer", "partner", "address", "community", "rank", "due_on", "visited_on"]
    excel_columns = excel.ASSIGNMENTS
    list_filter = [LiveFilter, ("campaign", VisibleRelatedFilter), ("unit", VisibleRelatedFilter)]
    list_select_related = ["officer", "partner", "premises", "frame_door__area"]
    list_fields = [
        *("officer__name", "partner__name", "premises__address", "frame_door__area__name", "frame_door__met_on"),
        *("rank", "due_on"),
    ]
    search_fields = ["officer__badge", "officer__name"]
    search_help_text = _("Badge number or name")
    # That of an index: a page of it is read, not sorted out of all hands.
    ordering = ["unit_id", "officer_id", "rank", "pk"]
    paginator = KeysFirst
    fields = ["of_campaign", "unit", "officer", "partner", "address", "community", "rank", "due_on", "given_at"]

    def get_queryset(self, request: HttpRequest) -> Any:
        """Of the units whose doors one shares out; what one holds oneself elsewhere stands on one's round."""
        return super().get_queryset(request).filter(unit_id__in=officer_of(request).units_with(Right.SHARE_OUT))

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
