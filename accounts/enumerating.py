"""Several things named one after the other, set apart as the reader's language does it."""

from collections.abc import Iterable

from django.utils.translation import pgettext


def enumerated(parts: Iterable[object]) -> str:
    """A、B、C in Chinese; A, B, C in English."""
    return pgettext("between things named one after the other", ", ").join(str(part) for part in parts)
