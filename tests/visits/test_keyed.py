"""A paper round typed back: every line by itself, each reason at its place, nothing twice."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Officer
from campaigns.codes import code_of
from campaigns.models import Assignment, Campaign, FrameDoor
from disputes.models import Case
from tests.visits.steps import log, met, nobody
from tests.world import NOW, World
from visits.keying.lines import FIELDS, SLOTS
from visits.models import Submission, Visit

PAGE = "/visits/keyed/"


@pytest.fixture
def campaign(world: World) -> Campaign:
    for number in (301, 302, 401, 402):
        world.door(number)
    world.door(9, unit=world.other_station, area=world.areas["420303002001"], address_key="王湾9号", walk_key="9")
    campaign = world.campaign()
    campaign.questions.update(required=False)
    for door in world.doors[:4]:
        world.give(campaign, door, world.owner)
    return campaign


def code(world: World, place: int, campaign: Campaign | None = None) -> str:
    rows = FrameDoor.objects.unscoped("test").filter(premises=world.doors[place])
    return rows.filter(campaign=campaign).get().code if campaign else rows.get().code


def sent(for_campaign: Campaign, *lines: dict[str, str], **head: Any) -> dict[str, Any]:
    data: dict[str, Any] = {
        "campaign": for_campaign.pk,
        "officer": "T0102",
        "day": "2026-11-18",
        "starts": "08:00",
        "ends": "09:30",
        "place": "home",
        "declared": "1",
        "lines": str(len(lines)),
    }
    data.update(head)
    for number, line in enumerate(lines):
        data[f"id-{number}"] = line.pop("id", str(uuid4()))
        data.update({f"{name}-{number}": value for name, value in line.items()})
    return data


def client_of(officer: Officer) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(officer)
    return client


def visits() -> list[Visit]:
    return list(Visit.objects.unscoped("test").select_related("premises", "officer", "entered_by").order_by("pk"))


def refused(world: World, campaign: Campaign, line: dict[str, str], by: Officer | None = None, **head: Any) -> str:
    """The one sentence that the page says under the line; nothing is stored."""
    page = client_of(by or world.owner).post(PAGE, sent(campaign, line, **head))
    assert page.status_code == 422
    assert not visits()
    (bad,) = page.context["bad"]
    assert bad.typed["code"] == line.get("code", "")
    return str(bad.sentences[0])


def test_a_list_typed_back_counts_and_says_keyed_later(world: World, campaign: Campaign) -> None:
    lines = [{"code": code(world, 0), "outcome": "1", "people": "2"}, {"code": code(world, 1), "outcome": "3"}]
    page = client_of(world.owner).post(PAGE, sent(campaign, *lines))
    assert (page.status_code, page["Location"]) == (302, PAGE)
    first, second = visits()
    assert (first.outcome, first.people_met, first.place, first.identity_shown) == ("completed", 2, "home", True)
    assert (second.outcome, second.people_met, second.identity_shown) == ("nobody_in", 0, False)
    assert all(visit.keyed_later and not visit.late_upload and visit.officer == world.owner for visit in visits())
    frame = FrameDoor.objects.unscoped("test").get(premises=world.doors[0])
    assert (frame.met_on, frame.tries) == (NOW.date(), 1)


def test_typed_within_the_hour_it_still_says_keyed_later(world: World, campaign: Campaign) -> None:
    client_of(world.owner).post(PAGE, sent(campaign, {"code": code(world, 0), "outcome": "3"}, ends="10:00"))
    assert [visit.keyed_later for visit in visits()] == [True]


def test_doors_without_a_time_are_spread_between_start_and_end(world: World, campaign: Campaign) -> None:
    lines = [{"code": code(world, place), "outcome": "3"} for place in range(3)]
    lines[2]["time"] = "0915"
    client_of(world.owner).post(PAGE, sent(campaign, *lines))
    starts = [visit.started_at for visit in visits()]
    step = timedelta(minutes=90) / SLOTS
    assert starts[:2] == [NOW - timedelta(hours=2), (NOW - timedelta(hours=2) + step).replace(microsecond=0)]
    assert starts[2] == NOW - timedelta(minutes=45)


def test_the_desk_types_for_an_officer_and_it_shows(world: World, campaign: Campaign) -> None:
    client = client_of(world.chief)
    client.post(PAGE, sent(campaign, {"code": code(world, 0), "outcome": "1"}, partner="T0104"))
    (visit,) = visits()
    assert (visit.officer, visit.partner, visit.entered_by, visit.stand_in) == (
        world.owner,
        world.auxiliary,
        world.chief,
        False,
    )
    record = client.get(f"/visits/{visit.pk}/").content.decode()
    assert "keyed later" in record and "entered by 李卫东" in record


def test_an_officer_types_for_nobody_else(world: World, campaign: Campaign) -> None:
    page = client_of(world.owner).post(PAGE, sent(campaign, {"code": code(world, 0), "outcome": "3"}, officer="T0103"))
    assert page.status_code == 422 and not visits()
    assert "badge number" in str(page.context["head"].errors["officer"])


def test_good_lines_are_stored_and_bad_ones_stay_as_they_were_typed(world: World, campaign: Campaign) -> None:
    lines = [
        {"code": code(world, 0), "outcome": "3"},
        {"code": "99998", "outcome": "1", "note": "留在页面上"},
        {"code": code(world, 1), "outcome": "1"},
    ]
    page = client_of(world.owner).post(PAGE, sent(campaign, *lines))
    assert page.status_code == 422
    assert [visit.premises for visit in visits()] == world.doors[:2]
    text = page.content.decode()
    assert "留在页面上" in text and "2 lines stored: 1 met, 1 not met" in text
    assert [line.typed["code"] for line in page.context["bad"]] == ["99998"]


def test_pressed_twice_nothing_is_double(world: World, campaign: Campaign) -> None:
    data = sent(campaign, {"code": code(world, 0), "outcome": "1"}, {"code": "bad", "outcome": "1"})
    client = client_of(world.owner)
    for _press in range(2):
        page = client.post(PAGE, data)
        assert [line.typed["code"] for line in page.context["bad"]] == ["bad"]
    assert len(visits()) == 1
    assert Submission.objects.unscoped("test").count() == 1


def test_the_same_line_with_other_content_is_kept_for_review(world: World, campaign: Campaign) -> None:
    number, client = str(uuid4()), client_of(world.owner)
    client.post(PAGE, sent(campaign, {"code": code(world, 0), "outcome": "3", "id": number}))
    page = client.post(PAGE, sent(campaign, {"code": code(world, 0), "outcome": "1", "id": number}))
    assert "kept for review" in page.context["bad"][0].sentences[0]
    verdicts = Submission.objects.unscoped("test").order_by("pk").values_list("verdict", flat=True)
    assert list(verdicts) == ["stored", "conflict"]


# -- what is wrong is said at its place --


def test_a_wrong_digit_and_a_swap_are_told_from_an_unknown_code(world: World, campaign: Campaign) -> None:
    good = code(world, 0).replace("-", "")
    wrong = good[:-2] + str((int(good[-2]) + 1) % 10) + good[-1]
    assert "A digit is wrong" in refused(world, campaign, {"code": wrong, "outcome": "3"})
    assert "digits only" in refused(world, campaign, {"code": "王家", "outcome": "3"})
    assert "No door of yours" in refused(world, campaign, {"code": code_of(9_999_999), "outcome": "3"})


def test_a_door_of_another_station_is_not_named_to_an_officer(world: World, campaign: Campaign) -> None:
    line = {"code": code(world, 4), "outcome": "3"}
    assert "No door of yours" in refused(world, campaign, dict(line))
    said = refused(world, campaign, dict(line), by=world.desk)
    assert "红卫派出所" in said and "周明" in said


def test_a_code_of_another_campaign_says_which(world: World, campaign: Campaign) -> None:
    other = world.campaign(title="春季走访")
    said = refused(world, campaign, {"code": code(world, 0, other), "outcome": "3"})
    assert "春季走访" in said


def test_a_code_twice_on_the_page_is_stored_for_neither(world: World, campaign: Campaign) -> None:
    lines = [{"code": code(world, 0), "outcome": "3"}, {"code": code(world, 0), "outcome": "1"}]
    page = client_of(world.owner).post(PAGE, sent(campaign, *lines))
    assert [line.sentences for line in page.context["bad"]] == [["This code stands twice on the page."]] * 2
    assert not visits()


def test_what_was_logged_that_day_is_not_typed_again(world: World, campaign: Campaign) -> None:
    log(world, nobody(world.doors[0]), at=NOW - timedelta(hours=1))
    log(world, met(world.doors[1]), at=NOW - timedelta(hours=1))
    lines = [
        {"code": code(world, 0), "outcome": "3"},
        {"code": code(world, 1), "outcome": "1"},
    ]
    page = client_of(world.owner).post(PAGE, sent(campaign, *lines))
    said = [line.sentences[0] for line in page.context["bad"]]
    assert ["Logged already" in sentence for sentence in said] == [True, True]
    client_of(world.owner).post(PAGE, sent(campaign, {"code": code(world, 0), "outcome": "1"}))
    assert len(visits()) == 3


@pytest.mark.parametrize(
    ("head", "field"),
    [
        ({"day": "2026-11-19"}, "day"),
        ({"ends": "10:30"}, "ends"),
        ({"day": "2026-11-14"}, "day"),
        ({"starts": "09:00", "ends": "08:00"}, "ends"),
        ({"starts": ""}, "starts"),
        ({"campaign": "0"}, "campaign"),
        ({"place": "moon"}, "place"),
    ],
)
def test_a_wrong_head_stores_nothing_and_keeps_the_lines(
    world: World, campaign: Campaign, head: dict[str, str], field: str
) -> None:
    page = client_of(world.owner).post(PAGE, sent(campaign, {"code": code(world, 0), "outcome": "3"}, **head))
    assert page.status_code == 422 and field in page.context["head"].errors
    assert not visits()
    assert page.context["lines"][0].typed["code"] == code(world, 0)


@pytest.mark.parametrize(
    ("keys", "field"),
    [
        ({"outcome": ""}, "outcome"),
        ({"outcome": "0"}, "outcome"),
        ({"outcome": "x"}, "outcome"),
        ({"people": "many"}, "people"),
        ({"people": "0"}, "people"),
        ({"place": "9"}, "place"),
        ({"notice": "7"}, "notice"),
        ({"topics": "99"}, "topics"),
        ({"finding": "999", "note": "x"}, "finding"),
        ({"finding": "201"}, "note"),
        ({"finding": "201+", "note": "x"}, "finding"),
        ({"outcome": "3", "finding": "201", "note": "x"}, "outcome"),
        ({"answers": "123456"}, "answers"),
        ({"answers": "9"}, "answers"),
        ({"outcome": "4"}, "again"),
        ({"outcome": "4", "again": "1317 1930"}, "again"),
        ({"outcome": "4", "again": "1118"}, "again"),
        ({"time": "2575"}, "time"),
        ({"time": "1130"}, "time"),
    ],
)
def test_each_key_is_refused_at_its_own_box(world: World, campaign: Campaign, keys: dict[str, str], field: str) -> None:
    asked = campaign.questions.filter(type="yes_no", kinds__contains=["household"]).values_list("pk", flat=True)[:2]
    campaign.questions.filter(pk__in=list(asked)).update(required=True)
    line = {"code": code(world, 0), "outcome": "1", "answers": "12", **keys}
    page = client_of(world.owner).post(PAGE, sent(campaign, line))
    assert page.status_code == 422 and not visits()
    assert list(page.context["bad"][0].errors) == [field]
    assert f'name="{field}-0"' in page.content.decode()


def test_without_the_declaration_a_met_door_needs_its_reason(world: World, campaign: Campaign) -> None:
    data = sent(campaign, {"code": code(world, 0), "outcome": "1"})
    del data["declared"]
    page = client_of(world.owner).post(PAGE, data)
    assert list(page.context["bad"][0].errors) == ["notice"]
    data = sent(
        campaign,
        {"code": code(world, 0), "outcome": "1", "notice": "2"},
        {"code": code(world, 1), "outcome": "1", "notice": "0"},
    )
    del data["declared"]
    client_of(world.owner).post(PAGE, data)
    assert [(visit.identity_shown, visit.not_given_why) for visit in visits()] == [(False, "known"), (True, "")]


def test_a_required_question_is_answered_by_its_key(world: World, campaign: Campaign) -> None:
    campaign.questions.filter(rank__lt=2).update(required=True)
    assert "needs an answer" in refused(world, campaign, {"code": code(world, 0), "outcome": "1"})
    client_of(world.owner).post(PAGE, sent(campaign, {"code": code(world, 0), "outcome": "1", "answers": "12"}))
    assert [answer["answer"] for answer in visits()[0].answers] == ["yes", "no"]


def test_a_finding_becomes_a_case_with_the_note_as_its_line(world: World, campaign: Campaign) -> None:
    line = {"code": code(world, 0), "outcome": "1", "finding": "102 邻里", "note": "楼上漏水", "topics": "12"}
    client_of(world.chief).post(PAGE, sent(campaign, line))
    case = Case.objects.unscoped("test").get()
    assert (case.kind, case.category, case.title, case.lead) == ("dispute", "neighbour", "楼上漏水", world.owner)
    assert [topic.name for topic in visits()[0].topics.all()] == ["反诈", "防火"]


def test_an_appointment_is_typed_as_month_day_hour_minute(world: World, campaign: Campaign) -> None:
    client_of(world.owner).post(PAGE, sent(campaign, {"code": code(world, 0), "outcome": "4", "again": "1120 1930"}))
    assert visits()[0].next_at == NOW + timedelta(days=2, hours=9, minutes=30)


def test_topics_of_the_head_hold_where_none_are_typed(world: World, campaign: Campaign) -> None:
    first = campaign.topics.all()[0]
    lines = [
        {"code": code(world, 0), "outcome": "1"},
        {"code": code(world, 1), "outcome": "1", "topics": "0"},
        {"code": code(world, 2), "outcome": "3"},
    ]
    client_of(world.owner).post(PAGE, sent(campaign, *lines, topics=[first.pk]))
    assert [visit.topics.count() for visit in visits()] == [1, 0, 0]


# -- at once, and at any length --


def test_a_line_is_checked_without_being_stored(world: World, campaign: Campaign) -> None:
    client = client_of(world.owner)
    data = {**sent(campaign, {"code": code(world, 0), "outcome": "1"}), "line": "0"}
    answer = client.post(PAGE + "check/", data).json()
    assert answer["errors"] == {} and "302" not in answer["door"] and "301" in answer["door"]
    answer = client.post(PAGE + "check/", {**data, "other": [code(world, 0)]}).json()
    assert answer["errors"]["code"] == "This code stands twice on the page."
    assert client.post(PAGE + "check/", {**data, "line": "x"}).status_code == 422
    assert client.post(PAGE + "check/", {**data, "day": "2026-12-01"}).json()["head"]["day"]
    assert not visits() and not Submission.objects.unscoped("test").exists()


def test_a_colleagues_door_is_said_to_be_a_stand_in(world: World, campaign: Campaign) -> None:
    Assignment.objects.unscoped("test").filter(premises=world.doors[0]).update(officer=world.colleague)
    data = {**sent(campaign, {"code": code(world, 0), "outcome": "1"}), "line": "0"}
    assert "stand-in" in client_of(world.owner).post(PAGE + "check/", data).json()["hint"]
    client_of(world.owner).post(PAGE, data)
    assert visits()[0].stand_in


def test_more_lines_keep_what_was_typed_and_store_nothing(world: World, campaign: Campaign) -> None:
    page = client_of(world.owner).post(PAGE, {**sent(campaign, {"code": code(world, 0), "outcome": "1"}), "more": "1"})
    assert len(page.context["lines"]) == 11 and page.context["lines"][0].typed["outcome"] == "1"
    assert not visits()
    assert client_of(world.owner).get(PAGE).context["count"] == SLOTS


def test_nothing_typed_is_said_and_no_campaign_as_well(world: World, campaign: Campaign) -> None:
    page = client_of(world.owner).post(PAGE, sent(campaign, {}))
    assert page.status_code == 422 and "Nothing was typed yet." in page.content.decode()
    Campaign.objects.unscoped("test").update(state="archived")
    assert "nothing to type back" in client_of(world.owner).get(PAGE).content.decode()


def test_checking_forty_lines_takes_as_many_queries_as_one_and_storing_a_bounded_number(
    world: World, campaign: Campaign
) -> None:
    def statements(lines: list[dict[str, str]]) -> int:
        with CaptureQueriesContext(connection) as seen:
            client_of(world.chief).post(PAGE, sent(campaign, *lines))
        return len(seen)

    wrong = [{"code": code(world, place), "outcome": "x"} for place in range(4)]
    few, many = statements(wrong[:1]), statements(wrong)
    assert many == few
    one = statements([{"code": code(world, 0), "outcome": "3"}])
    three = statements([{"code": code(world, place), "outcome": "3"} for place in range(1, 4)])
    assert (three - one) / 2 <= 30


def test_hostile_input_breaks_nothing(world: World, campaign: Campaign) -> None:
    data = sent(campaign, dict.fromkeys(FIELDS, "\x00<script>²９"))
    data.update({"lines": "999999", "id-0": "no id", "topics": ["x"]})
    page = client_of(world.owner).post(PAGE, data)
    assert page.status_code == 422 and "<script>²" not in page.content.decode()
    assert client_of(world.leader).get(PAGE).status_code == 200
    assert client_of(world.admin).get(PAGE).status_code == 403


# -- a round past midnight --

NIGHT = {"day": "2026-11-17", "starts": "22:00", "ends": "01:00"}


def test_an_evening_round_may_end_on_the_next_day(world: World, campaign: Campaign) -> None:
    lines = [
        {"code": code(world, 0), "outcome": "3"},
        {"code": code(world, 1), "outcome": "3", "time": "2350"},
        {"code": code(world, 2), "outcome": "1", "time": "0030"},
    ]
    page = client_of(world.owner).post(PAGE, sent(campaign, *lines, **NIGHT))
    assert page.status_code == 302
    at = [visit.started_at - NOW.replace(hour=0) for visit in visits()]
    assert at == [timedelta(hours=-2), timedelta(minutes=-10), timedelta(minutes=30)]
    frame = FrameDoor.objects.unscoped("test").get(premises=world.doors[2])
    assert frame.met_on == NOW.date()


@pytest.mark.parametrize(("starts", "ends"), [("17:59", "01:00"), ("18:00", "06:01"), ("09:30", "08:00")])
def test_an_end_before_the_start_is_a_slip_by_day_and_of_a_long_night(
    world: World, campaign: Campaign, starts: str, ends: str
) -> None:
    line = {"code": code(world, 0), "outcome": "3"}
    page = client_of(world.owner).post(PAGE, sent(campaign, line, day="2026-11-17", starts=starts, ends=ends))
    assert page.status_code == 422 and not visits()
    assert "began at 18:00 or later" in str(page.context["head"].errors["ends"])


def test_a_night_of_twelve_hours_from_six_is_one_round(world: World, campaign: Campaign) -> None:
    line = {"code": code(world, 0), "outcome": "3", "time": "0600"}
    head = {"day": "2026-11-17", "starts": "18:00", "ends": "06:00"}
    assert client_of(world.owner).post(PAGE, sent(campaign, line, **head)).status_code == 302
    assert visits()[0].started_at == NOW.replace(hour=6)


def test_the_page_says_that_an_evening_may_end_on_the_next_day(world: World, campaign: Campaign) -> None:
    assert (
        "An end before the start of an evening round is on the next day."
        in client_of(world.owner).get(PAGE).content.decode()
    )


def test_a_night_that_is_not_over_is_refused(world: World, campaign: Campaign) -> None:
    line = {"code": code(world, 0), "outcome": "3"}
    head = {"day": "2026-11-17", "starts": "23:00", "ends": "10:30"}
    page = client_of(world.owner).post(PAGE, sent(campaign, line, **head))
    assert "not over yet" in str(page.context["head"].errors["ends"])


def test_of_a_night_each_day_knows_what_was_logged_on_it(world: World, campaign: Campaign) -> None:
    """The same outcome on the day before is another try; after midnight it was typed already."""
    log(world, nobody(world.doors[0]), at=NOW - timedelta(hours=16))
    log(world, nobody(world.doors[1]), at=NOW - timedelta(hours=1))
    lines = [{"code": code(world, place), "outcome": "3", "time": "0030"} for place in (0, 1)]
    page = client_of(world.owner).post(PAGE, sent(campaign, *lines, **NIGHT))
    assert [line.typed["code"] for line in page.context["bad"]] == [code(world, 1)]
    assert "Logged already" in page.context["bad"][0].sentences[0]
    again = client_of(world.owner).post(PAGE, sent(campaign, dict(lines[0]), **NIGHT))
    assert "Logged already" in again.context["bad"][0].sentences[0]
