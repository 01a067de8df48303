"""When a case is due once its grade has changed. Its first day is set where it comes on record, or is opened again."""

from datetime import date

from django.utils import timezone

from disputes.models import Case
from disputes.words import due_day

OPENED_AGAIN = ("reopen", "reopen_told")


def due_of_grade(case: Case, grade: int) -> date:
    """Counted from when its clock began: the day it was found, or was opened again. Never after a day promised."""
    entries = sorted(case.entries.all(), key=lambda entry: entry.version)
    again = [timezone.localdate(entry.at) for entry in entries if entry.action in OPENED_AGAIN]
    if again:
        return due_day(case.kind, grade, again[-1])
    born = entries[0].payload
    first, term = date.fromisoformat(born["due_on"]), due_day(case.kind, born["grade"], case.found_on)
    due = due_day(case.kind, grade, case.found_on)
    return min(due, first) if first < term else due
