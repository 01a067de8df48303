"""Every form that a page of the house shows, found on the pages themselves: no text in any of its fields breaks it.

Each text field gets, one after the other, what no keyboard types; the other fields keep what the page put there. Every
route that takes a POST is met by somebody, or stands in `no_form.csv` with a reason.
"""

import csv
import os
import re
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from zlib import crc32

import pytest
from django.db import transaction
from django.test import Client
from django.urls import resolve

from accounts.models import Officer
from campaigns.frame import add_to_frame
from reports.actions import begin_brief
from tests.accounts.marked import Marked
from tests.accounts.routes import plain, routes
from tests.disputes.steps import settled_dispute
from tests.forms import Control, Form, Forms
from tests.standing import aside
from tests.visits.steps import log, nobody
from tests.world import NOW, TODAY
from visits.actions import add_door

EVERY = bool(os.environ.get("DOORSTEP_EVERY_ATTACK"))
HERE = Path(__file__).parent
WHO = ("owner", "chief", "desk", "leader", "admin", "security", "auditor", "nobody")
SCRIPT = "<script>alert(1)</script>"
SPOILT = {
    "NUL": b"a%00b",
    "half a character": b"%ED%A0%80",
    "100,000 characters": urlencode({"": "字" * 33_000 + "x" * 67_000})[1:].encode(),
    "a script": urlencode({"": SCRIPT})[1:].encode(),
    "a formula": urlencode({"": "=cmd|' /C calc'!A0"})[1:].encode(),
    "a day out of time": b"9999-12-31",
    "a long number": b"9" * 5000,
}
# Signed out, the next ones would be nobody's.
LEFT_OUT = {"accounts:sign_out", "admin:logout", "set_language"}


@pytest.fixture(scope="module")
def more_pages(house: Marked) -> Iterator[list[str]]:
    """Pages that the marked world has no row for: a door that was tried and not met, one that was added, a brief begun, a
    case that is asked after."""
    world, campaign = house.world, house.watched.campaign
    with aside():
        tried = world.door(977)
        add_to_frame(campaign=campaign, premises=tried, officer=world.owner, at=NOW)
        log(world, nobody(tried))
        area = world.areas["420303001001"]
        added = add_door(area=area, kind="household", address="老街1号", by=world.owner, at=NOW)
        brief = begin_brief(
            campaign=campaign, unit=world.station, starts_on=TODAY, ends_on=TODAY, by=world.chief, at=NOW
        )
        settled = settled_dispute(world, world.door(978))
        yield [
            *(f"/doors/{tried.pk}/", f"/doors/added/{added.pk}/"),
            *(f"/reports/briefs/{brief.pk}/", f"/cases/{settled.pk}/"),
        ]


def client_for(house: Marked, who: str) -> Client:
    client = Client(headers={"accept-language": "en"}, raise_request_exception=False)
    if who != "nobody":
        client.force_login(Officer.objects.unscoped("test").get(pk=getattr(house.world, who).pk))
    return client


def forms_for(house: Marked, client: Client, more: list[str]) -> Iterator[Form]:
    """One form of each kind: the same address with the same fields is asked once."""
    seen = set()
    for address in chain((route.address(house, "own") for route in routes()), more):
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
    shown = b"" if answer.streaming or "html" not in answer.headers.get("Content-Type", "") else answer.content
    if SCRIPT.encode() in shown:
        return "not escaped"
    refused = answer.status_code in {409, 422} and shown
    return unannounced(shown.decode()) if refused and not sent_to_another(form, shown.decode()) else ""


def sent_to_another(form: Form, html: str) -> bool:
    """A visit of another door, or typed by another officer, has no form of its own to come back to."""
    return "of_door" in form.controls and "Fault: This was not done" in html


TITLE = re.compile(r"<title>\s*Fault: \S")
SUMMARY = re.compile(r'id="missing" tabindex="-1" autofocus>(.*?)</ul>', re.DOTALL)


