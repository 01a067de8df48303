"""Writing an .xlsx row by row into any file: text, numbers, widths, merges, and nothing that can become a formula.

openpyxl's writer makes 2,760 rows a second through import-export and keeps the merges of a sheet in memory as cells;
this one only formats strings.
"""

import re
import zipfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import IO
from xml.sax.saxutils import escape

from registry.xlsx_cells import column_letters

Value = str | int | float | bool | None
ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
NAME = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
# The first three are for a workbook that comes back with its reasons, the others for lists (`xlsx_table.py`).
CELL_STYLES = (
    "<xf/>",
    '<xf fontId="1" applyFont="1"/>',
    '<xf fillId="2" applyFill="1" applyAlignment="1"><alignment wrapText="1" vertical="top"/></xf>',
    '<xf fontId="1" fillId="3" borderId="1" applyFont="1" applyFill="1" applyBorder="1" applyAlignment="1">'
    '<alignment vertical="center"/></xf>',
    '<xf numFmtId="49" applyNumberFormat="1"/>',
    '<xf numFmtId="49" applyNumberFormat="1" quotePrefix="1"/>',
    '<xf numFmtId="164" applyNumberFormat="1"/>',
    '<xf numFmtId="165" applyNumberFormat="1"/>',
    '<xf numFmtId="166" applyNumberFormat="1"/>',
)
STYLES = (
    f'{HEAD}<styleSheet xmlns="{NAME}"><numFmts count="3"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd"/>'
    '<numFmt numFmtId="165" formatCode="yyyy\\-mm\\-dd\\ hh:mm"/><numFmt numFmtId="166" formatCode="0.0%"/></numFmts>'
    '<fonts count="2"><font><sz val="11"/><name val="宋体"/></font>'
    '<font><b/><sz val="11"/><name val="宋体"/></font></fonts><fills count="4"><fill><patternFill patternType="none"/>'
    '</fill><fill><patternFill patternType="gray125"/></fill><fill><patternFill patternType="solid">'
    '<fgColor rgb="FFFFF6E6"/></patternFill></fill><fill><patternFill patternType="solid"><fgColor rgb="FFEFF5FC"/>'
    '</patternFill></fill></fills><borders count="2"><border/><border><left/><right/><top/><bottom style="thin">'
    '<color rgb="FF0B4EA2"/></bottom></border></borders><cellStyleXfs count="1"><xf/></cellStyleXfs>'
    f'<cellXfs count="{len(CELL_STYLES)}">{"".join(CELL_STYLES)}</cellXfs><cellStyles count="1">'
    '<cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)
PLAIN, BOLD, NOTE = 0, 1, 2


@dataclass
class SheetToWrite:
    """`rows` yields (row number, cells, style of the row, style of its last cell). `body` writes the sheet's own XML."""

    name: str
    rows: Iterable[tuple[int, Sequence[Value], int, int]]
    visible: bool = True
    merges: Sequence[Sequence[int]] = ()
    hidden: Sequence[Sequence[int]] = ()
    widths: Sequence[Sequence[float]] = field(default_factory=list)
    body: Callable[[IO[bytes]], None] | None = None


def write_workbook(target: IO[bytes], sheets: Iterable[SheetToWrite]) -> None:
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=3) as archive:
        named: list[SheetToWrite] = []
        for sheet in sheets:
            named.append(sheet)
            with archive.open(f"xl/worksheets/sheet{len(named)}.xml", "w", force_zip64=True) as part:
                if sheet.body is not None:
                    sheet.body(part)
                else:
                    _write_sheet(part, sheet)
        archive.writestr("xl/styles.xml", STYLES)
        archive.writestr("xl/workbook.xml", _workbook(named))
        archive.writestr("xl/_rels/workbook.xml.rels", _workbook_relations(len(named)))
        archive.writestr("_rels/.rels", _relations([("rId1", "officeDocument", "xl/workbook.xml")]))
        archive.writestr("[Content_Types].xml", _content_types(len(named)))


