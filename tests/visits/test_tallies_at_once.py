"""A visit that comes through while the worker adds up is neither lost nor counted twice."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from django.db import transaction

from campaigns.models import FrameDoor
from campaigns.second_hand import ask_could_not_meet, decide_could_not_meet
from registry.models import Premises
from tests.database import app_url
from tests.hands import at_once, in_the_background, waits_for_a_lock
from tests.running.waiting import wait_for
from tests.visits.steps import log, met, nobody
from tests.world import NOW, TODAY, World
from visits.models import TallyMark, Visit, VisitTally
from visits.tallies.keeping import LOCKS, keep_anew, keep_up
from visits.tallies.reading import tallies

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def other() -> Iterator[psycopg.Connection[Any]]:
    """Somebody else's connection, in a transaction of its own."""
    with psycopg.connect(app_url()) as connection:
        yield connection


def counted(world: World) -> int:
    """Attempts to date, as a reader is told."""
    visit = Visit.objects.unscoped("test").first()
    kept = tallies(campaign=visit.campaign_id, units=[world.station.pk], first=None, last=TODAY)
    assert kept is not None
    return sum(row.attempts for row in kept.read().attempts if row.area is None)


def stored() -> int:
    return sum(VisitTally.objects.unscoped("test").values_list("attempts", flat=True))


def test_a_visit_that_is_not_through_yet_keeps_its_mark(world: World, held: Premises) -> None:
    log(world, met(held))
    with transaction.atomic():
        log(world, met(held))
        worker = in_the_background(lambda: keep_up(at=NOW))
        worker.join()
    assert (stored(), counted(world)) == (1, 2)
    keep_up(at=NOW)
    assert (stored(), counted(world)) == (2, 2)
    assert not TallyMark.objects.unscoped("test").exists()


def test_a_visit_that_comes_through_while_marks_are_taken_keeps_its_own(
    world: World, held: Premises, other: psycopg.Connection[Any]
) -> None:
    """The worker's statement has begun and waits; what commits meanwhile is neither in its count nor among its marks."""
    log(world, met(held))
    keep_up(at=NOW)
    log(world, met(held))
    other.execute("DELETE FROM visits_visittally")
    worker = in_the_background(lambda: keep_up(at=NOW))
    wait_for(waits_for_a_lock)
    log(world, met(held))
    other.rollback()
    worker.join()
    assert (stored(), counted(world)) == (2, 3)
    assert TallyMark.objects.unscoped("test").count() == 1
    keep_up(at=NOW)
    assert (stored(), counted(world)) == (3, 3)


def test_two_workers_add_up_once(world: World, held: Premises) -> None:
    log(world, met(held))
    at_once(*[lambda: keep_up(at=NOW)] * 4)
    assert (stored(), counted(world)) == (1, 1)


def test_a_campaign_that_another_worker_is_at_is_left_alone(
    world: World, held: Premises, other: psycopg.Connection[Any]
) -> None:
    visit = log(world, met(held)).visit
    other.execute("SELECT pg_advisory_xact_lock(%s, %s)", [LOCKS, visit.campaign_id])
    assert keep_up(at=NOW) == 0
    assert counted(world) == 1
    other.rollback()
    assert keep_up(at=NOW) == 1


def test_what_is_thrown_away_and_added_up_waits_for_the_other_worker(
    world: World, held: Premises, other: psycopg.Connection[Any]
) -> None:
    campaign = log(world, met(held)).visit.campaign
    keep_up(at=NOW)
    other.execute("SELECT pg_advisory_xact_lock(%s, %s)", [LOCKS, campaign.pk])
    found: list[int] = []
    hand = in_the_background(lambda: found.append(keep_anew(campaign, at=NOW)))
    wait_for(waits_for_a_lock)
    assert (stored(), found) == (1, [])
    other.rollback()
    hand.join()
    assert (stored(), found) == (1, [1])


def test_a_visit_after_the_marks_were_looked_for_is_read(world: World, held: Premises) -> None:
    visit = log(world, met(held)).visit
    keep_up(at=NOW)
    asked = tallies(campaign=visit.campaign_id, units=[world.station.pk], first=None, last=TODAY)
    assert asked is not None and not asked.live
    for _worker in ("has not been there", "was there"):
        log(world, met(held))
        assert sum(row.attempts for row in asked.read().attempts if row.area is None) == counted(world)
        keep_up(at=NOW)
    assert counted(world) == 3


def test_a_door_is_not_could_not_be_met_when_a_visit_comes_through_meanwhile(world: World, held: Premises) -> None:
    log(world, nobody(held))
    door = FrameDoor.objects.unscoped("test").get(premises=held)
    asked = ask_could_not_meet(frame_door=door, reason="外出务工", by=world.owner, at=NOW)
    with transaction.atomic():
        log(world, met(held))
        supervisor = in_the_background(
            lambda: decide_could_not_meet(requests=[asked], granted=True, by=world.chief, at=NOW)
        )
        wait_for(waits_for_a_lock)
    supervisor.join()
    door.refresh_from_db()
    assert (door.met_on, door.could_not_meet_at) == (TODAY, None)
    asked.refresh_from_db()
    assert asked.granted


def test_everybody_is_counted_while_the_worker_adds_up_all_the_time(world: World, held: Premises) -> None:
    """Each officer reads at least as many as were through before, and never more than were begun."""
    seen: list[int] = []

    def walk() -> None:
        for _visit in range(5):
            log(world, met(held))
            seen.append(counted(world))

    def add_up() -> None:
        for _round in range(10):
            keep_up(at=NOW)

    at_once(walk, walk, add_up, add_up)
    assert max(seen) == counted(world) == 10
    keep_up(at=NOW)
    assert (stored(), counted(world)) == (10, 10)
