"""Cases added up once for all figures that read them: by unit and kind."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Count, Exists, OuterRef, Q

from disputes.models import Case, ReturnVisit
from disputes.words import COUNTS, Outcome
from reports.indicators.rows import WHY, ByUnit, Scope

State = Case.State


@dataclass(frozen=True)
class CaseTally:
    unit: int
    kind: str
    found: int
    """Registered in the period, less void and merged."""
    on_spot: int
    """Of these settled at the door."""
    resolved: int
    """Settled in the period by an outcome that counts, and not relapsed since."""
    rectified: int
    """Of these on the spot, or passed by the re-check of another hand (hazards)."""
    struck_off: int
    reported_back: int
    """Adopted, and whoever suggested it was told in the period (suggestions)."""
    overdue: int
    """Open past their day at the end of the period."""


def tallies(scope: Scope) -> list[CaseTally]:
    return scope.once(_tallies)


def _tallies(scope: Scope) -> list[CaseTally]:
    found = ~Q(state=State.VOIDED) & scope.during("registered_at")
    resolved = Q(outcome__in=COUNTS, state__in=(State.FOLLOW_UP, State.CLOSURE_PENDING, State.CLOSED))
    settled = resolved & scope.during("settled_at")
    passed = ReturnVisit.objects.unscoped(WHY).filter(
        case_id=OuterRef("pk"), cycle=OuterRef("cycle"), answer=ReturnVisit.Answer.SETTLED, done_at__lt=scope.until
    )
    counted = {
        "found": found,
        "on_spot": found & Q(on_the_spot=True),
        "resolved": settled,
        "rectified": settled & (Q(outcome=Outcome.ON_SPOT) | Q(Exists(passed))),
        "struck_off": Q(state=State.CLOSED, outcome__in=COUNTS) & scope.during("closed_at"),
        "reported_back": resolved & Q(outcome=Outcome.ADOPTED) & scope.during("reported_back_at"),
        "overdue": Q(
            due_on__lt=scope.last + timedelta(days=1), state__in=Case.OPEN_STATES, registered_at__lt=scope.until
        ),
    }
    rows = Case.objects.unscoped(WHY).filter(campaign=scope.campaign, unit_id__in=scope.units).order_by()
    rows = rows.values_list("unit_id", "kind")
    return [CaseTally(*row) for row in rows.annotate(**{name: Count("pk", filter=q) for name, q in counted.items()})]


def summed(scope: Scope, number: Callable[[CaseTally], int], *kinds: str) -> ByUnit:
    """One number by unit, of these kinds of cases or of all."""
    count: Counter[int] = Counter()
    for row in tallies(scope):
        if not kinds or row.kind in kinds:
            count[row.unit] += number(row)
    return count
