"""Setting a campaign up: copied from the last one, its dates moved with care, its questions edited by two at once."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.refusals import Refusal
from campaigns import actions
from campaigns.copying import copy_campaign
from campaigns.dates import Dates, change_dates
from campaigns.models import Assignment, Campaign, FrameDoor, Phase, Question, Responsibility
from campaigns.question_sets import MOST_REQUIRED, QUESTION_SETS
from tests.forms import form_at
from tests.visits.steps import log, nobody
from tests.world import NOW, TODAY, World
from visits.actions import take_back

DAY = timedelta(days=1)


@pytest.fixture
def desk(world: World, client):
    client.force_login(world.desk)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


@pytest.fixture
def draft(world: World) -> Campaign:
    return world.draft()


@pytest.fixture
def opened(world: World) -> Campaign:
    """Open for 57 days from 2 November; two doors in the owner's hands, one of them due on the last day."""
    doors = [world.door(101), world.door(102)]
    campaign = world.campaign()
    world.give(campaign, doors[0], world.owner)
    world.give(campaign, doors[1], world.owner, due=campaign.ends_on)
    return campaign


def copied(world: World, source: Campaign, **more: Any) -> Campaign:
    values = {
        "title": "明年春季走访",
        "unit": source.unit,
        "starts_on": TODAY + 100 * DAY,
        "ends_on": TODAY + 156 * DAY,
    }
    values |= {"areas": source.areas.all(), "by": world.desk, "at": NOW}
    return copy_campaign(source=source, **{**values, **more})


# -- copying --


def test_a_copy_has_the_parts_and_none_of_the_work(world: World, opened: Campaign) -> None:
    opened.attempts_needed, opened.slogan = 4, "走到家家户户"
    opened.save(update_fields=["attempts_needed", "slogan"])
    copy = copied(world, opened)
    assert (copy.state, copy.attempts_needed, copy.slogan) == ("draft", 4, "走到家家户户")
    assert copy.notice_text == opened.notice_text and copy.legal_basis == opened.legal_basis
    for part in ("topics", "questions"):
        assert [str(row) for row in getattr(copy, part).all()] == [str(row) for row in getattr(opened, part).all()]
    assert not FrameDoor.objects.unscoped("test").filter(campaign=copy).exists()
    assert not Assignment.objects.unscoped("test").filter(campaign=copy).exists()
    assert list(copy.areas.all()) == list(opened.areas.all())
    assert copy.retain_until - copy.ends_on == opened.retain_until - opened.ends_on


def test_phases_move_with_the_dates(world: World, opened: Campaign) -> None:
    moved = copied(world, opened).phases.all()
    shift = TODAY + 100 * DAY - opened.starts_on
    assert [(p.name, p.starts_on - shift, p.ends_on - shift) for p in moved] == [
        (p.name, p.starts_on, p.ends_on) for p in opened.phases.all()
    ]
    short = copied(world, opened, ends_on=TODAY + 109 * DAY)
    spans = [(p.starts_on, p.ends_on) for p in short.phases.all()]
    assert spans[0][0] == short.starts_on and spans[-1][1] == short.ends_on
    assert all(first <= last for first, last in spans)


def test_bindings_come_along_but_for_who_left_and_what_is_not_taken(world: World, opened: Campaign) -> None:
    for area, officer in (("420303001002", world.colleague), ("420303002001", world.stranger)):
        Responsibility.objects.create(campaign=opened, area=world.areas[area], officer=officer)
    world.colleague.is_active = False
    world.colleague.save(update_fields=["is_active"])
    copy = copied(world, opened, areas=[world.areas["420303001"]])
    bound = Responsibility.objects.unscoped("test").filter(campaign=copy)
    assert [(row.area_id, row.officer) for row in bound] == [("420303001001", world.owner)]


def test_a_copy_opens_like_any_draft(world: World, opened: Campaign) -> None:
    copy = copied(world, opened)
    again = actions.open_campaign(campaign=copy, version=copy.version, by=world.desk, at=NOW)
    assert again.state == "open" and again.frame_count == 2


def test_a_station_copies_the_bureau_s_campaign_for_itself_but_not_for_the_bureau(
    world: World, opened: Campaign
) -> None:
    mine = copied(world, opened, unit=world.station, areas=[world.areas["420303001"]], by=world.chief)
    assert mine.unit == world.station
    with pytest.raises(Refusal) as refusal:
        copied(world, opened, by=world.chief)
    assert refusal.value.code == "no_right"


