"""Paper for the round: the right doors and codes on it, names as the printer may see them, and no more pages than bear."""

import re
import subprocess
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import translation

from accounts.refusals import Refusal
from campaigns.codes import read_code
from campaigns.models import Assignment, FrameDoor
from disputes.models import Case
from registry.models import Premises
from reports.documents.actions import ask_walk_list, draw_walk_list, forget_old_lists
from reports.documents.dispute_form import dispute_form
from reports.documents.layout import form_html
from reports.documents.notice_slip import slips_html
from reports.documents.visit_forms import Facts, facts_of_door, facts_of_visit, visit_form
from reports.documents.walk_list import doors_to_do, parts_of, sheets_of, walk_list_html
from reports.models import WalkList, WalkListPart
from reports.pdf import draw
from tests.visits.steps import log, met, nobody
from tests.world import NOW, TODAY, World
from visits.attempts import FindingReport

HOSTILE = "<script>alert(1)</script>&<b>䶮"


@pytest.fixture
def campaign(world: World):
    for number in (301, 101, 202):
        world.door(number)
    campaign = world.campaign()
    campaign.questions.update(required=False)
    for door in world.doors:
        world.give(campaign, door, world.owner)
    return campaign


def html_of(world: World, campaign, reader, language="zh-hans", holder=None) -> str:
    holder = holder or world.owner
    rows = list(doors_to_do(reader, campaign, officer=holder, due=None))
    sheets = sheets_of(rows, reader=reader, holder=holder)
    return "".join(
        walk_list_html(sheet, campaign, printer=reader, language=language, at=NOW) for sheet in sheets
    )  # fmt: skip


def filled(form, reader, language="zh-hans") -> str:
    return form_html(form, foot="", printer=reader, language=language, at=NOW)


def text_of(content: bytes, tmp_path: Path) -> str:
    file = tmp_path / "x.pdf"
    file.write_bytes(content)
    return subprocess.run(["pdftotext", "-layout", str(file), "-"], capture_output=True, check=True).stdout.decode()


# -- the walk list --


def test_doors_stand_in_walking_order_each_with_its_own_code(world, campaign):
    codes = re.findall(r'class="code"[^>]*><b>([\d-]+)</b>', html_of(world, campaign, world.owner))
    frames = {door.pk: door for door in FrameDoor.objects.unscoped("test").select_related("premises")}
    assert [frames[read_code(code)].premises.door for code in codes] == ["101室", "202室", "301室"]


def test_the_code_of_a_door_is_another_one_in_another_campaign(world, campaign):
    second = world.campaign(title="春季走访")
    codes = {door.code for door in FrameDoor.objects.unscoped("test").filter(premises=world.doors[0])}
    assert len(codes) == 2
    assert FrameDoor.objects.unscoped("test").filter(campaign=second).count() == 3


def test_the_holder_prints_names_in_clear_and_the_desk_prints_them_masked(world, campaign):
    assert "周秀梅" in html_of(world, campaign, world.owner)
    by_the_chief = html_of(world, campaign, world.chief)
    assert "周秀" not in by_the_chief and "周**" in by_the_chief
    for html in (html_of(world, campaign, world.owner), by_the_chief):
        assert "1990000" not in html


def test_a_colleague_s_list_is_out_of_reach(world, campaign):
    assert html_of(world, campaign, world.colleague) == ""
    with pytest.raises(Refusal) as caught:
        ask_walk_list(
            campaign=campaign, unit=world.station, officer=world.owner, language="en", by=world.colleague, at=NOW
        )
    assert caught.value.status == 403


def test_the_bound_pair_prints_the_same_list_in_clear(world, campaign):
    Assignment.objects.unscoped("test").update(partner=world.auxiliary)
    html = html_of(world, campaign, world.auxiliary, holder=world.auxiliary)
    assert "周秀梅" in html and "孙倩" in html and "周明" in html


def test_what_is_visited_or_gone_needs_no_paper(world, campaign):
    log(world, met(world.doors[0]))
    log(world, nobody(world.doors[1]))
    html = html_of(world, campaign, world.owner)
    assert "301" not in re.sub(r"\d{6}", "", html) and "101" in html
    assert "11月18日 没人" in html


def test_boxes_bear_the_numbers_of_the_keyed_page_in_both_languages(world, campaign):
    campaign.questions.update(required=True)
    html = html_of(world, campaign, world.owner)
    for word in ("1 见到了", "3 没人", "9 其他情况", "1 纠纷", "家中有烟感报警器吗", "遗失请立即报告所长"):
        assert word in html
    english = html_of(world, campaign, world.owner, language="en")
    for word in ("1 Met", "3 Nobody in", "9 Other", "1 dispute", "Lost: tell your chief"):
        assert word in english


