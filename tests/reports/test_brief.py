"""The brief: right figures, frozen once a person has spoken, the same bytes each time, and nothing fetched."""

import hashlib
import re
import subprocess
from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command

from accounts.refusals import Refusal
from campaigns.frame import add_to_frame
from campaigns.models import Campaign
from disputes import actions as cases
from disputes.evidence import add_evidence
from disputes.models import ReturnVisit
from disputes.return_visits import make_return_visit
from reports.actions import ask_print, begin_brief, draw_print, freeze_brief, type_brief
from reports.brief import Brief
from reports.figures import compute, last_full_week, units_in_reach
from reports.models import Print, Snapshot
from reports.pdf import brief_html, draw
from tests.disputes.steps import registered
from tests.pictures import upload
from tests.world import NOW, TODAY, World
from visits.actions import add_door, log_attempt
from visits.attempts import Attempt

DAY = timedelta(days=1)
FIRST, LAST = TODAY - 2 * DAY, TODAY


@pytest.fixture
def campaign(world: World):
    for number in (101, 102, 201, 202):
        world.door(number)
    world.door(9, kind="enterprise", name="湖北甲有限公司", address="甲路9号", address_key="甲路9号", walk_key="9")
    campaign = world.campaign()
    campaign.questions.update(required=False)
    return campaign


def visit(world: World, door, at=NOW, outcome="completed", by=None, people=2):
    met = outcome == "completed"
    attempt = Attempt(
        premises_id=door.pk, outcome=outcome, started_at=at, ended_at=at, people_met=people if met else 0,
        place="home" if met else "", declared=met,
    )  # fmt: skip
    return log_attempt(attempt=attempt, client_id=uuid4(), by=by or world.owner, at=at + timedelta(minutes=2)).visit


def lines(world: World, campaign, by=None):
    by = by or world.desk
    figures = compute(campaign=campaign, units=units_in_reach(by, campaign.unit), first=FIRST, last=LAST, today=TODAY)
    return Brief(figures).by_code


def typed(world: World, campaign, **texts) -> Snapshot:
    draft = begin_brief(campaign=campaign, unit=campaign.unit, starts_on=FIRST, ends_on=LAST, by=world.desk, at=NOW)
    values = {"issue": 1, "decisions": "增派两人", "problems": "白天没人", "next_steps": "改为晚间", **texts}
    return type_brief(snapshot=draft, by=world.desk, **values)


def frozen(world: World, campaign, **texts) -> Snapshot:
    return freeze_brief(snapshot=typed(world, campaign, **texts), by=world.desk, at=NOW)


def test_a_household_counts_once_however_often_it_is_visited(world, campaign):
    visit(world, world.doors[0], NOW - DAY)
    visit(world, world.doors[0])
    visit(world, world.doors[1], outcome="nobody_in")
    visit(world, world.doors[4])
    found = lines(world, campaign)
    assert (found["households_visited"].total, found["households_visited"].counts) == (1, "1/4")
    assert found["units_visited"].counts == "1/1"
    assert found["contact_rate"].counts == "3/4"
    assert found["person_times"].total == 6
    assert found["communities_covered"].counts == "1/3"
    assert found["staff_deployed"].total == 1


def test_a_door_added_on_the_round_counts_beside_the_rate(world, campaign):
    door = add_door(area=world.areas["420303001001"], kind="household", address="老街6号", by=world.owner, at=NOW)
    visit(world, door)
    found = lines(world, campaign)["households_visited"]
    assert (found.total, found.counts) == (1, "0/4")


def test_a_voided_visit_counts_nowhere(world, campaign):
    from visits.actions import void_visit

    void_visit(visit=visit(world, world.doors[0]), reason="走错门", by=world.owner, at=NOW)
    found = lines(world, campaign)
    assert (found["households_visited"].total, found["contact_rate"].over) == (0, 0)


