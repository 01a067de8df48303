"""What `./run` says, in the language of the terminal."""

import os
import sys


def chinese() -> bool:
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if value := os.environ.get(name):
            return value.startswith("zh")
    return False


def words(english: str, chinese_words: str) -> str:
    return chinese_words if chinese() else english


def say(english: str, chinese_words: str) -> None:
    print(words(english, chinese_words), flush=True)


class Stop(Exception):
    """Ends the run with a sentence that says what to do, and no traceback."""

    def __init__(self, english: str, chinese_words: str, *, code: int = 1) -> None:
        super().__init__(words(english, chinese_words))
        self.code = code


def prefer_utf8() -> None:
    """A bare machine has no locale; its terminal shows UTF-8 all the same."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
