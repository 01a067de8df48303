"""Materials, services and outreach: what was left at doors, done for people, and held beside the visits."""

from collections import Counter
from typing import Any

from django.db.models import Count, F, QuerySet, Sum

from reports.indicators.rows import WHY, ByUnit, Scope, done
from visits.models import Delivery, Handed, Outreach, Service


def outreach(scope: Scope) -> QuerySet[Outreach]:
    """What was held in the period, less what was voided."""
    rows: QuerySet[Outreach] = (
        Outreach.objects.unscoped(WHY).standing().filter(campaign=scope.campaign, unit_id__in=scope.units)
    )
    return rows.filter(scope.days("held_on"))


def outreach_held(scope: Scope) -> ByUnit:
    return dict(outreach(scope).order_by().values_list("unit_id").annotate(n=Count("pk")))


def people_reached(scope: Scope) -> ByUnit:
    return dict(outreach(scope).order_by().values_list("unit_id").annotate(n=Sum("people_reached")))


def households_reached(scope: Scope) -> ByUnit:
    return dict(outreach(scope).order_by().values_list("unit_id").annotate(n=Sum("households_reached")))


def materials(scope: Scope) -> ByUnit:
    """Copies left at doors and handed out at outreach."""
    left = Delivery.objects.filter(visit__in=done(scope)).order_by().values_list("visit__unit_id")
    handed = Handed.objects.filter(outreach__in=outreach(scope)).order_by().values_list("outreach__unit_id")
    count: Counter[int] = Counter()
    for rows in (left, handed):
        count.update(dict(rows.annotate(n=Sum("copies"))))
    return count


def services(scope: Scope) -> ByUnit:
    rows = Service.objects.filter(visit__in=done(scope)).order_by().values_list("visit__unit_id")
    return dict(rows.annotate(n=Count("pk")))


def by_service(scope: Scope) -> list[dict[str, Any]]:
    rows = Service.objects.filter(visit__in=done(scope)).order_by().values("kind").annotate(n=Count("pk"))
    return _in_order(rows, Service.Kind.values)


def by_outreach(scope: Scope) -> list[dict[str, Any]]:
    """Outreach by kind: how often, people and households reached."""
    rows = (
        outreach(scope)
        .order_by()
        .values("kind")
        .annotate(n=Count("pk"), people=Sum("people_reached"), households=Sum("households_reached"))
    )
    return _in_order(rows, Outreach.Kind.values)


def by_material(scope: Scope) -> list[dict[str, Any]]:
    """Copies handed out at outreach, by kind; what was left at doors is told by leaflet."""
    rows = Handed.objects.filter(outreach__in=outreach(scope)).order_by().values("kind").annotate(n=Sum("copies"))
    return _in_order(rows, Handed.Kind.values)


def by_topic(scope: Scope) -> list[dict[str, Any]]:
    """At how many done visits each topic was explained, in the order of the campaign."""
    rows = (
        done(scope)
        .filter(topics__isnull=False)
        .order_by()
        .values(name=F("topics__name"), rank=F("topics__rank"))
        .annotate(n=Count("pk"))
    )
    return [{"name": row["name"], "n": row["n"]} for row in sorted(rows, key=lambda row: (row["rank"], row["name"]))]


def _in_order(rows: Any, kinds: list[str]) -> list[dict[str, Any]]:
    return sorted((dict(row) for row in rows), key=lambda row: kinds.index(row["kind"]))
