"""Words for doors, roles and corrections in templates."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from django import template
from django.utils import timezone

from accounts.roles import Role
from disputes import words
from disputes.models import Case
from registry.models import Premises
from visits import labels
from visits.models import Visit, VisitRevision

register = template.Library()


@register.filter
def door_label(premises: Premises) -> str:
    return labels.door_label(premises)


@register.filter
def moment(at: datetime | None) -> str:
    return labels.moment(at) if at else ""


@register.filter
def day(value: date | None) -> str:
    return labels.short_day(value) if value else ""


@register.filter
def return_due(case: Case) -> str:
    """Of a case read `with_return_due()`: until when its return visit is to be made; "" where none is."""
    due = case.return_due_on
    return words.return_due(case.kind, day(due), late=due < timezone.localdate()) if due else ""


@register.filter
def role_label(code: str) -> Any:
    return Role(code).label


@register.filter
def said_before(revision: VisitRevision) -> Iterator[tuple[Any, Any]]:
    """Column names and values of a revision in the reader's words."""
    for column, value in revision.before.items():
        field: Any = Visit._meta.get_field(column)
        words = dict(field.choices or [])
        yield field.verbose_name, words.get(value, value if value not in ("", None) else "–")
