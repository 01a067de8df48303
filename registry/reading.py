"""Reading a workbook in a child process: bounded in memory, time and file size, and without any secret of ours.

The parent opens the file and hands its descriptor over; the child answers with JSON lines on its standard output: what
it found in each sheet, blocks of rows as `lines.line_of` writes them, and at the end how it went. Cells that are
never read (identity numbers and the like) do not cross the pipe. A second descriptor takes the cleaned layout of the
workbook, from which `reasons_copy` makes the copy that goes back.
"""

import contextlib
import errno
import gzip
import json
import os
import resource
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import IO, Any, BinaryIO

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from registry.alike import Alike
from registry.table import HEADING_ROWS, Table, find_table
from registry.texts import are_plain, without_id_numbers
from registry.unreadable import UnreadableFile
from registry.workbook import Cell, Sheet, open_workbook

MEMORY = 512 << 20
# Processor time is given for what there is to read, five times what this takes on a common machine: a file that gives
# no rows for its bytes is ended within seconds, one with a city's doors is not.
CPU_SECONDS, CPU_A_MEGABYTE, CPU_A_THOUSAND_ROWS = 10, 2.0, 0.5
MOST_CPU_SECONDS = 900
SECONDS = 1_800
ROWS_A_LINE = 250
NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


@dataclass(frozen=True)
class Found:
    """One answer of the child: "expected" rows, a "hidden" sheet, a "sheet" with its table or "skipped" without,
    "rows", "done".

    Of "rows" their number, the sheet's name, and the rows' lines as one text.
    """

    what: str
    value: Any


def read_in_child(
    file: BinaryIO, name: str = "", known: Sequence[str] = (), layout: BinaryIO | None = None, seconds: int = SECONDS
) -> Iterator[Found]:
    """Start the child and yield what it finds. Raises `UnreadableFile`; ends the child when the caller stops early."""
    keep = [file.fileno()] + ([layout.fileno()] if layout else [])
    child = subprocess.Popen(
        [sys.executable, "-I", __file__, *map(str, keep)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        pass_fds=keep,
        env={"PYTHONUTF8": "1", "LANG": "C.UTF-8"},
        # Some thousand rows: the child reads on while a block is on its way into the database.
        pipesize=1 << 20,
    )
    alarm = threading.Timer(seconds, child.kill)
    alarm.daemon = True
    alarm.start()
    try:
        assert child.stdin and child.stdout  # noqa: S101 - both were asked for above
        # A child that is gone already is told by its silence below.
        with contextlib.suppress(BrokenPipeError), child.stdin as stdin:
            stdin.write(json.dumps({"name": name[-200:], "known": list(known)}).encode())
        yield from _answers(child.stdout)
    finally:
        alarm.cancel()
        child.kill()
        child.wait()
        if child.stdout:
            child.stdout.close()


def _answers(pipe: IO[bytes]) -> Iterator[Found]:
    for line in pipe:
        what, value = json.loads(line)
        if what == "refused":
            raise UnreadableFile(value[0], **value[1])
        if what == "rows":
            lines = pipe.read(value["bytes"])
            if len(lines) < value["bytes"]:
                break
            value = {**value, "lines": lines.decode()}
        yield Found(what, value)
        if what == "done":
            return
    # Killed: by the limit on its processor time, by the clock above, or by the system for memory.
    raise UnreadableFile("too_slow")


# -- in the child ------------------------------------------------------------------------------------------------


def main() -> None:
    options = json.loads(sys.stdin.buffer.read())
    descriptors = [int(text) for text in sys.argv[1:]]
    allowance = Allowance(os.fstat(descriptors[0]).st_size)
    _limit()
    out = sys.stdout.buffer

    def say(what: str, value: object, lines: bytes = b"") -> None:
        out.write(json.dumps([what, value], ensure_ascii=False, separators=(",", ":")).encode() + b"\n" + lines)
        out.flush()

    try:
        with os.fdopen(descriptors[0], "rb") as file:
            layout = os.fdopen(descriptors[1], "wb") if len(descriptors) > 1 else None
            done = _read(file, options, layout, say, allowance)
            if layout:
                layout.close()
            # Last of all: the parent ends the child when it hears this.
            say("done", done)
    except UnreadableFile as error:
        say("refused", [error.code, {key: str(value) for key, value in error.params.items()}])
    except MemoryError:
        say("refused", ["too_large", {"limit": f"{MEMORY >> 20} MB"}])
    except BrokenPipeError:
        pass
    except OSError as error:
        say("refused", ["disk_full" if error.errno in NO_ROOM else "truncated", {}])
    except Exception:
        # What can't be foreseen is a damaged file; its text must not reach a log.
        say("refused", ["truncated", {}])


class Allowance:
    """Seconds of processor time after which the system ends the child: for the file's bytes, and for the rows it gave."""

    def __init__(self, size: int) -> None:
        self.seconds = CPU_SECONDS + size / (1 << 20) * CPU_A_MEGABYTE
        self.set = 0
        self.gave(0)

    def gave(self, rows: int) -> None:
        self.seconds += rows / 1000 * CPU_A_THOUSAND_ROWS
        whole = min(MOST_CPU_SECONDS, int(self.seconds))
        if whole != self.set:
            resource.setrlimit(resource.RLIMIT_CPU, (whole, MOST_CPU_SECONDS + 5))
            self.set = whole


def _limit() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (2 << 30, 2 << 30))
    resource.setrlimit(resource.RLIMIT_NOFILE, (32, 32))


