"""What a template may not do, watched for while every test renders: name what isn't there, or ask in a loop.

Django prints nothing for a name that it doesn't find, so a misspelt one leaves a hole in a page and no trace. A query
inside `{% for %}` is one statement more for each row. Both are told at the end of the test in which they happened, for
the templates of this repository; the page itself is rendered as it always is. A template may be given a variable or
not, and data may have a key or not, when its own comment lists the name under "Variables:".
"""

import functools
import re
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db.backends.signals import connection_created
from django.template import base
from django.template.base import Node
from django.template.context import BaseContext
from django.template.defaulttags import ForNode

from config.running.places import ROOT

OURS = str(ROOT / "templates")
# A choice among rows asks for them once, and a form has as many fields as were written down.
OVER_FIELDS = re.compile(r"(\b|_)(form|fields)$")


class Watch(threading.local):
    """The nodes that are being rendered in this thread, outermost first."""

    def __init__(self) -> None:
        self.nodes: list[Node] = []


WATCH = Watch()
FOUND: set[str] = set()


def place() -> tuple[str, int]:
    """Where the innermost node stands, if that is a template of ours."""
    node = WATCH.nodes[-1] if WATCH.nodes else None
    name = str(getattr(getattr(node, "origin", None), "name", ""))
    if node is None or not name.startswith(OURS):
        return "", 0
    return name[len(OURS) + 1 :], node.token.lineno if node.token else 0


@functools.cache
def may_be_absent(template: str) -> set[str]:
    """The names in the comments of a template that list its variables."""
    text = Path(OURS, template).read_text(encoding="utf-8")
    listed = re.findall(r"{% comment %}(?:(?!{% endcomment %}).)*?Variables:(.*?){% endcomment %}", text, re.DOTALL)
    items = (
        item for words in listed for item in re.split(r"[,;:]", re.sub(r"\([^)]*\)", "", words.partition(". ")[0]))
    )
    return {item.strip(" .\n") for item in items}


class NotThere(base.VariableDoesNotExist):
    def __init__(self, msg: str, params: tuple[Any, ...] = ()) -> None:
        super().__init__(msg, params)
        template, line = place()
        name, holder = params
        if template and not (isinstance(holder, BaseContext | dict) and name in may_be_absent(template)):
            FOUND.add(f"{template}:{line} names {name!r}, which isn't there")


def watch_query(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
    template, line = place()
    loops = [node.sequence.token for node in WATCH.nodes[:-1] if isinstance(node, ForNode)]
    if template and loops and not OVER_FIELDS.search(loops[-1]):
        FOUND.add(f"{template}:{line} asks in a loop: {sql[:300]}")
    return execute(sql, params, many, context)


def watch_connection(connection: Any, **signal: Any) -> None:
    if watch_query not in connection.execute_wrappers:
        connection.execute_wrappers.append(watch_query)


@pytest.fixture(scope="session", autouse=True)
def watched_rendering() -> Iterator[None]:
    render = Node.render_annotated

    def render_watched(self: Node, context: Any) -> Any:
        WATCH.nodes.append(self)
        try:
            return render(self, context)
        finally:
            WATCH.nodes.pop()

    connection_created.connect(watch_connection)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Node, "render_annotated", render_watched)
        patch.setattr(base, "VariableDoesNotExist", NotThere)
        yield
    connection_created.disconnect(watch_connection)


@pytest.fixture(autouse=True)
def templates_keep_to_what_they_are_given(watched_rendering: None) -> Iterator[None]:
    FOUND.clear()
    yield
    found = sorted(FOUND)
    FOUND.clear()
    if found:
        pytest.fail("\n".join(found), pytrace=False)
