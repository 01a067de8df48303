"""Logging one visit through the real server at 1, 4 and 16 clients, beside the same writes by bare SQL."""

import http.client
import os
import secrets
import socket
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import cycle
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from config.bench.ground import Place, campaign_over, grow_to
from config.bench.rows import Row
from config.running.places import ROOT

CLIENTS = (1, 4, 16)
SECONDS = 8.0


class Turns:
    """Doors handed to clients one after the other, then from the start again."""

    def __init__(self, doors: list[int]) -> None:
        self.doors = cycle(doors)
        self.lock = threading.Lock()

    def next(self) -> int:
        with self.lock:
            return next(self.doors)


def measure(place: Place) -> Iterator[Row]:
    from campaigns.models import FrameDoor

    if place.doors < 60_000:
        grow_to(place, 60_000)
    campaign = campaign_over(place, "visits")
    station = place.people.stations[0]
    doors = FrameDoor.objects.unscoped("doors of the bench").filter(campaign=campaign, unit=station.unit)
    turns = Turns(list(doors.order_by("pk").values_list("premises_id", flat=True)))
    with Server() as port:
        for number in CLIENTS:
            people = [officer.badge for officer in station.staff[:number]]
            clients = [web_client(port, badge, turns) for badge in people]
            count, took = together(clients)
            bare_count, _each = together([bare_client(turns) for _client in range(number)])
            name = f"log a visit, {number} client{'s' if number > 1 else ''}"
            note = f"median {statistics.median(took) * 1000:.0f} ms, p95 {p95(took) * 1000:.0f} ms"
            yield Row(name, count, "visits", SECONDS, SECONDS * count / max(bare_count, 1), "bare SQL", 0.15, note)


def p95(times: list[float]) -> float:
    return sorted(times)[int(len(times) * 0.95)] if times else 0.0


def together(clients: list[Callable[[], float]]) -> tuple[int, list[float]]:
    """All at once for so many seconds; how many were done, and how long each took."""
    end = time.perf_counter() + SECONDS

    def work(client: Callable[[], float]) -> list[float]:
        times = []
        while time.perf_counter() < end:
            times.append(client())
        return times

    with ThreadPoolExecutor(len(clients)) as pool:
        times = [taken for each in pool.map(work, clients) for taken in each]
    return len(times), times


def web_client(port: int, badge: str, turns: Turns) -> Callable[[], float]:
    """A phone that keeps its connection: one POST of the visit screen a call. Raises unless the visit was stored."""
    from django.conf import settings
    from django.test import Client

    from accounts.models import Officer

    browser = Client()
    browser.force_login(Officer.objects.unscoped("who walks in the bench").get(badge=badge))
    token = secrets.token_hex(16)
    session = browser.cookies[settings.SESSION_COOKIE_NAME].value
    headers = {
        "Cookie": f"{settings.SESSION_COOKIE_NAME}={session}; {settings.CSRF_COOKIE_NAME}={token}",
        "Content-Type": "application/x-www-form-urlencoded",
    }
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=30)

    def one() -> float:
        form = {
            "csrfmiddlewaretoken": token, "client_id": str(uuid4()), "outcome": "met", "people_met": "1",
            "place": "home", "facts": "same", "topics": "whole", "declared": "1",
        }  # fmt: skip
        begun = time.perf_counter()
        line.request("POST", f"/doors/{turns.next()}/", urlencode(form), headers)
        answer = line.getresponse()
        answer.read()
        if answer.status != 302:
            raise RuntimeError(f"a visit was answered with {answer.status}")
        return time.perf_counter() - begun

    return one


def bare_client(turns: Turns) -> Callable[[], float]:
    """One connection that writes what a visit leaves: the visit, its receipt, the fold, in one transaction."""
    import psycopg

    from campaigns.models import FrameDoor
    from visits.models import Submission, Visit

    connection = psycopg.connect(os.environ["DATABASE_URL"], autocommit=True)
    visit, receipt = row_of(Visit), row_of(Submission)
    for row in (visit, receipt):
        row.pop("recorded_at", None)
    receipt.pop("id", None)
    fold = f"UPDATE {FrameDoor._meta.db_table} SET tries = tries + 1, met_on = current_date WHERE premises_id = %s"

    def one() -> float:
        begun = time.perf_counter()
        key = uuid4()
        with connection.transaction():
            insert(connection, Visit._meta.db_table, {**visit, "id": key, "premises_id": (door := turns.next())})
            insert(connection, Submission._meta.db_table, {**receipt, "client_id": uuid4(), "visit_id": key})
            connection.execute(fold, [door])
        return time.perf_counter() - begun

    return one


def row_of(model: Any) -> dict[str, Any]:
    from django.db import connection

    table = model._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {table} ORDER BY received_at DESC LIMIT 1")
        names = [column.name for column in cursor.description or ()]
        values = cursor.fetchone() or ()
    # JSON comes as its text here, and goes back as such.
    return dict(zip(names, values, strict=True))


def insert(connection: Any, table: str, row: dict[str, Any]) -> None:
    places = ", ".join(["%s"] * len(row))
    connection.execute(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({places})", list(row.values()))


class Server:
    """The web server as `./run serve` starts it, on a free port of this machine."""

    def __enter__(self) -> int:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = int(free.getsockname()[1])
        command = [sys.executable, "-m", "gunicorn", "config.wsgi", "--bind", f"127.0.0.1:{port}", "--workers", "2"]
        command += ["--threads", "4", "--preload", "--keep-alive", "30", "--log-level", "error"]
        self.process = subprocess.Popen(command, cwd=ROOT)
        for _try in range(300):
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                return port
            except OSError:
                time.sleep(0.2)
        self.__exit__()
        raise RuntimeError("the server did not start")

    def __exit__(self, *error: object) -> None:
        self.process.terminate()
        self.process.wait(timeout=20)
