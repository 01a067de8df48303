"""After the last full week: only attempts at which nobody was met, an appointment, and decisions that wait."""

from datetime import datetime, timedelta

from django.utils import timezone

from accounts.actions import officer_leaves
from accounts.models import Officer
from campaigns.models import Assignment, FrameDoor
from campaigns.second_hand import confirm_gone
from config.demo.people import Station
from config.demo.story import Story, at_clock
from disputes import actions as cases
from disputes.models import Case
from disputes.registering import FindingFacts, register_finding
from disputes.words import Kind
from registry.models import Premises


def plan_the_week_of_the_station(story: Story, station: Station, at: datetime) -> None:
    """Somebody leaves with doors in hand, and the demo officer gets two matters: one of their own, one to sign for."""
    officer, auxiliary = station.staff[:2]
    held = Assignment.objects.unscoped("the demo").live().filter(campaign=story.campaign)
    waiting = held.filter(unit=station.unit, frame_door__met_on__isnull=True).select_related(
        "officer", "premises__unit"
    )
    leaver = next(row.officer for row in waiting.order_by("officer__badge") if row.officer not in station.staff[:6])
    own = waiting.filter(officer=officer).order_by("rank")
    first, second = (row.premises for row in own[:2])

    def on_record(category: str, title: str, door: Premises, by: Officer, when: datetime) -> Case:
        return register_finding(
            facts=FindingFacts(kind=Kind.DISPUTE, category=category, title=title, source=Case.Source.WALK_IN),
            premises=door,
            campaign=story.campaign,
            by=by,
            at=when,
        )

    def give(when: datetime) -> None:
        case = on_record("neighbour", "阳台搭建遮挡采光，邻里有意见", second, auxiliary, when)
        cases.assign(
            case=case,
            lead=officer,
            helper=auxiliary,
            version=case.version,
            by=station.chief,
            at=when + timedelta(minutes=20),
        )

    story.plan(at, lambda when: officer_leaves(officer=leaver, on=timezone.localdate(when), by=station.chief, at=when))
    story.plan(
        at + timedelta(minutes=30),
        lambda when: on_record("tenancy", "租客与房东因水电费起争执", first, officer, when),
    )
    story.plan(at + timedelta(minutes=50), give)


def confirm_said_gone(story: Story, at: datetime) -> None:
    for station in story.people.stations:
        doors = FrameDoor.objects.unscoped("the demo").filter(campaign=story.campaign, unit=station.unit)
        confirm_gone(doors=list(doors.exclude(gone_said="")), by=station.chief, at=at)


def plan_this_week(story: Story, officer: Officer) -> None:
    """The demo officer was out with a paper list, met nobody, and the chief typed it back; one appointment for tonight."""
    rows = list(
        Assignment.objects.unscoped("the demo")
        .live()
        .filter(officer=officer, frame_door__met_on__isnull=True)
        .select_related("premises__unit", "premises__area")
        .order_by("rank")[:8]
    )
    monday = story.last_sunday + timedelta(days=1)
    chief = next(station.chief for station in story.people.stations if station.unit.pk == officer.unit_id)
    for number, row in enumerate(rows[2:7]):
        when = at_clock(max(monday, story.campaign.starts_on), 9, 5 + number * 6)
        if when + timedelta(hours=4) < timezone.now():
            story.plan_typed(when, row.premises, officer, "nobody_in", chief)
        elif when < timezone.now():
            story.plan_knock(when, row.premises, officer, "nobody_in")
    if rows:
        start = at_clock(max(monday, story.campaign.starts_on), 9, 1)
        tonight = at_clock(story.today, 19, 30)
        if start < timezone.now() and tonight > start:
            story.plan_knock(start, rows[0].premises, officer, "appointment", next_at=tonight)
