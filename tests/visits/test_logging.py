"""One attempt at one door: what must be said, what is marked, and that it is stored once."""

from datetime import timedelta
from uuid import uuid4

import pytest

from accounts.models import Officer
from accounts.refusals import Refusal
from campaigns.models import FrameDoor
from disputes.models import Case
from registry.doors import Changes
from registry.fields import unseal
from registry.models import Contact, Premises
from tests.visits.steps import log, met, nobody
from tests.world import NOW, World
from visits.attempts import Attempt, FindingReport
from visits.models import Submission, Visit
from visits.round import walk_of


def frame(door: Premises) -> FrameDoor:
    return FrameDoor.objects.unscoped("test").get(premises=door)


def refused(world: World, attempt: Attempt, by: Officer | None = None) -> Refusal:
    with pytest.raises(Refusal) as caught:
        log(world, attempt, by=by)
    assert not Visit.objects.unscoped("test").exists()
    return caught.value


def test_a_plain_visit_is_stored_and_folded_down_onto_its_door(world: World, held: Premises) -> None:
    receipt = log(world, met(held))
    visit = receipt.visit
    assert receipt.verdict == Submission.Verdict.STORED
    assert (visit.officer, visit.unit, visit.people_met, visit.identity_shown) == (world.owner, world.station, 1, True)
    assert visit.notice_version == visit.campaign.notice_version
    assert (visit.stand_in, visit.late_upload, visit.keyed_later) == (False, False, False)
    door = frame(held)
    assert (door.tries, door.contacts, door.met_on, door.last_outcome) == (1, 1, NOW.date(), "completed")


def test_nobody_in_counts_as_an_attempt_and_not_as_a_visit(world: World, held: Premises) -> None:
    log(world, nobody(held))
    door = frame(held)
    assert (door.tries, door.contacts, door.met_on) == (1, 0, None)


def test_a_door_that_was_said_to_be_gone_and_met_after_all_is_not_gone(world: World, held: Premises) -> None:
    log(world, Attempt(premises_id=held.pk, outcome="moved", started_at=NOW - timedelta(days=1)))
    assert frame(held).gone_said == "moved"
    assert held.pk not in walk_of(world.owner, NOW), "it rests until a second hand has looked"
    log(world, met(held))
    assert (frame(held).gone_said, frame(held).met_on) == ("", NOW.date())


def test_a_door_is_met_on_the_first_day_on_which_somebody_was(world: World, held: Premises) -> None:
    log(world, met(held))
    log(world, met(held, started_at=NOW - timedelta(days=2)))
    log(world, met(held, started_at=NOW - timedelta(days=1)))
    assert frame(held).met_on == NOW.date() - timedelta(days=2)


def test_the_door_could_not_be_met_after_enough_attempts_in_enough_bands(world: World, held: Premises) -> None:
    for hours in (60, 36, 0):
        log(world, nobody(held, started_at=NOW - timedelta(hours=hours), keyed_later=True))
    assert frame(held).bands == ["evening", "weekday", "weekend"]
    assert frame(held).could_not_meet_at == NOW


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"outcome": ""}, "outcome"),
        ({"people_met": 0}, "people"),
        ({"place": ""}, "place"),
        ({"declared": False}, "declaration"),
        ({"started_at": NOW + timedelta(minutes=30)}, "future"),
        ({"started_at": NOW - timedelta(hours=73)}, "too_late"),
        ({"next_at": NOW - timedelta(days=1)}, "appointment_past"),
        ({"outcome": "appointment", "people_met": 0}, "appointment"),
        ({"findings": (FindingReport(kind="hazard", category="", line="x"),)}, "finding_category"),
        ({"findings": (FindingReport(kind="hazard", category="fire", line=" "),)}, "finding_line"),
        ({"findings": (FindingReport(kind="hazard", category="fire", line="x", on_spot=True),)}, "finding_photo"),
        ({"findings": (FindingReport(kind="hazard", category="fire", line="x", grade=3),)}, "grade_reason"),
        ({"findings": (FindingReport(kind="clue", category="theft", line="x", on_spot=True),)}, "finding_clue"),
    ],
)
def test_what_is_missing_is_refused_by_name(world: World, held: Premises, change: dict[str, object], code: str) -> None:
    assert refused(world, met(held, **change)).code == code


