"""What a row of a workbook is taken for, why one is refused, and the copy that goes back with the reasons."""

import csv
import io

import openpyxl
import pytest
from django.db import connection

from registry.actions import read_batch, upload_workbook
from registry.models import Contact
from registry.reasons_copy import copy_with_reasons
from tests.registry.conftest import BY_COMMUNITY, BY_DOOR, District
from tests.registry.steps import FIRST, HEAD, bring, reasons, table
from tests.registry.test_samples import confirm, read
from tests.world import NOW

pytestmark = pytest.mark.django_db


def test_every_reason_that_a_row_can_have_has_its_sentence(district: District) -> None:
    from registry.refusals import ROW_SENTENCES, row_sentence

    batch = bring(
        district,
        ["", "1组1号", "住户", "甲", "", "", "", "", ""],
        ["六四社区", "", "住户", "乙", "", "", "", "", ""],
        ["六四社区", "1组2号", "飞船", "丙", "", "", "", "", ""],
        ["六四社区", "1组3号", "", "丁", "", "", "", "", ""],
        ["六四社区", "大树旁边", "住户", "戊", "1.39E+10", "漂着", "也许", "邻居", ""],
        ["六四社区", "1组4号", "住户", "己 420303198001011234", "19900000001、19900000002", "", "", "", ""],
        ["六四社区", "1组5号", "住户", "张*", "199****0001", "", "", "", ""],
        ["阳光社区", "1组6号", "住户", "庚", "", "", "", "", ""],
    )
    assert reasons(batch) == [
        ["community_missing"],
        ["no_address"],
        ["kind_unknown"],
        ["kind_missing"],
        ["address_whole", "relation_unknown", "phone_rounded", "use_unknown", "yes_or_no"],
        ["id_number", "phone_second"],
        ["masked", "masked"],
        [],
    ]
    verdicts = ["refused"] * 4 + ["partly"] * 3 + ["elsewhere"]
    assert list(batch.rows.all().values_list("verdict", flat=True)) == verdicts
    for code in ROW_SENTENCES:
        assert row_sentence([code, "phone", {"row": 1, "said": "某地"}], "zh-hans")


def test_identity_numbers_are_nowhere_in_the_database_nor_in_the_kept_file(district: District) -> None:
    from registry.keeping import opened

    batch = read(BY_COMMUNITY, district.bureau, district.desk)
    stored = str(list(batch.rows.all().values_list()))
    with opened(batch.file) as layout:
        import gzip

        kept = gzip.decompress(layout.read()).decode()
    for text in (stored, kept, str(batch.counts), str(batch.columns)):
        assert "19860101460X" not in text
    with batch.file.open("rb") as sealed_file:
        assert "梁娟琳".encode() not in sealed_file.read()


def test_communities_are_found_by_code_then_by_name_and_never_guessed(district: District) -> None:
    batch = upload_workbook(
        unit=district.bureau,
        by=district.desk,
        at=NOW,
        name="a.csv",
        file=table(
            ["王家山村", "", "1组1号"],
            ["花果街道六四社区", "", "1组1号"],
            ["公园", "", "1组1号"],
            ["熊家湾", "", "1组1号"],
            ["熊家湾村", "", "1组1号"],
            ["六四社区", "420303001006", "1组1号"],
            ["六四社区", "420303999999", "1组1号"],
            ["", "420303001007", "1组1号"],
            head=["社区", "社区代码", "地址"],
        ),
    )
    batch = read_batch(batch=batch, at=NOW)
    found = list(batch.rows.all().values_list("area_id", "verdict"))
    assert found == [
        ("420303200205", "taken"),
        ("420303001007", "taken"),
        ("420303003009", "taken"),
        (None, "refused"),
        ("420303004204", "taken"),
        (None, "refused"),
        ("420303001007", "taken"),
        ("420303001007", "taken"),
    ]
    assert reasons(batch)[3:7] == [["community_ambiguous"], [], ["code_and_name"], ["code_unknown", "again"]]


def test_a_sheet_named_by_its_community_stands_in_for_a_missing_cell(district: District) -> None:
    book = openpyxl.Workbook()
    book.active.title = "阳光社区居民委员会007"
    for row in (["详细地址", "户主"], ["1组1号", "张三"]):
        book.active.append(row)
    file = io.BytesIO()
    book.save(file)
    batch = upload_workbook(unit=district.bureau, file=file, name="a.xlsx", by=district.desk, at=NOW)
    batch = read_batch(batch=batch, at=NOW)
    assert list(batch.rows.all().values_list("area_id", flat=True)) == ["420303004007"]


def test_phones_are_sealed_and_matched_by_their_mac(district: District) -> None:
    confirm(bring(district, FIRST), district.chief)
    with connection.cursor() as cursor:
        cursor.execute("SELECT phone, phone_mac FROM registry_contact")
        phone, mac = cursor.fetchone()
    assert "19900000001" not in phone + mac
    assert Contact.objects.unscoped("test").get().phone == "19900000001"


# -- the copy that goes back -------------------------------------------------------------------------------------


def test_the_copy_keeps_the_layout_says_why_and_can_be_uploaded_again(district: District) -> None:
    batch = read(BY_DOOR, district.bureau, district.desk)
    file, ending = copy_with_reasons(batch, "zh-hans")
    with file:
        sheet = openpyxl.load_workbook(file).active
        assert (ending, sheet.title) == ("xlsx", "走访对象底册")
        assert [str(merged) for merged in sheet.merged_cells.ranges] == ["A1:P1"]
        assert sheet.column_dimensions["D"].hidden
        assert sheet["Q3"].value == "户户到导入说明"
        assert "不存在社区" in sheet["Q29"].value
        assert sheet["Q4"].value is None
        assert sheet["B22"].value == "汉江路派出所"
        again = upload_workbook(unit=district.bureau, file=file, name="a.xlsx", by=district.desk, at=NOW)
        again = read_batch(batch=again, at=NOW)
    assert again.counts == batch.counts
    assert "户户到导入说明" not in str(again.columns)


def test_no_cell_of_the_copy_can_become_a_formula(district: District) -> None:
    evil = "=HYPERLINK(1)"
    batch = bring(district, ["六四社区", evil, "住户", "+张三", "", "", "", "", ""])
    file, ending = copy_with_reasons(batch, "en")
    with file:
        text = file.read().decode("utf-8-sig")
    assert ending == "csv"
    assert all(cell[:1] not in "=+@" for row in csv.reader(io.StringIO(text)) for cell in row if cell)
    book = openpyxl.Workbook()
    for row in (HEAD, ["六四社区", evil, "住户", "甲"]):
        book.active.append(row)
    book.active["B2"].data_type = "s"
    file = io.BytesIO()
    book.save(file)
    batch = upload_workbook(unit=district.bureau, file=file, name="a.xlsx", by=district.desk, at=NOW)
    copy, _ending = copy_with_reasons(read_batch(batch=batch, at=NOW), "en")
    with copy:
        cell = openpyxl.load_workbook(copy).active["B2"]
        assert (cell.value, cell.data_type) == (evil, "s")
