"""Addresses taken apart, the key by which two spellings meet, and the order in which one walks."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from registry.addresses import join_address, split_address

KNOWN = ["湖北省", "十堰市", "张湾区", "花果街道", "六四社区"]


@pytest.mark.parametrize(
    ("written", "parts"),
    [
        ("汉江南路122号17栋1单元202室", ("汉江南路122号", "17栋", "1单元", "2", "202室")),
        (
            "湖北省十堰市张湾区花果街道六四社区花果路164号22栋4单元1001室",
            ("花果路164号", "22栋", "4单元", "10", "1001室"),
        ),
        ("阳光小区3-2-501", ("阳光小区", "3栋", "2单元", "5", "501室")),
        ("东风新村18号楼2门301", ("东风新村", "18号楼", "2门", "3", "301室")),
        ("A座1203", ("", "A座", "", "12", "1203室")),
        ("花果路48号", ("花果路", "", "", "", "48号")),
        ("花果路48号附3号", ("花果路", "", "", "", "48号附3号")),
        ("7组8号", ("7组", "", "", "", "8号")),
        ("三组十二号", ("三组", "", "", "", "十二号")),
        ("７组８号", ("7组", "", "", "", "8号")),
        ("王家院子5号", ("王家院子", "", "", "", "5号")),
    ],
)
def test_usual_forms_are_taken_apart(written: str, parts: tuple[str, ...]) -> None:
    found = split_address(written, KNOWN)
    assert (found.street, found.building, found.entrance, found.floor, found.door) == parts
    assert found.parsed


def test_what_has_no_usual_form_is_kept_whole_and_walked_last() -> None:
    odd = split_address("老桥头小卖部旁边")
    assert (odd.door, odd.parsed, odd.written) == ("老桥头小卖部旁边", False, "老桥头小卖部旁边")
    assert odd.walk_key > split_address("9组99号").walk_key
    assert odd.walk_key > split_address("张湾路9号").walk_key


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("幸福路1号11栋1单元304室", "幸福路1号11幢1单元304"),
        ("幸福路1号三栋二单元304室", "幸福路1号3号楼2单元0304室"),
        ("一组18号", "1组１８号"),
        ("7组8号", "七村民小组8号"),
        ("幸福小区 3栋 2单元 501", "幸福小区3-2-501室"),
    ],
)
def test_two_spellings_of_a_door_have_one_key(one: str, other: str) -> None:
    assert split_address(one).key == split_address(other).key


def test_different_doors_have_different_keys() -> None:
    texts = ["1组28号", "12组8号", "1组2号", "幸福路1号1栋1单元101室", "幸福路11号1栋1单元101室", "幸福路1号1栋11单元101室",
             "幸福路1号1栋1单元1101室", "花果路48号", "花果路48号2楼", "花果路48号附2号"]  # fmt: skip
    assert len({split_address(text).key for text in texts}) == len(texts)


def test_columns_and_one_cell_say_the_same_door() -> None:
    apart = join_address("丰登路172号", "11栋", "1单元", "3", "304室")
    assert apart.key == split_address("丰登路172号11栋1单元304室").key
    assert apart.written == "丰登路172号11栋1单元304室"
    assert join_address("", "", "", "", "5组18号").key == split_address("5组18号").key
    assert join_address("花果路", "", "", "", "48号").key == split_address("花果路48号").key


def test_a_floor_that_the_door_does_not_say_tells_doors_apart() -> None:
    keys = {join_address("丰登路172号", "3", "1", floor, "01").key for floor in ("4", "5")}
    assert len(keys) == 2


def test_walking_order_is_that_of_the_street() -> None:
    walk = ["1组2号", "1组10号", "2组1号", "10组1号", "幸福路1号2栋1单元201室", "幸福路1号2栋1单元1101室",
            "幸福路1号10栋1单元101室", "幸福路2号1栋1单元101室", "小桥边"]  # fmt: skip
    keys = [split_address(text).walk_key for text in walk]
    assert [key.encode() for key in keys] == sorted(key.encode() for key in keys)


@given(some.text(max_size=400))
def test_any_text_becomes_an_address_that_fits_its_columns(text: str) -> None:
    found = split_address(text)
    for part, size in zip(
        (
            found.street,
            found.building,
            found.entrance,
            found.floor,
            found.door,
            found.written,
            found.key,
            found.walk_key,
        ),
        (100, 40, 40, 20, 60, 300, 300, 300),
        strict=True,
    ):
        assert len(part) <= size
