"""The desk searches a list and picks from a picker in a real browser: what is typed is in no address."""

import re

import pytest
from playwright.sync_api import expect

from registry.search import sought
from tests.browsing import DESK, PHONE, press
from tests.world import World

ONCE = re.compile("^[^吴]*吴晓梅[^吴]*$")
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def filled(world: World) -> World:
    for number, name in ((101, "周秀兰"), (102, "吴桂芝"), (103, "吴桂香")):
        door = world.door(number, name=name)
        door.sought = sought(door.address, door.name)
        door.save(update_fields=["sought"])
    return world


@pytest.mark.parametrize("language", ["zh-CN", "en"])
@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_the_desk_finds_a_door_by_name(filled: World, page_as, axe, language: str, scripts: bool) -> None:
    page = page_as(filled.desk, "/admin/registry/premises/", screen=DESK, language=language, scripts=scripts)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    rows, search = page.locator("#result_list tbody tr"), page.locator("#changelist-search input[type=submit]")
    page.fill("#searchbar", "吴桂")
    press(search)
    page.wait_for_url("**/premises/?q=*")
    expect(rows).to_have_count(2)
    expect(page.locator("#searchbar")).to_have_value("吴桂")
    press(page.locator("#changelist-filter a[href*='kind__exact=household']"))
    page.wait_for_url("**kind__exact=household**")
    expect(rows).to_have_count(2)
    assert not [url for url in asked if "%E5%90%B4" in url or "吴" in url]
    if scripts:
        assert axe(page) == []
    page.fill("#searchbar", "")
    press(search)
    page.wait_for_url(lambda url: "q=" not in url)
    expect(rows).to_have_count(3)


def test_a_picker_finds_somebody_without_an_address(filled: World, page_as) -> None:
    page = page_as(filled.security, "/admin/accounts/grant/add/", screen=DESK, language="en")
    asked: list[tuple[str, str]] = []
    page.on("request", lambda request: asked.append((request.method, request.url)))
    page.click(".field-officer .select2-selection")
    page.fill(".select2-search__field", "吴晓")
    page.click(".select2-results__option:has-text('吴晓梅')")
    expect(page.locator(".field-officer .select2-selection__rendered")).to_have_text(ONCE)
    assert {method for method, url in asked if "autocomplete" in url} == {"POST"}
    assert not [url for _method, url in asked if "term" in url]


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_on_a_phone_each_value_says_its_column_and_the_filters_are_one_tap_away(
    filled: World, page_as, scripts: bool
) -> None:
    page = page_as(filled.desk, "/admin/registry/premises/", screen=PHONE, scripts=scripts)
    expect(page.locator("#result_list thead")).to_be_visible(visible=not scripts)
    if scripts:
        expect(page.locator("#result_list td[data-label]").first).to_be_visible()
    else:
        box = page.locator(".results").evaluate(
            "box => [getComputedStyle(box).overflowX, box.clientWidth <= innerWidth]"
        )
        assert box == ["auto", True]
    page.locator("a.to-filters").click()
    expect(page.locator("#changelist-filter")).to_be_in_viewport()
