"""What the desk is refused on its pages: said there in the reader's language, the choice kept, nothing written."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from accounts.models import Officer
from campaigns import actions
from campaigns.board import Way
from campaigns.models import Assignment, Campaign, FrameDoor, ShareOut
from tests.campaigns.steps import AREA, building
from tests.forms import form_at
from tests.world import NOW, TODAY, World

LANGUAGES = ("en", "zh-hans")
KEY = f"{AREA}|花果路1号 1栋"


def desk_in(language: str, officer: Officer) -> Client:
    client = Client(headers={"accept-language": language}, raise_request_exception=False)
    client.force_login(officer)
    return client


def alert_of(answer: HttpResponse) -> str:
    found = re.search(r'role="alert" id="missing"[^>]*>(.*?)</ul>', answer.content.decode(), re.S)
    return found[1] if found else ""


@pytest.fixture
def street(world: World) -> Campaign:
    building(world, "1栋", 4)
    building(world, "2栋", 4)
    return world.campaign()


class Board:
    """The share-out page of a station in the chief's browser: one building picked for one person."""

    def __init__(self, world: World, campaign: Campaign, language: str) -> None:
        self.client = desk_in(language, world.chief)
        self.address = reverse("admin:campaigns_share_out", args=[campaign.pk])
        self.unit = world.station.pk

    def show(self, to: Officer) -> dict[str, Any]:
        """What the page would send, when its button is pressed."""
        choice = {"unit": self.unit, "way": Way.HAND, "seen": Way.HAND, "to": to.pk, "pick": [KEY], "show": ""}
        answer = self.client.post(self.address, choice)
        assert answer.status_code == 200
        # Somebody whom the list does not offer is put in by hand, as a forged form would.
        return {**form_at(answer, self.address).fields, "to": to.pk}

    def confirm(self, sent: dict[str, Any]) -> HttpResponse:
        return self.client.post(self.address, {**sent, "confirm": ""})


def nothing_was_written() -> bool:
    return not ShareOut.objects.unscoped("test").exists() and not Assignment.objects.unscoped("test").exists()


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", "Doors are shared out while the campaign is open."), ("zh-hans", "活动开展期间才能分户。")],
)
def test_doors_of_a_campaign_that_was_closed_meanwhile_stay(
    world: World, street: Campaign, language: str, words: str
) -> None:
    board = Board(world, street, language)
    sent = board.show(world.colleague)
    actions.close_campaign(campaign=street, version=street.version, by=world.desk, at=NOW)
    answer = board.confirm(sent)
    assert answer.status_code == 409
    assert words in alert_of(answer), alert_of(answer)
    back = form_at(answer, board.address).fields
    assert (back["way"], back["to"], back["pick"]) == ([Way.HAND], [str(world.colleague.pk)], [KEY])
    assert nothing_was_written()


GONE: dict[str, dict[str, Any]] = {
    "left the house": {"left_on": TODAY},
    "whose account ended": {"is_active": False},
}


@pytest.mark.parametrize("gone", GONE)
@pytest.mark.parametrize(
    ("language", "stale", "none"),
    [
        ("en", "Something changed since you opened the board", "Nothing to share out this way."),
        ("zh-hans", "打开页面后情况有变", "没有可分的户"),
    ],
)
def test_somebody_who_is_gone_is_given_no_door(
    world: World, street: Campaign, language: str, stale: str, none: str, gone: str
) -> None:
    """From a board of before they went, and from one that was asked for their sake afterwards."""
    board = Board(world, street, language)
    before = board.show(world.colleague)
    Officer.objects.unscoped("test").filter(pk=world.colleague.pk).update(**GONE[gone])
    answer = board.confirm(before)
    assert (answer.status_code, stale in alert_of(answer)) == (409, True), alert_of(answer)
    assert form_at(answer, board.address).fields["pick"] == [KEY]
    answer = board.confirm(board.show(world.colleague))
    assert (answer.status_code, none in alert_of(answer)) == (422, True), alert_of(answer)
    assert form_at(answer, board.address).fields["pick"] == [KEY]
    assert nothing_was_written()
    # The test can tell: somebody who is there is given them.
    assert board.confirm(board.show(world.owner)).status_code == 302
    assert set(Assignment.objects.unscoped("test").values_list("officer_id", flat=True)) == {world.owner.pk}


@pytest.mark.parametrize("language", LANGUAGES)
def test_doors_and_people_of_another_station_are_not_shared_out(world: World, street: Campaign, language: str) -> None:
    """A forged key of their building, and somebody of theirs: neither stands on this station's board."""
    there = {"unit": world.other_station, "area": world.areas["420303002001"], "street": "车城路1号", "building": "9栋"}
    theirs = world.door(901, **there, address="9-901", address_key="9-901", walk_key="9/901")
    FrameDoor.objects.create(
        campaign=street, premises=theirs, unit=theirs.unit, area=theirs.area, kind=theirs.kind,
        building="车城路1号 9栋", walk_key=theirs.walk_key,
    )  # fmt: skip
    board = Board(world, street, language)
    picked = {**board.show(world.owner), "pick": [f"{theirs.area_id}|车城路1号 9栋"]}
    refused: list[Callable[[], HttpResponse]] = [
        lambda: board.confirm(picked),
        lambda: board.confirm(board.show(world.stranger)),
        lambda: board.client.post(board.address, {**picked, "unit": world.other_station.pk, "confirm": ""}),
    ]
    assert [press().status_code for press in refused] == [409, 422, 404]
    assert nothing_was_written()


OPENED = {
    "without communities": (lambda draft: draft.areas.clear(), "Choose the communities", "请先选择"),
    "without a notice": (
        lambda draft: Campaign.objects.unscoped("test").filter(pk=draft.pk).update(notice_text=" "),
        "Fill in first",
        "请先填写",
    ),
}


@pytest.mark.parametrize("case", OPENED)
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_campaign_that_is_not_complete_is_not_opened(world: World, case: str, language: str) -> None:
    """Said where it would be opened; and sent all the same, by a page of before, it is said again."""
    spoil, en, zh = OPENED[case]
    world.door(101)
    draft = world.draft(unit=world.station, areas=[world.areas[AREA]], by=world.chief)
    address = reverse("admin:campaigns_campaign_move", args=[draft.pk, "open"])
    client = desk_in(language, world.chief)
    sent = form_at(client.get(address), address).fields
    spoil(draft)
    words = en if language == "en" else zh
    assert words in client.get(address).content.decode()
    answer = client.post(address, sent, follow=True)
    assert words in answer.content.decode()
    kept = Campaign.objects.unscoped("test").get(pk=draft.pk)
    assert (kept.state, kept.frame_count) == (Campaign.State.DRAFT, 0)
