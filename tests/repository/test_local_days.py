"""A moment's day is the day of the house's clock: `.date()` gives the day in Greenwich, until eight that of yesterday."""

import ast

from config.running.places import ROOT
from tests.repository.source import place, python_files, tree

# What stands in a workbook has no zone: its day is as it was written.
WRITTEN_DOWN = {"registry/table.py", "registry/workbook.py"}


def test_no_day_is_taken_from_a_moment_without_a_zone() -> None:
    found = [
        place(path, node)
        for path in python_files()
        if str(path.relative_to(ROOT)) not in WRITTEN_DOWN
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
        if node.func.attr == "date" and not node.args
    ]
    assert found == [], "timezone.localdate(moment)"
