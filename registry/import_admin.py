"""The import of a workbook in the administration: upload, progress, preview, confirmation."""

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
from accounts.reached_admin import BaseModelAdmin, officer_of
from accounts.refusals import Refusal
from accounts.rights import Right
from registry.actions import confirm_import, discard_import, look_again, upload_workbook
from registry.forms import UploadForm
from registry.models import ImportBatch
from registry.preview import Preview
from registry.reasons_copy import copy_with_reasons
from registry.tasks import read_import

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


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
            "refused": [],
            **(extra_context or {}),
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
            if refusal.status == 409:
                # The preview as it is now, with what was said: nobody takes it for the one that was confirmed.
                shown = self.change_view(request, str(pk), extra_context={"refused": [("bar", str(refusal))]})
                shown.status_code = 409
                return shown
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
