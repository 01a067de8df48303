"""Figures agree with counting every visit by hand, whatever was visited when and how often, and however they were added
up: from what the worker keeps, from that and what changed since, or all at once."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

import pytest
from django.utils import timezone

from campaigns.models import Campaign, Question
from reports.figures import compute, units_in_reach
from tests.reports.test_brief import visit
from tests.world import NOW, TODAY, World
from visits.actions import void_visit
from visits.models import TallyMark, Visit
from visits.tallies.keeping import keep_up

# How a figure comes about: nothing but marks since the opening; half of it kept; all of it; from every visit.
WAYS = ["marked", "half kept", "kept", "by hand"]
MONDAY = TODAY - timedelta(days=TODAY.weekday())


@pytest.fixture(params=WAYS)
def way(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def campaign(world: World, way: str) -> Campaign:
    """Two weeks and two days of visits at eight doors of two stations, from the first to the last minute of a day."""
    for number in (101, 102, 201, 202):
        world.door(number)
    world.door(9, kind="shop", name="好又来", address="甲路9号", address_key="甲路9号", walk_key="9")
    elsewhere = {"unit": world.other_station, "area": world.areas["420303002001"]}
    for number in (301, 302):
        world.door(number, **elsewhere)
    campaign = world.campaign()
    # Of some of the doors, and newer: what is logged there is logged for it, and counts for the bureau's all the same.
    beside = world.campaign(unit=world.station, areas=[world.areas["420303001001"]], by=world.chief, starts_on=MONDAY)
    Question.objects.filter(campaign__in=(campaign, beside)).update(required=False)
    dice = Random(11)  # noqa: S311 - which doors are visited, not a secret
    for number in range(60):
        if number == 30 and way == "half kept":
            assert keep_up(at=NOW) > 0
        door = dice.choice(world.doors)
        at = min(moment(campaign.starts_on + timedelta(days=dice.randrange(17)), dice), NOW)
        by = world.stranger if door.unit_id == world.other_station.pk else world.owner
        done = visit(world, door, at, dice.choice(["completed", "completed", "nobody_in"]), by, dice.randint(1, 4))
        if dice.random() < 0.15:
            void_visit(visit=done, reason="走错门", by=by, at=at + timedelta(minutes=3))
    if way == "kept":
        keep_up(at=NOW)
    assert TallyMark.objects.unscoped("test").exists() == (way != "kept")
    return campaign


def moment(day: date, dice: Random) -> datetime:
    midnight = timezone.make_aware(datetime.combine(day, datetime.min.time()))
    return midnight + timedelta(minutes=dice.choice([0, 1, 479, 480, 481, 600, 1439]))


def by_hand(units: Iterable[int], first: date | None, last: date) -> dict[str, int]:
    """The same figures by reading every visit there is."""
    households, attempts, met, people = set(), 0, 0, 0
    for row in Visit.objects.unscoped("test").select_related("premises"):
        day = timezone.localdate(row.started_at)
        if row.voided_at or row.unit_id not in units or day > last or (first and day < first):
            continue
        attempts += 1
        if row.outcome in Visit.DONE:
            met, people = met + 1, people + row.people_met
            if row.premises.kind == "household":
                households.add(row.premises_id)
    return {"households": len(households), "attempts": attempts, "met": met, "people": people}


def said(figures: dict[str, Any]) -> dict[str, dict[str, int]]:
    return {line["code"]: line for line in figures["lines"]}


@pytest.mark.parametrize(
    ("first", "days"),
    [(MONDAY - timedelta(days=7), 7), (MONDAY - timedelta(days=6), 7), (MONDAY - timedelta(days=7), 3), (TODAY, 1)],
    ids=["a week", "seven days from Tuesday", "three days", "one day"],
)
@pytest.mark.parametrize("reader", ["desk", "chief"])
def test_total_week_and_change_are_those_counted_by_hand(
    world: World, campaign: Campaign, way: str, reader: str, first: date, days: int
) -> None:
    span = timedelta(days=days)
    units = units_in_reach(getattr(world, reader), world.bureau)
    keys, last = {unit.pk for unit in units}, first + span - timedelta(days=1)
    lines = said(compute(campaign=campaign, units=units, first=first, last=last, today=TODAY, by_hand=way == "by hand"))
    total, week = by_hand(keys, None, last), by_hand(keys, first, last)
    before = by_hand(keys, first - span, first - timedelta(days=1))
    assert total["households"] > week["households"]
    for code, name in (("households_visited", "households"), ("contact_rate", "met"), ("person_times", "people")):
        expected = (total[name], week[name], week[name] - before[name])
        assert (lines[code]["total"], lines[code]["week"], lines[code]["change"]) == expected, code
    assert lines["contact_rate"]["over"] == total["attempts"]


def test_each_week_is_that_counted_by_hand(world: World, campaign: Campaign, way: str) -> None:
    units = units_in_reach(world.desk, world.bureau)
    keys = {unit.pk for unit in units}
    weeks = compute(campaign=campaign, units=units, first=MONDAY, last=TODAY, today=TODAY, by_hand=way == "by hand")[
        "weeks"
    ]
    assert len(weeks) >= 3
    for week in weeks:
        monday = date.fromisoformat(week["starts"])
        counted = by_hand(keys, monday, min(monday + timedelta(days=6), TODAY))
        assert {name: week[name] for name in ("households", "attempts", "met")} == {
            name: counted[name] for name in ("households", "attempts", "met")
        }
