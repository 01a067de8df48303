"""Eighty hostile texts in every field that reaches a paper: they stay text, and nothing is opened for them.

Which fields these are is found by drawing every kind from a world whose every text column has a mark of its own.
"""

import ast
import importlib
import inspect
import os
import re
import socket
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
import weasyprint
from weasyprint.urls import URLFetcher

from config.running.places import ROOT
from reports.pdf import PATIENCE, draw
from tests.accounts.marked import Marked, models_of_the_house, texts_of
from tests.reports.paper_house import KINDS, LAYS_OUT, PAPERS, attacked, columns_on, draw_up, marks_on, paper_house
from tests.reports.test_every_document import makers
from tests.reports.test_hostile_texts import HARMLESS, hostile_texts, listener, nothing_was_opened
from tests.standing import standing
from tests.world import build_world

__all__ = ["listener"]
LARGEST = bool(os.environ.get("DOORSTEP_LARGE"))


@pytest.fixture(scope="module")
def house(django_db_setup: None, django_db_blocker: Any) -> Iterator[Marked]:
    with standing(django_db_blocker):
        yield paper_house(build_world())


@pytest.fixture(scope="module")
def shown(house: Marked) -> dict[str, set[str]]:
    """Which columns each kind shows."""
    return {kind: columns_on(house, draw_up(house, kind)) for kind in KINDS}


# Whatever a template or a maker of paper calls by the name of a text column must be on one of the papers: a field that
# shows only where something is so is not overlooked.
MAKE_PAPER = ("dispute_form", "visit_forms", "walk_list", "notice_slip", "layout")


def names_in_the_code() -> set[str]:
    templates = (ROOT / "templates" / "reports" / "paper").glob("*.html")
    named = {name for file in templates for name in re.findall(r"\.(\w+)", file.read_text("utf-8"))}
    modules = [importlib.import_module(f"reports.documents.{name}") for name in MAKE_PAPER]
    for module in (*modules, importlib.import_module("reports.pdf"), importlib.import_module("visits.labels")):
        tree = ast.parse(inspect.getsource(module))
        named |= {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    return named


def test_every_maker_of_paper_is_attacked() -> None:
    assert makers() == set(PAPERS) | LAYS_OUT


def test_every_text_that_the_code_of_papers_names_is_on_one_of_them(shown: dict[str, set[str]]) -> None:
    columns = [each for model in models_of_the_house() for each in model._meta.concrete_fields]
    texts = {each.name for model in models_of_the_house() for each in texts_of(model)}
    # A name that is a code's elsewhere tells nothing.
    texts -= {each.name for each in columns if each.choices}
    on_paper = {column.rpartition(".")[2] for columns in shown.values() for column in columns}
    assert (names_in_the_code() & texts) - on_paper == set()
    assert len(set().union(*shown.values())) > 30


# What an address or a rule of style stands in; other attributes change with the length of a text.
TELLING = {"href", "src", "rel", "data", "style", "content", "http-equiv"}


class Skeleton(HTMLParser):
    """Tags with their attributes, and what stands between them that is no text: what a text must never change."""

    def __init__(self, html: str, text: str = "") -> None:
        super().__init__()
        self.text, self.parts = text, set[Any]()
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.parts.add((tag, tuple((name, self.told(name, said or "")) for name, said in attrs)))

    def told(self, name: str, said: str) -> str:
        """A picture of the house's own (a brief's check code) differs with what is frozen."""
        own_picture = said.startswith("data:image/svg+xml;base64,") and said not in self.text
        return said if name in TELLING and not own_picture else ""

    def handle_comment(self, data: str) -> None:
        self.parts.add(("comment", data))

    def handle_decl(self, decl: str) -> None:
        self.parts.add(("declaration", decl))

    def handle_pi(self, data: str) -> None:
        self.parts.add(("instruction", data))

    def unknown_decl(self, data: str) -> None:
        self.parts.add(("unknown", data))


def attack(house: Marked, kind: str, texts: dict[str, str]) -> str:
    with attacked(texts):
        return draw_up(house, kind)


@pytest.mark.parametrize("kind", KINDS)
def test_no_text_in_any_field_of_a_paper_is_more_than_text(
    house: Marked, shown: dict[str, set[str]], kind: str, tmp_path: Path
) -> None:
    """Each text with each of its targets, in every field that the paper shows, known by name or not."""
    known: set[Any] = Skeleton(draw_up(house, kind)).parts
    for text in (*HARMLESS, "5号"):
        known |= Skeleton(attack(house, kind, dict.fromkeys(shown[kind], text))).parts
    texts = hostile_texts(9, canary_in(tmp_path))
    # One way with its three targets at a time.
    for text in (" ".join(texts[first : first + 3]) for first in range(0, len(texts), 3)):
        html = attack(house, kind, dict.fromkeys(shown[kind], text))
        assert marks_on(house, html) == set(), "shown by a way that the attack does not know"
        assert Skeleton(html, text).parts - known == set(), text


# Two kinds in one file: all texts of four would be more than twenty pages.
TOGETHER = [list(kinds)[first : first + 2] for kinds in PAPERS.values() for first in range(0, len(kinds), 2)]


@pytest.mark.parametrize("kinds", TOGETHER, ids=" and ".join)
def test_what_is_drawn_of_hostile_texts_opens_no_address_and_no_file(
    house: Marked, shown: dict[str, set[str]], kinds: list[str], listener: socket.socket, tmp_path: Path
) -> None:
    """All texts on one paper of each kind; with DOORSTEP_LARGE=1 every text by itself in every field of every kind."""
    texts = hostile_texts(listener.getsockname()[1], canary_in(tmp_path))
    assert len(texts) >= 80
    shares = [{kind: shared_among(shown[kind], texts) for kind in kinds}]
    if LARGEST:
        shares += [{kind: dict.fromkeys(shown[kind], text) for kind in kinds} for text in texts]
    for number, share in enumerate(shares):
        papers = [attack(house, kind, share[kind]) for kind in kinds]
        drawn = draw(papers, "x", patience=PATIENCE)
        assert drawn.pages >= len(papers)
        assert nothing_was_opened(listener, drawn.content, tmp_path), number


def shared_among(columns: set[str], texts: list[str]) -> dict[str, str]:
    """Every text once, some in each field."""
    ordered = sorted(columns)
    return {column: " ".join(texts[n :: len(ordered)]) for n, column in enumerate(ordered)}


def canary_in(folder: Path) -> Path:
    file = folder / "canary.txt"
    file.write_text("the-canary-sang")
    return file


@pytest.mark.parametrize("number", [0, 10], ids=["an address", "a file"])
def test_a_renderer_that_opened_what_it_is_told_would_be_heard(
    listener: socket.socket, tmp_path: Path, number: int
) -> None:
    """Unescaped, and with the library's own way of fetching: the listener hears it, the canary is found."""
    text = hostile_texts(listener.getsockname()[1], canary_in(tmp_path))[number]
    content = weasyprint.HTML(string=f"<!doctype html><p>{text}", url_fetcher=URLFetcher(timeout=1)).write_pdf()
    if number:
        assert not nothing_was_opened(listener, content, tmp_path)
    else:
        listener.accept()[0].close()
