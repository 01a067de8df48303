"""Pictures, the block, the bulletin and the Excel button in a real browser, on a phone and at the desk."""

import re
from datetime import timedelta

import openpyxl
import pytest
from playwright.sync_api import expect

from tests.browsing import DESK, PHONE, press, settled
from tests.reports.test_brief import campaign, visit
from tests.world import NOW, World

__all__ = ["campaign"]
NARROW = {**PHONE, "viewport": {"width": 360, "height": 760}}
pytestmark = pytest.mark.django_db(transaction=True)


def too_wide(page) -> int:
    return settled(page).evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")


@pytest.mark.parametrize("screen", [NARROW, DESK], ids=["phone", "desk"])
@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_the_figures_are_drawn_and_fit(world: World, campaign, page_as, axe, screen, language):
    visit(world, world.doors[0], NOW - timedelta(days=5))
    page = page_as(world.desk, f"/reports/campaigns/{campaign.pk}/", screen=screen, language=language)
    pictures = settled(page).get_by_role("img")
    expect(pictures).to_have_count(4)
    for picture in pictures.all():
        box = picture.bounding_box()
        assert box and box["width"] > 200 and box["height"] > 30
        text = picture.locator("text").first
        assert text.evaluate("node => parseFloat(getComputedStyle(node).fontSize) * node.getCTM().a") >= 10.5
    assert too_wide(page) <= 0
    assert axe(page) == []


def test_a_block_is_tapped_with_a_thumb_on_a_narrow_phone(world: World, campaign, page_as, axe):
    for number in (203, 204, 205, 206, 207):
        world.door(number)
    page = page_as(world.owner, f"/doors/{world.doors[0].pk}/building/", screen=NARROW, language="en")
    flats = settled(page).locator("a.flat")
    expect(flats).to_have_count(10)
    for flat in flats.all():
        box = flat.bounding_box()
        assert box and box["width"] >= 44 and box["height"] >= 44
    assert too_wide(page) <= 0, "a wide block scrolls in its own box"
    assert axe(page) == []
    press(flats.first)
    page.wait_for_url("**/doors/*/")


def test_the_bulletin_is_copied_with_one_tap_and_readable_without_scripts(world: World, campaign, page_as, axe):
    visit(world, world.doors[0])
    page = page_as(world.chief, f"/reports/campaigns/{campaign.pk}/bulletin/", screen=NARROW)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    text = page.locator("#bulletin").input_value()
    assert text.startswith("【2026 冬季大走访】截至")
    page.get_by_role("button", name="复制文字").click()
    expect(page.get_by_text("已复制")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == text
    assert axe(page) == []
    plain = page_as(world.chief, f"/reports/campaigns/{campaign.pk}/bulletin/", scripts=False)
    expect(plain.locator("#bulletin")).to_have_value(re.compile("^【2026 冬季大走访】截至"))
    expect(plain.get_by_role("button", name="复制文字")).to_be_hidden()


def test_a_list_is_taken_away_under_its_filters(world: World, campaign, page_as, tmp_path):
    page = page_as(world.chief, "/admin/registry/premises/?kind__exact=enterprise", screen=DESK, language="en")
    with page.expect_download() as waiting:
        page.get_by_role("button", name="This list as Excel").click()
    waiting.value.save_as(tmp_path / "a.xlsx")
    rows = list(openpyxl.load_workbook(tmp_path / "a.xlsx").active.iter_rows(values_only=True))
    assert len(rows) == 2 and "湖北甲有限公司" in rows[1]
    assert waiting.value.suggested_filename.startswith("doorstep-registry-premises-")
