"""The code of a door on paper: its number in the frame and one check digit, short enough for a number pad.

The check digit is Damm's (H. M. Damm, "Total anti-symmetrische Quasigruppen", doctoral thesis, Marburg 2004; the
quasigroup of order 10 below is his): it finds every single wrong digit and every swap of two neighbours. Zeros in
front change nothing, so that they may be left out in typing.
"""

import unicodedata

from django.utils.translation import gettext as _

from accounts.refusals import Refusal

QUASIGROUP = (
    "0317598642",
    "7092154863",
    "4206871359",
    "1750983426",
    "6123045978",
    "3674209581",
    "5869720134",
    "8945362017",
    "9438617205",
    "2581436790",
)
# Shorter numbers are filled up in front, so that codes of one list look alike.
DIGITS = 4
LONGEST = 12
BETWEEN = " -–·."


def check_digit(digits: str) -> str:
    state = "0"
    for digit in digits:
        state = QUASIGROUP[int(state)][int(digit)]
    return state


def code_of(number: int) -> str:
    """417 → 04173: the door's number and its check digit, without a gap."""
    digits = f"{number:0{DIGITS}d}"
    return digits + check_digit(digits)


def printed(code: str) -> str:
    """04173 → 0417-3, as it stands on the list."""
    return f"{code[:-1]}-{code[-1]}"


def read_code(text: str) -> int:
    """The door's number in the frame; gaps and full-width digits are taken as typed. Raises `Refusal("code")`."""
    typed = "".join(mark for mark in unicodedata.normalize("NFKC", text) if mark not in BETWEEN)
    if not typed.isascii() or not typed.isdigit() or not 2 <= len(typed) <= LONGEST:
        raise Refusal("code", _("A code is digits only, as it stands on the list: 0417-3."), "code")
    if check_digit(typed) != "0":
        raise Refusal("check_digit", _("A digit is wrong or two are swapped. Read the code on the list again."), "code")
    return int(typed[:-1])