def test_the_page_offers_what_the_source_took(world: World, opened: Campaign, desk) -> None:
    address = reverse("admin:campaigns_campaign_copy", args=[opened.pk])
    page = desk.get(address)
    assert 'value="420303001" checked' in page.content.decode()
    form = {"title": "明年", "unit": world.bureau.pk, "starts_on": "2027-03-01", "ends_on": "2027-04-01"}
    answer = desk.post(address, {**form, "areas": ["420303001"]})
    copy = Campaign.objects.unscoped("test").get(title="明年")
    assert answer["Location"] == reverse("admin:campaigns_campaign_change", args=[copy.pk])
    assert desk.post(address, {**form, "ends_on": "2027-01-01", "areas": ["420303001"]}).status_code == 422
    assert opened.title in desk.get(reverse("admin:campaigns_campaign_add")).content.decode()


def test_another_station_s_draft_cannot_be_copied(world: World, client) -> None:
    draft = world.draft(unit=world.other_station, areas=[], by=world.other_chief)
    client.force_login(world.chief)
    assert client.get(reverse("admin:campaigns_campaign_copy", args=[draft.pk])).status_code == 404


# -- dates --


def new_dates(campaign: Campaign, **more: Any) -> Dates:
    phases = {p.pk: (p.starts_on, min(p.ends_on, more.get("ends_on", p.ends_on))) for p in campaign.phases.all()}
    phases = {pk: (min(first, last), last) for pk, (first, last) in phases.items()}
    values = {name: getattr(campaign, name) for name in ("starts_on", "ends_on", "retain_until")}
    return Dates(**{**values, "phases": phases, **more})


def move(world: World, campaign: Campaign, warned: bool = False, by: Any = None, **more: Any) -> Campaign:
    return change_dates(
        campaign=campaign,
        dates=new_dates(campaign, **more),
        seen=(campaign.starts_on, campaign.ends_on),
        warned=warned,
        by=by or world.desk,
        at=NOW,
    )


def refused(world: World, campaign: Campaign, **more: Any) -> Refusal:
    with pytest.raises(Refusal) as refusal:
        move(world, campaign, **more)
    campaign.refresh_from_db()
    return refusal.value


def test_a_shorter_campaign_pulls_its_due_days_in_after_a_warning(world: World, opened: Campaign) -> None:
    last = TODAY + 10 * DAY
    asked = refused(world, opened, ends_on=last)
    assert (asked.code, asked.field, asked.status) == ("look_first", "ends_on", 409)
    assert opened.ends_on == TODAY + 40 * DAY, "nothing is written before somebody looked"
    moved = move(world, opened, warned=True, ends_on=last)
    assert moved.ends_on == last
    due = Assignment.objects.unscoped("test").live().values_list("due_on", flat=True)
    assert max(due) == last


def test_a_phase_outside_the_new_dates_is_refused_at_its_field(world: World, opened: Campaign) -> None:
    phase = opened.phases.last()
    spans = {p.pk: (p.starts_on, p.ends_on) for p in opened.phases.all()}
    asked = refused(world, opened, ends_on=TODAY + 10 * DAY, phases=spans)
    assert asked.field.startswith("phase_") and asked.code == "phase_outside"
    backwards = {**spans, phase.pk: (phase.ends_on, phase.starts_on)}
    assert refused(world, opened, phases=backwards).field == f"phase_{phase.pk}_ends_on"


def test_the_faults_of_several_phases_are_told_apart(world: World, opened: Campaign, desk: Client) -> None:
    address = reverse("admin:campaigns_campaign_dates", args=[opened.pk])
    fields = form_at(desk.get(address), address).fields
    answer = desk.post(address, {**fields, "ends_on": str(TODAY + 10 * DAY)})
    first, *_more = re.findall(r'<a href="#id_phase_\d+_ends_on">([^<]*)</a>', answer.content.decode())
    assert answer.status_code == 422
    assert first.startswith(opened.phases.get(ends_on__gt=TODAY + 10 * DAY, starts_on__lte=TODAY + 10 * DAY).name)


def test_visits_outside_the_new_dates_are_refused_at_the_field(world: World, opened: Campaign) -> None:
    log(world, nobody(world.doors[0], started_at=NOW - 2 * DAY, ended_at=NOW - 2 * DAY))
    spans = {p.pk: (TODAY, TODAY) for p in opened.phases.all()}
    asked = refused(world, opened, starts_on=TODAY, phases=spans)
    assert (asked.code, asked.field) == ("work_before", "starts_on")
    asked = refused(world, opened, ends_on=TODAY - 3 * DAY)
    assert (asked.code, asked.field) == ("work_after", "ends_on")


def test_a_campaign_may_begin_and_end_on_the_days_somebody_was_out_and_end_today(
    world: World, opened: Campaign
) -> None:
    for at in (NOW - 2 * DAY, NOW):
        log(world, nobody(world.doors[0], started_at=at, ended_at=at))
    spans = {p.pk: (TODAY, TODAY) for p in opened.phases.all()}
    moved = move(world, opened, warned=True, starts_on=TODAY - 2 * DAY, ends_on=TODAY, phases=spans)
    assert (moved.starts_on, moved.ends_on) == (TODAY - 2 * DAY, TODAY)


