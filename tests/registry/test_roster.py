"""The roster: people come in by a workbook, are shown first, and get one-time codes on paper."""

import io
import json

import pytest
from django.core.management import call_command
from django.urls import reverse
from django.utils.translation import override
from openpyxl import Workbook

from accounts.actions import issue_codes, officer_leaves, save_officer
from accounts.models import Grant, Officer
from accounts.refusals import Refusal
from accounts.rights import Right
from registry.roster import read_roster, take_roster
from tests.world import NOW, TODAY, World

HEAD = ["序号", "姓名", "警号", "所属单位", "职务", "类别", "包联社区"]


def sheet(*rows: list) -> io.BytesIO:
    book = Workbook()
    book.active.append(["花果派出所人员名册"])
    book.active.append(HEAD)
    for row in rows:
        book.active.append(row)
    file = io.BytesIO()
    book.save(file)
    file.seek(0)
    return file


def take(world: World, *rows: list, by: Officer | None = None) -> dict[str, int]:
    roster = read_roster(file=sheet(*rows), name="名册.xlsx", by=by or world.chief)
    return take_roster(people=roster.plain(), by=by or world.chief, at=NOW)


def test_people_come_in_with_unit_kind_and_communities(world):
    counts = take(
        world,
        [1, "钱多多", "t0199", "花果派出所", "社区民警", "民警", "二堰铺社区、花果园"],
        [2, "孙小小", "F0001", "", "", "辅警", ""],
    )
    assert counts == {"new": 2, "changed": 0, "same": 0}
    officer = Officer.objects.visible_to(world.chief).get(badge="T0199")
    assert officer.areas_in_charge == ["420303001001", "420303001002"]
    assert officer.may(Right.LEAD_CASE, world.station.pk)
    auxiliary = Officer.objects.visible_to(world.chief).get(badge="F0001")
    assert auxiliary.kind == "auxiliary" and not auxiliary.may(Right.LEAD_CASE, world.station.pk)


def test_the_same_roster_again_changes_nothing(world):
    row = [1, "钱多多", "T0199", "花果派出所", "社区民警", "民警", "二堰铺社区"]
    take(world, row)
    assert take(world, row) == {"new": 0, "changed": 0, "same": 1}


@pytest.mark.parametrize(
    ("row", "word"),
    [
        ([1, "钱多多", "", "花果派出所"], "警号"),
        ([1, "", "T0199", "花果派出所"], "姓名"),
        ([1, "钱多多", "T0199", "红卫派出所"], "单位"),
        ([1, "钱多多", "T0201", "花果派出所"], "其他单位"),
        ([1, "系统", "system", "花果派出所"], "警号"),
    ],
)
def test_a_row_that_cannot_be_taken_says_why(world, row, word):
    roster = read_roster(file=sheet(row), name="名册.xlsx", by=world.chief)
    assert not roster.taken
    assert word in roster.refused[0].fault


def test_a_badge_twice_in_the_file_is_refused_once(world):
    rows = [[1, "钱多多", "T0199", "花果派出所"], [2, "钱少少", "Ｔ0199", "花果派出所"]]
    roster = read_roster(file=sheet(*rows), name="名册.xlsx", by=world.chief)
    assert [person.name for person in roster.taken] == ["钱多多"]


def test_a_file_without_the_headings_is_refused_with_the_way_out(world):
    with pytest.raises(Refusal) as refusal:
        read_roster(file=io.BytesIO("甲,乙\n1,2\n".encode()), name="x.csv", by=world.chief)
    assert refusal.value.field == "file"


def test_an_officer_cannot_bring_a_roster_in(world):
    with pytest.raises(Refusal) as refusal:
        read_roster(file=sheet(), name="x.xlsx", by=world.owner)
    assert refusal.value.code == "no_right"


def test_who_moves_loses_the_rights_at_the_old_station(world):
    save_officer(badge="T0103", name="何川", unit=world.other_station, by=world.desk, at=NOW)
    moved = Officer.objects.visible_to(world.desk).get(badge="T0103")
    assert not moved.may(Right.LOG_VISIT, world.station.pk)
    assert moved.may(Right.LOG_VISIT, world.other_station.pk)


def test_who_leaves_can_do_nothing_at_the_next_request(world, client):
    client.force_login(world.colleague, backend="accounts.backends.BadgeBackend")
    assert client.get("/round/").status_code == 200
    officer_leaves(officer=world.colleague, on=TODAY, by=world.chief, at=NOW)
    assert client.get("/round/").status_code == 302
    live = Grant.objects.unscoped("test").filter(officer=world.colleague, ends_on__isnull=True)
    assert not live.exists()


