"""Characters that no font has: told before a document is drawn, and set as a mark that a reader understands.

Runs in the renderer's child process. What the packaged fonts lack is sought among the system's, by fontconfig, which the
renderer asks too (`fonts-hanazono` has all of Extension B); what nobody has is set as 〓 with its code, as printers do.
An empty box on paper would look like a slip of the pen.
"""

import re
import subprocess
import unicodedata
from pathlib import Path

# Every packaged font has all of these (a test compares): most documents need no look into a font.
COMMON = re.compile(
    "[\t\n\r -~\xa0-\u0103\u2013\u2014\u2018\u2019\u201c\u201d\u2026\u2460-\u25ab\u3000-\u3003\u3008-\u3015\u3041-\u3096\u30a1-\u30f6\u4e00-\u9fa5\uff01-\uff5e]+"
)
MARK = "〓"
MOST_ASKED = 40


def unknown(text: str, fonts: list[Path]) -> set[str]:
    """Characters of the text that neither every one of the fonts nor any font of the system has."""
    rare = {char for char in set(COMMON.sub("", text)) if is_drawn(char)}
    if not rare:
        return set()
    lacking = sorted(rare - common_to(fonts))
    return {char for char in lacking[:MOST_ASKED] if not system_has(char)} | set(lacking[MOST_ASKED:])


def is_drawn(char: str) -> bool:
    """Not a control, a joiner, a direction or a variation: nothing is to be seen of those in any font."""
    return unicodedata.category(char) not in {"Cc", "Cf", "Cs", "Zl", "Zp"} and not "\ufe00" <= char <= "\ufe0f"


def common_to(fonts: list[Path]) -> set[str]:
    from fontTools.ttLib import TTFont

    known = []
    for font in fonts:
        with TTFont(font, lazy=True) as opened:
            known.append(set(map(chr, opened.getBestCmap())))
    return set.intersection(*known)


def system_has(char: str) -> bool:
    """Asked of fontconfig's own program; without it nothing is known, and the mark is set.

    A code of private use means something else in each font: no other font's shape may stand for it.
    """
    if unicodedata.category(char) == "Co":
        return False
    try:
        command = ["fc-list", f":charset={ord(char):x}", "file"]
        asked = subprocess.run(command, capture_output=True, timeout=10, check=False)  # noqa: S603 - of fixed words
    except (OSError, subprocess.TimeoutExpired):
        return False
    return bool(asked.stdout.strip())


def marked(text: str, chars: set[str]) -> str:
    """The text with a mark and the code in the place of each of these characters."""
    return text.translate({ord(char): f"{MARK}(U+{ord(char):04X})" for char in chars})