def test_an_ordered_hazard_is_rectified_only_when_the_re_check_says_so(world, campaign):
    case = registered(
        kind="hazard", category="fire", title="堆物", premises=world.doors[0], campaign=campaign, by=world.owner, at=NOW
    )
    cases.settle(case=case, outcome="rectified", measures="清理", version=1, by=world.owner, at=NOW)
    assert lines(world, campaign)["hazards_rectified"].counts == "0/1"
    recheck = ReturnVisit.objects.unscoped("test").get(case=case)
    make_return_visit(visit=recheck, answer="settled", by=world.colleague, at=NOW)
    assert lines(world, campaign)["hazards_rectified"].counts == "1/1"


def test_what_is_not_past_its_day_yet_is_not_overdue(world, campaign):
    """Asked in the middle of a week: what is due today, or before the week ends, still has time."""
    case = registered(
        kind="hazard", category="fire", title="堆物", premises=world.doors[0], campaign=campaign, by=world.owner, at=NOW
    )

    def overdue(today: date, last: date) -> int:
        units = units_in_reach(world.desk, campaign.unit)
        return (
            Brief(compute(campaign=campaign, units=units, first=FIRST, last=last, today=today)).by_code["overdue"].total
        )

    due = case.due_on
    assert [overdue(due + n * DAY, due + 5 * DAY) for n in (-1, 0, 1)] == [0, 0, 1]
    assert overdue(due + 3 * DAY, due) == 1 and overdue(due + 3 * DAY, due - DAY) == 0


def test_a_re_check_before_the_last_settling_rectifies_nothing(world, campaign):
    case = registered(
        kind="hazard", category="fire", title="堆物", premises=world.doors[0], campaign=campaign, by=world.owner, at=NOW
    )
    for number, kind in enumerate(("before", "after")):
        case = add_evidence(case=case, kind=kind, upload=upload(number), version=case.version, by=world.owner, at=NOW)
    told = {"case": case, "outcome": "rectified", "measures": "清理", "by": world.owner}
    case = cases.settle(**told, version=case.version, at=NOW)
    recheck = ReturnVisit.objects.unscoped("test").get(case=case)
    make_return_visit(visit=recheck, answer="settled", by=world.colleague, at=NOW)
    case.refresh_from_db()
    case = cases.request_closure(case=case, version=case.version, by=world.owner, at=NOW)
    case = cases.return_closure(
        case=case, return_reason="not_solved", version=case.version, by=world.chief, at=NOW + DAY
    )
    cases.settle(**{**told, "case": case}, version=case.version, at=NOW + DAY)
    figures = compute(
        campaign=campaign, units=units_in_reach(world.desk, campaign.unit), first=FIRST, last=LAST, today=TODAY
    )
    assert Brief(figures).by_code["hazards_rectified"].counts == "0/1"


@pytest.mark.parametrize("by_hand", [False, True])
def test_who_was_at_doors_of_two_stations_is_one_person(world, campaign, by_hand):
    away = world.door(
        31, unit=world.other_station, area=world.areas["420303002001"], address="红卫路31号", address_key="红卫路31号"
    )
    add_to_frame(campaign=campaign, premises=away, officer=world.stranger, at=NOW)
    visit(world, world.doors[0], by=world.desk)
    visit(world, away, by=world.desk)
    units = units_in_reach(world.desk, campaign.unit)
    figures = compute(campaign=campaign, units=units, first=FIRST, last=LAST, today=TODAY, by_hand=by_hand)
    line = Brief(figures).by_code["staff_deployed"]
    assert (line.total, line.week) == (1, 1)


def test_resolved_and_struck_off_are_two_figures_and_a_relapse_takes_both_back(world, campaign):
    case = registered(
        kind="dispute", category="debt", title="借款", premises=world.doors[0], campaign=campaign, by=world.owner,
        at=NOW, on_spot=True,
    )  # fmt: skip
    assert [lines(world, campaign)[code].total for code in ("disputes_resolved", "disputes_struck_off")] == [1, 0]
    cases.approve(case=case, version=1, by=world.chief, at=NOW)
    assert [lines(world, campaign)[code].total for code in ("disputes_resolved", "disputes_struck_off")] == [1, 1]
    call = ReturnVisit.objects.unscoped("test").get(case=case)
    make_return_visit(visit=call, answer="relapsed", by=world.owner, at=NOW)
    found = lines(world, campaign)
    assert [found[code].counts for code in ("disputes_resolved", "disputes_struck_off")] == ["0/1", "0/1"]


