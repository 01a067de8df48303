"""Hostile and damaged workbooks: refused by name or read right, within seconds and megabytes, and nothing stays."""

import datetime
import io
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from openpyxl import Workbook

from accounts.refusals import Refusal
from registry import reading, roster, xlsx_cells
from registry.actions import read_batch, upload_workbook
from registry.models import ImportBatch
from registry.reading import read_in_child
from registry.refusals import FILE_SENTENCES
from registry.roster import read_roster
from registry.xlsx_cells import CellReader, SharedStrings
from registry.xlsx_package import Limits, safe_parser
from tests.registry import hostile
from tests.registry.conftest import BY_COMMUNITY, District
from tests.registry.hostile import HEADINGS, REFUSED, door, read_measured, table
from tests.world import NOW, World

SECONDS, MEGABYTES = 10, 512


@pytest.mark.parametrize("name", REFUSED)
def test_a_hostile_workbook_is_refused_by_name_within_bounds(name: str) -> None:
    make, codes = REFUSED[name]
    read = read_measured(make())
    assert read.code in codes
    assert read.rows == []
    assert read.seconds < SECONDS
    assert read.megabytes < MEGABYTES


@pytest.mark.parametrize(
    ("make", "doors"),
    [
        (hostile.far_corner, 0),
        (hostile.external_links, 1),
        (partial(hostile.blank_rows, 1_000_000, 1), 2),
        (partial(hostile.many_columns, 300), 198),
    ],
    ids=["a cell at XFD1048576", "external links", "a million blank rows", "300 columns"],
)
def test_an_odd_workbook_is_read_right_within_bounds(make: Callable[[], io.BytesIO], doors: int) -> None:
    read = read_measured(make())
    assert read.code == ""
    assert [row[4] for row in read.rows] == [False] * doors
    assert read.seconds < SECONDS
    assert read.megabytes < MEGABYTES


@pytest.mark.slow
@pytest.mark.skipif(not os.environ.get("DOORSTEP_LARGE"), reason="DOORSTEP_LARGE=1 runs it at the full size")
@pytest.mark.parametrize(
    ("make", "code"),
    [
        (partial(hostile.bomb, 4096), "unsafe"),
        (partial(hostile.blank_rows, 1_000_000, 5), ""),
    ],
    ids=["bomb of 4 GB", "a million rows of five blank cells"],
)
def test_at_full_size_it_is_the_same(make: Callable[[], io.BytesIO], code: str) -> None:
    read = read_measured(make())
    assert (read.code, len(read.rows)) == (code, 0 if code else 2)
    assert read.seconds < SECONDS
    assert read.megabytes < MEGABYTES


def test_blank_rows_are_left_out_as_if_each_had_been_read() -> None:
    """Cut anywhere, numbered or not, with what only looks like rows: the same rows, by the same numbers."""
    blank = '<row r="3" spans="1:2"><c r="A3" s="1"/><c r="B3"></c></row><row r="4"/><row r="5"></row>'
    filled = '<row r="6"><c r="A6"/><c r="B6"><v>1</v></c></row>'
    texts = (
        blank + filled,
        blank + "<row><c><v>2</v></c></row>",
        filled + blank + '<row><c r="B6"><v>3</v></c></row>',
        f'<row r="2"><c r="A2" t="str"><v><![CDATA[{blank}]]></v></c></row>{blank}<row><c><v>4</v></c></row>',
        f'<!-- {blank} --><row r="9"><c><v>5</v></c></row>',
        '<row r="7" ht="1/2"><c r="A7"/></row><row><c/><c><v>6</v></c></row>',
    )
    for text in texts:
        sheet = f'<worksheet xmlns="{hostile.MAIN}"><sheetData>{text}</sheetData></worksheet>'.encode()
        read = CellReader(SharedStrings(0, 100), frozenset(), datetime.datetime(1899, 12, 30), Limits())
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(xlsx_cells, "without_blank_rows", lambda chunks: chunks)
            plain = list(read.rows(safe_parser(), iter([sheet])))
        assert plain
        for cut in range(len(sheet) + 1):
            assert list(read.rows(safe_parser(), iter([sheet[:cut], sheet[cut:]]))) == plain, (text, cut)


ENDLESS = """
from registry import reading
reading.CPU_SECONDS = {seconds}
allowance = reading.Allowance({size})
allowance.gave({rows})
print(allowance.set, flush=True)
while True:
    pass
"""


