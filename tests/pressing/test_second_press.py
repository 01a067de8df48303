"""Every button of every page pressed twice: the same request sent again changes nothing more and meets no error.

The forms are read off the pages, each with the token that its page gave it, filled as a person would, and sent twice
with the server's own check of the token. `second_press.csv` holds the reasons: of a button whose press leaves the
house as it was, and of an address that takes only a POST and stands on no page of this world.
"""

import csv
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.apps import apps
from django.db import connection
from psycopg import sql

from tests.accounts.canaries import Watched
from tests.accounts.marked import ROOMS
from tests.filling import filled
from tests.forms import Form
from tests.pressing.somebody import Answer, Button, Presser, buttons_of
from tests.world import World

HERE = Path(__file__).parent
TABLE = HERE / "second_press.csv"
ROUTES = HERE.parent / "accounts" / "routes.csv"
LOOKING = ("owner", "chief", "desk")
WHO = ("desk", "owner", "admin", "security", "nobody")
# One-time codes are in clear on the page that made them and nowhere else: pressed again, the later page's hold.
ANEW_EACH_TIME = {("admin/accounts/officer/", "index")}
# What may differ between two presses: the log says that somebody came twice.
LOGS = {"accounts_accessevent", "accounts_press"}


def whole_house() -> list[Any]:
    """One digest over all rows of each room's tables but the logs."""
    tables = sorted({m._meta.db_table for m in apps.get_models() if m._meta.app_label in ROOMS} - LOGS)
    each = "SELECT md5(string_agg(t::text, '|' ORDER BY t::text)) FROM {} t"
    with connection.cursor() as cursor:
        asked = sql.SQL(" UNION ALL ").join(sql.SQL(each).format(sql.Identifier(name)) for name in tables)
        cursor.execute(asked.as_string(cursor.connection))
        return cursor.fetchall()


def try_twice(somebody: Presser, form: Form, button: dict[str, Any]) -> tuple[Answer, Answer, bool, bool]:
    """Both answers, whether the first changed anything, and whether the second changed more."""
    sent = filled(form, world=somebody.world, **button)
    with somebody.as_before():
        before = whole_house()
        first = somebody.press(form, sent)
        once = whole_house()
        second = somebody.press(form, sent)
        twice = whole_house()
    return first, second, once != before, twice != once


@dataclass
class Pressed:
    """What pressing everything came to: buttons that did something, those that did nothing, and faults."""

    did: set[tuple[str, str]] = field(default_factory=set)
    idle: set[tuple[str, str]] = field(default_factory=set)
    faults: list[str] = field(default_factory=list)


def press_everything(world: World) -> Pressed:
    """Each button by the first who gets through with it."""
    through: set[Button] = set()
    without: set[str] = set()
    found = Pressed()
    for who in WHO:
        somebody = Presser(world, who)
        pages = list(somebody.pages(without))
        for address, html in pages:
            for button, form, name in buttons_of(html, address, through):
                first, second, did, more = try_twice(somebody, form, name)
                key = (button.route, button.said)
                (found.did if did else found.idle).add(key)
                if first.went_through:
                    through.add(button)
                    if first.html:
                        # What a press shows may have buttons of its own: a preview is confirmed.
                        pages.append((form.action, first.html))
                broken = max(first.status, second.status) >= 500 or first.leads_to != second.leads_to
                if broken or (more and key not in ANEW_EACH_TIME):
                    found.faults.append(f"{who} {key}: {first.status} {second.status} {'twice' if more else ''}")
    return found


def posts_only() -> set[str]:
    """Routes that nobody may look at: a form somewhere must post to each."""
    rows = csv.DictReader(ROUTES.read_text("utf-8").splitlines())
    return {row["route"] for row in rows if row["method"] == "GET" and {row[who] for who in LOOKING} == {"405"}}


def test_a_second_press_of_any_button_changes_nothing_more(house: Watched) -> None:
    found = press_everything(house.world)
    assert found.faults == []
    reasons = {(row["route"], row["button"]) for row in csv.DictReader(TABLE.read_text("utf-8").splitlines())}
    assert found.idle - found.did - reasons == set(), "a press that does nothing proves nothing: say why in the table"
    assert reasons & found.did == set(), "these do something now: take them off the table"
    gaps = re.compile(r"<\w+:(\w+)>")
    shown = {gaps.sub(r"<\1>", route) for route, _button in {*found.did, *found.idle, *reasons}}
    assert posts_only() - shown == set(), "no button of any page posts there: say why in the table"
    assert len(found.did) >= 45
