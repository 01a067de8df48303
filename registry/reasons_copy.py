"""The workbook that goes back: the same sheets and rows with one more column that says what could not be taken.

Made from the cleaned layout, so identity numbers and other columns that are never read come back empty.
"""

import csv
import gzip
import io
import json
from collections.abc import Iterator, Sequence
from tempfile import TemporaryFile
from typing import Any, BinaryIO

from registry.columns import REASONS_HEADINGS
from registry.keeping import opened
from registry.models import ImportBatch
from registry.refusals import effect_sentence, row_sentence
from registry.xlsx_writing import BOLD, NOTE, PLAIN, SheetToWrite, Value, write_workbook

Line = tuple[int, list[Value]]


def copy_with_reasons(batch: ImportBatch, language: str) -> tuple[BinaryIO, str]:
    """The copy and its ending, "xlsx" or "csv"; the caller closes the file."""
    target: Any = TemporaryFile()  # noqa: SIM115 - handed to the response, which closes it
    with opened(batch.file) as layout:
        heads = _heads(layout)
        reasons = _Reasons(batch, language)
        if heads and heads[0]["kind"] == "csv":
            _write_csv(target, layout, heads[0], reasons)
            ending = "csv"
        else:
            write_workbook(target, _sheets(layout, heads, reasons))
            ending = "xlsx"
    target.seek(0)
    return target, ending


def _heads(layout: BinaryIO) -> list[dict[str, Any]]:
    """Each sheet's head with the width of its longest row, from a first run through the file."""
    heads: list[dict[str, Any]] = []
    for line in _lines(layout):
        if isinstance(line, dict):
            heads.append({**line, "width": 0})
        else:
            heads[-1]["width"] = max(heads[-1]["width"], len(line[1]))
    return heads


def _lines(layout: BinaryIO) -> Iterator[Any]:
    """Heads of sheets and rows, one after another; the file holds rows by the hundreds a line."""
    layout.seek(0)
    with gzip.GzipFile(fileobj=layout, mode="rb") as file:
        for line in file:
            value = json.loads(line)
            if isinstance(value, dict):
                yield value
            else:
                yield from value


class _Reasons:
    """Hands out the sentences of one row after another; rows of the table and of the sheet come in the same order."""

    def __init__(self, batch: ImportBatch, language: str) -> None:
        self.language = language
        self.heading = REASONS_HEADINGS["zh" if language.startswith("zh") else "en"]
        rows = batch.rows.all().order_by("pk")
        self.rows = rows.values_list("sheet", "row_number", "verdict", "effect", "reasons").iterator(chunk_size=2000)
        self.next: Any = next(self.rows, None)

    def of(self, sheet: str, number: int) -> str:
        """The sheet's name was cut to the column's length when the row was staged."""
        if self.next is None or (self.next[0], self.next[1]) != (sheet[:100], number):
            return ""
        _, _, verdict, effect, reasons = self.next
        self.next = next(self.rows, None)
        sentences = [row_sentence(reason, self.language) for reason in reasons]
        return "\n".join(sentences) or effect_sentence(verdict, effect)


def _sheets(layout: BinaryIO, heads: Sequence[dict[str, Any]], reasons: _Reasons) -> Iterator[SheetToWrite]:
    lines = _lines(layout)
    next(lines, None)
    for head in heads:
        widths = head["widths"]
        if head["heading_row"]:
            at = _place(head)
            widths = [span for span in widths if span[1] <= at] + [[at + 1, at + 1, 48]]
        yield SheetToWrite(
            head["sheet"], _rows(head, lines, reasons), head["visible"], head["merges"], head["hidden"], widths
        )


def _place(head: dict[str, Any]) -> int:
    """Where our column stands, from 0: where it stood in a copy that came back, else behind the last."""
    return int(head["ours"][0]) if head["ours"] else int(head["width"])


def _rows(head: dict[str, Any], lines: Iterator[Any], reasons: _Reasons) -> Iterator[tuple[int, list[Value], int, int]]:
    """The rows of one sheet; stops at the head of the next one, which is left consumed."""
    at = _place(head)
    for line in lines:
        if isinstance(line, dict):
            return
        number, cells = line
        is_heading = number == head["heading_row"]
        note = reasons.heading if is_heading else reasons.of(head["sheet"], number) if head["heading_row"] else ""
        row = [*cells, *[None] * (at + 1 - len(cells))] if note else cells
        if note:
            row[at] = note
        style = BOLD if number <= head["heading_row"] else PLAIN
        yield number, row, style, style if is_heading or not note else NOTE


def _write_csv(target: BinaryIO, layout: BinaryIO, head: dict[str, Any], reasons: _Reasons) -> None:
    """UTF-8 with its mark, which Excel and WPS both know. A cell that begins like a formula gets an apostrophe."""
    text = io.TextIOWrapper(target, encoding="utf-8-sig", newline="", write_through=True)
    writer = csv.writer(text)
    lines = _lines(layout)
    next(lines, None)
    last = 0
    for number, cells, _style, _last in _rows(head, lines, reasons):
        writer.writerows([[]] * (number - last - 1))
        writer.writerow([_harmless(cell) for cell in cells])
        last = number
    text.detach()


def _harmless(cell: Value) -> Value:
    return "'" + cell if isinstance(cell, str) and cell[:1] in set("=+-@\t\r") else cell
