"""Two tabs at one case: whoever comes second is told what the first one did, at the top, with the way to the place."""

import re
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from playwright.sync_api import Page, expect

from disputes.actions import add_party
from disputes.models import Case, Party, ReturnVisit, Session
from disputes.registering import PartyFacts
from tests.browsing import PHONE, press
from tests.disputes.steps import found, settled_dispute
from tests.world import NOW, World

SMALL = {**PHONE, "viewport": {"width": 360, "height": 740}}


@pytest.fixture
def case(world: World) -> Case:
    return found(world, world.door(302))


def tab_of(world: World, case: Case, language: str = "en") -> Callable[..., Any]:
    """A tab of the lead's that was opened now: what it sends carries the case's version as it was shown."""
    client = Client(headers={"accept-language": language})
    client.force_login(world.owner)
    html = client.get(f"/cases/{case.pk}/").content.decode()
    version = re.findall(r'name="version" value="(\d+)"', html)[0]
    return lambda act, /, **sent: client.post(f"/cases/{case.pk}/do/{act}/", {"version": version, **sent})


SESSION = {"held_at": "2026-11-01T10:00", "place": "社区", "content": "双方都到了", "present": "", "result": ""}
PARTY = {"name": "赵一", "role": "住户", "consented": "yes"}


@pytest.mark.parametrize(("language", "sentence"), [("en", "add to the record · a party"), ("zh-hans", "当事人")])
@pytest.mark.django_db
def test_the_second_tab_is_told_who_did_what_though_the_state_is_the_same(
    world: World, case: Case, language: str, sentence: str
) -> None:
    first, second = tab_of(world, case, language), tab_of(world, case, language)
    assert first("add_party", **PARTY).status_code == 302
    answer = second("add_session", **SESSION)
    page = answer.content.decode()
    assert answer.status_code == 409
    told = page[page.index('id="missing"') :].split("</ul>")[0]
    assert world.owner.name in told and sentence in told
    assert 'href="#add_session-form"' in told and 'id="add_session-form"' in page
    assert "双方都到了" in page
    assert not Session.objects.exists()
    # Having read it, one more press of the page that came back counts.
    case.refresh_from_db()
    form = page[page.index('id="add_session-form"') :].split("</form>")[0]
    assert re.findall(r'name="version" value="(\d+)"', form) == [str(case.version)]


@pytest.mark.django_db
def test_another_refusal_says_nothing_of_what_changed_and_so_keeps_the_version_of_the_tab(
    world: World, case: Case
) -> None:
    first, second = tab_of(world, case), tab_of(world, case)
    seen = case.version
    assert first("add_party", **PARTY).status_code == 302
    page = second("add_session", **{**SESSION, "held_at": "2099-11-01T10:00"}).content.decode()
    assert "This lies in the future" in page
    form = page[page.index('id="add_session-form"') :].split("</form>")[0]
    assert re.findall(r'name="version" value="(\d+)"', form) == [str(seen)]
    assert second("add_session", **SESSION).status_code == 409


@pytest.mark.django_db
def test_of_many_moves_the_first_are_told_and_the_rest_counted(world: World, case: Case) -> None:
    second = tab_of(world, case)
    for name in "甲乙丙丁戊己":
        case = add_party(case=case, facts=PartyFacts(name=name), version=case.version, by=world.chief, at=NOW)
    told = second("add_session", **SESSION).content.decode()
    assert told.count(f"{world.chief.name}, ") >= 4 and "and 2 more" in told
    assert Party.objects.filter(case=case).count() == 6


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("scripts", [True, False])
def test_a_refused_form_of_a_case_is_said_on_the_first_screen(
    world: World, case: Case, page_as: Callable[..., Page], scripts: bool
) -> None:
    page = page_as(world.owner, f"/cases/{case.pk}/", screen=SMALL, language="en", scripts=scripts)
    page.locator("summary", has_text="Add a party").click()
    form = page.locator("#add_party-form")
    form.locator("[name=name]").fill("   ")
    form.evaluate("form => form.noValidate = true")
    press(form.locator("button"))
    summary = page.locator("#missing")
    expect(summary).to_be_in_viewport()
    expect(summary).to_be_focused()
    summary.get_by_role("link").first.click()
    expect(page.locator("#add_party-form [name=name]")).to_be_in_viewport()


@pytest.mark.django_db
def test_a_refused_consent_comes_back_to_its_party(world: World, case: Case) -> None:
    case = add_party(case=case, facts=PartyFacts(name="赵一"), version=case.version, by=world.owner, at=NOW)
    party, seen = case.parties.get(), case.version
    tab_of(world, case)("add_session", **SESSION)
    client = Client(headers={"accept-language": "en"})
    client.force_login(world.owner)
    address = f"/cases/{case.pk}/parties/{party.pk}/consent/"
    answer = client.post(address, {"version": seen, "consented": "yes"})
    page = answer.content.decode()
    place = f"consent-{party.pk}-form"
    assert answer.status_code == 409 and "<title>Fault: " in page
    assert f'href="#{place}"' in page and f'id="{place}"' in page
    party.refresh_from_db()
    assert party.consented is None
    # As it was pressed, and having read what changed it counts once more.
    case.refresh_from_db()
    form = page[page.index(f'id="{place}"') :].split("</form>")[0]
    assert re.findall(r'value="(yes|no)" aria-pressed="true"', form) == ["yes"]
    assert client.post(address, {"version": case.version, "consented": "yes"}).status_code == 302


@pytest.mark.django_db
def test_a_refused_return_visit_comes_back_to_its_form_as_it_was_typed(world: World, case: Case) -> None:
    case = settled_dispute(world, world.door(303))
    visit = ReturnVisit.objects.unscoped("test").filter(case=case).order_by("due_on").last()
    client = Client(headers={"accept-language": "en"})
    client.force_login(world.owner)
    sent = {"client_id": str(uuid4()), "answer": "settled", "note": "双方都说好了", "in_person": "on"}
    answer = client.post(f"/cases/return-visits/{visit.pk}/", sent)
    page = answer.content.decode()
    assert answer.status_code == 422 and "<title>Fault: " in page
    assert f'href="#answer-{visit.pk}"' in page and f'id="answer-{visit.pk}_error"' in page
    assert 'value="双方都说好了"' in page
