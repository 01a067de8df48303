"""The admin's base class, which closes what the stock admin leaves open, and the pages of this floor.

The stock admin leaks by itself: selects and filters list every row, a forged key is accepted, a foreign row
redirects instead of being absent, deleting shows related rows, every change writes a second history. Here every
row comes through `visible_to`, a foreign one is 404, nothing is deleted, and saving is checked and logged.
"""

from collections.abc import Sequence
from typing import Any, cast

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.views.main import SEARCH_VAR, ChangeList
from django.contrib.admin.widgets import AutocompleteSelect, RelatedFieldWidgetWrapper
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db import models, transaction
from django.forms import DateInput, Media
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from accounts.actions import issue_codes, log_access, officer_leaves
from accounts.columns import Column, column
from accounts.filters import EndFilter, RoleFilter, VerbFilter
from accounts.log_words import object_label, outcome_label, verb_label
from accounts.models import AccessEvent, Grant, Officer, Unit
from accounts.refusals import Refusal
from accounts.rights import Right
from accounts.scoping import ScopedModel
from accounts.seeking import FORGOTTEN, address_for, keep_sought, sought_by

PAGE = 100
WHOLE_LOOKUPS = {"", "exact", "id__exact", "isnull", "gte", "lt", "in"}


# Django's classes are generic for the type checker only; at run time they take no argument, hence `type-arg`.
class CountFree(Paginator):  # type: ignore[type-arg]
    """Never counts the table: looks one row past the page, at most 100 pages deep, then says "narrow the search"."""

    DEEPEST = 100

    @cached_property
    def count(self) -> int:
        ahead: Any = self.object_list
        return len(ahead.values_list("pk", flat=True)[: self.per_page * self.DEEPEST])


class ReachedChangeList(ChangeList):
    """Looks up only what the class declares; a look-up along somebody's contacts is refused by Django's own rule."""

    def get_queryset(self, request: HttpRequest, exclude_parameters: Any = None) -> Any:
        """The address carries a key for what is sought; a list on its way into a file says it in words."""
        if not getattr(request, "whole_list", False):
            self.query = (sought_by(request, self.query) or "") if self.query else ""
        return super().get_queryset(request, exclude_parameters)


def keys_among(model: Any, typed: Sequence[str]) -> list[str]:
    """What could be a key of this model; the rest would be an error of the database, not a row that is absent."""
    return [text for text in typed if _is_key(model._meta.pk, text)]


def _is_key(field: Any, text: str) -> bool:
    try:
        field.to_python(text)
    except ValidationError:
        return False
    return "\0" not in text


class KeyedAutocomplete(AutocompleteSelect):
    """Posts what is typed, as every search does, and shows a refused form again whatever was sent in place of a key."""

    @property
    def media(self) -> Media:
        return super().media + Media(js=["js/picker.js"])

    def build_attrs(self, base_attrs: Any, extra_attrs: Any = None) -> dict[str, Any]:
        return {**super().build_attrs(base_attrs, extra_attrs), "data-ajax--type": "POST"}

    def optgroups(self, name: str, value: Any, attr: Any = None) -> Any:
        choices: Any = self.choices
        kept = keys_among(choices.queryset.model, [str(each) for each in value if each])
        return super().optgroups(name, kept or [""], attr)


def officer_of(request: HttpRequest) -> Officer:
    return cast(Officer, request.user)


class BaseModelAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Declare `read_right`, and `write_right` for set-up rows; without the latter the rows are read-only."""

    read_right: Right = Right.USE_ADMIN
    write_right: Right | None = None
    # What a row says in an Excel file; without any, the columns of the list. A name along foreign keys, or a `Column`.
    excel_columns: Sequence[str | Column] = ()
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    list_per_page = PAGE
    list_max_show_all = PAGE
    paginator = CountFree
    actions: Any = None
    view_on_site = False
    preserve_filters = True
    # The browser's own calendar, in the reader's language and with a thumb's room.
    formfield_overrides = {models.DateField: {"widget": DateInput(format="%Y-%m-%d", attrs={"type": "date"})}}

    # -- rows --

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Takes what is sought by POST. A ticked row that is no key of any is one that does not exist."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        if request.method == "POST" and "seek" in request.POST:
            key = keep_sought(request, request.POST["seek"])
            return HttpResponseRedirect(address_for(request, key))
        if request.GET.get(SEARCH_VAR) and sought_by(request, request.GET[SEARCH_VAR]) is None:
            self.message_user(request, str(FORGOTTEN), level=messages.WARNING)
            return HttpResponseRedirect(address_for(request, ""))
        ticked = request.POST.getlist(ACTION_CHECKBOX_NAME)
        if ticked:
            sent: Any = request.POST.copy()
            sent.setlist(ACTION_CHECKBOX_NAME, keys_among(self.model, ticked))
            request.POST = sent
        return super().changelist_view(request, extra_context)

    def get_queryset(self, request: HttpRequest) -> Any:
        model: Any = self.model
        if issubclass(model, ScopedModel):
            queryset = model.objects.visible_to(officer_of(request))
        else:
            queryset = model._default_manager.get_queryset()
        ordering = self.get_ordering(request)
        return queryset.order_by(*ordering) if ordering else queryset

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        """Another unit's row does not exist; `_to_field` is not a way to ask for it."""
        if from_field not in (None, "id", "pk", self.model._meta.pk.name):
            raise Http404
        found = super().get_object(request, object_id, None)
        if found is None:
            raise Http404
        return found

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> Any:
        return ReachedChangeList

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """A select lists, and a forged key finds, only what the person can see."""
        related: Any = db_field.remote_field.model
        if issubclass(related, ScopedModel):
            kwargs["queryset"] = related.objects.visible_to(officer_of(request))
        if db_field.name in self.get_autocomplete_fields(request):
            kwargs.setdefault("widget", KeyedAutocomplete(db_field, self.admin_site))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Without the stock pencils and plus signs: each kind of row has a page of its own."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None and isinstance(field.widget, RelatedFieldWidgetWrapper):
            field.widget = field.widget.widget
        return field

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        related: Any = db_field.remote_field.model
        if issubclass(related, ScopedModel):
            kwargs["queryset"] = related.objects.visible_to(officer_of(request))
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def row_title(self, row: Any) -> str:
        """What the page of one row is called: in words, where the row's own name is only a number."""
        return str(row)

    def render_change_form(
        self,
        request: HttpRequest,
        context: Any,
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: Any = None,
    ) -> Any:
        if obj is not None:
            context["row_title"] = self.row_title(obj)
        return super().render_change_form(request, context, add, change, form_url, obj)

    # -- rights --

    def may_read(self, request: HttpRequest) -> bool:
        return officer_of(request).may(self.read_right)

    def may_write(self, request: HttpRequest) -> bool:
        return self.write_right is not None and officer_of(request).may(self.write_right)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return request.user.is_authenticated and self.may_read(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.may_read(request)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.may_write(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        if not self.may_write(request):
            return False
        unit_id = getattr(obj, "unit_id", None)
        return unit_id is None or officer_of(request).may(cast(Right, self.write_right), unit_id)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    # -- one place that saves set-up rows, and no second history --

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        by = officer_of(request)
        unit_id = getattr(obj, "unit_id", None)
        if self.write_right is None or not by.may(self.write_right, unit_id):
            raise PermissionDenied(_("Your role does not include this."))
        with transaction.atomic():
            super().save_model(request, obj, form, change)
            log_access(by, "changed" if change else "added", obj)

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """The access log has it."""

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """The access log has it."""

    def log_deletions(self, request: HttpRequest, queryset: Any) -> Any:
        """Nothing is deleted here."""

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        raise Http404

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        raise Http404

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        """Declared filters only, compared whole: `?name__startswith=` would read a column letter by letter."""
        field, _dot, rest = lookup.partition("__")
        filters: Any = self.list_filter
        if any(lookup == getattr(entry, "parameter_name", None) for entry in filters):
            return True
        declared = {entry[0] if isinstance(entry, tuple) else entry for entry in filters}
        return field in {name.split("__")[0] for name in declared if isinstance(name, str)} and rest in WHOLE_LOOKUPS


class VisibleRelatedFilter(admin.RelatedFieldListFilter):
    """A filter over related rows that lists only what the person can see; named in the reader's language."""

    def __init__(self, field: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(field, *args, **kwargs)
        if str(field.verbose_name) == field.name:
            self.title = field.remote_field.model._meta.verbose_name

    def field_choices(self, field: Any, request: HttpRequest, model_admin: Any) -> list[Any]:
        related: Any = field.remote_field.model
        rows = (
            related.objects.visible_to(officer_of(request))
            if issubclass(related, ScopedModel)
            else related.objects.all()
        )
        return [(row.pk, str(row)) for row in rows[:200]]


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
    actions = ["print_slips", "mark_as_left"]
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
                people = list(queryset)
                for officer in people:
                    officer_leaves(officer=officer, on=day, by=officer_of(request), at=timezone.now())
        except Refusal as refusal:
            return _shown_refusal(self, request, refusal)
        self.message_user(
            request, _("%(count)d accounts ended. Their open doors wait under “hand over”.") % {"count": len(people)}
        )
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
