"""From a frozen snapshot to the bytes of a PDF: the words in one language here, the drawing in a child process."""

import base64
import io
import logging
import subprocess
import sys
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
from reports.rendering import BUSY, MOST_PAGES, NO_FONT, TOO_LONG, TOO_SLOW

# Of drawing; waiting for others comes on top. A worker waits longer than a browser does.
SECONDS = 150
PATIENCE = 600
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Rendered:
    content: bytes
    pages: int


def draw(html: str | Sequence[str], identifier: str, *, patience: int = PATIENCE, most: int = MOST_PAGES) -> Rendered:
    """Runs the renderer (`reports/rendering.py`) and returns its PDF; raises `Refusal` when it gives up.

    Several documents become one file, each with its own count of pages. One renderer draws at a time on a machine: after
    `patience` seconds of waiting for others it is `busy`. No document of ours has more than twenty pages; the bench asks
    for `most`, to see what longer ones would take.
    """
    documents = [html] if isinstance(html, str) else html
    command = [sys.executable, "-m", "reports.rendering", str(settings.BASE_DIR), identifier, str(patience), str(most)]
    # Fixed hash seed and no clock: the same snapshot gives the same bytes.
    environment = {"PATH": "/usr/bin:/bin", "PYTHONHASHSEED": "0", "SOURCE_DATE_EPOCH": "0", "LANG": "C.UTF-8"}
    try:
        done = subprocess.run(  # noqa: S603 - our own interpreter and module
            command,
            input="\0".join(document.replace("\0", "") for document in documents).encode(),
            capture_output=True,
            timeout=SECONDS + patience,
            cwd=settings.BASE_DIR,
            env=environment,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise too_slow() from None
    if done.returncode != 0 or done.stdout[4:8] != b"%PDF":
        refusal = why_not(done.returncode)
        level = logging.ERROR if refusal.code == "pdf_failed" else logging.INFO
        log.log(level, "no PDF of %s, code %s: %s", identifier, done.returncode, where(done.stderr))
        raise refusal
    for line in done.stderr.decode(errors="replace").splitlines():
        if line.startswith(NO_FONT):
            log.warning("%s: marked on paper; install fonts-hanazono or type it otherwise", line)
    return Rendered(done.stdout[4:], int.from_bytes(done.stdout[:4], "big"))


def where(errors: bytes) -> str:
    """The lines of code at which the renderer gave up, and the kind of error: never its words, which may be a resident's."""
    lines = errors.decode(errors="replace").splitlines()
    frames = [line.strip() for line in lines if line.startswith('  File "')]
    return " ".join([*frames[-3:], *(line.partition(":")[0] for line in lines[-1:])])


def why_not(code: int) -> Refusal:
    """What the renderer's exit code says; a negative one is the kernel's, which ended it at a limit."""
    if code == BUSY:
        return Refusal("busy", _("Others are printing just now. Try again in a moment."), status=503)
    if code == TOO_LONG:
        sentence = _(
            "More than %(pages)s pages: too long for paper. Take the list away as an Excel file, print a part of it, or "
            "shorten what was typed."
        )
        return Refusal("pdf_long", sentence % {"pages": MOST_PAGES})
    if code == TOO_SLOW or code < 0:
        return too_slow()
    return Refusal("pdf_failed", _("The document could not be drawn. Ask the administrator to look at the log."))


def too_slow() -> Refusal:
    return Refusal("pdf_slow", _("The document took too long to draw. Shorten it or export it to Excel."))


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
    return [line.strip() for line in text.splitlines() if line.strip()]


def render_print(printed: Print) -> Rendered:
    snapshot = printed.snapshot
    html = brief_html(snapshot, language=printed.language, badge=printed.printer.badge, number=printed.number)
    return draw(html, f"{snapshot.digest[:32]}-{printed.printer_id}-{printed.number}")
