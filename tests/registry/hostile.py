"""Workbooks that mean harm or come damaged, by name; and the child that reads them, measured."""

import contextlib
import io
import json
import os
import re
import struct
import subprocess
import threading
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any, BinaryIO

import pytest

from registry import reading
from registry.lines import AHEAD
from registry.unreadable import UnreadableFile
from tests.registry.conftest import BY_COMMUNITY

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
HEADINGS = ("社区名称", "详细地址", "户主姓名", "联系电话")
HEADING_ROW = "".join(
    f'<c r="{"ABCD"[n]}1" t="inlineStr"><is><t>{text}</t></is></c>' for n, text in enumerate(HEADINGS)
)
HIGHEST = re.compile(r"VmHWM:\s*(\d+) kB")


@dataclass
class Read:
    """How reading ended: `code` is "" when it was read to its end."""

    code: str = ""
    rows: list[list[Any]] = field(default_factory=list)
    seconds: float = 0.0
    """Of processor time in the child: what another test does on this machine at the same time does not count."""
    megabytes: float = 0.0
    """The most that the child held in memory."""


class Measured(subprocess.Popen[bytes]):
    """Asks the system what the child took: its time when it is gone, its memory while it lives.

    What `wait4` says of memory begins with what the parent held when it forked; the high-water mark of the program
    itself stands in /proc, and only rises.
    """

    last: "Measured | None" = None

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.megabytes = self.cpu = 0.0
        self.gone = threading.Event()
        threading.Thread(target=self._look, daemon=True).start()
        Measured.last = self

    def _look(self) -> None:
        while not self.gone.wait(0.01):
            with contextlib.suppress(OSError):
                status = Path(f"/proc/{self.pid}/status").read_text()
                if "reading.py" in Path(f"/proc/{self.pid}/cmdline").read_text() and (mark := HIGHEST.search(status)):
                    self.megabytes = max(self.megabytes, int(mark[1]) / 1024)

    def _try_wait(self, wait_flags: int) -> tuple[int, int]:
        try:
            pid, status, usage = os.wait4(self.pid, wait_flags)
        except ChildProcessError:
            return self.pid, 0
        if pid == self.pid:
            self.gone.set()
            self.cpu = usage.ru_utime + usage.ru_stime
        return pid, status


def read_measured(file: BinaryIO, name: str = "a.xlsx") -> Read:
    """As the worker reads an upload: in the child, with a layout beside it."""
    found = Read()
    with pytest.MonkeyPatch.context() as patch, TemporaryFile() as layout, file_with_number(file) as real:
        patch.setattr(reading.subprocess, "Popen", Measured)
        try:
            for each in reading.read_in_child(real, name, (), layout):
                if each.what == "rows":
                    lines = each.value["lines"].split("\n")
                    assert len(lines) == each.value["rows"]
                    found.rows += [_said(each.value["sheet"], line) for line in lines]
        except UnreadableFile as error:
            found.code = error.code
    assert Measured.last
    found.seconds, found.megabytes = Measured.last.cpu, Measured.last.megabytes
    return found


def _said(sheet: str, line: str) -> list[Any]:
    number, community, code, refused, phone, reasons, rest = line.split("\t", len(AHEAD))
    return [community, code, sheet, int(number), bool(refused), json.loads(reasons or "[]"), phone, rest]


@contextlib.contextmanager
def file_with_number(file: BinaryIO) -> Iterator[BinaryIO]:
    """The child is handed a descriptor, which a BytesIO has not."""
    with TemporaryFile() as real:
        file.seek(0)
        while block := file.read(1 << 20):
            real.write(block)
        real.flush()
        real.seek(0)
        yield real


