"""The rules of an import: nothing before the confirmation, all or nothing after it, and never over a later fact."""

import csv
import io
import threading
from datetime import date, timedelta
from typing import Any

import openpyxl
import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from accounts.models import AccessEvent, Officer, Unit
from accounts.refusals import Refusal
from registry import importing
from registry.actions import confirm_import, discard_import, look_again, read_batch, upload_workbook
from registry.models import Contact, ImportBatch, Premises
from registry.reasons_copy import copy_with_reasons
from registry.resources import PremisesResource
from tests.registry.conftest import BY_COMMUNITY, BY_DOOR, District
from tests.registry.test_samples import confirm, contacts, doors, read
from tests.world import NOW

pytestmark = pytest.mark.django_db

HEAD = ["社区", "详细地址", "类别", "户主", "联系电话", "房屋使用", "人户分离", "与户主关系", "责任民警"]


def table(*rows: list[Any], head: list[str] = HEAD) -> io.BytesIO:
    text = io.StringIO()
    csv.writer(text).writerows([head, *rows])
    return io.BytesIO(text.getvalue().encode())


def bring(district: District, *rows: list[Any], head: list[str] = HEAD, dated: date | None = None) -> ImportBatch:
    """Upload for 花果派出所 and read; the caller confirms."""
    batch = upload_workbook(
        unit=district.stations["花果派出所"],
        file=table(*rows, head=head),
        name="底册.csv",
        dated_on=dated,
        by=district.chief,
        at=NOW,
    )
    return read_batch(batch=batch, at=NOW)


def reasons(batch: ImportBatch) -> list[list[str]]:
    return [[reason[0] for reason in row.reasons] for row in batch.rows.all()]


