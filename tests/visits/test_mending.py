"""Taking back a wrong tap, correcting and voiding one's own record, adding a door."""

from datetime import UTC, timedelta

import pytest

from accounts.refusals import Refusal
from campaigns.actions import close_campaign
from campaigns.models import Assignment, FrameDoor
from registry.addresses import split_address
from registry.models import Contact, Premises
from tests.visits.steps import log, met, nobody
from tests.world import NOW, World
from visits.actions import add_door, correct_visit, take_back, void_visit
from visits.attempts import FindingReport


def frame(door: Premises) -> FrameDoor:
    return FrameDoor.objects.unscoped("test").get(premises=door)


def test_a_wrong_tap_is_taken_back_and_leaves_no_attempt(world: World, held: Premises) -> None:
    visit = log(world, nobody(held)).visit
    take_back(visit=visit, by=world.owner, at=NOW + timedelta(seconds=6))
    take_back(visit=visit, by=world.owner, at=NOW + timedelta(seconds=7))
    assert frame(held).tries == 0
    visit.refresh_from_db()
    assert visit.voided_at == NOW + timedelta(seconds=6)


def test_after_the_window_it_is_too_late_to_undo(world: World, held: Premises) -> None:
    visit = log(world, nobody(held)).visit
    with pytest.raises(Refusal) as caught:
        take_back(visit=visit, by=world.owner, at=NOW + timedelta(minutes=3))
    assert caught.value.code == "undo_over"


def test_nobody_else_takes_it_back(world: World, held: Premises) -> None:
    visit = log(world, nobody(held)).visit
    with pytest.raises(Refusal) as caught:
        take_back(visit=visit, by=world.colleague, at=NOW)
    assert caught.value.status == 403


def test_a_record_that_brought_up_a_case_is_not_corrected_to_nobody(world: World, held: Premises) -> None:
    finding = FindingReport(kind="dispute", category="neighbour", line="半夜吵闹")
    visit = log(world, met(held, findings=(finding,))).visit
    with pytest.raises(Refusal) as caught:
        correct_visit(visit=visit, reason="点错", by=world.owner, at=NOW, outcome="nobody_in")
    assert (caught.value.code, caught.value.field) == ("has_cases", "outcome")
    visit.refresh_from_db()
    assert (visit.outcome, visit.revision) == ("completed", 1)
    assert correct_visit(visit=visit, reason="没谈完", by=world.owner, at=NOW, outcome="partly").outcome == "partly"


def test_a_corrected_declaration_says_which_notice_it_was(world: World, held: Premises) -> None:
    visit = log(world, met(held, declared=False, not_given_why="known")).visit
    assert visit.notice_version == 0
    given = correct_visit(visit=visit, reason="已告知", by=world.owner, at=NOW, identity_shown=True)
    assert (given.notice_version, given.not_given_why) == (visit.campaign.notice_version, "")
    gone = correct_visit(visit=given, reason="没人", by=world.owner, at=NOW, outcome="nobody_in")
    gone.refresh_from_db()
    assert (gone.notice_version, gone.identity_shown) == (0, False)


def test_a_record_voided_after_the_campaign_was_closed_leaves_its_door_unvisited(world: World, held: Premises) -> None:
    visit = log(world, met(held)).visit
    campaign = visit.campaign
    close_campaign(campaign=campaign, version=campaign.version, by=world.desk, at=NOW + timedelta(hours=1))
    void_visit(visit=visit, reason="走错门", by=world.owner, at=NOW + timedelta(hours=2))
    assert (frame(held).met_on, frame(held).tries) == (None, 0)


def test_a_visit_lasts_twelve_hours_at_most(world: World, held: Premises) -> None:
    visit = log(world, met(held, started_at=NOW - timedelta(hours=20))).visit
    assert visit.ended_at - visit.started_at == timedelta(hours=12)


def test_a_door_added_early_in_the_morning_is_due_on_that_day(world: World, held: Premises) -> None:
    at = NOW.replace(hour=6).astimezone(UTC)
    door = add_door(area=held.area, kind="household", address="老街8号", by=world.owner, at=at)
    assert Assignment.objects.unscoped("test").get(premises=door).due_on == NOW.date()


def test_a_door_joins_no_campaign_of_another_unit(world: World, held: Premises) -> None:
    """Two bureaus may have campaigns over the same areas: a door joins those above its own station."""
    world.door(31, unit=world.other_station, area=world.areas["420303002001"], address_key="红卫路31号")
    theirs = world.campaign(title="别处的", unit=world.other_station, by=world.other_chief)
    door = add_door(area=held.area, kind="household", address="老街9号", by=world.owner, at=NOW)
    assert frame(door).campaign_id != theirs.pk


def test_a_correction_keeps_what_the_record_said_before(world: World, held: Premises) -> None:
    visit = log(world, met(held, people_met=1)).visit
    mended = correct_visit(visit=visit, reason="数错了", by=world.owner, at=NOW + timedelta(hours=3), people_met=3)
    assert (mended.people_met, mended.revision) == (3, 2)
    kept = visit.revisions.get()
    assert (kept.before, kept.reason, kept.by) == ({"people_met": 1}, "数错了", world.owner)


