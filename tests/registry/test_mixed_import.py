"""One workbook with everything in it at once: what each row is taken for, and all that is stored afterwards.

Expectations are written by hand from the rows, not taken from what the code gave.
"""

from datetime import date
from typing import Any

import pytest

from registry.models import Contact, ImportBatch, Premises
from registry.search import sought
from tests.registry.conftest import District
from tests.registry.steps import bring, versions
from tests.registry.test_samples import confirm
from tests.world import NOW

pytestmark = pytest.mark.django_db

# Columns: community, address, kind, householder, phone, use, lives apart, relation, duty officer.
BEFORE = [
    ["六四社区", "车城路1号1栋101室", "住户", "张三", "19900000101", "自住", "否", "户主", "周明"],
    ["六四社区", "车城路1号1栋102室", "住户", "李四", "19900000102", "自住", "否", "户主", "周明"],
    ["六四社区", "车城路1号1栋103室", "住户", "王五", "19900000103", "自住", "", "户主", "周明"],
    ["六四社区", "车城路1号1栋104室", "住户", "赵六", "19900000104", "自住", "否", "户主", "周明"],
    ["六四社区", "车城路1号1栋105室", "住户", "", "", "", "", "", ""],
    ["六四社区", "车城路1号", "门店", "老周面馆", "19900000106", "", "", "", "周明"],
    ["六四社区", "车城路1号1栋107室", "住户", "冯七", "19900000107", "自住", "否", "户主", "周明"],
]
AFTER = [
    # 2: as before, the address in another spelling.
    ["六四社区", "六四社区车城路1号1幢101室", "住户", "张 三", "199 0000 0101", "自住", "否", "户主", "周明"],
    # 3, 4: let, with a tenant; the number of 李四 is a new one.
    ["六四社区", "车城路1号1栋102室", "住户", "李四", "19900000202", "出租", "是", "户主", "周明"],
    ["六四社区", "车城路1号1栋102室", "住户", "孙倩", "19900000203", "", "", "租客", "周明"],
    # 5, 6: said twice; the second time with another use, which doesn't count.
    ["六四社区", "车城路1号1栋103室", "住户", "王五", "19900000103", "自住", "", "户主", "周明"],
    ["六四社区", "车城路1号1栋103室", "住户", "王五", "", "空置", "", "户主", "周明"],
    # 7: confirmed at the door since the workbook's date.
    ["六四社区", "车城路1号1栋104室", "住户", "钱八", "19900000204", "空置", "是", "户主", "周明"],
    # 8: a door without a name gets one.
    ["六四社区", "车城路1号1栋105室", "住户", "吴九", "19900000105", "自住", "", "", "周明"],
    # 9, 10: the shop as before, another shop at its address; 11: a dwelling there.
    ["六四社区", "车城路1号", "门店", "老周面馆", "19900000106", "", "", "", "周明"],
    ["六四社区", "车城路1号", "门店", "小李理发", "", "", "", "", ""],
    ["六四社区", "车城路1号", "住户", "郑十", "", "", "", "", ""],
    # 12, 13: a new door with two people, the number in the second row of the same person's.
    ["六四社区", "车城路1号2栋201室", "住户", "陈一", "", "自住", "", "户主", ""],
    ["六四社区", "车城路1号2栋201室", "住户", "褚二", "", "", "", "配偶", ""],
    ["六四社区", "车城路1号2栋201室", "住户", "陈一", "19900000301", "", "", "户主", ""],
    # 15: kept whole; 16: number cut off; 17: no such community; 18: no kind; 19: no address; 20: another station's.
    ["六四社区", "老桥头小卖部旁边", "住户", "卫三", "", "", "", "", ""],
    ["六四社区", "车城路1号2栋202室", "住户", "蒋四", "1990000030", "自住", "", "", ""],
    ["不存在社区", "1组1号", "住户", "沈五", "", "", "", "", ""],
    ["六四社区", "1组2号", "飞船", "韩六", "", "", "", "", ""],
    ["六四社区", "", "住户", "杨七", "", "", "", "", ""],
    ["阳光社区", "1组3号", "住户", "朱八", "", "", "", "", ""],
]
ROWS: list[tuple[int, str, str, list[list[Any]]]] = [
    (2, "taken", "same", []),
    (3, "taken", "changed", []),
    (4, "taken", "more", []),
    (5, "taken", "same", []),
    (6, "partly", "same", [["again", "", {"row": 5}], ["use_differs", "use", {"row": 5}]]),
    (7, "taken", "kept", []),
    (8, "taken", "changed", []),
    (9, "taken", "same", []),
    (10, "taken", "new", []),
    (11, "taken", "new", []),
    (12, "taken", "new", []),
    (13, "taken", "more", []),
    (14, "taken", "same", [["again", "", {"row": 12}]]),
    (15, "taken", "new", [["address_whole", "address", {}]]),
    (16, "partly", "new", [["phone_short", "phone", {}]]),
    (17, "refused", "", [["community_unknown", "community", {"said": "不存在社区"}]]),
    (18, "refused", "", [["kind_unknown", "kind", {}]]),
    (19, "refused", "", [["no_address", "address", {}]]),
    (20, "elsewhere", "", []),
]
COUNTS = {
    "rows": 19,
    "verdicts": {"taken": 13, "partly": 2, "refused": 3, "elsewhere": 1},
    "effects": {"same": 5, "changed": 2, "more": 2, "kept": 1, "new": 5},
    "reasons": {
        "again": 2,
        "use_differs": 1,
        "address_whole": 1,
        "phone_short": 1,
        "community_unknown": 1,
        "kind_unknown": 1,
        "no_address": 1,
    },
    "cells_left_empty": 2,
    # 101 to 105, two shops and a dwelling at number 1, 201, 202, and the one kept whole.
    "doors": 11,
    "new_doors": 5,
    # One each, a second one in 102 and in 201; the new shop gives no number and so nobody.
    "contacts": 12,
}
# By address: kind, name, use, lives apart, duty officer, and the people with number and rank.
STORED = {
    ("车城路1号1栋101室", ""): ("household", "张三", "own", False, "周明", [("张三", "householder", "19900000101", 0)]),
    ("车城路1号1栋102室", ""): (
        *("household", "李四", "let", True, "周明"),
        [("李四", "householder", "19900000202", 0), ("孙倩", "tenant", "19900000203", 1)],
    ),
    ("车城路1号1栋103室", ""): ("household", "王五", "own", None, "周明", [("王五", "householder", "19900000103", 0)]),
    ("车城路1号1栋104室", ""): ("household", "赵六", "own", False, "周明", [("赵六", "householder", "19900000104", 0)]),
    ("车城路1号1栋105室", ""): ("household", "吴九", "own", None, "周明", [("吴九", "householder", "19900000105", 0)]),
    ("车城路1号", "老周面馆"): ("shop", "老周面馆", "", None, "周明", [("", "in_charge", "19900000106", 0)]),
    ("车城路1号1栋107室", ""): ("household", "冯七", "own", False, "周明", [("冯七", "householder", "19900000107", 0)]),
    ("车城路1号", "小李理发"): ("shop", "小李理发", "", None, "", []),
    ("车城路1号", ""): ("household", "郑十", "", None, "", [("郑十", "householder", "", 0)]),
    ("车城路1号2栋201室", ""): (
        *("household", "陈一", "own", None, ""),
        [("陈一", "householder", "19900000301", 0), ("褚二", "spouse", "", 1)],
    ),
    ("老桥头小卖部旁边", ""): ("household", "卫三", "", None, "", [("卫三", "householder", "", 0)]),
    ("车城路1号2栋202室", ""): ("household", "蒋四", "own", None, "", [("蒋四", "householder", "", 0)]),
}


