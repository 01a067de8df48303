"""Opening a case again: a new cycle, in which everything has to be proven anew."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.lifecycles import move
from accounts.models import Officer
from accounts.refusals import needs_text
from disputes.models import Case
from disputes.states import CASE
from disputes.words import due_day

# What a case carries of its settling, emptied when it goes back into work.
NOTHING_SETTLED: dict[str, Any] = {
    "outcome": "",
    "settled_at": None,
    "on_the_spot": False,
    "reported_back_at": None,
    "reported_back_by": None,
    "reported_back_how": "",
}


@transaction.atomic
def reopen(*, case: Case, reason: str, version: int, by: Officer, at: datetime) -> Case:
    needs_text(reason, "reason", _("Say why it is opened again."))
    return new_cycle(case, "reopen", by=by, at=at, version=version, reason=reason)


def new_cycle(case: Case, name: str, *, by: Officer, at: datetime, version: int, reason: str = "") -> Case:
    """Cycle + 1 and a new due date; what was proven in the last cycle has to be proven again."""
    return move(
        case,
        CASE,
        name,
        by=by,
        at=at,
        version=version,
        facts={"reason": reason} if reason else {},
        closed_at=None,
        **NOTHING_SETTLED,
        performed=None,
        cycle=case.cycle + 1,
        due_on=due_day(case.kind, case.grade, timezone.localdate(at)),
    )