def test_a_corrected_outcome_reaches_the_fold(world: World, held: Premises) -> None:
    visit = log(world, met(held)).visit
    correct_visit(visit=visit, reason="点错了", by=world.owner, at=NOW, outcome="nobody_in")
    door = frame(held)
    assert (door.met_on, door.contacts, door.last_outcome) == (None, 0, "nobody_in")


def test_a_correction_that_changes_nothing_writes_nothing(world: World, held: Premises) -> None:
    visit = log(world, met(held)).visit
    assert correct_visit(visit=visit, reason="x", by=world.owner, at=NOW, people_met=1).revision == 1
    assert not visit.revisions.exists()


def test_a_correction_obeys_the_rules_of_a_visit(world: World, held: Premises) -> None:
    visit = log(world, met(held)).visit
    with pytest.raises(Refusal) as caught:
        correct_visit(visit=visit, reason="x", by=world.owner, at=NOW, identity_shown=False)
    assert caught.value.code == "declaration"


@pytest.mark.parametrize("after", [timedelta(hours=24, seconds=1), timedelta(days=3)])
def test_after_a_day_a_record_stands(world: World, held: Premises, after: timedelta) -> None:
    visit = log(world, met(held)).visit
    with pytest.raises(Refusal) as caught:
        correct_visit(visit=visit, reason="x", by=world.owner, at=NOW + after, people_met=2)
    assert caught.value.code == "too_late"


def test_only_the_author_corrects(world: World, held: Premises) -> None:
    visit = log(world, met(held)).visit
    with pytest.raises(Refusal) as caught:
        correct_visit(visit=visit, reason="x", by=world.chief, at=NOW, people_met=2)
    assert caught.value.code == "not_author"


def test_who_entered_it_for_somebody_else_may_correct_it(world: World, held: Premises) -> None:
    visit = log(world, met(held, officer_id=world.owner.pk), by=world.chief).visit
    assert correct_visit(visit=visit, reason="x", by=world.chief, at=NOW, people_met=2).people_met == 2


def test_a_void_record_counts_nowhere_and_stays_readable(world: World, held: Premises) -> None:
    visit = log(world, met(held)).visit
    void_visit(visit=visit, reason="走错门", by=world.owner, at=NOW + timedelta(hours=1))
    visit.refresh_from_db()
    assert (visit.voided_why, frame(held).tries) == ("走错门", 0)
    with pytest.raises(Refusal):
        correct_visit(visit=visit, reason="x", by=world.owner, at=NOW, people_met=2)


def test_voiding_needs_a_reason_and_no_standing_case(world: World, held: Premises) -> None:
    finding = FindingReport(kind="hazard", category="fire", line="楼道堆物")
    visit = log(world, met(held, findings=(finding,))).visit
    for reason, code in ((" ", "reason"), ("走错门", "has_cases")):
        with pytest.raises(Refusal) as caught:
            void_visit(visit=visit, reason=reason, by=world.owner, at=NOW)
        assert caught.value.code == code


def test_a_door_added_on_the_round_works_at_once(world: World, held: Premises) -> None:
    door = add_door(
        area=world.areas["420303001001"],
        kind="household",
        address="花果路1号7栋1单元101室",
        name="冯新",
        phone="19900001234",
        by=world.owner,
        at=NOW,
    )
    assert (door.unit, door.building, door.added_on_round) == (world.station, "7栋", True)
    assert frame(door).added_late
    assert Assignment.objects.unscoped("test").get(premises=door).officer == world.owner
    assert Contact.objects.unscoped("test").get(premises=door).name == "冯新"
    assert log(world, met(door)).verdict == "stored"


def test_the_same_door_twice_is_refused_by_name(world: World, held: Premises) -> None:
    facts = {"area": world.areas["420303001001"], "kind": "household", "address": "7栋1单元101室"}
    add_door(**facts, by=world.owner, at=NOW)
    with pytest.raises(Refusal) as caught:
        add_door(**facts, by=world.owner, at=NOW)
    assert caught.value.code == "door_known"


def brought_in_late(world: World) -> Premises:
    """Imported after the campaign's frame was frozen."""
    place = "花果路1号5栋2单元305室"
    return world.door(305, address=place, address_key=split_address(place, []).key)


def test_a_door_that_was_imported_after_the_opening_joins_the_round_of_who_stands_there(
    world: World, held: Premises
) -> None:
    late = brought_in_late(world)
    facts = {"area": late.area, "kind": "household", "address": late.address}
    assert add_door(**facts, by=world.owner, at=NOW) == late
    assert frame(late).added_late and not late.added_on_round
    assert Assignment.objects.unscoped("test").get(premises=late).officer == world.owner
    assert log(world, met(late)).verdict == "stored"
    with pytest.raises(Refusal) as caught:
        add_door(**facts, by=world.colleague, at=NOW)
    assert caught.value.code == "door_known"


def test_a_known_door_is_refused_by_name_where_no_campaign_runs(world: World) -> None:
    late = brought_in_late(world)
    with pytest.raises(Refusal) as caught:
        add_door(area=late.area, kind="household", address=late.address, by=world.owner, at=NOW)
    assert caught.value.code == "door_known"


def test_a_door_of_another_station_can_not_be_added(world: World, held: Premises) -> None:
    with pytest.raises(Refusal) as caught:
        add_door(area=world.areas["420303002001"], kind="household", address="1栋1室", by=world.owner, at=NOW)
    assert caught.value.field == "area"
