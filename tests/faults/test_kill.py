"""kill -9 of the web process, the worker and PostgreSQL in the middle of a walk: what was acknowledged is there.

DOORSTEP_KILLS says how often each is killed; a short run by default.
"""

import contextlib
import fcntl
import json
import os
import random
import signal
import sys
import threading
import time
from uuid import uuid4

import pytest

from config.running.processes import alive, family
from tests.faults.house import KILLS, VICTIMS, Browser, House, at_some_moment, tell
from tests.running.waiting import wait_for

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")

# The issue's own number; a machine that is shared by others may be given more.
BACK_SECONDS = float(os.environ.get("DOORSTEP_BACK_SECONDS", "10"))
STORED = """
import json, django; django.setup()
from visits.models import Submission
from disputes.ledger import faults
rows = Submission.objects.unscoped("test").filter(verdict="stored").values_list("client_id", flat=True)
print(json.dumps([sorted(map(str, rows)), [str(fault) for fault in faults()]]))
"""


class Walker(Browser):
    """An officer's phone: one tap a door; keeps the number of what was acknowledged."""

    def __init__(self, house: House) -> None:
        self.acknowledged = set[str]()
        super().__init__(house, str(house.people["owner"]))

    def nobody_in(self, door: int, number: str) -> int:
        status, _page, _place = self.post(f"/doors/{door}/nobody-in/", {"client_id": number})
        if status == 200:
            self.acknowledged.add(number)
        return status

    def walk(self, doors: list[int], over: threading.Event, statuses: list[int]) -> None:
        """Taps at one door after the other until it is over, whatever the answers are."""
        while not over.is_set():
            statuses.append(self.nobody_in(doors[len(statuses) % len(doors)], str(uuid4())))


def test_what_was_acknowledged_is_stored_whoever_is_killed(house: House) -> None:
    """One tap after the other all the while: the kill falls before, into, or just after one of them."""
    rng, walker, doors = random.Random(7), Walker(house), list(house.people["doors"])
    assert walker.nobody_in(doors.pop(), str(uuid4())) == 200
    tapped = 0
    for _ in range(KILLS):
        for who in VICTIMS:
            over, statuses = threading.Event(), list[int]()
            at_work = threading.Thread(target=walker.walk, args=[doors, over, statuses])
            at_work.start()
            wait_for(lambda statuses=statuses: bool(statuses))
            at_some_moment(rng, 0.5)
            house.kill(who)
            over.set()
            at_work.join()
            tapped += len(statuses)
            house.is_back()
            # Each web process learns of a lost connection by its own first failure.
            wait_for(lambda: walker.get("/round/")[0] == 200)
    stored, faults = json.loads(house.runs(STORED))
    tell(f"{tapped} taps, {len(walker.acknowledged)} acknowledged")
    assert len(walker.acknowledged) > len(VICTIMS) * KILLS
    assert walker.acknowledged <= set(stored)
    assert faults == []


def test_when_everything_is_killed_at_once_the_next_start_serves_what_was_acknowledged(house: House) -> None:
    """As after the machine's own end: launcher, web, worker and database in one moment, and nothing tidied up after them.

    What `./run demo` and `./run serve` do once the set-up stands: take the database in use and serve.
    """
    walker, doors = Walker(house), list(house.people["doors"])
    number = str(uuid4())
    assert walker.nobody_in(doors[0], number) == 200
    database = house.cluster.running_pid()
    assert house.process
    assert database
    gone = [house.process.pid, *family(house.process.pid), database, *family(database)]
    for pid in gone:
        # With its parent gone, a child may have ended by itself.
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    house.process.wait(60)
    wait_for(lambda: not any(alive(pid) for pid in gone))
    assert house.cluster.running_pid() is None
    house.stop()
    house.start()
    house.is_back()
    assert Walker(house).get("/round/")[0] == 200
    stored, faults = json.loads(house.runs(STORED))
    assert number in stored
    assert faults == []


def test_while_the_database_is_away_a_plain_page_says_so_and_it_comes_back_by_itself(house: House) -> None:
    walker = Walker(house)
    pid = house.cluster.running_pid()
    assert pid
    assert walker.get("/round/")[0] == 200
    with open(house.cluster.base / "lock", "w") as lock:
        # Whoever holds this lets nobody start the server.
        fcntl.flock(lock, fcntl.LOCK_EX)
        for child in [pid, *family(pid)]:
            # With its parent gone, a child may have ended by itself.
            with contextlib.suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)
        wait_for(lambda: not alive(pid))
        for path in ("/round/", "/sign-in/"):
            status, page, _ = walker.get(path)
            assert status == 503
            assert "数据库" in page
            assert "database" in page
        assert (house.answers("/healthz"), house.answers("/readyz")) == (200, 503)
    began = time.monotonic()
    wait_for(lambda: walker.get("/round/")[0] == 200, BACK_SECONDS)
    wait_for(lambda: house.answers() == 200, BACK_SECONDS)
    assert [walker.get("/round/")[0] for _ in range(6)] == [200] * 6, "a lost connection was left in a pool"
    took = time.monotonic() - began
    tell(f"back after {took:.1f} s")
    assert took < BACK_SECONDS
    house.is_back()
