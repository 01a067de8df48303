"""States are written in one place, so that no move escapes its guards and its record."""

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.repository.source import FLOORS, place, python_files, tree

THE_WRITER = "accounts/lifecycles.py"
WRITERS = {"update", "create", "acreate", "update_or_create", "get_or_create"}
BY_COLUMN = {"bulk_update", "save"}


def state_writes(path: Path) -> Iterator[ast.AST]:
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Assign | ast.AugAssign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            flat = [part for target in targets for part in ast.walk(target)]
            if any(isinstance(part, ast.Attribute) and part.attr == "state" for part in flat):
                yield node
        elif isinstance(node, ast.Call) and calls_a_writer(node):
            yield node


def calls_a_writer(node: ast.Call) -> bool:
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    if name in WRITERS:
        return any(keyword.arg == "state" for keyword in node.keywords)
    if name == "setattr":
        return len(node.args) > 1 and getattr(node.args[1], "value", "") == "state"
    words = [argument.value for argument in ast.walk(node) if isinstance(argument, ast.Constant)]
    return name in BY_COLUMN and "state" in words


def test_only_the_lifecycles_write_states() -> None:
    found = [place(path, node) for path in python_files(*FLOORS) for node in state_writes(path)]
    assert [spot for spot in found if not spot.startswith(THE_WRITER)] == []
    assert any(spot.startswith(THE_WRITER) for spot in found), "the writer moved: say where"
