"""Who typed something is asked before it goes: by a link, by the switch of language. Who sends it is asked nothing."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Dialog, Page, expect

from tests.browsing import DESK, PHONE, press
from tests.world import World

pytestmark = pytest.mark.django_db(transaction=True)
PageAs = Callable[..., Page]
FORMS = [("chief", "/admin/campaigns/campaign/add/", DESK, "title"), ("owner", "/doors/new/", PHONE, "address")]


def listened(page: Page, *, stay: bool) -> list[str]:
    """What the browser asked; each time the person stays, or goes."""
    asked: list[str] = []

    def answer(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss() if stay else dialog.accept()

    page.on("dialog", answer)
    return asked


def ways_out(page: Page, *, desk: bool) -> list[str]:
    return ["#user-tools form[action='/language/'] button", "div.breadcrumbs a"] if desk else ["a.back"]


@pytest.mark.parametrize(("who", "path", "screen", "field"), FORMS)
def test_a_typed_text_is_not_lost_without_a_question(
    world: World, page_as: PageAs, who: str, path: str, screen: dict, field: str
) -> None:
    page = page_as(getattr(world, who), path, screen=screen)
    asked = listened(page, stay=True)
    page.locator(f"[name={field}]").press_sequentially("岁末")
    for turn, way in enumerate(ways_out(page, desk=screen is DESK), 1):
        with page.expect_event("dialog"):
            page.locator(way).first.click(no_wait_after=True)
        expect(page.locator(f"[name={field}]")).to_have_value("岁末")
        assert asked == ["beforeunload"] * turn


@pytest.mark.parametrize(("who", "path", "screen", "field"), FORMS)
def test_nothing_typed_nothing_asked_and_sending_asks_nothing_but_leaving_a_refused_form_does(
    world: World, page_as: PageAs, who: str, path: str, screen: dict, field: str
) -> None:
    page = page_as(getattr(world, who), path, screen=screen)
    asked = listened(page, stay=False)
    way = ways_out(page, desk=screen is DESK)[-1]
    press(page.locator(way).first)
    page.goto(path)
    page.locator(f"[name={field}]").press_sequentially("岁末")
    form = page.locator(f"form:has([name={field}])")
    form.evaluate("form => form.noValidate = true")
    press(form.locator("button.button-main"))
    assert asked == []
    expect(page.locator(f"[name={field}]")).to_have_value("岁末")
    page.locator(f"[name={field}]").click()
    press(page.locator(way).first)
    assert asked == ["beforeunload"]
