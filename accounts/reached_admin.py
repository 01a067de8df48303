"""The admin's base class, which closes what the stock admin leaves open.

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
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.actions import log_access
from accounts.changed_meanwhile import RowForm
from accounts.columns import Column
from accounts.models import Officer
from accounts.presses import once
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
        # In no order: sorting the rows to count them cost more than the page itself.
        return int(ahead.order_by().values("pk")[: self.per_page * self.DEEPEST].count())


class KeysFirst(CountFree):
    """For a list in an order that no index has: its rows are sorted by their keys alone, and only the page's are read whole.

    Ten thousand rows with all that is shown beside them took ten times as long to sort.
    """

    def page(self, number: Any) -> Any:
        found, everything = super().page(number), cast(Any, self.object_list)
        of_page = cast(Any, found.object_list).values_list("pk", flat=True)
        found.object_list = everything.filter(pk__in=list(of_page))
        return found


class ReachedChangeList(ChangeList):
    """Looks up only what the class declares; a look-up along somebody's contacts is refused by Django's own rule."""

    def get_queryset(self, request: HttpRequest, exclude_parameters: Any = None) -> Any:
        """The address carries a key for what is sought; a list on its way into a file says it in words."""
        if not getattr(request, "whole_list", False):
            self.query = (sought_by(request, self.query) or "") if self.query else ""
        return super().get_queryset(request, exclude_parameters)

    def get_results(self, request: HttpRequest) -> None:
        """Of the page's rows only what stands in the list is read; an action over them reads them whole."""
        super().get_results(request)
        listed: Any = self.model_admin
        if listed.list_fields:
            self.result_list = cast(Any, self.result_list).only(*listed.list_fields)


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
    # What the rows of the list are read with, along foreign keys too; without any, all that they have.
    list_fields: Sequence[str] = ()
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    list_per_page = PAGE
    list_max_show_all = PAGE
    paginator = CountFree
    actions: Any = None
    form = RowForm
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
        rows: Any = super().changelist_view
        return cast(HttpResponse, once(request, lambda: rows(request, extra_context)))

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> Any:
        """Adding and changing; pressed twice, it is done once."""
        form: Any = super().changeform_view
        return once(request, lambda: form(request, object_id, form_url, extra_context))

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
        found: Any = super().get_object(request, object_id, None)
        if found is None:
            raise Http404
        if request.method == "POST" and self.may_write(request) and transaction.get_connection().in_atomic_block:
            # What the form is compared with and written to is the row as nobody else can change it any more.
            held = self.model._base_manager.select_for_update(of=("self",), no_key=True)
            try:
                found.refresh_from_db(from_queryset=held)
            except self.model.DoesNotExist:
                # Taken off while this page was being sent.
                raise Http404 from None
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
        # Their place is the list of faults at the top (`components/faults.html`), not Django's one sentence.
        refused, context["errors"] = bool(context.get("errors")), ()
        response = super().render_change_form(request, context, add, change, form_url, obj)
        parts = [form for formset in context["inline_admin_formsets"] for form in formset.formset.forms]
        if any(getattr(form, "stale", False) for form in (context["adminform"].form, *parts)):
            response.status_code = 409
        elif refused:
            response.status_code = 422
        return response

    @admin.display(description=SafeString('<input type="checkbox" id="action-toggle">'))
    def action_checkbox(self, obj: Any) -> SafeString:
        """The stock box without its form widget: drawing a hundred of those took longer than the rest of their list."""
        label = format_html(gettext("Select this object for an action - {}"), str(obj))
        box = '<input type="checkbox" name="{}" value="{}" class="action-select" aria-label="{}">'
        return format_html(box, ACTION_CHECKBOX_NAME, obj.pk, label)

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

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """What a row's page remembers for its saving (`RowForm`) is nothing to read where nobody may save."""
        fields = super().get_fields(request, obj)
        return fields if self.has_change_permission(request, obj) else [name for name in fields if name != "seen"]

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
