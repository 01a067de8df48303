"""Standing in for a colleague, asking for "could not be met", return visits on the round, the inbox."""

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import translation

from accounts.actions import end_grants, give_role
from accounts.models import Notice
from accounts.roles import Role
from campaigns.models import Campaign, CouldNotMeet, FrameDoor
from disputes.models import Case, ReturnVisit
from disputes.return_visits import make_return_visit
from registry.doors import Changes
from registry.models import Contact, Premises
from registry.search import sought
from tests.disputes.steps import settled_dispute
from tests.forms import Forms
from tests.visits.steps import log, met, nobody, signed_in
from tests.world import NOW, World
from visits.attempts import FindingReport
from visits.labels import short_day


@pytest.fixture
def findable(held: Premises) -> Premises:
    held.sought = sought(held.address, held.name)
    held.save(update_fields=["sought"])
    return held


def held_campaign(door: Premises) -> Campaign:
    return FrameDoor.objects.unscoped("test").get(premises=door).campaign


def found(client: Client, text: str) -> list[Premises]:
    return [row.premises for row in client.post(reverse("visits:find_door"), {"q": text}).context["found"]]


def test_a_colleague_finds_a_door_by_its_address(world: World, findable: Premises) -> None:
    assert found(signed_in(world.colleague), "5栋 302") == [findable]


def test_a_name_that_is_sought_stands_in_no_address(world: World, findable: Premises) -> None:
    client = signed_in(world.owner)
    page = client.get(reverse("visits:find_door"), {"q": findable.name})
    assert not page.context["found"] and '<form method="post" class="sheet search"' in page.content.decode()


def test_nobody_learns_from_a_name_where_a_person_lives(world: World, findable: Premises) -> None:
    assert found(signed_in(world.colleague), findable.name) == []
    assert found(signed_in(world.colleague), "zhou") == []


@pytest.mark.parametrize("text", ["周秀", "zhou", "zxy"])
def test_the_own_door_is_found_by_name(world: World, findable: Premises, text: str) -> None:
    findable.name, findable.sought = "周秀英", sought(findable.address, "周秀英")
    findable.save(update_fields=["name", "sought"])
    assert found(signed_in(world.owner), text) == [findable]
    assert found(signed_in(world.colleague), text) == []


def test_who_moved_in_is_found_and_who_moved_out_gives_the_door_no_name(world: World, held: Premises) -> None:
    before = held.name
    householder = Contact.objects.unscoped("test").get(premises=held)
    changes = Changes(contact_name="单雄信", relation="tenant", left=[householder.pk])
    log(world, met(held, changes=changes))
    held.refresh_from_db()
    assert held.name == "单雄信"
    assert found(signed_in(world.owner), "shanxx"[:4]) == [held]
    assert found(signed_in(world.owner), before) == []


def test_a_stranger_finds_no_door_of_another_station(world: World, findable: Premises) -> None:
    assert found(signed_in(world.stranger), "5栋 302") == []


def test_who_moved_to_another_station_still_finds_the_doors_left_in_hand(world: World, findable: Premises) -> None:
    """The own door lies elsewhere then; a door beside it, of the old station and nobody's own, is not found."""
    beside = world.door(303)
    beside.sought = sought(beside.address, beside.name)
    beside.save(update_fields=["sought"])
    end_grants(officer=world.owner, at=NOW - timedelta(days=2))
    give_role(officer=world.owner, role=Role.OFFICER, unit=world.other_station, by=None, at=NOW - timedelta(days=2))
    assert found(signed_in(world.owner), "5栋 302") == [findable]
    assert found(signed_in(world.owner), findable.name) == [findable]
    assert found(signed_in(world.owner), "5栋") == [findable]


def test_a_search_asks_the_index_for_the_own_station(
    world: World, findable: Premises, django_assert_max_num_queries: Any
) -> None:
    """Its unit is sought like a word; or else the doors of all stations with these words are gathered first."""
    client = signed_in(world.colleague)
    with django_assert_max_num_queries(9) as asked:
        assert found(client, "5栋 302") == [findable]
    searches = [query["sql"] for query in asked.captured_queries if "array_append" in query["sql"]]
    assert len(searches) == 2
    assert all(f"unit {world.station.pk}" in sql for sql in searches)


