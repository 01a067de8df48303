"""How a case's state is shown: icon and word, overdue before all else."""

from datetime import date
from typing import Any

from django import template
from django.utils.translation import ngettext

from disputes.models import Case

register = template.Library()

SYMBOLS = {
    Case.State.CLOSED: ("done", "check-circle"),
    Case.State.CLOSURE_PENDING: ("warm", "alarm"),
    Case.State.REGISTERED: ("warm", "alarm"),
}


@register.inclusion_tag("components/state.html")
def case_state(case: Case, today: date) -> dict[str, Any]:
    if case.is_overdue(today):
        days = (today - case.due_on).days
        word = ngettext("%(n)d day overdue", "%(n)d days overdue", days) % {"n": days}
        return {"tone": "danger", "symbol": "warning", "word": word}
    tone, symbol = SYMBOLS.get(Case.State(case.state), ("", "journal"))
    return {"tone": tone, "symbol": symbol, "word": case.state_label}