def test_an_opinion_counts_once_it_is_a_measure_and_was_reported_back(world, campaign):
    facts = {"category": "safety", "premises": world.doors[0], "campaign": campaign, "by": world.owner, "at": NOW}
    registered(kind="request", title="路灯", on_spot=True, measures="已说明", **facts)
    registered(kind="request", title="门牌", **facts)
    case = registered(kind="suggestion", title="增加巡逻", **facts)
    case = cases.settle(
        case=case, outcome="adopted", measures="增加步巡", measure_by="本所", version=1, by=world.owner, at=NOW
    )
    assert lines(world, campaign)["suggestions_adopted"].counts == "0/1"
    cases.report_back(case=case, told_how="phone", version=case.version, by=world.owner, at=NOW)
    found = lines(world, campaign)
    assert (found["suggestions_adopted"].counts, found["requests_on_spot"].counts) == ("1/1", "1/2")


def test_a_station_s_chief_sees_the_figures_of_that_station_only(world, campaign):
    visit(world, world.doors[0])
    assert lines(world, campaign, by=world.chief)["households_visited"].total == 1
    assert units_in_reach(world.other_chief, world.bureau) == [world.other_station]


def test_figures_of_ten_times_the_doors_take_as_many_queries(world, campaign, django_assert_num_queries):
    units = units_in_reach(world.desk, campaign.unit)

    def count() -> int:
        # Each page reads its campaign itself.
        read_anew = Campaign.objects.unscoped("test").get(pk=campaign.pk)
        with CaptureQueriesContext(connection) as seen:
            compute(campaign=read_anew, units=units, first=FIRST, last=LAST, today=TODAY)
        return len(seen)

    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    visit(world, world.doors[0])
    few = count()
    for door in world.doors[1:4]:
        visit(world, door)
    assert count() == few


def test_nothing_is_frozen_before_a_person_has_typed_problems_and_next_steps(world, campaign):
    for missing in ("problems", "next_steps"):
        with pytest.raises(Refusal) as refusal:
            frozen(world, campaign, **{missing: "  "})
        assert refusal.value.field == missing
    assert not Snapshot.objects.unscoped("test").frozen().exists()


def test_what_a_brief_lacks_is_said_at_each_field_at_once(world, campaign, client):
    draft = typed(world, campaign, problems="", next_steps="")
    client.force_login(world.desk)
    answer = client.post(f"/reports/briefs/{draft.pk}/", {"issue": 1, "decisions": "增派两人", "freeze": "1"})
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {"problems", "next_steps"}


def test_a_frozen_brief_stays_as_it_was_while_the_figures_move_on(world, campaign):
    snapshot = frozen(world, campaign)
    visit(world, world.doors[0])
    snapshot.refresh_from_db()
    assert Brief(snapshot.figures).by_code["households_visited"].total == 0
    with pytest.raises(Refusal) as refusal:
        typed_again = Snapshot.objects.unscoped("test").get(pk=snapshot.pk)
        type_brief(snapshot=typed_again, issue=1, decisions="", problems="x", next_steps="y", by=world.desk)
    assert refusal.value.code == "frozen"


def test_last_week_is_begun_once_however_often_it_is_pressed(world, campaign):
    first, last = last_full_week(TODAY)
    assert (first.isoformat(), last.isoformat()) == ("2026-11-09", "2026-11-15")
    same = {
        begin_brief(campaign=campaign, unit=campaign.unit, starts_on=first, ends_on=last, by=world.desk, at=NOW).pk
        for _n in range(2)
    }
    assert len(same) == 1


def test_paper_never_says_that_its_figures_reach_into_hours_to_come(world, campaign):
    def foot(snapshot: Snapshot) -> str:
        html = brief_html(snapshot, language="zh-hans", badge="T0001", number=1)
        return html.partition('<div class="foot">')[2].partition("</div>")[0]

    def frozen_on(day: int) -> Snapshot:
        return freeze_brief(snapshot=typed(world, campaign, issue=1 + day), by=world.desk, at=NOW + day * DAY)

    last_day = (LAST - NOW.date()).days
    early = foot(frozen_on(last_day))
    assert "数据截至定稿时" in early and "24时" not in early
    assert f"数据截至{LAST.month}月{LAST.day}日24时" in foot(frozen_on(last_day + 1))


