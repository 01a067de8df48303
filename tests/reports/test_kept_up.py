"""Kept-up figures are those of counting by hand after every step that changes one: before the worker comes by and after."""

from collections.abc import Callable
from datetime import date, timedelta
from random import Random
from typing import Any
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from accounts.models import Unit
from campaigns import actions as campaign_actions
from campaigns import second_hand as doors
from campaigns.models import Campaign, FrameDoor, Topic
from registry.models import Premises
from reports.figures import begins_before, compute, last_full_week
from reports.indicators import Scope
from tests.reports.test_brief import visit
from tests.world import NOW, TODAY, World
from visits.actions import add_door, correct_visit, log_attempt, take_back, void_visit
from visits.attempts import Attempt
from visits.merging import merge_added
from visits.models import KeptCampaign, TallyMark, Visit, VisitTally
from visits.tallies import keeping
from visits.tallies.keeping import keep_up

DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
MONDAY = TODAY - timedelta(days=TODAY.weekday())
QUESTIONS = 14
PERIODS = [last_full_week(TODAY), (MONDAY, TODAY), (TODAY, TODAY), (TODAY.replace(day=1), TODAY)]


@pytest.fixture
def campaign(world: World) -> Campaign:
    """Doors of two stations and two communities, each visited now and then; two were said to be gone."""
    for number in range(101, 109):
        world.door(number)
    world.door(9, kind="shop", name="好又来", address="甲路9号", address_key="甲路9号", walk_key="9")
    world.door(201, area=world.areas["420303001002"])
    for number in (301, 302):
        world.door(number, unit=world.other_station, area=world.areas["420303002001"])
    campaign = world.campaign(starts_on=TODAY - 30 * DAY)
    campaign.questions.update(required=False)
    for door in world.doors[:3]:
        world.give(campaign, door, world.owner)
    for number, door in enumerate(world.doors[:9]):
        by = world.colleague if number % 3 else world.owner
        visit(
            world, door, NOW - number * DAY - timedelta(hours=number), "moved" if number in (5, 6) else "completed", by
        )
    visit(world, world.doors[10], NOW - 8 * DAY, by=world.stranger)
    for ago in (9, 19, 20, 26):
        visit(world, world.doors[ago % 4], NOW - ago * DAY)
    keep_up(at=NOW)
    return campaign


def marks() -> int:
    return int(TallyMark.objects.unscoped("test").count())


def figures(world: World, campaign: Campaign, **way: Any) -> list[dict[str, Any]]:
    """Of the bureau for each period, and of each station by itself."""
    units = list(Unit.objects.unscoped("test").under(world.bureau).order_by("path"))
    asked = [(units, period) for period in PERIODS]
    asked += [([world.station], (campaign.starts_on, TODAY)), ([world.other_station], PERIODS[0])]
    return [
        compute(campaign=campaign, units=reach, first=first, last=last, today=TODAY, **way)
        for reach, (first, last) in asked
    ]


def agreed(world: World, campaign: Campaign) -> list[dict[str, Any]]:
    assert Scope(campaign, frozenset({world.station.pk}), None, TODAY).tallies is not None, "nothing is kept"
    kept = figures(world, campaign)
    assert kept == figures(world, campaign, by_hand=True)
    return kept


def frame_door(campaign: Campaign, door: Premises) -> FrameDoor:
    found: FrameDoor = FrameDoor.objects.unscoped("test").get(campaign=campaign, premises=door)
    return found


def newest(world: World, place: int) -> Visit:
    found: Visit = Visit.objects.unscoped("test").filter(premises=world.doors[place]).latest("started_at")
    return found


def with_everything(world: World, door: Premises, campaign: Campaign) -> None:
    topics = Topic.objects.filter(campaign=campaign).values_list("pk", flat=True)
    attempt = Attempt(
        premises_id=door.pk, outcome="completed", started_at=NOW, ended_at=NOW, people_met=3, place="home",
        declared=True, topics=tuple(topics), services=("legal", "papers"), partner_id=world.auxiliary.pk,
    )  # fmt: skip
    log_attempt(attempt=attempt, client_id=uuid4(), by=world.owner, at=NOW + 2 * MINUTE)


