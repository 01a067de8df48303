"""The main job, walked once through a real browser: from an office workbook of doors to the leader's PDF."""

import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from disputes.models import Case
from registry.models import Premises
from tests.browsing import DESK, PHONE, press, settled
from tests.world import World

pytestmark = pytest.mark.django_db(transaction=True)

PageAs = Callable[..., Page]
Axe = Callable[[Page], list[str]]
WORKBOOK = """花果派出所走访底册,,,,,,
序号,村（社区）,类别,详细地址,户主/单位名称,联系电话,房屋使用
1,二堰铺社区,住户,花果路1号5栋2单元301室,周秀兰,19900000301,自住
2,二堰铺社区,住户,花果路1号5栋2单元302室,马建设,19900000302,出租
3,二堰铺社区,门店,花果路3号,兰兰早餐店,19900000303,
4,不存在的社区,住户,某路1号,韩梅,19900000304,自住
合计,,,4户,,,
"""


def clean(page: Page, axe: Axe) -> None:
    assert axe(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), page.url


def bring_in_doors(world: World, page_as: PageAs, axe: Axe, tmp_path: Path) -> None:
    file = tmp_path / "doors.csv"
    file.write_text(WORKBOOK, encoding="gb18030")
    page = page_as(world.chief, "/admin/registry/importbatch/add/", screen=DESK)
    page.set_input_files("input[type=file]", str(file))
    press(page.locator("form.panel button, form.panel input[type=submit]").last)
    page.wait_for_url("**/change/")
    expect(page.locator(".import-bar")).to_contain_text("3")
    clean(page, axe)
    assert Premises.objects.unscoped("test").count() == 0, "nothing is written before it is confirmed"
    press(page.locator(".import-bar .button-main"))
    expect(page.locator(".import-bar a[href='/admin/registry/premises/']")).to_be_visible()
    assert Premises.objects.unscoped("test").count() == 3


def begin_and_open_the_campaign(world: World, page_as: PageAs, axe: Axe) -> str:
    page = page_as(world.chief, "/admin/campaigns/campaign/add/", screen=DESK)
    page.fill("#id_title", "冬季大走访")
    page.fill("#id_starts_on", "2026-11-16")
    page.fill("#id_ends_on", "2026-12-20")
    clean(page, axe)
    press(page.get_by_role("button", name="生成草稿"))
    page.wait_for_url("**/change/")
    press(page.locator(".tool-row a[href$='/move/open/']"))
    press(page.locator("form button.button-main"))
    page.wait_for_url("**/change/")
    expect(page.locator(".messagelist")).to_contain_text("3")
    return page.url.replace("/change/", "")


def share_out(world: World, page_as: PageAs, axe: Axe, campaign: str) -> None:
    page = page_as(world.chief, f"{campaign}/share-out/", screen=DESK)
    expect(page.locator(".sticky-bar")).to_contain_text("3")
    expect(page.locator(".sticky-bar")).to_contain_text("周明")
    clean(page, axe)
    press(page.locator("button[name=confirm]"))
    page.wait_for_url("**/progress/**")
    expect(page.locator("#content table").first).to_contain_text("周明")
    expect(page.locator("#content tbody td[data-label='今天']").first).to_have_text("0")


def log_a_visit_with_a_dispute(world: World, page_as: PageAs, axe: Axe) -> None:
    door = Premises.objects.unscoped("test").get(name="周秀兰")
    page = page_as(world.owner, f"/doors/{door.pk}/", screen=PHONE)
    clean(page, axe)
    for choice in ("outcome-met", "place-home", "facts-same", "topics-whole"):
        page.locator(f"label[for={choice}]").click()
    page.locator("label[for=finding-dispute], label[for$='dispute']").first.click()
    box = page.locator(".finding:visible").first
    box.locator("select").first.select_option("neighbour")
    box.locator("input[type=text], textarea").first.fill("楼上漏水，双方当场说清")
    box.locator("label[for$='spot']").first.click()
    for answer in settled(page).locator("[data-questions] .question label[for$='-no']").all():
        answer.click()
    page.locator("button[name=declared][value='1']:visible").click()
    page.wait_for_url(lambda url: not url.endswith(f"/doors/{door.pk}/"))
    case = Case.objects.unscoped("test").get()
    assert (case.state, case.lead_id, case.outcome) == ("closure_pending", world.owner.pk, "on_spot")


def strike_off(world: World, page_as: PageAs, axe: Axe) -> None:
    page = page_as(world.chief, "/admin/disputes/case/waiting/", screen=DESK)
    expect(page.locator("#waiting tbody")).to_contain_text("楼上漏水")
    clean(page, axe)
    press(page.locator("#waiting button"))
    expect(page.locator(".messagelist")).to_contain_text("1")
    case = Case.objects.unscoped("test").get()
    assert case.state == "closed"
    page = page_as(world.owner, f"/cases/{case.pk}/", screen=PHONE)
    expect(page.locator(".timeline")).to_contain_text("李卫东")
    clean(page, axe)


def freeze_and_download(world: World, page_as: PageAs, axe: Axe, tmp_path: Path) -> str:
    page = page_as(world.chief, "/reports/", screen=DESK)
    press(page.get_by_role("link", name="冬季大走访"))
    page.fill("#id_starts_on", "2026-11-16")
    page.fill("#id_ends_on", "2026-11-18")
    press(page.get_by_role("button", name="查看"))
    press(page.get_by_role("button", name="按所选日期出专报"))
    page.wait_for_url("**/briefs/**")
    page.fill("#id_problems", "白天没人多")
    press(page.get_by_role("button", name="定稿"))
    expect(page.locator(".error").first).to_be_visible()
    expect(page.locator("#id_problems")).to_have_value("白天没人多")
    page.fill("#id_next_steps", "改为晚间上门")
    press(page.get_by_role("button", name="定稿"))
    expect(page.get_by_role("button", name="下载 PDF")).to_be_visible()
    clean(page, axe)
    with page.expect_download() as download:
        page.get_by_role("button", name="下载 PDF").click()
    file = tmp_path / "brief.pdf"
    download.value.save_as(str(file))
    done = subprocess.run(["pdftotext", "-layout", str(file), "-"], capture_output=True, check=True)
    return done.stdout.decode()


def test_from_an_office_workbook_to_the_leader_s_pdf(
    world: World, page_as: PageAs, axe: Axe, tmp_path: Path, settings: Any
) -> None:
    bring_in_doors(world, page_as, axe, tmp_path)
    campaign = begin_and_open_the_campaign(world, page_as, axe)
    share_out(world, page_as, axe, campaign)
    log_a_visit_with_a_dispute(world, page_as, axe)
    strike_off(world, page_as, axe)
    text = freeze_and_download(world, page_as, axe, tmp_path)
    assert "白天没人多" in text and "改为晚间上门" in text
    households = next(line for line in text.splitlines() if line.strip().startswith("走访住户"))
    assert households.split()[-2:] == ["1/2", "50.0%"]
    disputes = next(line for line in text.splitlines() if line.strip().startswith("化解纠纷"))
    assert disputes.split()[-2:] == ["1/1", "100%"]