def workbook(*parts: bytes | str, shared: bytes | str = "", **more: bytes | str) -> io.BytesIO:
    """The least .xlsx with one sheet: the rows in `parts`; `more` are further members, by path."""
    relations = f'<Relationship Id="rId1" Type="{OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
    if shared:
        relations += f'<Relationship Id="rId2" Type="{OFFICE}/sharedStrings" Target="sharedStrings.xml"/>'
    members: dict[str, bytes | str] = {
        "[Content_Types].xml": "<Types/>",
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}"><Relationship Id="r" Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets><sheet name="一" sheetId="1" r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}">{relations}</Relationships>',
        **({"xl/sharedStrings.xml": shared} if shared else {}),
        **more,
    }
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
        if "xl/worksheets/sheet1.xml" not in members:
            with archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as sheet:
                sheet.write(f'<worksheet xmlns="{MAIN}"><sheetData>'.encode())
                for part in parts:
                    sheet.write(part.encode() if isinstance(part, str) else part)
                sheet.write(b"</sheetData></worksheet>")
    file.seek(0)
    return file


def door(row: int, address: str, phone: str = "", more: str = "") -> str:
    text = f'<c r="B{row}" t="inlineStr"><is><t>{address}</t></is></c>'
    return f'<row r="{row}"><c r="A{row}" t="inlineStr"><is><t>红卫社区</t></is></c>{text}{phone}{more}</row>'


def table(*rows: str | bytes, **more: Any) -> io.BytesIO:
    """A workbook with our headings in row 1."""
    return workbook(f'<row r="1">{HEADING_ROW}</row>', *rows, **more)


# -- one function a file; what is expected of each stands in the test -------------------------------------------


def bomb(megabytes: int) -> io.BytesIO:
    """One cell of that many zeroes: a thousandth of it when packed."""
    zeroes = b"0" * (1 << 20)
    return workbook('<row r="1"><c r="A1" t="str"><v>', *[zeroes] * megabytes, "</v></c></row>")


def bomb_of_strings() -> io.BytesIO:
    text = b"<si><t>" + b"0" * (1 << 20) + b"</t></si>"
    return table(shared=b"<sst>" + text * 60 + b"</sst>")


def bomb_of_bombs() -> io.BytesIO:
    """Four hundred sheets that are one and the same member."""
    relations = "".join(
        f'<Relationship Id="r{n}" Type="{OFFICE}/worksheet" Target="worksheets/s.xml"/>' for n in range(400)
    )
    sheets = "".join(f'<sheet name="{n}" sheetId="{n + 1}" r:id="r{n}"/>' for n in range(400))
    rows = "".join(f'<row r="{n}"><c r="A{n}"><v>{n}</v></c></row>' for n in range(1, 20_000))
    return workbook(
        **{
            "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>{sheets}</sheets></workbook>',
            "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}">{relations}</Relationships>',
            "xl/worksheets/s.xml": f'<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData></worksheet>',
        }
    )


def million_members() -> io.BytesIO:
    """A directory of 700,000 empty members, written by hand because a library would take a minute."""
    name, count = b"a", 700_000
    entry = struct.pack("<4s6H3L5H2L", b"PK\1\2", 20, 20, 0, 0, 0, 0, 0, 0, 0, len(name), 0, 0, 0, 0, 0, 0) + name
    directory = entry * count
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, count & 0xFFFF, count & 0xFFFF, len(directory), 4, 0)
    return io.BytesIO(b"PK\3\4" + directory + end)


def entities(count: int) -> io.BytesIO:
    """As many uses of an entity that grows as it is used."""
    kind = '<!DOCTYPE worksheet [<!ENTITY a "' + "a" * 1000 + '">]>'
    text = "&a;" * count
    return workbook(
        **{
            "xl/worksheets/sheet1.xml": f'{kind}<worksheet xmlns="{MAIN}"><sheetData><row r="1"><c r="A1" t="str">'
            f"<v>{text}</v></c></row></sheetData></worksheet>"
        }
    )


def entity_of_a_file() -> io.BytesIO:
    kind = '<!DOCTYPE sst [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
    return table(shared=f"{kind}<sst><si><t>&a;</t></si></sst>")


def far_corner() -> io.BytesIO:
    return table('<row r="1048576"><c r="XFD1048576" t="str"><v>x</v></c></row>')