def test_many_units_are_searched_as_few_are(world: World, findable: Premises) -> None:
    few = [world.station.pk, world.other_station.pk]
    rows = Premises.objects.unscoped("test")
    assert list(rows.seeking("5栋 302", few)) == [findable]
    assert list(rows.seeking("5栋 302", [*few, *range(10_000, 10_020)])) == [findable]
    assert not rows.seeking("5栋 302", [world.other_station.pk])
    assert not rows.seeking("5栋 302", [])


def test_a_search_that_finds_more_than_it_shows_says_so(
    world: World, findable: Premises, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, said = signed_in(world.colleague), "If yours is not among them"
    assert said not in client.post(reverse("visits:find_door"), {"q": "5栋 302"}).content.decode()
    for place in ("visits.doors", "visits.views"):
        monkeypatch.setattr(f"{place}.MOST_FOUND", 1)
    assert said in client.post(reverse("visits:find_door"), {"q": "5栋 302"}).content.decode()


def test_one_character_is_too_little(world: World, findable: Premises) -> None:
    assert found(signed_in(world.colleague), "5") == []


def test_after_an_attempt_the_officer_may_ask_for_could_not_be_met(world: World, held: Premises) -> None:
    address, client = reverse("visits:could_not_meet", args=[held.pk]), signed_in(world.owner)
    door = reverse("visits:door", args=[held.pk])
    assert address not in client.get(door).content.decode()
    log(world, nobody(held))
    assert address in client.get(door).content.decode()
    client.post(address, {"reason": "长期在外地打工"})
    asked = CouldNotMeet.objects.unscoped("test").get()
    assert (asked.requested_by, asked.reason) == (world.owner, "长期在外地打工")
    assert address not in client.get(door).content.decode()


@pytest.mark.parametrize(
    ("reason", "en", "zh"),
    [
        ("长" * 201, "at most 200 characters", "200"),
        ("x" * 100_000, "at most 200 characters", "200"),
        ("出\0门", "Null characters are not allowed", "不允许"),
        (" ", "Say why nobody can be met here", "说明"),
    ],
    ids=["one too many", "100,000", "NUL", "nothing"],
)
def test_a_reason_that_can_not_be_kept_is_refused_at_its_field(
    world: World, held: Premises, reason: str, en: str, zh: str
) -> None:
    log(world, nobody(held))
    address = reverse("visits:could_not_meet", args=[held.pk])
    for language, words in (("en", en), ("zh-hans", zh)):
        client = Client(headers={"accept-language": language}, raise_request_exception=False)
        client.force_login(world.owner)
        answer = client.post(address, {"reason": reason})
        page = answer.content.decode()
        assert answer.status_code == 422
        [form] = [
            form for form in Forms(page, address).found if set(form.controls) == {"csrfmiddlewaretoken", "reason"}
        ]
        assert form.fields["reason"] == [reason]
        place = re.search(r'id="id_reason_error">(.*?)</span></span>', page, re.S)
        assert place and words in place[1], place
        # The form stands at the foot of a long page: its fault is told at the top as well, with the way there.
        assert page.index('href="#id_reason"') < page.index('id="visit-form"')
    assert not CouldNotMeet.objects.unscoped("test").exists()


@pytest.mark.parametrize("sought", ["周" * 61, "a\0b"], ids=["too long", "NUL"])
def test_what_can_not_be_sought_is_said_where_it_was_typed(world: World, findable: Premises, sought: str) -> None:
    answer = signed_in(world.owner).post(reverse("visits:find_door"), {"q": sought})
    assert answer.status_code == 422
    assert 'id="id_q_error"' in answer.content.decode()


def test_only_who_holds_the_door_can_ask(world: World, held: Premises) -> None:
    log(world, nobody(held))
    answer = signed_in(world.colleague).post(
        reverse("visits:could_not_meet", args=[held.pk]), {"reason": "长期在外地打工"}
    )
    assert answer.status_code == 403


def test_a_settled_dispute_says_so_at_its_door_and_until_when_somebody_asks_again(world: World, held: Premises) -> None:
    with time_machine.travel(NOW, tick=False):
        case = settled_dispute(world, held)
        assert case.state == Case.State.FOLLOW_UP
        due = case.return_visits.order_by("due_on").first()
        client = signed_in(world.owner)
        with translation.override("en"):
            said = f"return visit due by {short_day(due.due_on)}"
        page = client.get(reverse("visits:door", args=[held.pk])).content.decode()
        assert f"settled · {said}" in page and "Open cases" not in page
        walk = client.get(reverse("visits:round")).content.decode()
        assert said in walk and "dispute open" not in walk
        make_return_visit(visit=due, answer="relapsed", by=world.owner, at=NOW)
        assert "1 dispute open" in client.get(reverse("visits:round")).content.decode()


def test_a_return_visit_that_is_late_is_said_to_be(world: World, held: Premises) -> None:
    settled_dispute(world, held)
    with time_machine.travel(NOW + timedelta(days=20), tick=False):
        page = signed_in(world.owner).get(reverse("visits:door", args=[held.pk])).content.decode()
    assert "settled · return visit was due by" in page


def test_return_visits_that_are_due_stand_on_the_round(world: World, held: Premises) -> None:
    finding = FindingReport(kind="request", category="hukou", line="迁户口", on_spot=True)
    log(world, met(held, findings=(finding,)))
    due = ReturnVisit.objects.unscoped("test").get()
    client = signed_in(world.owner)
    address = reverse("disputes:return_visit", args=[due.pk])
    assert address not in client.get("/round/").content.decode()
    due.due_on = NOW.date() - timedelta(days=1)
    due.save()
    assert address in client.get("/round/").content.decode()


def test_a_notice_says_what_it_is_about_and_leads_there(world: World) -> None:
    Notice.objects.create(
        officer=world.owner,
        code="case_assigned",
        parameters={"number": "420303-2026-002-0007"},
        url_name="disputes:case",
        url_args=[7],
        stage="x",
    )
    page = signed_in(world.owner).get(reverse("accounts:notices")).content.decode()
    assert "420303-2026-002-0007" in page
    assert 'href="/cases/7/"' in page
    assert "0007" not in signed_in(world.colleague).get(reverse("accounts:notices")).content.decode()


def test_after_a_refusal_the_door_rests(world: World, held: Premises) -> None:
    client = signed_in(world.owner)
    log(world, met(held, outcome="refused", people_met=0, place="", started_at=NOW - timedelta(hours=30)))
    assert client.get("/round/").context["day"].total == 0
    campaign = held_campaign(held)
    campaign.cool_off_days = 0
    campaign.save(update_fields=["cool_off_days"])
    assert client.get("/round/").context["day"].total == 1


def test_a_refusal_of_today_still_stands_on_the_round(world: World, held: Premises) -> None:
    log(world, met(held, outcome="refused", people_met=0, place=""))
    assert signed_in(world.owner).get("/round/").context["day"].tried == 1


def test_a_leader_visits_the_doors_in_their_own_hands(world: World, held: Premises) -> None:
    door = world.door(501)
    campaign = held_campaign(held)
    FrameDoor.objects.create(
        campaign=campaign, premises=door, unit=door.unit, area=door.area, kind=door.kind, walk_key=door.walk_key
    )
    world.give(campaign, door, world.leader)
    leader = signed_in(world.leader)
    assert door.name in leader.get("/round/").content.decode()
    assert leader.get(reverse("visits:door", args=[held.pk])).status_code == 404
    assert log(world, met(door), by=world.leader).verdict == "stored"


def test_the_empty_findings_speak_the_readers_language_and_know_the_day(world: World, held: Premises) -> None:
    """They are drawn once a day in each language."""
    address = reverse("visits:door", args=[held.pk])
    english, chinese = signed_in(world.owner), Client(headers={"accept-language": "zh-hans"})
    chinese.force_login(world.owner)
    for _look in range(2):
        page = english.get(address).content.decode()
        assert "Choose a category" in page and "due 25 Nov, 7 days" in page
        assert "Choose a category" not in chinese.get(address).content.decode()
    with time_machine.travel(NOW + timedelta(days=1), tick=False):
        assert "due 26 Nov, 7 days" in signed_in(world.owner).get(address).content.decode()
