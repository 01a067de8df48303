"""Lines of our own log: what the database quotes of a row is no part of them."""

import logging
import re
from typing import Any

# The parts of PostgreSQL's message in which it repeats values: "Key (name)=(…)", "Failing row contains (…)", the line of
# a COPY, a piece of the statement. What it quotes may look like anything: all goes up to where a traceback goes on.
QUOTED = re.compile(
    r"^(?:DETAIL|HINT|CONTEXT|QUERY|LINE \d+):.*?(?=^\n(?:The above|During handling)|^Traceback |\Z)",
    re.DOTALL | re.MULTILINE,
)


class WithoutRows(logging.Formatter):
    """Of an error of the database its first line stays, which names table and constraint."""

    def formatException(self, ei: Any) -> str:  # noqa: N802 - the library's name
        return without_rows(super().formatException(ei))


def without_rows(text: str) -> str:
    return QUOTED.sub("", text).rstrip("\n")
