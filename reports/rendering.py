"""The child process that turns HTML into a PDF: `python -m reports.rendering ROOT < html > pdf`.

Several documents, parted by NUL, become one file; each counts its own pages, so that it can be handed out by itself.

It knows no settings, no database and no network. The only addresses it opens are `doorstep:` names of the project's
own fonts and style sheet, and `data:` images; everything else fails. Memory and time are limited before it starts.
"""

import os
import resource
import sys
from pathlib import Path
from typing import Any

from reports.glyphs import marked, unknown

NO_FONT = "no font has "
MOST_TOLD = 20
MEGABYTE = 1024 * 1024
MEMORY = 1536 * MEGABYTE
SECONDS = 120
NICE = 10
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


def main() -> None:
    root, identifier = Path(sys.argv[1]), sys.argv[2].encode()
    limit()
    import weasyprint
    from weasyprint.text.fonts import FontConfiguration

    own, fonts = fetcher(root), FontConfiguration()
    text = sys.stdin.buffer.read().decode()
    lacking = unknown(text, [root / name for name in OWN_FILES.values() if name.endswith(".ttf")])
    if lacking:
        sys.stderr.write(NO_FONT + " ".join(f"U+{ord(char):04X}" for char in sorted(lacking)[:MOST_TOLD]) + "\n")
    documents = [
        weasyprint.HTML(string=html, base_url="doorstep:", url_fetcher=own).render(font_config=fonts)
        for html in marked(text, lacking).split("\0")
    ]
    pages = [page for document in documents for page in document.pages]
    pdf = documents[0].copy(pages).write_pdf(pdf_identifier=identifier)
    sys.stdout.buffer.write(len(pages).to_bytes(4, "big") + pdf)


if __name__ == "__main__":
    main()
