"""Pictures: drawn from the indicators, readable without colour, a table beside each, nothing inline."""

import re
import subprocess
from datetime import timedelta
from xml.etree import ElementTree

import pytest
from django.template.loader import render_to_string
from django.utils import translation

from reports.brief import Brief
from reports.charts import PLOT, TOP, WIDTH, charts_of, columns, scale, shares
from reports.figures import compute, plan_percent, units_in_reach
from reports.pdf import brief_html, draw
from tests.reports.test_brief import campaign, frozen, visit
from tests.world import NOW, TODAY, World

__all__ = ["campaign"]
DAY = timedelta(days=1)
SVG = "{http://www.w3.org/2000/svg}"


def figures_of(world: World, campaign, by=None) -> dict:
    by = by or world.desk
    return compute(
        campaign=campaign, units=units_in_reach(by, campaign.unit), first=TODAY - 2 * DAY, last=TODAY, today=TODAY
    )


def drawn(chart, font="Noto Sans SC") -> ElementTree.Element:
    text = render_to_string(chart.drawing.template, {"chart": chart, "font": font})
    return ElementTree.fromstring(text.strip())  # noqa: S314 - our own template


def test_a_household_counts_once_in_each_week_and_a_week_without_visits_stands_empty(world, campaign):
    for at in (NOW, NOW - DAY, NOW - 14 * DAY):
        visit(world, world.doors[0], at)
    visit(world, world.doors[1], outcome="nobody_in")
    visit(world, world.doors[4])
    weeks = figures_of(world, campaign)["weeks"]
    assert [(week["starts"], week["number"]) for week in weeks] == [
        ("2026-11-02", 1),
        ("2026-11-09", 2),
        ("2026-11-16", 3),
    ]
    assert [week["households"] for week in weeks] == [1, 0, 1]
    assert [(week["met"], week["attempts"]) for week in weeks] == [(1, 1), (0, 0), (3, 4)]


def test_kinds_count_the_frame_and_what_was_visited_of_it(world, campaign):
    visit(world, world.doors[0])
    visit(world, world.doors[4])
    kinds = {row["kind"]: (row["visited"], row["over"]) for row in figures_of(world, campaign)["kinds"]}
    assert kinds == {"household": (1, 4), "enterprise": (1, 1)}


@pytest.mark.parametrize("highest", [0, 1, 3, 4, 5, 6, 9, 10, 11, 99, 170, 203, 1640, 40_000, 999_999])
def test_a_scale_holds_its_highest_value_in_few_round_steps(highest):
    top, step = scale(highest)
    assert top >= highest
    assert top % step == 0
    assert 1 <= top // step <= 5
    assert str(step).rstrip("0") in {"1", "2", "5"}


def test_columns_stand_on_the_scale_and_never_leave_the_picture():
    many = columns([0, 50, 100, *range(30)], [str(n) for n in range(33)])
    assert [column.height for column in many.columns[:3]] == [0, PLOT / 2, PLOT]
    assert all(column.x >= 0 and column.x + column.width <= WIDTH and column.y >= TOP for column in many.columns)
    assert many.columns[2].value == "100" and many.columns[3].value == "", "only the highest where there is no room"
    assert columns([], []).columns == []


def test_a_share_fills_as_much_of_its_bar_as_it_is_and_of_nothing_nothing():
    picture = shares([("a", 1, 4, False), ("b", 0, 0, False), ("c", 7, 5, True)])
    assert [row.width / picture.full for row in picture.rows] == pytest.approx([0.25, 0, 1], abs=0.001)
    assert picture.rows[1].counts == "0/0 · –"


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_picture_names_itself_its_font_and_its_values(world, campaign, language):
    visit(world, world.doors[0])
    with translation.override(language):
        found = charts_of(Brief(figures_of(world, campaign)))
        assert [chart.code for chart in found] == ["weeks", "kinds", "bands", "stations"]
        for chart in found:
            root = drawn(chart)
            assert (root.get("role"), root.get("font-family")) == ("img", "Noto Sans SC")
            title = root.find(f"{SVG}title")
            assert title is not None and title.text == chart.title and title.get("id") == root.get("aria-labelledby")
            assert {node.tag.removeprefix(SVG) for node in root.iter()} <= {"svg", "title", "text", "rect", "line"}
            assert not [
                node for node in root.iter() if "style" in node.attrib or ("class" in node.attrib and node != root)
            ]
            assert all(len(row) == len(chart.headings) for row in chart.rows)
        said = " ".join(drawn(found[1]).itertext())
        assert "1/4 · 25.0%" in said


