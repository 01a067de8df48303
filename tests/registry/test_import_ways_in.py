"""Other ways in than the page, what goes wrong on the way, and how the doors are found afterwards."""

import io
from datetime import timedelta
from importlib import import_module
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from accounts.models import AccessEvent, Officer, Unit
from accounts.refusals import Refusal
from registry import importing
from registry.actions import discard_import, read_batch, upload_workbook
from registry.models import ImportBatch, ImportRow, Premises
from tests.registry.conftest import BY_COMMUNITY, BY_DOOR, District
from tests.registry.steps import FIRST, bring, table
from tests.registry.test_samples import confirm, doors
from tests.world import NOW

pytestmark = pytest.mark.django_db


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
    assert AccessEvent.objects.unscoped("test").filter(verb="import_confirmed").count() == 1


def test_the_command_ends_with_one_when_a_row_was_refused(district: District, capsys: Any) -> None:
    with pytest.raises(SystemExit) as caught:
        call_command("import_premises", str(BY_DOOR), badge="ZW0100", commit=True)
    assert caught.value.code == 1
    assert doors() == 579
    with pytest.raises(CommandError):
        call_command("import_premises", str(BY_DOOR), badge="nobody")


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


def test_a_preview_that_was_open_when_rows_came_to_be_gathered_by_door_keeps_its_doors_apart(
    district: District, monkeypatch: pytest.MonkeyPatch
) -> None:
    other, shop = [*FIRST], [*FIRST]
    other[1], other[3], other[4] = "1组2号", "李四", "19900000002"
    shop[2], shop[3] = "门店", "好店"
    over = bring(district, [*FIRST[:4], "123", *FIRST[5:]])
    confirm(over, district.chief)
    batch = bring(district, FIRST, other, shop)
    rows = ImportRow.objects.unscoped("test").order_by("pk")
    before = list(rows.filter(batch=batch).values_list("pk", "door_key"))
    assert len({key for _, key in before}) == 3
    rows.update(door_key=None)

    migration = import_module("registry.migrations.0008_keys_of_open_previews")
    monkeypatch.setattr(migration, "BLOCK", 2)
    with connection.schema_editor(atomic=False) as editor:
        migration.key_open_previews(None, editor)

    assert list(rows.filter(batch=batch).values_list("pk", "door_key")) == before
    assert [row.door_key for row in rows.filter(batch=over)] == [None], "what is over stays forgotten"
    confirm(batch, district.chief)
    assert doors() == 3
