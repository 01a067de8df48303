"""Outreach beside the visits and services at the door: entered once, counted where they belong, taken back by voiding."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client

from accounts.models import AccessEvent
from accounts.refusals import Refusal
from reports.brief import Brief
from reports.figures import compute, units_in_reach
from tests.reports.test_brief import campaign
from tests.visits.steps import log, met
from tests.world import NOW, TODAY, World
from visits.models import Outreach, Service
from visits.outreach.actions import Facts, record_outreach, void_outreach

__all__ = ["campaign"]
DAY = timedelta(days=1)


def facts(world: World, **more) -> Facts:
    values = {"kind": "lesson", "area": world.areas["420303001001"], "place": "花果小学", "held_on": TODAY}
    return Facts(**{**values, "people_reached": 320, "handed": {"handbook": 300, "leaflet": 20}, **more})


def hold(world: World, campaign, by=None, client_id=None, **more) -> Outreach:
    by = by or world.chief
    return record_outreach(campaign=campaign, facts=facts(world, **more), client_id=client_id or uuid4(), by=by, at=NOW)


def figures(world: World, campaign, by=None) -> Brief:
    units = units_in_reach(by or world.desk, campaign.unit)
    return Brief(compute(campaign=campaign, units=units, first=TODAY - 2 * DAY, last=TODAY, today=TODAY))


def totals(world: World, campaign, by=None) -> tuple[int, ...]:
    lines = figures(world, campaign, by).by_code
    return tuple(lines[code].total for code in ("outreach", "people_reached", "households_reached", "materials"))


def test_outreach_counts_in_its_own_figures_and_in_no_visit_rate(world, campaign):
    hold(world, campaign)
    hold(world, campaign, kind="hand_out", people_reached=0, households_reached=4000, handed={"handbook": 4000})
    assert totals(world, campaign) == (2, 320, 4000, 4320)
    lines = figures(world, campaign).by_code
    assert (lines["households_visited"].total, lines["person_times"].total) == (0, 0)
    brief = figures(world, campaign)
    assert [(row["kind"], row["n"], row["people"]) for row in brief.figures["outreach"]] == [
        ("hand_out", 1, 0),
        ("lesson", 1, 320),
    ]
    assert [(row["kind"], row["n"]) for row in brief.figures["handed"]] == [("handbook", 4300), ("leaflet", 20)]


def test_it_counts_on_its_day_at_the_unit_that_answers_for_the_place(world, campaign):
    hold(world, campaign, held_on=TODAY - 7 * DAY)
    there = {"area": world.areas["420303002001"], "place": "红卫中学"}
    hold(world, campaign, by=world.desk, **there)
    assert figures(world, campaign).by_code["outreach"].week == 1
    assert totals(world, campaign, by=world.chief)[0] == 1
    whole = hold(world, campaign, by=world.desk, area=world.areas["420303"], place="人民广场")
    assert whole.unit == world.bureau, "a place of several units is the desk's own"


def test_copies_left_at_doors_and_handed_out_add_up(world, campaign):
    topics = tuple(campaign.topics.values_list("pk", flat=True))
    log(world, met(world.doors[0], topics=topics))
    left = campaign.topics.exclude(leaflet="").count()
    assert left >= 2
    hold(world, campaign)
    assert totals(world, campaign)[3] == left + 320
    assert {row["n"] for row in figures(world, campaign).figures["topics"]} == {1}


def test_a_void_entry_counts_nowhere_and_stays_readable(world, campaign):
    held = hold(world, campaign)
    with pytest.raises(Refusal) as refusal:
        void_outreach(outreach=held, reason=" ", by=world.chief, at=NOW)
    assert refusal.value.field == "reason"
    for _tap in range(2):
        void_outreach(outreach=held, reason="人数多打一个零", by=world.chief, at=NOW)
    assert totals(world, campaign) == (0, 0, 0, 0)
    assert AccessEvent.objects.unscoped("test").filter(verb="outreach_voided").count() == 1


def test_sent_twice_it_is_entered_once(world, campaign):
    number = uuid4()
    assert hold(world, campaign, client_id=number) == hold(world, campaign, client_id=number)
    assert Outreach.objects.unscoped("test").count() == 1


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"kind": "party"}, "kind"),
        ({"place": " "}, "place"),
        ({"held_on": TODAY + DAY}, "held_on"),
        ({"held_on": TODAY - 60 * DAY}, "held_on"),
        ({"people_reached": 0, "handed": {}}, "people_reached"),
        ({"people_reached": -1}, "people_reached"),
        ({"people_reached": 10_000_000}, "people_reached"),
        ({"handed": {"handbook": -3}}, "handed_handbook"),
        ({"handed": {"money": 3}}, "handed_money"),
    ],
)
def test_what_can_not_be_is_refused_at_its_place_and_nothing_is_kept(world, campaign, wrong, field):
    with pytest.raises(Refusal) as refusal:
        hold(world, campaign, **wrong)
    assert refusal.value.field == field
    assert not Outreach.objects.unscoped("test").exists()


def test_a_place_of_another_station_is_not_theirs_to_enter(world, campaign):
    with pytest.raises(Refusal):
        hold(world, campaign, area=world.areas["420303002001"])
    with pytest.raises(Refusal):
        hold(world, campaign, by=world.owner)


def client_of(officer) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(officer, backend="accounts.backends.BadgeBackend")
    return client


def typed(campaign, **more) -> dict:
    values = {"client_id": str(uuid4()), "campaign": campaign.pk, "kind": "stall", "held_on": TODAY.isoformat()}
    return {
        **values,
        "area": "420303001001",
        "place": "车城广场",
        "people_reached": "90",
        "handed_leaflet": "40",
        **more,
    }


def test_the_desk_enters_it_on_a_page_and_a_fault_stays_on_the_form(world, campaign):
    client = client_of(world.chief)
    answer = client.post("/outreach/new/", typed(campaign, held_on="2026-12-01"))
    assert answer.status_code == 422 and "This day has not come yet." in answer.content.decode()
    assert "车城广场" in answer.content.decode()
    answer = client.post("/outreach/new/", typed(campaign, people_reached="x"))
    assert answer.status_code == 422
    assert client.post("/outreach/new/", typed(campaign, area="420303002001")).status_code == 422
    answer = client.post("/outreach/new/", typed(campaign))
    page = client.get(answer["Location"]).content.decode()
    assert "车城广场" in page and "90" in page
    answer = client.post(answer["Location"], {"reason": "重复登记"}, follow=True)
    assert "重复登记" in answer.content.decode()
    listed = client.get("/admin/visits/outreach/").content.decode()
    assert "Stall in the street" in listed or "stall in the street" in listed


def test_others_neither_enter_nor_find_it(world, campaign):
    held = hold(world, campaign)
    for officer, expected in ((world.owner, 403), (world.leader, 403), (world.other_chief, 404), (world.desk, 200)):
        assert client_of(officer).get(f"/outreach/{held.pk}/").status_code == expected, officer.badge
    assert client_of(world.owner).post("/outreach/new/", typed(campaign)).status_code == 403


def test_services_are_recorded_with_the_visit_and_counted_by_kind(world, campaign):
    log(world, met(world.doors[0], services=("legal", "papers", "legal", "nonsense")))
    log(world, met(world.doors[1], services=("legal",)))
    assert Service.objects.count() == 3
    brief = figures(world, campaign)
    assert brief.by_code["services"].total == 3
    assert [(row["kind"], row["n"]) for row in brief.figures["services"]] == [("legal", 2), ("papers", 1)]


def test_a_visit_sent_before_there_were_services_is_known_when_it_is_sent_again(world, campaign):
    attempt = met(world.doors[0])
    assert "services" not in attempt.body()
    assert met(world.doors[0], services=("legal",)).digest() != attempt.digest()


def test_the_visit_page_offers_services_and_the_record_shows_them(world, campaign):
    world.give(campaign, world.doors[0], world.owner)
    client = client_of(world.owner)
    assert "Legal advice" in client.get(f"/doors/{world.doors[0].pk}/").content.decode()
    sent = {
        "client_id": str(uuid4()), "outcome": "met", "people_met": "1", "place": "home", "facts": "same",
        "topics": "whole", "declared": "1", "services": ["legal", "good_deed"],
    }  # fmt: skip
    assert client.post(f"/doors/{world.doors[0].pk}/", sent).status_code == 302
    visit = Service.objects.get(kind="legal").visit
    page = client.get(f"/visits/{visit.pk}/").content.decode()
    assert "Legal advice · Good deed" in page