def test_the_same_snapshot_gives_the_same_bytes(world, campaign):
    html = brief_html(frozen(world, campaign), language="zh-hans", badge="T0001", number=1)
    first, second = draw(html, "same"), draw(html, "same")
    assert hashlib.sha256(first.content).digest() == hashlib.sha256(second.content).digest()


HOSTILE = """<img src="http://127.0.0.1:9/x"><link rel=stylesheet href="file:///etc/passwd">
<script>alert(1)</script> url(file:///etc/hostname) ]]> &amp; 䶮㼆· é"""


def test_hostile_text_is_printed_and_opens_nothing(world, campaign, tmp_path):
    html = brief_html(frozen(world, campaign, problems=HOSTILE), language="zh-hans", badge="T0001", number=1)
    assert "<img src=&quot;http" not in html and '<img src="http' not in html
    file = tmp_path / "x.pdf"
    file.write_bytes(draw(html, "x").content)
    text = subprocess.run(["pdftotext", str(file), "-"], capture_output=True, check=True).stdout.decode()
    assert "alert(1)" in text and "root:" not in text
    fonts = subprocess.run(["pdffonts", str(file)], capture_output=True, check=True).stdout.decode()
    assert set(re.findall(r"\+(\S+?)(?:-Bold)?\s", fonts)) <= {"Doorstep-Sans", "Doorstep-Serif"}


@pytest.mark.parametrize("url", ["file:///etc/passwd", "http://127.0.0.1:9/a.png", "doorstep:../../etc/passwd"])
def test_the_renderer_opens_none_but_its_own_files(url):
    drawn = draw(f'<html><body>ok <img src="{url}"><object data="{url}"></object></body></html>', "x")
    assert drawn.pages == 1
    assert b"root:" not in drawn.content


def test_a_leader_downloads_and_a_stranger_finds_nothing(world, campaign, client):
    snapshot = frozen(world, campaign)
    client.force_login(world.leader, backend="accounts.backends.BadgeBackend")
    answer = client.post(f"/reports/briefs/{snapshot.pk}/print/")
    assert answer.status_code == 302 and "/prints/" in answer["Location"]
    file = client.get(answer["Location"])
    assert file["Content-Type"] == "application/pdf" and b"".join(file.streaming_content).startswith(b"%PDF")
    client.force_login(world.other_chief, backend="accounts.backends.BadgeBackend")
    for address in (f"/reports/briefs/{snapshot.pk}/", answer["Location"]):
        assert client.get(address).status_code == 404
    client.force_login(world.owner, backend="accounts.backends.BadgeBackend")
    assert client.get(answer["Location"]).status_code == 403


def test_asked_twice_it_is_the_same_print(world, campaign):
    snapshot = frozen(world, campaign)
    asked = [ask_print(snapshot=snapshot, language="en", by=world.leader, at=NOW) for _n in range(2)]
    assert asked[0].pk == asked[1].pk
    draw_print(printed=asked[0], at=NOW)
    assert ask_print(snapshot=snapshot, language="zh-hans", by=world.leader, at=NOW).number == 2
    assert Print.objects.unscoped("test").count() == 2


def test_the_command_writes_the_same_brief(world, campaign, tmp_path):
    out = tmp_path / "brief.pdf"
    common = {"first": FIRST, "last": LAST, "out": out, "badge": "T0001", "verbosity": 0}
    with pytest.raises(CommandError):
        call_command("campaign_report", campaign.title, **common)
    call_command("campaign_report", campaign.title, **common, problems="白天没人", next_steps="晚间上门")
    assert out.read_bytes().startswith(b"%PDF")
    with pytest.raises(CommandError, match="within reach"):
        call_command("campaign_report", "没有这个活动", **common)


def test_an_empty_campaign_prints(world, campaign):
    """No visit, no case: dashes instead of rates, and still one page of front."""
    snapshot = frozen(world, campaign)
    assert Brief(snapshot.figures).by_code["disputes_resolved"].rate == "–"
    assert draw(brief_html(snapshot, language="en", badge="T0001", number=1), "x").pages >= 2
