"""Visits and doors of the frame counted one by one, for what no kept-up tally can tell, and to check those that can.

A span that is neither a day nor of one week or month, a moment in the past, a campaign that the worker has not added up
yet.
Every visit of the campaign is walked through once, added up by door and week.
"""

from typing import Any

from django.db import connection
from django.db.models import Count, Q, Sum, Value
from django.db.models.functions import Coalesce, TruncWeek
from django.utils import timezone

from reports.indicators.rows import Scope, done, frame, visits, visits_of
from visits.models import Delivery, Service, Visit

IS_DONE = Q(outcome__in=Visit.DONE)

# Visits by unit, door and week; then each door in the week in which it was first met, as what the frame has it.
BY_WEEK = """
SELECT v.unit_id, v.week::date, f.kind, f.area_id, sum(v.attempts)::bigint, sum(v.met)::bigint, sum(v.people)::bigint,
    count(*) FILTER (WHERE v.met > 0), count(*) FILTER (WHERE v.met > 0 AND v.week = v.first_week)
FROM (
    SELECT d.*, min(d.week) FILTER (WHERE d.met > 0) OVER (PARTITION BY d.unit_id, d.premises_id) AS first_week
    FROM ({doors}) d
) v JOIN campaigns_framedoor f ON f.campaign_id = %s AND f.premises_id = v.premises_id
GROUP BY v.unit_id, f.area_id, f.kind, v.week
"""


def weeks(scope: Scope) -> list[tuple[Any, ...]]:
    """Unit, Monday, kind, community; attempts, of these met, people; doors met in the week, of these for the first time
    in the scope."""
    rows = visits(scope).annotate(week=TruncWeek("started_at", tzinfo=timezone.get_current_timezone())).order_by()
    doors = (
        rows.values("unit_id", "premises_id", "week")
        .annotate(attempts=Count("pk"), met=Count("pk", filter=IS_DONE))
        .annotate(people=Coalesce(Sum("people_met", filter=IS_DONE), Value(0)))
    )
    inner, values = doors.query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(BY_WEEK.format(doors=inner), [*values, scope.campaign.pk])
        return cursor.fetchall()


def bands(scope: Scope) -> list[tuple[str, int, int]]:
    """Time band, attempts, of these met."""
    rows = visits(scope).order_by().values_list("band")
    return list(rows.annotate(attempts=Count("pk"), met=Count("pk", filter=IS_DONE)))


def people(scope: Scope) -> set[tuple[int, int]]:
    """Unit and person: who met somebody there, as officer or partner."""
    found = set()
    for unit, *pair in done(scope).order_by().values_list("unit_id", "officer_id", "partner_id").distinct():
        found |= {(unit, person) for person in pair if person is not None}
    return found


def doors(scope: Scope) -> list[tuple[Any, ...]]:
    """Of the frame, by unit and kind, how many of them: listed; of these gone; left, of these visited; added on the
    round, of these visited; not met."""
    # The doors met are gathered once and looked up; asked door by door, each costs a walk through an index.
    met = visits_of(scope.campaign).filter(IS_DONE)
    visited = Q(premises_id__in=met.filter(scope.during("started_at")).order_by().values("premises_id"))
    listed, gone = Q(added_late=False), Q(gone_confirmed_at__isnull=False, gone_confirmed_at__lt=scope.until)
    counted = {
        "listed": listed,
        "gone": listed & gone,
        "left": listed & ~gone,
        "left_visited": listed & ~gone & visited,
        "added": ~listed,
        "added_visited": ~listed & visited,
        "not_met": Q(could_not_meet_at__lt=scope.until, met_on__isnull=True),
    }
    rows = frame(scope).order_by().values_list("unit_id", "kind")
    return list(rows.annotate(**{name: Count("pk", filter=condition) for name, condition in counted.items()}))


def brought(scope: Scope) -> list[tuple[int, str, str, int, int]]:
    """What done visits brought along: unit; topic, leaflet or service; which; how many, copies."""
    # What another campaign gave to talk about is no topic of this one.
    topics = done(scope).filter(topics__campaign=scope.campaign).order_by().values_list("unit_id", "topics")
    left = (
        Delivery.objects.filter(visit__in=done(scope), topic__campaign=scope.campaign)
        .order_by()
        .values_list("visit__unit_id", "topic_id")
    )
    given = Service.objects.filter(visit__in=done(scope)).order_by().values_list("visit__unit_id", "kind")
    found = [(unit, "topic", str(code), n, 0) for unit, code, n in topics.annotate(n=Count("pk"))]
    copies = left.annotate(n=Count("pk"), copies=Sum("copies"))
    found += [(unit, "leaflet", str(code), n, copies) for unit, code, n, copies in copies]
    return found + [(unit, "service", kind, n, 0) for unit, kind, n in given.annotate(n=Count("pk"))]
