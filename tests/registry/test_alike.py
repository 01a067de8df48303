"""A row that is filled into the pattern of one like it has the line that it would have had the long way."""

import random

import pytest

from registry.alike import Alike
from registry.lines import AHEAD, COLUMNS, line_of
from registry.staging import Understanding
from registry.texts import are_plain, clean, without_id_numbers
from registry.workbook import Cell

KNOWN = ["湖北省", "十堰市", "张湾区", "花果街道", "六四"]
CELLS: dict[str, list[Cell]] = {
    "community": ["六四社区", "阳光社区", "3号社区", "", None],
    "community_code": ["420303001007", 420303001007, "x", None],
    "kind": ["住户", "住户", "门店", "单位", "村社区", "飞船", None],
    "address": [
        *["车城路6号9栋301室", "车城路6号9栋302室", "车城路6号9栋1203室", "5组18号", "5组8号", "六四社区5组1号", "六四5组1号"],
        *["张湾区六四", "花果路48号", "花果路48号附3号", "阳光小区3-2-501", "11栋4层东户", "11栋304", "A座1203", "304室", "12"],
        *["老桥头旁边", "大树 下", "三组十二号", "十二栋二单元三零一室", "", None],
    ],
    "name": ["张三", "欧阳修", "张 三", "ＡＢ商行", "张*", "ﬁ商店", "x" * 70, "①号店", '好"店', "", None],
    "person": ["", None, None, None, "李四"],
    "in_charge": [None, None, None, "王五"],
    "phone": ["19900000001", 19900000002, "0719-8650001", "139****0001", "", None],
    "use": ["自住", "出租", "漂着", None],
    "registered_elsewhere": ["是", 1, 0, True, False, None],
    "relation": ["户主", "租客", "邻居", None],
    "officer": ["周明", None],
    "badge": ["ZW 1001", 1001, None],
}  # fmt: skip


@pytest.mark.parametrize(
    "columns",
    [list(CELLS), ["address", "name"], ["community", "address", "person", "phone", "kind"], ["address", "in_charge", "use"]],
    ids=["all columns", "two", "five", "nobody names the door"],
)  # fmt: skip
def test_the_short_way_and_the_long_way_write_the_same_line(columns: list[str]) -> None:
    rng, alike, filled = random.Random(5), Alike(KNOWN, columns), 0  # noqa: S311 - cells, not secrets
    for number in range(6_000):
        # Few different cells of each column: rows that are like one another are what this is about.
        values = {name: rng.choice(CELLS[name][: 2 + number % 30]) for name in columns}
        if number % 50 == 0:
            values = dict(list(values.items())[:-1])
        plain = are_plain(list(values.values()))
        long_way = line_of(Understanding(KNOWN, columns).row(values, number))
        assert alike.line(values, number, plain) == long_way, values
        filled += bool(plain and alike.plain_areas and values.get("address") and alike._filled_in(values, number))
    assert filled > 200


def test_a_line_has_a_place_for_every_column() -> None:
    alike = Alike(KNOWN, ["address", "name"])
    for name in ("张三", "李四", "王\\五"):
        values: dict[str, Cell] = {"address": "5组18号", "name": name}
        line = alike.line(values, 2, are_plain(list(values.values())))
        assert len(line.split("\t")) == len(AHEAD) + len(COLUMNS)


@pytest.mark.parametrize(
    ("cells", "plain"),
    [
        (["六四社区", "5组18号", None, 19900000001], True),
        (["六四社区", "5组 18号"], True),
        (["六四社区 ", "5组18号"], False),
        ([" 六四社区"], False),
        (["六四", "5组  18号"], False),
        (["5组１8号"], False),
        (["张*"], False),
        (["#N/A"], False),
        (["420303198001011234"], False),
        ([420303198001011234], False),
        (["张\t三"], False),
        ([1.5], False),
        ([True], False),
        ([0], False),
    ],
)
def test_a_plain_row_is_one_that_cleaning_leaves_alone(cells: list[Cell], plain: bool) -> None:
    assert are_plain(cells) is plain
    texts = [cell for cell in cells if isinstance(cell, str)]
    if plain:
        assert [without_id_numbers(clean(text))[0] for text in texts] == texts


@pytest.mark.parametrize("mark", ["\t", "\n", "\r", "\t\n\t"], ids=["tab", "line break", "return", "several"])
@pytest.mark.parametrize("column", ["community", "address", "name", "use", "officer", "badge", "relation"])
def test_no_tab_and_no_line_break_gets_into_a_line_though_the_caller_calls_the_row_plain(
    column: str, mark: str
) -> None:
    values: dict[str, Cell] = {name: cells[0] for name, cells in CELLS.items() if name not in ("person", "in_charge")}
    for text in (f"{values[column]}{mark}x", f"x{mark}{values[column]}"):
        alike = Alike(KNOWN, list(values))
        for number in (2, 3):
            line = alike.line({**values, column: text}, number, plain=True)
            assert line.count("\t") == len(AHEAD) + len(COLUMNS) - 1
            assert line.replace("\t", "").isprintable()


def test_a_backslash_that_only_the_key_holds_is_escaped() -> None:
    columns, values = ["address", "name"], {"address": "车城路6号9栋301室", "name": "好店﹨"}
    assert are_plain(values.values())
    line = Alike(KNOWN, columns).line(values, 2, plain=True)
    assert line == line_of(Understanding(KNOWN, columns).row(values, 2))
    assert "\t好店\\\\\t" in line
