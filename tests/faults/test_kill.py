"""kill -9 of the web process, the worker and PostgreSQL in the middle of a walk: what was acknowledged is there.

DOORSTEP_KILLS says how often each is killed; a short run by default.
"""

import http.client
import http.cookiejar
import json
import os
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from config.running.places import ROOT
from config.running.postgres import Cluster
from config.running.site import APP, OWNER, make_roles
from tests.running.processes import alive, family, wait_for
from tests.world import PASSWORD

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")

KILLS = int(os.environ.get("DOORSTEP_KILLS", "1"))
OPTIONS = {"shared_buffers": "32MB", "max_connections": "40"}
SERVE = """
import sys
from pathlib import Path
from config.running import serving
from config.running.postgres import Cluster
from config.running.site import Site
cluster = Cluster(Path(sys.argv[1]), {options!r})
with cluster.in_use():
    sys.exit(serving.serve(Site(sys.argv[2], sys.argv[3], own=cluster), demo=False))
"""
PEOPLE = """
import datetime, django; django.setup()
from django.utils import timezone
from tests.world import build_world
world, now = build_world(), timezone.now()
today = timezone.localdate(now)
doors = [world.door(100 * (n // 4 + 1) + n % 4 + 1) for n in range(40)]
campaign = world.campaign(starts_on=today - datetime.timedelta(days=1), ends_on=today + datetime.timedelta(days=20), at=now - datetime.timedelta(days=2))
for door in doors:
    world.give(campaign, door, world.owner, due=today)
print(world.owner.badge, *[door.pk for door in doors])
"""
STORED = """
import json, django; django.setup()
from visits.models import Submission
from disputes.ledger import faults
rows = Submission.objects.unscoped("test").filter(verdict="stored").values_list("client_id", flat=True)
print(json.dumps([sorted(map(str, rows)), [str(fault) for fault in faults()]]))
"""


@dataclass
class House:
    """A site of its own, served as ./run serve does."""

    cluster: Cluster
    port: int
    surroundings: dict[str, str]
    process: subprocess.Popen[str] | None = None
    badge: str = ""
    doors: list[str] = field(default_factory=list)

    def runs(self, program: str) -> str:
        done = subprocess.run(
            [sys.executable, "-c", program],
            cwd=ROOT,
            env=self.surroundings,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def start(self) -> None:
        urls = [self.surroundings["DATABASE_URL"], self.surroundings["DATABASE_OWNER_URL"]]
        program = SERVE.format(options=OPTIONS)
        command = [sys.executable, "-c", program, str(self.cluster.base), *urls]
        self.process = subprocess.Popen(command, cwd=ROOT, env=self.surroundings, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout
        while "Ctrl-C" not in (line := self.process.stdout.readline()):
            assert line, "it ended before it answered"

    def process_of(self, mark: str) -> list[int]:
        assert self.process
        found = []
        for pid in family(self.process.pid):
            try:
                words = Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace")
            except OSError:
                continue
            if mark in words:
                found.append(pid)
        return sorted(found)

    def answers(self, path: str = "/readyz") -> int:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=15) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            return error.code
        except OSError:
            return 0


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    tmp_path = tmp_path_factory.mktemp("house")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    cluster = Cluster(tmp_path / "postgres", OPTIONS)
    cluster.start()
    make_roles(cluster.url(), {OWNER: cluster.password, APP: cluster.password}, name="doorstep")
    urls = {name: cluster.url("doorstep", role, cluster.password) for name, role in (("app", APP), ("owner", OWNER))}
    data = tmp_path / "data"
    (data / "static").mkdir(parents=True)
    surroundings = {
        **os.environ, "DJANGO_SETTINGS_MODULE": "config.settings", "DATA_DIR": str(data), "PORT": str(port),
        "HOST": "127.0.0.1", "LC_ALL": "C", "DATABASE_URL": urls["app"], "DATABASE_OWNER_URL": urls["owner"],
        "TASKS_BACKEND": "django_tasks_db.DatabaseBackend", "PYTHONPATH": str(ROOT),
    }  # fmt: skip
    surroundings.pop("DOORSTEP_NO_POOL", None)
    surroundings.pop("PYTEST_VERSION", None)
    made = House(cluster, port, surroundings)
    for command in (["migrate", "--noinput", "-v0"], ["grant_login", APP], ["collectstatic", "--noinput", "-v0"]):
        as_owner = {**surroundings, "DATABASE_URL": urls["owner"]}
        subprocess.run([sys.executable, "manage.py", *command], cwd=ROOT, env=as_owner, check=True)
    made.badge, *made.doors = made.runs(PEOPLE).split()
    try:
        made.start()
        yield made
    finally:
        if made.process:
            made.process.terminate()
            made.process.wait(40)
            if made.process.stdout:
                made.process.stdout.close()
        cluster.keep(False)
        cluster.stop()
        for folder in (cluster.home, cluster.socket_folder()):
            shutil.rmtree(folder, ignore_errors=True)


class Walker:
    """An officer's phone: signed in, one tap a door; keeps the number of what was acknowledged."""

    def __init__(self, house: House) -> None:
        self.house, self.acknowledged = house, set[str]()
        self.jar = http.cookiejar.CookieJar()
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.jar))
        self.opener.addheaders = [("Accept-Language", "en")]
        self.post("/sign-in/", {"username": house.badge, "password": PASSWORD})

    def get(self, path: str) -> tuple[int, str]:
        return self._ask(urllib.request.Request(f"http://127.0.0.1:{self.house.port}{path}"))

    def post(self, path: str, said: dict[str, str]) -> tuple[int, str]:
        status, page = self.get("/sign-in/" if path == "/sign-in/" else "/round/")
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
        if not token:
            return status, page
        body = urllib.parse.urlencode({**said, "csrfmiddlewaretoken": token[1]}).encode()
        return self._ask(urllib.request.Request(f"http://127.0.0.1:{self.house.port}{path}", data=body))

    def _ask(self, request: urllib.request.Request) -> tuple[int, str]:
        try:
            with self.opener.open(request, timeout=15) as answer:
                return int(answer.status), answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()
        except (OSError, http.client.HTTPException):
            return 0, ""

    def nobody_in(self, door: str, number: str) -> int:
        status, _ = self.post(f"/doors/{door}/nobody-in/", {"client_id": number})
        if status == 200:
            self.acknowledged.add(number)
        return status


