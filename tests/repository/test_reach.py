"""One reach: every address has a rule, and rows leave their tables only for somebody who may see them."""

import ast
import inspect
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


def sources_of(view: Any) -> set[Path]:
    """Where a view is written, under its decorators; of a page of the admin also its class and what that stands on."""
    wraps = [cell.cell_contents for cell in getattr(view, "__closure__", None) or () if callable(cell.cell_contents)]
    found = {Path(inspect.getsourcefile(inspect.unwrap(view)) or "")}
    found |= {path for inner in wraps if inspect.isroutine(inner) for path in sources_of(inner)}
    if (of_admin := getattr(view, "model_admin", None)) is not None:
        found |= {Path(inspect.getsourcefile(kind) or "") for kind in type(of_admin).__mro__ if kind is not object}
    return found


def imported_by(path: Path) -> Iterator[Path]:
    """Files that this one takes something from."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
            for name in names:
                for found in (ROOT / (name.replace(".", "/") + ".py"), ROOT / name.replace(".", "/") / "__init__.py"):
                    if found.is_file():
                        yield found


def page_files() -> set[Path]:
    """Whatever answers an address, and what stands beside it in its room to say what the page says; no actions."""
    files = set(python_files(*APPS, "config"))
    named = {"views", "admin", "forms"}
    answering = {path for _route, view in routes(get_resolver().url_patterns) for path in sources_of(view)} & files
    answering |= {path for path in files if path.stem in named or path.stem.endswith(("_page", "_admin", "_views"))}
    near, before = set(answering), set[Path]()
    while near != before:
        before, near = near, near | {found for path in near for found in beside(path) if found in files}
    return answering | {path for path in near if not is_of_actions(path)}


def beside(path: Path) -> Iterator[Path]:
    room = path.relative_to(ROOT).parts[0]
    return (found for found in imported_by(path) if found.relative_to(ROOT).parts[0] == room)


def is_of_actions(path: Path) -> bool:
    """It writes; or it is what a room is made of. There a reason stands beside each read, for who reads the action."""
    named = path.stem in {"models", "tasks"} or "models" in path.parts
    return named or "@transaction.atomic" in path.read_text("utf-8")


# Reads in pages that open a table to nobody in particular: each was looked at, and its reason is true because a row or
# a unit in the reader's reach stands before it, or because no row is shown.
LOOKED_AT = {
    # Who somebody is, before anybody is signed in.
    ("accounts/backends.py", "session"),
    ("accounts/backends.py", "sign-in"),
    ("accounts/demo.py", "the demo's sign-in page"),
    # Narrows people in reach to some of them.
    ("accounts/filters.py", "which of the people in reach have a role"),
    # Rows that `visible_to` found are held; tables that belong to no unit.
    ("accounts/reached_admin.py", "_base_manager"),
    ("accounts/reached_admin.py", "_default_manager"),
    ("accounts/reached_admin.py", "related.objects"),
    # The campaign and the station were reached by whoever asks for them: `campaign_or_404`, `stations_of`.
    ("campaigns/board/changes.py", "what happened meanwhile"),
    ("campaigns/board/facts.py", "what happened last"),
    ("campaigns/board/facts.py", "who can take doors"),
    ("campaigns/board/facts.py", "who holds doors"),
    ("campaigns/board/ways.py", "who answers for what"),
    ("campaigns/consequences.py", "?"),
    ("campaigns/desk/pages.py", "names of communities"),
    ("campaigns/desk/pages.py", "which units have doors"),
    ("campaigns/desk/progress.py", "doors of those who left, within the units in reach"),
    ("campaigns/desk/progress.py", "progress of a unit"),
    ("campaigns/desk/sharing_out.py", "doors in hand"),
    # Areas are public; whose they are narrows them.
    ("campaigns/forms.py", "areas of units in reach"),
    ("config/home.py", "which communities nobody answers for"),
    ("visits/views.py", "communities of one's own units"),
    ("visits/views.py", "communities with doors"),
    ("registry/jurisdictions.py", "who answers for what"),
    # Called by actions, within their transaction.
    ("campaigns/holding.py", "_base_manager"),
    ("campaigns/holding.py", "whose frame has them"),
    ("disputes/ledger.py", "adding an entry"),
    ("disputes/ledger.py", "first entry"),
    ("disputes/states.py", "told to who moves this case"),
    ("registry/communities.py", "who answers for which area"),
    ("registry/communities.py", "whose rows an import takes"),
    ("visits/folding.py", "fold of attempts"),
    ("visits/writing.py", "who came along"),
    ("visits/writing.py", "who stood at the door"),
    # Called by commands and by the worker.
    ("config/giving_up.py", "?"),
    ("config/sweeping.py", "_base_manager"),
    ("disputes/ledger.py", "heads of all chains"),
    ("disputes/as_told.py", "verifying"),
    ("disputes/ledger.py", "verifying"),
    # Of a case or a door that was reached; names of those who work there.
    ("disputes/case_page.py", "of a case in reach"),
    ("disputes/forms.py", "colleagues of the case's unit"),
    ("disputes/new_case.py", "the campaign that a door in reach belongs to"),
    ("disputes/return_visit_page.py", "of the case in hand"),
    ("disputes/return_visit_page.py", "reach or own return visit"),
    ("disputes/return_visit_page.py", "through its case"),
    ("disputes/views.py", "of a case in reach"),
    ("reports/documents/visit_forms.py", "the code of a door in reach"),
    ("visits/building.py", "states of doors that are within reach"),
    ("visits/doors.py", "history of a door that is open to the reader"),
    ("visits/keying/saving.py", "doors that the typist may stand before"),
    ("visits/keying/saving.py", "typed or logged already"),
    ("visits/keying/saving.py", "whose doors these are"),
    ("visits/questions.py", "history of a door that is open to the reader"),
    ("visits/screen.py", "names of colleagues of the station"),
    # The reach itself, where it is wider than `visible_to`: addresses of the own station, for stand-ins.
    ("visits/doors.py", "a door that is asked about at once"),
    ("visits/doors.py", "doors of the own station"),
    ("visits/doors.py", "own station, or a door of one's own"),
    # Numbers and names of units, no row.
    ("registry/preview.py", "names of other stations in one summed line"),
    ("reports/indicators/beside.py", "?"),
    ("reports/indicators/rows.py", "?"),
    ("visits/round.py", "contact rates are counts"),
}


def test_pages_read_scoped_rows_only_through_somebodys_reach() -> None:
    """`visible_to` at once, whoever the manager is called by; else its reason stands in the list above."""
    found = {
        (path.relative_to(ROOT).as_posix(), why): place(path, node)
        for path in page_files()
        for why, node in reads_for_nobody(path)
    }
    assert {key: spot for key, spot in found.items() if key not in LOOKED_AT} == {}
    assert LOOKED_AT - set(found) == set(), "no longer there: take it off the list"


def test_the_pages_of_every_room_are_looked_at() -> None:
    looked_at = {path.relative_to(ROOT).as_posix() for path in page_files()}
    known = (
        *("campaigns/desk/pages.py", "campaigns/desk/progress.py", "campaigns/frame_admin.py", "config/home.py"),
        *("campaigns/responsibilities.py", "accounts/reached_admin.py", "config/admin_site.py", "visits/screen.py"),
        *("visits/round.py", "reports/lists.py", "reports/documents/views.py", "disputes/case_page.py"),
    )
    assert set(known) - looked_at == set()


def reads_for_nobody(path: Path) -> Iterator[tuple[str, ast.AST]]:
    """The reason of each `unscoped`; a manager that is asked past it, or not told for whom."""
    scoped = {model.__name__ for model in scoped_models()}
    nodes = list(ast.walk(tree(path)))
    told = {id(node.value) for node in nodes if isinstance(node, ast.Attribute) and node.attr in TOLD}
    for node in nodes:
        if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "unscoped":
            yield str(getattr(node.args[0], "value", "?")) if node.args else "?", node
        elif isinstance(node, ast.Attribute) and node.attr in PAST_IT:
            yield node.attr, node
        elif isinstance(node, ast.Attribute) and node.attr == "objects" and id(node) not in told:
            name = ast.unparse(node.value)
            if name in scoped or not (name[:1].isupper() or name.endswith("through")):
                yield f"{name}.objects", node


TOLD = {"visible_to", "none", "unscoped", "create", "bulk_create"}
PAST_IT = {"_base_manager", "_default_manager"}


def test_every_admin_class_closes_what_the_stock_admin_leaves_open() -> None:
    admin.autodiscover()
    own = [kind for model, kind in admin.site._registry.items() if model._meta.app_label in APPS]
    assert own
    assert [type(kind).__name__ for kind in own if not isinstance(kind, BaseModelAdmin)] == []
