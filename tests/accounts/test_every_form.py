"""Every form that a page of the house shows, found on the pages themselves: no text in any of its fields breaks it.

Each text field gets, one after the other, what no keyboard types; the other fields keep what the page put there.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from itertools import cycle
from urllib.parse import urlencode, urljoin

import pytest
from django.db import transaction
from django.test import Client
from django.urls import resolve

from accounts.models import Officer
from tests.accounts.marked import Marked
from tests.accounts.routes import routes

SCRIPT = "<script>alert(1)</script>"
SPOILT = {
    "NUL": b"a%00b",
    "half a character": b"%ED%A0%80",
    "100,000 characters": urlencode({"": "字" * 33_000 + "x" * 67_000})[1:].encode(),
}
AT_ONCE = {
    "a script": SCRIPT,
    "a formula": "=cmd|' /C calc'!A0",
    "a day out of time": "9999-12-31",
    "a long number": "9" * 5000,
}
TEXT = {"text", "search", "date", "datetime-local", "time", "number", "tel", "hidden", "password", ""}
# Signed out, the next ones would be nobody's.
LEFT_OUT = {"accounts:sign_out", "admin:logout", "set_language"}


@dataclass
class Form:
    action: str
    fields: dict[str, str] = field(default_factory=dict)
    texts: list[str] = field(default_factory=list)


class Forms(HTMLParser):
    """The forms of a page with what a browser would send."""

    def __init__(self, html: str, address: str) -> None:
        super().__init__()
        self.address, self.found, self.name, self.chosen = address, list[Form](), "", False
        self.by_id: dict[str, Form] = {}
        self.open: Form | None = None
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.open = Form(urljoin(self.address, said.get("action") or self.address))
            if said.get("method", "").lower() == "post":
                self.found.append(self.open)
                self.by_id[said.get("id", "")] = self.open
            return
        form, name = (
            self.by_id.get(said.get("form", ""), self.open) if "form" in said else self.open,
            said.get("name", ""),
        )
        if form is None:
            return
        if tag == "select":
            self.name, self.chosen = name, False
        elif tag == "option" and self.name and ("selected" in said or not self.chosen):
            form.fields[self.name], self.chosen = said.get("value", ""), True
        elif name and tag == "textarea":
            form.fields[name] = ""
            form.texts.append(name)
        elif name and tag == "button":
            form.fields.setdefault(name, said.get("value", ""))
        elif name and tag == "input":
            self.take(form, name, said)

    def take(self, form: Form, name: str, said: dict[str, str]) -> None:
        kind = said.get("type", "")
        if kind in TEXT:
            form.fields[name] = said.get("value", "")
            form.texts.append(name)
        elif (kind in {"radio", "checkbox"} and "checked" in said) or kind == "submit":
            form.fields.setdefault(name, said.get("value", "on"))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.open = None
        if tag == "select":
            self.name = ""


def forms_for(house: Marked, client: Client) -> Iterator[Form]:
    """One form of each kind: the same address with the same fields is asked once."""
    seen = set()
    for route in routes():
        address = route.address(house, "own")
        answer = client.get(address)
        if answer.streaming:
            b"".join(answer.streaming_content)
        elif answer.status_code == 200 and "html" in answer.headers["Content-Type"]:
            for form in Forms(answer.content.decode(), address).found:
                match = resolve(form.action.partition("?")[0])
                kind = (match.view_name, match.kwargs.get("name"), frozenset(form.fields))
                if match.view_name not in LEFT_OUT and kind not in seen:
                    seen.add(kind)
                    yield form


def fault_of(client: Client, form: Form, body: bytes) -> str:
    with transaction.atomic():
        answer = client.post(form.action, body, content_type="application/x-www-form-urlencoded")
        if answer.streaming:
            b"".join(answer.streaming_content)
        transaction.set_rollback(True)
    if answer.status_code >= 500 and answer.status_code != 503:
        return str(answer.status_code)
    shown = b"" if answer.streaming else answer.content
    return "not escaped" if "html" in answer.headers.get("Content-Type", "") and SCRIPT.encode() in shown else ""


@pytest.mark.parametrize(("who", "least"), [("owner", 15), ("chief", 40), ("admin", 8), ("nobody", 1)])
def test_no_text_in_any_field_of_any_form_breaks_it(house: Marked, who: str, least: int) -> None:
    client = Client(headers={"accept-language": "en"}, raise_request_exception=False)
    if who != "nobody":
        client.force_login(Officer.objects.unscoped("test").get(pk=getattr(house.world, who).pk))
    faults, forms, turn = [], list(forms_for(house, client)), cycle(SPOILT.items())
    alone: set[tuple[str, str]] = set()
    for form in forms:
        tried = [(name, {**form.fields, **dict.fromkeys(form.texts, text)}) for name, text in AT_ONCE.items()]
        for name, spoilt in SPOILT.items():
            rest = {key: value for key, value in form.fields.items() if key not in form.texts}
            body = b"&".join(
                [urlencode(rest).encode(), *(urlencode({text: ""}).encode() + spoilt for text in form.texts[:40])]
            )
            if fault := fault_of(client, form, body):
                faults.append((form.action, name, fault))
        for name, sent in tried:
            if fault := fault_of(client, form, urlencode(sent).encode()):
                faults.append((form.action, name, fault))
        view = resolve(form.action.partition("?")[0]).view_name
        fresh = [name for name in form.texts if not re.search(r"-[1-9]\d*(-|$)", name) and (view, name) not in alone]
        alone |= {(view, name) for name in fresh}
        for text in fresh:
            rest = urlencode({name: value for name, value in form.fields.items() if name != text}).encode()
            # One of them each, in turn: all at once was tried before.
            for name, spoilt in [next(turn)]:
                body = rest + b"&" + urlencode({text: ""}).encode() + spoilt
                if fault := fault_of(client, form, body):
                    faults.append((form.action, text, name, fault))
    assert faults == []
    assert len(forms) >= least, [form.action for form in forms]
