"""Tables in text: .csv and .txt as Excel and WPS save them, in UTF-8, UTF-16 or GB18030."""

import codecs
import csv
import io
from collections.abc import Iterator
from typing import TYPE_CHECKING, BinaryIO

from registry.unreadable import UnreadableFile

if TYPE_CHECKING:
    from registry.workbook import Row, Sheet
    from registry.xlsx_package import Limits

DELIMITERS = ",\t;,|"


def open_delimited(file: BinaryIO, limits: "Limits") -> "Sheet":
    from registry.workbook import Sheet

    encoding = find_encoding(file)
    delimiter = find_delimiter(file, encoding)

    def rows() -> Iterator["Row"]:
        return _rows(file, encoding, delimiter, limits)

    file.seek(0)
    lines = sum(chunk.count(b"\n") for chunk in iter(lambda: file.read(1 << 20), b""))
    return Sheet("", True, rows, rows_about=lines)


def find_encoding(file: BinaryIO) -> str:
    """By the byte order mark, else UTF-8 if the whole file is, else GB18030 (what Chinese Excel saves)."""
    file.seek(0)
    head = file.read(4096)
    if head.startswith(codecs.BOM_UTF8):
        candidates = ["utf-8-sig"]
    elif head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        candidates = ["utf-16"]
    elif b"\0" in head:
        even, odd = head[::2].count(0), head[1::2].count(0)
        candidates = ["utf-16-le" if odd > even else "utf-16-be"]
    else:
        candidates = ["utf-8", "gb18030"]
    for encoding in candidates:
        if _decodes(file, encoding):
            return encoding
    raise UnreadableFile("not_a_workbook" if b"\0" in head else "encoding")


def _decodes(file: BinaryIO, encoding: str) -> bool:
    """Control characters that no table has mean that the bytes are something else."""
    decoder = codecs.getincrementaldecoder(encoding)()
    file.seek(0)
    try:
        while chunk := file.read(1 << 20):
            text = decoder.decode(chunk)
            if any(mark in text for mark in "\0\x01\x02\x03\x04\x05\x06\x07\x08"):
                return False
        decoder.decode(b"", True)
    except UnicodeDecodeError:
        return False
    return True


def find_delimiter(file: BinaryIO, encoding: str) -> str:
    """The one that cuts the first lines into the most columns; a comma when none does."""
    file.seek(0)
    text = codecs.getincrementaldecoder(encoding)().decode(file.read(1 << 16))
    lines = text.splitlines()[:30]
    return max(DELIMITERS, key=lambda mark: sum(line.count(mark) for line in lines))


def _rows(file: BinaryIO, encoding: str, delimiter: str, limits: "Limits") -> Iterator["Row"]:
    """Row numbers are those of the sheet that Excel shows: records, not lines of the file."""
    file.seek(0)
    csv.field_size_limit(limits.characters * 4)
    stream = io.TextIOWrapper(io.BufferedReader(_Borrowed(file)), encoding=encoding, newline="")
    reader = csv.reader(stream, delimiter=delimiter)
    started, width = 1, 2
    try:
        for number, cells in enumerate(reader, 1):
            if number > limits.rows:
                raise UnreadableFile("too_many_rows", limit=limits.rows)
            # Most records are one line, and none of their cells can have a line break.
            if reader.line_num > started and any("\n" in cell and _swallowed(cell, delimiter, width) for cell in cells):
                raise UnreadableFile("quote_open", line=started)
            started = reader.line_num + 1
            if len(cells) > width:
                width = len(cells)
            if not any(cells):
                continue
            if len(cells) > limits.columns or max(map(len, cells)) > limits.characters:
                cells = [cell[: limits.characters] for cell in cells[: limits.columns]]
            yield number, [cell or None for cell in cells]
    except csv.Error as error:
        raise UnreadableFile("quote_open", line=started) from error


def _swallowed(cell: str, delimiter: str, width: int) -> bool:
    """A cell with line breaks in which whole rows stand: its quotation mark was never meant to open it."""
    return cell.count("\n") > 50 or cell.count(delimiter) >= max(2, width - 1)


class _Borrowed(io.RawIOBase):
    """The file for a TextIOWrapper that must not close it."""

    def __init__(self, file: BinaryIO) -> None:
        self.file = file

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "bytearray | memoryview") -> int:  # type: ignore[override]
        data = self.file.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)
