"""Administration pages of the register: areas, jurisdictions, doors and people (masked); the import has its own module."""

from typing import Any

from django.contrib import admin
from django.core.paginator import Page
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.access import needs
from accounts.reached_admin import BaseModelAdmin, CountFree, VisibleRelatedFilter, officer_of
from accounts.refusals import Refusal
from accounts.rights import Right
from registry import excel
from registry.actions import reveal
from registry.forms import RevealForm
from registry.import_admin import ImportBatchAdmin
from registry.jurisdictions import under
from registry.masking import masked_name, masked_phone
from registry.models import Area, Contact, Jurisdiction, Premises

__all__ = ["ImportBatchAdmin"]

MOST_FOUND = 500


@admin.register(Area)
class AreaAdmin(BaseModelAdmin):
    """The national codes, loaded by `load_areas`; read-only."""

    list_display = ["code", "name", "level", "parent"]
    list_filter = ["level"]
    list_select_related = ["parent"]
    search_fields = ["code__startswith", "name__startswith"]
    search_help_text = _("Code or name, from its beginning")
    ordering = ["code"]

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        """A picker offers what the person's units answer for; who keeps the units picks from the whole country."""
        found, twice = super().get_search_results(request, queryset, search_term)
        by = officer_of(request)
        if "field_name" in request.GET and not by.may(Right.MANAGE_UNITS):
            found = found.filter(under(Jurisdiction.objects.visible_to(by).values_list("area_id", flat=True)))
        return found, twice


@admin.register(Jurisdiction)
class JurisdictionAdmin(BaseModelAdmin):
    """Which unit answers for which area; kept by the system administrator."""

    read_right = Right.USE_ADMIN
    write_right = Right.MANAGE_UNITS
    list_display = ["area", "code", "unit"]
    list_select_related = ["area", "unit"]
    list_filter = [("unit", VisibleRelatedFilter)]
    search_fields = ["area__code__startswith", "area__name__startswith"]
    autocomplete_fields = ["area", "unit"]
    fields = ["unit", "area"]
    ordering = ["area"]

    @admin.display(description=_("area code"), ordering="area")
    def code(self, jurisdiction: Jurisdiction) -> str:
        return str(jurisdiction.area_id)


class DoorsFound(CountFree):
    """Pages of a search: its doors' numbers are at hand, so nothing is counted and only the page's rows are read."""

    def __init__(self, found: Any, per_page: int, numbers: list[int]) -> None:
        super().__init__(found, per_page)
        self.numbers = numbers

    @property
    def count(self) -> int:
        return len(self.numbers)

    def page(self, number: Any) -> Any:
        whole: Any = self.object_list
        first = (self.validate_number(number) - 1) * self.per_page
        return Page(whole.among(self.numbers[first : first + self.per_page]), int(number), self)


