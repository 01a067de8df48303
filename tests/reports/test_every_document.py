"""Every kind of paper, out of all proportion: printed on twenty pages at most, or refused with the way out.

Which kinds there are is taken from the code, so that the next one is asked for here.
"""

import fcntl
import importlib
import inspect
import os
import pkgutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from django.utils import translation

from accounts.refusals import Refusal
from campaigns.models import FrameDoor
from config.running.places import ROOT
from disputes.models import Case, Session
from registry.models import Premises
from reports import documents, pdf, rendering
from reports.documents import actions as walk_lists
from reports.documents.actions import ask_walk_list, draw_walk_list
from reports.documents.dispute_form import dispute_form
from reports.documents.layout import Form, form_html
from reports.documents.notice_slip import MOST_SHEETS, slips_html
from reports.documents.visit_forms import facts_of_visit, visit_form
from reports.documents.walk_list import doors_to_do, parts_of, sheets_of, walk_list_html
from reports.pdf import Rendered, brief_html, draw, why_not
from tests.reports.test_hostile_texts import MARKS, Papers, papers
from tests.world import NOW, World

__all__ = ["papers"]
MANY = 10_000
LARGEST = bool(os.environ.get("DOORSTEP_LARGE"))


def makers() -> set[str]:
    """Functions of the code that make paper: HTML for the renderer, or a form that becomes it."""
    modules = [pdf, *(importlib.import_module(f"reports.documents.{name}") for _, name, _ in walked())]
    found = {
        name: function
        for module in modules
        for name, function in inspect.getmembers(module, inspect.isfunction)
        if function.__module__ == module.__name__ and not name.startswith("_")
    }
    return {
        name
        for name, function in found.items()
        if name.endswith("_html") or inspect.signature(function).return_annotation in (Form, "Form")
    }


def walked() -> Iterator[tuple[object, str, bool]]:
    return pkgutil.iter_modules(documents.__path__)


# -- each kind with ten thousand rows of what it can hold --


def form(made: Form, papers: Papers) -> str:
    return form_html(made, foot="x", printer=papers.world.owner, language="zh-hans", at=NOW)


def a_brief_of_many_stations(papers: Papers) -> str:
    papers.snapshot.figures["stations"] = papers.snapshot.figures["stations"][:1] * MANY
    return brief_html(papers.snapshot, language="zh-hans", badge="T0101", number=1)


def a_visit_of_many_findings(papers: Papers) -> str:
    facts = facts_of_visit(papers.visit, papers.world.owner)
    facts.cases = [papers.case] * MANY
    return form(visit_form(facts, Premises.Kind.HOUSEHOLD), papers)


def a_case_of_many_sessions(papers: Papers) -> str:
    case, owner = Case.objects.unscoped("test").get(pk=papers.case.pk), papers.world.owner
    Session.objects.bulk_create(
        Session(case=case, at=NOW, place="社区", mediator=owner, content=f"第{n}次") for n in range(MANY)
    )
    return form(dispute_form(case, reader=owner), papers)


