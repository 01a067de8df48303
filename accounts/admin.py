"""The admin pages of this floor: units, officers, grants, the access log."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.actions import issue_codes, log_access, officer_leaves, officer_returns
from accounts.columns import column
from accounts.filters import EndFilter, RoleFilter, VerbFilter
from accounts.log_words import object_label, outcome_label, verb_label
from accounts.models import AccessEvent, Grant, Officer, Unit
from accounts.reached_admin import BaseModelAdmin, VisibleRelatedFilter, officer_of
from accounts.refusals import Refusal
from accounts.rights import Right


def _shown_refusal(model_admin: admin.ModelAdmin[Any], request: HttpRequest, refusal: Refusal) -> None:
    model_admin.message_user(request, str(refusal), level=messages.ERROR)


def _may_place(by: Officer, parent_id: int | None) -> bool:
    """Below this unit, or at the top for who keeps a top unit already."""
    if parent_id is not None:
        return by.may(Right.MANAGE_UNITS, parent_id)
    kept = by.units_with(Right.MANAGE_UNITS)
    return bool(Unit.objects.visible_to(by).filter(parent__isnull=True, pk__in=kept).exists())


@admin.register(Unit)
class UnitAdmin(BaseModelAdmin):
    read_right = Right.USE_ADMIN
    write_right = Right.MANAGE_UNITS
    list_display = ["name", "kind", "parent", "code", "rank"]
    list_select_related = ["parent"]
    search_fields = ["name", "code"]
    fields = ["name", "short_name", "kind", "parent", "code", "rank", "phone"]
    ordering = ["rank", "path"]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Every administrator sees all units; they keep those of their grant."""
        return self.may_write(request) and (obj is None or officer_of(request).may(Right.MANAGE_UNITS, obj.pk))

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """A place in the tree decides who reaches what below it: it is taken and given only within the grant."""
        by = officer_of(request)
        before = Unit.objects.visible_to(by).get(pk=obj.pk).parent_id if change else None
        places = {before, obj.parent_id} if change else {obj.parent_id}
        stays = change and before == obj.parent_id
        if not by.may(Right.MANAGE_UNITS) or not (stays or all(_may_place(by, place) for place in places)):
            raise PermissionDenied(_("Your role does not include this."))
        with transaction.atomic():
            obj.save()
            log_access(by, "changed" if change else "added", obj)


