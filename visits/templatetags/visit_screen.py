"""What the finding's template asks of its form: a field by its short name, and when a finding is due."""

from typing import Any

from django import template
from django.utils.formats import date_format
from django.utils.translation import get_language, ngettext

from disputes.words import ON_SPOT_WORDS

register = template.Library()


@register.filter
def value_of(place: Any, name: str) -> Any:
    return place.form[name].value()


@register.filter
def choices_of(place: Any, name: str) -> Any:
    return place.form[name].field.choices


@register.filter
def due_of(dues: dict[str, Any], kind: str) -> Any:
    return dues[kind]


@register.filter
def on_spot_words(kind: str) -> Any:
    return ON_SPOT_WORDS[kind]


@register.filter
def due_words(due: Any) -> str:
    """限 11月28日（7天）, due 28 Nov, 7 days."""
    day = date_format(due.day, "j M" if get_language() == "en" else "n月j日")
    words = ngettext("due %(day)s, %(n)s day", "due %(day)s, %(n)s days", due.days)
    return words % {"day": day, "n": due.days}
