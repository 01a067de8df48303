"""An officer's round on a phone, in a real browser: with scripts, without them, and with a line that breaks."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from registry.models import Premises
from tests.browsing import DESK, PHONE, press, settled
from tests.world import World
from visits.models import Visit

SMALL = {**PHONE, "viewport": {"width": 360, "height": 740}}
SCREENS = [PHONE, SMALL, DESK]
# What a finger must hit: everything that can be tapped, but for links inside a line of text.
TOO_SMALL = """() => [...document.querySelectorAll('a, button, label.choice, select, textarea, input')]
  .filter(e => e.offsetParent && !e.matches('.pick, [type=hidden], .tickbox input') && !e.closest('p, li:not(.door-row)'))
  .filter(e => { const r = e.getBoundingClientRect(); return r.width > 1 && (r.height < 44 || r.width < 44) })
  .map(e => e.outerHTML.slice(0, 90))"""

# Of yes or no, asked at every household.
QUESTIONS = 2

pytestmark = pytest.mark.django_db(transaction=True)
PageAs = Callable[..., Page]


@pytest.fixture
def doors(world: World) -> list[Premises]:
    found = [world.door(number) for number in (301, 302, 401)]
    campaign = world.campaign()
    campaign.questions.exclude(type="yes_no").update(required=False)
    for rank, door in enumerate(found):
        world.give(campaign, door, world.owner, rank=rank)
    return found


def outcomes() -> list[str]:
    rows = Visit.objects.unscoped("test").standing().order_by("pk")
    return list(rows.values_list("outcome", flat=True))


def time_stands_still(page: Page) -> None:
    """Scripts of this page meet no time but that of `page.clock`, and its style sheets meet none."""
    page.clock.install(time=0)
    page.clock.pause_at(1)
    styles = page.context.new_cdp_session(page)
    styles.send("Animation.enable")
    styles.send("Animation.setPlaybackRate", {"playbackRate": 0})


def answer_all(page: Page) -> None:
    answers = page.locator("[data-questions] .question label[for$='-no']")
    expect(answers).to_have_count(QUESTIONS)
    for answer in answers.all():
        answer.click()


def plain_visit(page: Page) -> None:
    """Met, where, no change, the whole set; saving is the fifth tap."""
    for choice in ("outcome-met", "place-home", "facts-same", "topics-whole"):
        page.locator(f"label[for={choice}]").click()


@pytest.mark.parametrize("scripts", [True, False])
def test_five_taps_log_a_plain_visit_and_open_the_next_door(
    world: World, doors: list[Premises], page_as: PageAs, scripts: bool
) -> None:
    page = page_as(world.owner, "/round/", scripts=scripts)
    press(page.get_by_role("link", name="301"))
    plain_visit(page)
    answer_all(page)
    page.locator("button[name=declared][value='1']:visible").click()
    page.wait_for_url(f"**/doors/{doors[1].pk}/?saved=*")
    expect(page.locator(".note-good")).to_be_visible()
    assert outcomes() == ["completed"]


@pytest.mark.parametrize("scripts", [True, False])
def test_nobody_in_is_one_tap_and_one_more_takes_it_back(
    world: World, doors: list[Premises], page_as: PageAs, scripts: bool
) -> None:
    page = page_as(world.owner, "/round/", scripts=scripts)
    if scripts:
        time_stands_still(page)
    page.locator(f"#door-{doors[1].pk} .out").click()
    expect(page.locator(".snack")).to_be_visible()
    assert outcomes() == ["nobody_in"]
    page.locator(".snack button").click()
    expect(page.locator(f"#door-{doors[1].pk} .out")).to_be_visible()
    expect(page.locator(".snack")).to_have_count(0)
    assert outcomes() == []


def test_the_undo_goes_by_itself_after_five_seconds(world: World, doors: list[Premises], page_as: PageAs) -> None:
    page = page_as(world.owner, "/round/")
    time_stands_still(page)
    page.locator(f"#door-{doors[0].pk} .out").click()
    expect(page.locator(".snack")).to_be_visible()
    expect(page.locator(".snack [data-seconds]")).to_have_text("5 秒")
    page.clock.run_for(4_000)
    expect(page.locator(".snack [data-seconds]")).to_have_text("1 秒")
    page.clock.run_for(1_000)
    expect(page.locator(".snack")).to_have_count(0)
    assert outcomes() == ["nobody_in"]


def test_a_broken_line_keeps_the_form_and_the_next_press_saves_once(
    world: World, doors: list[Premises], page_as: PageAs
) -> None:
    page = page_as(world.owner, f"/doors/{doors[0].pk}/")
    plain_visit(page)
    answer_all(page)
    save = page.locator("button[name=declared][value='1']")
    page.context.set_offline(True)
    save.click()
    expect(page.locator("#retry")).to_be_visible()
    expect(page.locator("#place-home")).to_be_checked()
    page.context.set_offline(False)
    save.click()
    page.wait_for_url(f"**/doors/{doors[1].pk}/?saved=*")
    assert outcomes() == ["completed"]


def test_an_ended_session_keeps_the_form_until_one_is_signed_in_again(
    world: World, doors: list[Premises], page_as: PageAs
) -> None:
    page = page_as(world.owner, f"/doors/{doors[0].pk}/")
    plain_visit(page)
    answer_all(page)
    session = page.context.cookies()
    page.context.clear_cookies()
    save = page.locator("button[name=declared][value='1']")
    save.click()
    expect(page.locator("#signed-out")).to_be_visible()
    expect(page.locator("#retry")).to_be_hidden()
    page.context.add_cookies([cookie for cookie in session if cookie["name"] == "sessionid"])
    save.click()
    page.wait_for_url(f"**/doors/{doors[1].pk}/?saved=*")
    assert outcomes() == ["completed"]


@pytest.mark.parametrize("scripts", [True, False])
def test_what_is_missing_is_said_at_its_place_and_nothing_typed_is_lost(
    world: World, doors: list[Premises], page_as: PageAs, scripts: bool
) -> None:
    page = page_as(world.owner, f"/doors/{doors[0].pk}/", scripts=scripts)
    plain_visit(page)
    page.locator("label.choice[for=f-hazard]").click()
    page.locator("[name=f_hazard_0_category]").select_option("fire")
    page.locator("[name=f_hazard_0_line]").fill("楼道堆物")
    page.locator("button[name=declared][value='1']").click()
    expect(page.locator(".question .error")).to_have_count(QUESTIONS)
    expect(page.locator("[name=f_hazard_0_line]")).to_have_value("楼道堆物")
    answer_all(page)
    page.locator("button[name=declared][value='1']").click()
    page.wait_for_url(f"**/doors/{doors[1].pk}/?saved=*")
    assert Visit.objects.unscoped("test").get().findings.get().case.title == "楼道堆物"


def test_not_given_asks_why(world: World, doors: list[Premises], page_as: PageAs) -> None:
    page = page_as(world.owner, f"/doors/{doors[0].pk}/")
    plain_visit(page)
    answer_all(page)
    page.locator("label.not-given.declares").click()
    expect(page.locator("button.declares")).to_be_hidden()
    page.locator("[name=not_given_why]").select_option("known")
    page.locator("button.only-not-given").click()
    page.wait_for_url(f"**/doors/{doors[1].pk}/?saved=*")
    visit = Visit.objects.unscoped("test").get()
    assert (visit.identity_shown, visit.not_given_why) == (False, "known")


def test_anything_but_met_ends_there(world: World, doors: list[Premises], page_as: PageAs) -> None:
    page = page_as(world.owner, f"/doors/{doors[0].pk}/")
    page.locator("label[for=outcome-other]").click()
    expect(page.locator("#at-findings")).to_be_hidden()
    page.locator("label[for=other-refused]").click()
    page.locator(".after-out .save").click()
    page.wait_for_url(f"**/doors/{doors[1].pk}/?saved=*")
    assert outcomes() == ["refused"]


@pytest.mark.parametrize("language", ["zh-CN", "en"])
@pytest.mark.parametrize("screen", SCREENS, ids=["phone", "small", "desk"])
def test_pages_can_be_used_by_everybody(
    world: World,
    doors: list[Premises],
    page_as: PageAs,
    axe: Callable[[Page], list[str]],
    screen: dict[str, Any],
    language: str,
) -> None:
    faults = []
    for path in ("/round/", f"/doors/{doors[0].pk}/", "/doors/new/", "/visits/", "/visits/receipts/", "/me/"):
        page = page_as(world.owner, path, screen=screen, language=language)
        if "doors/" in path and "new" not in path:
            plain_visit(page)
            page.locator("label.choice[for=f-hazard]").click()
            page.locator("label[for=more]").click()
        faults += [f"{path} {fault}" for fault in axe(page)]
        if settled(page).evaluate("document.documentElement.scrollWidth > innerWidth"):
            faults.append(f"{path} scrolls sideways")
        if screen is not DESK:
            faults += [f"{path} too small: {found}" for found in page.evaluate(TOO_SMALL)]
        page.context.close()
    assert faults == []


@pytest.mark.parametrize("scripts", [True, False])
def test_last_time_s_answers_are_one_tap(
    world: World, doors: list[Premises], page_as: PageAs, axe: Any, scripts: bool
) -> None:
    from datetime import timedelta

    from campaigns.models import Question
    from tests.visits.steps import log, met
    from tests.world import NOW

    asked = Question.objects.filter(required=True, kinds__contains=["household"])
    log(world, met(doors[0], answers={question.pk: "no" for question in asked}), at=NOW - timedelta(days=2))
    page = page_as(world.owner, f"/doors/{doors[0].pk}/", screen=SMALL, scripts=scripts)
    plain_visit(page)
    if scripts:
        assert axe(page) == []
        assert page.evaluate(TOO_SMALL) == []
    page.locator("label[for=as-last]").click()
    page.locator("button[name=declared][value='1']:visible").click()
    page.wait_for_url(f"**/doors/{doors[1].pk}/?saved=*")
    newest = Visit.objects.unscoped("test").latest("pk")
    assert [entry["as_last"] for entry in newest.answers] == [True] * asked.count()