@pytest.mark.parametrize(
    ("seconds", "size", "rows", "allowed"),
    [(1, 0, 0, 1), (0, 1 << 19, 0, 1), (0, 0, 2_000, 1)],
    ids=["for any file", "for its bytes", "for its rows"],
)
def test_the_system_ends_a_child_that_has_used_up_its_allowance(
    seconds: int, size: int, rows: int, allowed: int
) -> None:
    """A file that gives no rows is ended whatever its child is doing; each thousand rows bring it half a second more."""
    program = ENDLESS.format(seconds=seconds, size=size, rows=rows)
    child = subprocess.run([sys.executable, "-c", program], cwd=settings.BASE_DIR, capture_output=True, text=True)
    assert (child.returncode, child.stdout) == (-signal.SIGXCPU, f"{allowed}\n")


def test_the_small_file_with_a_cell_at_the_far_corner_is_small() -> None:
    assert len(hostile.far_corner().getvalue()) < 1_450


@pytest.mark.parametrize("percent", range(0, 100, 5))
def test_a_workbook_cut_at_every_twentieth_is_refused(percent: int) -> None:
    read = read_measured(hostile.cut(percent))
    assert read.code in {"empty", "truncated"}
    assert read.rows == []
    assert read.seconds < SECONDS
    assert read.megabytes < MEGABYTES


def test_a_file_of_200_megabytes_is_refused_unread() -> None:
    with tempfile.TemporaryFile() as file:
        file.truncate(200 << 20)
        read = read_measured(file)
    assert read.code == "too_large"
    assert read.seconds < 2


