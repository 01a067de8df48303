"""What the house imports it names itself, with its reason: nothing is there only because something else brought it."""

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions

import pytest

from config.running.places import ROOT
from tests.repository.source import APPS, python_files, tree

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
# Tools of the desk: they may use what only a developer's machine or one that runs everything itself has.
TOOLS = ("config/bench/", "config/running/")


def names(requirements: list[str]) -> set[str]:
    """As an import would spell them."""
    return {spelt(re.split(r"[\[<>=~! ]", line)[0]) for line in requirements}


def spelt(name: str) -> str:
    return name.lower().replace("-", "_")


def imported(tops: list[str]) -> dict[str, str]:
    """Each package from elsewhere, with one place where it is imported."""
    found: dict[str, str] = {}
    for path in python_files(*tops, migrations=True):
        place = str(path.relative_to(ROOT))
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Import):
                modules = [name.name for name in node.names]
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                modules = [node.module]
            else:
                continue
            found |= {module.split(".")[0]: place for module in modules}
    return {name: place for name, place in found.items() if name not in sys.stdlib_module_names}


@pytest.mark.parametrize("tops", [[*APPS], ["config"]], ids=["rooms", "roof"])
def test_what_is_imported_is_named_in_pyproject(tops: list[str]) -> None:
    named = names(PROJECT["dependencies"])
    more = names([line for group in PROJECT["optional-dependencies"].values() for line in group])
    known = packages_distributions()
    missing = {
        name: place
        for name, place in imported(tops).items()
        if name in known
        and not {spelt(each) for each in known[name]} & (named | more if place.startswith(TOOLS) else named)
    }
    assert missing == {}
