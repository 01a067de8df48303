"""What a door is found by: characters of any part, pinyin, initials; surnames are read as surnames."""

import pytest

from registry.search import sought, wanted


def finds(text: str, name: str, address: str = "汉江路17号2单元202室") -> bool:
    tokens = wanted(text)
    return bool(tokens) and set(tokens) <= set(sought(address, name))


@pytest.mark.parametrize(
    ("name", "read"),
    [
        ("单雄信", "shan"),
        ("解晓东", "xie"),
        ("曾国华", "zeng"),
        ("仇英", "qiu"),
        ("区小明", "ou"),
        ("查良镛", "zha"),
        ("朴志强", "piao"),
        ("任建国", "ren"),
        ("盖文", "ge"),
        ("翟让", "zhai"),
        ("尉迟恭", "yuchi"),
        ("万俟雪", "moqi"),
    ],
)
def test_a_surname_with_several_readings_is_read_as_a_surname(name: str, read: str) -> None:
    assert finds(read, name), sought("", name)


@pytest.mark.parametrize(
    "text", ["周秀", "秀兰", "周秀兰", "zhou", "zhouxiulan", "zhouxiu", "zxl", "zx", "ZXL", "周秀 汉江"]
)
def test_a_person_is_found_by_characters_pinyin_and_initials(text: str) -> None:
    assert finds(text, "周秀兰")


@pytest.mark.parametrize("text", ["汉江", "江路17", "17号", "2单元", "202室", "202", "汉江路17号2单元202室"])
def test_an_address_is_found_by_any_part(text: str) -> None:
    assert finds(text, "周秀兰")


@pytest.mark.parametrize("text", ["周", "z", "", " ", "李四", "zxm", "203", "王秀兰"])
def test_too_little_or_something_else_finds_nothing(text: str) -> None:
    assert not finds(text, "周秀兰")


def test_everybody_at_the_door_is_found() -> None:
    tokens = set(sought("汉江路17号", "周秀兰", "单雄信"))
    assert {"zhou", "shan", "汉江"} <= tokens


def test_the_end_of_a_long_address_never_pushes_the_name_out() -> None:
    assert finds("zhou", "周秀兰", "很长的路名" * 60)
