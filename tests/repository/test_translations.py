"""Complete in both languages: every text of ours has a finished Chinese one with the same gaps to fill."""

import ast
import io
import re
from collections.abc import Iterator
from functools import cache

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.pofile import read_po
from django.utils.translation.template import templatize

from accounts.log_words import VERBS
from config.running.places import ROOT
from tests.repository.source import FLOORS, committed, python_files, tree

FOLDER = ROOT / "locale" / "zh_Hans" / "LC_MESSAGES"
KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
CALL = re.compile(r"\b(?:_|n?p?gettext)\((?:[^()'\"]|'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\")*\)")
GAP = re.compile(r"%\((\w+)\)[sd]|%[sd]|\{(\w*)\}")
Key = tuple[str, str]


def calls_in_templates() -> Iterator[str]:
    """Django turns a template into something like Python; its calls are all that is Python in it."""
    for path in committed():
        if path.is_relative_to(ROOT / "templates") and path.suffix in {".html", ".txt"}:
            yield from CALL.findall(templatize(path.read_text(encoding="utf-8"), origin=str(path)))


@cache
def wanted() -> dict[Key, tuple[str, ...]]:
    """Context and text -> its forms, for all of our source."""
    texts = [path.read_text(encoding="utf-8") for path in python_files(*FLOORS)]
    texts += [f"{call}\n" for call in calls_in_templates()]
    return messages("python", texts)


def messages(method: str, texts: list[str]) -> dict[Key, tuple[str, ...]]:
    found: dict[Key, tuple[str, ...]] = {}
    for text in texts:
        for _line, message, _comments, context in extract(method, io.BytesIO(text.encode()), keywords=KEYWORDS):
            forms = message if isinstance(message, tuple) else (message,)
            found[(context or "", forms[0])] = forms
    return found


def catalog(domain: str) -> Catalog:
    with open(FOLDER / f"{domain}.po", "rb") as file:
        return read_po(file, locale="zh_Hans")


def faults(wanted: dict[Key, tuple[str, ...]], catalog: Catalog) -> list[str]:
    found = []
    for (context, text), forms in sorted(wanted.items()):
        entry = catalog.get(text, context or None)
        answers = entry.string if entry and isinstance(entry.string, tuple) else (entry.string if entry else "",)
        if entry is None or not all(answers):
            found.append(f"missing: {text!r}")
        elif entry.fuzzy:
            found.append(f"not finished: {text!r}")
        elif any(gaps(answer) - gaps(*forms) or gaps(forms[-1]) - gaps(answer) for answer in answers):
            found.append(f"other gaps: {text!r} -> {answers!r}")
    return found


def gaps(*texts: str) -> set[str]:
    return {match[0] for text in texts for match in GAP.finditer(text)}


def test_every_text_is_found() -> None:
    assert len(wanted()) > 300


def test_every_text_has_a_finished_chinese_one() -> None:
    assert faults(wanted(), catalog("django")) == []


def test_every_text_of_a_script_has_a_finished_chinese_one() -> None:
    scripts = [path.read_text(encoding="utf-8") for path in committed() if path.suffix == ".js"]
    asked = messages("javascript", scripts)
    assert not asked or faults(asked, catalog("djangojs")) == []


def test_a_text_has_one_wording() -> None:
    """Chinese full stops and quotes, and no English left where there is a Chinese word for it."""
    crooked = [
        entry.id
        for entry in catalog("django")
        if entry.id and isinstance(entry.string, str) and re.search(r"[一-鿿][,;:!?](?:\s|$)|[一-鿿]\.$", entry.string)
    ]
    assert crooked == []


def test_everything_that_the_access_log_tells_has_words() -> None:
    told = {
        argument.value
        for path in python_files()
        for call in ast.walk(tree(path))
        if isinstance(call, ast.Call) and getattr(call.func, "id", "") == "log_access"
        for argument in ast.walk(call.args[1])
        if isinstance(argument, ast.Constant)
    }
    assert len(told) > 30
    begun = {verb for verb in told if verb.endswith("_")}
    assert told - begun - set(VERBS) == set()
    assert [start for start in begun if not any(verb.startswith(start) for verb in VERBS)] == []


# A number and its noun: one form for both is "1 doors". Beside verbs, what follows a name; and limits that are many.
COUNTED = re.compile(r"(?:%\((\w+)\)[sd]|%[sd]|\{\w*\}) (?:[a-z]+ ){0,2}?([a-z]+s|people)\b")
NO_NOUNS = {"as", "does", "has", "holds", "is", "says", "takes", "this", "was"}
MANY = {"limit", "pages", "rows"}


def test_a_counted_noun_has_a_form_for_one() -> None:
    found = [
        f"{match[0]}: {forms[0]}"
        for forms in wanted().values()
        if len(forms) == 1
        for match in COUNTED.finditer(forms[0])
        if match[2] not in NO_NOUNS and match[1] not in MANY
    ]
    assert found == []
    assert COUNTED.search("%(n)d more open doors") and COUNTED.search("{n} people")


def test_texts_are_marked_by_names_that_are_looked_for() -> None:
    """`gettext as _g` hides a text from whoever gathers them: it would never be translated."""
    strange = [
        f"{path.relative_to(ROOT)}: {alias.name} as {alias.asname}"
        for path in python_files(*FLOORS)
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation"
        for alias in node.names
        if alias.asname not in (None, "_")
    ]
    assert strange == []