def a_form_of_many_sections(papers: Papers) -> str:
    blank = dispute_form(None, reader=papers.world.owner)
    sections = blank.sections * (MANY // sum(len(section.rows) for section in blank.sections))
    return form(replace(blank, sections=sections), papers)


def many_slips(papers: Papers) -> str:
    owner = papers.world.owner
    return slips_html(papers.campaign, officer=owner, sheets=MANY, printer=owner, language="zh-hans", at=NOW)


LARGE: dict[str, Callable[[Papers], str]] = {
    "brief_html": a_brief_of_many_stations,
    "visit_form": a_visit_of_many_findings,
    "dispute_form": a_case_of_many_sessions,
    "form_html": a_form_of_many_sections,
    "slips_html": many_slips,
}
# What bounds itself: ten sheets at most; files of twenty pages at most, as many as there must be.
PRINTED = {"slips_html": MOST_SHEETS}
PARTED = {"walk_list_html"}


def test_every_maker_of_paper_is_tried() -> None:
    assert makers() == set(LARGE) | PARTED


@pytest.mark.parametrize("kind", sorted(LARGE))
def test_ten_thousand_rows_print_within_twenty_pages_or_are_refused_with_the_way_out(papers: Papers, kind: str) -> None:
    with translation.override("zh-hans"):
        html = LARGE[kind](papers)
    with translation.override("en"):
        if kind in PRINTED:
            assert draw(html, "x").pages == PRINTED[kind] <= rendering.MOST_PAGES
            return
        with pytest.raises(Refusal) as caught:
            draw(html, "x")
        assert caught.value.code == "pdf_long"
        assert "Excel" in str(caught.value)


def test_ten_thousand_doors_are_printed_in_files_of_twenty_pages(papers: Papers) -> None:
    owner = papers.world.owner
    rows = list(doors_to_do(owner, papers.campaign, officer=owner, due=None))
    parts = parts_of(sheets_of((rows * MANY)[:MANY], reader=owner, holder=owner))
    assert sum(len(sheet.rows) for part in parts for sheet in part) == MANY
    assert len(parts) == 84
    if LARGEST:
        html = [walk_list_html(s, papers.campaign, printer=owner, language="zh-hans", at=NOW) for s in parts[0]]
        assert draw(html, "x").pages <= rendering.MOST_PAGES


def outcome(html: str, *, within: int = rendering.MOST_PAGES) -> str:
    try:
        drawn = draw(html, "x")
    except Refusal as refusal:
        return refusal.code
    return "printed" if drawn.content.startswith(b"%PDF") and 0 < drawn.pages <= within else "wrong"


# Short fields end before the word does: there the marks and the accents are printed.
STRANGE = "".join(MARKS) + "e" + "\u0301" * 500


@pytest.mark.parametrize("word", [STRANGE + "W" * 50_000, *(["क्" * 25_000, "👮" * 50_000] if LARGEST else [])])
def test_a_word_of_fifty_thousand_letters_prints_or_is_refused_in_every_kind(papers: Papers, word: str) -> None:
    """The brief is asked in `test_hostile_texts`; the forms are laid out alike."""
    drawn = papers.with_text(word)
    found = {name: outcome(html) for name, html in drawn.items() if LARGEST or name in {"walk list", "slip", "dispute"}}
    assert set(found.values()) <= {"printed", "pdf_long"}, found
    assert (found["walk list"], found["slip"]) == ("printed", "printed")


def test_what_turns_out_longer_than_was_thought_is_refused_too() -> None:
    """Few tags, little text: only the layout tells."""
    pages = "<p style='break-after:page'>x</p>" * (rendering.MOST_PAGES + 2)
    assert not rendering.too_long(pages)
    assert outcome(f"<!doctype html>{pages}") == "pdf_long"


@pytest.mark.parametrize(
    ("code", "said"), [(75, "busy"), (76, "pdf_long"), (77, "pdf_slow"), (-9, "pdf_slow"), (-24, "pdf_slow"), (1, "pdf_failed")]
)  # fmt: skip
def test_each_end_of_the_renderer_has_its_sentence(code: int, said: str) -> None:
    assert why_not(code).code == said


def test_a_walk_list_whose_doors_need_more_room_is_parted_anew(
    papers: Papers, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(walk_lists, "draw", lambda pages, _name: pages_of(pages))
    monkeypatch.setattr("reports.documents.walk_list.PAGES_A_PART", 1)
    for number in range(401, 405):
        world.door(number)
    for door in world.doors[2:]:
        FrameDoor.objects.create(
            campaign=papers.campaign,
            premises=door,
            unit=door.unit,
            area=door.area,
            kind=door.kind,
            walk_key=door.walk_key,
        )
        world.give(papers.campaign, door, world.owner)
    asked = ask_walk_list(
        campaign=papers.campaign, unit=world.station, officer=world.owner, language="en", by=world.owner, at=NOW
    )
    assert (asked.doors, asked.parts_all) == (5, 1)
    drawn = draw_walk_list(walk_list=asked, at=NOW)
    assert (drawn.failure, drawn.parts_all, drawn.parts.count()) == ("", 2, 2)


def pages_of(pages: list[str]) -> Rendered:
    """As if four doors filled the twenty pages."""
    if sum(page.count('class="code"') for page in pages) > 4:
        raise why_not(rendering.TOO_LONG)
    return Rendered(b"%PDF", 1)


# -- one at a time --

PAGE = "<!doctype html><p>x</p>"


@contextmanager
def somebody_draws() -> Iterator[None]:
    with open(rendering.__file__) as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        yield


def test_while_another_renderer_draws_the_next_one_waits_for_its_turn() -> None:
    drawn: list[Rendered] = []
    with somebody_draws():
        waiting = threading.Thread(target=lambda: drawn.append(draw(PAGE, "x")))
        waiting.start()
        waiting.join(1.5)
        assert not drawn
    waiting.join()
    assert [one.pages for one in drawn] == [1]


def test_whoever_waited_long_enough_is_asked_to_try_again(papers: Papers, client, monkeypatch) -> None:
    client.force_login(papers.world.owner)
    with somebody_draws(), monkeypatch.context() as hurried:
        hurried.setattr("reports.documents.views.WAIT_SECONDS", 1)
        answer = client.post("/reports/papers/forms/", {"form": "household"}, headers={"accept-language": "en"})
    assert answer.status_code == 503
    assert "Try again in a moment" in answer.content.decode()
    assert client.post("/reports/papers/forms/", {"form": "household"}).status_code == 200


def test_the_renderer_s_own_file_is_its_turn() -> None:
    assert Path(rendering.__file__) == ROOT / "reports" / "rendering.py"
