"""Draws the pictures of these documents anew from a running demo: `.venv/bin/python docs/pictures.py [ADDRESS]`.

Start the demo first (`./run demo`), and set up the tools of tests once (`./run setup --dev`).
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
    ("share-out", "ZW1001", DESK, "/admin/campaigns/campaign/{campaign}/share-out/?way=evenly"),
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


def open_campaign(browser: Browser, address: str) -> str:
    """The number of the running campaign, from the desk's list."""
    page = signed_in(browser, address, "ZW0001", DESK, "zh-CN")
    page.goto(f"{address}/admin/campaigns/campaign/?state__exact=open")
    found = page.locator("#result_list tbody th a").first.get_attribute("href") or ""
    page.context.close()
    return found.removeprefix("/admin/campaigns/campaign/").split("/")[0]


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
        page.locator(".rows a").first.click()
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
        browser.close()


if __name__ == "__main__":
    main()
