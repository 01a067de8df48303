"""A refused form says so first: in the title, in a list at the top that has the focus, with a way to each place."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.accounts.canaries import Watched, watched
from tests.browsing import DESK, press, resized
from tests.world import World

pytestmark = pytest.mark.django_db(transaction=True)
WORDS = {"zh-CN": re.compile("^有误："), "en": re.compile("^Fault: ")}


@pytest.fixture
def house(world: World) -> Watched:
    return watched(world)


def judged(page: Page, axe: Callable[[Page], list[str]], language: str, place: str) -> None:
    """Announced, the list in focus, its first link leads to `place`; clean on a phone and on a desk."""
    expect(page).to_have_title(WORDS[language])
    summary = page.locator("#missing")
    expect(summary).to_be_visible()
    expect(summary).to_be_focused()
    expect(summary).to_be_in_viewport()
    for width, height in ((390, 844), (1280, 800)):
        assert axe(resized(page, width, height)) == []
    page.locator(f"#missing a[href='#{place}']").first.click()
    expect(page.locator(f"#{place}")).to_be_in_viewport()
    expect(page.locator(f"#{place}")).to_be_focused()


@pytest.mark.parametrize(("language", "scripts"), [("zh-CN", True), ("en", True), ("en", False)])
def test_the_desk_s_set_up_forms(
    house: Watched, page_as: Callable[..., Page], axe: Any, language: str, scripts: bool
) -> None:
    campaign = house.campaign.pk
    for who, path, place in (
        ("desk", f"/admin/campaigns/campaign/{campaign}/dates/", "id_ends_on"),
        ("desk", "/admin/campaigns/campaign/add/", "id_title"),
        ("chief", "/admin/registry/importbatch/add/", "id_file"),
        ("admin", "/admin/accounts/unit/add/", "id_name"),
        ("security", "/admin/accounts/grant/add/", "id_role"),
    ):
        page = page_as(getattr(house.world, who), path, screen=DESK, language=language, scripts=scripts)
        # As a browser that does not look by itself.
        page.locator("#content form[method=post]").last.evaluate("form => { form.noValidate = true }")
        if place == "id_ends_on":
            page.fill("#id_ends_on", "2020-01-01")
        press(page.locator("#content form[method=post] [type=submit], #content form[method=post] .button-main").last)
        if scripts:
            judged(page, axe, language, place)
        else:
            expect(page).to_have_title(WORDS[language])
            expect(page.locator("#missing")).to_be_focused()
        page.context.close()