@admin.register(Officer)
class OfficerAdmin(BaseModelAdmin):
    """The roster. People come in by the roster import; this page shows them and hands out one-time codes."""

    read_right = Right.MANAGE_ROSTER
    list_display = ["badge", "name", "unit", "title", "kind", "account", "on_leave_until"]
    excel_columns = (
        "badge",
        "name",
        column(_("unit"), "unit__name", width=20),
        "title",
        "kind",
        column(_("communities in charge"), "areas_in_charge", width=30),
        column(_("bound pair with"), "works_with__name"),
        "is_active",
        "on_leave_until",
        "left_on",
        column(_("last sign-in"), "last_login", width=17),
    )
    list_filter = ["kind", ("unit", VisibleRelatedFilter), RoleFilter, "is_active", "must_change_password"]
    list_select_related = ["unit"]
    search_fields = ["badge", "name"]
    search_help_text = _("Badge number or name")
    ordering = ["unit__rank", "badge"]
    actions = ["print_slips", "mark_as_left", "take_back"]
    fields = [
        "badge",
        "name",
        "unit",
        "title",
        "kind",
        "areas_in_charge",
        "works_with",
        "is_active",
        "on_leave_until",
        "left_on",
        "last_login",
    ]
    change_list_template = "admin/accounts/officer_list.html"

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).people()

    def may_read(self, request: HttpRequest) -> bool:
        """Whoever gives grants must find the person; the actions ask for the roster's right themselves."""
        return super().may_read(request) or officer_of(request).may(Right.MANAGE_GRANTS)

    def get_actions(self, request: HttpRequest) -> Any:
        return super().get_actions(request) if officer_of(request).may(Right.MANAGE_ROSTER) else {}

    @admin.display(description=_("account"))
    def account(self, officer: Officer) -> str:
        if not officer.is_active:
            return str(_("not in use"))
        if officer.must_change_password:
            return str(_("code printed, not used yet"))
        return str(_("in use")) if officer.last_login else str(_("never signed in"))

    @admin.action(description=_("Print one-time codes"))
    def print_slips(self, request: HttpRequest, queryset: Any) -> HttpResponse | None:
        """The codes are on this one answer and nowhere else."""
        try:
            slips = issue_codes(officers=list(queryset[:101]), by=officer_of(request), at=timezone.now())
        except Refusal as refusal:
            _shown_refusal(self, request, refusal)
            return None
        return render(request, "admin/accounts/slips.html", {**self.admin_site.each_context(request), "slips": slips})

    @admin.action(description=_("Has left: end account and grants"))
    def mark_as_left(self, request: HttpRequest, queryset: Any) -> None:
        day = timezone.localdate()
        try:
            with transaction.atomic():
                by, at = officer_of(request), timezone.now()
                count = sum(officer_leaves(officer=officer, on=day, by=by, at=at) for officer in queryset)
        except Refusal as refusal:
            return _shown_refusal(self, request, refusal)
        words = ngettext(
            "%(n)d account ended. Its open doors wait under “hand over”.",
            "%(n)d accounts ended. Their open doors wait under “hand over”.",
            count,
        )
        self.message_user(request, words % {"n": count})
        return None

    @admin.action(description=_("Is back: account in use again"))
    def take_back(self, request: HttpRequest, queryset: Any) -> None:
        try:
            with transaction.atomic():
                by, at = officer_of(request), timezone.now()
                count = sum(officer_returns(officer=officer, by=by, at=at) for officer in queryset)
        except Refusal as refusal:
            return _shown_refusal(self, request, refusal)
        words = ngettext(
            "%(n)d account is in use again, with its usual role. Print a one-time code for it.",
            "%(n)d accounts are in use again, with their usual roles. Print one-time codes for them.",
            count,
        )
        self.message_user(request, words % {"n": count})
        return None


@admin.register(Grant)
class GrantAdmin(BaseModelAdmin):
    """Roles given at units. The security administrator gives and ends them, never their own."""

    read_right = Right.MANAGE_GRANTS
    write_right = Right.MANAGE_GRANTS
    list_display = ["officer", "role", "unit", "starts_on", "ends_on"]
    list_filter = ["role"]
    list_select_related = ["officer", "unit"]
    search_fields = ["officer__badge", "officer__name"]
    fields = ["officer", "role", "unit", "starts_on", "ends_on"]
    autocomplete_fields = ["officer", "unit"]

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        by = officer_of(request)
        if obj.officer_id == by.pk:
            raise PermissionDenied(_("Nobody gives a role to themselves."))
        obj.given_by = by
        super().save_model(request, obj, form, change)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Within the grant of the security administrator, and never their own."""
        return super().has_change_permission(request, obj) and (obj is None or obj.officer_id != officer_of(request).pk)


@admin.register(AccessEvent)
class AccessEventAdmin(BaseModelAdmin):
    read_right = Right.READ_ACCESS_LOG
    list_display = ["at", "officer", "what", "on_what", "object_id", "reason", "address", "ended"]
    fields = ["at", "officer", "what", "on_what", "object_id", "reason", "address", "ended"]
    excel_columns = (
        column(_("at"), "at", width=17),
        column(_("badge number"), "officer__badge"),
        column(_("officer"), "officer__name"),
        column(_("what was done"), "verb", width=20, show=verb_label),
        column(_("on what"), "object_kind", width=16, show=object_label),
        *("object_id", "reason"),
        column(_("network address"), "address", show=lambda address: str(address or "")),
        column(_("how it ended"), "outcome", width=16, show=outcome_label),
    )
    list_filter = [VerbFilter, EndFilter]
    list_select_related = ["officer"]
    ordering = ["-id"]

    def row_title(self, row: AccessEvent) -> str:
        return self.what(row).capitalize()

    @admin.display(description=_("what was done"))
    def what(self, event: AccessEvent) -> str:
        return verb_label(event.verb)

    @admin.display(description=_("on what"))
    def on_what(self, event: AccessEvent) -> str:
        return object_label(event.object_kind)

    @admin.display(description=_("how it ended"))
    def ended(self, event: AccessEvent) -> str:
        return outcome_label(event.outcome)
