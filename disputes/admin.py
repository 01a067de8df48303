"""The case desk: the ledger of each station, what waits for an approval, the chain."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from accounts.lifecycles import seen_version, why_not
from accounts.models import Officer
from accounts.reached_admin import BaseModelAdmin, VisibleRelatedFilter, officer_of
from accounts.rights import Right
from disputes import excel
from disputes.actions import approve_in_bulk
from disputes.models import Case, LedgerEntry, ReturnVisit
from disputes.states import CASE
from disputes.views import SHOW_WORDS, SHOWN, with_parts

MOST = 200


def waiting_cases(officer: Officer) -> Any:
    """Cases in which a supervisor or leader has to decide: closures asked for, and findings nobody leads yet."""
    reach = Case.objects.visible_to(officer)
    units = officer.units_with_any([Right.APPROVE_CLOSURE, Right.DIRECT_CASES])
    return reach.filter(unit_id__in=units, state__in=(Case.State.CLOSURE_PENDING, Case.State.REGISTERED))


class ShownFilter(admin.SimpleListFilter):
    """The choices of the case list on the phone, so that either list can be taken away as it is shown."""

    title = _("which cases")
    parameter_name = "show"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(code, label) for code, label in SHOW_WORDS if code != "all"]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        chosen = self.value()
        return SHOWN[chosen](queryset, timezone.localdate()) if chosen in SHOWN else queryset


@admin.register(Case)
class CaseAdmin(BaseModelAdmin):
    """The ledger, read-only; a case is worked on its own page."""

    read_right = Right.SEE_CASES
    list_display = [
        "number_link",
        "title",
        "kind_and_category",
        "grade",
        "unit",
        "lead",
        "state",
        "due",
    ]
    excel_columns = excel.CASES
    list_filter = [
        ShownFilter,
        "kind",
        "state",
        "grade",
        ("unit", VisibleRelatedFilter),
        ("campaign", VisibleRelatedFilter),
    ]
    list_select_related = ["unit", "lead"]
    list_display_links = None
    search_fields = ["number"]
    search_help_text = _("Number")
    ordering = ["-pk"]
    change_list_template = "admin/disputes/case_list.html"

    @admin.display(description=_("number"))
    def number_link(self, case: Case) -> str:
        return format_html('<a href="{}">{}</a>', reverse("disputes:case", args=[case.pk]), case.number)

    @admin.display(description=_("kind"), ordering="kind")
    def kind_and_category(self, case: Case) -> str:
        return f"{case.get_kind_display()} · {case.category_label}"

    @admin.display(description=_("due"), ordering="due_on")
    def due(self, case: Case) -> str:
        """The day, and beside it the word for one that has passed."""
        day = date_format(case.due_on, "SHORT_DATE_FORMAT") if case.due_on else "–"
        if not case.is_overdue(timezone.localdate()):
            return day
        return format_html('{} <span class="state state-danger">{}</span>', day, _("overdue"))

    def get_urls(self) -> list[URLPattern]:
        def waiting(request: HttpRequest) -> HttpResponse:
            return self.waiting(request)

        waiting.model_admin = self  # type: ignore[attr-defined]
        return [path("waiting/", waiting, name="disputes_waiting"), *super().get_urls()]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        case = self.get_object(request, object_id)
        return HttpResponseRedirect(reverse("disputes:case", args=[case.pk]))

    def waiting(self, request: HttpRequest) -> HttpResponse:
        """Waiting for me: on-spot matters to tick and approve at once, the rest one by one with their reasons."""
        return self.admin_site.admin_view(self._waiting)(request)

    def _waiting(self, request: HttpRequest) -> HttpResponse:
        officer, now = officer_of(request), timezone.now()
        if not self.has_view_permission(request):
            raise PermissionDenied
        if request.method == "POST":
            return self._approve(request, officer)
        bulk: list[dict[str, Any]] = []
        single: list[dict[str, Any]] = []
        unled: list[dict[str, Any]] = []
        for case in with_parts(waiting_cases(officer)).order_by("due_on", "pk")[:MOST]:
            row: dict[str, Any] = {"case": case, "refusal": None}
            if case.state == Case.State.REGISTERED:
                unled.append(row)
                continue
            row["refusal"] = why_not(case, CASE, "approve", by=officer, at=now)
            on_spot = case.grade == 1 and case.on_the_spot
            (bulk if on_spot else single).append(row)
        return TemplateResponse(
            request,
            "admin/disputes/waiting.html",
            {
                **self.admin_site.each_context(request),
                "opts": self.opts,
                "title": gettext("Waiting for me"),
                "bulk": bulk,
                "ready": sum(row["refusal"] is None for row in bulk),
                "single": single,
                "unled": unled,
            },
        )

    def _approve(self, request: HttpRequest, officer: Officer) -> HttpResponse:
        """Each ticked line carries the version that was on the page."""
        seen = dict(line.split(":", 1) for line in request.POST.getlist("case") if line.count(":") == 1)
        numbers = {int(pk): seen_version(version) for pk, version in seen.items() if seen_version(pk) > 0}
        cases = with_parts(waiting_cases(officer)).filter(pk__in=list(numbers)[:MOST])
        result = approve_in_bulk(chosen=[(case, numbers[case.pk]) for case in cases], by=officer, at=timezone.now())
        if result.approved:
            words = ngettext("%(n)d case struck off.", "%(n)d cases struck off.", len(result.approved))
            messages.success(request, words % {"n": len(result.approved)})
        for case, refusal in result.refused:
            messages.error(request, f"{case.number}: {refusal}")
        if not numbers:
            messages.warning(request, gettext("Tick the cases first."))
        return HttpResponseRedirect(reverse("admin:disputes_waiting"))


@admin.register(LedgerEntry)
class LedgerEntryAdmin(BaseModelAdmin):
    """The chain itself: what can be held against a printed head."""

    read_right = Right.SEE_CASES
    list_display = ["place", "when", "case_link", "move", "state", "who", "short_hash"]
    list_select_related = ["case", "actor"]
    list_display_links = None
    readonly_fields = ["place", "when", "case_link", "move", "state", "who", "hash_before", "whole_hash"]
    fields = [*readonly_fields]
    ordering = ["-id"]

    @admin.display(description=_("entry"))
    def place(self, entry: LedgerEntry) -> str:
        return f"{entry.chain_id}:{entry.seq}"

    @admin.display(description=_("at"), ordering="at")
    def when(self, entry: LedgerEntry) -> Any:
        return entry.at

    @admin.display(description=_("case"))
    def case_link(self, entry: LedgerEntry) -> str:
        return format_html('<a href="{}">{}</a>', reverse("disputes:case", args=[entry.case_id]), entry.case.number)

    @admin.display(description=_("what was done"))
    def move(self, entry: LedgerEntry) -> str:
        return str(CASE.moves[entry.action].label)

    @admin.display(description=_("state after it"))
    def state(self, entry: LedgerEntry) -> str:
        return entry.get_state_to_display()

    @admin.display(description=_("by"))
    def who(self, entry: LedgerEntry) -> str:
        return entry.actor.name

    @admin.display(description=_("hash before it"))
    def hash_before(self, entry: LedgerEntry) -> str:
        return entry.prev_hash

    @admin.display(description=_("hash"))
    def whole_hash(self, entry: LedgerEntry) -> str:
        return entry.hash

    @admin.display(description=_("hash"))
    def short_hash(self, entry: LedgerEntry) -> str:
        return entry.hash[:16]


class DoneFilter(admin.SimpleListFilter):
    title = _("return visit")
    parameter_name = "done"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("no", _("still to make")), ("yes", _("made"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        if self.value() in ("no", "yes"):
            return queryset.filter(done_at__isnull=self.value() == "no")
        return queryset


@admin.register(ReturnVisit)
class ReturnVisitAdmin(BaseModelAdmin):
    """Every return visit that is due or made; it is made on the page of its case."""

    read_right = Right.SEE_CASES
    list_display = ["case_link", "officer", "due_on", "done_at", "answer", "in_person"]
    excel_columns = excel.RETURN_VISITS
    list_display_links = None
    list_filter = [DoneFilter, "answer"]
    list_select_related = ["case", "officer"]
    ordering = ["due_on", "pk"]
    fields = ["case_link", "officer", "due_on", "done_at", "answer", "in_person"]
    readonly_fields = ["case_link"]

    def row_title(self, row: ReturnVisit) -> str:
        return f"{row.case.number} · {row.case.title}"

    @admin.display(description=_("case"))
    def case_link(self, visit: ReturnVisit) -> str:
        return format_html('<a href="{}">{}</a>', reverse("disputes:case", args=[visit.case_id]), visit.case.number)
