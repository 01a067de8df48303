"""Text as offices type it, brought to one form: full-width digits and letters, hidden characters, stray blanks.

NFKC is applied to keys only. In what is stored it would rewrite ①, ㎡ and the compatibility ideographs of rare
surnames, so there only digits, letters and a few marks are narrowed.
"""

import re
import unicodedata
from collections.abc import Collection
from functools import lru_cache

WIDE = {code: code - 0xFEE0 for code in (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B))}
WIDE |= {
    ord(wide): narrow for wide, narrow in zip("＃－／．＋＊＠　\xa0\u2002\u2003\u2009", "#-/.+*@     ", strict=True)
}
HIDDEN = dict.fromkeys(
    [
        *range(0x20),
        0x7F,
        *range(0x80, 0xA0),
        0xAD,
        *range(0x200B, 0x2010),
        *range(0x2028, 0x202F),
        0x2060,
        0xFEFF,
    ]
)
HIDDEN |= {ord(mark): " " for mark in "\t\n\r\v\f"}
_NARROW = {**WIDE, **HIDDEN}
_ODD = re.compile("[\x00-\x1f\x7f-\xa0\xad\u2000-\u206f\u3000\ufeff\uff01-\uff5e]")
_BLANKS = re.compile(" {2,}")
_BETWEEN_IDEOGRAPHS = re.compile("(?<=[\u3400-\u9fff\U00020000-\U0003ffff]) +(?=[\u3400-\u9fff\U00020000-\U0003ffff])")
_NOT_IN_KEY = re.compile(r"[\s()\[\]【】,.、。·\-_'\"“”‘’]+")

# An identity card number: 17 digits and a check digit, or the old 15 digits, not inside a longer run of digits.
ID_NUMBER = re.compile(
    r"(?<![0-9])[1-9][0-9]{5}(?:18|19|20)[0-9]{9}[0-9Xx](?![0-9])|(?<![0-9])[0-9]{17}[0-9Xx](?![0-9])"
    r"|(?<![0-9])[1-9][0-9]{14}(?![0-9])"
)


# What makes a cell more than its characters: wide digits and letters, a mask, an error value, a date serial's digits.
_MARKED = re.compile("[*#\\\\\uff01-\uff5e]")
_PLAIN = {str, int, type(None)}
_LONG_NUMBER = re.compile("[0-9]{14}")


def are_plain(cells: Collection[object]) -> bool:
    """True only if `clean` and `without_id_numbers` leave each of these cells as it is, and none is masked or an error.

    Of the cells given and no others: what is carried into a row from a merged cell has to be among them. One look at
    all of them together tells, which says no to some that nothing would change: text, short whole numbers other than 0
    and empty cells only, none with a # or *, and not over 300 characters together.
    """
    try:
        # A cell that is no text is found by join's own TypeError: a row of texts alone, the usual one, costs no look at each.
        row = "|".join(filter(None, cells))  # type: ignore[arg-type]
    except TypeError:
        if any(type(cell) not in _PLAIN or (type(cell) is int and abs(cell) >= 10**14) for cell in cells):
            return False
        row = "|".join([cell for cell in cells if type(cell) is str])
    if 0 in cells or not row.isprintable() or _MARKED.search(row) or _LONG_NUMBER.search(row) or len(row) > 300:
        return False
    return " " not in row or not ("  " in row or " |" in row or "| " in row or row[0] == " " or row[-1] == " ")


@lru_cache(maxsize=16_384)
def clean(text: str) -> str:
    """Narrow digits and letters, no hidden characters, single blanks, none at the ends."""
    if _ODD.search(text):
        text = text.translate(_NARROW)
    text = text.strip()
    return _BLANKS.sub(" ", text) if "  " in text else text


def person_or_firm(text: str) -> str:
    """A name: blanks between ideographs (张　三) are for show and go; those between Latin words stay."""
    text = clean(text)
    return _BETWEEN_IDEOGRAPHS.sub("", text) if " " in text else text


@lru_cache(maxsize=16_384)
def key_of(text: str) -> str:
    """What two spellings of one name or address have in common."""
    if not text.isascii() and not unicodedata.is_normalized("NFKC", text):
        text = unicodedata.normalize("NFKC", text)
    return _NOT_IN_KEY.sub("", text).lower()


def without_id_numbers(text: str) -> tuple[str, bool]:
    """The text without anything shaped like an identity card number, and whether there was one."""
    if len(text) < 15:
        return text, False
    left = ID_NUMBER.sub("", text)
    return (left.strip(), True) if left != text else (text, False)