def test_a_campaign_where_nobody_was_out_yet_may_end_today(world: World, opened: Campaign) -> None:
    spans = {p.pk: (TODAY, TODAY) for p in opened.phases.all()}
    assert move(world, opened, warned=True, ends_on=TODAY, phases=spans).ends_on == TODAY


def test_a_voided_visit_holds_no_day_of_a_campaign(world: World, opened: Campaign) -> None:
    gone = log(world, nobody(world.doors[0], started_at=NOW - 2 * DAY, ended_at=NOW - 2 * DAY))
    take_back(visit=gone.visit, by=world.owner, at=NOW)
    spans = {p.pk: (TODAY, TODAY) for p in opened.phases.all()}
    assert move(world, opened, warned=True, starts_on=TODAY, phases=spans).starts_on == TODAY


def test_an_open_campaign_is_closed_not_ended_in_the_past(world: World, opened: Campaign) -> None:
    assert refused(world, opened, ends_on=TODAY - DAY).code == "over"
    assert refused(world, opened, ends_on=opened.starts_on - DAY).field == "ends_on"
    assert refused(world, opened, retain_until=opened.ends_on - DAY).field == "retain_until"


@pytest.mark.parametrize(("column", "days"), [("starts_on", -1), ("ends_on", 1)])
def test_dates_that_somebody_changed_meanwhile_are_looked_at_first(
    world: World, opened: Campaign, column: str, days: int
) -> None:
    stale = Campaign.objects.unscoped("test").get(pk=opened.pk)
    move(world, opened, **{column: getattr(opened, column) + days * DAY})
    assert refused(world, stale, ends_on=stale.ends_on + 2 * DAY).code == "dates_changed"


def test_a_station_s_chief_does_not_move_the_bureau_s_dates(world: World, opened: Campaign) -> None:
    assert refused(world, opened, by=world.chief, ends_on=opened.ends_on + DAY).code == "no_right"


def typed_dates(campaign: Campaign, **more: Any) -> dict[str, str]:
    said = {"was_starts_on": campaign.starts_on, "was_ends_on": campaign.ends_on}
    said |= {name: getattr(campaign, name) for name in ("starts_on", "ends_on", "retain_until")}
    for phase in campaign.phases.all():
        said |= {f"phase_{phase.pk}_{name}": getattr(phase, name) for name in ("starts_on", "ends_on")}
    return {name: str(value) for name, value in {**said, **more}.items()}


def test_the_page_shows_every_fault_at_its_field_and_asks_before_it_changes(
    world: World, opened: Campaign, desk
) -> None:
    address = reverse("admin:campaigns_campaign_dates", args=[opened.pk])
    short = TODAY + 10 * DAY
    answer = desk.post(address, typed_dates(opened, ends_on=short))
    assert answer.status_code == 422
    assert "This phase ends after the campaign does" in answer.content.decode()
    spans = {
        f"phase_{p.pk}_{name}": min(getattr(p, name), short)
        for p in opened.phases.all()
        for name in ("starts_on", "ends_on")
    }
    answer = desk.post(address, typed_dates(opened, ends_on=short, **spans))
    text = answer.content.decode()
    assert answer.status_code == 409 and "1 door is due after this day; it will be due on it." in text
    assert 'name="warned" value="1"' in text and f'value="{short}"' in text
    assert desk.post(address, typed_dates(opened, ends_on=short, warned="1", **spans)).status_code == 302
    opened.refresh_from_db()
    assert opened.ends_on == short


def admin_form(page: Any) -> dict[str, Any]:
    """Everything that the set-up page would send back as it stands."""
    context = page.context
    forms = [context["adminform"].form]
    data: dict[str, Any] = {}
    for inline in context["inline_admin_formsets"]:
        forms += [inline.formset.management_form, *inline.formset.forms]
    for form in forms:
        for field in form:
            value = field.value()
            value = ",".join(value) if field.name == "choices" and isinstance(value, list) else value
            if value is False or value is None:
                continue
            data[field.html_name] = "on" if value is True else value
    return data


def change_page(campaign: Campaign) -> str:
    return reverse("admin:campaigns_campaign_change", args=[campaign.pk])


def test_a_draft_whose_dates_shrink_keeps_its_phases_inside(world: World, draft: Campaign, desk) -> None:
    form = admin_form(desk.get(change_page(draft)))
    answer = desk.post(change_page(draft), {**form, "ends_on": str(TODAY + 5 * DAY)})
    assert answer.status_code == 422 and "This phase ends after the campaign does" in answer.content.decode()
    draft.refresh_from_db()
    assert draft.ends_on == TODAY + 34 * DAY
    answer = desk.post(change_page(draft), {**form, "retain_until": str(TODAY)})
    assert "kept at least until the last day" in answer.content.decode()


