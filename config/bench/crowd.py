"""Twenty PDFs asked for at once while eight phones walk their rounds: how long a round's page takes, and how much memory.

Run by its name alone (`./run bench crowd`): it takes two minutes and needs a quiet machine.
"""

import os
import secrets
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from config.bench.ground import Place, campaign_over, grow_to, moment
from config.bench.memory import Watched
from config.bench.visits import Line, Server, p95
from config.running.places import ROOT

CLIENTS, SECONDS, PAPERS = 8, 60.0, 20


@dataclass(frozen=True)
class CrowdRow:
    """Pages of the round, quiet and crowded: milliseconds; megabytes of all processes together (PSS), of PostgreSQL's alone."""

    quiet: list[float]
    crowded: list[float]
    drawn: int
    took: float
    at_once: int
    megabytes: int
    of_database: int

    def line(self) -> str:
        medians = [statistics.median(times) * 1000 for times in (self.quiet, self.crowded)]
        slow = [p95(times) * 1000 for times in (self.quiet, self.crowded)]
        return (
            f"{self.drawn} of {PAPERS} PDFs in {self.took:.0f} s, at most {self.at_once} drawn at once; /round/, {CLIENTS} "
            f"clients: median {medians[0]:.0f} → {medians[1]:.0f} ms, p95 {slow[0]:.0f} → {slow[1]:.0f} ms "
            f"(× {slow[1] / slow[0]:.2f}, aim 2); {self.megabytes} MB in all, {self.of_database} of them PostgreSQL's (aim 1,536)"
        )


def measure(place: Place) -> Iterator[CrowdRow]:
    from reports.models import WalkList

    if place.doors < 10_000:
        grow_to(place, 10_000)
    campaign = campaign_over(place, "crowd")
    os.environ["TASKS_BACKEND"] = "django_tasks_db.DatabaseBackend"
    people = [officer for station in place.people.stations for officer in station.staff]
    worker = subprocess.Popen([sys.executable, "manage.py", "work"], cwd=ROOT, stderr=subprocess.DEVNULL)
    try:
        with Server() as port, Watched(os.getpid()) as seen:
            quiet = walking(port, [officer.badge for officer in people[:CLIENTS]])
            asked = [ask(campaign, officer) for officer in people[:PAPERS]]
            begun = time.perf_counter()
            crowded = walking(port, [officer.badge for officer in people[:CLIENTS]])
            lists = WalkList.objects.unscoped("lists of the bench").filter(pk__in=asked)
            while lists.filter(done_at=None, failure="").exists() and time.perf_counter() - begun < 10 * SECONDS:
                time.sleep(1)
            took = time.perf_counter() - begun
        done = lists.exclude(done_at=None).count()
        yield CrowdRow(quiet, crowded, done, took, seen.at_once, seen.kilobytes // 1024, seen.of_database // 1024)
    finally:
        worker.terminate()
        worker.wait(timeout=60)


def ask(campaign: Any, officer: Any) -> int:
    """Through the queue's own backend: that of the bench itself would draw at once."""
    from django_tasks_db.backend import DatabaseBackend

    from reports import tasks
    from reports.documents.actions import ask_walk_list

    asked = ask_walk_list(
        campaign=campaign, unit=officer.unit, officer=officer, language="zh-hans", by=officer, at=moment()
    )
    queue: Any = DatabaseBackend("default", {"QUEUES": ["default"]})
    queue.enqueue(tasks.draw_lists, (), {"walk_list_id": asked.pk})
    return int(asked.pk)


def walking(port: int, badges: list[str]) -> list[float]:
    """Phones that look at their round again and again for a minute; seconds a page."""
    end = time.perf_counter() + SECONDS

    def walk(look: Callable[[], float]) -> list[float]:
        times = []
        while time.perf_counter() < end:
            times.append(look())
            # A person reads, too; eight without a pause are no crowd but a flood.
            time.sleep(0.1)
        return times

    with ThreadPoolExecutor(len(badges)) as pool:
        return [taken for each in pool.map(walk, [phone(port, badge) for badge in badges]) for taken in each]


def phone(port: int, badge: str) -> Callable[[], float]:
    from django.conf import settings
    from django.test import Client

    from accounts.models import Officer

    browser = Client()
    browser.force_login(Officer.objects.unscoped("who walks in the bench").get(badge=badge))
    cookie = f"{settings.SESSION_COOKIE_NAME}={browser.cookies[settings.SESSION_COOKIE_NAME].value}"
    headers = {"Cookie": f"{cookie}; {settings.CSRF_COOKIE_NAME}={secrets.token_hex(16)}"}
    line = Line(port, headers)

    def look() -> float:
        begun = time.perf_counter()
        if (status := line.status("GET", "/round/")) != 200:
            raise RuntimeError(f"a round was answered with {status}")
        return time.perf_counter() - begun

    return look
