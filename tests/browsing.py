"""Real Chromium for tests: Debian's own, signed in as whoever the test names.

A test waits for what it looks at: `expect(…)` looks until it is so. What can be looked at only once (`axe`, a measure,
a row of the database) comes after `press`, or after an `expect` of what only the new page shows.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from config.running.places import ROOT

if TYPE_CHECKING:
    from accounts.models import Officer

# Milliseconds until something is given up as missing. No promise of ours: a PDF takes long on a machine that does much else.
PATIENCE = 90_000
expect.set_options(timeout=PATIENCE)
PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True, "device_scale_factor": 2}
DESK = {"viewport": {"width": 1280, "height": 800}}
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
# Scripts begin pickers a moment after the page is loaded, fonts come when they come, colours of the desk fade.
SETTLED = """async () => {
    await new Promise((done) => requestAnimationFrame(() => setTimeout(done)))
    return document.readyState === 'complete' && document.fonts.status === 'loaded'
        && !document.querySelector('[aria-busy=true], select.admin-autocomplete:not(.select2-hidden-accessible, [name*=__prefix__])')
        && !document.getAnimations().some((each) => each instanceof CSSTransition)
}"""


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Chromium that asks nobody but this machine."""
    found = next(
        (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None
    )
    if found is None:
        pytest.fail("Chromium is missing: ./run test installs what tests need")
    arguments = [
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--disable-quic",
        "--disable-gpu",
        "--no-first-run",
        "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
    ]
    if os.geteuid() == 0:
        arguments.append("--no-sandbox")
    return {**browser_type_launch_args, "executable_path": found, "args": arguments}


@pytest.fixture
def page_as(live_server: Any, browser: Browser) -> Iterator[Callable[..., Page]]:
    """`page_as(officer, "/round/", screen=PHONE, language="zh-CN", scripts=True)` opens a page signed in.

    Errors of the server or of the page's scripts and refusals of the content security policy fail the test at its end.
    """
    contexts = []
    faults: list[str] = []

    def open_page(
        officer: "Officer | None",
        path: str = "/",
        *,
        screen: dict[str, Any] = PHONE,
        language: str = "zh-CN",
        scripts: bool = True,
    ) -> Page:
        context = browser.new_context(
            base_url=live_server.url,
            locale=language,
            timezone_id="Asia/Shanghai",
            java_script_enabled=scripts,
            **screen,
        )
        contexts.append(context)
        context.set_default_timeout(PATIENCE)
        if officer is not None:
            context.add_cookies([session_of(officer, live_server.url)])
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda message: faults.append(message.text) if refused(message.text) else None)
        page.on(
            "response", lambda answer: faults.append(f"{answer.status} {answer.url}") if answer.status >= 500 else None
        )
        page.goto(path)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert faults == []


def press(control: Locator) -> None:
    """Presses what leads to a page, another one or this one anew, and comes back when that page is loaded."""
    with control.page.expect_navigation():
        control.click()


def settled(page: Page) -> Page:
    """The page, which runs scripts, when it has been drawn and nothing on it is still on its way."""
    page.wait_for_function(SETTLED)
    return page


def resized(page: Page, width: int, height: int) -> Page:
    """The page when it stands in a window of this size."""
    page.set_viewport_size({"width": width, "height": height})
    page.wait_for_function("(width) => innerWidth === width", arg=width)
    return settled(page)


def refused(text: str) -> bool:
    return "Content Security Policy" in text


def session_of(officer: "Officer", address: str) -> dict[str, Any]:
    from django.conf import settings
    from django.test import Client

    client = Client()
    client.force_login(officer)
    value = client.cookies[settings.SESSION_COOKIE_NAME].value
    return {"name": settings.SESSION_COOKIE_NAME, "value": value, "url": address}


@pytest.fixture
def axe() -> Callable[[Page], list[str]]:
    """`axe(page)` names what keeps people out of a page: rule, how grave, and where. An empty list is a pass."""
    source = Path(AXE).read_text(encoding="utf-8")

    def violations(page: Page) -> list[str]:
        settled(page).evaluate(source)
        # Preloading would write style elements of axe's own, which the page's policy refuses.
        found = page.evaluate("axe.run(document, {resultTypes: ['violations'], preload: false})")
        return [
            f"{fault['id']} ({fault['impact']}): {', '.join(' '.join(node['target']) for node in fault['nodes'])}"
            for fault in found["violations"]
        ]

    return violations