def tried_until_not_met(world: World, campaign: Campaign) -> None:
    for ago in (3, 2, 1):
        visit(world, world.doors[9], NOW - ago * DAY + ago * timedelta(hours=3), "nobody_in")


def asked_and_granted(world: World, campaign: Campaign) -> None:
    world.give(campaign, world.doors[9], world.owner)
    visit(world, world.doors[9], outcome="nobody_in")
    door = frame_door(campaign, world.doors[9])
    asked = doors.ask_could_not_meet(frame_door=door, reason="外出务工", by=world.owner, at=NOW)
    doors.decide_could_not_meet(requests=[asked], granted=True, by=world.chief, at=NOW)


def added_on_the_round(world: World, **facts: Any) -> Premises:
    return add_door(
        area=world.areas["420303001001"], kind="household", address="老街6号", by=world.owner, at=NOW, **facts
    )


def merged(world: World, campaign: Campaign) -> None:
    door = added_on_the_round(world)
    visit(world, door)
    agreed(world, campaign)
    merge_added(door=door, into=world.doors[4], by=world.chief, at=NOW)


def merged_after_the_end(world: World, campaign: Campaign) -> None:
    """Into a door that the frame does not have: the visit stays in the figures, at the door that it was at."""
    door = added_on_the_round(world)
    visit(world, door)
    campaign.refresh_from_db()
    campaign_actions.close_campaign(campaign=campaign, version=campaign.version, by=world.desk, at=NOW)
    agreed(world, campaign)
    merge_added(door=door, into=world.door(401), by=world.chief, at=NOW)


def gone(world: World, campaign: Campaign) -> None:
    rows = [frame_door(campaign, world.doors[place]) for place in (5, 6)]
    assert doors.confirm_gone(doors=rows, by=world.chief, at=NOW - DAY) == 2


def gone_and_visited(world: World, campaign: Campaign) -> None:
    gone(world, campaign)
    agreed(world, campaign)
    visit(world, world.doors[5])


def corrected(world: World, place: int, **changes: Any) -> None:
    row = newest(world, place)
    correct_visit(visit=row, reason="记错", by=row.officer, at=row.received_at + MINUTE, **changes)


def voided(world: World, place: int) -> None:
    row = newest(world, place)
    void_visit(visit=row, reason="走错门", by=row.officer, at=row.received_at + MINUTE)


def undone(world: World, campaign: Campaign) -> None:
    wrong = visit(world, world.doors[7], outcome="nobody_in")
    agreed(world, campaign)
    take_back(visit=wrong, by=world.owner, at=wrong.received_at)


STEPS: dict[str, Callable[[World, Campaign], Any]] = {
    "a first visit": lambda world, campaign: visit(world, world.doors[9]),
    "a second visit on the day": lambda world, campaign: visit(world, world.doors[0], NOW + 5 * MINUTE),
    "a visit that came late, before the others": lambda world, campaign: visit(world, world.doors[2], NOW - 3 * DAY),
    "nobody in": lambda world, campaign: visit(world, world.doors[0], outcome="nobody_in"),
    "a stand-in of the other station's": lambda world, campaign: visit(world, world.doors[11], by=world.stranger),
    "topics, leaflets, services and a partner": lambda world, campaign: with_everything(
        world, world.doors[1], campaign
    ),
    "could not be met": tried_until_not_met,
    "could not be met, by decision": asked_and_granted,
    "sent back to be tried again": lambda world, campaign: (
        asked_and_granted(world, campaign),
        doors.return_could_not_meet(doors=[frame_door(campaign, world.doors[9])], by=world.chief, at=NOW),
    ),
    "voided": lambda world, campaign: voided(world, 0),
    "the only one voided": lambda world, campaign: voided(world, 1),
    "taken back": undone,
    "more people": lambda world, campaign: corrected(world, 0, people_met=9),
    "met nobody after all": lambda world, campaign: corrected(world, 1, outcome="nobody_in"),
    "corrected, then voided": lambda world, campaign: (corrected(world, 0, people_met=9), voided(world, 0)),
    "confirmed gone": gone,
    "confirmed gone, then visited": gone_and_visited,
    "added on the round": lambda world, campaign: added_on_the_round(world),
    "added on the round and visited": lambda world, campaign: visit(world, added_on_the_round(world)),
    "merged with a listed door": merged,
    "merged after the campaign": merged_after_the_end,
    "moved to the other station": lambda world, campaign: (
        FrameDoor.objects.unscoped("test")
        .filter(premises=world.doors[0])
        .update(unit=world.other_station, area=world.areas["420303002001"])
    ),
}
# These leave the figures as they were before them.
NOTHING_NEW = {"taken back", "sent back to be tried again"}


