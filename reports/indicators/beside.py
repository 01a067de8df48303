"""Materials, services and outreach: what was left at doors, done for people, and held beside the visits."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, QuerySet, Sum

from campaigns.models import Topic
from reports.indicators import by_hand
from reports.indicators.rows import WHY, ByUnit, Scope
from visits.models import Handed, Outreach, PartTally, Service

What = PartTally.What


@dataclass(frozen=True)
class Held:
    """Outreach of one kind that a unit held on one day."""

    unit: int
    kind: str
    day: date
    number: int
    people: int
    households: int


@dataclass(frozen=True)
class HandedOut:
    """Copies of one kind that a unit handed out at outreach on one day."""

    unit: int
    kind: str
    day: date
    copies: int


def outreach(scope: Scope) -> QuerySet[Outreach]:
    """What was held up to the end of the scope, less what was voided."""
    rows: QuerySet[Outreach] = (
        Outreach.objects.unscoped(WHY).standing().filter(campaign=scope.campaign, unit_id__in=scope.units)
    )
    return rows.filter(held_on__lte=scope.last)


def held(scope: Scope) -> list[Held]:
    rows = (scope.within or scope).once(_held)
    return [row for row in rows if (scope.first or row.day) <= row.day <= scope.last]


def _held(scope: Scope) -> list[Held]:
    rows = outreach(scope).order_by().values_list("unit_id", "kind", "held_on")
    numbers = {"n": Count("pk"), "people": Sum("people_reached"), "households": Sum("households_reached")}
    return [Held(*row) for row in rows.annotate(**numbers)]


def handed_out(scope: Scope) -> list[HandedOut]:
    rows = (scope.within or scope).once(_handed_out)
    return [row for row in rows if (scope.first or row.day) <= row.day <= scope.last]


def _handed_out(scope: Scope) -> list[HandedOut]:
    handed = Handed.objects.filter(outreach__in=outreach(scope)).order_by()
    rows = handed.values_list("outreach__unit_id", "kind", "outreach__held_on")
    return [HandedOut(*row) for row in rows.annotate(n=Sum("copies"))]


def outreach_held(scope: Scope) -> ByUnit:
    return _added((row.unit, row.number) for row in held(scope))


def people_reached(scope: Scope) -> ByUnit:
    return _added((row.unit, row.people) for row in held(scope))


def households_reached(scope: Scope) -> ByUnit:
    return _added((row.unit, row.households) for row in held(scope))


def brought(scope: Scope) -> list[tuple[int, str, str, int, int]]:
    """What done visits brought along: unit; topic, leaflet or service; which; how many, copies."""
    whole = scope.week_of
    if scope.tallies is None:
        return scope.once(by_hand.brought)
    rows = (whole or scope).read.brought
    return [(r.unit, r.what, r.code, r.number, r.copies) for r in rows if whole is None or r.monday == scope.first]


def materials(scope: Scope) -> ByUnit:
    """Copies left at doors and handed out at outreach."""
    left = [(unit, copies) for unit, what, _code, _n, copies in brought(scope) if what == What.LEAFLET]
    return _added([*left, *((row.unit, row.copies) for row in handed_out(scope))])


def services(scope: Scope) -> ByUnit:
    return _added((unit, n) for unit, what, _code, n, _copies in brought(scope) if what == What.SERVICE)


def by_service(scope: Scope) -> list[dict[str, Any]]:
    count = _added((code, n) for _unit, what, code, n, _copies in brought(scope) if what == What.SERVICE)
    return [{"kind": kind, "n": count[kind]} for kind in Service.Kind.values if count[kind]]


def by_outreach(scope: Scope) -> list[dict[str, Any]]:
    """Outreach by kind: how often, people and households reached."""
    count: dict[str, Counter[str]] = defaultdict(Counter)
    for row in held(scope):
        count[row.kind].update(n=row.number, people=row.people, households=row.households)
    return [{"kind": kind, **count[kind]} for kind in Outreach.Kind.values if kind in count]


def by_material(scope: Scope) -> list[dict[str, Any]]:
    """Copies handed out at outreach, by kind; what was left at doors is told by leaflet."""
    count = _added((row.kind, row.copies) for row in handed_out(scope))
    return [{"kind": kind, "n": count[kind]} for kind in Handed.Kind.values if kind in count]


def by_topic(scope: Scope) -> list[dict[str, Any]]:
    """At how many done visits each topic was explained, in the order of the campaign."""
    topics = scope.once(_topics)
    said = ((topics[code], n) for _unit, what, code, n, _copies in brought(scope) if what == What.TOPIC)
    count = _added(((topic.rank, topic.name), n) for topic, n in said)
    return [{"name": name, "n": n} for (_rank, name), n in sorted(count.items()) if n]


def asked_topics(scope: Scope) -> list[dict[str, Any]]:
    """Leaflets and cards left, by topic."""
    topics = scope.once(_topics)
    rows = brought(scope)
    count = _added((topics[code].leaflet, n) for _unit, what, code, n, _copies in rows if what == What.LEAFLET)
    named = sorted(count.items(), key=lambda item: (-item[1], item[0]))
    return [{"name": name, "copies": n} for name, n in named if n]


def _topics(scope: Scope) -> dict[str, Topic]:
    return {str(topic.pk): topic for topic in Topic.objects.filter(campaign=scope.campaign)}


def _added(numbers: Iterable[tuple[Any, int]]) -> Counter[Any]:
    count: Counter[Any] = Counter()
    for key, number in numbers:
        count[key] += number
    return count
