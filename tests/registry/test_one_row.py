"""One row of a workbook understood: whose it is, and that a door which can't be read is none."""

from datetime import datetime

import pytest

from registry.staging import StagedRow, Understanding

DOOR = {"street": "花果路1号", "building": "5栋", "entrance": "2单元", "door": "101室"}


def understood(**values: object) -> StagedRow:
    return Understanding(columns=["kind", *values]).row({"kind": "住户", **values}, 2)


def test_a_row_of_somebody_else_of_the_household_is_that_persons_and_not_the_contacts() -> None:
    row = understood(address="1组1号", person="李四", relation="配偶", contact="王五", phone="19900000002")
    assert (row.name, row.contact_name, row.phone) == ("", "李四", "19900000002")


def test_a_row_of_the_householder_names_the_door_and_keeps_the_contact() -> None:
    row = understood(address="1组1号", person="张三", relation="户主", contact="王五", phone="19900000001")
    assert (row.name, row.contact_name) == ("张三", "王五")


@pytest.mark.parametrize("spoilt", [datetime(2026, 3, 2), "#REF!"])
@pytest.mark.parametrize("name", [*DOOR, "address"])
def test_a_row_whose_door_can_t_be_read_at_any_of_its_cells_is_refused(name: str, spoilt: object) -> None:
    assert not understood(**DOOR).refused
    assert understood(**{**DOOR, name: spoilt}).refused


@pytest.mark.parametrize("said", ["-", "/", "不详", "暂无"])
def test_a_mark_for_nothing_is_no_fault_of_its_row(said: str) -> None:
    row = understood(**DOOR, use=said, registered_elsewhere=said)
    assert (row.use, row.registered_elsewhere, row.reasons) == ("", None, [])
