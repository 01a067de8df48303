"""Requests and suggestions: answered on the spot or by a due day; an opinion becomes a measure that is told of."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from accounts.refusals import Refusal
from disputes import actions, reopening
from disputes.ledger import faults
from disputes.models import Case, ReturnVisit
from disputes.return_visits import make_return_visit
from tests.disputes.steps import registered
from tests.world import NOW, World

DAY = timedelta(days=1)


def found(world: World, kind: str = "request", **facts: Any) -> Case:
    values = {
        "kind": kind,
        "category": "safety",
        "title": "希望加装路灯",
        "premises": facts.get("premises") or world.door(302),
        "campaign": None,
        "by": world.owner,
        "at": NOW,
    }
    return registered(**{**values, **facts})


def refusal_of(do: Any) -> str:
    with pytest.raises(Refusal) as caught:
        do()
    return caught.value.code


def settle(world: World, case: Case, outcome: str, **more: Any) -> Case:
    return actions.settle(
        case=case, outcome=outcome, measures="已说明办理方式", version=case.version, by=world.owner, at=NOW, **more
    )


def asked(world: World, case: Case, answer: str = "settled") -> Case:
    visit = ReturnVisit.objects.unscoped("test").get(case=case, done_at__isnull=True)
    make_return_visit(visit=visit, answer=answer, by=world.owner, at=NOW + 7 * DAY)
    case.refresh_from_db()
    return case


def closed(world: World, case: Case) -> Case:
    case = actions.request_closure(case=case, version=case.version, by=world.owner, at=NOW + 8 * DAY)
    return actions.approve(case=case, version=case.version, by=world.chief, at=NOW + 9 * DAY)


def test_a_request_is_answered_confirmed_and_struck_off(world: World) -> None:
    case = settle(world, found(world), "answered", told_how="phone", demand="reasonable")
    assert case.state_label == "已答复，待回访"
    assert refusal_of(lambda: closed(world, case)) == "return_visits"
    assert closed(world, asked(world, case)).state == "closed"
    assert list(faults()) == []


def test_a_reply_that_nobody_heard_is_not_struck_off(world: World) -> None:
    case = asked(world, settle(world, found(world), "answered"))
    assert refusal_of(lambda: closed(world, case)) == "report_back"
    case = actions.report_back(case=case, told_how="in_person", version=case.version, by=world.owner, at=NOW + 7 * DAY)
    assert case.reported_back_by == world.owner
    assert closed(world, case).state == "closed"


def test_telling_twice_is_refused(world: World) -> None:
    case = settle(world, found(world), "answered", told_how="phone")
    tell = {"case": case, "told_how": "phone", "version": case.version, "by": world.owner, "at": NOW}
    assert refusal_of(lambda: actions.report_back(**tell)) == "told_already"


def test_a_request_that_is_forwarded_names_who_has_it(world: World) -> None:
    case = found(world)
    assert refusal_of(lambda: settle(world, case, "forwarded", told_how="phone")) == "receiver"
    settled = settle(world, case, "forwarded", told_how="phone", receiver="花果街道办事处")
    assert settled.receiver == "花果街道办事处"


def test_a_resident_who_says_not_answered_sends_the_request_back(world: World) -> None:
    case = asked(world, settle(world, found(world), "answered", told_how="phone"), "relapsed")
    assert (case.state, case.outcome, case.reported_back_at) == ("handling", "", None)


def test_a_request_that_was_not_answered_and_is_withdrawn_is_struck_off(world: World) -> None:
    """“Not settled” was said of the answer before; of a request that is withdrawn nobody is asked."""
    case = asked(world, settle(world, found(world), "answered", told_how="phone"), "relapsed")
    case = actions.settle(
        case=case,
        outcome="withdrawn",
        measures="本人撤回",
        told_how="phone",
        version=case.version,
        by=world.owner,
        at=NOW + 8 * DAY,
    )
    assert closed(world, case).state == "closed"


def test_a_request_answered_on_the_spot_waits_for_one_tick_and_its_call_stays_due(world: World) -> None:
    case = found(world, on_spot=True, measures="已当场说明")
    assert (case.outcome, case.reported_back_how) == ("on_spot", "in_person")
    done = actions.approve(case=case, version=case.version, by=world.chief, at=NOW)
    assert done.state == "closed"
    assert ReturnVisit.objects.unscoped("test").filter(case=case, done_at__isnull=True).count() == 1


def test_an_adopted_suggestion_needs_a_measure_somebody_and_word_back(world: World) -> None:
    case = found(world, "suggestion", title="建议增加夜间巡逻")
    assert refusal_of(lambda: settle(world, case, "adopted")) == "measure_by"
    case = settle(world, case, "adopted", measure_by="花果派出所")
    assert refusal_of(lambda: closed(world, case)) == "report_back"
    case = actions.report_back(case=case, told_how="posted", version=case.version, by=world.owner, at=NOW + DAY)
    assert closed(world, case).state == "closed"


def test_a_suggestion_explained_at_the_door_is_not_counted_as_adopted(world: World) -> None:
    case = found(world, "suggestion", on_spot=True)
    assert case.outcome == "explained"
    assert not Case.objects.visible_to(world.chief).resolved().filter(pk=case.pk).exists()


@pytest.mark.parametrize("act", ["fail", "mark_performed"])
def test_only_a_dispute_is_mediated(world: World, act: str) -> None:
    case = found(world)
    facts: dict[str, Any] = {"measures": "x"} if act == "fail" else {}
    if act == "mark_performed":
        case = settle(world, case, "answered", told_how="phone")
    do = getattr(actions, act)
    assert refusal_of(lambda: do(case=case, version=case.version, by=world.owner, at=NOW, **facts)) == "not_a_dispute"


def test_a_reopened_request_has_to_be_told_again(world: World) -> None:
    case = closed(world, asked(world, settle(world, found(world), "answered", told_how="phone")))
    case = reopening.reopen(case=case, reason="仍未解决", version=case.version, by=world.owner, at=NOW + 10 * DAY)
    assert (case.cycle, case.reported_back_at, case.reported_back_how) == (2, None, "")


def test_a_promised_day_shortens_the_term_and_never_lengthens_it(world: World) -> None:
    today = NOW.date()
    door = world.door(303)
    assert found(world, premises=door, due_on=today + 3 * DAY).due_on == today + 3 * DAY
    assert refusal_of(lambda: found(world, premises=door, due_on=today + 16 * DAY)) == "due_late"
    assert refusal_of(lambda: found(world, premises=door, due_on=today - DAY)) == "due_past"


# -- the page without a visit --


def client_of(world: World, who: str) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(getattr(world, who))
    return client


def typed(**more: Any) -> dict[str, Any]:
    plain = {
        "client_id": str(uuid4()), "what": "request:permit", "title": "办理居住证", "source": "walk_in",
        "grade": "1", "how": "open",
    }  # fmt: skip
    return {**plain, **more}


def test_what_somebody_brings_to_the_station_is_on_record_once(world: World) -> None:
    door, client = world.door(302), client_of(world, "chief")
    address, form = reverse("disputes:new", args=[door.pk]), typed(source_ref="WX-7")
    first, second = client.post(address, form), client.post(address, form)
    case = Case.objects.unscoped("test").get()
    assert first["Location"] == second["Location"] == reverse("disputes:case", args=[case.pk])
    assert (case.kind, case.source, case.source_ref, case.lead) == ("request", "walk_in", "WX-7", world.chief)


def test_a_matter_counts_for_a_campaign_whose_days_run_today_only(world: World) -> None:
    door, client = world.door(302), client_of(world, "owner")
    running = world.campaign(starts_on=NOW.date() - 20 * DAY, ends_on=NOW.date())
    world.campaign(title="昨天结束", starts_on=NOW.date() - 16 * DAY, ends_on=NOW.date() - DAY)
    client.post(reverse("disputes:new", args=[door.pk]), typed())
    assert Case.objects.unscoped("test").get().campaign == running
    with time_machine.travel(NOW + DAY, tick=False):
        client_of(world, "owner").post(reverse("disputes:new", args=[door.pk]), typed())
    assert Case.objects.unscoped("test").order_by("pk").last().campaign is None


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"what": "request:nothing"}, "Select a valid choice"),
        ({"title": ""}, "This field is required"),
        ({"how": "spot"}, "Write down the reply"),
        ({"grade": "2"}, "Say why it is grade 2"),
        ({"due_on": "2027-03-01"}, "at the latest"),
        ({"title": "a\0b"}, "Null characters are not allowed"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_the_form_stays(
    world: World, wrong: dict[str, str], sentence: str
) -> None:
    door, client = world.door(302), client_of(world, "owner")
    answer = client.post(reverse("disputes:new", args=[door.pk]), typed(summary="写了很久的话", **wrong))
    assert answer.status_code == 422
    assert sentence in answer.content.decode() and "写了很久的话" in answer.content.decode()
    assert Case.objects.unscoped("test").count() == 0


@pytest.mark.parametrize(("who", "status"), [("owner", 200), ("stranger", 404), ("leader", 403), ("admin", 403)])
def test_a_matter_is_registered_at_a_door_of_the_own_station_only(world: World, who: str, status: int) -> None:
    door = world.door(302)
    assert client_of(world, who).get(reverse("disputes:new", args=[door.pk])).status_code == status


def test_words_on_the_page_are_those_of_the_kind(world: World) -> None:
    case = found(world)
    page = client_of(world, "owner").get(reverse("disputes:case", args=[case.pk])).content.decode()
    assert "Answer the resident" in page and "Reply, as given to the resident" in page
    assert "Mediation failed" not in page and "Agrees to mediation" not in page
