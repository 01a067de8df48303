"""Patterns mean the same on every Python that a station may have.

Python before 3.11.5, which Debian 12 brings, takes too much for a possessive quantifier
(https://github.com/python/cpython/issues/106052): half a workbook's row went as a blank one.
"""

import ast
import re

from tests.repository.source import place, python_files, tree

POSSESSIVE = re.compile(r"(?<!\\)[+*?}]\+")
BY_RE = {"compile", "search", "match", "fullmatch", "split", "findall", "finditer", "sub", "subn"}


def test_no_pattern_is_possessive() -> None:
    found = [
        place(path, node)
        for path in python_files(
            "accounts", "registry", "campaigns", "disputes", "visits", "reports", "config", "tests"
        )
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in BY_RE
        if isinstance(node.func.value, ast.Name) and node.func.value.id == "re" and node.args
        if isinstance(node.args[0], ast.Constant) and is_possessive(node.args[0].value)
    ]
    assert found == [], "written without the second +"


def is_possessive(pattern: object) -> bool:
    text = pattern.decode() if isinstance(pattern, bytes) else str(pattern)
    return bool(POSSESSIVE.search(text))


def test_the_check_finds_one() -> None:
    assert is_possessive(rb"(?:<c/>)*+</row>")
    assert not is_possessive(r"a*\+b+")
