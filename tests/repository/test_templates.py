"""Templates: each is used, compiles, and carries neither script nor style of its own."""

import re
from pathlib import Path

import pytest
from django.template import TemplateDoesNotExist
from django.template.loader import get_template
from django.template.utils import get_app_template_dirs

from config.running.places import ROOT
from tests.repository.source import APPS, committed, python_files

HOME = ROOT / "templates"
TEMPLATES = sorted(
    path for path in committed() if path.is_relative_to(HOME) and path.suffix in {".html", ".txt", ".svg"}
)
# For the web server to show when the app itself is away.
SHOWN_BY_NAME = {"503.html"}
INLINE = (
    (re.compile(r"<script(?![^>]*\bsrc=)(?![^>]*type=\"application/json\")", re.IGNORECASE), "a script"),
    (re.compile(r"<style", re.IGNORECASE), "a style sheet"),
    (re.compile(r"\sstyle\s*=", re.IGNORECASE), "a style"),
    (re.compile(r"\son[a-z]+\s*=", re.IGNORECASE), "an event handler"),
    (re.compile(r"javascript:", re.IGNORECASE), "a script address"),
)


def name_of(path: Path) -> str:
    return path.relative_to(HOME).as_posix()


def overrides_a_package(name: str) -> bool:
    """By its own name, or as the admin looks for it: `admin/<room>/<model>/change_list.html`."""
    folders = [Path(folder) for folder in get_app_template_dirs("templates")]
    names = {name, f"admin/{Path(name).name}"} if name.startswith("admin/") else {name}
    return any((folder / each).exists() for folder in folders for each in names if "site-packages" in folder.parts)


def test_every_template_is_used() -> None:
    sources = [*TEMPLATES, *python_files(*APPS, "config")]
    text = {path: path.read_text(encoding="utf-8") for path in sources}
    unused = [
        name
        for template in TEMPLATES
        if (name := name_of(template)) not in SHOWN_BY_NAME
        and not overrides_a_package(name)
        and not any(name in source for path, source in text.items() if path != template)
    ]
    assert unused == []


@pytest.mark.parametrize("path", TEMPLATES, ids=name_of)
def test_it_compiles(path: Path) -> None:
    try:
        get_template(name_of(path))
    except TemplateDoesNotExist as missing:
        pytest.fail(f"it needs {missing}")


def is_printed(path: Path) -> bool:
    """What WeasyPrint prints is no page of a browser; its style sheet stands in the document."""
    return "/paper/" in name_of(path)


@pytest.mark.parametrize("path", [path for path in TEMPLATES if not is_printed(path)], ids=name_of)
def test_it_carries_no_script_or_style_of_its_own(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert [what for pattern, what in INLINE if pattern.search(text)] == []


@pytest.mark.parametrize("path", TEMPLATES, ids=name_of)
def test_it_trusts_no_text(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"\|\s*safe\b|\{%\s*autoescape off", text)


@pytest.mark.parametrize("path", TEMPLATES, ids=name_of)
def test_it_asks_no_other_address(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert re.findall(r"(?:src|href|action)=[\"']?(?:https?:)?//[^\"'> ]+", text) == []
