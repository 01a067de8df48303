"""Pages at 10,000, 100,000 and 1,000,000 doors: time and statements.

The first 10,000 are one station's; what grows is the register around it, as it does when a bureau, then a city comes in.
An officer's round, and the station's board, hold the same doors at every size.
"""

import statistics
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from config.bench.ground import Place, campaign_over, grow_to
from config.bench.rows import PageRow, seconds

if TYPE_CHECKING:
    from campaigns.models import Campaign

SIZES = (10_000, 100_000, 1_000_000)
ROUNDS = 9


def measure(place: Place, sizes: tuple[int, ...] = SIZES) -> Iterator[PageRow]:
    found: dict[str, list[tuple[float, int]]] = {}
    station = place.people.stations[0]
    own = {area for area, unit in place.stations.items() if unit == station.unit.pk}
    everywhere, place.areas = place.areas, sorted(own)
    for size in sizes:
        grow_to(place, size)
        place.areas = [area for area in everywhere if area not in own]
        campaign = campaign_over(place, f"{size:,}", stations=[station])
        for name, badge, path in pages(place, campaign.pk):
            found.setdefault(name, []).append(taken(badge, path))
        end(place, campaign)
    for name, figures in found.items():
        yield PageRow(name, tuple(ms for ms, _n in figures), tuple(n for _ms, n in figures))


def pages(place: Place, campaign: int) -> list[tuple[str, str, str]]:
    from campaigns.models import Assignment

    station = place.people.stations[0]
    officer = station.staff[0]
    door = (
        Assignment.objects.unscoped("a door of the bench").live().filter(officer=officer, campaign_id=campaign).first()
    )
    return [
        ("round", officer.badge, "/round/"),
        ("one door", officer.badge, f"/doors/{door.premises_id if door else 0}/"),
        ("find a door by address", officer.badge, "/doors/ 车城路12号 3栋"),
        ("list of doors, first page", "ZW0001", "/admin/registry/premises/"),
        ("search a full name", "ZW0001", "/admin/registry/premises/ 周秀兰"),
        ("search a common surname by pinyin", "ZW0001", "/admin/registry/premises/ zhou"),
        ("search, as a station", station.chief.badge, "/admin/registry/premises/ zhou"),
        ("share-out board of a station", station.chief.badge, f"/admin/campaigns/campaign/{campaign}/share-out/"),
        ("frame, first page", station.chief.badge, "/admin/campaigns/framedoor/"),
    ]


def taken(badge: str, path: str) -> tuple[float, int]:
    """Median milliseconds of one page and its statements, after one look that warms it; words after it are posted."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from accounts.models import Officer

    path, _blank, sought = path.partition(" ")
    client = Client()
    client.force_login(Officer.objects.unscoped("whose page is measured").get(badge=badge))

    if sought and path.startswith("/admin/"):
        path, sought = client.post(path, {"seek": sought})["Location"], ""

    def ask() -> Any:
        return client.post(path, {"q": sought}) if sought else client.get(path)

    with CaptureQueriesContext(connection) as statements:
        answer = ask()
    asked = len(statements)
    if answer.status_code != 200:
        raise RuntimeError(f"{path} answered {answer.status_code}")
    times = [seconds(ask) * 1000 for _round in range(ROUNDS)]
    return statistics.median(times), asked


def end(place: Place, campaign: "Campaign") -> None:
    """One campaign at a time, as a station works: the next size opens its own."""
    from campaigns.actions import close_campaign
    from config.bench.ground import moment

    close_campaign(campaign=campaign, version=campaign.version, by=place.people.desk, at=moment())
