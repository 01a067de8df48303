"""What a browser test asserts of a page is waited for: an assertion that looks once fails wherever the answer is late."""

import ast
from collections.abc import Iterator

import pytest

from tests.repository.source import place, python_files, tree

# Each looks once, and stands beside a form of `expect` that looks until it is so.
ONE_LOOK = {
    *("inner_text", "all_inner_texts", "text_content", "all_text_contents", "inner_html", "content", "title"),
    *("is_visible", "is_hidden", "is_checked", "is_enabled", "is_disabled", "is_editable"),
    *("input_value", "get_attribute"),
}
# Words of rows of the database too: of a page only where they follow a locator.
OF_ROWS = {"count", "all"}
# `page.content()` looks for what must not be in any part of a page, not even unseen: no `expect` does. After a `goto`.
EXCEPTIONS = {("test_a_supervisor_reveals_one_number_with_a_reason", "content")}


def drives_a_page(function: ast.FunctionDef) -> bool:
    """By the fixture, or by what it is handed."""
    arguments = [*function.args.args, *function.args.kwonlyargs]
    return any(
        each.arg in {"page_as", "page"} or (each.annotation is not None and "Page" in ast.unparse(each.annotation))
        for each in arguments
    )


def makes_locator(node: ast.AST, names: set[str]) -> bool:
    """Whether a call to `locator(…)` or `get_by_…(…)`, or a name bound to one, stands at the root of this chain."""
    while isinstance(node, ast.Call | ast.Attribute | ast.Subscript):
        if isinstance(node, ast.Call):
            node = node.func
            if isinstance(node, ast.Attribute) and (node.attr == "locator" or node.attr.startswith("get_by_")):
                return True
        else:
            node = node.value
    return isinstance(node, ast.Name) and node.id in names


def looks_once(function: ast.FunctionDef) -> Iterator[tuple[ast.Call, str]]:
    names = {
        target.id
        for each in ast.walk(function)
        if isinstance(each, ast.Assign) and makes_locator(each.value, set())
        for target in each.targets
        if isinstance(target, ast.Name)
    }
    for each in ast.walk(function):
        for call in ast.walk(each.test) if isinstance(each, ast.Assert) else ():
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute):
                word = call.func.attr
                if word in ONE_LOOK or (word in OF_ROWS and makes_locator(call.func.value, names)):
                    yield call, word


def found_in(module: ast.Module) -> Iterator[tuple[ast.Call, tuple[str, str]]]:
    for function in ast.walk(module):
        if isinstance(function, ast.FunctionDef) and drives_a_page(function):
            yield from ((call, (function.name, word)) for call, word in looks_once(function))


def test_a_browser_test_waits_for_what_it_asserts() -> None:
    found = [(place(path, call), key) for path in python_files("tests") for call, key in found_in(tree(path))]
    assert [(where, word) for where, (function, word) in found if (function, word) not in EXCEPTIONS] == []
    assert {key for _where, key in found} >= EXCEPTIONS, "this is an exception no more"


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("assert page.locator('tr').nth(2).count() == 20", ["count"]),
        ("assert rows.count() == 2 and page.get_by_role('img').all()", ["count", "all"]),
        ("assert 'x' in page.locator('p').inner_text()", ["inner_text"]),
        ("assert Premises.objects.unscoped('test').count() == 3", []),
        ("expect(rows).to_have_count(2)", []),
    ],
)
def test_a_look_without_patience_is_found(line: str, words: list[str]) -> None:
    module = ast.parse(f"def test(page):\n    rows = page.locator('tr')\n    {line}")
    assert sorted(word for _call, (_name, word) in found_in(module)) == sorted(words)
