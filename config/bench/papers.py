"""The renderer beside WeasyPrint alone on the same HTML, at 1, 10 and 50 pages: seconds, and the memory of the child.

The product ends at twenty pages, longer lists become Excel; fifty are asked for here alone.
"""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator

from config.bench.ground import Place
from config.bench.memory import Watched
from config.bench.rows import Row, alternate
from config.running.places import ROOT

LINE = "<tr><td>{n}</td><td>车城路{n}号{n}栋1单元102室</td><td>周**</td><td>见到了</td><td>没人</td><td>2026</td></tr>"
PER_PAGE = 25
# What our child does, without its limits and its own process boundary being asked for twice.
ALONE = """
import sys, weasyprint
sys.path.insert(0, sys.argv[1])
from pathlib import Path
from reports.rendering import fetcher
weasyprint.HTML(string=sys.stdin.buffer.read().decode(), base_url="doorstep:", url_fetcher=fetcher(Path(sys.argv[1])))\\
    .write_pdf()
"""


def document(pages: int) -> str:
    # Of two digits, so that no line is broken on the later pages that wasn't on the first.
    rows = "".join(LINE.format(n=10 + number % 90) for number in range(pages * PER_PAGE))
    return (
        '<!doctype html><html lang="zh-Hans"><head><meta charset="utf-8"><title>x</title>'
        '<link rel="stylesheet" href="doorstep:paper.css"></head><body><table>' + rows + "</table></body></html>"
    )


def measure(place: Place, pages: tuple[int, ...] = (1, 10, 50)) -> Iterator[Row]:
    from reports.pdf import draw

    for number in pages:
        html = document(number)

        def alone(html: str = html) -> None:
            command = [sys.executable, "-c", ALONE, str(ROOT)]
            subprocess.run(command, input=html.encode(), check=True, capture_output=True)

        def drawn(html: str = html) -> int:
            return draw(html, "bench", most=max(pages)).pages

        made, megabytes, of_anchor = drawn(), child_of(drawn), child_of(alone)
        ours, anchor = alternate(drawn, alone)
        note = f"{ours:.1f} s; the child took {megabytes:,.0f} MB, WeasyPrint alone {of_anchor:,.0f}"
        yield Row(
            f"PDF of {made} page{'s' if made > 1 else ''}", made, "pages", ours, anchor, "WeasyPrint alone", 0.83, note
        )


def child_of(work: Callable[[], object]) -> float:
    """Megabytes that the renderer took at most which this started."""
    with Watched(os.getpid(), every=0.05) as seen:
        work()
    return seen.of_renderer / 1024
