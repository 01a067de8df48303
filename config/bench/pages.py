"""Pages at 10,000, 100,000 and 1,000,000 doors: time and statements.

The first 10,000 are one station's; what grows is the register around it, as it does when a bureau, then a city comes in.
An officer's round, and the station's board, hold the same doors at every size. Each size is a database of its own, and
the pages are asked of them in turn, when all is written: a noisy second falls on every size.
"""

import statistics
from collections.abc import Callable, Iterator
from typing import Any

from config.bench.ground import NAME, ONE_OF_A_KIND, Place, as_superuser, campaign_over, grow_to, set_aside, turn_to
from config.bench.rows import PageRow, seconds

SIZES = (10_000, 100_000, 1_000_000)
ROUNDS = 3
TURNS = 9


def measure(place: Place, sizes: tuple[int, ...] = SIZES) -> Iterator[PageRow]:
    grown = dict(grow(place, sizes))
    as_superuser("CHECKPOINT")
    for name in pages(place, 0):
        times: dict[str, list[float]] = {database: [] for database in grown}
        asked: dict[str, int] = {}
        for _turn in range(TURNS):
            for database, campaign in grown.items():
                turn_to(database)
                badge, path = pages(place, campaign)[name]
                asked[database], taken = looked_at(badge, path)
                times[database] += taken
        yield PageRow(name, tuple(map(statistics.median, times.values())), tuple(asked.values()))
    turn_to(NAME)


def grow(place: Place, sizes: tuple[int, ...]) -> Iterator[tuple[str, int]]:
    """A database a size, each with one campaign: what several on the same days cost is not what a large register costs."""
    station = place.people.stations[0]
    own = {area for area, unit in place.stations.items() if unit == station.unit.pk}
    everywhere, place.areas = place.areas, sorted(own)
    for size in sizes:
        grow_to(place, size)
        place.areas = [area for area in everywhere if area not in own]
        database = f"{NAME}_{size}"
        set_aside(database)
        turn_to(database)
        yield database, campaign_over(place, f"{size:,}", stations=[station]).pk
        turn_to(NAME)


def pages(place: Place, campaign: int) -> dict[str, tuple[str, str]]:
    """What is looked at, by whom; words after an address are sought there."""
    station = place.people.stations[0]
    officer, chief = station.staff[0].badge, station.chief.badge
    return {
        "round": (officer, "/round/"),
        "one door": (officer, f"/doors/{door_of(campaign, officer)}/"),
        "find a door by address": (officer, "/doors/ 车城路12号 3栋"),
        "list of doors, first page": ("ZW0001", "/admin/registry/premises/"),
        "search a full name": ("ZW0001", f"/admin/registry/premises/ {ONE_OF_A_KIND}"),
        "search a common surname by pinyin": ("ZW0001", "/admin/registry/premises/ zhou"),
        "search, as a station": (chief, "/admin/registry/premises/ zhou"),
        "share-out board of a station": (chief, f"/admin/campaigns/campaign/{campaign}/share-out/"),
        "progress of a station": (chief, f"/admin/campaigns/campaign/{campaign}/progress/"),
        "desk's home": (chief, "/admin/"),
        "list of visits": (chief, "/admin/visits/visit/"),
        "list of who holds what": (chief, "/admin/campaigns/assignment/"),
        "own visits": (officer, "/visits/"),
        "figures of a station": (chief, f"/reports/campaigns/{campaign}/"),
        "frame, first page": (chief, "/admin/campaigns/framedoor/"),
    }


def door_of(campaign: int, badge: str) -> int:
    from campaigns.models import Assignment

    held = Assignment.objects.unscoped("a door of the bench").live().filter(officer__badge=badge, campaign_id=campaign)
    return held.values_list("premises_id", flat=True).first() or 0


def looked_at(badge: str, path: str) -> tuple[int, list[float]]:
    """Statements of one page and its milliseconds, after one look that warms it."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    ask = page_of(badge, path)
    with CaptureQueriesContext(connection) as statements:
        answer = ask()
    asked = len(statements)
    if answer.status_code != 200:
        raise RuntimeError(f"{path} answered {answer.status_code}")
    return asked, [seconds(ask) * 1000 for _round in range(ROUNDS)]


def page_of(badge: str, path: str) -> Callable[[], Any]:
    """Asks for one page as somebody who is signed in; words are posted, as the pages do."""
    from django.test import Client

    from accounts.models import Officer

    path, _blank, sought = path.partition(" ")
    client = Client()
    client.force_login(Officer.objects.unscoped("whose page is measured").get(badge=badge))
    if sought and path.startswith("/admin/"):
        path, sought = client.post(path, {"seek": sought})["Location"], ""
    return lambda: client.post(path, {"q": sought}) if sought else client.get(path)
