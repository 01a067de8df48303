"""An earlier, small campaign of the demo's station: why its doors have answers from last time, and what is copied."""

from datetime import date, timedelta
from random import Random
from typing import Any

from campaigns.actions import close_campaign, draft_campaign, open_campaign
from campaigns.board import Choice, make_board
from campaigns.models import Assignment, Campaign, ShareOut
from campaigns.sharing import share_out
from config.demo import plan
from config.demo.people import People
from config.demo.story import Story, at_clock
from registry.models import Area

# Draws of its own, so that the twelve weeks are told the same with it and without.
RNG = 7


def hold_pilot(people: People, first_day: date, today: date) -> Campaign:
    """Two weeks in one community before the large campaign: shared out evenly, visited, closed."""
    station = people.stations[0]
    starts_on, ends_on = first_day - timedelta(days=30), first_day - timedelta(days=14)
    at = at_clock(starts_on - timedelta(days=1), 9)
    campaign = draft_campaign(
        title=f"{starts_on.year} 试点走访",
        unit=station.unit,
        starts_on=starts_on,
        ends_on=ends_on,
        areas=Area.objects.filter(code=plan.DEMO_COMMUNITY),
        by=station.chief,
        at=at,
    )
    campaign = open_campaign(campaign=campaign, version=campaign.version, by=station.chief, at=at)
    choice = Choice(way=ShareOut.Way.EVENLY, among=frozenset(officer.pk for officer in station.staff[:2]))
    facts: dict[str, Any] = {"campaign": campaign, "unit": station.unit, "choice": choice, "area_names": {}}
    board = make_board(**facts, on=starts_on)
    share_out(**facts, board_digest=board.digest, by=station.chief, at=at + timedelta(hours=1))
    _visit(Story(Random(RNG), people, campaign, ends_on, today), campaign)  # noqa: S311 - a demo, not a secret
    close_at = at_clock(ends_on + timedelta(days=1), 9)
    return close_campaign(campaign=campaign, version=campaign.version, by=station.chief, at=close_at)


def _visit(told: Story, campaign: Campaign) -> None:
    rows = (
        Assignment.objects.unscoped("the demo")
        .live()
        .filter(campaign=campaign, premises__street=plan.DEMO_STREET, premises__kind="household")
        .select_related("premises__unit", "premises__area", "officer")
        .order_by("premises__walk_key", "pk")
    )
    station = told.people.stations[0]
    for number, row in enumerate(rows):
        day = campaign.starts_on + timedelta(days=number % 14)
        told.visit(station, row.premises, row.officer, at_clock(day, 10 + number // 14, 5 * (number % 12)))
