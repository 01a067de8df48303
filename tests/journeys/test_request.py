"""A request from the door to striking off, in a browser: asked, accepted, answered, confirmed, struck off."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from disputes.models import Case
from tests.browsing import DESK, PHONE, press
from tests.world import World

pytestmark = pytest.mark.django_db(transaction=True)


def clean(page: Page, axe: Callable[[Page], list[str]]) -> None:
    assert axe(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), page.url


def test_from_a_request_at_the_door_to_striking_off(
    world: World, page_as: Callable[..., Page], axe: Callable[[Page], list[str]]
) -> None:
    door = world.door(302)
    page = page_as(world.owner, f"/doors/{door.pk}/", screen=PHONE)
    press(page.get_by_role("link", name="不经走访"))
    page.wait_for_url("**/cases/new/**")
    clean(page, axe)
    press(page.get_by_role("button", name="登记"))
    expect(page.locator(".error").first).to_be_visible()
    page.locator("#id_what").select_option("request:permit")
    page.fill("#id_title", "办理居住证")
    press(page.get_by_role("button", name="登记"))
    page.wait_for_url(lambda url: "/cases/new/" not in url)
    case = Case.objects.unscoped("test").get()

    page.locator("summary", has_text="答复群众").click()
    page.locator("form[action$='/settle/'] [name=outcome]").select_option("answered")
    page.locator("form[action$='/settle/'] [name=measures]").fill("已告知材料和办理地点")
    clean(page, axe)
    press(page.get_by_role("button", name="答复群众"))
    page.locator("summary", has_text="反馈").click()
    page.locator("form[action$='/report_back/'] select").select_option("phone")
    press(page.get_by_role("button", name="反馈"))
    expect(page.locator(".facts")).to_contain_text("反馈群众")
    page.locator("summary", has_text="登记回访").or_(page.locator("#return-visits summary")).first.click()
    expect(page.locator("#return-visits")).to_contain_text("群众是否认可已答复")
    page.locator("#return-visits select").select_option("settled")
    press(page.locator("#return-visits button"))
    press(page.get_by_role("button", name="申请销号"))
    expect(page.locator(".timeline")).to_contain_text("申请销号")
    clean(page, axe)

    page = page_as(world.chief, f"/cases/{case.pk}/", screen=DESK)
    page.locator("summary", has_text="销号").first.click()
    press(page.locator("form[action$='/approve/'] button"))
    expect(page.locator(".timeline")).to_contain_text("已销号")
    expect(page.locator(".timeline")).to_contain_text("回访确认")
    case.refresh_from_db()
    assert case.state == "closed"
    clean(page, axe)