def versions() -> set[Any]:
    """Which rows were written when: the transaction that wrote each door and contact."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 'p', id, xmin::text, ctid::text FROM registry_premises")
        written = set(cursor.fetchall())
        cursor.execute("SELECT 'c', id, xmin::text, ctid::text FROM registry_contact")
        return written | set(cursor.fetchall())


# -- confirming --------------------------------------------------------------------------------------------------


def test_the_same_workbook_again_rewrites_nothing(district: District) -> None:
    confirm(read(BY_COMMUNITY, district.bureau, district.desk), district.desk)
    before = versions()
    again = read(BY_COMMUNITY, district.bureau, district.desk)
    assert again.counts["effects"] == {"same": 646}
    assert again.counts["new_doors"] == 0
    confirm(again, district.desk)
    assert versions() == before


def test_a_second_tap_is_refused_and_writes_nothing_twice(district: District) -> None:
    batch = bring(district, ["六四社区", "1组1号", "住户", "张三", "19900000001", "自住", "否", "", ""])
    confirm(batch, district.chief)
    with pytest.raises(Refusal) as caught:
        confirm(batch, district.chief)
    assert caught.value.code == "stale"
    assert (doors(), contacts()) == (1, 1)


def test_a_preview_that_the_register_left_behind_is_refused_until_it_was_looked_at_again(district: District) -> None:
    row = ["六四社区", "1组1号", "住户", "张三", "19900000001", "自住", "否", "", ""]
    first, second = bring(district, row), bring(district, row)
    confirm(first, district.chief)
    with pytest.raises(Refusal) as caught:
        confirm(second, district.chief)
    assert caught.value.code == "preview_stale"
    assert doors() == 1
    second.refresh_from_db()
    assert second.state == "ready"
    again = look_again(batch=second, by=district.chief, at=NOW)
    assert again.counts["effects"] == {"same": 1}
    assert confirm(again, district.chief).state == "confirmed"


@pytest.mark.django_db(transaction=True)
def test_two_at_once_write_once(district: District) -> None:
    batch = read(BY_DOOR, district.bureau, district.desk)
    outcomes: list[str] = []

    def tap() -> None:
        try:
            confirm_import(batch=batch, version=batch.version, by=district.desk, at=NOW)
            outcomes.append("done")
        except Refusal as refusal:
            outcomes.append(refusal.code)
        finally:
            connection.close()

    taps = [threading.Thread(target=tap) for _ in range(2)]
    for each in taps:
        each.start()
    for each in taps:
        each.join()
    assert sorted(outcomes) == ["done", "stale"]
    assert (doors(), contacts()) == (579, 592)


def test_what_goes_wrong_in_the_middle_writes_nothing(district: District, monkeypatch: pytest.MonkeyPatch) -> None:
    from registry import writing

    batch = bring(district, ["六四社区", "1组1号", "住户", "张三", "19900000001", "自住", "否", "", ""])
    monkeypatch.setattr(writing, "NEW_CONTACTS", "SELECT 1/0")
    with pytest.raises(Exception, match="division by zero"):
        confirm(batch, district.chief)
    assert doors() == 0
    batch.refresh_from_db()
    assert batch.state == "ready"


def test_after_the_confirmation_no_row_keeps_what_it_said_of_people(district: District) -> None:
    batch = bring(
        district,
        ["六四社区", "1组1号", "住户", "张三", "19900000001", "自住", "否", "", ""],
        ["不存在", "1组2号", "住户", "李四", "19900000002", "自住", "否", "", ""],
    )
    confirm(batch, district.chief)
    row = batch.rows.get()
    assert (row.row_number, row.name, row.contact_name, row.phone, row.address, row.sought) == (3, "", "", "", "", [])


def test_putting_aside_deletes_rows_and_file(district: District, django_capture_on_commit_callbacks: Any) -> None:
    batch = bring(district, ["六四社区", "1组1号", "住户", "张三", "19900000001", "自住", "否", "", ""])
    name, storage = batch.file.name, batch.file.storage
    with django_capture_on_commit_callbacks(execute=True):
        done = discard_import(batch=batch, by=district.chief, at=NOW)
    done.refresh_from_db()
    assert (done.state, done.file.name) == ("discarded", "")
    assert not storage.exists(name)
    assert not batch.rows.all().exists()


def test_who_may_not_import_for_a_unit_is_refused(district: District) -> None:
    with pytest.raises(Refusal) as caught:
        upload_workbook(unit=district.bureau, file=table(), name="a.csv", by=district.chief, at=NOW)
    assert caught.value.code == "no_right"


# -- what a later workbook changes, and what not -----------------------------------------------------------------

FIRST = ["六四社区", "1组1号", "住户", "张三", "19900000001", "自住", "否", "户主", "周明"]


def test_a_fact_confirmed_at_the_door_after_the_workbooks_date_stays(district: District) -> None:
    confirm(bring(district, FIRST, dated=date(2026, 1, 1)), district.chief)
    Premises.objects.unscoped("test").update(confirmed_on=date(2026, 6, 1), use="let")
    older = bring(
        district,
        ["六四社区", "1组1号", "住户", "王五", "19900000009", "空置", "是", "", "孙倩"],
        dated=date(2026, 5, 1),
    )
    assert older.counts["effects"] == {"changed": 1}
    confirm(older, district.chief)
    door = Premises.objects.unscoped("test").get()
    assert (door.use, door.registered_elsewhere, door.name) == ("let", False, "张三")
    assert door.register_officer == "孙倩"
    assert contacts() == 1


def test_a_newer_workbook_changes_facts_adds_people_and_keeps_the_doors_name(district: District) -> None:
    confirm(bring(district, FIRST, dated=date(2026, 1, 1)), district.chief)
    newer = bring(
        district,
        ["六四社区", "1组1号", "住户", "王五", "19900000002", "出租", "", "", ""],
        ["六四社区", "1组1号", "住户", "张三", "19900000003", "", "", "", ""],
        dated=date(2026, 2, 1),
    )
    assert newer.counts["effects"] == {"changed": 2}
    confirm(newer, district.chief)
    door = Premises.objects.unscoped("test").get()
    assert (door.name, door.use, door.registered_elsewhere) == ("张三", "let", False)
    people = Contact.objects.unscoped("test").order_by("rank").values_list("name", "phone")
    assert list(people) == [("张三", "19900000003"), ("王五", "19900000002")]


def test_somebody_who_left_comes_back_only_with_a_newer_workbook(district: District) -> None:
    confirm(bring(district, FIRST, dated=date(2026, 1, 1)), district.chief)
    Contact.objects.unscoped("test").update(ends_on=date(2026, 3, 1))
    Premises.objects.unscoped("test").update(confirmed_on=date(2026, 3, 1))
    again = bring(district, FIRST, dated=date(2026, 2, 1))
    assert again.counts["effects"] == {"kept": 1}
    confirm(again, district.chief)
    assert not Contact.objects.unscoped("test").filter(ends_on__isnull=True).exists()


# -- rows --------------------------------------------------------------------------------------------------------


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


# -- other ways in -----------------------------------------------------------------------------------------------


def test_a_file_that_cannot_be_read_says_so_and_is_gone(district: District) -> None:
    batch = upload_workbook(unit=district.bureau, file=io.BytesIO(b"%PDF-1.7"), name="a.xlsx", by=district.desk, at=NOW)
    batch = read_batch(batch=batch, at=NOW)
    assert (batch.state, batch.messages[0]["code"], batch.file.name) == ("failed", "not_a_workbook", "")


def test_a_workbook_put_aside_while_it_is_read_stays_aside_and_leaves_nothing(district: District) -> None:
    batch = upload_workbook(
        unit=district.stations["花果派出所"], file=table(FIRST), name="a.csv", by=district.chief, at=NOW
    )
    worker_has = ImportBatch.objects.unscoped("test").get(pk=batch.pk)
    kept = worker_has.file.storage
    with worker_has.file.open("rb") as file:
        content = file.read()
    discard_import(batch=batch, by=district.chief, at=NOW)
    kept.save(worker_has.file.name, io.BytesIO(content))
    done = read_batch(batch=worker_has, at=NOW)
    assert (done.state, done.file.name, done.rows.count()) == ("discarded", "", 0)


@pytest.mark.django_db(transaction=True)
def test_a_fault_of_ours_while_reading_is_told_and_not_waited_for(
    district: District, monkeypatch: pytest.MonkeyPatch
) -> None:
    from registry import importing

    batch = upload_workbook(
        unit=district.stations["花果派出所"], file=table(FIRST), name="a.csv", by=district.chief, at=NOW
    )
    monkeypatch.setattr(importing, "match_rows", lambda batch: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        read_batch(batch=batch, at=NOW)
    batch.refresh_from_db()
    assert (batch.state, batch.messages[0]["code"], batch.file.name) == ("failed", "not_finished", "")


def test_the_command_writes_only_with_commit_and_tells_the_counts(district: District, capsys: Any) -> None:
    call_command("import_premises", str(BY_COMMUNITY), badge="ZW0100")
    assert doors() == 0
    call_command("import_premises", str(BY_COMMUNITY), badge="ZW0100", commit=True, json=True)
    assert doors() == 390
    assert '"new_doors": 390' in capsys.readouterr().out


def test_the_command_ends_with_one_when_a_row_was_refused(district: District, capsys: Any) -> None:
    with pytest.raises(SystemExit) as caught:
        call_command("import_premises", str(BY_DOOR), badge="ZW0100", commit=True)
    assert caught.value.code == 1
    assert doors() == 579
    with pytest.raises(CommandError):
        call_command("import_premises", str(BY_DOOR), badge="nobody")


def test_the_resource_brings_a_dataset_in_by_the_same_path(district: District) -> None:
    import tablib

    data = tablib.Dataset(FIRST, headers=HEAD)
    resource = PremisesResource(by=district.chief, unit=district.stations["花果派出所"])
    assert resource.import_data(data, dry_run=True).totals["new"] == 1
    assert doors() == 0
    assert resource.import_data(data).totals["new"] == 1
    assert doors() == 1
    assert AccessEvent.objects.unscoped("test").filter(verb="import_confirmed").count() == 1


def test_search_finds_by_part_of_a_name_address_pinyin_and_initials(district: District) -> None:
    confirm(
        bring(district, ["六四社区", "幸福路3号2栋1单元502室", "住户", "单雄信", "", "", "", "", ""]), district.chief
    )

    def found(text: str, by: Officer = district.chief) -> int:
        return Premises.objects.visible_to(by).seeking(text).count()

    for text in ("单雄", "雄信", "幸福路", "502", "shanxiongxin", "shan", "sxx", "单雄信 幸福", "2栋"):
        assert found(text) == 1, text
    for text in ("单", "", "李四", "dan", "503"):
        assert found(text) == 0, text
    stranger = Unit.objects.unscoped("test").get(name="红卫派出所")
    from tests.registry.conftest import supervisor

    assert found("幸福路", supervisor("ZW0400", "陈红", stranger)) == 0


def test_an_import_read_long_ago_still_counts_from_its_own_date(district: District) -> None:
    batch = bring(district, FIRST)
    assert batch.dated_on == NOW.date()
    with pytest.raises(Refusal):
        bring(district, FIRST, dated=NOW.date() + timedelta(days=1))


def test_everybody_of_a_door_is_found_by_name(district: District) -> None:
    """Several rows are one door; a second person is found there too, from the first import and from a later one."""
    first = [
        ["六四社区", "幸福路3号2栋1单元502室", "住户", "单雄信", "", "", "", "", ""],
        ["六四社区", "幸福路3号2栋1单元502室", "住户", "仇英", "", "", "", "", ""],
    ]
    confirm(bring(district, *first), district.chief)
    confirm(
        bring(district, ["六四社区", "幸福路3号2栋1单元502室", "住户", "解晓东", "", "", "", "", ""]), district.chief
    )
    for text in ("shan", "qiu", "xie", "解晓", "qy"):
        assert Premises.objects.visible_to(district.chief).seeking(text).count() == 1, text


def test_a_large_workbook_is_never_compared_row_by_row(district: District, monkeypatch: pytest.MonkeyPatch) -> None:
    """The staging table's statistics tell of the workbook before: with nested loops 100,000 rows once took minutes."""
    batch = bring(district, FIRST, ["六四社区", "幸福路3号2栋1单元502室", "住户", "仇英", "", "", "", "", ""])

    def plans() -> str:
        with connection.cursor() as cursor:
            found = []
            for statement in (importing.COMPARE, importing.MATCH):
                cursor.execute("EXPLAIN " + statement, importing.parameters(batch))
                found += [line for (line,) in cursor.fetchall()]
        return "\n".join(found)

    with importing.in_one_sweep(batch):
        assert "Nested Loop" in plans(), "a small one looks its few doors up"
    monkeypatch.setattr(importing, "MANY", 1)
    with importing.in_one_sweep(batch):
        assert "Hash" in plans() or "Merge" in plans()
    assert "Hash" not in plans() and "Merge" not in plans(), "and the writing looks doors up again"
