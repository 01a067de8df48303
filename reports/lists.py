"""A list of the desk as rows for a file: the same rows, filters and order as on its page, masked as there.

Where an admin class declares `excel_columns`, only those values leave the database; elsewhere the columns of the list
are asked of each row, which is slower and needs no declaration.
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import Any, cast

from django.apps import apps
from django.contrib import admin
from django.contrib.admin.exceptions import NotRegistered
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.utils import label_for_field
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.db.models.fields.files import FieldFile
from django.http import HttpRequest, QueryDict
from django.utils.functional import Promise
from django.utils.html import strip_tags
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from accounts.columns import Column
from accounts.enumerating import enumerated
from accounts.middleware import holds_nul
from accounts.models import Officer
from accounts.reached_admin import BaseModelAdmin
from accounts.refusals import Refusal
from registry.xlsx_table import Table
from reports.charts import begun

# Looked up together. For so few the database follows its index to each door; for many it walks all doors every time.
CHUNK = 1_000
# Fields whose values a sheet shows as they are.
AS_THEY_ARE = (
    *(models.CharField, models.TextField, models.IntegerField, models.DecimalField, models.FloatField),
    *(models.DateField, models.AutoField),
)
WIDE = 34


def list_named(name: str, officer: Officer) -> BaseModelAdmin:
    """The admin class of `registry_premises`; a name that is none, or a list that is not theirs, is absent."""
    label, _dash, model_name = name.partition("_")
    try:
        found: Any = admin.site.get_model_admin(apps.get_model(label, model_name))
    except (LookupError, ValueError, NotRegistered):
        raise Refusal("no_list", _("There is no such list."), status=404) from None
    if not isinstance(found, BaseModelAdmin) or not found.has_view_permission(request_of(officer, "")):
        raise Refusal("no_list", _("There is no such list."), status=404)
    return found


def request_of(officer: Officer, query: str) -> HttpRequest:
    """What the admin's list needs of a request, for a worker that has none."""
    filters = QueryDict(query, mutable=True)
    filters.pop("p", None)
    request: Any = HttpRequest()
    request.method, request.GET, request.user = "GET", filters, officer
    # A page may show some of what it found; a file holds all of it.
    request.whole_list = True
    return cast(HttpRequest, request)


def rows_of(model_admin: BaseModelAdmin, officer: Officer, query: str) -> Any:
    """The rows that the list shows under these filters, all pages of them."""
    request = request_of(officer, query)
    if holds_nul(request):
        raise Refusal("filters", _("These filters are not known. Open the list anew."))
    try:
        return model_admin.get_changelist_instance(request).queryset
    except IncorrectLookupParameters:
        raise Refusal("filters", _("These filters are not known. Open the list anew.")) from None


def table_of(model_admin: BaseModelAdmin, officer: Officer, query: str) -> Table:
    """One sheet; its rows are read while it is written."""
    queryset = rows_of(model_admin, officer, query)
    title = str(model_admin.opts.verbose_name_plural)
    if model_admin.excel_columns:
        columns = [declared(model_admin.model, column) for column in model_admin.excel_columns]
        headings = [begun(column.heading) for column in columns]
        rows = _values(queryset, columns, officer)
        return Table(title, headings, rows, [column.width for column in columns])
    names = [name for name in model_admin.get_list_display(request_of(officer, query)) if name != "action_checkbox"]
    headings = [begun(label_for_field(name, model_admin.model, model_admin)) for name in names]
    return Table(title, headings, _shown(queryset, [shown_by(model_admin, str(name)) for name in names]))


def plain(value: Any) -> Any:
    """A value as a cell takes it: markup, lazy texts and rows become text, yes and no become words."""
    if value is None or type(value) in (str, int, float):
        return value
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, SafeString):
        return strip_tags(value)
    if isinstance(value, list | tuple):
        return enumerated(value)
    if isinstance(value, Promise | models.Model | FieldFile | dict):
        return str(value)
    return value


# -- declared columns: values, no rows --


def declared(model: type[models.Model], column: str | Column) -> Column:
    """A bare name gets the heading and the words of its field; along a foreign key it is called as the key is."""
    if isinstance(column, Column):
        if column.show or column.look_up:
            return column
        return Column(column.heading, column.reads, _words(model, column.reads[0]), column.width)
    first = model._meta.get_field(column.split("__")[0])
    heading = getattr(first, "verbose_name", column)
    return Column(heading, (column,), _words(model, column), WIDE if column.endswith("address") else 14)


def _words(model: type[models.Model], path: str) -> Callable[[Any], Any] | None:
    """The label of a code, words for yes and no; None where the value stands for itself."""
    *keys, last = path.split("__")
    field: Any = None
    for part in (*keys, last):
        field = model._meta.get_field(part)
        model = field.related_model or model
    choices = {code: str(label) for code, label in getattr(field, "flatchoices", None) or ()}
    if choices:
        return lambda code: choices.get(code, code)
    return None if isinstance(field, AS_THEY_ARE) else plain


def _values(queryset: Any, columns: Sequence[Column], officer: Officer) -> Iterator[list[Any]]:
    paths = list(dict.fromkeys(path for column in columns for path in column.reads))
    places = {path: number for number, path in enumerate(paths, 1)}
    plan = [(column.show, column.look_up, [places[path] for path in column.reads]) for column in columns]
    asked = {column.look_up for column in columns if column.look_up}
    source = queryset.select_related(None).prefetch_related(None).values_list("pk", *paths).iterator(chunk_size=CHUNK)
    while chunk := list(islice(source, CHUNK)):
        keys = [row[0] for row in chunk]
        known = {look_up: look_up(officer, keys) for look_up in asked}
        for row in chunk:
            cells = []
            for show, look_up, reads in plan:
                value = known[look_up].get(row[0]) if look_up else row[reads[0]]
                if show is not None:
                    value = show(value) if len(reads) < 2 else show(*[row[place] for place in reads])
                cells.append(value)
            yield cells


# -- the columns of the list itself --


def _shown(queryset: Any, getters: Sequence[Callable[[Any], Any]]) -> Iterator[list[Any]]:
    for row in queryset.iterator(chunk_size=CHUNK):
        yield [getter(row) for getter in getters]


def shown_by(model_admin: BaseModelAdmin, name: str) -> Callable[[Any], Any]:
    """As the list finds it: a field, a method of the class, or an attribute of the row."""
    try:
        field: Any = model_admin.model._meta.get_field(name)
    except FieldDoesNotExist:
        method = getattr(model_admin, name, None)
        if callable(method):
            return lambda row: plain(method(row))
        return lambda row: plain(getattr(row, name)() if callable(getattr(row, name)) else getattr(row, name))
    if getattr(field, "flatchoices", None):
        words = {code: str(label) for code, label in field.flatchoices}
        return lambda row: words.get(getattr(row, name), getattr(row, name))
    return lambda row: plain(getattr(row, name))
