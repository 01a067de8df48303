"""Phone numbers in every form that a sheet holds."""

import pytest

from registry.phones import read_phone


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        (19900000321, "19900000321"),
        ("199-0000-3072", "19900003072"),
        ("199 0000 3072", "19900003072"),
        ("+86 199 0000 1234", "19900001234"),
        ("008619900001234", "19900001234"),
        ("8619900001234", "19900001234"),
        ("'19900001234", "19900001234"),
        ("1.9900000321E+10", "19900000321"),
        ("0719-8888888", "07198888888"),
        ("(0719)8888888", "07198888888"),
        ("8888888", "8888888"),
        ("0719-8888888转12", "07198888888-12"),
        ("400-800-1234", "4008001234"),
        ("电话：19900001234", "19900001234"),
        (None, ""),
        ("无", ""),
    ],
)
def test_a_number_is_brought_to_one_form(cell: object, number: str) -> None:
    found = read_phone(cell)
    assert (found.number, found.fault) == (number, "")


@pytest.mark.parametrize(
    ("cell", "fault"),
    [
        ("1990000353", "phone_short"),
        (1990000353, "phone_short"),
        ("199000035311", "phone_long"),
        ("1.39E+10", "phone_rounded"),
        ("abc", "phone_unreadable"),
        ("110", "phone_unreadable"),
        (1.5, "phone_unreadable"),
    ],
)
def test_a_wrong_number_is_left_out_and_never_mended(cell: object, fault: str) -> None:
    found = read_phone(cell)
    assert (found.number, found.fault) == ("", fault)


def test_of_several_numbers_the_first_usable_is_taken_and_it_says_so() -> None:
    for cell in ("19900000001/19900000002", "19900000001、19900000002", "19900000001 19900000002"):
        found = read_phone(cell)
        assert (found.number, found.more) == ("19900000001", True)
    assert read_phone("1990000/19900000002").number == "19900000002"
