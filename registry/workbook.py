"""A streaming reader of .xlsx and .csv, by hand on purpose.

openpyxl reads 6,000 rows a second and keeps whole sheets of merged cells in memory; calamine is fast but takes 1.1 GB
for a million rows and aborts the process on a hostile file. An import must be bounded first and quick second, so this
reads the zip member by member through expat: no entity is ever defined, no row is longer than the limit, no cell
address makes memory, and what unpacks to too much is refused while it unpacks.
"""

import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import PurePosixPath
from typing import BinaryIO

from registry.unreadable import UnreadableFile
from registry.xlsx_cells import CellReader, SharedStrings, column_number
from registry.xlsx_package import Limits, Package, feed, safe_parser

Cell = str | int | float | bool | date | datetime | time | None
Row = tuple[int, list[Cell]]


@dataclass
class Sheet:
    """One sheet, read as it is asked for: `rows()` gives (row number, cells) and leaves blank rows out."""

    name: str
    visible: bool
    rows: Callable[[], Iterator[Row]]
    merges: list[tuple[int, int, int, int]] = field(default_factory=list)
    """Merged ranges that span more than one row or column: first row, first column, last row, last column (from 1)."""
    hidden_columns: list[tuple[int, int]] = field(default_factory=list)
    widths: list[tuple[int, int, float]] = field(default_factory=list)
    rows_about: int = 0
    """Rows to expect, for a progress bar."""


@dataclass
class Workbook:
    kind: str
    """"xlsx" or "csv"."""
    sheets: list[Sheet]
    modified: date | None = None
    """The day on which the office program says that it last saved the file."""


