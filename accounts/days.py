"""Days that a person may mean: far ones are slips of the keyboard, and sums with them leave the calendar."""

from datetime import date
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext_lazy as _

from accounts.refusals import Refusal

# For every day that is typed as the beginning or the end of something.
IN_REACH = (MinValueValidator(date(2000, 1, 1)), MaxValueValidator(date(2099, 12, 31)))
BACKWARDS = _("The last day lies before the first. Change one of them.")


def check_span(starts_on: date, ends_on: date) -> None:
    """Raises `"dates"` at `ends_on` when the last day lies before the first."""
    if ends_on < starts_on:
        raise Refusal("dates", str(BACKWARDS), field="ends_on")


def say_backwards(form: forms.BaseForm, data: dict[str, Any]) -> None:
    """The same on a form whose fields are `starts_on` and `ends_on`, beside its other errors."""
    first, last = data.get("starts_on"), data.get("ends_on")
    if first and last and last < first:
        form.add_error("ends_on", BACKWARDS)
