"""Every address × GET and POST × everybody × whose row: what is answered, and whose words are in the answer.

`routes.csv` says the answers, `readers.csv` who finds which column of whose rows anywhere. Both are drawn anew by
`REDRAW=1 ./run test -n0 tests/accounts/test_routes.py` and then read line by line: a change in them is a decision.
"""

import csv
import logging
import os
import re
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from accounts.models import Officer
from tests.accounts.marked import Marked, said
from tests.accounts.routes import PLACES, Route, routes
from tests.web.policy import lacking

HERE = Path(__file__).parent
WHO = ("owner", "auxiliary", "chief", "desk", "leader", "station_admin", "admin", "security", "auditor", "nobody")
ANSWERS, READERS = HERE / "routes.csv", HERE / "readers.csv"
# What would end the session in which the others are asked.
ENDS_THE_SESSION = {"sign-out/", "admin/logout/"}
LETTERS = {"own": "o", "own station": "s", "own bureau": "b", "elsewhere": "e", "nowhere": "n", "bureau": "u"}
# The widest look at a list.
WIDEST = {"visits/": "?of=unit", "cases/": "?show=all"}
# Absent for every key, or sent on to the page of any key.
NEVER_A_PAGE = ("history/", "delete/", "<object_id>/")
OUTSIDE_THE_ADMIN = {"owner", "auxiliary", "leader", "nobody"}
WITHOUT_ROWS = {"station_admin", "admin", "security", "auditor", "nobody"}


@dataclass
class Asked:
    """What one person was answered everywhere."""

    # (method, route) → status by place
    answers: dict[tuple[str, str], dict[str, int]] = field(default_factory=dict)
    # column → places whose rows were read
    read: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    where: dict[tuple[str, str], str] = field(default_factory=dict)
    # Answers without the policy of the house.
    bare: set[str] = field(default_factory=set)
    signed_in: bool = True
    unequal: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)


def officer_of(house: Marked, who: str) -> Officer | None:
    if who == "nobody":
        return None
    found = house.station_admin if who == "station_admin" else getattr(house.world, who)
    return Officer.objects.unscoped("test").get(pk=found.pk)


def ask_everywhere(house: Marked, who: str) -> Asked:
    client = Client(headers={"accept-language": "en"}, raise_request_exception=False)
    officer = officer_of(house, who)
    if officer is not None:
        client.force_login(officer)
    asked = Asked(signed_in=officer is not None)
    for route in routes():
        if route.pattern not in ENDS_THE_SESSION:
            for method in ("GET",) if route.pattern.endswith(NEVER_A_PAGE) else ("GET", "POST"):
                ask(house, client, route, method, places_for(who, route), asked)
    return asked


def places_for(who: str, route: Route) -> tuple[str, ...]:
    """Where an answer can't differ it is not asked for: before the gate, and where nobody finds anything."""
    if not route.names or route.pattern.endswith(NEVER_A_PAGE) or (route.in_admin and who in OUTSIDE_THE_ADMIN):
        return PLACES[:1]
    if who in WITHOUT_ROWS:
        return ("own", "elsewhere", "nowhere") if who == "station_admin" else ("own", "nowhere")
    return tuple(place for place in PLACES if place != "own station") if route.in_admin else PLACES


def ask(house: Marked, client: Client, route: Route, method: str, places: tuple[str, ...], asked: Asked) -> None:
    """One address with each key it may carry; the answer to another one's row is that to none."""
    statuses: dict[str, int] = {}
    told: dict[str, Any] = {}
    for place in places:
        address = route.address(house, place) + (WIDEST.get(route.pattern, "") if method == "GET" else "")
        with transaction.atomic():
            response = client.generic(method, address, "", "application/x-www-form-urlencoded")
            text = said(response)
            transaction.set_rollback(True)
        statuses[place] = response.status_code
        told[place] = (response.status_code, plain(text, address))
        if response.status_code >= 500 and route.pattern != "readyz":
            asked.faults.append(f"{response.status_code} {method} {address}")
        asked.bare |= {f"{fault}: {method} {address}" for fault in lacking(response, asked.signed_in)}
        for column, whose in house.read_in(text):
            asked.read[column].add(whose)
            asked.where.setdefault((column, whose), f"{method} {address}")
    asked.answers[method, route.pattern] = statuses
    for place, answer in told.items():
        if answer[0] in {403, 404} and told.get("nowhere", answer) != answer and told["nowhere"][0] == answer[0]:
            asked.unequal.append(f"{method} {route.pattern} {place}")


def plain(text: str, address: str) -> str:
    """Without what differs by itself: the token of the form, the session, the key in the address."""
    text = re.sub(r'(csrfmiddlewaretoken" value=")[^"]*', r"\1", text)
    text = re.sub(r"'Content-Length': '\d+'", "", text)
    for key in re.findall(r"\d+|[0-9a-f-]{36}", address):
        text = text.replace(f"/{key}/", "/#/").replace(f"%2F{key}%2F", "%2F#%2F")
    return text


def cell(statuses: dict[str, int]) -> str:
    """One number where all are the same; else the places by letter before each: `os200 ben404`."""
    groups: dict[int, str] = defaultdict(str)
    for place, status in statuses.items():
        groups[status] += LETTERS[place]
    return " ".join(f"{letters if len(groups) > 1 else ''}{status}" for status, letters in groups.items())


@pytest.mark.parametrize("who", WHO)
def test_everybody_is_answered_what_the_tables_say(house: Marked, who: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    asked = ask_everywhere(house, who)
    if os.environ.get("REDRAW"):
        redraw(who, asked)
    answers, readers = table(ANSWERS), table(READERS)
    assert asked.faults == []
    assert asked.bare == set()
    assert asked.unequal == [], "another one's row is told from one that does not exist"
    known = {(row["method"], row["route"]): row[who] for row in answers}
    found = {key: cell(statuses) for key, statuses in asked.answers.items()}
    assert {key: (told, known.get(key)) for key, told in found.items() if known.get(key) != told} == {}
    allowed = {(row["column"], letter) for row in readers for letter in row[who]}
    leaks = [
        f"{column} of {place}: {asked.where[column, place]}"
        for column, places in asked.read.items()
        for place in places
        if (column, LETTERS[place]) not in allowed
    ]
    assert leaks == []
    assert house.read_in(caplog.text) == set(), "a word of a row stands in a line of the log"


def redraw(who: str, asked: Asked) -> None:
    """Writes one person's column of both tables."""
    rows = {(row["method"], row["route"]): row for row in table(ANSWERS)}
    fresh = []
    for (method, route), statuses in asked.answers.items():
        old = rows.get((method, route), {})
        fresh.append(
            {"route": route, "method": method, **{each: old.get(each, "") for each in WHO}, who: cell(statuses)}
        )
    write(ANSWERS, ["route", "method", *WHO], fresh)
    lines = {row["column"]: row for row in table(READERS)}
    for column in sorted({*lines, *asked.read}):
        row = lines.setdefault(column, {"column": column, **dict.fromkeys(WHO, "")})
        row[who] = "".join(letter for place, letter in LETTERS.items() if place in asked.read.get(column, ()))
    write(
        READERS,
        ["column", *WHO],
        [lines[column] for column in sorted(lines) if any(lines[column][each] for each in WHO)],
    )


def table(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(path.read_text("utf-8").splitlines())) if path.exists() else []


def write(path: Path, heads: list[str], rows: list[dict[str, str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, heads, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
