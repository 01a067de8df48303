"""One reach: every address has a rule, and rows leave their tables only for somebody who may see them."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.urls import URLPattern, URLResolver, get_resolver

from accounts.access import rule_of
from accounts.models import Unit
from accounts.reached_admin import BaseModelAdmin
from accounts.scoping import ScopedModel, Unscoped
from config.running.places import ROOT
from tests.repository.source import APPS, place, python_files, tree


def routes(patterns: list[Any], before: str = "/") -> Iterator[tuple[str, Any]]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, before + str(pattern.pattern))
        elif isinstance(pattern, URLPattern):
            yield before + str(pattern.pattern), pattern.callback


def test_every_address_has_a_rule() -> None:
    every = list(routes(get_resolver().url_patterns))
    assert len(every) > 20
    assert [route for route, view in every if rule_of(view) is None] == []


def scoped_models() -> list[type[ScopedModel]]:
    return [model for model in apps.get_models() if issubclass(model, ScopedModel)]


def test_every_row_that_belongs_to_a_unit_is_scoped() -> None:
    owned = [
        model
        for model in apps.get_models()
        if model._meta.app_label in APPS
        and any(field.name == "unit" and field.related_model is Unit for field in model._meta.get_fields())
    ]
    assert [model.__name__ for model in owned if not issubclass(model, ScopedModel)] == []


@pytest.mark.django_db
@pytest.mark.parametrize("model", scoped_models(), ids=lambda model: model.__name__)
def test_a_manager_that_was_not_told_for_whom_raises(model: Any) -> None:
    for read in (
        lambda: list(model.objects.all()),
        lambda: model.objects.count(),
        lambda: model.objects.exists(),
        lambda: model.objects.first(),
        lambda: model.objects.filter(pk=None).get(),
        lambda: list(model.objects.values_list("pk")),
        lambda: list(model.objects.iterator()),
        lambda: model.objects.in_bulk([1]),
        lambda: model.objects.update(pk=None),
        lambda: model.objects.all().delete(),
        lambda: list(model.objects.all()[:1]),
    ):
        with pytest.raises(Unscoped):
            read()


def view_modules() -> list[Path]:
    """Files of pages by their name, and whatever else names the rule of an address."""
    names = {"views", "admin", "forms"}
    files = python_files(*APPS, "config")
    return [
        path
        for path in files
        if path.stem in names
        or path.stem.endswith("_page")
        or path.parent.name in names
        or "from accounts.access import needs" in path.read_text()
    ]


# Reads in pages of rows that a row already in reach stands for: each was looked at, and says why where it stands.
LOOKED_AT = {
    ("campaigns/forms.py", "Jurisdiction"),
    ("disputes/forms.py", "Officer"),
    ("disputes/new_case.py", "FrameDoor"),
    ("disputes/case_page.py", "LedgerEntry"),
    ("disputes/views.py", "ReturnVisit"),
    ("visits/views.py", "Jurisdiction"),
    ("visits/views.py", "Premises"),
}


def test_pages_read_scoped_rows_only_through_somebodys_reach() -> None:
    """`Model.objects` in a page is followed by `visible_to` at once, except where somebody looked and said why."""
    scoped = {model.__name__ for model in scoped_models()}
    found = {
        (path.relative_to(ROOT).as_posix(), name): place(path, node)
        for path in view_modules()
        for name, node in reads_for_nobody(path)
        if name in scoped
    }
    assert {key: spot for key, spot in found.items() if key not in LOOKED_AT} == {}
    assert LOOKED_AT - set(found) == set(), "no longer there: take it off the list"


def reads_for_nobody(path: Path) -> Iterator[tuple[str, ast.AST]]:
    nodes = [node for node in ast.walk(tree(path)) if isinstance(node, ast.Attribute)]
    open_to_somebody = {id(node.value) for node in nodes if node.attr in {"visible_to", "none"}}
    for node in nodes:
        if node.attr == "objects" and isinstance(node.value, ast.Name) and id(node) not in open_to_somebody:
            yield node.value.id, node


def test_every_admin_class_closes_what_the_stock_admin_leaves_open() -> None:
    admin.autodiscover()
    own = [kind for model, kind in admin.site._registry.items() if model._meta.app_label in APPS]
    assert own
    assert [type(kind).__name__ for kind in own if not isinstance(kind, BaseModelAdmin)] == []
