"""Every page that a role can open, in both languages and three sizes: judged as its reader would (`tests/look.py`).

An ordinary run takes each page once, with the first role that may open it, and the languages in turn.
`DOORSTEP_EVERY_PAGE=1` takes every page with every role in both languages.
"""

import os
import re
from collections.abc import Callable, Iterator
from itertools import cycle

import pytest
from django.test import Client
from playwright.sync_api import Page, Route

from accounts.models import Officer
from disputes.actions import add_party
from disputes.registering import PartyFacts
from tests.accounts.canaries import Watched
from tests.browsing import DESK, resized, settled
from tests.every_page import WITHOUT_A_PAGE, Found, pages_of, pages_to_open
from tests.furnished import furnished
from tests.long_words import stretch
from tests.look import SIZES, faults_of_shape, faults_of_words
from tests.world import NOW, World

pytestmark = pytest.mark.django_db(transaction=True)
# By how much a page is wider than its window, and what stands out of it.
WIDER = """() => [document.documentElement.scrollWidth - innerWidth, ...[...document.querySelectorAll('body *')]
    .filter(e => e.getBoundingClientRect().right > innerWidth + 1 && !e.closest('.scroll, .results, svg'))
    .slice(0, 3).map(e => `${e.tagName}.${e.className}`)]"""
WHOLE = bool(os.environ.get("DOORSTEP_EVERY_PAGE"))
LANGUAGES = {"zh": "zh-CN", "en": "en"}
# axe takes long: an ordinary run looks at three pages of four, each at one width, by turns.
AXE_AT: tuple[tuple[int, ...], ...] = ((390, 360, 1280),) if WHOLE else ((390,), (1280,), (360,), ())
ROLES = ("chief", "owner", "desk", "leader", "admin", "security", "auditor", "auxiliary")


@pytest.fixture
def house(world: World) -> Watched:
    return furnished(world)


def to_judge(house: Watched, roles: tuple[str, ...] = ROLES) -> Iterator[tuple[str, Found]]:
    """Which page is opened by whom, and in which language."""
    turns, seen = cycle(LANGUAGES), set()
    for role in roles:
        officer: Officer = getattr(house.world, role)
        client = Client(headers={"accept-language": "en"})
        client.force_login(officer)
        for found in pages_of(client, officer, without=frozenset() if WHOLE else frozenset(seen)):
            seen.add(found.look)
            yield from ((language, found) for language in (LANGUAGES if WHOLE else [next(turns)]))
    missing = pages_to_open() - {look.split(" ")[0] for look in seen}
    assert missing == set(), "no row of this world opens these; say in WITHOUT_A_PAGE if there is nothing to open"


def keep_still(page: Page) -> None:
    """A page that waits for the worker looks again by itself: not while somebody else looks at it."""

    def without_refresh(route: Route) -> None:
        answer = route.fetch(max_redirects=0)
        headers = {name: value for name, value in answer.headers.items() if name.lower() != "refresh"}
        route.fulfill(response=answer, headers=headers)

    page.route(
        re.compile(r"/js/reload[.\w]*\.js"), lambda route: route.fulfill(body="", content_type="text/javascript")
    )
    page.route(re.compile(r"/(runs|importbatch)/\d+/"), without_refresh)


def faults_of(
    page: Page, found: Found, language: str, axe: Callable[[Page], list[str]], judged: tuple[int, ...]
) -> list[str]:
    """`judged`: the widths at which axe looks as well."""
    answer = page.goto(found.address)
    assert answer is not None
    faults = [] if answer.status == 200 else [f"status {answer.status}"]
    faults += faults_of_words(settled(page), language)
    for width, height in SIZES:
        resized(page, width, height)
        faults += [f"[{width}] {fault}" for fault in faults_of_shape(page, phone=width < 1000)]
        if width in judged:
            faults += [f"[{width}] {fault}" for fault in axe(page)]
    return [f"{language} {found.officer.badge} {found.address}: {fault}" for fault in faults]


