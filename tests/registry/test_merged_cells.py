"""What is carried down from a merged cell is cleaned in every row that it comes to, though the row's own cells are
plain."""

import io

import pytest
from openpyxl import Workbook

from registry.actions import read_batch, upload_workbook
from registry.models import ImportRow
from tests.registry.conftest import District
from tests.world import NOW

pytestmark = pytest.mark.django_db


def rows_below(district: District, community: str = "六四社区", name: str = "张三") -> list[ImportRow]:
    """Rows 3 and 4 of a workbook whose community and name are merged over rows 2 to 4."""
    book = Workbook()
    book.active.append(["社区", "详细地址", "类别", "户主", "联系电话"])
    book.active.append([community, "1组1号", "住户", name, "19900000001"])
    book.active.append([None, "1组2号", "住户", None, "19900000002"])
    book.active.append([None, "1组3号", "住户", None, "19900000003"])
    book.active.merge_cells("A2:A4")
    book.active.merge_cells("D2:D4")
    file = io.BytesIO()
    book.save(file)
    file.seek(0)
    unit = district.stations["花果派出所"]
    batch = upload_workbook(unit=unit, file=file, name="底册.xlsx", by=district.chief, at=NOW)
    batch = read_batch(batch=batch, at=NOW)
    assert batch.state == "ready"
    first, *below = batch.rows.all()
    assert (first.row_number, [row.row_number for row in below]) == (2, [3, 4])
    assert [row.address for row in below] == ["1组2号", "1组3号"]
    return below


def said(row: ImportRow) -> list[list[str]]:
    return [reason[:2] for reason in row.reasons]


def test_an_identity_number_is_cut_out_of_every_row(district: District) -> None:
    for row in rows_below(district, name="张三 420303199001011234"):
        assert (row.name, row.contact_name, row.verdict) == ("张三", "张三", "partly")
        assert said(row) == [["id_number", "person"]]
        assert not any("420303" in text for text in [row.name_key, row.contact_key, *row.sought])


def test_a_masked_name_is_nobodys_in_every_row(district: District) -> None:
    for row in rows_below(district, name="张*"):
        assert (row.name, row.contact_name, said(row)) == ("", "", [["masked", "person"]])


@pytest.mark.parametrize(
    "community", ["六四社区\n", "\n六四社区", "六四社区\t", "六四社区\r\n"], ids=["below", "above", "tab", "both"]
)
def test_a_line_break_or_a_tab_in_the_community_breaks_no_line(district: District, community: str) -> None:
    for row in rows_below(district, community=community):
        assert row.area.name == "六四社区居民委员会"
        assert (row.name, row.verdict, row.reasons) == ("张三", "taken", [])


@pytest.mark.parametrize("between", ["\n", "\t"], ids=["line break", "tab"])
def test_nor_does_one_in_a_name(district: District, between: str) -> None:
    for row in rows_below(district, name=f"王{between}五"):
        assert (row.name, row.name_key, row.verdict) == ("王五", "王五", "taken")


def test_a_cell_that_is_written_like_a_staged_row_is_a_text_like_any_other(district: District) -> None:
    forged = "六四社区\t\t\t\t\n9\t六四社区\t\t\t\t\thousehold\tdwelling"
    for row in rows_below(district, community=forged):
        assert (row.area, row.verdict) == (None, "refused")
        assert row.address in {"1组2号", "1组3号"}


def test_a_plain_merged_cell_is_taken_as_it_stands(district: District) -> None:
    for row in rows_below(district):
        assert (row.area.name, row.name, row.verdict, row.reasons) == ("六四社区居民委员会", "张三", "taken", [])
