"""Figures laid out in rows: by category and age, by time band, by week, by kind of door."""

from collections import Counter, defaultdict
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, Q

from disputes.models import Case
from disputes.words import COUNTS, Kind
from registry.models import Premises
from reports.indicators import doors
from reports.indicators.rows import Scope, found


def by_category(scope: Scope, kind: str) -> list[dict[str, Any]]:
    """Cases of a kind by category: found, resolved, still open by age of 0–7, 8–15, 16–30 and more days."""
    return [
        {name: value for name, value in row.items() if name != "kind"}
        for row in scope.once(_categories)
        if row["kind"] == kind
    ]


def _categories(scope: Scope) -> list[dict[str, Any]]:
    age = [(0, 7), (8, 15), (16, 30), (31, 100_000)]
    open_ = Q(state__in=Case.OPEN_STATES)
    spans = {
        f"age_{n}": Count(
            "pk",
            filter=open_
            & Q(
                found_on__lte=scope.last - timedelta(days=low),
                found_on__gte=scope.last - timedelta(days=min(high, 3650)),
            ),
        )
        for n, (low, high) in enumerate(age)
    }
    is_resolved = Q(outcome__in=COUNTS) & ~Q(state__in=Case.OPEN_STATES)
    rows = (
        found(scope, Kind.DISPUTE, Kind.HAZARD)
        .order_by()
        .values("kind", "category")
        .annotate(found=Count("pk"), resolved=Count("pk", filter=is_resolved), **spans)
        .order_by("kind", "-found", "category")
    )
    return [dict(row) for row in rows]


def by_band(scope: Scope) -> list[dict[str, Any]]:
    """Attempts and people met by time band."""
    order = ["weekday", "evening", "weekend"]
    rows = sorted(doors.bands(scope), key=lambda row: order.index(row[0]))
    return [{"band": band, "attempts": attempts, "met": met} for band, attempts, met in rows]


def by_week(scope: Scope) -> list[dict[str, Any]]:
    """Week by week from Monday on: households visited in it (each once a week), attempts, people met at them.

    A week without any attempt stands with zeros, from the campaign's first week to the last of the scope.
    """
    counted: dict[date, Counter[str]] = defaultdict(Counter)
    for week in doors.attempts(scope).weeks:
        households = week.doors if week.kind == Premises.Kind.HOUSEHOLD else 0
        counted[week.monday].update(households=households, attempts=week.attempts, met=week.met)
    first = scope.first or scope.campaign.starts_on
    monday = first - timedelta(days=first.weekday())
    weeks = []
    while monday <= scope.last:
        numbers = {key: counted[monday][key] for key in ("households", "attempts", "met")}
        weeks.append({"number": scope.campaign.week_of(monday), "starts": monday.isoformat(), **numbers})
        monday += timedelta(days=7)
    return weeks


def by_kind(scope: Scope) -> list[dict[str, Any]]:
    """Doors of the frozen frame by kind, less those confirmed gone, and how many of them were visited."""
    kinds: dict[str, Counter[str]] = defaultdict(Counter)
    for row in doors.frame_doors(scope):
        if row.doors:
            kinds[row.kind].update(over=row.doors, visited=row.visited)
    return [{"kind": kind, **kinds[kind]} for kind in Premises.Kind.values if kind in kinds]


def frame_note(scope: Scope) -> dict[str, int]:
    """Households: in the register, confirmed gone, added on the round and visited of these. Doors not met: of any kind."""
    rows = doors.frame_doors(scope)
    households = [row for row in rows if row.kind == Premises.Kind.HOUSEHOLD]
    return {
        "register": sum(row.listed for row in households),
        "gone": sum(row.gone for row in households),
        "added": sum(row.added for row in households),
        "added_visited": sum(row.added_visited for row in households),
        "could_not_meet": sum(row.not_met for row in rows),
    }