def _read(
    file: BinaryIO, options: dict[str, Any], layout: BinaryIO | None, say: Any, allowance: Allowance
) -> dict[str, str]:
    workbook = open_workbook(file, options["name"])
    shown = [sheet for sheet in workbook.sheets if sheet.visible]
    keeper = _Keeper(layout)
    tables = 0
    say("expected", sum(sheet.rows_about for sheet in shown))
    # Neither read nor kept: nobody who looks at the workbook sees what stands there.
    for sheet in workbook.sheets:
        if not sheet.visible:
            say("hidden", sheet.name)
    for sheet in shown:
        table = find_table(sheet)
        keeper.sheet(sheet, table, workbook.kind)
        if table is None:
            say("skipped", sheet.name)
            for number, cells in sheet.rows():
                keeper.row(number, cells)
            continue
        tables += 1
        say("sheet", {**table.describe(), "dated_on": table.dated_on.isoformat() if table.dated_on else ""})
        _rows(table, options["known"], keeper, say, allowance)
    if not tables:
        raise UnreadableFile("no_table" if len(shown) == len(workbook.sheets) else "table_hidden", rows=HEADING_ROWS)
    keeper.close()
    return {"kind": workbook.kind, "modified": workbook.modified.isoformat() if workbook.modified else ""}


def _rows(table: Table, known: list[str], keeper: "_Keeper", say: Any, allowance: Allowance) -> None:
    alike, sheet = Alike(known, table.columns), table.sheet.name[:100]
    for number, cells in table.before:
        keeper.row(number, cells)
    batch: list[str] = []

    def hand_over() -> None:
        block = "\n".join(batch).encode()
        say("rows", {"sheet": sheet, "rows": len(batch), "bytes": len(block)}, block)
        allowance.gave(len(batch))
        batch.clear()

    for number, cells, values, carried in table.rows():
        plain = are_plain(cells)
        keeper.row(number, cells, plain)
        if values is None:
            continue
        # What was carried down from a merged cell is none of the row's cells, and is judged with them.
        batch.append(alike.line(values, number, plain and (not carried or are_plain(values.values()))))
        if len(batch) == ROWS_A_LINE:
            hand_over()
    if batch:
        hand_over()


class _Keeper:
    """Writes the layout for the returned copy: what is never read is left out here, not only on display."""

    def __init__(self, layout: BinaryIO | None) -> None:
        self.file = gzip.GzipFile(fileobj=layout, mode="wb", compresslevel=1, mtime=0) if layout else None
        self.blank: frozenset[int] = frozenset()
        self.heading_row = 0
        self.waiting: list[list[object]] = []

    def sheet(self, sheet: Sheet, table: Table | None, kind: str) -> None:
        self.blank = frozenset([*table.never_read, *table.ours] if table else [])
        self.heading_row = table.heading_row if table else 0
        head = {
            "sheet": sheet.name,
            "kind": kind,
            "visible": sheet.visible,
            "merges": sheet.merges,
            "hidden": sheet.hidden_columns,
            "widths": sheet.widths,
            "heading_row": table.heading_row if table else 0,
            "ours": table.ours if table else [],
        }
        self._write()
        self._line(head)

    def row(self, number: int, cells: list[Cell], plain: bool = False) -> None:
        """`plain`: the row holds texts and short numbers, none of which is an identity number."""
        if self.file:
            kept = cells if plain else [_kept(cell) for cell in cells]
            if self.blank and number > self.heading_row:
                kept = [None if index in self.blank else cell for index, cell in enumerate(kept)]
            self.waiting.append([number, kept])
            if len(self.waiting) == ROWS_A_LINE:
                self._write()

    def _write(self) -> None:
        if self.waiting:
            self._line(self.waiting)
            self.waiting = []

    def _line(self, value: object) -> None:
        if self.file:
            self.file.write(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode() + b"\n")

    def close(self) -> None:
        self._write()
        if self.file:
            self.file.close()


def _kept(cell: Cell) -> str | int | float | bool | None:
    if cell is None:
        return None
    if isinstance(cell, str):
        return without_id_numbers(cell)[0] if len(cell) >= 15 else cell
    if isinstance(cell, date | datetime | time):
        return cell.isoformat()
    return without_id_numbers(str(cell))[0] if type(cell) is int and cell >= 10**14 else cell


if __name__ == "__main__":
    main()
