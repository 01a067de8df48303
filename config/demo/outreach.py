"""Beside the visits: lessons, talks and stalls in turn, and handbooks handed out by every station."""

from datetime import date, timedelta
from random import Random
from typing import Any
from uuid import UUID

from campaigns.models import Campaign
from config.demo import plan
from config.demo.people import People, Station
from config.demo.story import at_clock
from registry.models import Area
from visits.outreach.actions import Facts, record_outreach


def hold_outreach(people: People, campaign: Campaign, last_sunday: date, rng: Random) -> None:
    def hold(station: Station, weeks: int, **facts: Any) -> None:
        day = last_sunday - timedelta(weeks=weeks, days=station.unit.rank % 5)
        record_outreach(
            campaign=campaign,
            facts=Facts(area=Area.objects.get(code=station.plan.township), held_on=day, **facts),
            client_id=UUID(int=rng.getrandbits(128), version=4),
            by=station.chief,
            at=at_clock(day, 17),
        )

    for number, (kind, weeks, place, about, reached, handbooks, leaflets) in enumerate(plan.OUTREACH):
        station = people.stations[number % len(people.stations)]
        handed = {"handbook": handbooks, "leaflet": leaflets}
        hold(station, weeks, kind=kind, place=place, about=about, people_reached=reached, handed=handed)
    for station in people.stations:
        doors = station.plan.base * plan.HANDBOOKS_A_HOUSEHOLD_OF_THE_REGISTER
        handed = {"handbook": doors, "card": doors // 10}
        hold(station, 7, kind="hand_out", place="各村（社区）", households_reached=doors, handed=handed)
