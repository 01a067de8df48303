"""The share-out board and a campaign's set-up in a real browser: with scripts, without, on paper and on a phone."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from campaigns.models import Campaign, ShareOut
from tests.browsing import DESK, PHONE, press, resized, settled
from tests.campaigns.steps import building, confirm, hands
from tests.world import World

SMALL = {**PHONE, "viewport": {"width": 360, "height": 740}}
PageAs = Callable[..., Page]

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def campaign(world: World) -> Campaign:
    for name in ("1栋", "2栋", "3栋"):
        building(world, name, 4)
    return world.campaign()


@pytest.fixture
def draft(world: World) -> Campaign:
    return world.draft(unit=world.station, areas=[world.areas["420303001"]], by=world.chief)


def board(campaign: Campaign, way: str) -> str:
    return f"/admin/campaigns/campaign/{campaign.pk}/share-out/?way={way}"


@pytest.mark.parametrize("scripts", [True, False])
def test_doors_are_shared_out_evenly_and_taken_back(
    world: World, campaign: Campaign, page_as: PageAs, scripts: bool
) -> None:
    page = page_as(world.chief, board(campaign, "evenly"), screen=DESK, language="en", scripts=scripts)
    press(page.get_by_role("button", name="Share 12 doors"))
    page.wait_for_url("**/progress/**")
    assert hands(campaign) == {"周明": 4, "何川": 4, "孙倩": 4}
    page.goto(f"/admin/campaigns/campaign/{campaign.pk}/share-out/earlier/")
    press(page.get_by_role("button", name="Undo: 12 doors"))
    expect(page.get_by_text("Undone by 李卫东")).to_be_visible()
    assert hands(campaign) == {}


def test_a_box_that_changes_takes_the_confirmation_away_until_the_numbers_are_new(
    world: World, campaign: Campaign, page_as: PageAs
) -> None:
    page = page_as(world.chief, board(campaign, "evenly"), screen=DESK, language="en")
    page.get_by_label("何川 takes part").uncheck()
    expect(page.get_by_role("button", name="Share 12 doors")).to_be_hidden()
    press(page.get_by_role("button", name="Show the numbers"))
    press(page.get_by_role("button", name="Share 12 doors"))
    page.wait_for_url("**/progress/**")
    assert "何川" not in hands(campaign)


def test_without_scripts_a_changed_box_is_refused_with_the_new_numbers(
    world: World, campaign: Campaign, page_as: PageAs
) -> None:
    page = page_as(world.chief, board(campaign, "evenly"), screen=DESK, language="en", scripts=False)
    page.get_by_label("何川 takes part").uncheck()
    press(page.get_by_role("button", name="Share 12 doors"))
    expect(page.get_by_role("alert")).to_contain_text("nothing was shared out")
    expect(page.get_by_label("何川 takes part")).not_to_be_checked()
    assert not ShareOut.objects.unscoped("test").exists()


PAGES = [
    ("share-out/?way=evenly", "open"),
    ("share-out/?way=hand_on", "open"),
    ("share-out/earlier/", "open"),
    ("progress/", "open"),
    ("lists/{owner}/", "open"),
    ("dates/", "draft"),
    ("questions/", "draft"),
    ("copy/", "draft"),
    ("change/", "draft"),
]


@pytest.mark.parametrize("language", ["zh-CN", "en"])
@pytest.mark.parametrize(("path", "which"), PAGES, ids=[path for path, _which in PAGES])
def test_nobody_is_kept_out(
    world: World, campaign: Campaign, draft: Campaign, page_as: PageAs, axe: Any, path: str, which: str, language: str
) -> None:
    confirm(world, campaign)
    of = campaign if which == "open" else draft
    address = f"/admin/campaigns/campaign/{of.pk}/{path.format(owner=world.owner.pk)}"
    page = page_as(world.chief, address, screen=DESK, language=language)
    assert axe(page) == []
    resized(page, **SMALL["viewport"])
    page.reload()
    assert settled(page).evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0


def test_a_walk_list_prints_without_the_frame_around_it(world: World, campaign: Campaign, page_as: PageAs) -> None:
    confirm(world, campaign)
    page = page_as(world.chief, f"/admin/campaigns/campaign/{campaign.pk}/lists/{world.owner.pk}/", screen=DESK)
    page.emulate_media(media="print")
    expect(page.locator("#header")).to_be_hidden()
    expect(page.locator("#nav-sidebar")).to_be_hidden()
    expect(page.locator(".stretch tbody tr")).to_have_count(12)
    expect(page.locator("td.by-hand").first).to_be_visible()


def test_keys_walk_the_ways_and_the_board_follows_when_they_say_so(
    world: World, campaign: Campaign, page_as: PageAs
) -> None:
    page = page_as(world.chief, board(campaign, "evenly"), screen=DESK, language="en")
    posts: list[str] = []
    page.on("request", lambda request: posts.append(request.url) if request.method == "POST" else None)
    checked = page.locator("[name=way]:checked")
    page.locator("#way-evenly").focus()
    before = page.locator("[name=way]").evaluate_all("ways => ways.map(way => way.value)")
    page.keyboard.press("ArrowRight")
    after = before[(before.index("evenly") + 1) % len(before)]
    expect(checked).to_have_value(after)
    expect(checked).to_be_focused()
    assert posts == []
    label = page.locator(f"label[for=way-{after}]")
    assert label.evaluate("label => getComputedStyle(label).outlineStyle") == "solid"
    # Numbers of the choice before can't be confirmed.
    expect(page.locator("[name=confirm]")).to_be_hidden()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.locator("[name=seen]")).to_have_value(after)
    expect(checked).to_be_focused()
    expect(page.locator("[name=confirm]")).to_be_visible()
    press(page.locator("label[for=way-evenly]"))
    expect(page.locator("[name=seen]")).to_have_value("evenly")
    expect(page.locator("#way-evenly")).to_be_focused()
