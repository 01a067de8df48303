"""Draws the pictures of these documents anew from a running demo: `.venv/bin/python docs/pictures.py [ADDRESS]`.

Start a fresh demo first (`./run demo`), and set up the tools of tests once (`./run setup --dev`). The board is drawn of
the station's own campaign, which is opened for it at the end: a campaign that has long been shared out has no work for it.
"""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

IMAGES = Path(__file__).parent / "images"
PHONE, DESK = ViewportSize(width=390, height=844), ViewportSize(width=1280, height=800)
# name, badge, screen, path
PICTURES = [
    ("round", "ZW1002", PHONE, "/round/"),
    ("cases", "ZW1002", PHONE, "/cases/?show=all"),
    ("desk", "ZW1001", DESK, "/admin/"),
    ("progress", "ZW1001", DESK, "/admin/campaigns/campaign/{campaign}/progress/"),
    ("waiting", "ZW1001", DESK, "/admin/disputes/case/waiting/"),
    ("figures", "ZW0002", DESK, "/reports/campaigns/{campaign}/"),
    ("keyed", "ZW1001", DESK, "/visits/keyed/"),
]
LANGUAGES = {"zh": "zh-CN", "en": "en-GB"}


def signed_in(browser: Browser, address: str, badge: str, screen: ViewportSize, language: str) -> Page:
    page = browser.new_context(viewport=screen, locale=language).new_page()
    page.goto(f"{address}/sign-in/")
    page.locator(f'button[value="{badge}"]').click()
    page.wait_for_load_state()
    return page


def newest(page: Page, address: str, state: str) -> str:
    """The number of the newest campaign of a state, from the desk's list; empty where there is none."""
    page.goto(f"{address}/admin/campaigns/campaign/?state__exact={state}")
    links = page.locator("#result_list tbody th a")
    found = (links.first.get_attribute("href") or "") if links.count() else ""
    return found.removeprefix("/admin/campaigns/campaign/").split("/")[0]


def open_campaign(browser: Browser, address: str) -> str:
    """The number of the campaign that the demo tells of."""
    page = signed_in(browser, address, "ZW0001", DESK, "zh-CN")
    found = newest(page, address, "open")
    page.context.close()
    return found


def draw_board(browser: Browser, address: str) -> None:
    """The board with doors to share out, one community open to its buildings."""
    for short, language in LANGUAGES.items():
        page = signed_in(browser, address, "ZW1001", DESK, language)
        draft = newest(page, address, "draft")
        if draft:
            page.goto(f"{address}/admin/campaigns/campaign/{draft}/move/open/")
            page.locator("#content form .button-main").click()
            page.wait_for_load_state()
        campaign = newest(page, address, "open")
        page.goto(f"{address}/admin/campaigns/campaign/{campaign}/share-out/?way=evenly")
        page.locator(".board-area summary").first.click()
        page.screenshot(path=IMAGES / f"share-out-{short}.png")
        page.context.close()


def draw_pages(browser: Browser, address: str) -> None:
    campaign = open_campaign(browser, address)
    for short, language in LANGUAGES.items():
        for name, badge, screen, path in PICTURES:
            page = signed_in(browser, address, badge, screen, language)
            page.goto(address + path.format(campaign=campaign))
            page.screenshot(path=IMAGES / f"{name}-{short}.png")
            if name == "round":
                page.locator(".door-row a").nth(2).click()
                page.wait_for_load_state()
                for choice in ("outcome-met", "place-home", "facts-same", "topics-whole"):
                    page.locator(f"label[for={choice}]").click()
                page.evaluate("window.scrollTo(0, 0)")
                page.screenshot(path=IMAGES / f"visit-{short}.png")
            page.context.close()


def draw_brief(browser: Browser, address: str) -> None:
    for short, language in LANGUAGES.items():
        page = signed_in(browser, address, "ZW0002", DESK, language)
        page.goto(f"{address}/reports/")
        page.locator("main .button-main").first.click()
        page.wait_for_url("**/briefs/*/")
        with page.expect_download() as download, tempfile.TemporaryDirectory() as folder:
            page.locator("form[action$='/print/'] button").click()
            file = Path(folder) / "brief.pdf"
            download.value.save_as(file)
            target = IMAGES / f"brief-{short}"
            subprocess.run(  # noqa: S603 - our own file, our own arguments
                ["/usr/bin/pdftoppm", "-r", "60", "-f", "1", "-l", "1", "-singlefile", "-png", file, target],
                check=True,
            )
        page.context.close()


def main() -> None:
    address = sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8000"
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    with sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--disable-background-networking"]
        )
        draw_pages(browser, address)
        draw_brief(browser, address)
        draw_board(browser, address)
        browser.close()


if __name__ == "__main__":
    main()
