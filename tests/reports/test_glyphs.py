"""No character prints as an empty box: the packaged fonts have it, a font of the system has it, or a mark stands there."""

import logging
import re
import subprocess
from pathlib import Path

import pytest

from config.running.places import ROOT
from reports import glyphs
from reports.glyphs import COMMON, MARK, common_to, marked, system_has, unknown
from reports.pdf import draw
from reports.rendering import OWN_FILES
from tests.reports.test_hostile_texts import HARMLESS, Papers, papers

__all__ = ["papers"]
FONTS = [ROOT / name for name in OWN_FILES.values() if name.endswith(".ttf")]
PAGE = '<!doctype html><html lang="zh-hans"><meta charset="utf-8"><link rel="stylesheet" href="doorstep:paper.css"><p>{}</p>'
# In the order of the packaged fonts' coverage: common, Extension A, B, E; a name's dot; nobody has the last two.
NAMES, NOBODYS = "周㼆䶮𬱖·〇", "\U000323af\ue123"


def text_of(content: bytes, tmp_path: Path) -> tuple[str, str]:
    """What can be read in a PDF, and its fonts."""
    file = tmp_path / "a.pdf"
    file.write_bytes(content)
    said = [subprocess.run([name, str(file), *more], capture_output=True, check=True, text=True).stdout
            for name, more in (("pdftotext", ["-"]), ("pdffonts", []))]  # fmt: skip
    return said[0], said[1]


def test_what_is_taken_for_granted_stands_in_every_packaged_font() -> None:
    known = common_to(FONTS)
    every = {chr(code) for code in range(0x10000)}
    granted = {char for char in every if COMMON.fullmatch(char)} - set("\t\n\r")
    assert len(granted) > 21_000
    assert granted <= known
    assert MARK in known


def test_each_character_of_each_paper_has_its_shape(papers: Papers) -> None:
    for text in (HARMLESS[0], NAMES):
        for name, html in papers.with_text(text).items():
            assert unknown(html, FONTS) == set(), name
            assert {c for c in set(html) if glyphs.is_drawn(c)} - common_to(FONTS) == set(), name


def test_names_in_rare_characters_are_drawn_by_the_packaged_fonts(tmp_path: Path) -> None:
    text, fonts = text_of(draw(PAGE.format(NAMES), "x").content, tmp_path)
    assert NAMES in text
    assert set(re.findall(r"\+(\S+)", fonts)) <= {"Doorstep-Serif", "Doorstep-Sans"}


@pytest.mark.skipif(not system_has("𠮷"), reason="fonts-hanazono is not here")
def test_a_character_that_only_the_system_has_is_drawn_by_its_font(tmp_path: Path) -> None:
    text, fonts = text_of(draw(PAGE.format("周𠮷强"), "x").content, tmp_path)
    assert "周𠮷强" in text
    assert set(re.findall(r"\+(\S+)", fonts)) - {"Doorstep-Serif", "Doorstep-Sans"}, "no font besides ours drew it"


def test_what_no_font_has_is_marked_with_its_code_and_named_in_the_log(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        text, _fonts = text_of(draw(PAGE.format(f"周{NOBODYS}强"), "x").content, tmp_path)
    assert "周〓(U+323AF)〓(U+E123)强" in text
    assert "no font has U+E123 U+323AF" in caplog.text
    assert "周" not in caplog.text


def test_without_a_font_of_the_system_the_mark_stands_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(glyphs, "system_has", lambda char: False)
    assert unknown(f"<p>周𠮷强{NAMES}</p>", FONTS) == {"𠮷"}
    assert marked("周𠮷强", {"𠮷"}) == "周〓(U+20BB7)强"


def test_joiners_directions_and_variations_are_no_characters_to_draw() -> None:
    assert unknown("a\u200d\u200b\ufe0f\u202e\u2066\x07", FONTS) == set()


def test_a_flood_of_strange_characters_asks_the_system_a_few_times(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr(glyphs, "system_has", lambda char: bool(asked.append(char)))
    flood = "".join(map(chr, range(0x30000, 0x30400)))
    assert unknown(flood, FONTS) >= set(flood) - common_to(FONTS)
    assert len(asked) == glyphs.MOST_ASKED
