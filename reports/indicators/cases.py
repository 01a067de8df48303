"""Cases added up once for all figures that read them: by unit and kind."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db import connection

from disputes.models import Case, ReturnVisit
from disputes.words import COUNTS, Kind, Outcome
from reports.indicators.rows import Scope, start_of

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


# `resolved`: its latest outcome counts, and it has not relapsed.
BY_KIND = """
SELECT unit_id, kind, count(*) FILTER (WHERE found), count(*) FILTER (WHERE found AND on_the_spot),
    count(*) FILTER (WHERE settled), count(*) FILTER (WHERE settled AND (outcome = %(on_spot)s OR passed)),
    count(*) FILTER (WHERE state = %(closed)s AND counts AND closed_at >= %(since)s AND closed_at < %(until)s),
    count(*) FILTER (WHERE resolved AND outcome = %(adopted)s AND reported_back_at >= %(since)s
        AND reported_back_at < %(until)s),
    count(*) FILTER (WHERE due_on <= %(past)s AND state = ANY(%(open)s) AND registered_at < %(until)s)
FROM (
    SELECT *, resolved AND settled_at >= %(since)s AND settled_at < %(until)s AS settled,
        resolved AND kind = %(hazard)s AND EXISTS (
            SELECT FROM disputes_returnvisit r
            WHERE r.case_id = c.id AND r.cycle = c.cycle AND r.answer = %(passed)s
                AND r.done_at >= c.settled_at AND r.done_at < %(until)s) AS passed
    FROM (
        SELECT *, state <> %(voided)s AND registered_at >= %(since)s AND registered_at < %(until)s AS found,
            outcome = ANY(%(counts)s) AS counts, outcome = ANY(%(counts)s) AND state = ANY(%(resolved)s) AS resolved
        FROM disputes_case WHERE campaign_id = %(campaign)s AND unit_id = ANY(%(units)s)
    ) AS c
) AS c
GROUP BY unit_id, kind
"""
FROM_THE_BEGINNING = datetime.min.replace(tzinfo=UTC)


def tallies(scope: Scope) -> list[CaseTally]:
    return scope.once(_tallies)


def _tallies(scope: Scope) -> list[CaseTally]:
    told: dict[str, Any] = {
        "campaign": scope.campaign.pk,
        "units": list(scope.units),
        "since": start_of(scope.first) if scope.first else FROM_THE_BEGINNING,
        "until": scope.until,
        "past": scope.last_past,
        "counts": [str(outcome) for outcome in COUNTS],
        "resolved": [State.FOLLOW_UP.value, State.CLOSURE_PENDING.value, State.CLOSED.value],
        "open": [state.value for state in Case.OPEN_STATES],
        "voided": State.VOIDED.value,
        "closed": State.CLOSED.value,
        "hazard": Kind.HAZARD.value,
        "on_spot": Outcome.ON_SPOT.value,
        "adopted": Outcome.ADOPTED.value,
        "passed": ReturnVisit.Answer.SETTLED.value,
    }
    with connection.cursor() as cursor:
        cursor.execute(BY_KIND, told)
        return [CaseTally(*row) for row in cursor.fetchall()]