def _write_sheet(part: IO[bytes], sheet: SheetToWrite) -> None:
    part.write(f'{HEAD}<worksheet xmlns="{NAME}">{_columns(sheet)}<sheetData>'.encode())
    block: list[str] = []
    for number, cells, style, last_style in sheet.rows:
        block.append(_row(number, cells, style, last_style))
        if len(block) == 500:
            part.write("".join(block).encode())
            block.clear()
    part.write("".join(block).encode() + b"</sheetData>")
    if sheet.merges:
        part.write(f'<mergeCells count="{len(sheet.merges)}">'.encode())
        for first_row, first, last_row, last in sheet.merges:
            part.write(
                f'<mergeCell ref="{column_letters(first)}{first_row}:{column_letters(last)}{last_row}"/>'.encode()
            )
        part.write(b"</mergeCells>")
    part.write(b"</worksheet>")


def _row(number: int, cells: Sequence[Value], style: int, last_style: int) -> str:
    parts = [f'<row r="{number}">']
    for index, value in enumerate(cells):
        if value is None or value == "":
            continue
        shown = last_style if index == len(cells) - 1 else style
        place = f'r="{column_letters(index + 1)}{number}"' + (f' s="{shown}"' if shown else "")
        if isinstance(value, bool):
            parts.append(f'<c {place} t="b"><v>{int(value)}</v></c>')
        elif isinstance(value, int | float):
            parts.append(f"<c {place}><v>{value!r}</v></c>")
        else:
            text = escape(ILLEGAL.sub("", value)[:32_000])
            parts.append(f'<c {place} t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>')
    parts.append("</row>")
    return "".join(parts)


def _columns(sheet: SheetToWrite) -> str:
    """Widths and hidden columns as they were, one `col` a column."""
    shapes: dict[int, list[str]] = {}
    for first, last, width in sheet.widths:
        for column in range(int(first), int(last) + 1):
            shapes.setdefault(column, []).append(f'width="{width}" customWidth="1"')
    for first, last in sheet.hidden:
        for column in range(first, last + 1):
            shapes.setdefault(column, ['width="9"']).append('hidden="1"')
    lines = [f'<col min="{column}" max="{column}" {" ".join(shapes[column])}/>' for column in sorted(shapes)]
    return f"<cols>{''.join(lines)}</cols>" if lines else ""


def _workbook(sheets: Sequence[SheetToWrite]) -> str:
    used: set[str] = set()
    lines = []
    anyone_visible = any(sheet.visible for sheet in sheets)
    for number, sheet in enumerate(sheets, 1):
        name = _sheet_name(sheet.name, number, used)
        state = "" if sheet.visible or not anyone_visible else ' state="hidden"'
        lines.append(
            f'<sheet name="{escape(name, {chr(34): "&quot;"})}" sheetId="{number}"{state} r:id="rId{number}"/>'
        )
    return f'{HEAD}<workbook xmlns="{NAME}" xmlns:r="{OFFICE}"><sheets>{"".join(lines)}</sheets></workbook>'


def _sheet_name(name: str, number: int, used: set[str]) -> str:
    plain = ILLEGAL.sub("", re.sub(r"[\[\]:*?/\\]", " ", name)).strip(" '")[:31] or f"Sheet{number}"
    if plain.lower() in used:
        plain = f"{plain[:26]} {number}"
    used.add(plain.lower())
    return plain


def _relations(lines: Iterable[tuple[str, str, str]]) -> str:
    inside = "".join(f'<Relationship Id="{i}" Type="{OFFICE}/{kind}" Target="{target}"/>' for i, kind, target in lines)
    return f'{HEAD}<Relationships xmlns="{RELATIONS}">{inside}</Relationships>'


def _workbook_relations(sheets: int) -> str:
    lines = [(f"rId{number}", "worksheet", f"worksheets/sheet{number}.xml") for number in range(1, sheets + 1)]
    return _relations([*lines, (f"rId{sheets + 1}", "styles", "styles.xml")])


def _content_types(sheets: int) -> str:
    base = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    parts = "".join(
        f'<Override PartName="/xl/worksheets/sheet{number}.xml" ContentType="{base}.worksheet+xml"/>'
        for number in range(1, sheets + 1)
    )
    return (
        f'{HEAD}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{base}.sheet.main+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{base}.styles+xml"/>{parts}</Types>'
    )
