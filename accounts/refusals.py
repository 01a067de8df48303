"""A refusal: the one way in which the house says no, with a sentence that a person can act on."""

import errno
from collections.abc import Iterable

from django.db import DataError, InterfaceError, OperationalError
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Sentence = str | Promise


class Refusal(Exception):
    """Raised by actions, shown by pages, returned per item by the sync, printed by commands.

    `code` is stable English for tests and logs; `sentence` is translated and names the way out;
    `field` is the form field at which it belongs, or "" for the whole form. `status` is the HTTP answer
    of the page that shows it: 409 where somebody else was faster, 403 where a right is missing.
    """

    def __init__(self, code: str, sentence: Sentence, field: str = "", status: int = 422) -> None:
        super().__init__(code)
        self.code = code
        self.sentence = sentence
        self.field = field
        self.status = status
        self.also: tuple[Refusal, ...] = ()

    def __str__(self) -> str:
        return str(self.sentence)

    @property
    def every(self) -> tuple["Refusal", ...]:
        """This one, and what else was wrong with the same form: each is shown at its field."""
        return (self, *self.also)


def refuse(faults: Iterable[Refusal]) -> None:
    """Raises the first fault with the others beside it; nothing where there is none."""
    found = tuple(faults)
    if found:
        found[0].also = found[1:]
        raise found[0]


# What PostgreSQL refuses in working order, by SQLSTATE; anything else of the kind means that it is away.
# Serialisation, deadlock, a lock not to be had; and the same row written by two hands between look and write.
AT_ONCE = ("40001", "40P01", "55P03", "23505", "23P01")
TOO_LONG = ("57014",)
DISK_FULL = ("53100",)
# A text longer than its column, a number or a moment outside its own; and a character that no text holds.
TOO_LARGE = ("22001", "22003", "22008")
NO_CHARACTER = ("22021", "22P05")
# What was typed, and so never the fault of a page that is only looked at.
NOT_KEPT = "not_kept"
# The same from the system: no room, a quota, a limit on the size of one file.
NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def refused_by_database(error: BaseException) -> Refusal | None:
    """The refusal that stands behind an error of the database: two hands at once, too slow, disk full, unfit. Else None."""
    code = getattr(error.__cause__, "sqlstate", None) or ""
    if code in AT_ONCE:
        return Refusal(
            "at_once",
            _(
                "Somebody else saved the same at the same moment. Nothing was saved here: go back, then press once more."
            ),
            status=409,
        )
    if code in TOO_LONG:
        sentence = _("This took too long and was stopped. Nothing was saved: narrow it, or try again in a moment.")
        return Refusal("too_long", sentence, status=503)
    if code in DISK_FULL:
        return disk_full()
    if code in TOO_LARGE:
        sentence = _("Something that was typed is too long or too large to be kept. Shorten it, then press again.")
        return Refusal(NOT_KEPT, sentence)
    # The driver itself refuses NUL, before the server could give it a code.
    if code in NO_CHARACTER or (not code and isinstance(error, DataError)):
        sentence = _("Something that was typed holds a character that can't be kept. Type it anew, then press again.")
        return Refusal(NOT_KEPT, sentence)
    return None


def connection_lost(error: BaseException | None) -> bool:
    """Whether the database went away in the middle: what was begun may be begun anew when it is back."""
    return isinstance(error, OperationalError | InterfaceError) and refused_by_database(error) is None


def refused_by_disk(error: BaseException | None) -> Refusal | None:
    """The refusal that stands behind a file that could not be written for want of room. Else None."""
    return disk_full() if isinstance(error, OSError) and error.errno in NO_ROOM else None


def disk_full() -> Refusal:
    sentence = _("The server's disk is full. Nothing was saved: tell whoever runs the server, then press again.")
    return Refusal("disk_full", sentence, status=507)


def needs_text(text: str, field: str, sentence: Sentence) -> None:
    """Refuses an empty text at its field."""
    if not text.strip():
        raise Refusal(field, sentence, field=field)
