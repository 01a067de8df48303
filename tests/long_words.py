"""The same world after somebody typed without a blank: every text of every row is one long word."""

from itertools import count
from typing import Any

from django.db.models import CharField, TextField

from registry.fields import SealedTextField
from tests.accounts.marked import ONLY_WHERE_FILLED, WRITTEN_ONCE, models_of_the_house, rows_of, shaped, texts_of

# As long as a person types who leans on a key, or pastes an account number after another.
LENGTH = 60


def stretch() -> int:
    """Puts a word of letters or of digits into every text column; gives the number of rows that were changed."""
    numbers, rows = count(1), 0
    for model in models_of_the_house():
        if model._meta.label in WRITTEN_ONCE:
            continue
        for row in rows_of(model):
            words = {each.name: long_word(each, next(numbers)) for each in texts_of(model) if takes_words(row, each)}
            told = {
                name: shaped(f"{model._meta.label}.{name}", model._meta.get_field(name), w) for name, w in words.items()
            }
            rows += bool(told) and model._base_manager.filter(pk=row.pk).update(**told)
    return rows


def takes_words(row: Any, each: Any) -> bool:
    if each.name == "password" or isinstance(each, SealedTextField):
        return False
    column = f"{row._meta.label}.{each.name}"
    return column not in ONLY_WHERE_FILLED or bool(getattr(row, each.name))


def long_word(each: Any, number: int) -> str:
    most = (each.max_length if isinstance(each, CharField | TextField) else None) or LENGTH
    letters = "WMmw" if number % 2 else "8040"
    return f"{number:05d}{letters * LENGTH}"[: min(most, LENGTH)]