def merged_everywhere() -> io.BytesIO:
    merges = "".join(f'<mergeCell ref="A{n}:XFD{n + 1}"/>' for n in range(2, 900_000, 2))
    rows = f'<row r="1">{HEADING_ROW}</row>{door(2, "一组1号")}'
    sheet = f'<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData><mergeCells>{merges}</mergeCells></worksheet>'
    return workbook(**{"xl/worksheets/sheet1.xml": sheet})


def external_links() -> io.BytesIO:
    link = f'<externalLink xmlns="{MAIN}"><externalBook r:id="rId1" xmlns:r="{OFFICE}"/></externalLink>'
    return table(
        door(2, "一组1号", '<c r="D2"><f>[1]Sheet1!A1</f><v>19900000001</v></c>'),
        **{
            "xl/externalLinks/externalLink1.xml": link,
            "xl/externalLinks/_rels/externalLink1.xml.rels": f'<Relationships xmlns="{PACKAGE}"><Relationship Id="rId1" '
            'Type="x/externalLinkPath" Target="http://127.0.0.1:9/x.xlsx" TargetMode="External"/></Relationships>',
        },
    )


def blank_rows(count: int, cells: int) -> io.BytesIO:
    """Rows that were formatted down to the end of the sheet and never filled."""

    def rows() -> Iterator[str]:
        for first in range(2, count + 2, 5000):
            yield "".join(
                f'<row r="{n}" spans="1:{cells}" ht="15">'
                + "".join(f'<c r="{"ABCDEFGHIJ"[c]}{n}" s="1"/>' for c in range(cells))
                + "</row>"
                for n in range(first, min(first + 5000, count + 2))
            )

    return table(door(2, "一组1号"), *rows(), door(count + 3, "一组2号"))


def many_columns(count: int) -> io.BytesIO:
    from registry.xlsx_cells import column_letters

    def cells(row: int, text: str) -> str:
        letters = (column_letters(n) for n in range(5, count + 1))
        return "".join(f'<c r="{each}{row}" t="str"><v>{text}{each}</v></c>' for each in letters)

    return workbook(
        f'<row r="1">{HEADING_ROW}{cells(1, "列")}</row>',
        *(door(n, f"一组{n}号", more=cells(n, "值")) for n in range(2, 200)),
    )


def macros() -> io.BytesIO:
    return table(**{"xl/vbaProject.bin": "x"})


def text_table(encoding: str) -> io.BytesIO:
    text = "\r\n".join(",".join(row) for row in (HEADINGS, ("红卫社区", "一组1号", "张三", "19900000001")))
    return io.BytesIO(text.encode(encoding))


def cut(percent: int) -> io.BytesIO:
    content = BY_COMMUNITY.read_bytes()
    return io.BytesIO(content[: len(content) * percent // 100])


def one_long_text_a_million_times() -> io.BytesIO:
    """A text of 32,000 characters that 200,000 cells ask for: 6 GB when every cell has its own."""
    rows = (
        "".join(
            f'<row r="{n}"><c r="A{n}" t="s"><v>0</v></c><c r="B{n}" t="s"><v>0</v></c></row>'
            for n in range(first, first + 5000)
        )
        for first in range(2, 100_000, 5000)
    )
    return table(*rows, shared=f"<sst><si><t>{'长' * 32_000}</t></si></sst>")


REFUSED: dict[str, tuple[Callable[[], io.BytesIO], set[str]]] = {
    "bomb of 100 MB": (partial(bomb, 100), {"unsafe"}),
    "bomb of strings": (bomb_of_strings, {"unsafe"}),
    "400 sheets of one member": (bomb_of_bombs, {"unsafe", "no_table"}),
    "a million members": (million_members, {"unsafe"}),
    "a million entities": (partial(entities, 1_000_000), {"unsafe"}),
    "an entity that names a file": (entity_of_a_file, {"unsafe"}),
    "450,000 merged ranges": (merged_everywhere, {"unsafe"}),
    "one long text in 200,000 cells": (one_long_text_a_million_times, {"unsafe"}),
    "macros": (macros, {"macros"}),
}