def test_a_one_time_code_opens_the_door_once_and_asks_for_a_password(world, client):
    ((_officer, code),) = issue_codes(officers=[world.colleague], by=world.chief, at=NOW)
    answer = client.post(reverse("accounts:sign_in"), {"username": "t0103", "password": code})
    assert answer.status_code == 302
    assert client.get("/round/")["Location"] == reverse("accounts:change_password")
    new = "kai-xin-2026"
    client.post(reverse("accounts:change_password"), {"old_password": code, "new_password1": new, "new_password2": new})
    assert client.get("/round/").status_code == 200


def test_nobody_prints_a_code_for_another_station(world):
    with pytest.raises(Refusal):
        issue_codes(officers=[world.stranger], by=world.chief, at=NOW)


def test_the_page_shows_first_and_writes_on_confirm(world, client):
    client.force_login(world.chief, backend="accounts.backends.BadgeBackend")
    file = sheet([1, "钱多多", "T0199", "花果派出所", "", "", ""])
    file.name = "名册.xlsx"
    shown = client.post(reverse("roster:upload"), {"file": file})
    assert "钱多多" in shown.content.decode()
    assert not Officer.objects.visible_to(world.chief).filter(badge="T0199").exists()
    token = shown.context["token"]
    client.post(reverse("roster:confirm"), {"token": token})
    assert Officer.objects.visible_to(world.chief).filter(badge="T0199").exists()
    client.force_login(world.other_chief, backend="accounts.backends.BadgeBackend")
    assert client.post(reverse("roster:confirm"), {"token": token})["Location"] == reverse("roster:upload")


def with_hidden(*rows: list, shown: bool = True) -> io.BytesIO:
    """Last year's list in a sheet that nobody sees, and this year's; `shown`: whether the latter holds a table."""
    book = Workbook()
    last_year = book.active
    last_year.title, last_year.sheet_state = "去年名册", "hidden"
    this_year = book.create_sheet("名册")
    for sheet, lines in ((last_year, rows), (this_year, rows if shown else [])):
        sheet.append([*HEAD, "单位", "手机号"] if lines else ["说明"])
        for row in lines:
            sheet.append(row)
    book.active = 1
    file = io.BytesIO()
    book.save(file)
    file.seek(0)
    file.name = "名册.xlsx"
    return file


ROW = [1, "钱多多", "T0199", "", "", "", "", "花果派出所", "19900000001"]


def test_hidden_sheets_and_columns_that_are_not_used_are_named(world, client):
    """Of two columns for the unit the last is read, and the other is named."""
    client.force_login(world.chief, backend="accounts.backends.BadgeBackend")
    page = client.post(
        reverse("roster:upload"), {"file": with_hidden(ROW)}, headers={"accept-language": "en"}
    ).content.decode()
    assert "1 person can be taken" in page
    assert "Hidden sheets, not read: 去年名册. If one belongs to the roster" in page
    assert "Columns not used: 名册 D 所属单位, 名册 I 手机号." in page


def test_a_roster_whose_table_is_hidden_says_how_to_show_it(world):
    with pytest.raises(Refusal) as refusal, override("en"):
        read_roster(file=with_hidden(ROW, shown=False), name="名册.xlsx", by=world.chief)
    with override("en"):
        assert "not read: 去年名册. If the table stands in one of them, show that sheet" in str(refusal.value)


def test_the_command_names_them_too(world, capsys, tmp_path):
    file = tmp_path / "名册.xlsx"
    file.write_bytes(with_hidden(ROW, [2, "孙小小", "", "", "", "", "", "", ""]).getvalue())
    with override("en"), pytest.raises(SystemExit):
        call_command("import_officers", str(file), badge="T0101", json=True)
    told = json.loads(capsys.readouterr().out)
    assert (told["new"], told["refused"]) == (1, 1)
    (refused,) = told["left_out"].pop("refused_rows")
    assert (refused["sheet"], refused["row"]) == ("名册", 3) and refused["reasons"]
    assert told["left_out"] == {"hidden_sheets": ["去年名册"], "unused_columns": ["名册 D 所属单位", "名册 I 手机号"]}
    with override("en"), pytest.raises(SystemExit):
        call_command("import_officers", str(file), badge="T0101")
    said = capsys.readouterr().out
    assert "Hidden sheets, not read: 去年名册" in said and "Columns not used: 名册 D 所属单位" in said
