"""The rules of an import: nothing before the confirmation, all or nothing after it, and never over a later fact."""

import threading
from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from accounts.refusals import Refusal
from registry.actions import confirm_import, discard_import, look_again, read_batch, upload_workbook
from registry.doors import add_door
from registry.models import Area, Contact, Jurisdiction, Premises
from registry.writing import order_names
from tests.hands import overtaken
from tests.registry.conftest import BY_COMMUNITY, BY_DOOR, District, supervisor
from tests.registry.steps import FIRST, bring, table, versions
from tests.registry.test_samples import confirm, contacts, doors, read
from tests.world import NOW

pytestmark = pytest.mark.django_db


def test_the_same_workbook_again_rewrites_nothing(district: District) -> None:
    confirm(read(BY_COMMUNITY, district.bureau, district.desk), district.desk)
    before = versions()
    again = read(BY_COMMUNITY, district.bureau, district.desk)
    assert again.counts["effects"] == {"same": 646}
    assert again.counts["new_doors"] == 0
    confirm(again, district.desk)
    assert versions() == before


def test_the_names_of_an_import_are_in_order_when_it_ends(
    district: District, django_capture_on_commit_callbacks: Any
) -> None:
    batch = read(BY_COMMUNITY, district.bureau, district.desk)
    confirm(batch, district.desk)
    assert order_names() > 0, "names are gathered before they are put in order"
    batch = read(BY_DOOR, district.bureau, district.desk)
    with django_capture_on_commit_callbacks(execute=True):
        confirm(batch, district.desk)
    assert order_names() == 0


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


@pytest.mark.django_db(transaction=True)
def test_a_new_door_that_somebody_else_writes_during_the_confirmation_is_seen(district: District) -> None:
    """The register was compared before the other one committed: what tells is that fewer doors were new than said."""
    batch = bring(district, FIRST, ["六四社区", "1组2号", "住户", "李四", "19900000002", "自住", "否", "户主", ""])
    area = Area.objects.get(name__startswith="六四")

    def finds_it() -> None:
        add_door(area=area, kind="household", address="1组2号", by=district.chief, at=NOW)

    before = batch.counts
    assert overtaken(finds_it, lambda: confirm(batch, district.chief)) == "preview_stale"
    assert (doors(), contacts()) == (1, 0), "nothing of the workbook"
    batch.refresh_from_db()
    assert (batch.state, batch.counts) == ("ready", before)
    again = look_again(batch=batch, by=district.chief, at=NOW)
    assert again.counts["new_doors"] == 1
    confirm(again, district.chief)
    assert (doors(), contacts()) == (2, 2)


@pytest.mark.django_db(transaction=True)
def test_the_page_says_that_the_register_has_changed_and_shows_the_new_preview(district: District) -> None:
    batch = bring(district, FIRST)
    area = Area.objects.get(name__startswith="六四")
    client = Client(headers={"accept-language": "en"})
    client.force_login(district.chief)
    answer = overtaken(
        lambda: add_door(area=area, kind="household", address="1组1号", by=district.chief, at=NOW),
        lambda: client.post(reverse("admin:registry_importbatch_confirm", args=[batch.pk]), {"version": batch.version}),
    )
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "The register has changed since this preview was made" in page
    batch.refresh_from_db()
    assert (batch.state, batch.counts["new_doors"], doors()) == ("ready", 0, 1)
    # Its rows lie at the preview's own address, not at the one that confirms.
    shown = reverse("admin:registry_importbatch_change", args=[batch.pk])
    assert f'href="{shown}?result=taken#rows"' in page and 'href="?' not in page


def test_what_goes_wrong_in_the_middle_writes_nothing(district: District, monkeypatch: pytest.MonkeyPatch) -> None:
    from registry import writing

    batch = bring(district, ["六四社区", "1组1号", "住户", "张三", "19900000001", "自住", "否", "", ""])
    monkeypatch.setattr(writing, "MAY_SAY_MORE", "SELECT 1/0")
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
    newer = bring(district, FIRST, dated=date(2026, 4, 1))
    assert newer.counts["effects"] == {"more": 1}
    confirm(newer, district.chief)
    assert list(Contact.objects.unscoped("test").filter(ends_on=None).values_list("name", flat=True)) == ["张三"]


def test_doors_of_a_community_that_another_station_answers_for_now_come_over_with_its_import(
    district: District,
) -> None:
    confirm(bring(district, FIRST), district.chief)
    new, door = district.stations["红卫派出所"], Premises.objects.unscoped("test").get()
    Jurisdiction.objects.create(unit=new, area=door.area)
    chief = supervisor("ZW0300", "冯立", new)
    batch = upload_workbook(unit=new, file=table(FIRST), name="底册.csv", by=chief, at=NOW)
    batch = read_batch(batch=batch, at=NOW)
    assert batch.counts["effects"] == {"changed": 1}
    confirm(batch, chief)
    door.refresh_from_db()
    assert door.unit == new
    assert list(Premises.objects.visible_to(chief)) == [door]
    assert not Premises.objects.visible_to(district.chief).exists()
