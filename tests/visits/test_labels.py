"""How a door is named to each reader."""

import pytest
from django.utils import translation

from registry.models import Premises
from visits import labels


def door(**facts: str) -> Premises:
    return Premises(**{"address": "as written", **facts})


FLAT = {"street": "花果路1号", "building": "5栋", "entrance": "2单元", "door": "302室"}


@pytest.mark.parametrize(
    ("language", "facts", "building", "whole"),
    [
        ("zh-hans", FLAT, "5栋 2单元", "5栋 2单元 302"),
        ("en", FLAT, "Building 5, entrance 2", "Bldg 5-2, 302"),
        ("en", {"building": "甲栋楼", "door": "1号"}, "甲栋楼", "甲栋楼 1号"),
        ("zh-hans", {"street": "花果路", "door": "9号"}, "花果路", "花果路 9号"),
        ("zh-hans", {"building": "5栋", "floor": "三楼", "door": "东户"}, "5栋", "5栋 三楼东户"),
        ("zh-hans", {}, "", "as written"),
    ],
)
def test_a_door_is_named_as_its_reader_says_it(language: str, facts: dict[str, str], building: str, whole: str) -> None:
    with translation.override(language):
        assert labels.building_label(door(**facts)) == building
        assert labels.door_label(door(**facts)) == whole
