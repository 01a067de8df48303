"""Lists as sheets of a workbook: a frozen heading with filters, real numbers and dates, and text that stays text.

Written row by row into any file, so that a hundred thousand rows take no more memory than five hundred. XlsxWriter in
its constant-memory mode makes a quarter of the rows a second (`docs/decisions.md`).
"""

import math
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from typing import IO, Any
from xml.sax.saxutils import escape

from django.utils import timezone

from registry.xlsx_cells import column_letters
from registry.xlsx_writing import HEAD, ILLEGAL, NAME, SheetToWrite, write_workbook

# Places in the list of cell styles of `xlsx_writing.STYLES`.
HEADING, TEXT, QUOTED, DAY, MOMENT, SHARE = 3, 4, 5, 6, 7, 8
# One sheet's rows less the heading.
MOST_ROWS = 1_048_575
LONGEST = 32_000
# What a spreadsheet would take for the beginning of a formula when the cell is edited or saved as CSV.
FORMULA = tuple("=+-@\t\r\n")
UNSAFE = re.compile("[&<>\r\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
# Spreadsheets count days from here, and count them rightly from day 61, the first of March 1900.
DAY_ZERO, FIRST_DAY = date(1899, 12, 30).toordinal(), 61
# Digits that a spreadsheet keeps of a number.
EXACT = 10**15
KNOWN = 5_000


@dataclass
class Table:
    """One sheet. `rows` are read once. `shares`: columns, counted from 0, whose numbers are shown as percentages."""

    name: str
    headings: Sequence[str]
    rows: Iterable[Sequence[Any]]
    widths: Sequence[float] = ()
    shares: frozenset[int] = field(default_factory=frozenset)
    written: int = 0


def write_tables(target: IO[bytes], tables: Sequence[Table]) -> None:
    """Values: text, whole and decimal numbers, dates, moments (shown in the house's time zone), None for empty."""
    write_workbook(target, (SheetToWrite(table.name, (), body=partial(_write, table)) for table in tables))


def _write(table: Table, part: IO[bytes]) -> None:
    last = column_letters(len(table.headings))
    widths = [*table.widths, *[14.0] * (len(table.headings) - len(table.widths))]
    columns = "".join(
        f'<col min="{number}" max="{number}" width="{width}" customWidth="1"/>'
        for number, width in enumerate(widths, 1)
    )
    part.write(
        f'{HEAD}<worksheet xmlns="{NAME}"><sheetPr><pageSetUpPr fitToPage="1"/></sheetPr><sheetViews>'
        '<sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>'
        f'<selection pane="bottomLeft"/></sheetView></sheetViews><cols>{columns}</cols><sheetData>'.encode()
    )
    for block in _blocks(table):
        part.write(block.encode())
    part.write(
        f'</sheetData><autoFilter ref="A1:{last}{table.written + 1}"/>'
        '<pageSetup paperSize="9" orientation="landscape" fitToWidth="1" fitToHeight="0"/></worksheet>'.encode()
    )


def _blocks(table: Table) -> Iterator[str]:
    """The rows as text, five hundred at a time; `table.written` counts them."""
    opened = [f'<c r="{column_letters(number)}' for number in range(1, len(table.headings) + 1)]
    heads = zip(opened, table.headings, strict=True)
    cells = [f'{place}1" s="{HEADING}" t="inlineStr"><is><t>{_safe(text)}</t></is></c>' for place, text in heads]
    block = [f'<row r="1" ht="22" customHeight="1">{"".join(cells)}</row>']
    zone = timezone.get_current_timezone()
    # Names of stations, kinds and states come again and again: the rest of their cell is kept.
    known: dict[str, str] = {}
    for number, values in enumerate(table.rows, 2):
        parts = [f'<row r="{number}">']
        for index, value in enumerate(values):
            if value is None or value == "":
                continue
            rest = known.get(value) if type(value) is str else None
            if rest is None:
                rest = _rest(value, zone, index in table.shares)
                if type(value) is str and len(known) < KNOWN:
                    known[value] = rest
            parts.append(f"{opened[index]}{number}{rest}")
        parts.append("</row>")
        block.append("".join(parts))
        table.written = number - 1
        if len(block) == 500:
            yield "".join(block)
            block.clear()
    yield "".join(block)


def _rest(value: Any, zone: Any, is_share: bool) -> str:
    """A cell after its place."""
    kind = type(value)
    if kind is str:
        return _text(value)
    if kind is int and -EXACT < value < EXACT:
        return f'"><v>{value}</v></c>'
    if isinstance(value, datetime):
        local = value.astimezone(zone) if value.tzinfo else value
        day = local.toordinal() - DAY_ZERO
        if day < FIRST_DAY:
            return _text(local.isoformat(" ", "minutes"))
        return f'" s="{MOMENT}"><v>{day + (local.hour * 3600 + local.minute * 60 + local.second) / 86400:.9f}</v></c>'
    if isinstance(value, date):
        day = value.toordinal() - DAY_ZERO
        return _text(value.isoformat()) if day < FIRST_DAY else f'" s="{DAY}"><v>{day}</v></c>'
    if isinstance(value, float | Decimal) and math.isfinite(value):
        style = f' s="{SHARE}"' if is_share else ""
        return f'"{style}><v>{float(value)!r}</v></c>'
    return _text(str(value))


def _text(value: str) -> str:
    """`quotePrefix` keeps a spreadsheet from reading it as a formula when somebody edits the cell."""
    style = QUOTED if value.startswith(FORMULA) else TEXT
    edge = ' xml:space="preserve"' if value[:1] <= " " or value[-1:] <= " " or "\n" in value else ""
    if len(value) > LONGEST or UNSAFE.search(value):
        value = _safe(value)
    return f'" s="{style}" t="inlineStr"><is><t{edge}>{value}</t></is></c>'


def _safe(value: str) -> str:
    return escape(ILLEGAL.sub("", value)[:LONGEST]).replace("\r", "&#13;")
