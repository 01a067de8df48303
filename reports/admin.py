"""Briefs and prints, for the desk to look up; they are made on the pages of `/reports/`."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.reached_admin import BaseModelAdmin, VisibleRelatedFilter
from accounts.rights import Right
from reports.models import Snapshot


@admin.register(Snapshot)
class SnapshotAdmin(BaseModelAdmin):
    read_right = Right.SEE_FIGURES
    list_display = ["campaign", "unit", "issue", "starts_on", "ends_on", "frozen_at", "code_on_paper"]
    list_filter = [("campaign", VisibleRelatedFilter)]
    list_select_related = ["campaign", "unit"]

    @admin.display(description=_("check code"))
    def code_on_paper(self, snapshot: Snapshot) -> str:
        return snapshot.check_code

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        return HttpResponseRedirect(reverse("reports:brief", args=[self.get_object(request, object_id).pk]))
