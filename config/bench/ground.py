"""The ground that a bench stands on: a server of its own with fsync on, the demo's units and people, invented doors."""

import os
import secrets
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

from config.running.places import PYTHON, ROOT, STATE
from config.running.postgres import Cluster
from config.running.site import APP, OWNER, make_roles

if TYPE_CHECKING:
    from campaigns.models import Campaign
    from config.demo.people import People, Station

NAME = "bench"
# A name that nobody else bears: a search finds it once, however many doors there are.
ONE_OF_A_KIND = "欧阳若兰"
SERVER = {"shared_buffers": "1GB", "max_wal_size": "8GB", "checkpoint_timeout": "30min", "max_connections": "60"}


def server() -> Cluster:
    return Cluster(STATE / "bench", SERVER)


@contextmanager
def ground() -> Iterator[Cluster]:
    """A server of its own, and Django set up on the app's login. Nothing of the site is touched."""
    cluster = server()
    with cluster.in_use(), tempfile.TemporaryDirectory(prefix="doorstep-bench-") as folder:
        os.environ.update(
            DJANGO_SETTINGS_MODULE="config.settings",
            ENV_FILE=os.devnull,
            DATA_DIR=folder,
            SECRET_KEY=secrets.token_urlsafe(50),
            FIELD_KEYS="MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=",
            DATABASE_URL=cluster.url(NAME, APP, cluster.password),
            DATABASE_OWNER_URL=cluster.url(NAME, OWNER, cluster.password),
            TASKS_BACKEND="django_tasks.backends.immediate.ImmediateBackend",
            ALLOWED_HOSTS="testserver,localhost,127.0.0.1",
            LOG_LEVEL="ERROR",
        )
        link_static(Path(folder))
        import django

        django.setup()
        yield cluster


def clear(cluster: Cluster) -> None:
    """An empty database, migrated by its owner: each bench begins with its own, so that none pays for another's rows."""
    let_go()
    as_superuser(f"DROP DATABASE IF EXISTS {NAME} WITH (FORCE)")
    make_roles(cluster.url(), {OWNER: cluster.password, APP: cluster.password}, name=NAME)
    as_owner = {**os.environ, "DATABASE_URL": os.environ["DATABASE_OWNER_URL"]}
    for command in (["migrate", "--noinput", "-v0"], ["grant_login", APP]):
        subprocess.run([PYTHON, "manage.py", *command], cwd=ROOT, env=as_owner, check=True, capture_output=True)


def let_go() -> None:
    """Closes the connections, those that the pool keeps as well."""
    from django.db import connection

    database: Any = connection
    database.close()
    database.close_pool()


def as_superuser(*statements: str) -> None:
    import psycopg

    with psycopg.connect(server().url(), autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement)


def set_aside(name: str) -> None:
    """A copy of the database as it stands now."""
    let_go()
    as_superuser(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)", f"CREATE DATABASE {name} TEMPLATE {NAME}")


def turn_to(name: str) -> None:
    """The next statement asks this database."""
    from django.db import connection

    let_go()
    connection.settings_dict["NAME"] = name


def link_static(folder: Path) -> None:
    """The collected files of this copy, so that pages find their names."""
    (folder / "static").symlink_to(STATE / "static")


@dataclass
class Place:
    """Units and people of the demo, and a campaign over all of their communities."""

    people: "People"
    areas: list[str]
    stations: dict[str, int]
    """community → station"""
    rng: Random
    doors: int = 0


def make_place() -> Place:
    from config.demo import places
    from config.demo.people import make_people
    from registry.areas import load_areas
    from registry.jurisdictions import unit_by_prefix, unit_of
    from registry.models import Area

    rng = Random(7)  # noqa: S311 - invented doors, not a secret
    with (Path(places.__file__).parent / "areas-420303-zhangwan.csv").open("rb") as file:
        load_areas(file=file)
    people = make_people(rng, moment(-60))
    known = unit_by_prefix()
    codes = Area.objects.filter(level=Area.Level.COMMUNITY).order_by("code").values_list("code", flat=True)
    stations = {code: unit for code in codes if (unit := unit_of(code, known)) is not None}
    return Place(people, list(stations), stations, rng)


