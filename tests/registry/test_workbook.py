"""The reader by itself: what an office file may hold, what a hostile one may not do, and how others are refused."""

import contextlib
import io
import zipfile
from datetime import date, datetime, time
from typing import Any

import pytest
from openpyxl import Workbook

from registry.reading import read_in_child
from registry.unreadable import UnreadableFile
from registry.workbook import open_workbook
from registry.xlsx_package import Limits
from tests.registry.conftest import BY_COMMUNITY

NAME = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def saved(book: Workbook) -> io.BytesIO:
    file = io.BytesIO()
    book.save(file)
    file.seek(0)
    return file


def package(sheet: str, **more: str) -> io.BytesIO:
    """The least .xlsx with one sheet of our own making; `more` are further members by path."""
    with BY_COMMUNITY.open("rb") as source, zipfile.ZipFile(source) as archive:
        parts = {name: archive.read(name).decode() for name in archive.namelist() if "sheet" not in name}
    parts["xl/worksheets/sheet1.xml"] = sheet
    parts["xl/workbook.xml"] = (
        f'<workbook xmlns="{NAME}" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">'
        '<sheets><sheet name="一" sheetId="1" r:id="rId1"/></sheets></workbook>'
    )
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in {**parts, **more}.items():
            archive.writestr(name, text)
    file.seek(0)
    return file


def sheet(rows: str, before: str = "") -> str:
    return f'{before}<worksheet xmlns="{NAME}"><sheetData>{rows}</sheetData></worksheet>'


def cells(file: Any, limits: Limits | None = None) -> list[tuple[int, list[Any]]]:
    return list(open_workbook(file, limits=limits).sheets[0].rows())


def refused(file: Any, name: str = "", limits: Limits | None = None) -> str:
    with pytest.raises(UnreadableFile) as caught:
        for each in open_workbook(file, name, limits).sheets:
            list(each.rows())
    return caught.value.code


# -- what is read ------------------------------------------------------------------------------------------------


def test_values_come_as_the_office_program_shows_them() -> None:
    book = Workbook()
    table = book.active
    table.append(["文字", 12, 1.5, True, date(2026, 3, 2), datetime(2026, 3, 2, 8, 30), time(8, 30), None, 19900000001])
    assert cells(saved(book)) == [
        (1, ["文字", 12, 1.5, True, date(2026, 3, 2), datetime(2026, 3, 2, 8, 30), time(8, 30), None, 19900000001])
    ]


def test_a_formula_gives_the_value_that_was_kept_with_it() -> None:
    row = '<row r="1"><c r="A1"><f>1+1</f><v>2</v></c><c r="B1" t="str"><f>A1&amp;"栋"</f><v>2栋</v></c></row>'
    assert cells(package(sheet(row))) == [(1, [2, "2栋"])]


def test_shared_strings_lose_their_phonetic_marks() -> None:
    strings = f'<sst xmlns="{NAME}"><si><t>重</t><rPh sb="0" eb="1"><t>chong</t></rPh></si><si><r><t>五</t></r><r><t>堰</t></r></si></sst>'
    file = package(
        sheet('<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c></row>'),
        **{
            "xl/sharedStrings.xml": strings,
            "xl/_rels/workbook.xml.rels": relations(("rId1", "worksheet", "worksheets/sheet1.xml")).replace(
                "</Relationships>", ""
            )
            + f'<Relationship Id="rId9" Type="{OFFICE}/sharedStrings" Target="sharedStrings.xml"/></Relationships>',
        },
    )
    assert cells(file) == [(1, ["重", "五堰"])]


OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def relations(*lines: tuple[str, str, str]) -> str:
    inside = "".join(f'<Relationship Id="{i}" Type="{OFFICE}/{kind}" Target="{target}"/>' for i, kind, target in lines)
    return (
        f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{inside}</Relationships>'
    )


def test_tags_with_a_prefix_are_the_same_tags() -> None:
    text = f'<x:worksheet xmlns:x="{NAME}"><x:sheetData><x:row r="3"><x:c r="B3"><x:v>7</x:v></x:c></x:row></x:sheetData></x:worksheet>'
    assert cells(package(text)) == [(3, [None, 7])]


def test_merged_ranges_hidden_columns_and_hidden_sheets_are_known_before_the_rows() -> None:
    book = Workbook()
    table = book.active
    table.append(["题", None])
    table.append(["a", "b"])
    table.merge_cells("A1:B1")
    table.column_dimensions["B"].hidden = True
    book.create_sheet("旧").sheet_state = "hidden"
    found = open_workbook(saved(book))
    assert found.sheets[0].merges == [(1, 1, 1, 2)]
    assert found.sheets[0].hidden_columns == [(2, 2)]
    assert [each.visible for each in found.sheets] == [True, False]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_table_in_text_is_read_in_every_encoding_and_with_every_mark(encoding: str, delimiter: str) -> None:
    text = "\r\n".join(
        delimiter.join(row) for row in (["姓名", "地址"], ["张三", '"一组,1号"'], ["", ""], ["李四", "䶮堃"])
    )
    assert cells(io.BytesIO(text.encode(encoding))) == [
        (1, ["姓名", "地址"]),
        (2, ["张三", "一组,1号"]),
        (4, ["李四", "䶮堃"]),
    ]