def test_what_was_acknowledged_is_stored_whoever_is_killed(house: House) -> None:
    from uuid import uuid4

    rng, walker = random.Random(7), Walker(house)
    assert walker.nobody_in(house.doors.pop(), str(uuid4())) == 200
    for _ in range(KILLS):
        for mark in ("gunicorn", "manage.py\0work", "postgres"):
            victims = [house.cluster.running_pid()] if mark == "postgres" else house.process_of(mark)
            # Of the web server one of its workers dies: the last ones started.
            victim = victims[-1] if victims else None
            assert victim, f"no {mark} was running"
            for _ in range(rng.randint(0, 2)):
                walker.nobody_in(house.doors[rng.randrange(len(house.doors))], str(uuid4()))
            os.kill(victim, signal.SIGKILL)
            began = time.monotonic()
            walker.nobody_in(house.doors[rng.randrange(len(house.doors))], str(uuid4()))
            wait_for(lambda pid=victim: not alive(pid))
            wait_for(lambda: house.answers() == 200, 20)
            # Each web process learns of a lost connection by its own first failure.
            wait_for(lambda: walker.get("/round/")[0] == 200, 20)
            assert time.monotonic() - began < 20
    wait_for(lambda: len(house.process_of("manage.py\0work")) == 1, 20)
    stored, faults = json.loads(house.runs(STORED))
    assert walker.acknowledged
    assert walker.acknowledged <= set(stored)
    assert faults == []


def test_while_the_database_is_away_a_plain_page_says_so(house: House) -> None:
    walker = Walker(house)
    pid = house.cluster.running_pid()
    assert pid
    assert walker.get("/round/")[0] == 200
    for child in [pid, *family(pid)]:
        os.kill(child, signal.SIGKILL)
    status, page = walker.get("/round/")
    # Either it came at once, or the page says so in both languages.
    assert status in {200, 503}
    if status == 503:
        assert "数据库" in page
        assert "database" in page
    assert house.answers("/healthz") == 200
    wait_for(lambda: walker.get("/round/")[0] == 200, 10)
