"""From a frozen snapshot to the bytes of a PDF: the words in one language here, the drawing in a child process."""

import base64
import io
import logging
import re
import subprocess
import sys
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import segno
from django.conf import settings
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.refusals import Refusal
from reports.brief import Brief
from reports.models import Print, Snapshot
from reports.rendering import NO_FONT

SECONDS = 150
log = logging.getLogger(__name__)
ENDLESS = re.compile(r"[!-~\u00a1-\u024f]{80,}")


@dataclass(frozen=True)
class Rendered:
    content: bytes
    pages: int


def draw(html: str | Sequence[str], identifier: str) -> Rendered:
    """Runs the renderer (`reports/rendering.py`) and returns its PDF; raises `Refusal` when it gives up.

    Several documents become one file, each with its own count of pages.
    """
    documents = [html] if isinstance(html, str) else html
    command = [sys.executable, "-m", "reports.rendering", str(settings.BASE_DIR), identifier]
    # Fixed hash seed and no clock: the same snapshot gives the same bytes.
    environment = {"PATH": "/usr/bin:/bin", "PYTHONHASHSEED": "0", "SOURCE_DATE_EPOCH": "0", "LANG": "C.UTF-8"}
    try:
        done = subprocess.run(  # noqa: S603 - our own interpreter and module
            command,
            input="\0".join(document.replace("\0", "") for document in documents).encode(),
            capture_output=True,
            timeout=SECONDS,
            cwd=settings.BASE_DIR,
            env=environment,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise Refusal("pdf_slow", _("The document took too long to draw. Shorten it or export it to Excel.")) from None
    if done.returncode != 0 or done.stdout[4:8] != b"%PDF":
        raise Refusal("pdf_failed", _("The document could not be drawn. Ask the administrator to look at the log."))
    for line in done.stderr.decode(errors="replace").splitlines():
        if line.startswith(NO_FONT):
            log.warning("%s: marked on paper; install fonts-hanazono or type it otherwise", line)
    return Rendered(done.stdout[4:], int.from_bytes(done.stdout[:4], "big"))


def qr(text: str) -> str:
    """A data: address of a QR code as SVG."""
    buffer = io.BytesIO()
    segno.make(text, error="m").save(buffer, kind="svg", scale=3, border=1, xmldecl=False, svgns=True)
    return "data:image/svg+xml;base64," + base64.b64encode(buffer.getvalue()).decode()


def brief_html(snapshot: Snapshot, *, language: str, badge: str, number: int) -> str:
    """The brief in one language. Everything typed by people is escaped by the template."""
    with translation.override(language), timezone.override(settings.TIME_ZONE):
        brief = Brief(snapshot.figures)
        context: dict[str, Any] = {
            "snapshot": snapshot,
            "brief": brief,
            "language": language,
            "badge": badge,
            "number": number,
            "decisions": paragraphs(snapshot.decisions)[:5],
            "problems": paragraphs(snapshot.problems),
            "next_steps": paragraphs(snapshot.next_steps),
            "qr": qr(f"DOORSTEP {snapshot.check_code} {snapshot.digest}"),
            "demo": settings.DEMO,
        }
        return render_to_string("reports/paper/brief.html", context)


def paragraphs(text: str) -> list[str]:
    return [breakable(line.strip()) for line in text.splitlines() if line.strip()]


def breakable(line: str) -> str:
    """A run of letters that no line could hold gets places to break: the renderer's time grows with its square."""
    return ENDLESS.sub(lambda run: "\u200b".join(textwrap.wrap(run[0], 40)), line)


def render_print(printed: Print) -> Rendered:
    snapshot = printed.snapshot
    html = brief_html(snapshot, language=printed.language, badge=printed.printer.badge, number=printed.number)
    return draw(html, f"{snapshot.digest[:32]}-{printed.printer_id}-{printed.number}")
