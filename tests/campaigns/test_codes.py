"""The code of a door on paper: what a tired hand types wrong is found."""

import pytest

from accounts.refusals import Refusal
from campaigns.codes import QUASIGROUP, check_digit, code_of, printed, read_code

NUMBERS = [*range(1, 400), 1999, 20_417, 99_999, 1_234_567, 10_000_001]


def test_a_code_is_read_back_as_it_was_printed() -> None:
    for number in NUMBERS:
        for text in (code_of(number), printed(code_of(number)), f" {code_of(number)} ", code_of(number).lstrip("0")):
            assert read_code(text) == number
    assert (code_of(572), printed(code_of(572))) == ("05724", "0572-4")


def test_full_width_digits_and_gaps_are_taken_as_typed() -> None:
    assert read_code("０５７２ ４") == 572
    assert read_code("057 2-4") == 572


def test_every_single_wrong_digit_is_found() -> None:
    for number in NUMBERS:
        code = code_of(number)
        for place in range(len(code)):
            for digit in set("0123456789") - {code[place]}:
                with pytest.raises(Refusal) as caught:
                    read_code(code[:place] + digit + code[place + 1 :])
                assert caught.value.code == "check_digit"


def test_every_swap_of_neighbours_is_found() -> None:
    for number in NUMBERS:
        code = code_of(number)
        for place in range(len(code) - 1):
            if code[place] == code[place + 1]:
                continue
            with pytest.raises(Refusal):
                read_code(code[:place] + code[place + 1] + code[place] + code[place + 2 :])


def test_the_table_is_damm_s_totally_anti_symmetric_quasigroup() -> None:
    """Rows and columns are permutations, the diagonal is zero, and (c·x)·y = (c·y)·x only for x = y."""
    for row in range(10):
        assert sorted(QUASIGROUP[row]) == sorted("0123456789") == sorted(line[row] for line in QUASIGROUP)
        assert QUASIGROUP[row][row] == "0"

    def product(left: int, right: int) -> int:
        return int(QUASIGROUP[left][right])

    for c in range(10):
        for x in range(10):
            for y in set(range(10)) - {x}:
                assert product(product(c, x), y) != product(product(c, y), x)
    assert check_digit("572") == "4"


@pytest.mark.parametrize("text", ["", "5", "abc", "12a45", "一二三四", "1" * 13, "-5724\0"])
def test_what_is_no_code_is_refused_by_name(text: str) -> None:
    with pytest.raises(Refusal) as caught:
        read_code(text)
    assert (caught.value.code, caught.value.field) == ("code", "code")
