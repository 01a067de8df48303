"""Every page of the house that somebody can open, from the addresses themselves: a new page can't be forgotten.

A number in an address is that of a row that exists: `ROWS` says of which model. Rows that look different (a case by
kind and state, a campaign by state) are opened one by one.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db.models import Model
from django.test import Client

from accounts.models import Officer
from config.management.commands.route_policy import routes

# Addresses with a number: whose number it is. The longest beginning that fits counts.
ROWS = {
    "doors/": "registry.Premises",
    "visits/": "visits.Visit",
    "outreach/": "visits.Outreach",
    "cases/new/": "registry.Premises",
    "cases/": "disputes.Case",
    "cases/return-visits/": "disputes.ReturnVisit",
    "reports/campaigns/": "campaigns.Campaign",
    "reports/briefs/": "reports.Snapshot",
    "reports/prints/": "reports.Print",
    "reports/papers/walk-lists/": "reports.WalkList",
    "reports/papers/visits/": "visits.Visit",
    "reports/papers/cases/": "disputes.Case",
    "reports/exports/": "reports.Export",
    "admin/registry/premises/": "registry.Premises",
    "admin/registry/importbatch/": "registry.ImportBatch",
    "admin/campaigns/campaign/": "campaigns.Campaign",
}
WITHIN = {"batch": "campaigns.ShareOut", "run": "campaigns.ShareOutRun", "officer": "accounts.Officer"}
# What tells rows of one model apart on their page.
KINDS = ("state", "kind", "outcome", "frozen_at", "added_on_round")
# Pages that look different by what is asked of them.
ASKED = {
    "visits/": ("", "?of=unit"),
    "cases/": ("", "?show=all", "?show=overdue"),
    "admin/campaigns/campaign/<int:pk>/share-out/": ("", "?way=evenly", "?way=buildings", "?way=hand_on"),
}
# Words that a move is asked for by, of campaigns and of cases.
MOVES = ("open", "close", "archive")
# Each way a row may be told from the others, and rows tried until one is within reach.
TRIED = 4
# The stock admin's address of a row that only sends on to its page.
OF_ONE_ROW = re.compile(r"admin/\w+/\w+/<path:object_id>/$")
GAP = re.compile(r"<(?:\w+:)?(\w+)>")
# Not pages: the stock admin's own machinery, and what ends a session.
LEFT = re.compile(
    r"jsi18n|autocomplete|\(\?P|sign-out|logout|admin/login|admin/r/|/delete/|/history/|auth/group|dbtask"
)


# Addresses that take a POST only, answer with a file, send on to another page, or are for machines and builders.
WITHOUT_A_PAGE = {
    *("", "healthz", "readyz", "language/", "demo/sign-in/", "sign-in/", "components/"),
    *("admin/password_change/", "admin/password_change/done/", "admin/roster/confirm/"),
    *(f"admin/registry/importbatch/<int:pk>/{name}/" for name in ("confirm", "discard", "copy")),
    *("admin/registry/premises/<int:pk>/reveal/", "admin/campaigns/campaign/<int:pk>/lists/export/"),
    "admin/campaigns/campaign/<int:pk>/share-out/earlier/<int:batch>/undo/",
    *(f"doors/<int:pk>/{name}/" for name in ("call", "nobody-in", "could-not-meet")),
    *(f"visits/<uuid:pk>/{name}/" for name in ("undo", "correct", "void", "photos/<int:number>")),
    *("visits/keyed/check/", "cases/<int:pk>/do/<str:name>/", "cases/return-visits/<int:pk>/"),
    *(f"cases/<int:pk>/{name}/" for name in ("parties/<int:party_pk>/consent", "evidence/<int:evidence_pk>")),
    *(f"reports/campaigns/<int:pk>/{name}/" for name in ("begin", "excel")),
    *(f"reports/briefs/<int:pk>/{name}/" for name in ("excel", "print")),
    *("reports/prints/<int:pk>/", "reports/exports/<int:pk>/file/"),
    *(f"reports/papers/{name}/" for name in ("forms", "slips", "walk-lists", "cases/<int:pk>", "visits/<uuid:pk>")),
    "reports/papers/walk-lists/<int:pk>/<int:number>/",
}
# Pages of the stock admin that open for some kinds of rows only; judged where they do.
MAY_BE_CLOSED = re.compile(r"admin/\w+/\w+/(add|<path:object_id>/change)/$")


@dataclass(frozen=True)
class Found:
    look: str
    """The route, and which of its looks: a page is opened once for each."""
    address: str
    officer: Officer
    html: str = ""


def addresses(route: str) -> Iterator[list[str]]:
    """Per way a page of this route may look: addresses to try until one is within reach."""
    gaps = GAP.findall(route)
    for query in ASKED.get(route, ("",)):
        if not gaps:
            yield [f"/{route}{query}"]
            continue
        for rows in alike(model_of(route)):
            yield [f"/{told}{query}" for row in rows for told in filled(route, row)]


def model_of(route: str) -> type[Model]:
    begins = [begin for begin in ROWS if route.startswith(begin)]
    if begins:
        return apps.get_model(ROWS[max(begins, key=len)])
    if route.startswith("admin/") and "<path:object_id>" in route:
        label, name = route.split("/")[1:3]
        return apps.get_model(label, name)
    raise AssertionError(f"{route}: say in tests/every_page.py which row its number belongs to")


def alike(model: type[Model]) -> list[list[Any]]:
    """The newest rows of each kind and state."""
    names = [field.name for field in model._meta.get_fields() if field.name in KINDS]
    groups: dict[tuple[Any, ...], list[Any]] = {}
    manager: Any = model._default_manager
    rows = manager.unscoped("test") if hasattr(manager, "unscoped") else manager.all()
    for row in rows.order_by("-pk")[:3000]:
        kind = tuple(bool(value) if name.endswith("_at") else value for name in names for value in [getattr(row, name)])
        group = groups.setdefault(kind, [])
        if len(group) < TRIED:
            group.append(row)
    return list(groups.values())


def filled(route: str, row: Any) -> Iterator[str]:
    told = re.sub(r"<(int:pk|uuid:pk|int:door_pk|path:object_id)>", str(row.pk), route)
    if "<str:name>" in told:
        yield from (told.replace("<str:name>", move) for move in MOVES)
        return
    for name, label in WITHIN.items():
        if f"<int:{name}>" in told:
            model = apps.get_model(label)
            inner: Any = model._default_manager.unscoped("test")  # type: ignore[attr-defined]
            inner = inner.filter(campaign_id=row.pk) if name != "officer" else inner.filter(is_active=True)
            yield from (told.replace(f"<int:{name}>", str(one.pk)) for one in inner.order_by("pk")[:TRIED])
            return
    if "<int:" not in told:
        yield told


def pages_to_open() -> set[str]:
    """Every route that has a page of our own."""
    wanted = {route for route, _view in routes() if not LEFT.search(route)}
    return {
        route for route in wanted if not OF_ONE_ROW.match(route) and not MAY_BE_CLOSED.match(route)
    } - WITHOUT_A_PAGE


def pages_of(client: Client, officer: Officer, without: frozenset[str] = frozenset()) -> Iterator[Found]:
    """Pages (not files, not refusals) that this officer can open, one of each look that is not among `without`."""
    for route, _view in routes():
        if LEFT.search(route) or OF_ONE_ROW.match(route) or route in WITHOUT_A_PAGE:
            continue
        for number, tried in enumerate(addresses(route)):
            look = f"{route} {number}"
            if look in without:
                continue
            for address in tried:
                if html := page_at(client, address):
                    yield Found(look, address, officer, html)
                    break


def page_at(client: Client, address: str) -> str:
    """The page there, or "" for a file, a refusal or a way on."""
    response = client.get(address)
    html = response.get("Content-Type", "").startswith("text/html")
    if response.streaming:
        # Read to its end it closes itself, and no connection of a test that is inside a transaction.
        b"".join(response.streaming_content)
        return ""
    return response.content.decode() if response.status_code == 200 and html else ""