@pytest.mark.parametrize("step", STEPS)
def test_after_each_step_they_are_those_counted_by_hand(world: World, campaign: Campaign, step: str) -> None:
    before = agreed(world, campaign)
    assert marks() == 0
    STEPS[step](world, campaign)
    assert marks() > 0
    after = agreed(world, campaign)
    assert step in NOTHING_NEW or after != before
    assert keep_up(at=NOW) > 0
    assert marks() == 0
    assert agreed(world, campaign) == after


@pytest.mark.parametrize("seed", range(3))
def test_after_any_steps_in_any_order_they_are_those_counted_by_hand(
    world: World, campaign: Campaign, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The worker comes by in between, at times for one community only."""
    dice = Random(seed)  # noqa: S311 - which steps, not a secret
    for _step in range(20):
        door, at = dice.choice(world.doors), NOW - timedelta(hours=dice.randrange(1, 300))
        by = world.stranger if door.unit_id == world.other_station.pk else dice.choice([world.owner, world.colleague])
        match dice.randrange(6):
            case 0 | 1:
                visit(world, door, at, dice.choice(["completed", "nobody_in"]), by, dice.randint(1, 4))
            case 2:
                row = Visit.objects.unscoped("test").standing().order_by("?").first()
                void_visit(visit=row, reason="走错门", by=row.officer, at=row.received_at + MINUTE)
            case 3:
                row = Visit.objects.unscoped("test").done().order_by("?").first()
                changes = dice.choice([{"people_met": 7}, {"outcome": "nobody_in"}])
                correct_visit(visit=row, reason="记错", by=row.officer, at=row.received_at + MINUTE, **changes)
            case 4:
                wanted = keeping.marked()[: dice.randrange(3)]
                for of, area in wanted:
                    keeping.count_anew(of, [area])
            case 5:
                agreed(world, campaign)
    agreed(world, campaign)
    keep_up(at=NOW)
    agreed(world, campaign)


def test_a_visit_counts_in_its_own_campaign_and_folds_onto_the_others(world: World, campaign: Campaign) -> None:
    other = world.campaign(title="第二次走访")
    other.questions.update(required=False)
    visit(world, world.doors[9], outcome="nobody_in")
    visit(world, world.doors[9], NOW + MINUTE)
    for each in (campaign, other):
        agreed(world, each)
    keep_up(at=NOW)
    for each in (campaign, other):
        agreed(world, each)


def test_what_no_figure_reads_leaves_no_mark(world: World, campaign: Campaign) -> None:
    """Another line in the diary, another officer's hands, the fold of a visit that changes nothing of the door."""
    corrected(world, 0, diary="改期")
    world.give(campaign, world.doors[3], world.colleague)
    assert marks() == 0
    visit(world, world.doors[0], NOW + MINUTE)
    assert marks() == 1


def test_the_register_does_not_change_what_was_counted(world: World, campaign: Campaign) -> None:
    """A door has the kind and the community that the frame froze, above and below the line of the rate."""
    before = agreed(world, campaign)
    Premises.objects.unscoped("test").filter(pk=world.doors[0].pk).update(kind="shop", area="420303001002")
    assert agreed(world, campaign) == before


def test_a_day_that_the_tallies_can_not_tell_is_counted_by_hand(world: World, campaign: Campaign) -> None:
    told = {"campaign": campaign, "units": frozenset({world.station.pk})}
    assert Scope(**told, first=MONDAY - DAY, last=TODAY).tallies is None
    assert Scope(**told, first=TODAY.replace(day=2), last=TODAY - DAY).tallies is None
    spans = {"campaign": campaign.starts_on, "month": TODAY.replace(day=1), "week": MONDAY, "day": TODAY}
    assert {span: Scope(**told, first=first, last=TODAY).span for span, first in spans.items()} == {n: n for n in spans}
    assert Scope(**told, first=None, last=TODAY, as_of=NOW - DAY).tallies is None
    assert Scope(**told, first=None, last=TODAY, as_of=NOW + DAY).tallies is not None


def test_what_was_kept_by_other_days_or_another_count_is_not_read(
    world: World, campaign: Campaign, settings: Any
) -> None:
    for stale in ({"zone": "Asia/Urumqi"}, {"counting": 0}):
        KeptCampaign.objects.update(**stale)
        assert Scope(campaign, frozenset({world.station.pk}), None, TODAY).tallies is None
        assert keep_up(at=NOW) == 3
        agreed(world, campaign)


def test_the_command_finds_figures_that_are_not_those_counted(world: World, campaign: Campaign, capsys: Any) -> None:
    """A dump put back without its tallies, or somebody's hand in them."""
    call_command("check_figures")
    tallies = VisitTally.objects.unscoped("test").filter(campaign=campaign)
    tallies.filter(pk=tallies.first().pk).delete()
    with pytest.raises(CommandError):
        call_command("check_figures", "--json")
    assert '"wrong": ["2026 冬季大走访"]' in capsys.readouterr().out
    call_command("check_figures", "--anew")
    agreed(world, campaign)


def test_the_command_does_not_call_figures_right_that_nobody_keeps(
    world: World, campaign: Campaign, capsys: Any
) -> None:
    KeptCampaign.objects.all().delete()
    with pytest.raises(CommandError):
        call_command("check_figures", "--json")
    assert '"wrong": [], "not_kept": ["2026 冬季大走访"]' in capsys.readouterr().out
    call_command("check_figures", "--anew")
    agreed(world, campaign)


@pytest.mark.parametrize("strayed", [{}, {"area_id": "420303"}], ids=["twice", "of a community that left the frame"])
def test_the_command_throws_away_what_counting_anew_does_not_touch(
    world: World, campaign: Campaign, strayed: dict[str, str]
) -> None:
    row = VisitTally.objects.unscoped("test").filter(campaign=campaign, unit=world.station, met__gt=0).values().first()
    VisitTally.objects.bulk_create([VisitTally(**{**row, **strayed, "id": None})])
    with pytest.raises(CommandError):
        call_command("check_figures")
    call_command("check_figures", "--anew")
    agreed(world, campaign)


def test_reading_a_figure_writes_nothing(world: World, campaign: Campaign) -> None:
    visit(world, world.doors[9])
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION READ ONLY")
        agreed(world, campaign)


def test_a_brief_asks_the_same_few_questions_however_much_was_done(
    world: World, campaign: Campaign, django_assert_num_queries: Any
) -> None:
    units = list(Unit.objects.unscoped("test").under(world.bureau))
    first, last = last_full_week(TODAY)
    for _marked in (False, True):
        with django_assert_num_queries(QUESTIONS):
            compute(campaign=campaign, units=units, first=first, last=last, today=TODAY)
        visit(world, world.doors[9], NOW + MINUTE)


@pytest.mark.parametrize("by_hand", [False, True], ids=["kept", "by hand"])
def test_a_whole_month_is_compared_with_the_month_before(world: World, by_hand: bool) -> None:
    """One door was met on the last day of August, another on the first of October."""
    world.door(101)
    world.door(102)
    campaign = world.campaign(starts_on=date(2026, 8, 3))
    campaign.questions.update(required=False)
    for number, day in enumerate((date(2026, 8, 31), date(2026, 10, 1))):
        visit(world, world.doors[number], NOW - (TODAY - day))
    keep_up(at=NOW)
    for first, last, change in (
        (date(2026, 11, 1), date(2026, 11, 30), -1),
        (date(2026, 10, 1), date(2026, 10, 31), 1),
        (date(2026, 11, 1), date(2026, 11, 29), 0),
        (date(2026, 11, 2), date(2026, 11, 8), 0),
    ):
        figures = compute(
            campaign=campaign, units=[world.station], first=first, last=last, today=TODAY, by_hand=by_hand
        )
        told = {line["code"]: line["change"] for line in figures["lines"]}
        assert told["households_visited"] == change, first
    assert begins_before(date(2027, 3, 1), date(2027, 3, 31)) == date(2027, 2, 1)
