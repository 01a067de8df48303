"""Paper and back, through a real browser: print a walk list, type its codes into the keyed page, see the figures rise."""

import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from campaigns.models import Campaign
from tests.browsing import DESK, PHONE, press
from tests.world import World
from visits.models import Visit

pytestmark = pytest.mark.django_db(transaction=True)

PageAs = Callable[..., Page]
Axe = Callable[[Page], list[str]]


@pytest.fixture
def campaign(world: World) -> Campaign:
    """Six doors in the owner's hands; the questions that a visit can't do without are asked."""
    for number in (301, 302, 401, 402, 501, 502):
        world.door(number)
    campaign = world.campaign()
    for door in world.doors:
        world.give(campaign, door, world.owner)
    return campaign


def clean(page: Page, axe: Axe) -> None:
    assert axe(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), page.url


def codes_on_paper(page: Page, tmp_path: Path) -> list[str]:
    """Prints as the owner and reads the codes off the PDF, as a typist would."""
    press(page.get_by_role("button", name="打印我的走访清单"))
    page.wait_for_url("**/walk-lists/*/")
    with page.expect_download() as download:
        page.get_by_role("link", name="PDF").click()
    file = tmp_path / "list.pdf"
    download.value.save_as(str(file))
    text = subprocess.run(["pdftotext", "-layout", str(file), "-"], capture_output=True, check=True).stdout.decode()
    assert "周秀英" in text and "1990000" not in text
    return re.findall(r"\b\d{4,}-\d\b", re.sub(r"\d{4}-\d{2}-\d{2}", "", text))


def fill_the_head(page: Page) -> None:
    page.fill("#id_day", "2026-11-18")
    page.fill("#id_starts", "08:00")
    page.fill("#id_ends", "09:30")
    page.check("#id_declared")
    page.check("#id_topics_0")


def type_line(page: Page, number: int, keys: dict[str, str]) -> None:
    """From the code on with the keyboard alone; Enter goes to the next line."""
    for name, typed in keys.items():
        page.locator(f"[name={name}-{number}]").focus()
        page.keyboard.type(typed)
    page.keyboard.press("Enter")


def households(page: Page) -> Locator:
    return page.locator("tr", has=page.get_by_role("rowheader", name="走访住户")).first


def test_paper_to_keyed_to_figures(world: World, campaign: Campaign, page_as: PageAs, axe: Axe, tmp_path: Path) -> None:
    figures = page_as(
        world.chief, f"/reports/campaigns/{campaign.pk}/?starts_on=2026-11-16&ends_on=2026-11-18", screen=DESK
    )
    expect(households(figures)).to_contain_text("0/6")
    page = page_as(world.owner, "/reports/papers/", screen=PHONE)
    clean(page, axe)
    codes = codes_on_paper(page, tmp_path)
    assert len(codes) == 6
    page = page_as(world.owner, "/visits/keyed/", screen=DESK)
    clean(page, axe)
    fill_the_head(page)
    swapped = codes[2][:2] + codes[2][3] + codes[2][2] + codes[2][4:]
    wrong = swapped if swapped != codes[2] else codes[2][:3] + str((int(codes[2][3]) + 1) % 10) + codes[2][4:]
    type_line(page, 0, {"code": codes[0], "outcome": "1", "people": "2", "answers": "12"})
    expect(page.locator("#say-0")).to_contain_text("5栋 2单元 301")
    type_line(page, 1, {"code": codes[1].replace("-", ""), "outcome": "3"})
    type_line(page, 2, {"code": wrong, "outcome": "1", "answers": "12"})
    expect(page.locator("#say-2")).to_contain_text("编号有一位不对")
    type_line(page, 3, {"code": codes[0], "outcome": "3"})
    expect(page.locator("#say-3")).to_contain_text("出现了两次")
    page.locator("[name=code-3]").fill(codes[3])
    type_line(page, 4, {"code": codes[4], "outcome": "1", "answers": "11", "finding": "102", "note": "楼上漏水"})
    expect(page.locator("#say-3")).to_contain_text("402")
    expect(page.locator("[data-tally]")).to_contain_text("已输 5 行")
    clean(page, axe)
    press(page.get_by_role("button", name="保存无误的行"))
    expect(page.locator("#bad-lines")).to_contain_text("1")
    expect(page.locator("[name=code-2]")).to_have_value(wrong)
    clean(page, axe)
    page.locator("[name=code-2]").fill(codes[2])
    press(page.get_by_role("button", name="保存无误的行"))
    expect(page.locator(".note-good")).to_contain_text("已保存 1 行")
    visits = Visit.objects.unscoped("test").filter(keyed_later=True, officer=world.owner)
    assert visits.count() == 5 and visits.done().count() == 3
    figures.reload()
    expect(households(figures)).to_contain_text("3/6")


def test_without_scripts_the_same_form_stores_the_same_lines(world: World, campaign: Campaign, page_as: PageAs) -> None:
    codes = [row.code for row in campaign.frame.open_up().order_by("walk_key")[:2]]
    page = page_as(world.chief, "/visits/keyed/", screen=PHONE, scripts=False)
    page.fill("#id_officer", "t0102")
    fill_the_head(page)
    page.fill("[name=code-0]", codes[0])
    page.fill("[name=outcome-0]", "3")
    page.fill("[name=code-1]", codes[1])
    page.fill("[name=outcome-1]", "5")
    press(page.get_by_role("button", name="保存无误的行"))
    expect(page.locator(".note-good")).to_contain_text("已保存 2 行")
    assert {visit.entered_by_id for visit in Visit.objects.unscoped("test")} == {world.chief.pk}


def test_the_page_of_papers_fits_a_phone_and_a_desk_in_both_languages(
    world: World, campaign: Campaign, page_as: PageAs, axe: Axe
) -> None:
    for screen, language in ((PHONE, "en-GB"), (DESK, "zh-CN")):
        for officer in (world.owner, world.chief):
            for path in ("/reports/papers/", "/visits/keyed/"):
                clean(page_as(officer, path, screen=screen, language=language), axe)
