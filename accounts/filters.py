"""Filters of the lists of people and of the access log."""

from typing import Any

from django.contrib import admin
from django.db.models import Exists, OuterRef, Q
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.log_words import DONE, VERBS
from accounts.models import Grant
from accounts.roles import Role

NONE = "none"


def holding_now(role: str = "") -> Exists:
    """Officers with a grant that holds today, of this role or of any."""
    today = timezone.localdate()
    live = Grant.objects.unscoped("which of the people in reach have a role").filter(
        Q(ends_on__isnull=True) | Q(ends_on__gte=today), officer=OuterRef("pk"), starts_on__lte=today
    )
    return Exists(live.filter(role=role) if role else live)


class RoleFilter(admin.SimpleListFilter):
    title = _("role")
    parameter_name = "role"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(NONE, _("no role yet")), *Role.choices]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        chosen = self.value()
        if chosen == NONE:
            return queryset.filter(~holding_now(), is_active=True)
        return queryset.filter(holding_now(chosen)) if chosen in Role.values else queryset


class VerbFilter(admin.SimpleListFilter):
    title = _("what was done")
    parameter_name = "verb"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return list(VERBS.items())

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.filter(verb=self.value()) if self.value() else queryset


class EndFilter(admin.SimpleListFilter):
    title = _("how it ended")
    parameter_name = "ended"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(DONE, _("done")), ("refused", pgettext_lazy("access log", "all refusals"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        if self.value() == DONE:
            return queryset.filter(outcome=DONE)
        return queryset.exclude(outcome=DONE) if self.value() == "refused" else queryset