# -- questions --


def test_a_draft_has_all_four_sets_and_takes_back_in_what_was_deleted(world: World, draft: Campaign, desk) -> None:
    whole = sum(len(each.questions) for each in QUESTION_SETS)
    assert draft.questions.count() == whole
    draft.questions.filter(kinds__contains=["shop"]).delete()
    address = reverse("admin:campaigns_question_sets", args=[draft.pk])
    assert "not asked yet" in desk.get(address).content.decode()
    for _tap in range(2):
        desk.post(address, {"set": ["shop", "household"]})
    assert draft.questions.count() == whole


def test_questions_are_frozen_with_their_texts_when_the_campaign_opens(world: World, opened: Campaign, desk) -> None:
    before = list(opened.questions.values_list("text", flat=True))
    opened.questions.first()
    with pytest.raises(Refusal) as refusal:
        actions.put_in_questions(campaign=opened, sets=QUESTION_SETS, by=world.desk)
    assert refusal.value.code == "frozen"
    page = desk.get(change_page(opened)).content.decode()
    assert 'name="questions-0-text"' not in page and before[0] in page


def test_more_than_five_required_at_one_kind_of_door_is_said_at_its_place(world: World, draft: Campaign, desk) -> None:
    form = admin_form(desk.get(change_page(draft)))
    form |= {f"questions-{number}-required": "on" for number in range(8)}
    answer = desk.post(change_page(draft), form)
    assert "At most five questions can be required at one kind of door (household)" in answer.content.decode()
    assert draft.questions.filter(required=True, kinds__contains=["household"]).count() <= MOST_REQUIRED
    draft.questions.update(required=True)
    with pytest.raises(Refusal) as refusal:
        actions.open_campaign(campaign=draft, version=draft.version, by=world.desk, at=NOW)
    assert refusal.value.code in ("too_many_questions", "empty_frame")


def test_the_set_up_page_saved_as_it_stands_changes_nothing(world: World, draft: Campaign, desk) -> None:
    before = list(draft.questions.values())
    answer = desk.post(change_page(draft), admin_form(desk.get(change_page(draft))))
    assert answer.status_code == 302
    assert list(draft.questions.values()) == before


def test_a_question_deleted_by_somebody_else_comes_back_with_what_was_typed(
    world: World, draft: Campaign, desk
) -> None:
    form = admin_form(desk.get(change_page(draft)))
    count = draft.questions.count()
    form["questions-2-text"] = "住了几口人？"
    Question.objects.filter(pk=form["questions-2-id"]).delete()
    assert desk.post(change_page(draft), form).status_code == 302
    assert draft.questions.filter(text="住了几口人？").count() == 1
    assert draft.questions.count() == count


def test_a_question_changed_by_somebody_else_stays_where_this_page_only_showed_it(
    world: World, draft: Campaign, desk
) -> None:
    form = admin_form(desk.get(change_page(draft)))
    Question.objects.filter(pk=form["questions-1-id"]).update(text="近一年接到过诈骗电话吗？")
    form["questions-0-text"] = "家里有烟感吗？"
    assert desk.post(change_page(draft), form).status_code == 302
    texts = list(draft.questions.values_list("text", flat=True)[:2])
    assert texts == ["家里有烟感吗？", "近一年接到过诈骗电话吗？"]


def test_where_both_changed_it_the_page_shows_both_and_the_next_save_decides(
    world: World, draft: Campaign, desk
) -> None:
    form = admin_form(desk.get(change_page(draft)))
    Question.objects.filter(pk=form["questions-0-id"]).update(text="甲改的问题？")
    form["questions-0-text"] = "乙改的问题？"
    answer = desk.post(change_page(draft), form)
    text = answer.content.decode()
    assert "甲改的问题？" in text and "乙改的问题？" in text
    assert draft.questions.first().text == "甲改的问题？"
    assert desk.post(change_page(draft), admin_form(answer)).status_code == 302
    assert draft.questions.first().text == "乙改的问题？"


def test_a_draft_opened_meanwhile_saves_nothing_and_says_what_had_been_typed(
    world: World, draft: Campaign, desk
) -> None:
    world.door(101)
    form = admin_form(desk.get(change_page(draft)))
    actions.open_campaign(campaign=draft, version=draft.version, by=world.desk, at=NOW)
    answer = desk.post(change_page(draft), {**form, "questions-0-text": "打了半天的问题？"}, follow=True)
    text = answer.content.decode()
    assert "not a draft any more" in text and "打了半天的问题？" in text
    assert not Question.objects.filter(text="打了半天的问题？").exists()
    assert Phase.objects.filter(campaign=draft).exists()
