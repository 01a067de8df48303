"""States are written in one place, so that no move escapes its guards and its record."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps

from tests.repository.source import FLOORS, place, python_files, tree

THE_WRITER = "accounts/lifecycles.py"
WRITERS = {"update", "create", "acreate", "update_or_create", "get_or_create"}
BY_COLUMN = {"bulk_update", "save"}
BY_SQL = re.compile(r"\bSET\b[^;]*?\bstate\s*=", re.IGNORECASE)


def state_writes(path: Path) -> Iterator[ast.AST]:
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Assign | ast.AugAssign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            flat = [part for target in targets for part in ast.walk(target)]
            if any(isinstance(part, ast.Attribute) and part.attr == "state" for part in flat):
                yield node
        elif (isinstance(node, ast.Call) and (calls_a_writer(node) or makes_a_row(node))) or (
            isinstance(node, ast.Constant) and isinstance(node.value, str) and BY_SQL.search(node.value)
        ):
            yield node


def makes_a_row(node: ast.Call) -> bool:
    """`Case(state=…)`, to be saved by itself or by `bulk_create`."""
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    with_state = {model.__name__ for model in apps.get_models() if any(f.name == "state" for f in model._meta.fields)}
    given = {keyword.arg for keyword in node.keywords}
    spread = [keyword.value for keyword in node.keywords if keyword.arg is None]
    return name in with_state and ("state" in given or any(named_in(each) for each in spread))


def named_in(node: ast.AST) -> bool:
    return any(isinstance(part, ast.Constant) and part.value == "state" for part in ast.walk(node))


def calls_a_writer(node: ast.Call) -> bool:
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    if name in WRITERS and any(keyword.arg == "state" for keyword in node.keywords):
        return True
    if name == "setattr":
        return len(node.args) > 1 and getattr(node.args[1], "value", "") == "state"
    words = [argument.value for argument in ast.walk(node) if isinstance(argument, ast.Constant)]
    return name in BY_COLUMN | WRITERS and "state" in words


def test_only_the_lifecycles_write_states() -> None:
    found = [place(path, node) for path in python_files(*FLOORS) for node in state_writes(path)]
    assert [spot for spot in found if not spot.startswith(THE_WRITER)] == []
    assert any(spot.startswith(THE_WRITER) for spot in found), "the writer moved: say where"


WAYS = (
    "case.state = 'closed'",
    "case.state: str = 'closed'",
    "one, case.state = 1, 'closed'",
    "setattr(case, 'state', 'closed')",
    "Case(state='closed').save()",
    "models.Case(**{'state': 'closed'})",
    "Case.objects.bulk_create([Case(number=1, state='closed')])",
    "rows.bulk_update(found, ['state'])",
    "case.save(update_fields=['state'])",
    "rows.update(state='closed')",
    "rows.update(**{'state': 'closed'})",
    "rows.get_or_create(pk=1, defaults={'state': 'closed'})",
    "cursor.execute('UPDATE disputes_case SET version = 2, state = %s WHERE id = 1')",
    "cursor.execute(f'UPDATE {table} SET state=%s')",
)


@pytest.mark.parametrize("way", WAYS)
def test_every_way_of_writing_a_state_is_seen(way: str, tmp_path: Path) -> None:
    path = tmp_path / "way.py"
    path.write_text(way)
    assert list(state_writes(path))


@pytest.mark.parametrize(
    "harmless", ["rows.filter(state='closed')", "'the SET of rows; state = open'", "case.states = 1"]
)
def test_what_reads_a_state_is_no_write(harmless: str, tmp_path: Path) -> None:
    path = tmp_path / "read.py"
    path.write_text(harmless)
    assert not list(state_writes(path))
