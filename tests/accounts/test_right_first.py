"""Who may not do it is told so, whatever became of the row meanwhile: a stale form is no way to ask who else was there."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.urls import reverse

from accounts.lifecycles import move
from accounts.refusals import Refusal
from campaigns.states import CAMPAIGN
from disputes import actions
from disputes.models import LedgerEntry
from disputes.states import CASE
from reports.actions import freeze_brief, type_brief
from tests.accounts.marked import Marked, client_of
from tests.disputes.steps import registered
from tests.standing import aside
from tests.world import NOW

STALE = 99
# Moves that nobody makes by a button.
BY_A_RETURN_VISIT = {"relapse_told", "reopen_told", "answered"}


@pytest.fixture(autouse=True)
def left_as_it_was(house: Marked) -> Iterator[None]:
    with aside():
        yield


def refused(make: Callable[..., Any], *args: Any, **kwargs: Any) -> tuple[str, int]:
    with pytest.raises(Refusal) as refusal:
        make(*args, **kwargs)
    return refusal.value.code, refusal.value.status


def test_a_campaign_s_move_without_the_right_is_403_before_it_is_stale(house: Marked) -> None:
    campaign, said = house.watched.campaign, {"at": NOW, "version": STALE}
    moves = [name for name, step in CAMPAIGN.moves.items() if step.sources]
    assert len(moves) >= 3
    for name in moves:
        assert refused(move, campaign, CAMPAIGN, name, by=house.world.chief, **said) == ("no_right", 403), name
        assert refused(move, campaign, CAMPAIGN, name, by=house.world.desk, **said) == ("stale", 409), name


def test_a_case_s_move_by_a_stranger_is_403_in_every_state_and_version(house: Marked) -> None:
    case = house.watched.spots["own"].case
    moves = [name for name, step in CASE.moves.items() if step.sources and name not in BY_A_RETURN_VISIT]
    assert len(moves) >= 18
    for name in moves:
        for version in (case.version, STALE):
            _code, status = refused(move, case, CASE, name, by=house.world.colleague, at=NOW, version=version)
            assert status == 403, name


def test_a_leader_who_only_looks_is_told_so_by_every_button_of_a_case(house: Marked) -> None:
    client = client_of(house.world.leader)
    case, party = house.watched.spots["own"].case, house.watched.spots["own"].party
    for version in (case.version, STALE):
        consent = client.post(reverse("disputes:consent", args=[case.pk, party.pk]), {"version": version})
        settle = client.post(reverse("disputes:act", args=[case.pk, "settle"]), {"version": version})
        assert (consent.status_code, settle.status_code) == (403, 403)


def test_the_leader_s_late_word_on_a_brief_that_is_frozen_is_403(house: Marked) -> None:
    snapshot, by = house.watched.spots["own"].snapshot, house.world.owner
    typed = {"issue": 1, "decisions": "", "problems": "x", "next_steps": "x"}
    assert refused(type_brief, snapshot=snapshot, by=by, **typed)[1] == 403
    assert refused(freeze_brief, snapshot=snapshot, by=by, at=NOW)[1] == 403
    theirs = house.watched.spots["own"].chief
    assert refused(freeze_brief, snapshot=snapshot, by=theirs, at=NOW)[1] == 409


def test_who_declines_a_case_is_sent_to_the_list_and_once_more_at_the_second_press(house: Marked) -> None:
    world = house.world
    found = registered(
        kind="dispute", category="neighbour", title="楼道", premises=house.watched.spots["own"].door, campaign=None,
        by=world.auxiliary, at=NOW,
    )  # fmt: skip
    case = actions.assign(case=found, lead=world.colleague, helper=None, version=found.version, by=world.chief, at=NOW)
    client = client_of(world.colleague)
    address, sent = (
        reverse("disputes:act", args=[case.pk, "decline"]),
        {"version": case.version, "reason": "不在辖区", "csrfmiddlewaretoken": "of one page"},
    )
    for _press in range(2):
        answer = client.post(address, sent)
        assert (answer.status_code, answer["Location"]) == (302, reverse("disputes:list"))
    assert client.post(address, {**sent, "version": STALE}).status_code == 404
    assert LedgerEntry.objects.unscoped("test").filter(case=case, action="decline").count() == 1