ENCODINGS = (
    "utf-8 utf-8-sig utf-16 utf-16-le utf-16-be utf-32 utf-32-le utf-7 gb18030 gbk gb2312 hz big5 big5hkscs shift_jis "
    "euc_jp iso2022_jp cp1252 koi8-r"
).split()
OURS = {"utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "gb18030", "gbk", "gb2312"}


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_table_in_any_encoding_is_read_right_or_refused(encoding: str) -> None:
    try:
        file = hostile.text_table(encoding)
    except UnicodeEncodeError:
        file = io.BytesIO("Adresse,Téléphone\r\nRue дом,1\r\n".encode(encoding, "replace"))
    read = read_measured(file, "底册.csv")
    if encoding in OURS:
        assert read.code == ""
        assert [row[:7] for row in read.rows] == [["红卫社区", "", "", 2, False, [], "19900000001"]]
        assert "\t张三\t" in read.rows[0][7]
    else:
        assert read.code in FILE_SENTENCES
        assert read.rows == []


@pytest.mark.parametrize(
    ("content", "name", "code"),
    [
        (b"", "a.xlsx", "empty"),
        (b"\x7fELF" + b"\0" * 4000, "a.xlsx", "not_a_workbook"),
        (b"MZ" + bytes(range(256)) * 9, "a.xlsx", "not_a_workbook"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 99, "a.xlsx", "not_a_workbook"),
        (b"PK\5\6" + b"\0" * 18, "a.xlsx", "not_a_workbook"),
        (b"PK\3\4" + b"PK\5\6" * 9, "a.xlsx", "truncated"),
    ],
)
def test_what_is_no_workbook_is_refused_by_name(content: bytes, name: str, code: str) -> None:
    assert read_measured(io.BytesIO(content), name).code == code


# -- values ----------------------------------------------------------------------------------------------------------


def phone_of(cell: str) -> tuple[str, list[str]]:
    read = read_measured(table(door(2, "一组1号", phone=cell)))
    return read.rows[0][6], [reason[0] for reason in read.rows[0][5]]


@pytest.mark.parametrize(
    ("cell", "phone", "reasons"),
    [
        ('<c r="D2"><v>1.9900000001E10</v></c>', "19900000001", []),
        ('<c r="D2"><v>19900000001.0</v></c>', "19900000001", []),
        ('<c r="D2" t="str"><v>1.9900000001E+10</v></c>', "19900000001", []),
        ('<c r="D2" t="str"><v>1.39E+10</v></c>', "", ["phone_rounded"]),
        ('<c r="D2"><f>VLOOKUP(A2,X:Y,2)</f></c>', "", ["phone_unreadable"]),
        ('<c r="D2" t="e"><v>#N/A</v></c>', "", ["phone_unreadable"]),
    ],
)
def test_a_phone_number_is_whole_or_is_not_taken(cell: str, phone: str, reasons: list[str]) -> None:
    assert phone_of(cell) == (phone, reasons)


@pytest.mark.parametrize(
    ("cell", "reasons"),
    [
        ('<f>CONCATENATE("一组",C2)</f>', ["cell_error", "no_address"]),
        ("<f>C2</f><v></v>", ["no_address"]),
        ("<f>C2</f><v>一组1号</v>", []),
    ],
    ids=["saved without its result", "its result is empty", "its result is kept"],
)
def test_a_formula_is_its_result_and_without_one_it_is_an_error(cell: str, reasons: list[str]) -> None:
    formula = f'<c r="B2" t="str">{cell}</c>'
    read = read_measured(
        table(f'<row r="2"><c r="A2" t="str"><v>红卫社区</v></c>{formula}<c r="C2" t="str"><v>张三</v></c></row>')
    )
    assert [(row[4], [reason[0] for reason in row[5]]) for row in read.rows] == [(bool(reasons), reasons)]


PARTED = ("社区名称", "路（街、组）", "楼栋", "单元", "楼层", "门牌（室号）", "户主姓名")


@pytest.mark.parametrize(
    ("column", "cell", "reasons"),
    [
        ("门牌（室号）", datetime.date(2026, 3, 2), ["date_for_door"]),
        ("门牌（室号）", datetime.datetime(2026, 3, 2, 8, 30), ["date_for_door"]),
        ("楼栋", datetime.date(2026, 5, 1), ["date_for_door"]),
        ("单元", datetime.time(3, 2), ["date_for_door"]),
        ("门牌（室号）", "#REF!", ["cell_error"]),
        ("门牌（室号）", '="30"&"2室"', ["cell_error"]),
        ("楼栋", "42030319860101460X", ["id_number"]),
    ],
)
def test_a_row_whose_door_could_not_be_read_is_no_other_door(column: str, cell: Any, reasons: list[str]) -> None:
    """The rest of the address would be a door, too: the wrong one."""
    book = Workbook()
    book.active.append(list(PARTED))
    told = dict(zip(PARTED, ("红卫社区", "一组", "5栋", "2单元", "3", "302室", "张三"), strict=True))
    book.active.append(list(told.values()))
    book.active.append(list({**told, column: cell}.values()))
    file = io.BytesIO()
    book.save(file)
    read = read_measured(io.BytesIO(file.getvalue()))
    said = [(row[4], [reason[0] for reason in row[5]]) for row in read.rows]
    assert said == [(False, []), (True, reasons)]


def test_what_stands_beside_the_door_may_be_left_empty() -> None:
    read = read_measured(table(door(2, "一组1号", '<c r="C2" t="e"><v>#N/A</v></c>')))
    assert [(row[4], [reason[0] for reason in row[5]]) for row in read.rows] == [(False, ["cell_error"])]


def test_a_serial_date_is_the_day_that_the_sheet_shows() -> None:
    book = Workbook()
    book.active.append(["填报日期", datetime.date(2026, 3, 2)])
    book.active.append(list(HEADINGS))
    book.active.append(["红卫社区", "一组1号", "张三", "19900000001"])
    file = io.BytesIO()
    book.save(file)
    with hostile.file_with_number(file) as real:
        found = [each.value for each in read_in_child(real, "a.xlsx") if each.what == "sheet"]
    assert found[0]["dated_on"] == "2026-03-02"


# -- nothing stays ---------------------------------------------------------------------------------------------------


@pytest.fixture
def left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], set[Path]]:
    """Asks for every file in the places where an upload might lie.

    The temporary folder is this test's own, for us and for the child: the system's is everybody's, and what a browser
    or a test beside this one puts there and takes away is none of an upload's.
    """
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    assert settings.FILE_UPLOAD_TEMP_DIR is None, "uploads go where tempfile says"
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    start = reading.subprocess.Popen

    def start_there(*args: Any, env: dict[str, str] | None = None, **more: Any) -> Any:
        return start(*args, env={**(os.environ if env is None else env), "TMPDIR": str(temporary)}, **more)

    monkeypatch.setattr(reading.subprocess, "Popen", start_there)

    def found() -> set[Path]:
        return {path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()} | {*temporary.rglob("*")}

    return found


