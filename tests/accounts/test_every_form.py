"""Every form that a page of the house shows, found on the pages themselves: no text in any of its fields breaks it.

Each text field gets, one after the other, what no keyboard types; the other fields keep what the page put there.
"""

import re
from collections.abc import Iterator
from itertools import cycle
from urllib.parse import urlencode

import pytest
from django.db import transaction
from django.test import Client
from django.urls import resolve

from accounts.models import Officer
from tests.accounts.marked import Marked
from tests.accounts.routes import routes
from tests.forms import Form, Forms

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
# Signed out, the next ones would be nobody's.
LEFT_OUT = {"accounts:sign_out", "admin:logout", "set_language"}


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
                kind = (match.view_name, match.kwargs.get("name"), frozenset(form.controls))
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
        texts, sent = form.texts, {**{name: value for name, value, _to in form.buttons[:1]}, **form.fields}
        tried = [(name, {**sent, **dict.fromkeys(texts, text)}) for name, text in AT_ONCE.items()]
        for name, spoilt in SPOILT.items():
            rest = {key: value for key, value in sent.items() if key not in texts}
            body = b"&".join(
                [
                    urlencode(rest, doseq=True).encode(),
                    *(urlencode({text: ""}).encode() + spoilt for text in texts[:40]),
                ]
            )
            if fault := fault_of(client, form, body):
                faults.append((form.action, name, fault))
        for name, spoilt_at_once in tried:
            if fault := fault_of(client, form, urlencode(spoilt_at_once, doseq=True).encode()):
                faults.append((form.action, name, fault))
        view = resolve(form.action.partition("?")[0]).view_name
        fresh = [name for name in texts if not re.search(r"-[1-9]\d*(-|$)", name) and (view, name) not in alone]
        alone |= {(view, name) for name in fresh}
        for text in fresh:
            rest = urlencode({name: value for name, value in sent.items() if name != text}, doseq=True).encode()
            # One of them each, in turn: all at once was tried before.
            for name, spoilt in [next(turn)]:
                body = rest + b"&" + urlencode({text: ""}).encode() + spoilt
                if fault := fault_of(client, form, body):
                    faults.append((form.action, text, name, fault))
    assert faults == []
    assert len(forms) >= least, [form.action for form in forms]