# -- what is refused, with the way out ---------------------------------------------------------------------------

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 504


@pytest.mark.parametrize(
    ("content", "name", "code"),
    [
        (b"", "a.xlsx", "empty"),
        (OLE + "Workbook\0".encode("utf-16-le"), "a.xls", "xls"),
        (OLE + "Workbook\0".encode("utf-16-le"), "底册.et", "et"),
        (OLE + "EncryptedPackage\0".encode("utf-16-le"), "a.xlsx", "password"),
        (OLE + "WordDocument\0".encode("utf-16-le"), "a.doc", "not_a_workbook"),
        (b"<html><table><tr><td>1</td></tr></table></html>", "a.xls", "web_page"),
        (b"%PDF-1.7", "a.pdf", "not_a_workbook"),
        (b"PK\x03\x04 cut short", "a.xlsx", "truncated"),
        (b"\x00\x01\x02\x03" * 100, "a.csv", "not_a_workbook"),
        ('姓名,地址\n"张三,一组\n李四,二组\n王五,三组\n'.encode(), "a.csv", "quote_open"),
    ],
)
def test_other_files_are_refused_by_what_they_are(content: bytes, name: str, code: str) -> None:
    assert refused(io.BytesIO(content), name) == code


def test_every_refusal_of_a_file_has_its_sentence() -> None:
    from registry.refusals import FILE_SENTENCES, file_sentence

    for code in FILE_SENTENCES:
        assert file_sentence(code, {"limit": "1", "rows": "2", "line": "3"})
    for code in ("xls", "xlsb", "password", "not_a_workbook", "macros", "web_page"):
        assert "*.xlsx" in file_sentence(code, {})


def test_macros_are_refused() -> None:
    assert refused(package(sheet(""), **{"xl/vbaProject.bin": "x"})) == "macros"


def test_a_zip_that_is_no_workbook_is_refused() -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("word/document.xml", "<a/>")
        archive.writestr("[Content_Types].xml", "<Types/>")
    assert refused(file) == "not_a_workbook"


def test_a_cut_workbook_is_refused() -> None:
    content = BY_COMMUNITY.read_bytes()
    assert refused(io.BytesIO(content[:-2000])) == "truncated"


# -- what a hostile file may not do ------------------------------------------------------------------------------


def test_no_entity_is_ever_defined() -> None:
    attack = '<!DOCTYPE worksheet [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>'
    assert refused(package(sheet('<row r="1"><c r="A1" t="str"><v>&b;</v></c></row>', before=attack))) == "unsafe"


def test_a_cell_at_the_far_corner_makes_no_row_of_sixteen_thousand_cells() -> None:
    row = '<row r="1048576"><c r="A1048576"><v>1</v></c><c r="XFD1048576"><v>2</v></c><c r="ZZZZZZ1"><v>3</v></c></row>'
    assert cells(package(sheet(row))) == [(1048576, [1])]


def test_what_unpacks_to_a_thousand_times_its_size_is_refused_while_it_unpacks() -> None:
    file = package(sheet('<row r="1"><c r="A1" t="str"><v>' + "0" * (40 << 20) + "</v></c></row>"))
    assert refused(file) == "unsafe"


def test_a_text_longer_than_a_cell_may_hold_is_cut() -> None:
    found = cells(package(sheet('<row r="1"><c r="A1" t="str"><v>' + "长" * 40_000 + "</v></c></row>")))
    assert len(found[0][1][0]) <= 32_767


def test_more_rows_than_the_limit_are_refused() -> None:
    rows = "".join(f'<row r="{n}"><c r="A{n}"><v>{n}</v></c></row>' for n in range(1, 12))
    assert refused(package(sheet(rows)), limits=Limits(rows=10)) == "too_many_rows"


@pytest.mark.parametrize(
    "bad",
    [
        '<row r="x"><c r="1A"><v>1</v></c></row>',
        '<row r="99999999999"><c r=""><v>1</v></c></row>',
        '<row><c t="s"><v>99</v></c></row>',
        '<row><c t="s"><v>-1</v></c></row>',
        "<row><c><v>1e999</v></c><c><v>nan</v></c></row>",
        '<row><c t="b"><v></v></c><c s="abc"><v>1</v></c></row>',
        "<row></c></row>",
    ],
)
def test_nonsense_inside_a_sheet_ends_in_rows_or_a_refusal_never_in_a_crash(bad: str) -> None:
    with contextlib.suppress(UnreadableFile):
        cells(package(sheet(bad)))


def test_the_child_is_ended_when_it_takes_too_long_and_the_parent_says_so() -> None:
    with BY_COMMUNITY.open("rb") as file, pytest.raises(UnreadableFile) as caught:
        list(read_in_child(file, seconds=0))
    assert caught.value.code == "too_slow"


def test_identity_numbers_do_not_cross_the_pipe_nor_lie_in_the_layout(tmp_path: Any) -> None:
    import gzip
    import json

    with BY_COMMUNITY.open("rb") as file, (tmp_path / "layout").open("w+b") as layout:
        said = json.dumps([found.value for found in read_in_child(file, layout=layout)], ensure_ascii=False)
    kept = gzip.decompress((tmp_path / "layout").read_bytes()).decode()
    for text in (said, kept):
        assert "梁娟琳" in text
        assert "00000019860101460X" not in text
    assert "身份证号" in kept
