"""Return visits: on whose day, by whose hand, and what follows when it is not settled after all."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.actions import officer_leaves
from disputes import actions
from disputes.evidence import add_evidence
from disputes.models import Case, Closure, ReturnVisit
from disputes.registering import PartyFacts
from disputes.reopening import reopen
from disputes.return_visits import make_return_visit, plan_return_visits
from tests.disputes.steps import call, found, refused, settled_dispute
from tests.pictures import upload
from tests.world import NOW, TODAY

DAY = timedelta(days=1)


def test_an_ordered_hazard_is_checked_again_by_somebody_else(world, door):
    case = found(world, door, kind="hazard", category="fire", title="飞线充电")
    for kind in ("before", "after"):
        case = add_evidence(
            case=case, kind=kind, upload=upload(len(kind)), version=case.version, by=world.owner, at=NOW
        )
    case = actions.settle(case=case, outcome="rectified", measures="拆除", version=case.version, by=world.owner, at=NOW)
    with refused("recheck"):
        call(world, case)
    call(world, case, by=world.colleague)
    case.refresh_from_db()
    case = actions.request_closure(case=case, version=case.version, by=world.owner, at=NOW)
    assert actions.approve(case=case, version=case.version, by=world.chief, at=NOW).state == "closed"


def test_a_resident_who_says_not_settled_reopens_a_struck_off_case(world, door):
    case = found(world, door, on_spot=True)
    case = actions.approve(case=case, version=case.version, by=world.chief, at=NOW)
    call(world, case, answer="relapsed")
    case.refresh_from_db()
    assert (case.state, case.cycle, case.outcome, case.closed_at) == ("handling", 2, "", None)


def test_an_answer_locks_the_case_before_its_visits_as_every_move_does(world, door):
    """The other order lets a hand-over and an answer at the same moment wait for each other in a circle."""
    case = found(world, door, on_spot=True)
    visit = ReturnVisit.objects.unscoped("test").get(case=case)
    with CaptureQueriesContext(connection) as seen:
        make_return_visit(visit=visit, answer="settled", by=world.owner, at=NOW + DAY)
    locked = [query["sql"].split('FROM "')[1].split('"')[0] for query in seen if " UPDATE OF " in query["sql"]]
    assert locked[:2] == ["disputes_case", "disputes_returnvisit"]


def test_a_relapse_while_waiting_takes_the_request_back(world, door):
    case = found(world, door, on_spot=True)
    call(world, case, answer="relapsed")
    case.refresh_from_db()
    assert case.state == "handling"
    assert Closure.objects.get(case=case).approved is False


@pytest.fixture
def settled_twice_over(world, door) -> Case:
    """Of grade 3: two parties, each asked on days 1, 3, 7 and 30."""
    case = settled_dispute(world, door)
    Case.objects.unscoped("test").filter(pk=case.pk).update(grade=3)
    ReturnVisit.objects.unscoped("test").filter(case=case).delete()
    case.refresh_from_db()
    plan_return_visits(case, NOW)
    return case


def test_a_call_of_day_thirty_is_not_made_on_the_day_of_settling(world, settled_twice_over):
    visits = ReturnVisit.objects.unscoped("test").filter(case=settled_twice_over)
    last = visits.order_by("due_on").last()
    for day in (0, 7):
        with refused("too_early"):
            make_return_visit(visit=last, answer="settled", by=world.owner, at=NOW + day * DAY)
    make_return_visit(visit=last, answer="settled", by=world.owner, at=NOW + 8 * DAY)
    first = visits.order_by("due_on").first()
    with refused("too_early"):
        make_return_visit(visit=first, answer="settled", by=world.owner, at=NOW)
    make_return_visit(visit=first, answer="settled", by=world.owner, at=NOW + DAY)


def test_that_it_is_not_settled_is_told_on_any_day(world, settled_twice_over):
    last = ReturnVisit.objects.unscoped("test").filter(case=settled_twice_over).order_by("due_on").last()
    make_return_visit(visit=last, answer="relapsed", by=world.owner, at=NOW)
    settled_twice_over.refresh_from_db()
    assert settled_twice_over.state == "handling"


def test_who_could_not_be_reached_is_tried_again_on_the_next_day(world, settled_twice_over):
    visits = ReturnVisit.objects.unscoped("test").filter(case=settled_twice_over)
    first = visits.order_by("due_on").first()
    make_return_visit(visit=first, answer="unreachable", by=world.owner, at=NOW + DAY)
    again = visits.get(in_person=True, done_at=None)
    assert (again.due_on, again.party, again.officer) == (TODAY + timedelta(days=2), first.party, first.officer)
    make_return_visit(visit=again, answer="settled", by=world.owner, at=NOW + 2 * DAY)


def test_the_page_says_from_when_on_it_can_be_answered(world, settled_twice_over, client):
    client.force_login(world.owner)
    page = client.get(f"/cases/{settled_twice_over.pk}/", headers={"accept-language": "en"}).content.decode()
    assert page.count("Asked again from") == 8


def test_opened_again_a_case_has_its_whole_term_anew_and_owes_no_older_return_visit(world, door):
    case = found(world, door, on_spot=True)
    case = actions.approve(case=case, version=case.version, by=world.chief, at=NOW)
    assert ReturnVisit.objects.unscoped("test").filter(case=case, done_at=None).exists()
    case = reopen(case=case, reason="又吵起来", version=case.version, by=world.owner, at=NOW + 20 * DAY)
    assert case.due_on == TODAY + 27 * DAY
    for name in ("王大", "李二"):
        case = actions.add_party(
            case=case, facts=PartyFacts(name, consented=True), version=case.version, by=world.owner, at=NOW
        )
    case = add_evidence(case=case, kind="paper", upload=upload(1), version=case.version, by=world.owner, at=NOW)
    case = actions.settle(
        case=case, outcome="reconciled", measures="说清", version=case.version, by=world.owner, at=NOW + 21 * DAY
    )
    now = ReturnVisit.objects.unscoped("test").get(case=case, cycle=case.cycle)
    make_return_visit(visit=now, answer="settled", by=world.owner, at=NOW + 28 * DAY)
    case.refresh_from_db()
    case = actions.request_closure(case=case, version=case.version, by=world.owner, at=NOW + 28 * DAY)
    assert case.state == "closure_pending"


def test_open_return_visits_go_along_to_the_new_lead(world, door):
    case = settled_dispute(world, door)
    case = actions.hand_over(case=case, lead=world.colleague, helper=None, version=case.version, by=world.chief, at=NOW)
    assert [visit.officer for visit in ReturnVisit.objects.unscoped("test").filter(case=case)] == [world.colleague]


def test_who_left_is_not_asked_to_check_again(world, door):
    first = world.colleague
    officer_leaves(officer=first, on=TODAY, by=world.chief, at=NOW)
    case = found(world, door, kind="hazard", category="fire", title="飞线充电")
    case = actions.settle(case=case, outcome="rectified", measures="拆除", version=case.version, by=world.owner, at=NOW)
    asked = ReturnVisit.objects.unscoped("test").get(case=case).officer
    assert asked not in {first, world.owner} and asked.is_active
    later = found(world, door, kind="hazard", category="fire", title="堆物", at=NOW - 5 * DAY)
    actions.settle(case=later, outcome="rectified", measures="清理", version=later.version, by=world.owner, at=NOW)
    assert ReturnVisit.objects.unscoped("test").get(case=later).officer == asked
