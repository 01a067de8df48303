"""The import in a real browser: chosen, read, looked at and taken in, without a barrier for anybody."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from registry.models import Premises
from tests.browsing import DESK, PHONE, press
from tests.registry.conftest import BY_DOOR, District

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]


@pytest.mark.parametrize(("screen", "language"), [(DESK, "zh-CN"), (PHONE, "en")])
def test_a_supervisor_brings_the_stations_workbook_in(
    district: District, page_as: Callable[..., Page], axe: Callable[[Page], list[str]], screen: Any, language: str
) -> None:
    page = page_as(district.chief, "/admin/registry/importbatch/add/", screen=screen, language=language)
    assert axe(page) == []
    page.set_input_files("#id_file", str(BY_DOOR))
    press(page.locator(".button-main"))
    expect(page.locator(".import-bar .button-main")).to_be_visible()
    assert axe(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    press(page.locator("nav.segment a").nth(2))
    expect(page.locator(".import-rows tbody tr")).to_have_count(20)
    press(page.locator(".import-bar .button-main"))
    expect(page.locator("a[href='/admin/registry/premises/'].button-main")).to_be_visible()
    assert Premises.objects.unscoped("test").count() == 156


def test_a_supervisor_reveals_one_number_with_a_reason(
    district: District, page_as: Callable[..., Page], axe: Callable[[Page], list[str]]
) -> None:
    from tests.registry.test_samples import confirm, read

    confirm(read(BY_DOOR, district.bureau, district.desk), district.desk)
    door = Premises.objects.unscoped("test").get(name="白霞莺")
    page = page_as(district.chief, f"/admin/registry/premises/{door.pk}/change/", screen=DESK)
    assert "19900000841" not in page.content()
    page.fill(".reveal input[type=text]", "核对来电号码")
    press(page.locator(".reveal button[value=phone]"))
    expect(page.get_by_text("19900000841")).to_be_visible()
    assert axe(page) == []
