"""Figures of one brief as plain data: what a snapshot freezes and every page of it reads. No words, only codes.

`compute()` runs each indicator for the running total, the period and the one before it, over the same units.
"""

import hashlib
import json
from datetime import date, timedelta
from typing import Any

from django.db import connection, transaction

from accounts.models import Officer, Unit
from accounts.rights import Right
from campaigns.models import Campaign
from disputes.words import Kind
from reports.indicators import (
    INDICATORS,
    VERSION,
    Indicator,
    Scope,
    asked_topics,
    by_band,
    by_category,
    by_kind,
    by_material,
    by_outreach,
    by_service,
    by_topic,
    by_week,
    frame_note,
)

FRONT = (
    "communities_covered",
    "households_visited",
    "units_visited",
    "hazards_rectified",
    "disputes_resolved",
    "disputes_struck_off",
    "clues",
)
MORE = (
    *(
        "staff_deployed",
        "shops_visited",
        "requests_answered",
        "requests_on_spot",
        "suggestions_adopted",
        "contact_rate",
        "person_times",
    ),
    *("services", "materials", "outreach", "people_reached", "households_reached", "overdue"),
)
STATION = ("households_visited", "contact_rate", "disputes_resolved", "hazards_rectified", "overdue")
# Below plan is marked from this many doors on; and this share of the frame is what a plan asks at most.
ENOUGH, MOST_PLANNED = 30, 80


def units_in_reach(officer: Officer, unit: Unit) -> list[Unit]:
    """The unit and all below it, as far as this person may see figures, in official order."""
    under = Unit.objects.visible_to(officer).under(unit).filter(pk__in=officer.units_with(Right.SEE_FIGURES))
    return list(under.order_by("rank", "path"))


def last_full_week(today: date) -> tuple[date, date]:
    """Monday to Sunday of the week that ended before `today`."""
    sunday = today - timedelta(days=today.weekday() + 1)
    return sunday - timedelta(days=6), sunday


def begins_before(first: date, last: date) -> date:
    """Where the period that this one is compared with begins: as many days before, the month before a whole month."""
    yesterday = first - timedelta(days=1)
    is_month = first.day == 1 and first == last.replace(day=1) and (last + timedelta(days=1)).day == 1
    return yesterday.replace(day=1) if is_month else yesterday - (last - first)


def plan_percent(campaign: Campaign, last: date, today: date) -> int:
    """Of a hundred doors, as many as the campaign's days that have come at the end of `last`; 80 at most."""
    days, passed = ((day - campaign.starts_on).days + 1 for day in (campaign.ends_on, min(last, today)))
    return max(0, min(MOST_PLANNED, 100 * passed // days))


@transaction.atomic
def compute(
    *, campaign: Campaign, units: list[Unit], first: date, last: date, today: date, by_hand: bool = False
) -> dict[str, Any]:
    """Everything that a brief prints. Counts only, keyed by stable codes; rates are made when shown.

    `last` may lie after `today`: what is planned counts the days that have come.
    `by_hand` counts every visit, whatever is kept up: the same figures, slower.
    """
    ids = frozenset(unit.pk for unit in units)
    total = Scope(campaign, ids, None, last, by_hand=by_hand, today=today)
    if total.tallies is None:
        with connection.cursor() as cursor:
            # Room to add up a bureau's doors in memory: a few dozen megabytes instead of files on the disk.
            cursor.execute("SET LOCAL work_mem = '64MB'")
    week = Scope(campaign, ids, first, last, within=total, by_hand=by_hand, today=today)
    begins, yesterday = begins_before(first, last), first - timedelta(days=1)
    before = Scope(campaign, ids, begins, yesterday, within=total, by_hand=by_hand, today=today)
    by_unit = {code: _by_unit(INDICATORS[code], total) for code in {*FRONT, *MORE, *STATION}}
    stations = [unit for unit in units if unit.kind == Unit.Kind.STATION] or units
    plan = plan_percent(campaign, last, today)
    return {
        "version": VERSION,
        "campaign": campaign.title,
        "slogan": campaign.slogan,
        "unit": units[0].name,
        "first": first.isoformat(),
        "last": last.isoformat(),
        "since": campaign.starts_on.isoformat(),
        "week_number": campaign.week_of(last),
        "lines": [_line(code, by_unit[code], total, week, before) for code in (*FRONT, *MORE)],
        "plan": plan,
        "stations": [_station(unit, by_unit, plan) for unit in stations],
        "frame": frame_note(total),
        "weeks": by_week(total),
        "kinds": by_kind(total),
        "bands": by_band(total),
        "disputes": by_category(total, Kind.DISPUTE),
        "hazards": by_category(total, Kind.HAZARD),
        "leaflets": asked_topics(total),
        "topics": by_topic(total),
        "services": by_service(total),
        "outreach": by_outreach(total),
        "handed": by_material(total),
    }


def _by_unit(indicator: Indicator, scope: Scope) -> dict[str, dict[int, int]]:
    count = dict(indicator.count(scope))
    return {
        "count": count,
        "numerator": dict(indicator.numerator(scope)) if indicator.numerator else count,
        "over": dict(indicator.over(scope)) if indicator.over else {},
    }


def _line(code: str, counts: dict[str, dict[int, int]], total: Scope, week: Scope, before: Scope) -> dict[str, Any]:
    indicator = INDICATORS[code]
    this_week, last_week = indicator.in_all(week), indicator.in_all(before)
    return {
        "code": code,
        "week": this_week,
        "change": this_week - last_week,
        "total": indicator.whole(total) if indicator.whole else sum(counts["count"].values()),
        "numerator": sum(counts["numerator"].values()) if indicator.over else None,
        "over": sum(counts["over"].values()) if indicator.over else None,
    }


def _station(unit: Unit, by_unit: dict[str, dict[str, dict[int, int]]], plan: int) -> dict[str, Any]:
    row: dict[str, Any] = {"unit": unit.name}
    for code in STATION:
        counts = by_unit[code]
        row[code] = counts["count"].get(unit.pk, 0)
        row[f"{code}_numerator"] = counts["numerator"].get(unit.pk, 0)
        row[f"{code}_over"] = counts["over"].get(unit.pk, 0)
    over, numerator = row["households_visited_over"], row["households_visited_numerator"]
    row["below_plan"] = over >= ENOUGH and 100 * numerator < plan * over
    return row


def digest(figures: dict[str, Any]) -> str:
    """SHA-256 of the canonical JSON; its first eight characters are the check code on paper."""
    text = json.dumps(figures, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
