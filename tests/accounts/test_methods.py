"""Every address by every other method: the house speaks GET, HEAD and POST, and each view only those that it declares."""

import csv
from pathlib import Path

import pytest
from django.db import transaction
from django.test import Client

from accounts.models import Officer
from tests.accounts.marked import Marked, said
from tests.accounts.routes import Route, routes
from tests.standing import aside
from tests.web.policy import lacking

ANSWERS = Path(__file__).parent / "routes.csv"
FOREIGN = ("TRACE", "PUT", "DELETE", "PATCH", "OPTIONS", "PROPFIND", "LOOK")
# What asking by HEAD would end.
ENDS_THE_SESSION = {"sign-out/", "admin/logout/"}


def client_of(house: Marked, who: str) -> Client:
    """With the check of the token: a method is refused as such, not for want of one."""
    client = Client(headers={"accept-language": "en"}, enforce_csrf_checks=True, raise_request_exception=False)
    if who != "nobody":
        client.force_login(Officer.objects.unscoped("test").get(pk=getattr(house.world, who).pk))
    return client


@pytest.mark.parametrize("who", ["owner", "desk", "nobody"])
def test_no_address_answers_a_method_that_no_view_knows(house: Marked, who: str) -> None:
    client = client_of(house, who)
    faults = []
    for route in routes():
        address = route.address(house, "own")
        for method in FOREIGN:
            answer = client.generic(method, address, "a=b", "application/x-www-form-urlencoded")
            if answer.status_code != 405 or answer.content:
                faults.append(f"{answer.status_code} {method} {address}")
            if set(answer.headers.get("Allow", "").split(", ")) != {"GET", "HEAD", "POST"}:
                faults.append(f"says nothing of what is known: {method} {address}")
            faults += [f"{fault}: {method} {address}" for fault in lacking(answer, who != "nobody")]
    assert faults == []


@pytest.mark.parametrize("who", ["owner", "desk"])
def test_head_is_answered_as_get_without_a_word(house: Marked, who: str) -> None:
    client = client_of(house, who)
    asked = [route for route in routes() if route.pattern not in ENDS_THE_SESSION]
    assert {route.pattern: found for route in asked if len(set(found := by_both(house, client, route))) > 1} == {}


def by_both(house: Marked, client: Client, route: Route) -> tuple[int, int]:
    address = route.address(house, "own")
    with aside():
        shown = client.get(address)
        said(shown)
    with aside():
        head = client.head(address)
        assert said(head) == f"{head.headers}\n", address
    return shown.status_code, head.status_code


def test_a_page_that_only_shows_takes_no_form(house: Marked) -> None:
    """Whoever could read it may not send it anything: a POST that a view passes over looks as if it had been taken."""
    rows = list(csv.DictReader(ANSWERS.read_text("utf-8").splitlines()))
    client, found = client_of(house, "desk"), set[str]()
    client.handler.enforce_csrf_checks = False
    by_post = {row["route"] for row in rows if row["method"] == "POST"}
    for route in routes():
        if route.pattern in by_post - ENDS_THE_SESSION:
            address = route.address(house, "own")
            with transaction.atomic():
                shown, sent = client.get(address), client.post(address)
                page = said(shown) + said(sent)
                if {shown.status_code, sent.status_code} == {200} and 'method="post"' not in page.lower():
                    found.add(route.pattern)
                transaction.set_rollback(True)
    assert found - STOCK == set(), sorted(found)


# Django's own: the admin's home and its lists of a room.
STOCK = {"admin/", "admin/<app_label>/"}
