"""Six floors under one roof: a room knows only what is below it."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.db.models.fields.related import RelatedField

from config.running.places import ROOT
from tests.repository.source import APPS, FLOORS, place, python_files, tree

# Calls whose first word is the name of a module or of a model.
BY_NAME = {"import_module", "get_model", "import_string"}


def imports(path: Path) -> Iterator[tuple[str, ast.AST]]:
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from ((name.name, node) for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module, node
        elif isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if called in BY_NAME:
                yield str(node.args[0].value), node


@pytest.mark.parametrize("room", APPS)
def test_a_room_imports_only_from_floors_below(room: str) -> None:
    above = FLOORS[FLOORS.index(room) + 1 :]
    wrong = [
        f"{place(path, node)} imports {module}"
        for path in python_files(room, migrations=True)
        for module, node in imports(path)
        if module.split(".")[0] in above
    ]
    assert wrong == []


def test_the_running_of_it_imports_neither_django_nor_an_app() -> None:
    foreign = ("django", *APPS)
    folder = ROOT / "config" / "running"
    wrong = [
        f"{place(path, node)} imports {module}"
        for path in folder.glob("*.py")
        for module, node in imports(path)
        if module.split(".")[0] in foreign
    ]
    assert wrong == []


def links() -> Iterator[tuple[type, RelatedField[Any, Any]]]:
    for model in apps.get_models():
        if model._meta.app_label in APPS:
            yield from ((model, field) for field in model._meta.get_fields() if isinstance(field, RelatedField))


def test_a_foreign_key_never_points_to_a_higher_floor() -> None:
    wrong = [f"{model.__name__}.{field.name}" for model, field in links() if floor(field.related_model) > floor(model)]
    assert wrong == []


def test_a_lower_floor_gains_no_accessor_from_a_higher_one() -> None:
    wrong = [
        f"{model.__name__}.{field.name} gives {field.related_model.__name__} an accessor"
        for model, field in links()
        if 0 <= floor(field.related_model) < floor(model) and not field.remote_field.hidden
    ]
    assert wrong == []


def floor(model: type) -> int:
    label = model._meta.app_label  # type: ignore[attr-defined]
    return FLOORS.index(label) if label in FLOORS else -1
