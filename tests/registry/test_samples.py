"""What the two sample workbooks become, counted by hand from the sheets themselves.

`doors-zhangwan-sample.xlsx` (one row per door): rows 4 to 606 without the blank rows 75, 260 and 562 are 600; row 607
is the total. Two rows (29 and 573) name 不存在社区 and are refused: 598 are taken.
  Twice the same: 5 = 11, 16 = 91, 39 = 194, 181 = 417, 191 = 330, 232 = 493, 553 = 601: 7 rows fewer doors.
  Same dwelling, other householder: 10/45, 67/308, 76/410, 89/444, 137/529, 161/360, 182/231, 215/319, 292/396,
  358/455, 415/579, 471/578: 12 more rows that are a second contact. 598 − 7 − 12 = 579 doors, of which 500 dwellings.
  (A dwelling and a business at one address, 46/236, 19/78, 58/209, 173/476, are two doors; so are the shops 234/571.)
  Contacts: 598 − 7 rows said twice, and row 490 names a householder and another contact: 592.
  Cells left empty: the ten-digit phones of rows 22, 273, 339, 397, 422, 551 and 560; 房屋使用 of 444 and 231, which says
  other than 89 and 182 for the same dwelling; 人户分离 of 45 and 360, other than 10 and 161: 11 cells in 11 rows.
For 花果派出所 alone: 160 rows name it, among them the two refused; 440 are other stations'. Twice the same or
second householder within its area: 137/529 and 358/455; so 158 − 2 = 156 doors and 158 contacts; phones left empty:
273, 397, 560.

`doors-by-community-sample.xlsx` (one row per person, one sheet per community): 88 + 116 + 109 + 98 + 114 + 121 = 646
rows, all of communities that exist. Doors by sheet, dwellings (distinct addresses of 住户 rows) + businesses:
40 + 9, 61 + 13, 53 + 8, 49 + 14, 60 + 10, 60 + 13 = 390. No person is said twice: 646 contacts, 67 of them the
person in charge of a business, of whom the sheet gives the number and no name. No cell is unreadable; the column
身份证号 is not read. For 西沟派出所 (东沟, 沙洲): 225 rows, 74 + 61 = 135 doors, 225 contacts, 421 rows of others.
"""

from pathlib import Path

import pytest

from accounts.models import Officer, Unit
from registry.actions import confirm_import, read_batch, upload_workbook
from registry.models import Contact, ImportBatch, Premises
from tests.registry.conftest import BY_COMMUNITY, BY_DOOR, District, supervisor
from tests.world import NOW

pytestmark = pytest.mark.django_db


def read(path: Path, unit: Unit, by: Officer) -> ImportBatch:
    with path.open("rb") as file:
        batch = upload_workbook(unit=unit, file=file, name=path.name, by=by, at=NOW)
    return read_batch(batch=batch, at=NOW)


def confirm(batch: ImportBatch, by: Officer) -> ImportBatch:
    return confirm_import(batch=batch, version=batch.version, by=by, at=NOW)


def doors() -> int:
    return Premises.objects.unscoped("counting").count()


def contacts() -> int:
    return Contact.objects.unscoped("counting").count()


def test_the_workbook_by_door_for_the_whole_district(district: District) -> None:
    batch = read(BY_DOOR, district.bureau, district.desk)
    assert batch.state == "ready"
    assert batch.counts["rows"] == 600
    assert batch.counts["verdicts"] == {"taken": 587, "partly": 11, "refused": 2}
    assert batch.counts["cells_left_empty"] == 11
    assert (batch.counts["doors"], batch.counts["new_doors"], batch.counts["contacts"]) == (579, 579, 592)
    assert batch.dated_on.isoformat() == "2026-03-02"
    assert doors() == 0
    confirm(batch, district.desk)
    assert (doors(), contacts()) == (579, 592)
    assert Premises.objects.unscoped("counting").filter(door_class="dwelling").count() == 500


def test_the_refused_and_half_taken_rows_are_those_of_the_sheet(district: District) -> None:
    batch = read(BY_DOOR, district.bureau, district.desk)
    rows = batch.rows.all()
    assert list(rows.filter(verdict="refused").values_list("row_number", "reasons")) == [
        (29, [["community_unknown", "community", {"said": "不存在社区"}]]),
        (573, [["community_unknown", "community", {"said": "不存在社区"}]]),
    ]
    partly = dict(rows.filter(verdict="partly").values_list("row_number", "reasons"))
    phones = {22, 273, 339, 397, 422, 551, 560}
    assert partly.keys() == phones | {444, 231, 45, 360}
    assert all(partly[number] == [["phone_short", "phone", {}]] for number in phones)
    assert partly[444] == [["use_differs", "use", {"row": 89}]]
    assert partly[45] == [["apart_differs", "registered_elsewhere", {"row": 10}]]


def test_the_workbook_by_door_for_one_station(district: District) -> None:
    batch = read(BY_DOOR, district.stations["花果派出所"], district.chief)
    assert batch.counts["verdicts"] == {"taken": 155, "partly": 3, "refused": 2, "elsewhere": 440}
    assert sum(number for _unit, number in batch.counts["elsewhere"]) == 440
    confirm(batch, district.chief)
    assert (doors(), contacts()) == (156, 158)
    assert not batch.rows.all().exclude(name="", address="").exists()


def test_the_workbook_by_community_for_the_whole_district(district: District) -> None:
    batch = read(BY_COMMUNITY, district.bureau, district.desk)
    assert batch.counts["verdicts"] == {"taken": 646}
    assert (batch.counts["doors"], batch.counts["contacts"], batch.counts["cells_left_empty"]) == (390, 646, 0)
    confirm(batch, district.desk)
    assert (doors(), contacts()) == (390, 646)


def test_the_workbook_by_community_for_one_station(district: District) -> None:
    station = district.stations["西沟派出所"]
    chief = supervisor("ZW0300", "周平", station)
    batch = read(BY_COMMUNITY, station, chief)
    assert batch.counts["verdicts"] == {"taken": 225, "elsewhere": 421}
    confirm(batch, chief)
    assert (doors(), contacts()) == (135, 225)


def test_the_duty_officer_of_the_sheet_stays_with_the_door(district: District) -> None:
    confirm(read(BY_COMMUNITY, district.bureau, district.desk), district.desk)
    named = Premises.objects.unscoped("counting").values_list("register_officer", "register_badge").distinct()
    assert set(named) == {("朱娟俊", "ZW1002"), ("张伟红", "ZW1003"), ("付敏军", "ZW1001"), ("黄翠芝", "ZW1004")}
