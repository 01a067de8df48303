"""Finding the table: headings among titles, merged cells, blank and totals rows, columns that are never read."""

import io
from datetime import date
from typing import Any

from openpyxl import Workbook

from registry.columns import REASONS_HEADINGS, column_of, is_never_read
from registry.table import Table, find_table
from registry.workbook import open_workbook


def table_of(rows: list[list[Any]], merges: tuple[str, ...] = ()) -> Table | None:
    book = Workbook()
    for row in rows:
        book.active.append(row)
    for merge in merges:
        book.active.merge_cells(merge)
    file = io.BytesIO()
    book.save(file)
    return find_table(open_workbook(file).sheets[0])


def doors(table: Table | None) -> list[tuple[int, dict[str, Any]]]:
    assert table is not None
    return [(number, values) for number, _cells, values, _carried in table.rows() if values is not None]


def test_a_heading_is_found_below_titles_and_their_date() -> None:
    table = table_of(
        [["底册"], ["填报日期：2026年3月2日"], [], ["社 区", "详细地址*", "户主姓名"], ["六四", "1号", "张三"]]
    )
    assert table is not None
    assert (table.heading_row, list(table.columns)) == (4, ["community", "address", "person"])
    assert table.dated_on == date(2026, 3, 2)


def test_two_rows_of_headings_name_a_column_together() -> None:
    table = table_of(
        [
            ["住址信息", None, "责任人", None, "居民"],
            ["社区", "详细地址", "姓名", "警号", "姓名"],
            ["六四", "1号", "朱一", "ZW1", "张三"],
        ],
        merges=("A1:B1", "C1:D1"),
    )
    assert table is not None
    assert table.columns == {"community": 0, "address": 1, "officer": 2, "badge": 3, "person": 4}


def test_a_heading_merged_over_both_rows_counts() -> None:
    table = table_of(
        [["社区", "详细地址", "联系", None], [None, None, "姓名", "手机"], ["六四", "1号", "张三", 19900000001]],
        merges=("A1:A2", "B1:B2", "C1:D1"),
    )
    assert [number for number, _ in doors(table)] == [3]


def test_a_cell_merged_over_rows_is_carried_to_each_of_them_and_no_further() -> None:
    table = table_of(
        [["社区", "地址", "姓名"], ["六四", "1号", "甲"], [None, None, "乙"], [None, "2号", "丙"], [None, "3号", "丁"]],
        merges=("A2:A4", "B2:B3"),
    )
    found = [(values.get("community"), values.get("address")) for _, values in doors(table)]
    assert found == [("六四", "1号"), ("六四", "1号"), ("六四", "2号"), (None, "3号")]


def test_a_row_says_whether_anything_was_carried_into_it() -> None:
    table = table_of(
        [
            ["社区", "地址", "姓名"],
            ["六四", "1号", "甲"],
            [None, "2号", "乙"],
            [None, "3号", "丙"],
            ["五堰", "1号", "丁"],
        ],
        merges=("A2:A3",),
    )
    assert table is not None
    assert [(number, carried) for number, *_, carried in table.rows()] == [
        (2, False),
        (3, True),
        (4, False),
        (5, False),
    ]


def test_blank_totals_footer_and_repeated_heading_rows_are_no_doors() -> None:
    table = table_of(
        [
            ["序号", "社区", "地址", "户主"],
            [1, "六四", "1号", "甲"],
            [2, None, None, None],
            ["小计", None, None, "1户"],
            ["序号", "社区", "地址", "户主"],
            [3, "六四", "2号", "乙"],
            ["合计", "2户", None, None],
            [None, None, "总计 2户", None],
            ["填表人：丙", None, None, None],
        ]
    )
    assert [number for number, _ in doors(table)] == [2, 6]


def test_our_own_column_is_ignored_when_the_copy_comes_back() -> None:
    for heading in REASONS_HEADINGS.values():
        table = table_of([["社区", "地址", heading], ["六四", "1号", "没有地址"]])
        assert table is not None
        assert table.ours == [2]
        assert "没有地址" not in str(doors(table))


def test_columns_about_a_persons_nature_are_never_read() -> None:
    for heading in (
        "身份证号",
        "公民身份号码",
        "民族",
        "宗教信仰",
        "政治面貌",
        "健康状况",
        "出生日期",
        "ID number",
        "Ethnicity",
    ):
        assert is_never_read(heading), heading
    for heading in ("与户主关系", "联系电话", "房屋使用", "人户分离"):
        assert not is_never_read(heading), heading


def test_a_heading_is_matched_whole_never_in_part() -> None:
    assert column_of("村（社区）") == "community"
    assert column_of("房屋使用（自住/出租/借用/空置）") == "use"
    assert column_of("联系电话\n（手机）") == "phone"
    assert column_of("Full address") == "address"
    assert column_of("户籍地址") == ""
    assert column_of("社区民警意见") == ""


def test_a_sheet_without_a_place_is_no_table() -> None:
    assert table_of([["姓名", "电话"], ["张三", "19900000001"]]) is None


def test_a_second_column_of_a_name_is_told_with_its_letter_and_the_one_that_is_read() -> None:
    table = table_of([["社区", "地址", "联系电话", "备忘", "联系电话", "手机"], ["六四", "1号", "19900000001"]])
    assert table is not None
    assert table.columns["phone"] == 2
    described = table.describe()
    assert described["again"] == [["E", "联系电话", "C"], ["F", "手机", "C"]]
    assert described["unused"] == [["D", "备忘"]]
