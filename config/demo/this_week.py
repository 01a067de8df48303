"""After the last full week: only attempts at which nobody was met, an appointment, and decisions that wait."""

from datetime import datetime, timedelta

from django.utils import timezone

from accounts.models import Officer
from campaigns.actions import confirm_gone
from campaigns.models import Assignment, FrameDoor
from config.demo.story import Story, at_clock


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