@pytest.fixture
def mixed(district: District) -> ImportBatch:
    confirm(bring(district, *BEFORE, dated=date(2026, 1, 1)), district.chief)
    met = Premises.objects.unscoped("test").filter(address="车城路1号1栋104室")
    assert met.update(confirmed_on=date(2026, 3, 1)) == 1
    return bring(district, *AFTER, dated=date(2026, 2, 1))


def rows_of(batch: ImportBatch) -> list[tuple[int, str, str, list[list[Any]]]]:
    return list(batch.rows.order_by("pk").values_list("row_number", "verdict", "effect", "reasons"))


def said(batch: ImportBatch) -> dict[str, int]:
    return {effect: number for effect, number in batch.counts["effects"].items() if effect}


def stored() -> dict[tuple[str, str], tuple[Any, ...]]:
    found = {}
    for door in Premises.objects.unscoped("test"):
        people = Contact.objects.unscoped("test").filter(premises=door).order_by("rank")
        found[door.address, door.name_key] = (
            *(door.kind, door.name, door.use, door.registered_elsewhere, door.register_officer),
            list(people.values_list("name", "relation", "phone", "rank")),
        )
    return found


def test_each_row_is_taken_for_what_it_is_and_counted(mixed: ImportBatch) -> None:
    assert rows_of(mixed) == ROWS
    elsewhere = mixed.counts.pop("elsewhere")
    assert [number for _unit, number in elsewhere] == [1]
    assert {**mixed.counts, "effects": said(mixed)} == COUNTS


def test_all_that_the_register_holds_afterwards(mixed: ImportBatch, district: District) -> None:
    confirm(mixed, district.chief)
    assert stored() == STORED
    doors = {door.address: door for door in Premises.objects.unscoped("test").exclude(door_class="business")}
    assert {str(door.area_id) for door in doors.values()} == {"420303001007"}
    assert {door.unit_id for door in doors.values()} == {district.stations["花果派出所"].pk}
    flat = doors["车城路1号2栋201室"]
    assert (flat.street, flat.building, flat.entrance, flat.floor, flat.door) == ("车城路1号", "2栋", "", "2", "201室")
    assert (flat.address_key, flat.walk_key) == ("车城路1|2|||201", "0 车城路000001 000002  000002 000201")
    assert flat.created_at == NOW
    # Everybody there is found by name, whichever row they stood in.
    for address, names in (("车城路1号2栋201室", ["陈一", "褚二"]), ("车城路1号1栋102室", ["李四", "孙倩"])):
        assert set(doors[address].sought) == set(sought(address, *names))


def test_rows_that_say_nothing_new_are_not_rewritten(mixed: ImportBatch, district: District) -> None:
    changed = Premises.objects.unscoped("test").filter(address__in=["车城路1号1栋102室", "车城路1号1栋105室"])
    people = Contact.objects.unscoped("test").filter(premises__in=changed)
    rewritten = {("p", pk) for pk in changed.values_list("pk", flat=True)}
    rewritten |= {("c", pk) for pk in people.values_list("pk", flat=True)}
    before = {version for version in versions() if version[:2] not in rewritten}
    confirm(mixed, district.chief)
    assert before <= versions()


def test_the_same_mixed_workbook_again_writes_nothing(mixed: ImportBatch, district: District) -> None:
    confirm(mixed, district.chief)
    before = versions()
    again = bring(district, *AFTER, dated=date(2026, 2, 1))
    assert said(again) == {"same": 14, "kept": 1}
    confirm(again, district.chief)
    assert versions() == before
