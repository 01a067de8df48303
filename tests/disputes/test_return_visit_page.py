"""A return visit's page: who is named for it finds it, whatever part they have in the case; it ends with the settling."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client

from accounts.models import Officer
from disputes import actions
from disputes.evidence import add_evidence
from disputes.models import Case, ReturnVisit
from disputes.reopening import reopen
from disputes.return_visits import make_return_visit
from tests.disputes.steps import call, found, settled_dispute
from tests.pictures import upload
from tests.visits.steps import signed_in
from tests.world import NOW, TODAY, World
from visits.round import returns_of

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def recheck(world: World) -> ReturnVisit:
    """Of a hazard that was put right: by a colleague of the lead's, and due today."""
    case = found(world, world.door(302), kind="hazard", category="fire", title="飞线充电", at=NOW - 3 * DAY)
    for kind in ("before", "after"):
        case = add_evidence(
            case=case, kind=kind, upload=upload(len(kind)), version=case.version, by=world.owner, at=NOW - 3 * DAY
        )
    actions.settle(
        case=case, outcome="rectified", measures="拆除", version=case.version, by=world.owner, at=NOW - 3 * DAY
    )
    named = ReturnVisit.objects.unscoped("test").filter(case=case)
    named.update(officer=world.colleague)
    return named.get()


def page_of(visit: ReturnVisit, by: Officer) -> str:
    answer = signed_in(by).get(f"/cases/return-visits/{visit.pk}/")
    assert answer.status_code == 200
    return answer.content.decode()


def answered(client: Client, visit: ReturnVisit, **more: str):
    return client.post(f"/cases/return-visits/{visit.pk}/", {"client_id": str(uuid4()), "answer": "settled", **more})


def test_the_round_leads_who_is_named_to_a_page_of_what_is_asked(world: World, recheck: ReturnVisit) -> None:
    """A colleague has no other part in the case: its own page is not theirs to open."""
    client = signed_in(world.colleague)
    round_page = client.get("/round/").content.decode()
    (address,) = re.findall(r'href="(/cases/return-visits/\d+/)"', round_page)
    html = client.get(address).content.decode()
    for said in ("飞线充电", "花果路1号5栋2单元302室", "Is it still put right?", "Record the answer"):
        assert said in html, said
    assert client.get(f"/cases/{recheck.case_id}/").status_code == 404
    assert address in client.get("/cases/").content.decode()
    answer = answered(client, recheck, note="已拆除")
    assert (answer.status_code, answer["Location"]) == (302, "/round/")
    recheck.refresh_from_db()
    assert (recheck.answer, recheck.done_by) == ("settled", world.colleague)
    assert "Record the answer" not in page_of(recheck, world.colleague)


def test_a_refused_answer_comes_back_to_that_page_as_it_was_typed(world: World, recheck: ReturnVisit) -> None:
    answer = answered(signed_in(world.colleague), recheck, answer="", note="现场已看")
    html = answer.content.decode()
    assert answer.status_code == 422 and "<title>Fault: " in html and 'value="现场已看"' in html
    (place,) = re.findall(r'id="missing".*?href="#([^"]+)"', html, re.DOTALL)
    assert f'id="{place}"' in html


def test_to_whom_the_case_is_open_it_leads_to_its_place_there(world: World, recheck: ReturnVisit) -> None:
    answer = signed_in(world.chief).get(f"/cases/return-visits/{recheck.pk}/")
    address, _hash, place = answer["Location"].partition("#")
    assert f'id="{place}"' in signed_in(world.chief).get(address).content.decode()


def test_a_stranger_finds_none(world: World, recheck: ReturnVisit) -> None:
    assert signed_in(world.auxiliary).get(f"/cases/return-visits/{recheck.pk}/").status_code == 404


@pytest.fixture
def of_the_cycle_before(world: World) -> ReturnVisit:
    """A call that was planned, and not made, before the case was opened again."""
    case = found(world, world.door(303), on_spot=True, at=NOW - 20 * DAY)
    case = actions.approve(case=case, version=case.version, by=world.chief, at=NOW - 20 * DAY)
    reopen(case=case, reason="又吵起来", version=case.version, by=world.owner, at=NOW)
    return ReturnVisit.objects.unscoped("test").get(case=case)


def test_a_call_of_the_cycle_before_leads_to_the_case_as_it_stands(
    world: World, of_the_cycle_before: ReturnVisit
) -> None:
    visit, client = of_the_cycle_before, signed_in(world.owner)
    answer = answered(client, visit)
    html = answer.content.decode()
    assert answer.status_code == 409
    (place,) = re.findall(r'id="missing".*?href="#([^"]+)"', html, re.DOTALL)
    assert f'id="{place}"' in html
    assert "the case was taken up again since" in html
    address, _hash, place = client.get(f"/cases/return-visits/{visit.pk}/")["Location"].partition("#")
    assert f'id="{place}"' in client.get(address).content.decode()
    visit.refresh_from_db()
    assert visit.done_at is None


def test_nobody_is_reminded_of_a_call_once_the_case_is_in_work_again(
    world: World, of_the_cycle_before: ReturnVisit, recheck: ReturnVisit
) -> None:
    assert returns_of(world.owner, NOW) == []
    assert [due.visit for due in returns_of(world.colleague, NOW)] == [recheck]
    case = Case.objects.unscoped("test").get(pk=recheck.case_id)
    actions.relapse(case=case, reason="又拉了线", version=case.version, by=world.owner, at=NOW)
    assert returns_of(world.colleague, NOW) == []
    assert "the case was taken up again since" in page_of(recheck, world.colleague)


def test_what_is_settled_anew_is_asked_about_by_its_own_days(world: World) -> None:
    """The calls of the settling before, which did not hold, are not owed beside those of the new one."""
    case = settled_dispute(world, world.door(304))
    before = ReturnVisit.objects.unscoped("test").filter(case=case)
    planned = before.count()
    call(world, case, answer="relapsed")
    case.refresh_from_db()
    actions.settle(
        case=case,
        outcome="agreement_written",
        measures="重新约定",
        performed=True,
        version=case.version,
        by=world.owner,
        at=NOW + 8 * DAY,
    )
    left = ReturnVisit.objects.unscoped("test").filter(case=case, done_at=None)
    assert left.count() == planned
    assert min(visit.due_on for visit in left) > TODAY + 8 * DAY
    for visit in left.order_by("due_on"):
        make_return_visit(visit=visit, answer="settled", by=world.owner, at=NOW + 60 * DAY)
    case.refresh_from_db()
    assert actions.request_closure(case=case, version=case.version, by=world.owner, at=NOW + 60 * DAY)
