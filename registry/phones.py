"""Phone numbers in every form that a sheet holds, brought to one: digits, with "+" only for abroad, "-" before an
extension."""

import re
from decimal import Decimal, InvalidOperation
from typing import NamedTuple

SEVERAL = re.compile(r"[/、,，;；|]|\s(?=1[3-9])|\s+或\s*|或")
EXTENSION = re.compile(r"(?:转|ext\.?|x|－|-)(\d{1,6})$", re.I)
MOBILE = re.compile(r"1[3-9]\d{9}")
LANDLINE = re.compile(r"0(?:10|2\d|[3-9]\d{2})[2-9]\d{6,7}")
LOCAL = re.compile(r"[2-9]\d{6,7}")
SERVICE = re.compile(r"[48]00\d{7}")
SCIENTIFIC = re.compile(r"(\d)(?:\.(\d+))?[Ee]\+?(\d{1,2})")


class Phone(NamedTuple):
    """`number` is "" when the cell holds none; `fault` then names why, unless the cell was empty."""

    number: str = ""
    fault: str = ""
    more: bool = False
    """The cell held a second number, which was left out."""


def read_phone(raw: object) -> Phone:
    """`raw` is the cell's value; a number cell gives an int. Nothing is guessed: ten digits are a mistake, not a prefix."""
    if raw is None or raw == "" or isinstance(raw, bool):
        return Phone()
    if isinstance(raw, float):
        return Phone(fault="phone_unreadable")
    text = str(raw)
    if MOBILE.fullmatch(text):
        return Phone(text)
    text = text.strip().lstrip("'").strip()
    if MOBILE.fullmatch(text):
        return Phone(text)
    if text in {"", "无", "-", "--", "/", "—", "none", "None", "暂无", "不详", "0"}:
        return Phone()
    if SCIENTIFIC.fullmatch(text):
        return _scientific(text)
    whole = _one(text)
    if whole.number:
        return whole
    pieces = [piece for piece in SEVERAL.split(text) if any(mark.isdigit() for mark in piece)]
    usable = [phone for phone in map(_one, pieces) if phone.number]
    return Phone(usable[0].number, more=len(pieces) > 1) if usable else whole


def _scientific(text: str) -> Phone:
    """1.39E+10: the sheet showed it so and the digits behind are gone, unless they were all written out."""
    match = SCIENTIFIC.fullmatch(text)
    digits = 1 + len((match[2] or "") if match else "")
    try:
        number = str(int(Decimal(text)))
    except (InvalidOperation, ValueError, OverflowError):
        return Phone(fault="phone_unreadable")
    if digits >= len(number) and MOBILE.fullmatch(number):
        return Phone(number)
    return Phone(fault="phone_rounded")


def _one(text: str) -> Phone:
    text = re.sub(r"^(?:电话|手机|联系电话|tel|mobile|phone)[:：]?", "", text.strip(), flags=re.I)
    text = re.sub(r"[\s.·()（）]", "", text)
    text = re.sub(r"[—–―_~]", "-", text)
    if re.search(r"[^\d+\-转extX.]", text):
        return Phone(fault="phone_unreadable")
    digits = re.sub(r"^(?:\+|00)86-?", "", text)
    plain = digits.replace("-", "")
    if plain.startswith("86") and MOBILE.fullmatch(plain[2:]):
        plain = plain[2:]
    for shape in (MOBILE, LANDLINE, SERVICE, LOCAL):
        if shape.fullmatch(plain):
            return Phone(plain)
    if digits.startswith("+") and re.fullmatch(r"\+[1-9]\d{7,14}", plain):
        return Phone(plain)
    if match := EXTENSION.search(digits):
        base = digits[: match.start()].replace("-", "")
        if LANDLINE.fullmatch(base) or LOCAL.fullmatch(base) or SERVICE.fullmatch(base):
            return Phone(f"{base}-{match[1]}")
    if re.fullmatch(r"1[3-9]\d*", plain):
        return Phone(fault="phone_short" if len(plain) < 11 else "phone_long")
    return Phone(fault="phone_unreadable")
