"""What of a workbook is not read, and that the preview names it: hidden sheets, and second columns of one name."""

import io
import json
from typing import Any

import openpyxl
import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from registry.actions import read_batch, upload_workbook
from registry.models import ImportBatch
from registry.preview import Preview
from registry.reasons_copy import copy_with_reasons
from tests.registry.conftest import District
from tests.world import NOW

pytestmark = pytest.mark.django_db


def workbook_of(**sheets: list[list[str]]) -> Any:
    """One whose sheets of a name that begins with 旧 are hidden."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
        sheet.sheet_state = {"旧": "hidden", "老": "veryHidden"}.get(name[0], "visible")
    file = io.BytesIO()
    book.save(file)
    file.seek(0)
    return file


HEADINGS = ["社区", "详细地址", "户主", "联系电话", "联系电话"]


def read_file(district: District, file: Any) -> ImportBatch:
    batch = upload_workbook(
        unit=district.stations["花果派出所"], file=file, name="a.xlsx", dated_on=None, by=district.chief, at=NOW
    )
    return read_batch(batch=batch, at=NOW)


def test_a_hidden_sheet_is_neither_read_nor_kept_and_is_named(district: District) -> None:
    shown = [HEADINGS, ["六四社区", "1组1号", "张三", "19900000001", "19900000002"]]
    hidden = [HEADINGS, ["六四社区", "1组2号", "李四", "", ""]]
    batch = read_file(district, workbook_of(旧底册=hidden, 底册=shown, 老底册=hidden))
    assert list(batch.rows.all().values_list("sheet", "name")) == [("底册", "张三")]
    preview = Preview(batch, "en", {})
    assert preview.hidden == ["旧底册", "老底册"]
    assert preview.again == ["E 联系电话"]
    client = Client(headers={"accept-language": "en"})
    client.force_login(district.chief)
    page = client.get(reverse("admin:registry_importbatch_change", args=[batch.pk])).content.decode()
    for said in ("not read: 旧底册, 老底册.", "not used: E 联系电话.", "not used, column D is read"):
        assert said in page, said
    copy, _ending = copy_with_reasons(batch, "en")
    with copy:
        assert openpyxl.load_workbook(copy).sheetnames == ["底册"]


def test_a_workbook_whose_table_is_hidden_says_how_to_show_it(district: District) -> None:
    batch = read_file(district, workbook_of(说明=[["请看"]], 旧底册=[HEADINGS, ["六四社区", "1组2号", "李四"]]))
    assert batch.state == "failed"
    assert batch.messages[0]["code"] == "table_hidden"
    with override("en"):
        assert "show that sheet" in Preview(batch, "en", {}).failure


def test_the_command_s_json_names_all_that_was_left_out(district: District, capsys: Any, tmp_path: Any) -> None:
    shown = [
        [*HEADINGS, "民族", "备忘"],
        ["六四社区", "1组1号", "张三", "19900000001", "19900000002", "汉", "x"],
        ["没有的社区", "1组2号", "李四", "", "", "", ""],
    ]
    file = tmp_path / "a.xlsx"
    file.write_bytes(workbook_of(底册=shown, 旧底册=shown, 说明=[["请看"]]).getvalue())
    with override("en"), pytest.raises(SystemExit):
        call_command("import_premises", str(file), badge=district.chief.badge, json=True)
    told = json.loads(capsys.readouterr().out)
    assert told["verdicts"]["refused"] == 1
    (refused,) = told["left_out"].pop("refused_rows")
    assert (refused["sheet"], refused["row"]) == ("底册", 3)
    assert refused["reasons"] == ["Community or village: No community of your area is called “没有的社区”."]
    assert told["left_out"] == {
        "hidden_sheets": ["旧底册"],
        "sheets_without_a_table": ["说明"],
        "unused_columns": ["G 备忘"],
        "second_columns": ["E 联系电话"],
        "never_read_columns": ["民族"],
        "other_stations": [],
    }


def test_the_command_names_hidden_sheets_and_second_columns(district: District, capsys: Any, tmp_path: Any) -> None:
    shown = [HEADINGS, ["六四社区", "1组1号", "张三", "19900000001", "19900000002"]]
    file = tmp_path / "a.xlsx"
    file.write_bytes(workbook_of(底册=shown, 旧底册=shown).getvalue())
    with override("en"):
        call_command("import_premises", str(file), badge=district.chief.badge)
    said = capsys.readouterr().out
    assert "not read: 旧底册" in said
    assert "Columns not used" not in said
    assert "not used: E 联系电话" in said
