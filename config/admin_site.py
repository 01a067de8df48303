"""The admin site: one sign-in page for the whole house, our name, and a home page of what waits."""

from typing import Any

from django.contrib.admin import AdminSite
from django.contrib.admin.views.autocomplete import AutocompleteJsonView
from django.core.exceptions import BadRequest, PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from accounts.access import open_to_all, signed_in
from accounts.rights import Right

# The menu in the order of the work; what is not named here follows by its name.
ROOMS = ("campaigns", "registry", "disputes", "visits", "reports", "accounts")
WITHIN = (
    *("Campaign", "FrameDoor", "Assignment", "CouldNotMeet", "ShareOut", "Responsibility"),
    *("Premises", "Contact", "ImportBatch", "Jurisdiction", "Area"),
    *("Case", "ReturnVisit", "LedgerEntry", "Visit", "Outreach", "Submission"),
    *("Officer", "Grant", "Unit"),
)


def place_in(order: tuple[str, ...], name: str) -> int:
    return order.index(name) if name in order else len(order)


# Words of the stock templates that Django's own Chinese lacks, or parts by a space.
STOCK_WORDS = (
    *(gettext_noop("Model name"), gettext_noop("Change or view list link"), gettext_noop("Add link")),
    *(gettext_noop("Add %s"), gettext_noop("Change %s"), gettext_noop("View %s"), gettext_noop("Add %(name)s")),
    gettext_noop(":"),
)


class PostedAutocomplete(AutocompleteJsonView):
    """A picker's rows for what is typed, which is posted: a name has no place in an address."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if any("\0" in text for text in request.POST.values()):
            raise BadRequest("NUL in what is sought")
        request.GET = request.POST
        return super().get(request, *args, **kwargs)

    def process_request(self, request: HttpRequest) -> Any:
        """A key's other end has no picker; Django would fall over it."""
        found = super().process_request(request)
        if not found[2].concrete:
            raise PermissionDenied
        return found


class DoorstepAdminSite(AdminSite):
    site_header = _("Doorstep")
    site_title = _("Doorstep administration")
    index_title = _("What waits for me")
    empty_value_display = "–"

    def has_permission(self, request: HttpRequest) -> bool:
        user: Any = request.user
        return bool(user.is_authenticated and user.may(Right.USE_ADMIN))

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        """Takes only classes that reach rows as the house does: packages bring stock ones for their own tables."""
        from accounts.reached_admin import BaseModelAdmin

        if admin_class is not None and issubclass(admin_class, BaseModelAdmin):
            super().register(model_or_iterable, admin_class, **options)

    @staticmethod
    @open_to_all
    def login(request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        query = request.META.get("QUERY_STRING", "")
        return HttpResponseRedirect(reverse("accounts:sign_in") + (f"?{query}" if query else ""))

    def autocomplete_view(self, request: HttpRequest) -> Any:
        return PostedAutocomplete.as_view(admin_site=self)(request)

    @staticmethod
    @signed_in
    def password_change(request: HttpRequest, extra_context: Any = None) -> Any:
        """One page for it in the whole house."""
        return redirect("accounts:change_password")

    password_change_done: Any = password_change

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """In the order of the work, not of the alphabet."""
        found = super().get_app_list(request, app_label)
        for app in found:
            app["models"].sort(key=lambda model: place_in(WITHIN, model["object_name"]))
        return sorted(found, key=lambda app: place_in(ROOMS, app["app_label"]))

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        from config.home import campaigns_underway, waiting_for

        officer: Any = request.user
        cards = waiting_for(officer)
        context = {
            "waiting": [card for card in cards if card.count],
            "idle": [card for card in cards if not card.count],
            "underway": campaigns_underway(officer, timezone.localdate()),
        }
        return super().index(request, {**context, **(extra_context or {})})
