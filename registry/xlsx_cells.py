"""The cells of one .xlsx sheet through expat, row by row, and the strings that the sheets share."""

import re
from array import array
from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING
from xml.parsers import expat

from registry.unreadable import UnreadableFile
from registry.xlsx_package import Clock, broken

if TYPE_CHECKING:
    from registry.workbook import Cell, Row
    from registry.xlsx_package import Limits

ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
# What stands for a formula that was saved without its result: nobody knows what it would show.
NO_RESULT = "#N/A"
# One blank row after another, as office programs write what was formatted and never filled. Each piece ends at a
# character that it can't hold, so what doesn't fit is given up at once. Not possessive (`*+`): Python before 3.11.5, which
# Debian 12 brings, then takes half a row for a blank one (https://github.com/python/cpython/issues/106052).
BLANK_ROWS = re.compile(
    rb'(?:<row r="(\d{1,7})"[^<>/]*(?:/>|>'
    rb'(?:<c r="[A-Z]{1,3}\d{1,7}"(?: s="\d{1,9}")?(?:/>|></c>))*</row>))+'
)


def column_number(letters: bytes | str) -> int:
    """A is 1, XFD is 16384."""
    number = 0
    for letter in letters.decode("ascii") if isinstance(letters, bytes) else letters:
        number = number * 26 + ord(letter) - 64
    return number


