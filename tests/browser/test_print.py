"""Pages on paper: nothing to press, nothing to go on to, whose page and of when, and no table cut at the edge."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browsing import DESK, resized, settled
from tests.world import World

pytestmark = pytest.mark.django_db(transaction=True)
# A4 less its margins, in CSS pixels.
SHEET = (688, 1000)
PRESSED = "a.button, button, input[type=submit], nav a, #header, #changelist-filter, .tabs"
WIDER = """() => [...document.querySelectorAll('body *')].filter(
    (e) => e.offsetParent && e.getBoundingClientRect().right > innerWidth + 1).map((e) => e.tagName + '.' + e.className)"""


PAGES = "/admin/ /admin/disputes/case/ /admin/registry/premises/ /round/ /cases/ /reports/campaigns/{campaign}/"


def test_a_page_on_paper_shows_its_matter_alone(world: World, page_as: Callable[..., Page]) -> None:
    world.door(101)
    campaign = world.campaign()
    world.give(campaign, world.doors[0], world.chief)
    page = page_as(world.chief, "/me/", screen=DESK)
    page.emulate_media(media="print")
    resized(page, *SHEET)
    for path in PAGES.format(campaign=campaign.pk).split():
        page.goto(path)
        expect(page.locator("h1"), path).to_be_visible()
        expect(page.locator(".print-line"), path).to_contain_text(world.chief.unit.name)
        expect(page.locator(PRESSED).filter(visible=True), path).to_have_count(0)
        assert settled(page).evaluate(WIDER) == [], path


def test_the_round_on_paper_is_black_on_white_with_its_share_in_the_ring(
    world: World, page_as: Callable[..., Page]
) -> None:
    door = world.door(101)
    world.give(world.campaign(), door, world.owner)
    page = page_as(world.owner, "/round/", screen=DESK)
    page.emulate_media(media="print")
    resized(page, *SHEET)
    expect(page.locator(".round-head")).to_have_css("background-color", "rgba(0, 0, 0, 0)")
    expect(page.locator(".round-head h1")).to_have_css("color", "rgb(0, 0, 0)")
    expect(page.locator(".ring text")).to_have_css("fill", "rgb(0, 0, 0)")
    expect(page.locator(".ring .visited")).to_have_css("stroke", "rgb(0, 0, 0)")
