"""Loading the statistical codes."""

import io
import json
from pathlib import Path

import pytest
from django.core.management import call_command

from accounts.refusals import Refusal
from registry.areas import load_areas
from registry.models import Area
from tests.registry.conftest import DATA

pytestmark = pytest.mark.django_db

AREAS = DATA / "areas-420303-zhangwan.csv"


def lines(*rows: str, encoding: str = "utf-8") -> io.BytesIO:
    return io.BytesIO("\n".join(["code,name,level,parent", *rows]).encode(encoding))


def test_loading_again_changes_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("load_areas", str(AREAS))
    assert Area.objects.count() == 134
    with AREAS.open("rb") as file:
        assert vars(load_areas(file=file)) == {"new": 0, "changed": 0, "same": 134}
    call_command("load_areas", str(AREAS), json=True)
    assert '"same": 134' in capsys.readouterr().out


def test_a_changed_name_is_taken_over_and_counted() -> None:
    load_areas(file=lines("42,湖北,province,"))
    assert vars(load_areas(file=lines("42,湖北省,province,"))) == {"new": 0, "changed": 1, "same": 0}


def test_level_and_parent_are_read_from_the_code_when_the_file_does_not_say_them() -> None:
    load_areas(file=io.BytesIO("name,code\n湖北省,42\n十堰市,4203\n张湾区,420303\n花果街道,420303001".encode()))
    found = Area.objects.get(code="420303001")
    assert (found.level, found.parent_id, found.parent.level) == ("township", "420303", "county")


def test_several_files_are_loaded_in_one_go(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The whole country is published as one file a level."""
    first, second = tmp_path / "provinces.csv", tmp_path / "cities.csv"
    first.write_text("code,name\n42,湖北省\n", "utf-8")
    second.write_text("code,name,provinceCode\n4203,十堰市,42\n", "utf-8")
    call_command("load_areas", str(first), str(second), json=True)
    assert json.loads(capsys.readouterr().out) == {"new": 2, "changed": 0, "same": 0}


def test_order_and_encoding_do_not_matter() -> None:
    load_areas(file=lines("4203,十堰市,city,42", "42,湖北省,province,", encoding="gb18030"))
    assert Area.objects.get(code="4203").parent.name == "湖北省"


@pytest.mark.parametrize(
    ("row", "code", "named"),
    [
        ("4203,十堰市,city,42", "no_parent", "4203 十堰市 → 42"),
        ("x,十堰市,city,", "line", "2"),
        ("42,,province,", "line", "2"),
        ("42,湖北省,planet,", "line", "planet" and "2"),
        ("4203,十堰市,city,43", "line", "2"),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_loaded(row: str, code: str, named: str) -> None:
    with pytest.raises(Refusal) as caught:
        load_areas(file=lines(row))
    assert caught.value.code == code
    assert named in str(caught.value)
    assert not Area.objects.exists()


def test_a_table_with_other_headings_is_refused() -> None:
    with pytest.raises(Refusal) as caught:
        load_areas(file=io.BytesIO("代码,名称\n42,湖北".encode()))
    assert caught.value.code == "headings"
