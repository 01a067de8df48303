"""Lists as workbooks: what goes in comes out, nothing can become a formula, and memory does not grow with the rows."""

import io
import tracemalloc
import zipfile
from datetime import UTC, date, datetime
from decimal import Decimal

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.xlsx_table import Table, write_tables


def written(*tables: Table) -> io.BytesIO:
    target = io.BytesIO()
    write_tables(target, tables)
    target.seek(0)
    return target


def read(*tables: Table) -> list[list[tuple]]:
    book = openpyxl.load_workbook(written(*tables))
    return [[tuple(cell.value for cell in row) for row in sheet.iter_rows()] for sheet in book]


DANGEROUS = [
    "=1+1",
    "+86 199",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    '=HYPERLINK("http://x","y")',
    "=cmd|' /C calc'!A0",
]


@pytest.mark.parametrize("text", DANGEROUS)
def test_text_that_begins_like_a_formula_stays_text(text):
    book = openpyxl.load_workbook(written(Table("a", ["h"], [[text]])))
    cell = book.active["A2"]
    assert (cell.data_type, cell.value) in {("s", text), ("inlineStr", text)}
    assert cell.quotePrefix, "it stays text when somebody edits the cell"
    assert cell.number_format == "@"


def test_no_sheet_ever_holds_a_formula():
    with zipfile.ZipFile(written(Table("=1+1", ["=h"], [[text] for text in DANGEROUS]))) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert "<f" not in sheet.replace("<formula", "")
    assert sheet.count('t="inlineStr"') == len(DANGEROUS) + 1


def test_numbers_and_dates_are_numbers_and_dates():
    moment = datetime(2026, 11, 18, 2, 5, tzinfo=UTC)
    row = [7, -3, 2.5, Decimal("0.25"), date(2026, 11, 18), moment, None, "", 0, 0.826]
    sheet = openpyxl.load_workbook(written(Table("a", ["h"] * 10, [row], shares=frozenset({9})))).active
    cells = list(sheet[2])
    assert [cell.value for cell in cells[:4]] == [7, -3, 2.5, 0.25]
    assert cells[4].is_date and cells[4].value == datetime(2026, 11, 18)
    assert cells[5].is_date and cells[5].value == datetime(2026, 11, 18, 10, 5), "in the time zone of the house"
    assert [cell.value for cell in cells[6:9]] == [None, None, 0]
    assert cells[9].number_format == "0.0%" and cells[9].value == 0.826


def test_a_long_number_and_a_day_before_spreadsheets_could_count_stay_as_they_are_written():
    (rows,) = read(Table("a", ["h"] * 3, [[420303199001011234, date(1899, 5, 4), float("nan")]]))
    assert rows[1] == ("420303199001011234", "1899-05-04", "nan")


def test_the_heading_is_frozen_bold_and_has_filters():
    sheet = openpyxl.load_workbook(written(Table("a", ["甲", "乙"], [["1", 2], ["3", 4]], widths=[30]))).active
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref == "A1:B3"
    assert sheet["A1"].font.bold
    assert (sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width) == (30, 14)


def test_an_empty_list_has_its_heading_and_several_lists_a_sheet_each():
    empty, full = Table("空", ["甲"], []), Table("满", ["甲"], [["x"]])
    assert read(empty, full) == [[("甲",)], [("甲",), ("x",)]]
    assert (empty.written, full.written) == (0, 1)


# What XML can't hold is left out; a spreadsheet reads `_x000D_` as a line break, so nobody's text may look like it.
TEXTS = st.text(st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufffe\uffff"), max_size=40)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(TEXTS, st.integers(-(10**14), 10**14), st.dates(date(1950, 1, 1))), max_size=5))
def test_what_goes_in_comes_out(rows):
    (found,) = read(Table("a", ["t", "n", "d"], rows))
    expected = [(text or None, number, datetime(day.year, day.month, day.day)) for text, number, day in rows]
    assert found[1:] == expected


def test_characters_that_xml_forbids_are_left_out_and_the_rest_stands():
    (rows,) = read(Table("a", ["h"], [["a\x00b\x0bc<d>&\"e'\ud800"]]))
    assert rows[1] == ("abc<d>&\"e'",)


def test_ten_times_the_rows_take_no_more_memory(tmp_path):
    def peak(count: int) -> int:
        rows = ([f"花果路{number}号", number, date(2026, 1, 1)] for number in range(count))
        tracemalloc.start()
        with (tmp_path / "a.xlsx").open("wb") as target:
            write_tables(target, [Table("a", ["a", "b", "c"], rows)])
        size = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return size

    assert peak(30_000) < peak(8_000) * 1.3
