"""A tour of every page in a real browser, over rows whose every text is an attack: nothing runs, nothing leaves.

Each text column of each row holds one of sixty attacks, each column another one; a free text holds them all. An
ordinary run goes as four people in English; `DOORSTEP_EVERY_ATTACK=1` as all nine, `DOORSTEP_ATTACKED_IN=zh-CN` in Chinese.
"""

import os
from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

import pytest
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.test import Client

from accounts.models import Officer
from registry.fields import SealedTextField
from tests.accounts import marked as marking
from tests.accounts.marked import Marked, marked
from tests.accounts.routes import routes
from tests.attacks import ATTACKS, Watch
from tests.browsing import DESK
from tests.world import World

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

WHOLE = bool(os.environ.get("DOORSTEP_EVERY_ATTACK"))
LANGUAGE = os.environ.get("DOORSTEP_ATTACKED_IN", "en")
# How few pages each may open at least; the first of them in every run.
ROLES = (
    *(("owner", 15), ("chief", 50), ("leader", 8), ("admin", 12)),
    *(("auxiliary", 15), ("desk", 50), ("station_admin", 10), ("security", 8), ("auditor", 8)),
)
ALWAYS = 4


@pytest.fixture
def attacked(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[Marked]:
    """The marked world, each mark an attack; where there is room, all of them."""
    turn = count()

    def attack(each: Any, _number: int) -> str:
        if isinstance(each, SealedTextField):
            return "19900010000"
        if isinstance(each, models.TextField | models.JSONField | ArrayField):
            return " ".join(ATTACKS)
        return ATTACKS[next(turn) % len(ATTACKS)][: each.max_length]

    monkeypatch.setattr(marking, "mark_of", attack)
    return marked(world)


def pages_for(house: Marked, officer: Officer) -> list[str]:
    """Every page that this person may look at, with their own rows in it."""
    client = Client(headers={"accept-language": "en"}, raise_request_exception=False)
    client.force_login(officer)
    found = []
    for route in routes():
        address = route.address(house, "own")
        answer = client.get(address)
        if answer.status_code == 200 and answer.headers["Content-Type"].startswith("text/html"):
            found.append(address)
        elif answer.streaming:
            b"".join(answer.streaming_content)
    return found


@pytest.mark.parametrize(("who", "least"), ROLES[: None if WHOLE else ALWAYS])
def test_no_text_of_any_row_runs_and_no_request_leaves(
    attacked: Marked, page_as: Callable[..., Any], live_server: Any, who: str, least: int
) -> None:
    assert len(ATTACKS) == 60
    found = attacked.station_admin if who == "station_admin" else getattr(attacked.world, who)
    officer = Officer.objects.unscoped("test").get(pk=found.pk)
    addresses = pages_for(attacked, officer)
    assert len(addresses) >= least, addresses
    page = page_as(officer, "/notices/", screen=DESK, language=LANGUAGE)
    seen = Watch(page, live_server.url).look_at(addresses)
    assert (seen.ran, seen.left) == ([], [])