def unannounced(html: str) -> str:
    """Whoever can't see the page is told that it was not done, and led from each reason to its place."""
    if not TITLE.search(html):
        return "the title does not say so"
    summary = SUMMARY.search(html)
    places = re.findall(r'href="#([^"]+)"', summary[1]) if summary else []
    if not places:
        return "no summary at the top"
    nowhere = [place for place in places if not re.search(rf'\sid="{re.escape(place)}"', html)]
    return f"links to nothing: {nowhere}" if nowhere else ""


def formless(house: Marked) -> Iterator[Form]:
    """What a script or an old page sends where no page of this world shows a form."""
    addresses = {route.pattern: route.address(house, "own") for route in routes()}
    for row in table("no_form.csv"):
        if row["fields"]:
            names = row["fields"].split()
            yield Form(addresses[row["route"]], {name: Control(name, "text", values=["x"]) for name in names})


def tried_with(form: Form, fresh: list[str], turn: int) -> Iterator[tuple[str, bytes]]:
    """What is sent: all text fields at once with each text, then each field that is new by itself.

    Alone a field gets one of the texts, another for each person; all of them with DOORSTEP_EVERY_ATTACK=1.
    """
    yield "nothing", b"nothing=1"
    texts, sent = form.texts, {**{name: value for name, value, _to in form.buttons[:1]}, **form.fields}
    rest = urlencode({name: value for name, value in sent.items() if name not in texts}, doseq=True).encode()
    for name, spoilt in SPOILT.items():
        yield name, b"&".join([rest, *(urlencode({text: ""}).encode() + spoilt for text in texts[:40])])
    for text in fresh:
        rest = urlencode({name: value for name, value in sent.items() if name != text}, doseq=True).encode()
        one = list(SPOILT.items())[(crc32(text.encode()) + turn) % len(SPOILT)]
        for name, spoilt in SPOILT.items() if EVERY else [one]:
            yield f"{text}: {name}", rest + b"&" + urlencode({text: ""}).encode() + spoilt


@pytest.mark.parametrize(
    ("who", "least"),
    [
        ("owner", 15),
        ("chief", 40),
        ("desk", 40),
        ("leader", 8),
        ("admin", 8),
        ("security", 5),
        ("auditor", 3),
        ("nobody", 1),
    ],
)
def test_no_text_in_any_field_of_any_form_breaks_it(house: Marked, more_pages: list[str], who: str, least: int) -> None:
    client = client_for(house, who)
    faults, forms = [], [*forms_for(house, client, more_pages), *formless(house)]
    alone: set[tuple[str, str]] = set()
    for form in forms:
        view = resolve(form.action.partition("?")[0]).view_name
        fresh = [name for name in form.texts if not re.search(r"-[1-9]\d*(-|$)", name) and (view, name) not in alone]
        alone |= {(view, name) for name in fresh}
        for name, body in tried_with(form, fresh, WHO.index(who)):
            if fault := fault_of(client, form, body):
                faults.append((form.action, name, fault))
    assert faults == []
    assert len(forms) >= least, [form.action for form in forms]


def test_every_route_that_takes_a_form_was_met(house: Marked, more_pages: list[str]) -> None:
    """A POST that is answered by anything but an absence or a refusal to somebody: some page has the form for it."""
    met: set[str] = set()
    for who in WHO:
        for form in forms_for(house, client_for(house, who), more_pages):
            met |= {
                plain(resolve(to.partition("?")[0]).route)
                for _name, _value, to in [*form.buttons, ("", "", form.action)]
            }
    asked = [row for row in table("routes.csv") if row["method"] == "POST"]
    takes = {row["route"] for row in asked if any(TAKEN.search(row[who]) for who in SIGNED_IN)}
    reasons = {row["route"] for row in table("no_form.csv")}
    # No page of this world shows a form for it: say why in the table.
    assert sorted(takes - met - reasons) == [], sorted(takes - met - reasons)
    assert reasons - (takes - met) == set(), "met: take it off the table"


SIGNED_IN = [who for who in WHO if who != "nobody"]
TAKEN = re.compile(r"200|302|409|422")


def table(name: str) -> list[dict[str, Any]]:
    return list(csv.DictReader((HERE / name).read_text("utf-8").splitlines()))
