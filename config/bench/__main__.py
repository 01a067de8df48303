"""Runs the benches that are named (all of them when none is) and writes `docs/benchmarks.md`."""

import os
import platform
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from config.bench import crowd, exports, figures, imports, pages, papers, share_outs, visits
from config.bench.ground import Place, clear, ground, make_place
from config.bench.rows import PageRow, Row
from config.running.places import ROOT

BENCHES: dict[str, Callable[[Place], Iterator[Any]]] = {
    "papers": papers.measure,
    "share-out": share_outs.measure,
    "imports": imports.measure,
    "exports": exports.measure,
    "visits": visits.measure,
    "figures": figures.measure,
    "pages": pages.measure,
}
# Not in the table: said by its name alone.
BY_NAME = {"crowd": crowd.measure}
HEAD = """# Benchmarks

`./run bench` measures on a database of its own, with fsync on. Read ratios, not seconds: ours to the anchor in the same
run (1.0 is as fast as the anchor). The aims come from what comparable tools reach.

"""
WORK = "| work | ours | anchor | ratio | aim | note |\n| --- | --- | --- | --- | --- | --- |\n"
PAGES = "| page | 10,000 doors | 100,000 | 1,000,000 | grown |\n| --- | --- | --- | --- | --- |\n"


def main(arguments: list[str]) -> int:
    unknown = [name for name in arguments if name not in {**BENCHES, **BY_NAME}]
    if unknown:
        print(f"./run bench {' '.join([*BENCHES, *BY_NAME])}", file=sys.stderr)
        return 2
    work: list[Row] = []
    shown: list[PageRow] = []
    with ground() as cluster:
        for name in arguments or BENCHES:
            clear(cluster)
            for row in {**BENCHES, **BY_NAME}[name](make_place()):
                print(row.line(), flush=True)
                (shown if isinstance(row, PageRow) else work).append(row)
    if not arguments:
        write(ROOT / "docs" / "benchmarks.md", work, shown)
    return 0


def write(file: Path, work: list[Row], shown: list[PageRow]) -> None:
    """The figures replace those of the last run; what is written below the line by hand stays."""
    kept = file.read_text("utf-8").partition("\n## What dominates")[2] if file.exists() else ""
    machine = f"{datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} cores, Python {platform.python_version()}.\n\n"
    tables = WORK + "".join(row.line() + "\n" for row in work) + "\n"
    tables += PAGES + "".join(row.line() + "\n" for row in shown)
    file.write_text(HEAD + machine + tables + "\n## What dominates" + (kept or "\n"), "utf-8")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
