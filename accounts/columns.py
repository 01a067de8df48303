"""What a list says in a file: an admin class declares its columns here, a floor above writes them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.functional import Promise

if TYPE_CHECKING:
    from accounts.models import Officer

# Of the officer who asks and the keys of some hundred rows: what else is known of each, by key.
LookUp = Callable[["Officer", Sequence[Any]], dict[Any, Any]]


@dataclass(frozen=True)
class Column:
    """One column: the values that it reads along foreign keys, and how they are shown.

    Without `show` the one value stands as it is: numbers as numbers, days as days, a code of choices by its label.
    `look_up` is asked once for many rows and its answer shown for each; it takes the place of `reads`.
    """

    heading: str | Promise
    reads: tuple[str, ...] = ()
    show: Callable[..., Any] | None = None
    width: float = 14
    look_up: LookUp | None = None


def column(heading: str | Promise, *reads: str, width: float = 14, show: Callable[..., Any] | None = None) -> Column:
    return Column(heading, reads, show, width)