@admin.register(Premises)
class PremisesAdmin(BaseModelAdmin):
    """Doors, masked. A field in clear is one POST with a reason, and shown once."""

    read_right = Right.SEE_CONTACTS
    list_display = ["address", "community", "kind", "shown_name", "use", "register_officer", "confirmed_on"]
    list_filter = ["kind", "use", ("unit", VisibleRelatedFilter), "added_on_round"]
    list_select_related = ["area"]
    list_fields = [
        *("address", "area__name", "kind", "name", "door_class", "use", "register_officer", "confirmed_on"),
    ]
    search_fields = ["sought"]
    search_help_text = _("Name, address, pinyin or initials; at least two characters")
    ordering = ["area_id", "walk_key", "pk"]
    change_list_template = "admin/registry/premises/list.html"
    excel_columns = excel.DOORS

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).live().defer("sought")

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        return super().changelist_view(request, {"most_found": MOST_FOUND, **(extra_context or {})})

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        """At most `MOST_FOUND` doors, in walking order; the page asks for a longer word when that is not all."""
        if not search_term.strip():
            return queryset, False
        if getattr(request, "whole_list", False):
            return queryset.seeking(search_term), False
        numbers: list[int] = queryset.seeking(search_term).first_found(MOST_FOUND)
        request.doors_found = numbers  # type: ignore[attr-defined]  # for the paginator of this very request
        return queryset.among(numbers).order_by(*self.get_ordering(request)), False

    def get_paginator(self, request: HttpRequest, queryset: Any, per_page: int, *more: Any, **named: Any) -> Any:
        paginator = super().get_paginator(request, queryset, per_page, *more, **named)
        numbers = getattr(request, "doors_found", None)
        return paginator if numbers is None else DoorsFound(queryset, per_page, numbers)

    @admin.display(description=_("community"), ordering="area_id")
    def community(self, door: Premises) -> str:
        return door.area.label

    @admin.display(description=_("householder or name"))
    def shown_name(self, door: Premises) -> str:
        return door.masked_name

    def get_urls(self) -> list[URLPattern]:
        own = [
            path("<int:pk>/reveal/", self.admin_site.admin_view(self.reveal_view), name="registry_premises_reveal"),
        ]
        return own + super().get_urls()

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        return self._page(request, self.get_object(request, object_id))

    def _page(self, request: HttpRequest, door: Premises, **more: Any) -> HttpResponse:
        people = Contact.objects.visible_to(officer_of(request)).filter(premises=door).order_by("ends_on", "rank", "pk")
        contacts = [(contact, masked_phone(contact.phone)) for contact in people]
        context = {
            **self.admin_site.each_context(request),
            "title": door.address,
            "opts": self.opts,
            "door": door,
            "contacts": contacts,
            "faults": [],
            "may_reveal": officer_of(request).may(Right.REVEAL, door.unit_id),
            **more,
        }
        return render(request, "admin/registry/premises/door.html", context, status=422 if more.get("fault") else 200)

    @needs(Right.REVEAL)
    def reveal_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        if request.method != "POST":
            return HttpResponseRedirect(reverse("admin:registry_premises_change", args=[pk]))
        by = officer_of(request)
        door = get_object_or_404(self.get_queryset(request), pk=pk)
        form = RevealForm(request.POST)
        if not form.is_valid():
            return self._refused(request, door, _("Say in a few words why you need to see this."))
        contact = None
        if number := form.cleaned_data["contact"]:
            contact = get_object_or_404(Contact.objects.visible_to(by), pk=number, premises=door)
        field, reason = form.cleaned_data["field"], form.cleaned_data["reason"]
        try:
            value = reveal(premises=door, field=field, contact=contact, reason=reason, by=by, at=timezone.now())
        except Refusal as refusal:
            return self._refused(request, door, refusal)
        return self._page(request, door, revealed=value, revealed_field=field, revealed_contact=contact)

    def _refused(self, request: HttpRequest, door: Premises, fault: Any) -> HttpResponse:
        """The page again, with what was typed where it was typed."""
        typed, asked = request.POST.get("reason", "").replace("\0", ""), request.POST.get("contact", "")
        people = Contact.objects.visible_to(officer_of(request)).filter(premises=door)
        known = {str(pk) for pk in people.values_list("pk", flat=True)}
        place = f"reason-{asked}" if asked in known else "contacts"
        return self._page(request, door, fault=fault, faults=[(place, fault)], typed=typed, asked=asked)


@admin.register(Contact)
class ContactAdmin(BaseModelAdmin):
    """Who is known at the doors now, masked; one field in clear is asked for on the door's own page."""

    read_right = Right.SEE_CONTACTS
    list_display = ["shown_name", "relation", "shown_phone", "address", "community", "starts_on"]
    list_display_links = ["shown_name"]
    list_filter = ["relation"]
    list_select_related = ["premises__area"]
    ordering = ["premises", "rank", "pk"]
    excel_columns = excel.CONTACTS

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).filter(ends_on__isnull=True, premises__merged_into__isnull=True)

    @admin.display(description=_("name"))
    def shown_name(self, contact: Contact) -> str:
        return masked_name(contact.name)

    @admin.display(description=_("phone"))
    def shown_phone(self, contact: Contact) -> str:
        return masked_phone(contact.phone)

    @admin.display(description=_("address"))
    def address(self, contact: Contact) -> str:
        return contact.premises.address

    @admin.display(description=_("community"))
    def community(self, contact: Contact) -> str:
        return contact.premises.area.label

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        contact = self.get_object(request, object_id)
        return HttpResponseRedirect(reverse("admin:registry_premises_change", args=[contact.premises_id]))
