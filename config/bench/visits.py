"""Logging one visit through the real server at 1, 4 and 16 clients, beside pgbench in the same run.

Twice: with every statement that one POST sends (`same_sql.py`), which tells what the work in Python costs; and with the
three that write what a visit leaves, which tells what all the asking costs, too.
"""

import http.client
import os
import secrets
import socket
import statistics
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import cycle
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from config.bench.ground import Place, campaign_over, grow_to
from config.bench.rows import Row
from config.bench.same_sql import VISIT, hands_of, pgbench, statements_of, what_it_leaves, whole
from config.running.serving import start, web_command

CLIENTS = (1, 4, 16)
SECONDS = 4.0
ROUNDS = 3
Script = Callable[[Sequence[str], range], str]


class Turns:
    """Doors handed to clients one after the other, then from the start again."""

    def __init__(self, doors: list[int]) -> None:
        self.doors = cycle(doors)
        self.lock = threading.Lock()

    def next(self) -> int:
        with self.lock:
            return next(self.doors)


def measure(place: Place, doors: int = 60_000, seconds: float = SECONDS) -> Iterator[Row]:
    """Ours, the same statements and only what a visit leaves, turn by turn; medians of the rounds."""
    from campaigns.models import FrameDoor

    if place.doors < doors:
        grow_to(place, doors)
    campaign = campaign_over(place, "visits")
    station = place.people.stations[0]
    held = FrameDoor.objects.unscoped("doors of the bench").filter(campaign=campaign, unit=station.unit)
    turns = Turns(list(held.order_by("pk").values_list("premises_id", flat=True)))
    with TemporaryDirectory(prefix="doorstep-bench-") as folder, Server() as port:
        sent = [statements_of(hand) for hand in hands_of(campaign, max(CLIENTS))]
        scripts = {how: written(Path(folder), how, sent, doors_in_hand(campaign)) for how in (whole, what_it_leaves)}
        for number in CLIENTS:
            clients = [web_client(port, officer.badge, turns) for officer in station.staff[:number]]
            counts: dict[Script | None, list[int]] = {None: [], **{how: [] for how in scripts}}
            took: list[float] = []
            for _round in range(ROUNDS):
                count, times = together(clients, seconds)
                counts[None].append(count)
                took += times
                for how, files in scripts.items():
                    counts[how].append(pgbench(files, number, seconds))
            yield from rows(number, {how: statistics.median(found) for how, found in counts.items()}, took, seconds)


def rows(number: int, counts: dict[Script | None, float], took: list[float], seconds: float) -> Iterator[Row]:
    """The aim is taken against what a visit leaves, the harder of the two anchors."""
    name = f"log a visit, {number} client{'s' if number > 1 else ''}"
    ours, note = counts[None], f"median {statistics.median(took) * 1000:.0f} ms, p95 {p95(took) * 1000:.0f} ms"
    for how, anchor, aim, said in (
        (whole, "pgbench, the same SQL", 0.0, note),
        (what_it_leaves, "pgbench, only what it leaves", 0.15, ""),
    ):
        yield Row(name, round(ours), "visits", seconds, seconds * ours / max(counts[how], 1), anchor, aim, said)


def written(folder: Path, how: Script, sent: list[list[str]], doors: range) -> list[Path]:
    """A script an officer: each client of pgbench is somebody else, as the phones are."""
    files = [folder / f"{how.__name__}-{number}.sql" for number in range(len(sent))]
    for file, statements in zip(files, sent, strict=True):
        file.write_text(how(statements, doors), "utf-8")
    return files


def doors_in_hand(campaign: Any) -> range:
    """The numbers of all doors, between which none is missing and each is in somebody's hands."""
    from django.db.models import Count, Max, Min

    from campaigns.models import Assignment

    held = Assignment.objects.unscoped("doors of the bench").live().filter(campaign=campaign)
    found = held.aggregate(first=Min("premises_id"), last=Max("premises_id"), doors=Count("pk"))
    doors = range(found["first"], found["last"] + 1)
    if len(doors) != found["doors"]:
        raise RuntimeError(f"{found['doors']} of {len(doors)} doors are in somebody's hands")
    return doors


def p95(times: list[float]) -> float:
    return sorted(times)[int(len(times) * 0.95)] if times else 0.0


def together(clients: list[Callable[[], float]], seconds: float) -> tuple[int, list[float]]:
    """All at once for so many seconds; how many were done, and how long each took."""
    end = time.perf_counter() + seconds

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
    line = Line(port, headers)

    def one() -> float:
        form = {**VISIT, "csrfmiddlewaretoken": token, "client_id": str(uuid4())}
        begun = time.perf_counter()
        if (status := line.status("POST", f"/doors/{turns.next()}/", urlencode(form))) != 302:
            raise RuntimeError(f"a visit was answered with {status}")
        return time.perf_counter() - begun

    return one


class Line:
    """A phone's connection, kept as a browser keeps it: one that the server closed meanwhile is opened anew."""

    def __init__(self, port: int, headers: Mapping[str, str]) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self.headers = headers

    def status(self, method: str, path: str, body: str = "") -> int:
        """Asks, reads the whole answer, and gives its status."""
        try:
            return self._asked(method, path, body)
        except ConnectionError:
            self.connection.close()
            return self._asked(method, path, body)

    def _asked(self, method: str, path: str, body: str) -> int:
        self.connection.request(method, path, body or None, dict(self.headers))
        answer = self.connection.getresponse()
        answer.read()
        return answer.status


class Server:
    """The web server by the very command of `./run serve`, on a free port of this machine."""

    def __enter__(self) -> int:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = int(free.getsockname()[1])
        self.process = start(web_command(f"127.0.0.1:{port}"), os.environ)
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