def test_without_the_declaration_a_reason_is_enough(world: World, held: Premises) -> None:
    visit = log(world, met(held, declared=False, not_given_why="known")).visit
    assert (visit.identity_shown, visit.not_given_why, visit.notice_version) == (False, "known", 0)


def test_a_required_question_must_be_answered_unless_the_visit_broke_off(world: World) -> None:
    door = world.door(302)
    campaign = world.campaign()
    question = campaign.questions.first()
    question.required, question.kinds, question.type = True, ["household"], "yes_no"
    question.save()
    campaign.questions.exclude(pk=question.pk).update(required=False)
    world.give(campaign, door, world.owner)
    assert refused(world, met(door)).field == f"q_{question.pk}"
    assert log(world, met(door, outcome="partly")).visit.outcome == "partly"
    visit = log(world, met(door, answers={question.pk: "no"})).visit
    assert visit.answers == [{"question": question.pk, "text": question.text, "answer": "no"}]


def test_the_same_number_and_content_is_stored_once(world: World, held: Premises) -> None:
    number = uuid4()
    first = log(world, met(held), client_id=number)
    assert log(world, met(held), client_id=number) == first
    assert Visit.objects.unscoped("test").count() == 1
    assert frame(held).tries == 1


def test_the_same_number_with_other_content_is_kept_for_review(world: World, held: Premises) -> None:
    number = uuid4()
    log(world, met(held), client_id=number)
    other = log(world, nobody(held), client_id=number)
    again = log(world, nobody(held), client_id=number)
    assert other == again
    assert (other.verdict, other.visit, other.body["outcome"]) == ("conflict", None, "nobody_in")
    assert Visit.objects.unscoped("test").count() == 1


def test_what_is_kept_for_review_keeps_a_phone_number_sealed(world: World, held: Premises) -> None:
    number = uuid4()
    log(world, met(held), client_id=number)
    said = met(held, changes=Changes(contact_name="冯新", phone="19900001234"))
    kept = log(world, said, client_id=number)
    assert "19900001234" not in str(kept.body)
    assert unseal(kept.body["changes"]["phone"]) == "19900001234"
    assert log(world, said, client_id=number) == kept


def test_a_colleague_may_stand_in_and_the_record_says_so(world: World, held: Premises) -> None:
    visit = log(world, met(held), by=world.colleague).visit
    assert (visit.stand_in, visit.officer) == (True, world.colleague)
    assert frame(held).met_on == NOW.date()


def test_the_bound_partner_is_no_stand_in(world: World, held: Premises) -> None:
    from campaigns.models import Assignment

    Assignment.objects.unscoped("test").update(partner=world.auxiliary)
    visit = log(world, met(held, partner_id=world.owner.pk), by=world.auxiliary).visit
    assert (visit.stand_in, visit.partner) == (False, world.owner)


def test_a_stranger_finds_no_such_door(world: World, held: Premises) -> None:
    assert refused(world, met(held), by=world.stranger).status == 404


def test_a_supervisor_enters_for_the_officer_and_it_shows(world: World, held: Premises) -> None:
    visit = log(world, met(held, officer_id=world.owner.pk), by=world.chief).visit
    assert (visit.officer, visit.entered_by, visit.stand_in) == (world.owner, world.chief, False)


def test_an_officer_can_not_enter_for_somebody_else(world: World, held: Premises) -> None:
    assert refused(world, met(held, officer_id=world.colleague.pk)).status == 403


def test_somebody_of_another_station_can_not_have_stood_there(world: World, held: Premises) -> None:
    assert refused(world, met(held, officer_id=world.stranger.pk), by=world.desk).code == "visitor"


def test_typed_in_next_day_it_says_keyed_later(world: World, held: Premises) -> None:
    visit = log(world, met(held, started_at=NOW - timedelta(hours=20), keyed_later=True)).visit
    assert (visit.keyed_later, visit.late_upload, visit.band) == (True, False, "weekday")
    assert visit.ended_at == visit.started_at + timedelta(minutes=10)


def test_sent_late_it_says_late_upload(world: World, held: Premises) -> None:
    then = NOW - timedelta(hours=40)
    attempt = met(held, started_at=then, ended_at=then + timedelta(minutes=6), late_upload=True)
    visit = log(world, attempt).visit
    assert (visit.keyed_later, visit.late_upload, visit.mode) == (False, True, "off_hours")


