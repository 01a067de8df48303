"""Finding the table in a sheet: the heading row among titles, the columns by their headings, merged cells carried down.

A sheet starts with anything: a title merged over all columns, a line with the reporting unit and a date, one or two
rows of headings. The heading is the row (or pair of rows) among the first twenty that names the most columns.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import chain

from registry.columns import NUMBERS, column_of, is_never_read, is_ours, plain_heading
from registry.texts import clean
from registry.workbook import Cell, Row, Sheet
from registry.xlsx_cells import column_letters

HEADING_ROWS = 20
PLACES = ("address", "door")
PLACES_ABOVE = {"street", "building"}
TOTALS = re.compile(r"^(合计|小计|总计|共计|累计|本页合计|本页小计|总户数|total|subtotal)", re.I)
FOOTER = re.compile(r"^(填表人|填报人|制表|审核|填表单位|填报单位|填表日期|填报日期|说明|注\s*[:：]|备注\s*[:：])")
DATED = re.compile(r"(20\d{2})\s*[-年./]\s*(\d{1,2})\s*[-月./]\s*(\d{1,2})")
DATE_LABEL = re.compile(r"(填报|填表|制表|统计|截止|截至|更新|采集|登记)(日期|时间)|^date", re.I)


@dataclass
class Table:
    """What was found in one sheet. `columns` maps a column name to its index from 0."""

    sheet: Sheet
    heading_row: int
    """The lower of the heading rows, from 1."""
    columns: dict[str, int]
    headings: dict[int, str]
    never_read: list[int] = field(default_factory=list)
    ours: list[int] = field(default_factory=list)
    unused: list[int] = field(default_factory=list)
    again: list[tuple[int, str]] = field(default_factory=list)
    """Columns of a name that another column, further left, has already: their index and that name."""
    dated_on: date | None = None
    title: str = ""
    before: list[Row] = field(default_factory=list)
    """Titles and headings as they stood, for the returned copy."""
    rest: Iterator[Row] = field(default_factory=lambda: iter(()))

    def rows(self) -> Iterator[tuple[int, list[Cell], dict[str, Cell] | None, bool]]:
        """Yield (row number, cells as read, values by column, carried); no values where the row is no door's.

        `carried`: some values stand in no cell of this row, but in one merged over it from above.
        """
        carried = _Carried(self)
        columns, width = tuple(self.columns.items()), max(self.columns.values()) + 1
        for number, cells in self.rest:
            whole = len(cells) >= width
            values = {name: cells[index] for name, index in columns if whole or index < len(cells)}
            if self._is_no_door(cells, values):
                yield number, cells, None, False
            else:
                yield number, cells, values, bool(carried.spans) and carried.fill(number, values)

    def _is_no_door(self, cells: list[Cell], values: dict[str, Cell]) -> bool:
        for name in PLACES:
            if place := values.get(name):
                # A heading repeated at a page break says the heading where a door says its place.
                return place == self.headings[self.columns[name]] or bool(TOTALS.match(str(place)))
        written = [text for cell in cells if cell is not None and (text := clean(str(cell)))]
        if not written or not any(value is not None and clean(str(value)) for value in values.values()):
            return True
        if any(TOTALS.match(text) for text in written[:3]) and not any(values.get(name) for name in PLACES_ABOVE):
            return True
        return bool(FOOTER.match(written[0]))

    def describe(self) -> dict[str, object]:
        """For the preview: which column was read as what, which were not."""
        return {
            "sheet": self.sheet.name,
            "heading_row": self.heading_row,
            "read": [[column_letters(index + 1), self.headings[index], name] for name, index in self.columns.items()],
            "never_read": [[column_letters(index + 1), self.headings[index]] for index in self.never_read],
            "unused": [[column_letters(index + 1), self.headings[index]] for index in self.unused],
            "again": [
                [column_letters(index + 1), self.headings[index], column_letters(self.columns[name] + 1)]
                for index, name in self.again
            ],
        }


class _Carried:
    """Values of cells merged over several rows, handed to the rows below the first."""

    def __init__(self, table: Table) -> None:
        by_index = {index: name for name, index in table.columns.items()}
        self.spans: dict[str, list[tuple[int, int]]] = {name: [] for name in table.columns}
        for first_row, first_column, last_row, _ in table.sheet.merges:
            if last_row > first_row and last_row > table.heading_row and first_column - 1 in by_index:
                self.spans[by_index[first_column - 1]].append((max(first_row, table.heading_row + 1), last_row))
        self.spans = {name: spans[::-1] for name, spans in self.spans.items() if spans}
        self.now: dict[str, tuple[int, Cell]] = {}

    def fill(self, number: int, values: dict[str, Cell]) -> bool:
        """Whether any value was put in."""
        filled = False
        for name, spans in self.spans.items():
            while spans and spans[-1][1] < number:
                spans.pop()
            if not spans or spans[-1][0] > number:
                continue
            first, value = spans[-1][0], values.get(name)
            if value not in (None, ""):
                self.now[name] = (first, value)
            elif name in self.now and self.now[name][0] == first:
                values[name], filled = self.now[name][1], True
        return filled


def find_table(sheet: Sheet) -> Table | None:
    """Look for the heading in the first rows; None when the sheet holds no table of doors."""
    rows = sheet.rows()
    first: list[Row] = []
    for row in rows:
        first.append(row)
        if row[0] > HEADING_ROWS + 1:
            break
    best: tuple[int, Table] | None = None
    for position in range(len(first)):
        for height in (1, 2):
            lower = position + height - 1
            if lower >= len(first) or first[lower][0] > HEADING_ROWS:
                continue
            table = _read_heading(sheet, first[position], first[lower] if height == 2 else None)
            score = len(table.columns) + len(table.never_read)
            if _is_table(table) and (best is None or score > best[0]):
                best = (score, table)
    if best is None:
        return None
    table = best[1]
    table.before = [row for row in first if row[0] <= table.heading_row]
    table.rest = chain([row for row in first if row[0] > table.heading_row], rows)
    _read_titles(table)
    return table


def _is_table(table: Table) -> bool:
    return any(name in table.columns for name in PLACES) and len(table.columns) >= 2


def _read_heading(sheet: Sheet, upper: Row, lower: Row | None) -> Table:
    """Take a row, or two of which the upper groups the lower, as the heading."""
    last = lower or upper
    table = Table(sheet, last[0], {}, {})
    groups = _spread(sheet, upper) if lower else {}
    width = max(len(upper[1]), len(last[1]))
    for index in range(width):
        own = _text(last[1], index)
        group = groups.get(index, "") if lower else ""
        text = own or (_text(upper[1], index) if lower else "")
        if not text:
            continue
        table.headings[index] = text
        name = column_of(text, group if own and group != own else "")
        if is_ours(text):
            table.ours.append(index)
        elif is_never_read(text):
            table.never_read.append(index)
        elif name and name in table.columns:
            table.again.append((index, name))
        elif name:
            table.columns[name] = index
        elif plain_heading(text) not in NUMBERS:
            table.unused.append(index)
    return table


def _spread(sheet: Sheet, row: Row) -> dict[int, str]:
    """The group heading of each column: a merged cell's text stands over all columns that it covers."""
    groups = {index: _text(row[1], index) for index in range(len(row[1]))}
    for first_row, first_column, last_row, last_column in sheet.merges:
        if first_row <= row[0] <= last_row:
            for index in range(first_column - 1, last_column):
                groups[index] = _text(row[1], first_column - 1)
    return groups


def _text(cells: list[Cell], index: int) -> str:
    value = cells[index] if index < len(cells) else None
    return re.sub(r"\s+", " ", clean(value)) if isinstance(value, str) else ""


def _read_titles(table: Table) -> None:
    """The title above the heading, and the day on which the office says that it filled the table in."""
    for _, cells in table.before:
        for index, cell in enumerate(cells):
            text = clean(str(cell)) if cell is not None else ""
            if text and not table.title and cells is not table.before[-1][1]:
                table.title = text[:100]
            if not DATE_LABEL.search(text) or table.dated_on:
                continue
            after = next((value for value in cells[index + 1 :] if value not in (None, "")), None)
            table.dated_on = _date(text) or _date(after)


def _date(value: Cell) -> date | None:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    match = DATED.search(str(value or ""))
    try:
        return date(int(match[1]), int(match[2]), int(match[3])) if match else None
    except ValueError:
        return None
