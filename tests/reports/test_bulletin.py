"""The bulletin text: today's figures and those to date, as of a moment, for a unit within reach, in both languages."""

from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django.test import Client
from django.utils import translation

from reports.bulletin import bulletin
from reports.figures import units_in_reach
from tests.disputes.steps import registered
from tests.reports.test_brief import campaign, visit
from tests.world import NOW, TODAY, World
from visits.outreach.actions import Facts, record_outreach

__all__ = ["campaign"]
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


def text_of(world: World, campaign, by=None, language="zh-hans", as_of=NOW + HOUR) -> str:
    by = by or world.desk
    units = units_in_reach(by, campaign.unit)
    with translation.override(language):
        return bulletin(campaign=campaign, unit=units[0], units=units, as_of=as_of)


@pytest.fixture
def worked(world: World, campaign):
    """Yesterday a household; today a household twice, an enterprise, nobody in; a dispute settled at once, a hazard."""
    visit(world, world.doors[0], NOW - DAY)
    visit(world, world.doors[1])
    visit(world, world.doors[1], NOW + timedelta(minutes=5))
    visit(world, world.doors[4])
    visit(world, world.doors[2], outcome="nobody_in")
    found = {"premises": world.doors[1], "campaign": campaign, "by": world.owner, "at": NOW}
    registered(kind="dispute", category="debt", title="借款", on_spot=True, **found)
    registered(kind="hazard", category="fire", title="堆物", **found)
    return campaign


def test_it_says_the_day_and_the_running_total_in_the_words_of_such_bulletins(world, worked):
    assert text_of(world, worked) == (
        "【2026 冬季大走访】截至11月18日11时00分，张湾区公安分局今日走访住户 1 户、门店 0 家、企事业单位 1 家，6 人次；"
        "累计走访住户 2 户、门店 0 家、企事业单位 1 家，走访率 50.0%（2/4）。"
        "今日排查纠纷 1 起，累计排查 1 起、化解 1 起（其中销号 0 起）。"
        "今日发现隐患 1 处，累计发现 1 处、整改 0 处。"
    )


def test_in_english_it_says_the_same(world, worked):
    assert text_of(world, worked, language="en") == (
        "[2026 冬季大走访] As of 18 November, 11:00, 张湾区公安分局 visited today: households 1, shops 0, enterprises and "
        "institutions 1, person-times 6; to date: households 2, shops 0, enterprises and institutions 1, visit rate 50.0% "
        "(2/4). Disputes found today 1, to date 1; resolved 1 (struck off: 0). Hazards found today 1, to date 1; "
        "rectified 0."
    )


def test_a_campaign_without_a_visit_says_so(world, campaign):
    assert text_of(world, campaign) == "【2026 冬季大走访】截至11月18日11时00分，张湾区公安分局尚未开展入户走访。"
    assert "has not visited a door yet" in text_of(world, campaign, language="en")


def test_what_happened_after_the_moment_is_not_in_it(world, worked):
    earlier = text_of(world, worked, as_of=NOW - HOUR)
    assert "今日走访住户 0 户" in earlier and "累计走访住户 1 户" in earlier
    assert "纠纷" not in earlier


def test_the_next_morning_begins_at_nought_and_keeps_the_total(world, worked):
    text = text_of(world, worked, as_of=NOW + DAY)
    assert "今日走访住户 0 户" in text and "累计走访住户 2 户" in text


def test_outreach_and_materials_follow_when_there_are_any(world, worked):
    facts = Facts(
        kind="lesson", area=world.areas["420303001001"], place="小学", held_on=TODAY, people_reached=320,
        handed={"handbook": 1200},
    )  # fmt: skip
    record_outreach(campaign=worked, facts=facts, client_id=uuid4(), by=world.chief, at=NOW)
    assert text_of(world, worked).endswith("开展宣传活动 1 场、受众 320 人次。发放宣传品 1,200 份。")


def test_a_chief_sends_the_station_s_own_and_a_leader_chooses_a_unit(world, worked):
    assert "红卫派出所尚未开展" in text_of(world, worked, by=world.other_chief)
    address = f"/reports/campaigns/{worked.pk}/bulletin/"

    def page(officer, **query):
        client = Client(headers={"accept-language": "zh-hans"})
        with time_machine.travel(NOW + HOUR, tick=False):
            client.force_login(officer, backend="accounts.backends.BadgeBackend")
            return client.get(address, query)

    assert "花果派出所今日走访住户 1 户" in page(world.leader, unit=world.station.pk).content.decode()
    assert "红卫派出所尚未开展" in page(world.leader, unit=world.other_station.pk).content.decode()
    assert page(world.chief, unit=world.other_station.pk).status_code == 404
    assert page(world.chief, unit="x").status_code == 404
    assert page(world.owner).status_code == 403