def column_letters(number: int) -> str:
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def without_blank_rows(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """The same sheet for a fifth of the work where it is blank: of blank rows that stand together only the last is left.

    It says where the next row without a number of its own stands. What looks like a row inside CDATA or a comment is
    text, so from the first `<!` on nothing is left out.
    """
    before, plain = b"", True
    for chunk in chunks:
        plain = plain and b"<!" not in chunk and not (before == b"<" and chunk.startswith(b"!"))
        before = chunk[-1:]
        yield BLANK_ROWS.sub(rb'<row r="\1"/>', chunk) if plain else chunk


class SharedStrings:
    """The pool of strings as one block of UTF-8 with offsets: a tenth of what a list of str would take."""

    def __init__(self, limit: int, characters: int) -> None:
        self.limit, self.characters = limit, characters
        self.block = bytearray()
        self.ends = array("Q")

    def read(
        self,
        parser: expat.XMLParserType,
        chunks: Iterator[bytes],
        feed: Callable[[expat.XMLParserType, Iterator[bytes]], None],
    ) -> None:
        parts: list[str] = []
        collecting = phonetic = False

        def start(tag: str, _: dict[str, str]) -> None:
            nonlocal collecting, phonetic
            local = tag.rpartition(":")[2]
            if local == "si":
                parts.clear()
            elif local == "rPh":
                phonetic = True
            collecting = local == "t" and not phonetic

        def end(tag: str) -> None:
            nonlocal collecting, phonetic
            local = tag.rpartition(":")[2]
            collecting = False
            if local == "rPh":
                phonetic = False
            elif local == "si":
                self.add("".join(parts))

        def text(data: str) -> None:
            if collecting and len(parts) < self.characters:
                parts.append(data[: self.characters])

        parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = start, end, text
        feed(parser, chunks)

    def add(self, text: str) -> None:
        self.block += text[: self.characters].encode("utf-8", "replace")
        self.ends.append(len(self.block))
        if len(self.block) > self.limit:
            raise UnreadableFile("too_large", limit=f"{self.limit >> 20} MB")

    def __getitem__(self, index: int) -> str:
        if not 0 <= index < len(self.ends):
            raise UnreadableFile("truncated")
        return self.block[self.ends[index - 1] if index else 0 : self.ends[index]].decode("utf-8")


class CellReader:
    """Turns the events of one sheet into rows; one object can read many sheets, one after another."""

    def __init__(self, strings: SharedStrings, dates: frozenset[int], epoch: datetime, limits: "Limits") -> None:
        self.strings, self.dates, self.epoch, self.limits = strings, dates, epoch, limits
        self.rows_read = self.long_characters = 0
        self._seen: dict[str, str] = {}

    def rows(self, parser: expat.XMLParserType, chunks: Iterator[bytes]) -> Iterator["Row"]:
        """Yield (row number, cells); a row of which every cell is empty is left out."""
        ready: list[Row] = []
        _connect(parser, self, ready)
        clock = Clock(self.limits.seconds)
        try:
            for chunk in without_blank_rows(chunks):
                clock.check()
                parser.Parse(chunk, False)
                if ready:
                    yield from ready
                    ready.clear()
            parser.Parse(b"", True)
        except expat.ExpatError as error:
            raise broken(error) from error
        yield from ready

    def count_row(self) -> None:
        self.rows_read += 1
        if self.rows_read > self.limits.rows:
            raise UnreadableFile("too_many_rows", limit=self.limits.rows)

    def value(self, kind: str, style: str, raw: str) -> "Cell":
        """The cell's value as the office program shows it; an error value (#N/A) is text."""
        if kind == "s":
            return self._seen.get(raw) or self._shared(raw)
        if kind in {"str", "inlineStr", "e", "d"}:
            return ESCAPED.sub(_unescape, raw) if "_x" in raw else raw
        if kind == "b":
            return raw.strip() in {"1", "true"}
        if style and style.isdigit() and int(style) in self.dates:
            return self._date(raw)
        return _number(raw)

    def _shared(self, raw: str) -> str | None:
        """Kinds, streets and stations come again and again; a bounded dict of them saves most of the decoding."""
        if not (raw.isascii() and raw.isdigit()):
            return None
        text = self.strings[int(raw)]
        if len(text) > self.limits.long_text:
            self.long_characters += len(text)
            if self.long_characters > self.limits.long_characters:
                raise UnreadableFile("unsafe")
        elif len(self._seen) < 8_192:
            self._seen[raw] = text
        return text

    def _date(self, raw: str) -> "Cell":
        try:
            days = float(raw)
            if not 0 <= days < 2_958_466:
                return _number(raw)
            # Whole seconds get lost in a float; half a millisecond brings them back.
            moment = self.epoch + timedelta(days=days) + timedelta(milliseconds=0.5)
        except (ValueError, OverflowError):
            return raw
        if days < 1:
            return time(moment.hour, moment.minute, moment.second)
        if days == int(days):
            return date(moment.year, moment.month, moment.day)
        return moment.replace(microsecond=0)


def _number(raw: str) -> "Cell":
    """Whole numbers stay whole, however they are written: a phone number may stand as 1.99E10 in the file."""
    try:
        return int(raw)
    except ValueError:
        pass
    try:
        number = float(raw)
    except ValueError:
        return raw
    return int(number) if abs(number) < 2**53 and number == int(number) else number


def _unescape(match: re.Match[str]) -> str:
    code = int(match[1], 16)
    return chr(code) if code not in range(0xD800, 0xE000) and code != 0 else ""


def _connect(parser: expat.XMLParserType, reader: CellReader, ready: list["Row"]) -> None:  # noqa: C901
    """Put the handlers on the parser: two closures over plain variables without a call inside for what is usual, because
    every tag of every cell passes here (twenty a row). Parted into functions, as the count of branches would have it,
    reading takes a call more for each."""
    columns, characters, value = reader.limits.columns, reader.limits.characters, reader.value
    numbers: dict[str, int] = {}
    parts: list[str] = []
    cells: list[Cell] = []
    in_data = collecting = phonetic = unanswered = False
    row = column = 0
    kind = style = ""

    def place(letters: str) -> int:
        if not letters:
            return column + 1
        plain = len(letters) <= 3 and letters.isascii() and letters.isalpha() and letters.isupper()
        number = column_number(letters) if plain else 1 << 20
        if len(numbers) < 16_384:
            numbers[letters] = number
        return number

    def put(cell: "Cell") -> None:
        missing = column - len(cells)
        if missing > 0:
            cells.extend([None] * missing)
        cells[column - 1] = cell

    def root(tag: str, _: dict[str, str]) -> None:  # noqa: C901 - the branches are those of the two handlers inside, which must share its variables
        """Some programs write every tag with a prefix (x:row): the root's is put on all."""
        prefix = tag.rpartition(":")[0]
        names = ("c", "v", "t", "row", "rPh", "sheetData", "is", "f")
        of_cell, of_value, of_text, of_row, of_phonetic, of_data, of_inline, of_formula = (
            f"{prefix}:{name}" if prefix else name for name in names
        )
        of_content = (of_text, of_value)

        def start(tag: str, attributes: dict[str, str]) -> None:
            nonlocal row, column, kind, style, collecting, phonetic, in_data, unanswered
            if tag == of_cell:
                kind = attributes.get("t", "n")
                style = attributes.get("s", "")
                letters = attributes.get("r", "").rstrip("0123456789")
                column = numbers.get(letters) or place(letters)
                parts.clear()
            elif tag in of_content:
                collecting = in_data and not phonetic
                if unanswered:
                    # An empty text is a result; where a number is missing, nobody has reckoned yet.
                    unanswered = kind != "str"
            elif tag == of_inline:
                return
            elif tag == of_row:
                number = attributes.get("r", "")
                row = int(number) if number.isdigit() and len(number) <= 7 else row + 1
                column = 0
                cells.clear()
            elif tag == of_phonetic:
                phonetic = True
            elif tag == of_data:
                in_data = True
            elif tag == of_formula:
                unanswered = in_data

        def end(tag: str) -> None:
            nonlocal collecting, phonetic, in_data, unanswered
            if tag in of_content:
                collecting = False
            elif tag == of_cell:
                collecting = False
                if parts and column <= columns:
                    raw = parts[0] if len(parts) == 1 else "".join(parts)
                    cell = raw if kind == "inlineStr" and "_x" not in raw else value(kind, style, raw)
                    if column == len(cells) + 1:
                        cells.append(cell)
                    else:
                        put(cell)
                elif unanswered and column <= columns:
                    put(NO_RESULT)
                unanswered = False
            elif tag == of_row:
                if any(cells) or any(cell is not None and cell != "" for cell in cells):
                    reader.count_row()
                    ready.append((row, cells.copy()))
            elif tag == of_phonetic:
                phonetic = False
            elif tag == of_data:
                in_data = False

        parser.StartElementHandler, parser.EndElementHandler = start, end

    def text(data: str) -> None:
        if collecting and len(parts) < characters:
            parts.append(data[:characters])

    parser.StartElementHandler, parser.CharacterDataHandler = root, text
