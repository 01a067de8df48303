"""Twelve weeks at the doors: every visited door once, tries before, doors said to be gone, doors added on the round."""

from datetime import datetime, timedelta

from accounts.models import Officer
from campaigns.models import Assignment
from config.demo import plan
from config.demo.handling import Found, findings_of
from config.demo.people import Station
from config.demo.story import Story
from disputes.words import Kind
from registry.models import Premises
from visits.actions import add_door
from visits.attempts import FindingReport


def plan_visits(story: Story, station: Station, fates: dict[int, str]) -> None:
    """Every visited door once, a third of them after nobody was in; the findings go to some of these visits."""
    rows = (
        Assignment.objects.unscoped("the demo").live().filter(campaign=story.campaign, unit=station.unit)
    ).select_related("premises__unit", "premises__area", "officer")
    held = {row.premises_id: row for row in rows}
    visited = [row for pk, row in held.items() if fates.get(pk) == "visited"]
    story.rng.shuffle(visited)
    stack = findings_of(story, station)
    for row in visited:
        plan_one(story, station, row.premises, row.officer, stack)
    for pk, row in held.items():
        if fates.get(pk) in ("waiting", "gone"):
            plan_waiting(story, station, row, fates[pk])
    plan_added(story, station, stack)
    if stack:
        raise RuntimeError(f"{len(stack)} findings of {station.unit} found no door")


def plan_one(story: Story, station: Station, door: Premises, officer: Officer, stack: list[Found]) -> None:
    day = story.some_day()
    tried = day - timedelta(days=story.rng.randint(1, 6))
    if story.rng.random() < 0.34 and tried >= story.campaign.starts_on:
        story.plan_knock(story.moment(tried), door, officer, "nobody_in")
    suits = bool(stack) and may_find(stack[-1][0], officer, door)
    found = stack.pop() if suits else None

    def step(at: datetime) -> None:
        visit = story.visit(station, door, officer, at, (found[0],) if found else ())
        if found:
            case = visit.findings.select_related("case__unit").get().case
            found[1](story, station, case)

    story.plan(story.moment(day), step)


def may_find(report: FindingReport, officer: Officer, door: Premises) -> bool:
    """Disputes lie between households; an officer leads what is found, an auxiliary's finding waits."""
    if report.kind == Kind.DISPUTE and door.kind != Premises.Kind.HOUSEHOLD:
        return False
    return officer.is_police


def plan_waiting(story: Story, station: Station, row: Assignment, fate: str) -> None:
    """Not visited yet: tried once or twice in the last weeks, some refused, some said to be gone."""
    rng, door, officer = story.rng, row.premises, row.officer
    if fate == "gone":
        outcome = rng.choice(("moved", "not_found", "moved"))
        story.plan_knock(story.moment(story.some_day()), door, officer, outcome)
        return
    # The demo officer's doors are all due today: none was tried too often, none refused and has to rest.
    is_mine = officer.pk == story.people.stations[0].staff[0].pk
    tries = rng.choice((0, 0, 1, 1)) if is_mine else rng.choice((0, 1, 1, 2, 3))
    for number in range(tries):
        day = story.last_sunday - timedelta(days=rng.randint(1, 50) + number)
        if day < story.campaign.starts_on:
            continue
        refuses = number == tries - 1 and not is_mine and rng.random() < 0.12
        outcome = "refused" if refuses else "nobody_in"
        story.plan_knock(story.moment(day), door, officer, outcome)


def plan_added(story: Story, station: Station, stack: list[Found]) -> None:
    """Doors that no register had: added on the round, most of them visited at once."""
    officer = station.staff[0]
    area = Premises.objects.unscoped("the demo").filter(unit=station.unit).order_by("area_id").first().area
    for number in range(station.plan.added):
        day = story.last_sunday - timedelta(days=story.rng.randint(3, 60))

        def step(at: datetime, number: int = number) -> None:
            door = add_door(
                area=area,
                kind=Premises.Kind.HOUSEHOLD,
                address=f"老街{number + 1}号附{number + 1}号",
                name=story.rng.choice(plan.SURNAMES) + story.rng.choice(plan.GIVEN),
                by=officer,
                at=at,
            )
            if number < station.plan.added_visited:
                story.visit(station, door, officer, at + timedelta(minutes=2))

        story.plan(story.moment(day), step)