def test_every_page_can_be_read_and_used_by_everybody(
    house: Watched, page_as: Callable[..., Page], axe: Callable[[Page], list[str]]
) -> None:
    faults: list[str] = []
    opened: dict[tuple[str, int], Page] = {}
    for turn, (language, found) in enumerate(list(to_judge(house))):
        key = (language, found.officer.pk)
        if key not in opened:
            opened[key] = page_as(found.officer, "/me/", screen=DESK, language=LANGUAGES[language])
            keep_still(opened[key])
        faults += faults_of(opened[key], found, language, axe, AXE_AT[turn % len(AXE_AT)])
    assert not faults, "\n".join(faults)


# What is refused, with which status, and by whom: a page, its form, and what is put into it without anybody's keys.
REFUSED = {
    "a visit with faults": (422, "owner", "/doors/{door}/", "#visit-form", {"outcome": "met", "people_met": "0"}),
    "a new campaign": (422, "desk", "/admin/campaigns/campaign/add/", "#content form[method=post]", {"title": ""}),
    "a stale form of a case": (
        409,
        "owner",
        "/cases/{case}/",
        "#add_session-form",
        {"held_at": "2026-11-01T10:00", "place": "社区", "content": "双方都到了"},
    ),
}
# Who else was added to the case meanwhile.
NAMES = {"zh": "赵一", "en": "钱二"}
SEND = """(form, said) => {
    for (const [name, value] of Object.entries(said)) {
        const fields = [...form.elements].filter(field => field.name === name)
        const box = fields.find(field => field.type === 'radio' && field.value === value)
        if (box) { box.checked = true } else { fields.forEach(field => { field.value = value }) }
    }
    form.submit()
}"""


@pytest.mark.parametrize("refused", REFUSED)
def test_a_page_that_says_what_was_refused_can_be_read_and_used_too(
    house: Watched, page_as: Callable[..., Page], axe: Callable[[Page], list[str]], refused: str
) -> None:
    status, role, path, form, said = REFUSED[refused]
    spot = house.spots["own"]
    address, officer = path.format(door=spot.door.pk, case=spot.case.pk), getattr(house.world, role)
    faults: list[str] = []
    for language, spoken in LANGUAGES.items():
        page = page_as(officer, address, screen=DESK, language=spoken)
        if status == 409:
            spot.case.refresh_from_db()
            add_party(
                case=spot.case,
                facts=PartyFacts(name=NAMES[language]),
                version=spot.case.version,
                by=house.world.chief,
                at=NOW,
            )
        with page.expect_navigation() as sent:
            page.locator(form).last.evaluate(SEND, said)
        assert sent.value is not None and sent.value.status == status
        faults += [f"{language}: {fault}" for fault in faults_of_words(settled(page), language)]
        for width, height in (SIZES[0], SIZES[-1]):
            resized(page, width, height)
            found = [*faults_of_shape(page, phone=width < 1000), *axe(page)]
            faults += [f"{language} [{width}] {fault}" for fault in found]
    assert not faults, "\n".join(faults)


def test_words_without_a_blank_push_no_page_sideways(house: Watched, page_as: Callable[..., Page]) -> None:
    """What people type is longer than a phone is wide: it breaks, and the tabs at the foot stay where they are."""
    # Whoever has doors in hand first: a round with nothing to do has no words.
    pages = [found for language, found in to_judge(house, ("owner", *ROLES))]
    assert stretch() > 100
    faults: list[str] = []
    opened: dict[int, Page] = {}
    for found in dict.fromkeys((found.address, found.officer) for found in pages):
        address, officer = found
        if officer.pk not in opened:
            opened[officer.pk] = page_as(officer, "/me/", screen=DESK, language="en")
            keep_still(opened[officer.pk])
        page = opened[officer.pk]
        page.goto(address)
        for width, height in (SIZES[0], SIZES[-1]):
            resized(page, width, height)
            wide = page.evaluate(WIDER)
            faults += [f"[{width}] {address} by {wide[0]}: {wide[1:]}"] if wide[0] > 0 else []
    assert not faults, "\n".join(faults)


def test_what_has_no_page_is_still_an_address() -> None:
    """The list of exceptions holds nothing that is gone."""
    from config.management.commands.route_policy import routes

    assert {route for route, _view in routes()} >= WITHOUT_A_PAGE
