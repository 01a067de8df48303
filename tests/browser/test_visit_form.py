"""What happens to a typed visit when the way is not the straight one: back, another officer, an answer that is no form."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from playwright.sync_api import Page, Route, expect

from registry.models import Premises
from tests.browser.test_round import answer_all, doors, plain_visit
from tests.browsing import press, session_of
from tests.world import NOW, World
from visits.models import Visit

pytestmark = pytest.mark.django_db(transaction=True)
PageAs = Callable[..., Page]
__all__ = ["doors"]
SAVE = "button[name=declared][value='1']:visible"


def visited() -> list[int]:
    return list(Visit.objects.unscoped("test").standing().order_by("received_at").values_list("premises_id", flat=True))


def fill(page: Page) -> None:
    plain_visit(page)
    answer_all(page)


def stands_at(page: Page, door: Premises) -> None:
    """Address, heading and form speak of one door."""
    page.wait_for_url(f"**/doors/{door.pk}/*")
    expect(page.locator("h1")).to_contain_text(door.name)
    expect(page.locator("#visit-form [name=of_door]")).to_have_value(str(door.pk))


def test_back_after_a_save_shows_the_door_of_the_address_and_saves_there(
    world: World, doors: list[Premises], page_as: PageAs
) -> None:
    page = page_as(world.owner, f"/doors/{doors[0].pk}/")
    fill(page)
    page.locator(SAVE).click()
    stands_at(page, doors[1])
    page.go_back()
    stands_at(page, doors[0])
    page.go_forward()
    stands_at(page, doors[1])
    # A form that came back with its reasons is still this door's.
    plain_visit(page)
    page.locator(SAVE).click()
    expect(page.locator("#missing")).to_be_visible()
    stands_at(page, doors[1])
    answer_all(page)
    page.locator(SAVE).click()
    stands_at(page, doors[2])
    page.go_back()
    page.go_back()
    stands_at(page, doors[0])
    page.locator("label[for=outcome-nobody]").click()
    page.locator(".after-out .save").click()
    page.wait_for_url("**/?saved=*")
    assert visited() == [doors[0].pk, doors[1].pk, doors[0].pk]


def test_what_one_officer_typed_is_not_saved_as_another_s(world: World, doors: list[Premises], page_as: PageAs) -> None:
    page = page_as(world.owner, f"/doors/{doors[0].pk}/")
    fill(page)
    page.context.clear_cookies()
    address = page.url.split("/doors/")[0]
    page.context.add_cookies([session_of(world.colleague, address)])
    page.locator(SAVE).click()
    expect(page.locator("#other-hand")).to_be_visible()
    expect(page.locator("#other-hand")).to_contain_text(world.owner.badge)
    expect(page.locator("#place-home")).to_be_checked()
    assert visited() == []
    page.context.add_cookies([session_of(world.owner, address)])
    page.locator(SAVE).click()
    stands_at(page, doors[1])
    visit = Visit.objects.unscoped("test").get()
    assert (visit.entered_by, visit.premises_id) == (world.owner, doors[0].pk)


@pytest.mark.parametrize("language", ["zh-CN", "en"])
@pytest.mark.parametrize("status", [400, 403, 404, 413])
def test_an_answer_that_is_no_form_takes_nothing_away_that_was_typed(
    world: World, doors: list[Premises], page_as: PageAs, status: int, language: str
) -> None:
    page = page_as(world.owner, f"/doors/{doors[0].pk}/", language=language)
    fill(page)
    said = "<html><title>x</title><main><h1>Too much</h1><p>Shorten the longest text.</p></main></html>"

    def refuse(route: Route) -> None:
        if route.request.method == "POST":
            route.fulfill(status=status, body=said, content_type="text/html")
        else:
            route.continue_()

    page.route("**/doors/*/", refuse)
    page.locator(SAVE).click()
    expect(page.locator("#refused")).to_be_visible()
    expect(page.locator("#refused")).to_contain_text("Shorten the longest text.")
    expect(page.locator("#refused a")).to_be_visible()
    expect(page.locator("#place-home")).to_be_checked()
    page.unroute("**/doors/*/")
    page.locator(SAVE).click()
    stands_at(page, doors[1])
    expect(page.locator("#refused")).to_be_hidden()
    assert visited() == [doors[0].pk]


def test_a_text_of_twelve_megabytes_is_said_to_be_too_long_and_stays(
    world: World, doors: list[Premises], page_as: PageAs
) -> None:
    page = page_as(world.owner, f"/doors/{doors[0].pk}/")
    fill(page)
    page.evaluate("document.querySelector('[name=diary]').value = '长'.repeat(4 << 20)")
    page.locator(SAVE).click()
    expect(page.locator("#refused")).to_be_visible()
    expect(page.locator("#refused [data-sentence]")).not_to_be_empty()
    expect(page.locator("#place-home")).to_be_checked()
    page.evaluate("document.querySelector('[name=diary]').value = '短'")
    page.locator(SAVE).click()
    stands_at(page, doors[1])


def test_a_page_that_lay_open_begins_when_it_is_touched(world: World, doors: list[Premises], page_as: PageAs) -> None:
    page = page_as(world.owner, "/round/")
    page.clock.install()
    page.goto(f"/doors/{doors[0].pk}/")
    opened = page.locator("#visit-form [name=opened_at]")
    first = opened.input_value()
    page.locator("label[for=outcome-nobody]").click()
    expect(opened).to_have_value(first)
    page.goto(f"/doors/{doors[0].pk}/")
    lay = opened.input_value()
    page.clock.fast_forward("01:00:00")
    with time_machine.travel(NOW + timedelta(hours=1), tick=False):
        page.context.set_offline(True)
        page.locator("label[for=outcome-nobody]").click()
        page.context.set_offline(False)
        expect(opened).to_have_value(lay)
        fill(page)
        expect(opened).not_to_have_value(lay)
        page.locator(SAVE).click()
        stands_at(page, doors[1])
    assert Visit.objects.unscoped("test").get().started_at == NOW + timedelta(hours=1)


def test_nobody_in_without_a_signal_says_so_and_is_pressed_again(
    world: World, doors: list[Premises], page_as: PageAs
) -> None:
    page = page_as(world.owner, "/round/")
    button = page.locator(f"#door-{doors[0].pk} .out")
    page.context.set_offline(True)
    button.click()
    expect(page.locator(".snack-unsent")).to_be_visible()
    expect(page.get_by_role("alert")).to_contain_text("没有发出")
    assert visited() == []
    page.context.set_offline(False)
    button.click()
    expect(page.locator(".snack button")).to_be_visible()
    expect(page.locator(".snack-unsent")).to_have_count(0)
    assert visited() == [doors[0].pk]
    page.context.set_offline(True)
    page.locator(".snack button").click()
    expect(page.locator(".snack .text")).to_contain_text("没有发出")
    page.context.set_offline(False)
    press(page.locator(f"#door-{doors[1].pk} .door-link"))
    assert visited() == [doors[0].pk]


def test_keys_lead_to_what_can_be_seen(world: World, doors: list[Premises], page_as: PageAs) -> None:
    """A box that is drawn by its label takes the focus where its label is, and only while there is one."""
    page = page_as(world.owner, f"/doors/{doors[0].pk}/")
    expect(page.locator("#more")).to_be_hidden()
    page.locator("label[for=outcome-met]").click()
    for box, label in (("#more", ".more-toggle"), ("#not-given", "label.not-given.declares")):
        for _press in range(80):
            page.keyboard.press("Tab")
            if page.evaluate("selector => document.activeElement.matches(selector)", box):
                break
        expect(page.locator(box)).to_be_focused()
        expect(page.locator(label)).to_be_in_viewport()


def test_what_is_kept_for_review_is_told_with_the_way_to_mend_it(
    world: World, doors: list[Premises], page_as: PageAs
) -> None:
    """Saved, but the answer was lost; then something else was typed and saved under the same number."""
    page = page_as(world.owner, f"/doors/{doors[0].pk}/")
    fill(page)

    def lose(route: Route) -> None:
        if route.request.method != "POST":
            return route.continue_()
        route.fetch(max_redirects=0)
        return route.abort()

    page.route("**/doors/*/", lose)
    page.locator(SAVE).click()
    expect(page.locator("#retry")).to_be_visible()
    page.unroute("**/doors/*/")
    page.locator("[name=people_met]").fill("4")
    page.locator(SAVE).click()
    expect(page.get_by_role("link", name="我的走访")).to_be_visible()
    expect(page.locator("#visit-form")).to_have_count(0)
    assert visited() == [doors[0].pk]
