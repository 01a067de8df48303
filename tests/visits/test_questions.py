"""Questions at the door: at most five must be answered, last time's answers are one tap, nothing typed is lost."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from campaigns.models import Campaign, Question
from campaigns.question_sets import MOST_REQUIRED, QUESTION_SETS
from registry.models import Premises
from tests.visits.steps import log, met
from tests.world import NOW, TODAY, World
from visits.models import Submission, Visit
from visits.questions import stamp_of

EARLIER = NOW - timedelta(days=3)


@pytest.fixture
def door(world: World) -> Premises:
    """A household in the owner's hands; the household set is asked there."""
    door = world.door(302)
    world.give(world.campaign(), door, world.owner)
    return door


@pytest.fixture
def owner(world: World) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(world.owner)
    return client


def asked(door: Premises) -> list[Question]:
    return list(Question.objects.filter(kinds__contains=[door.kind]).order_by("rank", "pk"))


def required(door: Premises) -> list[Question]:
    return [question for question in asked(door) if question.required]


def page_of(door: Premises) -> str:
    return reverse("visits:door", args=[door.pk])


def typed(**more: Any) -> dict[str, Any]:
    plain = {"client_id": str(uuid4()), "opened_at": NOW.isoformat(), "outcome": "met", "people_met": "1"}
    return {**plain, "place": "home", "facts": "same", "topics": "whole", "declared": "1", **more}


def answered(door: Premises, answer: str = "yes") -> dict[str, str]:
    return {f"q_{question.pk}": answer for question in required(door)}


def answers() -> list[dict[str, Any]]:
    return Visit.objects.unscoped("test").latest("received_at", "pk").answers


@pytest.mark.parametrize("each", QUESTION_SETS, ids=lambda each: each.code)
def test_every_kind_of_door_has_a_set_with_at_most_five_required(each) -> None:
    must = [question for question in each.questions if question.required]
    assert 1 <= len(must) <= MOST_REQUIRED < len(each.questions)
    assert all(question.kinds == each.kinds for question in each.questions)


def test_the_sets_cover_every_kind_of_door_once() -> None:
    covered = [kind for each in QUESTION_SETS for kind in each.kinds]
    assert sorted(covered) == sorted(Premises.Kind.values)


FORBIDDEN = ("身份证", "民族", "宗教", "信仰", "吸毒", "涉毒", "精神", "前科", "刑满", "病")


def test_no_question_asks_what_may_not_be_asked() -> None:
    texts = [question.text + "".join(question.choices) for each in QUESTION_SETS for question in each.questions]
    assert [text for text in texts if any(word in text for word in FORBIDDEN)] == []


def test_required_ones_stand_on_the_screen_the_others_under_more(door: Premises, owner: Client) -> None:
    page = owner.get(page_of(door)).content.decode()
    screen, more = page.split('class="sheet more-toggle"')
    for question in asked(door):
        place = screen if question.required else more
        assert f'name="q_{question.pk}"' in place, question.text


def test_a_shop_is_asked_its_own_questions(world: World, owner: Client) -> None:
    shop = world.door(9, kind="shop", name="便民超市")
    world.give(world.campaign(), shop, world.owner)
    page = owner.get(page_of(shop)).content.decode()
    assert "店内晚上住人吗" in page and "烟感" not in page


def test_last_time_s_answers_are_shown_and_taken_over_in_one_tap(world: World, door: Premises, owner: Client) -> None:
    said = {question.pk: "no" for question in required(door)}
    log(world, met(door, answers=said), at=EARLIER)
    page = owner.get(page_of(door)).content.decode()
    assert page.count("Last time, 15 Nov: No") == len(said)
    assert owner.post(page_of(door), typed(as_last="1")).status_code == 302
    assert [(entry["answer"], entry["as_last"]) for entry in answers()] == [("no", True)] * len(said)


def test_what_is_answered_anew_counts_instead_of_last_time(world: World, door: Premises, owner: Client) -> None:
    first, second = required(door)[:2]
    log(world, met(door, answers={first.pk: "no", second.pk: "no"}), at=EARLIER)
    owner.post(page_of(door), typed(as_last="1", **{f"q_{first.pk}": "yes"}))
    assert {entry["question"]: (entry["answer"], entry.get("as_last")) for entry in answers()} == {
        first.pk: ("yes", None),
        second.pk: ("no", True),
    }


def test_without_the_tap_last_time_s_answers_are_nobody_s_answers(world: World, door: Premises, owner: Client) -> None:
    log(world, met(door, answers={question.pk: "no" for question in required(door)}), at=EARLIER)
    answer = owner.post(page_of(door), typed())
    assert (
        answer.status_code == 422
        or answer.status_code == 400
        or "This question needs an answer." in answer.content.decode()
    )
    assert Visit.objects.unscoped("test").count() == 1


def test_another_campaign_s_answers_to_the_same_words_are_last_time_s_too(
    world: World, door: Premises, owner: Client
) -> None:
    log(world, met(door, answers={question.pk: "yes" for question in required(door)}), at=EARLIER)
    world.campaign(title="下一次", starts_on=TODAY - timedelta(days=1))
    page = owner.get(page_of(door)).content.decode()
    assert "Last time, 15 Nov: Yes" in page


