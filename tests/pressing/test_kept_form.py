"""A form that is refused comes back as it was typed: one field after the other is spoilt, every other keeps its words.

The forms are read off the pages. What comes back must hold the same form, with a sentence in the reader's language at
the spoilt field, which names it by `aria-describedby`.
"""

import re
from typing import Any

from tests.accounts.canaries import Watched
from tests.filling import filled
from tests.forms import Control, Form, Forms
from tests.pressing.somebody import Answer, Button, Presser, buttons_of

WHO = ("desk", "owner", "admin", "security")
CHINESE = re.compile(r"[\u4e00-\u9fff]")
NOT_A_CHOICE = "no-such-choice"
# What is typed into each kind of field that no such field takes.
SPOILT = {
    "date": "32 Nov",
    "datetime-local": "yesterday",
    "time": "noon",
    "number": "many",
    **dict.fromkeys(("select", "radio", "checkbox"), NOT_A_CHOICE),
}
# A field of text takes every text but one that no keyboard types.
NUL = "走访\0x"
# Tokens, the empty row that a script copies, and what the server works out anew for each page.
NOT_TYPED = re.compile(r"^csrfmiddlewaretoken$|__prefix__|-DELETE$|^(digest|seen|not_given)$")
# Not typed by anybody, or never sent back by a browser: one-time numbers, versions, files, passwords.
NEVER_SPOILT = {"hidden", "file", "password", "search"}
# Nothing is typed there: ticked rows and their action, the choices of a board.
ONLY_CHOSEN = {"action", "_selected_action"}
BOARD = "share-out/"
# Adds empty lines and judges none; takes its number as a page that is asked for, and says so on the next one.
JUDGES_NOTHING = {("visits/keyed/", "more"), ("reports/papers/slips/", "")}
# A line of a paper round is read by its door: as long as its code tells of none, only the code has a reason.
LINE = re.compile(r"(?!code)\w+-\d+$")
FINDING = re.compile(r"(f_[a-z]+)_\d_")
# The screen at the door is one of choices: what nobody can choose is not worth a place of its own.
AT_THE_DOOR = "doors/<int:pk>/"


def spoilt(form: Form, name: str, sent: dict[str, Any]) -> dict[str, Any]:
    """A finding is judged when its chip is on."""
    chip = FINDING.match(name)
    on = {chip[1]: ["1"]} if chip else {}
    return {**sent, **on, name: [SPOILT.get(form.controls[name].kind, NUL)]}


def same_form(answer: Answer, form: Form) -> Form | None:
    """The form of that page that has the most of its fields."""
    found = [one for one in Forms(answer.html, form.action).found if set(one.controls) & set(form.controls)]
    return max(found, key=lambda one: len(set(one.controls) & set(form.controls)), default=None)


def lost(form: Form, back: Form, sent: dict[str, Any], name: str) -> list[str]:
    """Fields other than the spoilt one that no longer hold what was typed."""
    found = []
    for other, control in form.controls.items():
        if other == name or control.kind in {"file", "password"} or NOT_TYPED.search(other):
            continue
        typed = [str(value) for value in sent.get(other, [])]
        held = back.controls[other].values if other in back.controls else ["(gone)"]
        if sorted(filter(None, held)) != sorted(filter(None, typed)):
            found.append(f"{other} {typed} → {held}")
    return found


def is_of(key: str, control: Control) -> bool:
    """A place for errors named after this field, or after the one that it is a half of (a day and a time)."""
    name = re.sub(r"_(day|time|category|line|how|grade|why)$", "", control.name)
    return key.removeprefix("id_").removesuffix("_error").removesuffix("_at") in {name, f"at-{name}"}


def words_at(html: str, control: Control) -> str:
    """What stands where the field, or the group around it, says that it is described."""
    around = re.findall(r'aria-describedby="([^"]*)"', html)
    keys = [*control.described_by.split(), *(key for each in around for key in each.split() if is_of(key, control))]
    said = [
        re.findall(rf'id="{re.escape(key)}"[^>]*>(.*?)</(?:ul|span|p|div|small)>', html, re.S)
        for key in dict.fromkeys(keys)
    ]
    return " ".join(re.sub(r"<[^>]*>", " ", " ".join(found)) for found in said).strip()


def faults_of(somebody: Presser, form: Form, button: dict[str, Any], name: str, language: str) -> list[str]:
    sent = spoilt(form, name, filled(form, world=somebody.world, **button))
    with somebody.as_before():
        answer = somebody.press(form, sent, language)
    if answer.status == 302:
        return ["taken"]
    back = same_form(answer, form)
    if back is None:
        return [f"no form comes back ({answer.status})"]
    found = lost(form, back, sent, name)
    control = back.controls.get(name)
    if control is None:
        return [*found, "the field is gone"]
    words = words_at(answer.html, control)
    if not words and form.action.endswith("/visits/keyed/") and LINE.match(name):
        return found
    if not words:
        found.append("nothing describes it")
    elif bool(CHINESE.search(words)) != (language == "zh-hans"):
        found.append(f"in the other language: {words}")
    return found


def test_every_form_keeps_what_was_typed_and_says_what_is_wrong_at_its_field(house: Watched) -> None:
    pressed: set[Button] = set()
    tried: set[tuple[str, str]] = set()
    faults: list[str] = []
    without: set[str] = set()
    for who in WHO:
        somebody = Presser(house.world, who)
        for address, html in list(somebody.pages(without)):
            for button, form, name in buttons_of(html, address, pressed):
                pressed.add(button)
                for field, control in form.controls.items():
                    key = (
                        button.route + button.said,
                        re.sub(r"(?<=-)\d+(?=-)|(?<=^f_)[a-z]+_\d|(?<=^q_)\d+|(?<=-)\d+$", "#", field),
                    )
                    one_box = control.kind == "checkbox" and len(control.choices) < 2
                    left_out = control.kind in NEVER_SPOILT or one_box or field in ONLY_CHOSEN or BOARD in button.route
                    left_out = left_out or (button.route, button.said) in JUDGES_NOTHING
                    left_out = left_out or (
                        button.route == AT_THE_DOOR and control.kind in {"select", "radio", "checkbox"}
                    )
                    if key in tried or left_out or NOT_TYPED.search(field):
                        continue
                    tried.add(key)
                    language = ("en", "zh-hans")[len(tried) % 2]
                    faults += [
                        f"{who} {button.route} {button.said} {field} ({control.kind}, {language}): {fault}"
                        for fault in faults_of(somebody, form, name, field, language)
                    ]
    assert faults == []
    assert len(tried) > 100