def open_workbook(file: BinaryIO, name: str = "", limits: Limits | None = None) -> Workbook:
    """Look at the content, not at the name (which only tells .xls from .et). Raises `UnreadableFile`."""
    from registry.delimited import open_delimited

    limits = limits or Limits()
    size = file.seek(0, io.SEEK_END)
    file.seek(0)
    if not size:
        raise UnreadableFile("empty")
    if size > limits.file_bytes:
        raise UnreadableFile("too_large", limit=f"{limits.file_bytes >> 20} MB")
    head = file.read(4096)
    file.seek(0)
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        raise UnreadableFile(_old_container(file, name))
    if head.startswith(b"PK"):
        return _open_xlsx(file, size, limits)
    if re.match(rb"(\xef\xbb\xbf)?\s*<(!doctype|html|head|body|table|meta|\?xml)", head, re.I):
        raise UnreadableFile("web_page")
    if head.startswith((b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b", b"{\\rtf")):
        raise UnreadableFile("not_a_workbook")
    return Workbook("csv", [open_delimited(file, limits)])


def _old_container(file: BinaryIO, name: str) -> str:
    """Tell what an OLE container holds by the names of its streams, which stand in it as UTF-16."""
    names = dict.fromkeys(("EncryptedPackage", "Workbook", "Book"), False)
    tail = b""
    while chunk := file.read(1 << 20):
        block = tail + chunk
        for stream in names:
            names[stream] = names[stream] or (stream + "\0").encode("utf-16-le") in block
        tail = block[-64:]
    if names["EncryptedPackage"]:
        return "password"
    if name.lower().endswith((".et", ".ett")):
        return "et"
    return "xls" if names["Workbook"] or names["Book"] else "not_a_workbook"


def _open_xlsx(file: BinaryIO, size: int, limits: Limits) -> Workbook:
    package = Package(file, size, limits)
    _refuse_other_packages(package)
    workbook_part = _workbook_part(package)
    base = PurePosixPath(workbook_part).parent
    targets: dict[str, tuple[str, str]] = {}
    found: list[tuple[str, str, bool]] = []
    epoch_1904 = False

    def relation(tag: str, attributes: dict[str, str]) -> None:
        if tag == "Relationship" and attributes.get("TargetMode") != "External":
            target = attributes.get("Target", "")
            path = target.lstrip("/") if target.startswith("/") else _inside(base, target)
            targets[attributes.get("Id", "")] = (attributes.get("Type", "").rpartition("/")[2], path)

    def book(tag: str, attributes: dict[str, str]) -> None:
        nonlocal epoch_1904
        if tag == "workbookPr":
            epoch_1904 = attributes.get("date1904") in {"1", "true"}
        elif tag == "sheet" and len(found) < limits.sheets:
            found.append(
                (
                    attributes.get("name", ""),
                    attributes.get("id", ""),
                    "state" not in attributes or attributes["state"] == "visible",
                )
            )

    package.parse(f"{base}/_rels/{PurePosixPath(workbook_part).name}.rels", relation)
    package.parse(workbook_part, book)
    by_kind = dict(targets.values())
    strings = SharedStrings(limits.shared_bytes, limits.characters)
    if by_kind.get("sharedStrings") in package.members:
        strings.read(safe_parser(), package.chunks(by_kind["sharedStrings"]), feed)
    dates = _date_styles(package, by_kind.get("styles", ""))
    # A workbook's dates have no time zone.
    epoch = datetime(1904, 1, 1) if epoch_1904 else datetime(1899, 12, 30)  # noqa: DTZ001
    sheets = []
    for name, relation_id, visible in found:
        kind, path = targets.get(relation_id, ("", ""))
        if kind == "worksheet":
            sheets.append(_sheet(package, path, name, visible, CellReader(strings, dates, epoch, limits)))
    if not sheets:
        raise UnreadableFile("empty")
    return Workbook("xlsx", sheets, modified=_modified(package))


def _refuse_other_packages(package: Package) -> None:
    names = package.members
    if "EncryptedPackage" in names or "EncryptionInfo" in names:
        raise UnreadableFile("password")
    if "xl/workbook.bin" in names:
        raise UnreadableFile("xlsb")
    if "mimetype" in names and "[Content_Types].xml" not in names:
        raise UnreadableFile("ods")
    if "[Content_Types].xml" not in names:
        raise UnreadableFile("not_a_workbook")
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        raise UnreadableFile("macros")


def _workbook_part(package: Package) -> str:
    found: list[str] = []

    def start(tag: str, attributes: dict[str, str]) -> None:
        if tag == "Relationship" and attributes.get("Type", "").endswith("/officeDocument"):
            found.append(attributes.get("Target", "").lstrip("/"))

    if "_rels/.rels" in package.members:
        package.parse("_rels/.rels", start)
    part = found[0] if found else "xl/workbook.xml"
    if part not in package.members or not part.startswith("xl/"):
        raise UnreadableFile("not_a_workbook")
    return part


def _inside(base: PurePosixPath, target: str) -> str:
    parts: list[str] = list(base.parts)
    for step in target.split("/"):
        if step == "..":
            parts = parts[:-1]
        elif step not in {"", "."}:
            parts.append(step)
    return "/".join(parts)


BUILT_IN_DATES = {14, 15, 16, 17, 18, 19, 20, 21, 22, 45, 46, 47, *range(27, 37), *range(50, 59)}


def _date_styles(package: Package, part: str) -> frozenset[int]:
    """Which cell styles (by index) show their number as a date or a time."""
    if part not in package.members:
        return frozenset()
    own: set[int] = set()
    dates: set[int] = set()
    inside = False
    index = 0

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal inside, index
        if tag == "numFmt":
            shown = re.sub(r'"[^"]*"|\\.|\[[^\]hms][^\]]*\]|_.|\*.', "", attributes.get("formatCode", "").lower())
            if re.search(r"[ymdhs年月日]", shown) and attributes.get("numFmtId", "").isdigit():
                own.add(int(attributes["numFmtId"]))
        elif tag in {"cellXfs", "cellStyleXfs", "cellStyles", "dxfs"}:
            inside = tag == "cellXfs"
        elif tag == "xf" and inside:
            number = int(attributes.get("numFmtId", "0")) if attributes.get("numFmtId", "0").isdigit() else 0
            if number in own or number in BUILT_IN_DATES:
                dates.add(index)
            index += 1

    package.parse(part, start)
    return frozenset(dates)


MERGE = re.compile(rb'<(?:\w+:)?mergeCell\s[^>]*?ref="\$?([A-Z]{1,3})\$?(\d{1,7}):\$?([A-Z]{1,3})\$?(\d{1,7})"')
COLUMN = re.compile(rb"<(?:\w+:)?col\s([^>]*)>")


def _sheet(package: Package, path: str, name: str, visible: bool, cells: CellReader) -> Sheet:
    def rows() -> Iterator[Row]:
        return cells.rows(safe_parser(), package.chunks(path))

    sheet = Sheet(name, visible, rows)
    _read_layout(package, path, sheet, cells.limits)
    return sheet


def _read_layout(package: Package, path: str, sheet: Sheet, limits: Limits) -> None:
    """Merged cells stand after the rows, so a first run over the bytes finds them before the rows are read.

    A range one row high and one column wide is nothing; only a hostile file can put such a tag into text.
    """
    tail, columns_done = b"", False
    for chunk in package.chunks(path):
        block = tail + chunk
        if not columns_done:
            for match in COLUMN.finditer(block):
                _column(match[1].decode("ascii", "replace"), sheet, limits)
            columns_done = b"sheetData" in block
        sheet.rows_about += chunk.count(b"row r=")
        merges = MERGE.findall(block) if b"mergeCell" in block else ()
        for first_column, first_row, last_column, last_row in merges:
            left, right = column_number(first_column), min(column_number(last_column), limits.columns)
            if left <= limits.columns and (first_row, left) != (last_row, right):
                sheet.merges.append((int(first_row), left, int(last_row), right))
            if len(sheet.merges) > limits.merges:
                raise UnreadableFile("unsafe")
        cut = block.rfind(b"<")
        tail = block[cut:] if cut >= 0 and len(block) - cut < 4096 else b""
    sheet.merges = sorted(set(sheet.merges))


def _column(text: str, sheet: Sheet, limits: Limits) -> None:
    attributes = dict(re.findall(r'(\w+)="([^"]*)"', text))
    first, last = attributes.get("min", ""), attributes.get("max", "")
    if not (first.isdigit() and last.isdigit()) or int(first) > limits.columns:
        return
    span = (int(first), min(int(last), limits.columns))
    if attributes.get("hidden") in {"1", "true"}:
        sheet.hidden_columns.append(span)
    if re.fullmatch(r"\d{1,4}(\.\d+)?", attributes.get("width", "")):
        sheet.widths.append((*span, float(attributes["width"])))


def _modified(package: Package) -> date | None:
    if "docProps/core.xml" not in package.members:
        return None
    text = b"".join(package.chunks("docProps/core.xml"))[:65_536]
    match = re.search(rb"<dcterms:modified[^>]*>(\d{4}-\d{2}-\d{2}T\d{2}:\d{2})", text)
    try:
        # Written in UTC; the office works eight hours ahead.
        return (datetime.fromisoformat(match[1].decode()) + timedelta(hours=8)).date() if match else None
    except ValueError:
        return None
