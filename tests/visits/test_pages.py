"""The officer's pages as a browser without scripts sees them."""

from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import AccessEvent
from registry.models import Contact, Premises
from tests.visits.steps import door_page, log, met, picture, picture_bytes, signed_in, typed
from tests.world import World
from visits.models import Submission, Visit


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


def test_a_visit_is_stored_in_so_many_statements(world: World, owner: Client, django_assert_num_queries: Any) -> None:
    """Session, officer, the door, its campaigns held, its frames, questions, topics; receipt, visit, topics, leaflets;
    fold; next door."""
    doors = [world.door(number) for number in (301, 302)]
    campaign = world.campaign()
    campaign.questions.update(required=False)
    for rank, door in enumerate(doors):
        world.give(campaign, door, world.owner, rank=rank)
    with django_assert_num_queries(17):
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