@pytest.mark.django_db
@pytest.mark.parametrize("name", REFUSED)
def test_nothing_of_a_refused_workbook_stays(
    district: District, name: str, left_behind: Callable[[], set[Path]], django_capture_on_commit_callbacks: Any
) -> None:
    before = left_behind()
    with django_capture_on_commit_callbacks(execute=True):
        made = REFUSED[name][0]()
        batch = upload_workbook(unit=district.bureau, file=made, name="底册.xlsx", by=district.desk, at=NOW)
        batch = read_batch(batch=batch, at=NOW)
    assert batch.state == ImportBatch.State.FAILED
    assert batch.messages[0]["code"] in REFUSED[name][1]
    assert not batch.rows.exists()
    assert left_behind() == before


def killed_by(start: Any, command: list[str], **more: Any) -> Any:
    """A child that ends itself before it said anything, as the system would end it."""
    return start([command[0], "-c", "import os; os.kill(os.getpid(), 9)"], **more)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("make", "ended", "code"),
    [
        (lambda: hostile.cut(45), False, "truncated"),
        (lambda: io.BytesIO(b"%PDF-1.7" + b"x" * 2000), False, "not_a_workbook"),
        (lambda: hostile.text_table("utf-7"), False, "no_table"),
        (lambda: table(door(2, "一组1号")), True, "too_slow"),
    ],
    ids=["cut", "a paper", "another encoding", "the child was killed"],
)
def test_nothing_of_a_damaged_one_stays(
    district: District,
    make: Callable[[], io.BytesIO],
    ended: bool,
    code: str,
    left_behind: Callable[[], set[Path]],
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: Any,
) -> None:
    before = left_behind()
    if ended:
        monkeypatch.setattr(reading.subprocess, "Popen", partial(killed_by, subprocess.Popen))
    with django_capture_on_commit_callbacks(execute=True):
        batch = upload_workbook(unit=district.bureau, file=make(), name="底册.xlsx", by=district.desk, at=NOW)
        batch = read_batch(batch=batch, at=NOW)
    assert (batch.state, batch.messages[0]["code"]) == (ImportBatch.State.FAILED, code)
    assert not batch.rows.exists()
    assert left_behind() == before


@pytest.mark.django_db
def test_an_upload_that_can_not_be_recorded_leaves_no_file(
    district: District, left_behind: Callable[[], set[Path]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*args: Any, **more: Any) -> None:
        raise Refusal("test", "no")

    before = left_behind()
    monkeypatch.setattr("registry.actions.begin", refuse)
    with BY_COMMUNITY.open("rb") as file, pytest.raises(Refusal):
        upload_workbook(unit=district.bureau, file=file, name="a.xlsx", by=district.desk, at=NOW)
    assert left_behind() == before


@pytest.mark.django_db
def test_a_large_upload_is_refused_on_its_page_and_leaves_nothing(
    district: District, left_behind: Callable[[], set[Path]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("registry.xlsx_package.Limits.file_bytes", 3 << 20)
    before = left_behind()
    client = Client(headers={"accept-language": "en"})
    client.force_login(district.desk)
    file = io.BytesIO(b"0" * (4 << 20))
    file.name = "底册.xlsx"
    answer = client.post(reverse("admin:registry_importbatch_add"), {"file": file, "unit": district.bureau.pk})
    assert answer.status_code == 422
    assert "too large (limit: 3 MB)" in answer.content.decode()
    answer.close()
    assert left_behind() == before


# -- the roster, which is read while somebody waits -----------------------------------------------------------------


@pytest.mark.parametrize("name", [name for name in REFUSED if name != "a million members"])
def test_the_roster_refuses_the_same_files(world: World, name: str) -> None:
    with pytest.raises(Refusal) as caught:
        read_roster(file=REFUSED[name][0](), name="名册.xlsx", by=world.chief)
    assert caught.value.field == "file"


def test_the_roster_gives_up_after_some_seconds_of_work(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(roster, "LIMITS", replace(roster.LIMITS, seconds=0.0))
    with pytest.raises(Refusal, match="用时过长"):
        read_roster(file=hostile.blank_rows(20_000, 1), name="名册.xlsx", by=world.chief)