def test_an_hour_around_the_appointment_is_by_appointment(world: World, held: Premises) -> None:
    log(world, met(held, outcome="appointment", people_met=0, place="", next_at=NOW + timedelta(minutes=40)))
    assert log(world, met(held)).visit.mode == "appointment"
    assert frame(held).next_at is None


def test_facts_that_did_not_change_are_confirmed_as_of_that_day(world: World, held: Premises) -> None:
    log(world, met(held, facts_confirmed=True))
    held.refresh_from_db()
    assert held.confirmed_on == NOW.date()


def test_facts_that_changed_reach_the_register_and_only_codes_the_record(world: World, held: Premises) -> None:
    changes = Changes(use="let", contact_name="陈新租", relation="tenant", phone="199 0000 9999")
    visit = log(world, met(held, changes=changes)).visit
    held.refresh_from_db()
    tenant = Contact.objects.unscoped("test").get(premises=held, relation="tenant")
    assert (held.use, tenant.name, tenant.phone) == ("let", "陈新租", "19900009999")
    assert visit.facts_changed == {"use": "let", "contact": "tenant", "phone": True}


def test_an_older_visit_never_overwrites_a_newer_fact(world: World, held: Premises) -> None:
    Premises.objects.unscoped("test").filter(pk=held.pk).update(confirmed_on=NOW.date(), use="own")
    log(world, met(held, started_at=NOW - timedelta(hours=30), keyed_later=True, changes=Changes(use="vacant")))
    held.refresh_from_db()
    assert held.use == "own"


def test_a_wrong_phone_number_is_refused_and_nothing_is_written(world: World, held: Premises) -> None:
    assert refused(world, met(held, changes=Changes(phone="1990000123"))).field == "phone"


def test_the_whole_set_leaves_its_leaflets(world: World, held: Premises) -> None:
    topics = frame(held).campaign.topics.all()
    visit = log(world, met(held, topics=tuple(topic.pk for topic in topics))).visit
    assert visit.topics.count() == len(topics)
    assert visit.deliveries.count() == sum(bool(topic.leaflet) for topic in topics)


def test_an_open_finding_becomes_a_case_with_the_finder_as_lead(world: World, held: Premises) -> None:
    finding = FindingReport(kind="dispute", category="neighbour", line="楼上漏水，两家争吵")
    visit = log(world, met(held, findings=(finding,))).visit
    case = visit.findings.get().case
    assert (case.lead, case.state, case.source_ref) == (world.owner, Case.State.HANDLING, str(visit.pk))


def test_a_hazard_settled_on_the_spot_waits_for_another_hand(world: World, held: Premises) -> None:
    from tests.visits.steps import picture

    finding = FindingReport(kind="hazard", category="fire", line="楼道堆物，当场清走", on_spot=True, photo=picture())
    case = log(world, met(held, findings=(finding,))).visit.findings.get().case
    assert case.state == Case.State.CLOSURE_PENDING
    assert case.evidence.get().kind == "after"


def test_an_auxiliarys_finding_goes_to_the_partner_officer(world: World, held: Premises) -> None:
    finding = FindingReport(kind="hazard", category="fire", line="电线老化")
    attempt = met(held, findings=(finding,), partner_id=world.owner.pk)
    case = log(world, attempt, by=world.auxiliary).visit.findings.get().case
    assert (case.lead, case.helper) == (world.owner, world.auxiliary)


def test_an_auxiliary_alone_registers_and_somebody_else_assigns(world: World, held: Premises) -> None:
    finding = FindingReport(kind="hazard", category="fire", line="电线老化")
    case = log(world, met(held, findings=(finding,)), by=world.auxiliary).visit.findings.get().case
    assert (case.lead, case.state) == (None, Case.State.REGISTERED)


def test_photos_are_stored_anew_without_what_the_camera_knew(world: World, held: Premises) -> None:
    from PIL import Image

    from tests.visits.steps import picture

    visit = log(world, met(held, photos=(picture(exif=True), picture(exif=True)))).visit
    stored = visit.photos.get()
    with stored.file.open() as file, Image.open(file) as image:
        assert not image.getexif()


def test_a_door_outside_every_open_campaign_can_not_be_visited(world: World) -> None:
    assert refused(world, met(world.door(302))).code == "no_campaign"
