"""Administration pages of the register: areas, jurisdictions, doors (masked), and the import of a workbook."""

from typing import Any

from django.contrib import admin, messages
from django.db import transaction
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.access import needs
from accounts.actions import log_access
from accounts.lifecycles import seen_version
from accounts.presses import one_press
from accounts.reached_admin import BaseModelAdmin, VisibleRelatedFilter, officer_of
from accounts.refusals import Refusal
from accounts.rights import Right
from registry.actions import confirm_import, discard_import, look_again, reveal, upload_workbook
from registry.forms import RevealForm, UploadForm
from registry.jurisdictions import under
from registry.masking import masked_name, masked_phone
from registry.models import Area, Contact, ImportBatch, Jurisdiction, Premises
from registry.preview import Preview
from registry.reasons_copy import copy_with_reasons
from registry.resources import CONTACT_COLUMNS, EXCEL_COLUMNS
from registry.tasks import read_import

MOST_FOUND = 500
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


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


@admin.register(Premises)
class PremisesAdmin(BaseModelAdmin):
    """Doors, masked. A field in clear is one POST with a reason, and shown once."""

    read_right = Right.SEE_CONTACTS
    list_display = ["address", "community", "kind", "shown_name", "use", "register_officer", "confirmed_on"]
    list_filter = ["kind", "use", ("unit", VisibleRelatedFilter), "added_on_round"]
    list_select_related = ["area", "unit"]
    search_fields = ["sought"]
    search_help_text = _("Name, address, pinyin or initials; at least two characters")
    ordering = ["area_id", "walk_key", "pk"]
    change_list_template = "admin/registry/premises/list.html"
    excel_columns = EXCEL_COLUMNS

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
        found = queryset.seeking(search_term).first_found(MOST_FOUND)
        return found.select_related("area", "unit").defer("sought").order_by(*self.get_ordering(request)), False

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
        typed = {"typed": request.POST.get("reason", "").replace("\0", ""), "asked": request.POST.get("contact", "")}
        if not form.is_valid():
            return self._page(request, door, fault=_("Say in a few words why you need to see this."), **typed)
        contact = None
        if number := form.cleaned_data["contact"]:
            contact = get_object_or_404(Contact.objects.visible_to(by), pk=number, premises=door)
        field, reason = form.cleaned_data["field"], form.cleaned_data["reason"]
        try:
            value = reveal(premises=door, field=field, contact=contact, reason=reason, by=by, at=timezone.now())
        except Refusal as refusal:
            return self._page(request, door, fault=refusal, **typed)
        return self._page(request, door, revealed=value, revealed_field=field, revealed_contact=contact)


@admin.register(Contact)
class ContactAdmin(BaseModelAdmin):
    """Who is known at the doors now, masked; one field in clear is asked for on the door's own page."""

    read_right = Right.SEE_CONTACTS
    list_display = ["shown_name", "relation", "shown_phone", "address", "community", "starts_on"]
    list_display_links = ["shown_name"]
    list_filter = ["relation"]
    list_select_related = ["premises__area"]
    ordering = ["premises", "rank", "pk"]
    excel_columns = CONTACT_COLUMNS

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


@admin.register(ImportBatch)
class ImportBatchAdmin(BaseModelAdmin):
    """Upload, progress, preview, confirm: the page of one batch shows what its state asks for."""

    read_right = Right.IMPORT_PREMISES
    change_list_template = "admin/registry/importbatch/change_list.html"
    list_display = ["file_name", "unit", "by", "at", "state", "doors"]
    list_display_links = ["file_name"]
    list_filter = ["state"]
    list_select_related = ["unit", "by"]
    ordering = ["-at"]

    @admin.display(description=_("doors"))
    def doors(self, batch: ImportBatch) -> Any:
        return batch.counts.get("doors", "–")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.may_read(request)

    def get_urls(self) -> list[URLPattern]:
        def page(name: str, view: Any) -> URLPattern:
            return path(f"<int:pk>/{name}/", self.admin_site.admin_view(view), name=f"registry_importbatch_{name}")

        own = [
            page("confirm", self.confirm_view),
            page("discard", self.discard_view),
            page("copy", self.copy_view),
        ]
        return own + super().get_urls()

    def _batch(self, request: HttpRequest, pk: int) -> ImportBatch:
        found: ImportBatch = get_object_or_404(self.get_queryset(request).select_related("unit", "by"), pk=pk)
        return found

    def _back(self, batch: ImportBatch) -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:registry_importbatch_change", args=[batch.pk]))

    @needs(Right.IMPORT_PREMISES)
    @method_decorator(one_press)
    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        by = officer_of(request)
        form = UploadForm(request.POST or None, request.FILES or None, by=by)
        if request.method == "POST" and form.is_valid():
            said = form.cleaned_data
            try:
                # A kill between the two would leave a workbook that nobody ever reads.
                with transaction.atomic():
                    batch = upload_workbook(
                        unit=said["unit"],
                        file=said["file"].file,
                        name=said["file"].name,
                        dated_on=said["dated_on"],
                        by=by,
                        at=timezone.now(),
                    )
                    read_import.enqueue(batch.pk)
            except Refusal as refusal:
                form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
            else:
                return self._back(batch)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Bring in a workbook of doors"),
            "opts": self.opts,
            "form": form,
        }
        status = 422 if form.is_bound else 200
        return render(request, "admin/registry/importbatch/upload.html", context, status=status)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        batch = self.get_object(request, object_id)
        preview = Preview(batch, get_language() or "zh-hans", request.GET)
        context = {
            **self.admin_site.each_context(request),
            "title": batch.file_name,
            "opts": self.opts,
            "batch": batch,
            "preview": preview,
        }
        response = render(request, "admin/registry/importbatch/batch.html", context)
        if batch.state == ImportBatch.State.READING:
            response["Refresh"] = "2"
        return response

    @needs(Right.IMPORT_PREMISES)
    @method_decorator(one_press)
    def confirm_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        batch = self._batch(request, pk)
        if request.method != "POST":
            return self._back(batch)
        version = seen_version(request.POST.get("version"))
        by, at = officer_of(request), timezone.now()
        try:
            confirm_import(batch=batch, version=version, by=by, at=at)
        except Refusal as refusal:
            if refusal.code == "preview_stale":
                look_again(batch=self._batch(request, pk), by=by, at=at)
            self.message_user(request, str(refusal), level=messages.ERROR)
        else:
            self.message_user(request, _("The doors are in the register."))
        return self._back(batch)

    @needs(Right.IMPORT_PREMISES)
    @method_decorator(one_press)
    def discard_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        batch = self._batch(request, pk)
        if request.method == "POST":
            try:
                discard_import(batch=batch, by=officer_of(request), at=timezone.now())
                self.message_user(request, _("Put aside. Its rows and its file are deleted."))
            except Refusal as refusal:
                self.message_user(request, str(refusal), level=messages.ERROR)
        return self._back(batch)

    @needs(Right.IMPORT_PREMISES)
    def copy_view(self, request: HttpRequest, pk: int) -> FileResponse:
        """The same workbook with one more column of reasons."""
        batch = self._batch(request, pk)
        if not batch.file or batch.state not in {ImportBatch.State.READY, ImportBatch.State.CONFIRMED}:
            raise Http404
        log_access(officer_of(request), "import_copy", batch)
        file, ending = copy_with_reasons(batch, get_language() or "zh-hans")
        kind = XLSX if ending == "xlsx" else "text/csv; charset=utf-8"
        return FileResponse(file, as_attachment=True, filename=f"doors-import-{batch.pk}.{ending}", content_type=kind)