def test_below_the_plan_is_said_with_a_mark_and_from_thirty_doors_on(world, campaign):
    figures = figures_of(world, campaign)
    figures["stations"][0] |= {"households_visited_over": 40, "households_visited_numerator": 20, "below_plan": True}
    stations = charts_of(Brief(figures))[-1]
    assert stations.rows[0][-1] == "▲ 50.0%"
    assert "▲" in "".join(drawn(stations).itertext())


def test_the_plan_grows_with_the_campaign_s_days_up_to_eighty_of_a_hundred(world, campaign):
    first, days = campaign.starts_on, (campaign.ends_on - campaign.starts_on).days + 1
    by_day = [plan_percent(campaign, day := first + number * DAY, day) for number in range(-1, days + 1)]
    assert by_day[0] == 0 and by_day[1] == 100 // days
    assert by_day[days // 2] == 100 * (days // 2) // days
    assert max(by_day) == by_day[-1] == 80


def test_the_plan_of_days_to_come_asks_for_what_today_s_plan_asks(world, campaign):
    reach = units_in_reach(world.desk, campaign.unit)
    plans = [
        compute(campaign=campaign, units=reach, first=TODAY, last=last, today=TODAY)["plan"]
        for last in (TODAY, TODAY + 14 * DAY, campaign.ends_on)
    ]
    assert plans == [29, 29, 29]


def test_who_keeps_up_with_the_days_is_not_below_the_plan_and_the_legend_says_with_what_it_compares(
    world, campaign, monkeypatch
):
    """Seventeen of fifty-seven days have passed: one of four doors is behind, two of four are not, 80 of a hundred or no."""
    monkeypatch.setattr("reports.figures.ENOUGH", 4)
    marks = []
    for door in world.doors[:2]:
        visit(world, door)
        figures = figures_of(world, campaign)
        marks.append((figures["plan"], figures["stations"][0]["below_plan"]))
    assert marks == [(29, True), (29, False)]
    with translation.override("en"):
        said = charts_of(Brief(figures))[-1].note
    assert "the plan, 29% (the share of the campaign's days that had passed, at most 80%)" in said


def test_figures_frozen_before_say_the_plan_that_they_were_compared_with(world, campaign):
    figures = figures_of(world, campaign)
    del figures["plan"]
    visit(world, world.doors[0])
    assert Brief(figures).plan_said == "80%"
    assert "80%" in charts_of(Brief(figures))[-1].note


def test_a_brief_of_before_there_were_weeks_shows_the_pictures_it_has_figures_for(world, campaign):
    figures = figures_of(world, campaign)
    del figures["weeks"], figures["kinds"]
    visit(world, world.doors[0])
    assert [chart.code for chart in charts_of(Brief(figures))] == ["stations"]


def test_a_chief_s_pictures_show_that_station_alone(world, campaign, client):
    visit(world, world.doors[0])
    client.force_login(world.other_chief, backend="accounts.backends.BadgeBackend")
    page = client.get(f"/reports/campaigns/{campaign.pk}/", headers={"accept-language": "zh-hans"}).content.decode()
    assert page.count("<svg xmlns") >= 2
    assert "红卫派出所" in page and "花果派出所" not in page


def test_the_pictures_are_on_paper_after_page_one_in_our_own_font(world, campaign, tmp_path):
    visit(world, world.doors[0])
    for language, words in (("zh-hans", "逐周走访住户"), ("en", "Households visited, week by week")):
        file = tmp_path / f"{language}.pdf"
        html = brief_html(frozen(world, campaign, issue=len(language)), language=language, badge="T0001", number=1)
        file.write_bytes(draw(html, "x").content)
        text = subprocess.run(["pdftotext", str(file), "-"], capture_output=True, check=True).stdout.decode()
        first, second, *_rest = text.split("\f")
        assert words in second and words not in first
        fonts = subprocess.run(["pdffonts", str(file)], capture_output=True, check=True).stdout.decode()
        assert set(re.findall(r"\+(\S+?)(?:-Bold)?\s", fonts)) <= {"Doorstep-Sans", "Doorstep-Serif"}