def test_a_long_list_is_parted_and_no_file_has_more_than_twenty_pages(world, campaign):
    row = Assignment.objects.unscoped("test").select_related("premises__area", "frame_door", "officer__unit")[0]
    sheets = sheets_of([row] * 300, reader=world.owner, holder=world.owner)
    assert [(sheet.part, sheet.first, sheet.last, len(sheet.rows)) for sheet in sheets] == [
        (1, 1, 120, 120),
        (2, 121, 240, 120),
        (3, 241, 300, 60),
    ]
    parts = parts_of(sheets + sheets_of([row] * 30, reader=world.owner, holder=world.owner))
    assert [[sheet.pages for sheet in part] for part in parts] == [[20], [20], [10, 5]]


def test_forty_doors_take_no_more_pages_than_was_thought(world, tmp_path):
    for number in range(40):
        world.door(
            100 * (number // 2 + 1) + number % 2 + 1,
            building=f"{number // 4 + 1}栋",
            address=f"花果路1号{number // 4 + 1}栋{number}室",
            address_key=f"{number}",
        )
    campaign = world.campaign()
    for door in world.doors:
        world.give(campaign, door, world.owner)
    rows = list(doors_to_do(world.owner, campaign, officer=world.owner, due=None))
    (sheet,) = sheets_of(rows, reader=world.owner, holder=world.owner)
    drawn = draw(walk_list_html(sheet, campaign, printer=world.owner, language="zh-hans", at=NOW), "x")
    assert drawn.pages <= sheet.pages
    text = text_of(drawn.content, tmp_path)
    assert all(row.frame_door.code in text for row in rows)
    assert f"第{drawn.pages}页共{drawn.pages}页" in re.sub(r"\s", "", text)


def test_a_file_for_several_officers_counts_the_pages_of_each(world, campaign, tmp_path):
    Assignment.objects.unscoped("test").filter(premises=world.doors[0]).update(officer=world.colleague)
    walk_list = ask_walk_list(
        campaign=campaign, unit=world.station, officer=None, language="zh-hans", by=world.chief, at=NOW
    )
    draw_walk_list(walk_list=walk_list, at=NOW)
    part = walk_list.parts.get()
    assert (part.badges, part.pages, walk_list.doors) == ("T0102 T0103", 2, 3)
    assert re.sub(r"\s", "", text_of(Path(part.file.path).read_bytes(), tmp_path)).count("第1页共1页") == 2


def test_the_number_of_queries_does_not_grow_with_the_doors(world, campaign, django_assert_max_num_queries):
    with django_assert_max_num_queries(5):
        html_of(world, campaign, world.owner)
    for number in range(401, 409):
        door = world.door(number)
        frame = FrameDoor.objects.create(
            campaign=campaign, premises=door, unit=door.unit, area=door.area, kind=door.kind, walk_key=door.walk_key
        )
        assert frame.code
        world.give(campaign, door, world.owner)
    with django_assert_max_num_queries(5):
        html_of(world, campaign, world.owner)


def test_asked_twice_it_is_the_same_list_and_later_a_new_one(world, campaign):
    asked = {"campaign": campaign, "unit": world.station, "officer": world.owner, "language": "en", "by": world.owner}
    first = ask_walk_list(**asked, at=NOW)
    assert ask_walk_list(**asked, at=NOW + timedelta(seconds=5)) == first
    assert ask_walk_list(**asked, at=NOW + timedelta(minutes=5)) != first


def test_no_doors_and_a_closed_campaign_are_answered_in_words(world, campaign):
    from campaigns.actions import close_campaign

    asked = {"unit": world.station, "language": "zh-hans", "by": world.chief, "at": NOW}
    with pytest.raises(Refusal) as caught:
        ask_walk_list(campaign=campaign, officer=world.colleague, **asked)
    assert caught.value.code == "no_doors"
    with pytest.raises(Refusal) as caught:
        ask_walk_list(campaign=campaign, officer=None, due_by=TODAY - timedelta(days=9), **asked)
    assert caught.value.code == "no_doors"
    campaign.refresh_from_db()
    closed = close_campaign(campaign=campaign, version=campaign.version, by=world.desk, at=NOW)
    with pytest.raises(Refusal) as caught:
        ask_walk_list(campaign=closed, officer=None, **asked)
    assert caught.value.code == "campaign_not_open"


def test_a_list_is_forgotten_after_a_day(world, campaign, client):
    client.force_login(world.owner)
    page = client.post(
        "/reports/papers/walk-lists/",
        {"campaign": campaign.pk, "unit": world.station.pk, "officer": world.owner.pk},
        follow=True,
    )
    walk_list = WalkList.objects.unscoped("test").get()
    assert page.redirect_chain[-1][0] == f"/reports/papers/walk-lists/{walk_list.pk}/"
    address = f"/reports/papers/walk-lists/{walk_list.pk}/1/"
    assert b"".join(client.get(address).streaming_content).startswith(b"%PDF")
    kept = Path(walk_list.parts.get().file.path)
    assert forget_old_lists(at=NOW + timedelta(hours=23)) == 0
    assert forget_old_lists(at=NOW + timedelta(hours=25)) == 1
    assert not kept.exists()
    assert client.get(address).status_code == 410


def test_who_waits_longer_than_usual_is_told_what_may_be_wrong(world, campaign, client):
    walk_list = ask_walk_list(
        campaign=campaign, unit=world.station, officer=world.owner, language="en", by=world.owner, at=NOW
    )
    client.force_login(world.owner)
    address, said = f"/reports/papers/walk-lists/{walk_list.pk}/", "后台任务可能没有运行"
    assert said not in client.get(address).content.decode()
    WalkList.objects.unscoped("test").update(asked_at=NOW - timedelta(minutes=2))
    assert said in client.get(address).content.decode()


def test_a_list_opens_for_whoever_asked_for_it_alone(world, campaign, client):
    walk_list = ask_walk_list(
        campaign=campaign, unit=world.station, officer=world.owner, language="en", by=world.owner, at=NOW
    )
    WalkListPart.objects.create(walk_list=walk_list, number=1, badges="", pages=1, sha256="")
    for reader in (world.colleague, world.chief, world.desk):
        client.force_login(reader)
        for address in (f"/reports/papers/walk-lists/{walk_list.pk}/", f"/reports/papers/walk-lists/{walk_list.pk}/1/"):
            assert client.get(address).status_code == 404


# -- forms --


def test_a_filled_form_says_what_the_record_says(world, campaign):
    findings = (
        FindingReport(kind="dispute", category="neighbour", line="楼上漏水，两家争吵"),
        FindingReport(kind="clue", category="theft", line="不能印在纸上的线索"),
    )
    visit = log(world, met(world.doors[0], people_met=2, findings=findings, diary="约周五再谈")).visit
    with translation.override("zh-hans"):
        html = filled(visit_form(facts_of_visit(visit, world.owner), "household"), world.owner)
    frame = FrameDoor.objects.unscoped("test").get(premises=world.doors[0])
    for word in ("走访情况登记表（住户）", frame.code, "周秀英", "199****0301", "楼上漏水，两家争吵", "约周五再谈"):
        assert word in html
    assert "不能印在纸上的线索" not in html and "19900000301" not in html
    assert '<span class="t on"><i>✓</i>见到了</span>' in html


def test_the_supervisor_s_copy_is_masked_and_a_stranger_gets_none(world, campaign, client):
    visit = log(world, met(world.doors[0])).visit
    with translation.override("en"):
        html = filled(visit_form(facts_of_visit(visit, world.chief), "household"), world.chief, "en")
    assert "周**" in html and "周秀" not in html and "0301" not in html.replace("301室", "")
    for reader in (world.stranger, world.other_chief, world.colleague):
        client.force_login(reader)
        assert client.post(f"/reports/papers/visits/{visit.pk}/").status_code == 404


def test_a_tracking_form_shows_parties_to_who_works_on_the_case(world, campaign, client):
    from disputes.registering import PartyFacts
    from tests.disputes.steps import registered

    case = registered(
        kind="dispute",
        category="neighbour",
        title="漏水",
        premises=world.doors[0],
        campaign=campaign,
        by=world.owner,
        at=NOW,
        parties=[PartyFacts("钱骉猋", phone="19900009999", consented=True)],
    )
    case = Case.objects.unscoped("test").get(pk=case.pk)
    with translation.override("zh-hans"):
        mine = filled(dispute_form(case, reader=world.owner), world.owner)
        theirs = filled(dispute_form(case, reader=world.leader), world.leader)
    assert "钱骉猋" in mine and "199****9999" in mine and case.number in mine
    assert "骉猋" not in theirs and "钱**" in theirs and "9999" not in theirs
    client.force_login(world.other_chief)
    assert client.post(f"/reports/papers/cases/{case.pk}/").status_code == 404


@pytest.mark.parametrize("kind", Premises.Kind.values)
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_a_blank_form_leaves_every_line_to_the_pen(world, campaign, kind, language):
    with translation.override(language):
        html = filled(visit_form(Facts(campaign=campaign, officer=world.owner), kind), world.owner, language)
    assert "✓" not in html and "周秀" not in html
    assert html.count('class="section"') >= 4


def test_a_form_for_a_door_carries_its_address_and_code(world, campaign):
    with translation.override("zh-hans"):
        own = filled(visit_form(facts_of_door(world.doors[0], campaign, world.owner), "household"), world.owner)
        theirs = filled(visit_form(facts_of_door(world.doors[0], campaign, world.colleague), "household"), world.owner)
    assert "花果路1号5栋2单元301室" in own and "周秀英" in own
    assert "花果路1号5栋2单元301室" in theirs and "周秀" not in theirs and "****" not in theirs


def test_hostile_and_long_texts_are_printed_as_text(world, campaign, tmp_path):
    world.doors[0].name = HOSTILE
    world.doors[0].save()
    visit = log(world, met(world.doors[0], diary=(HOSTILE + "很长的话" * 80)[:300])).visit
    with translation.override("zh-hans"):
        html = filled(visit_form(facts_of_visit(visit, world.owner), "household"), world.owner)
    assert "<script>" not in html
    drawn = draw(html, "x")
    assert drawn.pages <= 2 and "alert(1)" in text_of(drawn.content, tmp_path)


def test_forms_and_slips_come_at_once_and_leave_nothing_on_the_disk(world, campaign, client):
    client.force_login(world.owner)
    visit = log(world, met(world.doors[0])).visit
    for address, sent in (
        ("/reports/papers/forms/", {"form": "household"}),
        ("/reports/papers/forms/", {"form": "business", "campaign": campaign.pk}),
        ("/reports/papers/forms/", {"form": "dispute", "door": world.doors[0].pk}),
        ("/reports/papers/slips/", {"campaign": campaign.pk, "sheets": "2"}),
        (f"/reports/papers/visits/{visit.pk}/", {}),
    ):
        answer = client.post(address, sent)
        assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf"), address
        assert answer.content.startswith(b"%PDF")
    assert not WalkListPart.objects.exists()


@pytest.mark.parametrize(
    "sent", [{"form": "x"}, {"form": "household", "door": "999999"}, {"form": "household", "campaign": "999"}, {}]
)
def test_what_was_never_offered_is_not_found(world, campaign, client, sent):
    client.force_login(world.owner)
    assert client.post("/reports/papers/forms/", sent).status_code == 404


def test_a_slip_names_the_officer_and_no_resident(world, campaign):
    world.station.phone = "0719-8888000"
    world.station.save()
    html = slips_html(campaign, officer=world.owner, sheets=1, printer=world.owner, language="zh-hans", at=NOW)
    assert html.count("走访未遇告知单") == 4
    for word in ("周明", "T0102", "0719-8888000", "2026 冬季大走访"):
        assert word in html
    assert "周秀" not in html


def test_only_the_house_s_fonts_are_in_a_form(world, campaign, tmp_path):
    with translation.override("zh-hans"):
        html = filled(dispute_form(None, reader=world.owner), world.owner)
    file = tmp_path / "x.pdf"
    file.write_bytes(draw(html, "x").content)
    fonts = subprocess.run(["pdffonts", str(file)], capture_output=True, check=True).stdout.decode()
    assert set(re.findall(r"\+(\S+?)(?:-Bold)?\s", fonts)) <= {"Doorstep-Sans", "Doorstep-Serif"}


# -- the page --


def test_the_desk_finds_everybody_s_list_and_the_officer_their_own(world, campaign, client):
    client.force_login(world.chief)
    page = client.get("/reports/papers/").content.decode()
    assert "周明" in page and f'value="{world.owner.pk}"' in page
    client.force_login(world.owner)
    page = client.get("/reports/papers/").content.decode()
    assert "我的：待走访 3 户" in page and "何川" not in page
    client.force_login(world.leader)
    assert client.get("/reports/papers/").status_code == 200
    client.force_login(world.admin)
    assert client.get("/reports/papers/").status_code == 403


def test_a_forged_officer_or_unit_prints_nothing(world, campaign, client):
    client.force_login(world.owner)
    for sent in (
        {"campaign": campaign.pk, "unit": world.station.pk, "officer": world.colleague.pk},
        {"campaign": campaign.pk, "unit": world.other_station.pk},
        {"campaign": campaign.pk, "unit": world.station.pk},
        {"campaign": "0", "unit": world.station.pk, "officer": world.owner.pk},
    ):
        assert client.post("/reports/papers/walk-lists/", sent).status_code in {403, 404}
    assert not WalkList.objects.unscoped("test").exists()
