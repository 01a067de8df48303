"""The desk's list of who answers for what: a page of its own, because a city binds thousands of communities."""

from typing import Any

from django.contrib import admin, messages
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.actions import log_access
from accounts.models import Officer
from accounts.reached_admin import BaseModelAdmin, VisibleRelatedFilter, officer_of
from accounts.rights import Right
from campaigns.forms import areas_under
from campaigns.models import Campaign

# Bindings may also be mended while the campaign is open: people come and go.
MENDED_IN = (Campaign.State.DRAFT, Campaign.State.OPEN)


class ResponsibilityAdmin(BaseModelAdmin):
    read_right = Right.SHARE_OUT
    write_right = Right.SET_UP
    list_display = ["area", "officer", "kind", "of_campaign"]
    list_filter = [("campaign", VisibleRelatedFilter), "kind"]
    list_select_related = ["area", "officer", "campaign"]
    search_fields = ["area__name__startswith", "officer__name", "officer__badge"]
    search_help_text = _("Community, name or badge number")
    autocomplete_fields = ["area", "officer"]
    fields = ["campaign", "area", "officer", "kind"]
    ordering = ["campaign", "area", "pk"]
    actions = ["take_off"]

    @admin.display(description=_("campaign"))
    def of_campaign(self, row: Any) -> str:
        return row.campaign.title

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Where it is only shown, the campaign is called as in the list."""
        shown = obj is not None and not self.has_change_permission(request, obj)
        return ["of_campaign" if shown and name == "campaign" else name for name in self.fields]

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        by = officer_of(request)
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        if field is None:
            return None
        if db_field.name == "campaign":
            field.label = _("campaign")
            mended = Campaign.objects.visible_to(by).filter(state__in=MENDED_IN)
            field.queryset = mended.filter(unit_id__in=by.units_with(Right.SET_UP))
        elif db_field.name == "officer":
            field.queryset = Officer.objects.visible_to(by).working(timezone.localdate()).order_by("badge")
        elif db_field.name == "area":
            field.queryset = areas_under(by.units_with_any([Right.SET_UP, Right.SHARE_OUT]))
        return field

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        if obj is None:
            return self.may_write(request)
        return obj.campaign.state in MENDED_IN and officer_of(request).may(Right.SET_UP, obj.campaign.unit_id)

    @admin.action(description=_("Take the ticked bindings off"), permissions=["change"])
    def take_off(self, request: HttpRequest, queryset: Any) -> None:
        """Somebody no longer answers for it. Assignments stay as they are until they are moved."""
        chosen = [row for row in queryset.select_related("campaign") if self.has_change_permission(request, row)]
        with transaction.atomic():
            for row in chosen:
                log_access(officer_of(request), "removed", row)
            queryset.filter(pk__in=[row.pk for row in chosen]).delete()
        words = ngettext("%(n)d binding taken off.", "%(n)d bindings taken off.", len(chosen))
        messages.success(request, words % {"n": len(chosen)})