def moment(days: int = 0) -> datetime:
    from django.utils import timezone

    return timezone.now() + timedelta(days=days)


def today() -> date:
    from django.utils import timezone

    return timezone.localdate()


def flats(place: Place, number: int) -> Iterator[dict[str, Any]]:
    """Flats in blocks of six floors and two entrances, spread over all communities; no two the same.

    The very first is lived in by `ONE_OF_A_KIND`.
    """
    from config.demo.places import person
    from registry.search import sought

    for index in range(place.doors, place.doors + number):
        block, flat = divmod(index, 24)
        area = place.areas[block % len(place.areas)]
        floor, door = flat // 4 + 1, f"{flat // 4 + 1}0{flat % 4 + 1}室"
        street, building = f"车城路{block // 40 + 1}号", f"{block % 40 + 1}栋"
        address = f"{street}{building}{door}"
        name = person(place.rng) if index else ONE_OF_A_KIND
        yield {
            "unit_id": place.stations[area], "area_id": area, "kind": "household", "door_class": "dwelling",
            "street": street, "building": building, "floor": str(floor), "door": door, "address": address,
            "address_key": address, "walk_key": f"{street}/{block % 40 + 1:04d}/{floor:04d}{door}", "name": name,
            "use": "own", "sought": sought(address, name),
        }  # fmt: skip
    place.doors += number


def columns_of(model: Any) -> dict[str, Any]:
    """Column → what stands there when nobody says anything."""
    found: dict[str, Any] = {}
    for field in model._meta.concrete_fields:
        if field.primary_key:
            continue
        if field.has_default():
            found[field.column] = field.get_default()
        elif field.null:
            found[field.column] = None
        else:
            found[field.column] = "" if field.get_internal_type() in ("CharField", "TextField") else None
    return found


def copy_in(model: Any, rows: Iterator[dict[str, Any]]) -> int:
    """COPY, in the columns' own order; what a row doesn't say has the field's default."""
    from django.db import connection, transaction

    blank, count = columns_of(model), 0
    statement = f"COPY {model._meta.db_table} ({', '.join(blank)}) FROM STDIN"
    with transaction.atomic(), connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row([{**blank, **row}[column] for column in blank])
            count += 1
    return count


def grow_to(place: Place, number: int) -> None:
    """Doors up to so many in all, and statistics for the planner, as autovacuum would make them."""
    from registry.models import Premises

    if number < place.doors:
        raise ValueError(f"there are {place.doors} doors already")
    copy_in(Premises, flats(place, number - place.doors))
    analyse()


def analyse() -> None:
    """As the owner: the app's login may not."""
    import psycopg

    with psycopg.connect(os.environ["DATABASE_OWNER_URL"], autocommit=True) as owner:
        owner.execute("VACUUM (ANALYZE)")


def campaign_over(
    place: Place, title: str, days_ago: int = 10, stations: "Sequence[Station] | None" = None
) -> "Campaign":
    """An open campaign over everything, shared out by these stations (all of them) by who answers for what."""
    from campaigns.actions import draft_campaign, open_campaign
    from campaigns.board import Choice, make_board
    from campaigns.sharing import share_out
    from registry.models import Area

    draft = draft_campaign(
        title=title,
        unit=place.people.bureau,
        starts_on=today() - timedelta(days=days_ago),
        ends_on=today() + timedelta(days=30),
        areas=Area.objects.filter(code="420303"),
        by=place.people.desk,
        at=moment(-days_ago - 1),
    )
    draft.questions.update(required=False)
    campaign = open_campaign(campaign=draft, version=draft.version, by=place.people.desk, at=moment(-days_ago))
    for station in stations or place.people.stations:
        choice = Choice()
        board = make_board(campaign=campaign, unit=station.unit, choice=choice, on=today(), area_names={})
        share_out(
            campaign=campaign,
            unit=station.unit,
            choice=choice,
            board_digest=board.digest,
            area_names={},
            by=station.chief,
            at=moment(),
        )
    analyse()
    return campaign
