"""The officer's pages as a browser without scripts sees them."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from accounts.models import AccessEvent, Officer
from registry.models import Contact, Premises
from tests.visits.steps import log, met, nobody, picture, picture_bytes
from tests.world import NOW, World
from visits.models import Submission, Visit


def signed_in(officer: Officer) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(officer)
    return client


@pytest.fixture
def owner(world: World) -> Client:
    return signed_in(world.owner)


def typed(**more: Any) -> dict[str, Any]:
    """The plain visit of five taps."""
    plain = {"client_id": str(uuid4()), "opened_at": NOW.isoformat(), "outcome": "met", "people_met": "1"}
    return {**plain, "place": "home", "facts": "same", "topics": "whole", "declared": "1", **more}


def door_page(door: Premises) -> str:
    return reverse("visits:door", args=[door.pk])


def test_the_round_lists_the_doors_that_are_due(world: World, held: Premises, owner: Client) -> None:
    later = world.door(401)
    frame = world.campaign(title="another")
    world.give(frame, later, world.owner, due=NOW.date() + timedelta(days=3))
    page = owner.get("/round/").content.decode()
    assert held.name in page
    assert f"door-{later.pk}" not in page
    assert "1990000" not in page


def test_an_appointment_of_today_is_pinned_above_the_buildings(world: World, held: Premises, owner: Client) -> None:
    soon = NOW + timedelta(minutes=16)
    log(world, met(held, outcome="appointment", people_met=0, place="", next_at=soon))
    page = owner.get("/round/").content.decode()
    assert "Booked 10:16 · in 16 min" in page


def test_a_campaign_whose_days_are_over_offers_no_doors_and_says_so(world: World, owner: Client) -> None:
    doors = [world.door(number) for number in (101, 102, 201)]
    campaign = world.campaign(starts_on=NOW.date() - timedelta(days=9), ends_on=NOW.date())
    campaign.questions.update(required=False)
    for rank, door in enumerate(doors):
        world.give(campaign, door, world.owner, rank=rank)
    log(world, met(doors[0]))
    page = owner.get("/round/")
    assert (page.context["day"].total, page.context["over"]) == (3, [])
    with time_machine.travel(NOW + timedelta(days=1), tick=False):
        later = signed_in(world.owner)
        page = later.get("/round/")
        said = "“2026 冬季大走访” ended on 18 Nov. 2 doors of it in your hands were not visited"
        assert (page.context["day"].total, said in page.content.decode()) == (0, True)
        assert later.get(door_page(doors[1])).context["next_door"] == ""
        assert not signed_in(world.colleague).get("/round/").context["over"]


def test_a_campaign_that_has_not_begun_offers_no_doors_yet(world: World, owner: Client) -> None:
    door = world.door(101)
    soon = world.campaign(starts_on=NOW.date() + timedelta(days=2))
    world.give(soon, door, world.owner)
    page = owner.get("/round/")
    assert (page.context["day"].total, page.context["over"]) == (0, [])


def test_counts_add_up_to_the_whole(world: World, owner: Client) -> None:
    doors = [world.door(number) for number in (101, 102, 201)]
    campaign = world.campaign()
    campaign.questions.update(required=False)
    for rank, door in enumerate(doors):
        world.give(campaign, door, world.owner, rank=rank)
    log(world, met(doors[0]))
    log(world, nobody(doors[1]))
    day = owner.get("/round/").context["day"]
    assert [chip.count for chip in day.chips] == [3, 1, 1, 1]
    assert (day.share, day.tried_arc) == (33, 67)


def test_nobody_in_is_one_tap_and_can_be_undone(world: World, held: Premises, owner: Client) -> None:
    address = reverse("visits:nobody_in", args=[held.pk])
    answer = owner.post(address, {"client_id": str(uuid4())}, follow=True)
    visit = Visit.objects.unscoped("test").get()
    assert visit.outcome == "nobody_in"
    undo = reverse("visits:undo", args=[visit.pk])
    assert undo in answer.content.decode()
    owner.post(undo)
    visit.refresh_from_db()
    assert visit.voided_at is not None


def test_two_taps_of_one_button_are_one_attempt(world: World, held: Premises, owner: Client) -> None:
    address, number = reverse("visits:nobody_in", args=[held.pk]), str(uuid4())
    for _tap in range(2):
        owner.post(address, {"client_id": number})
    assert Visit.objects.unscoped("test").count() == 1


def test_a_plain_visit_is_saved_and_leads_to_the_next_door(world: World, owner: Client) -> None:
    campaign_doors = [world.door(number) for number in (301, 302)]
    campaign = world.campaign()
    campaign.questions.update(required=False)
    for rank, door in enumerate(campaign_doors):
        world.give(campaign, door, world.owner, rank=rank)
    answer = owner.post(door_page(campaign_doors[0]), typed())
    visit = Visit.objects.unscoped("test").get()
    assert answer["Location"] == f"{door_page(campaign_doors[1])}?saved={visit.pk}"
    assert visit.outcome == "completed"
    receipt = Submission.objects.unscoped("test").get()
    assert f"Saved: Bldg 5-2, 301. Receipt {receipt.short}." in owner.get(answer["Location"]).content.decode()


def test_after_the_last_door_the_round_says_that_it_was_saved(world: World, held: Premises, owner: Client) -> None:
    answer = owner.post(door_page(held), typed())
    assert answer["Location"].startswith("/round/?saved=")
    receipt = Submission.objects.unscoped("test").get()
    assert f"Receipt {receipt.short}." in owner.get(answer["Location"]).content.decode()


def test_nobody_is_told_of_somebody_elses_receipt(world: World, held: Premises, owner: Client) -> None:
    told = owner.post(door_page(held), typed())["Location"]
    assert owner.get(told).context["saved"] is not None
    assert signed_in(world.colleague).get(told).context["saved"] is None
    for name in ("", "1", "x" * 4000):
        assert owner.get("/round/", {"saved": name}).status_code == 200


def test_the_next_door_is_looked_for_from_this_one_on_then_from_the_start(world: World, owner: Client) -> None:
    doors = [world.door(number) for number in range(101, 113)]
    campaign = world.campaign()
    campaign.questions.update(required=False)
    for rank, door in enumerate(doors):
        world.give(campaign, door, world.owner, rank=rank // 2)

    def led_to(number: int) -> str:
        return owner.post(door_page(doors[number]), typed())["Location"].partition("?")[0]

    log(world, nobody(doors[6]))
    assert led_to(5) == door_page(doors[7])
    for number in range(7, 11):
        assert led_to(number) == door_page(doors[number + 1])
    assert led_to(11) == door_page(doors[0])
    for number in range(4):
        led_to(number)
    assert led_to(4) == "/round/"


def test_the_next_door_lies_behind_many_that_are_done_for_now(world: World, owner: Client) -> None:
    doors = [world.door(number) for number in range(101, 113)]
    campaign = world.campaign()
    campaign.questions.update(required=False)
    for rank, door in enumerate(doors):
        world.give(campaign, door, world.owner, rank=rank)
    for door in doors[:11]:
        log(world, nobody(door))
    answer = owner.post(door_page(doors[0]), typed())
    assert answer["Location"].partition("?")[0] == door_page(doors[11])


def test_a_visit_is_stored_in_so_many_statements(world: World, owner: Client, django_assert_num_queries: Any) -> None:
    """Session, officer, the door, its frames, questions, topics; receipt, visit, topics, leaflets; fold; next door."""
    doors = [world.door(number) for number in (301, 302)]
    campaign = world.campaign()
    campaign.questions.update(required=False)
    for rank, door in enumerate(doors):
        world.give(campaign, door, world.owner, rank=rank)
    with django_assert_num_queries(16):
        assert owner.post(door_page(doors[0]), typed()).status_code == 302


def test_a_refused_form_stays_with_everything_that_was_typed(world: World, held: Premises, owner: Client) -> None:
    answer = owner.post(
        door_page(held),
        typed(place="", diary="老人独居", f_hazard="1", f_hazard_0_line="楼道堆物", f_hazard_0_category="fire"),
    )
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Choose where you met." in page
    for kept in ("老人独居", "楼道堆物", 'id="outcome-met" checked', 'value="whole" checked', 'value="fire" selected'):
        assert kept in page
    assert not Visit.objects.unscoped("test").exists()


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"outcome": ""}, "Choose first how it went"),
        ({"declared": ""}, "ID shown, notice given"),
        ({"people_met": ""}, "At least one"),
        ({"f_hazard": "1"}, "Choose a category"),
        ({"f_dispute": "1", "f_dispute_0_category": "neighbour"}, "Say in one line"),
        ({"next_day": "2026-11-20"}, "Enter the time as well"),
        ({"started_day": "2026-11-10", "started_time": "09:00"}, "72 hours"),
        ({"outcome": "other"}, "Choose how it went."),
        ({"outcome": "other", "other_outcome": "appointment"}, "When will you come back"),
        ({"people_met": "abc"}, "Enter a whole number"),
    ],
)
def test_the_reason_stands_on_the_page(
    world: World, held: Premises, owner: Client, change: dict[str, str], sentence: str
) -> None:
    answer = owner.post(door_page(held), typed(**change))
    assert (answer.status_code, sentence in answer.content.decode()) == (422, True)


def test_all_that_is_missing_is_said_at_once_each_at_its_place(world: World, owner: Client) -> None:
    door = world.door(301)
    campaign = world.campaign()
    world.give(campaign, door, world.owner)
    asked = list(campaign.questions.filter(required=True, kinds__contains=["household"]))
    sent = typed(place="", declared="", people_met="0", f_hazard="1", f_dispute="1", f_dispute_0_category="neighbour")
    answer = owner.post(door_page(door), sent)
    assert answer.status_code == 422
    said = dict(answer.context["form"].missing)
    questions = {f"q_{question.pk}": f"{question.text} This question needs an answer." for question in asked}
    assert len(questions) > 1 and questions.items() <= said.items()
    fields = {"people_met", "place", "not_given_why", "f_dispute_0", "f_hazard_0"}
    assert said.keys() == fields | questions.keys()
    assert (said["f_hazard_0"], said["f_dispute_0"]) == ("Choose a category.", "Say in one line what was found.")
    page = answer.content.decode()
    assert all(f'href="#at-{place}"' in page and f'id="at-{place}"' in page for place in said)
    assert not Visit.objects.unscoped("test").exists()


def test_pressing_twice_stores_once_and_gives_the_same_receipt(world: World, held: Premises, owner: Client) -> None:
    same = typed()
    for _press in range(2):
        assert owner.post(door_page(held), same).status_code == 302
    assert Submission.objects.unscoped("test").count() == 1


def test_the_same_page_with_other_content_is_a_conflict(world: World, held: Premises, owner: Client) -> None:
    first = typed()
    owner.post(door_page(held), first)
    answer = owner.post(door_page(held), {**first, "people_met": "4"})
    assert (answer.status_code, "Kept for review" in answer.content.decode()) == (409, True)


def test_who_left_has_left_once_however_often_the_same_page_is_sent(
    world: World, held: Premises, owner: Client
) -> None:
    person = Contact.objects.unscoped("test").get(premises=held)
    same = typed(facts="changed", left=[person.pk])
    answers = [owner.post(door_page(held), same) for _press in range(2)]
    assert [answer.status_code for answer in answers] == [302, 302]
    assert answers[0]["Location"] == answers[1]["Location"]
    assert Submission.objects.unscoped("test").count() == 1
    assert owner.post(door_page(held), {**same, "people_met": "4"}).status_code == 409
    assert owner.post(door_page(held), {**same, "client_id": str(uuid4())}).status_code == 422


def test_a_refused_page_tells_nothing_that_was_taken_back(world: World, held: Premises, owner: Client) -> None:
    before = owner.get(door_page(held)).context["screen"]
    answer = owner.post(door_page(held), typed(facts="changed", use="let", phone="123"))
    page, screen = answer.content.decode(), answer.context["screen"]
    assert (answer.status_code, "no complete phone number" in page) == (422, True)
    assert (screen.facts, screen.confirmed) == (before.facts, before.confirmed)
    assert (screen.premises.use, screen.frame.tries, screen.frame.met_on) == (held.use, 0, None)
    assert 'value="let" selected' in page and 'value="123"' in page


def test_findings_come_from_the_chips_that_are_on(world: World, held: Premises, owner: Client) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    hazard = {"f_hazard": "1", "f_hazard_0_category": "fire", "f_hazard_0_line": "楼道堆物", "f_hazard_0_how": "spot"}
    photo = SimpleUploadedFile("door.png", picture_bytes(kind="PNG"))
    left_over = {"f_dispute_0_line": "typed, then the chip was switched off"}
    owner.post(door_page(held), typed(**hazard, **left_over, f_hazard_0_photo=photo))
    cases = [finding.case for finding in Visit.objects.unscoped("test").get().findings.all()]
    assert [(case.kind, case.outcome) for case in cases] == [("hazard", "on_spot")]


def test_what_is_no_picture_is_refused_at_its_place(world: World, held: Premises, owner: Client) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    fake = SimpleUploadedFile("door.jpg", b"<script>alert(1)</script>", "image/jpeg")
    answer = owner.post(door_page(held), typed(photos=fake))
    assert "This is no picture" in answer.content.decode()


def test_the_own_door_shows_the_name_and_a_colleague_sees_a_mask(world: World, held: Premises, owner: Client) -> None:
    assert held.name in owner.get(door_page(held)).content.decode()
    page = signed_in(world.colleague).get(door_page(held)).content.decode()
    assert held.name not in page
    assert "stand-in visit" in page


def test_a_door_of_another_station_does_not_exist(world: World, held: Premises) -> None:
    stranger = signed_in(world.stranger)
    for name in ("visits:door", "visits:call", "visits:nobody_in"):
        address = reverse(name, args=[held.pk])
        answer = stranger.get(address) if name == "visits:door" else stranger.post(address)
        assert answer.status_code == 404


def test_a_call_dials_the_number_and_is_logged_without_it(world: World, held: Premises, owner: Client) -> None:
    answer = owner.post(reverse("visits:call", args=[held.pk]))
    assert answer["Location"] == "tel:19900000302"
    event = AccessEvent.objects.unscoped("test").get(verb="called")
    assert (event.officer, event.reason) == (world.owner, "visit contact")
    assert "0302" not in f"{event.object_id}{event.reason}"


def test_only_the_own_live_door_is_dialled(world: World, held: Premises) -> None:
    assert signed_in(world.colleague).post(reverse("visits:call", args=[held.pk])).status_code == 404


def test_records_show_oneself_and_the_supervisor_a_mask(world: World, held: Premises, owner: Client) -> None:
    visit = log(world, met(held)).visit
    record = reverse("visits:record", args=[visit.pk])
    assert held.name in owner.get(record).content.decode()
    seen = signed_in(world.chief).get(record)
    assert held.name not in seen.content.decode()
    assert held.masked_name in seen.content.decode()
    assert signed_in(world.colleague).get(record).status_code == 404
    assert signed_in(world.other_chief).get(record).status_code == 404


def test_receipts_are_ones_own(world: World, held: Premises, owner: Client) -> None:
    receipt = log(world, met(held))
    assert receipt.short in owner.get("/visits/receipts/").content.decode()
    assert receipt.short not in signed_in(world.colleague).get("/visits/receipts/").content.decode()


def test_a_correction_from_the_page(world: World, held: Premises, owner: Client) -> None:
    visit = log(world, met(held)).visit
    body = {"outcome": "completed", "people_met": "2", "place": "home", "identity_shown": "on", "reason": "数错了"}
    assert owner.post(reverse("visits:correct", args=[visit.pk]), body).status_code == 302
    visit.refresh_from_db()
    assert visit.people_met == 2
    page = owner.post(reverse("visits:correct", args=[visit.pk]), {**body, "reason": ""})
    assert page.status_code == 422


def test_photos_go_only_to_who_may_see_the_visit(world: World, held: Premises, owner: Client) -> None:
    visit = log(world, met(held, photos=(picture(),))).visit
    address = reverse("visits:photo", args=[visit.pk, visit.photos.get().pk])
    answer = owner.get(address)
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/jpeg")
    assert signed_in(world.stranger).get(address).status_code == 404


def test_a_new_door_from_the_page(world: World, held: Premises, owner: Client) -> None:
    body = {"area": "420303001001", "kind": "shop", "address": "花果路9号", "name": "花果便利店"}
    answer = owner.post(reverse("visits:add_door"), body)
    door = Premises.objects.unscoped("test").get(kind="shop")
    assert answer["Location"] == door_page(door)
    again = owner.post(reverse("visits:add_door"), body)
    assert (again.status_code, "already listed" in again.content.decode()) == (422, True)


@pytest.mark.parametrize("doors", [4, 12])
def test_queries_of_the_round_do_not_grow_with_its_rows(
    world: World, owner: Client, doors: int, django_assert_max_num_queries: Any
) -> None:
    rows = [world.door(100 + number) for number in range(doors)]
    campaign = world.campaign()
    campaign.questions.update(required=False)
    for rank, door in enumerate(rows):
        world.give(campaign, door, world.owner, rank=rank)
    log(world, met(rows[0]))
    for door in rows[1 : doors // 2]:
        log(world, nobody(door))
    owner.get("/round/")
    with django_assert_max_num_queries(14):
        owner.get("/round/")


def test_a_new_door_may_lie_in_any_community_of_the_station(world: World, owner: Client) -> None:
    """The station answers for a township; a community in it that has no door yet is offered too."""
    world.door(302)
    page = owner.get(reverse("visits:add_door")).content.decode()
    assert "花果园社区" in page and "王湾社区" not in page


def test_a_form_of_another_door_or_of_another_officer_is_refused_and_nothing_is_written(
    world: World, held: Premises, owner: Client
) -> None:
    other = world.door(401)
    world.give(world.campaign(title="another"), other, world.owner)
    for strange, sentence in (
        ({"of_door": str(other.pk)}, "filled in for another door"),
        ({"of_officer": str(world.colleague.pk)}, "Somebody else typed this"),
    ):
        answer = owner.post(door_page(held), typed(**strange))
        assert answer.status_code == 409
        assert sentence in answer.content.decode()
    assert not Visit.objects.unscoped("test").exists()
    own = {"of_door": str(held.pk), "of_officer": str(world.owner.pk)}
    assert owner.post(door_page(held), typed(**own)).status_code == 302
