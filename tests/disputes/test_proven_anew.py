"""What held once proves nothing of what came after: a new cycle, another lead, another grade, a settling undone."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from disputes import actions
from disputes.evidence import add_evidence
from disputes.models import CasePremises, ReturnVisit
from disputes.registering import PartyFacts
from disputes.reopening import reopen
from disputes.return_visits import make_return_visit
from tests.disputes.steps import call, found, refused, settled_dispute
from tests.pictures import upload
from tests.world import NOW, TODAY, World

DAY = timedelta(days=1)


def planned(case, **more):
    return ReturnVisit.objects.unscoped("test").filter(case=case, **more).order_by("pk")


def struck_off(world: World, door):
    """By the mediation of the first cycle, with nothing but a session to prove it."""
    case = settled_dispute(world, door)
    call(world, case)
    case.refresh_from_db()
    case = actions.request_closure(case=case, version=case.version, by=world.owner, at=NOW + 7 * DAY)
    return actions.approve(case=case, version=case.version, by=world.chief, at=NOW + 7 * DAY)


def settle(world: World, case, at, outcome="reconciled", by=None):
    by = by or world.owner
    return actions.settle(case=case, outcome=outcome, measures="说清", version=case.version, by=by, at=at)


def test_a_session_of_an_older_cycle_proves_nothing_in_this_one(world: World, door) -> None:
    case = struck_off(world, door)
    case = reopen(case=case, reason="又吵起来", version=case.version, by=world.owner, at=NOW + 20 * DAY)
    case = settle(world, case, NOW + 21 * DAY)
    make_return_visit(visit=planned(case, done_at=None).get(), answer="settled", by=world.owner, at=NOW + 28 * DAY)
    case.refresh_from_db()
    with refused("evidence"):
        actions.request_closure(case=case, version=case.version, by=world.owner, at=NOW + 28 * DAY)
    case = actions.add_session(
        case=case,
        held_at=NOW + 28 * DAY,
        place="警务室",
        content="双方又说清",
        version=case.version,
        by=world.owner,
        at=NOW + 28 * DAY,
    )
    case = actions.request_closure(case=case, version=case.version, by=world.owner, at=NOW + 28 * DAY)
    assert case.state == "closure_pending"


# -- a hazard is checked again by who never led it --


def put_right(world: World, door):
    case = found(world, door, kind="hazard", category="fire", title="飞线充电")
    return settle(world, case, NOW, outcome="rectified")


def handed_over(world: World, case, lead):
    return actions.hand_over(case=case, lead=lead, helper=None, version=case.version, by=world.chief, at=NOW + DAY)


def test_who_put_it_right_and_gave_it_on_does_not_check_it_again(world: World, door) -> None:
    case = handed_over(world, put_right(world, door), world.colleague)
    with refused("recheck"):
        make_return_visit(visit=planned(case).get(), answer="settled", by=world.owner, at=NOW + 3 * DAY)
    make_return_visit(visit=planned(case).get(), answer="settled", by=world.chief, at=NOW + 3 * DAY)


def test_a_re_check_is_not_left_with_the_new_lead(world: World, door) -> None:
    case = put_right(world, door)
    named = planned(case).get().officer
    case = handed_over(world, case, named)
    assert planned(case).get().officer not in {named, world.owner}


def test_who_checked_it_again_may_lead_it_afterwards(world: World, door) -> None:
    case = put_right(world, door)
    for kind in ("before", "after"):
        case = add_evidence(
            case=case, kind=kind, upload=upload(len(kind)), version=case.version, by=world.owner, at=NOW
        )
    make_return_visit(visit=planned(case).get(), answer="settled", by=world.colleague, at=NOW + timedelta(hours=1))
    case.refresh_from_db()
    case = handed_over(world, case, world.colleague)
    case = actions.request_closure(case=case, version=case.version, by=world.colleague, at=NOW + 3 * DAY)
    assert case.state == "closure_pending"


# -- what was planned for a settling goes with it --


def graded_dispute(world: World, door):
    case = found(world, door, grade=2, grade_reason="多次争执")
    case = actions.assign(case=case, lead=world.owner, helper=None, version=case.version, by=world.chief, at=NOW)
    case = actions.sign_for(case=case, version=case.version, by=world.owner, at=NOW)
    for name in ("王大", "李二"):
        facts = PartyFacts(name, consented=True)
        case = actions.add_party(case=case, facts=facts, version=case.version, by=world.owner, at=NOW)
    return settle(world, case, NOW)


def test_after_a_relapse_nobody_is_asked_whether_it_holds_until_it_is_settled_anew(world: World, door) -> None:
    case = graded_dispute(world, door)
    due = planned(case).due(TODAY + 30 * DAY)
    assert due.count() == 4
    case = actions.relapse(case=case, reason="又吵", version=case.version, by=world.owner, at=NOW + DAY)
    assert not due.exists()
    client = Client()
    client.force_login(world.owner)
    page = client.get(reverse("disputes:case", args=[case.pk]))
    assert page.context["visits"] == []
    case = settle(world, case, NOW + 2 * DAY)
    assert sorted(visit.due_on for visit in due) == [TODAY + 5 * DAY] * 2 + [TODAY + 9 * DAY] * 2


def test_what_was_answered_before_the_relapse_stays_on_record(world: World, door) -> None:
    case = graded_dispute(world, door)
    make_return_visit(visit=planned(case)[0], answer="relapsed", by=world.owner, at=NOW + DAY)
    case.refresh_from_db()
    settle(world, case, NOW + 2 * DAY)
    assert planned(case, done_at__isnull=False).count() == 1
    assert planned(case, done_at=None).count() == 4


# -- merging --


def test_an_open_matter_does_not_end_in_one_that_is_struck_off(world: World, door) -> None:
    closed = struck_off(world, door)
    case = found(world, door, by=world.auxiliary)
    with refused("merge_closed"):
        actions.merge(case=case, into=closed, version=case.version, by=world.chief, at=NOW)
    again = reopen(case=closed, reason="又吵起来", version=closed.version, by=world.owner, at=NOW + 20 * DAY)
    assert actions.merge(case=case, into=again, version=case.version, by=world.chief, at=NOW).merged_into == again


def test_a_matter_that_two_doors_told_of_lies_at_both(world: World, door) -> None:
    goes_on = found(world, door)
    neighbour = world.door(303)
    case = found(world, neighbour, by=world.auxiliary)
    actions.merge(case=case, into=goes_on, version=case.version, by=world.chief, at=NOW)
    places = CasePremises.objects.filter(case=goes_on).values_list("premises", flat=True)
    assert set(places) == {door.pk, neighbour.pk}


# -- the day it is due --


def regraded(world: World, case, grade: int, at, by=None):
    by = by or world.owner
    return actions.regrade(case=case, grade=grade, grade_reason="多次争执", version=case.version, by=by, at=at)


def test_of_another_grade_a_reopened_case_is_due_from_the_day_it_was_opened_again(world: World, door) -> None:
    case = struck_off(world, door)
    case = reopen(case=case, reason="又吵起来", version=case.version, by=world.owner, at=NOW + 20 * DAY)
    case = regraded(world, case, 2, NOW + 21 * DAY)
    assert case.due_on == TODAY + (20 + 15) * DAY


@pytest.mark.parametrize(("promised", "due"), [(3, 3), (None, 15)])
def test_a_day_promised_to_the_resident_holds_for_every_grade(world: World, door, promised, due) -> None:
    day = TODAY + promised * DAY if promised else None
    case = found(world, door, kind="request", category="hukou", title="落户", due_on=day)
    case = regraded(world, case, 2, NOW + DAY)
    assert case.due_on == TODAY + due * DAY
    case = regraded(world, case, 1, NOW + DAY, by=world.chief)
    assert case.due_on == TODAY + due * DAY