def test_last_time_s_answers_are_history_and_a_stand_in_does_not_see_them(world: World, door: Premises) -> None:
    log(world, met(door, answers={question.pk: "no" for question in required(door)}), at=EARLIER)
    client = Client(headers={"accept-language": "en"})
    client.force_login(world.colleague)
    assert "Last time" not in client.get(page_of(door)).content.decode()


# -- a question that goes or changes while the form is open --


def test_a_question_deleted_while_the_form_is_open_costs_no_answer(door: Premises, owner: Client) -> None:
    form = typed(**answered(door))
    gone = required(door)[0].pk
    Question.objects.filter(pk=gone).delete()
    assert owner.post(page_of(door), form).status_code == 302
    kept = {entry["question"]: entry for entry in answers()}
    assert kept[gone]["answer"] == "yes" and kept[gone]["no_longer_asked"]
    record = owner.get(reverse("visits:record", args=[Visit.objects.unscoped("test").get().pk])).content.decode()
    assert "a question that was taken away" in record and "no longer asked" in record


def test_it_is_kept_too_when_the_form_comes_back_for_another_reason(door: Premises, owner: Client) -> None:
    further = next(q.pk for q in asked(door) if not q.required and q.type == "number")
    form = typed(**answered(door), **{f"q_{further}": "4"}, place="")
    Question.objects.filter(pk=further).delete()
    page = owner.post(page_of(door), form).content.decode()
    assert f'name="q_{further}" value="4"' in page
    assert "A question was taken away while the form was open; your answer “4” stays with the visit." in page


def test_a_campaign_that_took_the_other_s_place_keeps_the_answers_to_the_old_one(
    world: World, door: Premises, owner: Client
) -> None:
    from campaigns import actions

    form, old = typed(**answered(door)), required(door)
    campaign = Campaign.objects.unscoped("test").get()
    other = world.campaign(title="下一次")
    other.questions.update(required=False)
    actions.close_campaign(campaign=campaign, version=campaign.version, by=world.desk, at=NOW)
    assert owner.post(page_of(door), form).status_code == 302
    assert [(entry["text"], entry["no_longer_asked"]) for entry in answers()] == [(q.text, True) for q in old]


def test_a_question_changed_while_the_form_is_open_is_shown_again_with_what_was_answered(
    door: Premises, owner: Client
) -> None:
    question = required(door)[0]
    form = typed(**answered(door), **{f"s_{question.pk}": stamp_of(question)})
    Question.objects.filter(pk=question.pk).update(text="家中的烟感报警器能用吗？")
    answer = owner.post(page_of(door), form)
    page = answer.content.decode()
    assert answer.status_code == 422 and "This question was changed while the form was open" in page
    assert f'id="q_{question.pk}-yes" value="yes" checked' in page
    question.refresh_from_db()
    assert owner.post(page_of(door), {**form, f"s_{question.pk}": stamp_of(question)}).status_code == 302


def test_a_form_that_was_stored_gets_its_receipt_though_a_question_changed_since(door: Premises, owner: Client) -> None:
    """The line broke before the answer came: what counts already is not asked about again."""
    question = required(door)[0]
    form = typed(**answered(door), **{f"s_{question.pk}": stamp_of(question)})
    first = owner.post(page_of(door), form)
    Question.objects.filter(pk=question.pk).update(text="家中的烟感报警器能用吗？")
    again = owner.post(page_of(door), form)
    assert (first.status_code, again.status_code, again.headers["Location"]) == (302, 302, first.headers["Location"])
    assert Visit.objects.unscoped("test").count() == 1


def test_what_is_said_otherwise_the_second_time_is_kept_for_review(door: Premises, owner: Client) -> None:
    question = required(door)[0]
    form = typed(**answered(door), **{f"s_{question.pk}": stamp_of(question)})
    owner.post(page_of(door), form)
    Question.objects.filter(pk=question.pk).update(text="家中的烟感报警器能用吗？")
    assert owner.post(page_of(door), {**form, f"q_{question.pk}": "no", "diary": "烟感没电了"}).status_code == 409
    kept = Submission.objects.unscoped("test").get(verdict=Submission.Verdict.CONFLICT).body
    assert (kept["answers"][str(question.pk)], kept["diary"]) == ("no", "烟感没电了")


def test_a_choice_that_is_no_longer_offered_stays_on_the_page(door: Premises, owner: Client) -> None:
    question = next(question for question in asked(door) if question.type == "choice")
    form = typed(**answered(door), **{f"q_{question.pk}": question.choices[0]})
    Question.objects.filter(pk=question.pk).update(choices=["甲", "乙"])
    page = owner.post(page_of(door), form).content.decode()
    assert f"<option selected>{question.choices[0]}</option>" in page
    assert 'id="more" checked' in page, "the place of the error is open"
    assert not Visit.objects.unscoped("test").exists()


def test_a_form_with_forged_answers_breaks_nothing(door: Premises, owner: Client) -> None:
    forged = {f"q_{number}": "x" * 500 for number in range(900_000, 900_100)}
    assert owner.post(page_of(door), typed(**answered(door), **forged, q_999999999999999999="y")).status_code == 302
    assert len(answers()) <= len(required(door)) + 20
