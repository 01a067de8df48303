"""The child process that turns HTML into a PDF: `python -m reports.rendering ROOT NAME PATIENCE PAGES < html > pdf`.

Several documents, parted by NUL, become one file; each counts its own pages, so that it can be handed out by itself.

It knows no settings, no database and no network. The only addresses it opens are `doorstep:` names of the project's
own fonts and style sheet, and `data:` images; everything else fails. Memory and time are limited before it starts, what
could not be paper is refused before it is drawn, and one renderer draws at a time on this machine.
"""

import fcntl
import os
import re
import resource
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from reports.glyphs import marked, unknown

NO_FONT = "no font has "
MOST_TOLD = 20
MEGABYTE = 1024 * 1024
MEMORY = 1536 * MEGABYTE
SECONDS = 120
NICE = 10
MOST_PAGES = 20
# Nothing of twenty pages has so many tags or so much text; four times as much would be drawn for minutes, to be refused.
MOST_TAGS = 40_000
MOST_TEXT = 160_000
# What the exit code says when there is no PDF.
BUSY, TOO_LONG, TOO_SLOW = 75, 76, 77
TAG = re.compile(r"<[^>]*>")
# A run that no line could hold, of letters between which no line may break; those of Chinese and its neighbours may.
ENDLESS = re.compile("[^\\s\u200b\u2e80-\ud7ff\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff]{80,}")
# Every name that a document of ours may fetch → the file under the project's root.
OWN_FILES = {
    "doorstep:paper.css": "static/css/paper.css",
    "doorstep:walk.css": "static/css/paper-walk.css",
    "doorstep:forms.css": "static/css/paper-forms.css",
    "doorstep:sans-400": "node_modules/@expo-google-fonts/noto-sans-sc/400Regular/NotoSansSC_400Regular.ttf",
    "doorstep:sans-700": "node_modules/@expo-google-fonts/noto-sans-sc/700Bold/NotoSansSC_700Bold.ttf",
    "doorstep:serif-400": "node_modules/@expo-google-fonts/noto-serif-sc/400Regular/NotoSerifSC_400Regular.ttf",
    "doorstep:serif-700": "node_modules/@expo-google-fonts/noto-serif-sc/700Bold/NotoSerifSC_700Bold.ttf",
}
TYPES = {".css": "text/css", ".ttf": "font/ttf"}


def limit() -> None:
    """Behind every page in the queue for a processor, and within bounds."""
    os.nice(NICE)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def end(code: int) -> None:
    """At once, with an exit code that `reports.pdf.draw` knows; half a document is left to the system."""
    os._exit(code)


def too_long(text: str) -> bool:
    """Whether this could not be twenty pages, told without drawing it."""
    return text.count("<") > MOST_TAGS or len(TAG.sub("", text)) > MOST_TEXT


def take_turn(seconds: int) -> int:
    """Waits until no other renderer of this installation draws, whoever started it; ends as busy after so many seconds.

    The lock is on this very file and ends with the process, however that ends. Returns the file to keep open.
    """
    own = os.open(__file__, os.O_RDONLY)
    signal.signal(signal.SIGALRM, lambda *_: end(BUSY))
    signal.alarm(seconds)
    fcntl.flock(own, fcntl.LOCK_EX)
    signal.alarm(0)
    return own


def breakable(run: str) -> str:
    """The renderer's time grows with the square of what can't be broken: a place to break after every forty letters."""
    return ENDLESS.sub(lambda found: re.sub("(?s)(.{40})", "\\1\u200b", found[0]), run)


def make_breakable(document: Any) -> None:
    """In every text of the parsed document, whichever field it came from."""
    for element in document.etree_element.iter():
        element.text, element.tail = (part and breakable(part) for part in (element.text, element.tail))


def fetcher(root: Path) -> Any:
    from weasyprint.urls import URLFetcher, URLFetcherResponse

    class OwnFilesOnly(URLFetcher):  # type: ignore[misc]
        def fetch(self, url: str, headers: Any = None) -> Any:
            own = OWN_FILES.get(url)
            if own is not None:
                file = root / own
                return URLFetcherResponse(url, file.read_bytes(), {"Content-Type": TYPES[file.suffix]})
            if url.startswith("data:image/svg+xml;base64,"):
                return super().fetch(url, headers)
            raise ValueError("not one of the project's own files")

    return OwnFilesOnly(allowed_protocols=("data",), allow_redirects=False)


def drawn(text: str, root: Path, most: int) -> Iterator[Any]:
    """Each of the documents, laid out in pages; ends as too long once there are more than `most`."""
    import weasyprint
    from weasyprint.text.fonts import FontConfiguration

    own, fonts, pages = fetcher(root), FontConfiguration(), 0
    for html in text.split("\0"):
        parsed = weasyprint.HTML(string=html, base_url="doorstep:", url_fetcher=own)
        make_breakable(parsed)
        document = parsed.render(font_config=fonts)
        pages += len(document.pages)
        if pages > most:
            end(TOO_LONG)
        yield document


def main() -> None:
    root, identifier, patience, most = Path(sys.argv[1]), sys.argv[2].encode(), int(sys.argv[3]), int(sys.argv[4])
    limit()
    text = sys.stdin.buffer.read().decode()
    if too_long(text):
        end(TOO_LONG)
    turn = take_turn(patience)
    lacking = unknown(text, [root / name for name in OWN_FILES.values() if name.endswith(".ttf")])
    if lacking:
        sys.stderr.write(NO_FONT + " ".join(f"U+{ord(char):04X}" for char in sorted(lacking)[:MOST_TOLD]) + "\n")
    text = marked(text, lacking)
    if too_long(text):
        end(TOO_LONG)
    try:
        documents = list(drawn(text, root, most))
        pages = [page for document in documents for page in document.pages]
        pdf = documents[0].copy(pages).write_pdf(pdf_identifier=identifier)
    except (MemoryError, RecursionError):
        end(TOO_SLOW)
    sys.stdout.buffer.write(len(pages).to_bytes(4, "big") + pdf)
    sys.stdout.flush()
    os.close(turn)


if __name__ == "__main__":
    main()
