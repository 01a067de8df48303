"""A site of its own, served as ./run serve does, and browsers at its pages: what the tests kill and ask."""

import http.client
import http.cookiejar
import os
import random
import re
import secrets
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
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from config.running.places import ROOT
from config.running.postgres import Cluster
from config.running.processes import alive, command, family, parent
from config.running.site import APP, OWNER, make_roles
from tests.running.waiting import wait_for
from tests.world import PASSWORD

# How often each process is killed in each test; a short run by default.
KILLS = int(os.environ.get("DOORSTEP_KILLS", "1"))
VICTIMS = {"web": "gunicorn", "worker": "manage.py\0work", "database": "postgres"}
# A kill is no power cut: what was written is in the system's keeping, synced or not.
OPTIONS = {"shared_buffers": "32MB", "max_connections": "40", "fsync": "off"}
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
import datetime, json, django; django.setup()
from django.utils import timezone
from tests.world import build_world
world, now = build_world(), timezone.now()
today = timezone.localdate(now)
doors = [world.door(100 * (n // 4 + 1) + n % 4 + 1) for n in range(40)]
dates = dict(starts_on=today - datetime.timedelta(days=1), ends_on=today + datetime.timedelta(days=20))
campaign = world.campaign(**dates, at=now - datetime.timedelta(days=2))
for door in doors:
    world.give(campaign, door, world.owner, due=today)
print(json.dumps({"owner": world.owner.badge, "chief": world.chief.badge, "station": world.station.pk,
                  "doors": [door.pk for door in doors]}))
"""


@dataclass
class House:
    cluster: Cluster
    port: int
    surroundings: dict[str, str]
    process: subprocess.Popen[str] | None = None
    people: dict[str, object] = field(default_factory=dict)

    def runs(self, program: str) -> str:
        """What a program with the house's settings prints."""
        words = [sys.executable, "-c", program]
        done = subprocess.run(words, cwd=ROOT, env=self.surroundings, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def start(self) -> None:
        urls = [self.surroundings["DATABASE_URL"], self.surroundings["DATABASE_OWNER_URL"]]
        words = [sys.executable, "-c", SERVE.format(options=OPTIONS), str(self.cluster.base), *urls]
        self.process = subprocess.Popen(words, cwd=ROOT, env=self.surroundings, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout
        while "Ctrl-C" not in (line := self.process.stdout.readline()):
            assert line, "it ended before it answered"

    def stop(self) -> None:
        if self.process:
            self.process.terminate()
            self.process.wait(120)
            if self.process.stdout:
                self.process.stdout.close()

    def process_of(self, mark: str) -> list[int]:
        assert self.process
        return sorted(pid for pid in family(self.process.pid) if mark.encode() in command(pid))

    def victim(self, who: str) -> int:
        """Of the web server one of its workers dies, not the process that starts them: its end is the server's."""
        found = [self.cluster.running_pid()] if who == "database" else self.process_of(VICTIMS[who])
        if who == "web":
            found = [pid for pid in found if parent(pid) in found]
        assert found, f"no {who} was running"
        assert found[0], f"no {who} was running"
        return found[0]

    def kill(self, who: str) -> None:
        """A worker whose database was killed before it may end a moment later, and is started again: its life is awaited."""
        if who == "worker":
            wait_for(lambda: bool(self.process_of(VICTIMS[who])))
        pid = self.victim(who)
        os.kill(pid, signal.SIGKILL)
        wait_for(lambda: not alive(pid))

    def is_back(self) -> None:
        """Everything that was killed is there again and answers, by itself."""
        wait_for(lambda: self.answers() == 200)
        wait_for(lambda: len(self.process_of(VICTIMS["worker"])) == 1)

    def answers(self, path: str = "/readyz") -> int:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=60) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            return error.code
        except OSError:
            return 0


@contextmanager
def open_house(tmp_path: Path) -> Iterator[House]:
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
    for words in (["migrate", "--noinput", "-v0"], ["grant_login", APP], ["collectstatic", "--noinput", "-v0"]):
        as_owner = {**surroundings, "DATABASE_URL": urls["owner"]}
        subprocess.run([sys.executable, "manage.py", *words], cwd=ROOT, env=as_owner, check=True)
    try:
        made.start()
        yield made
    finally:
        made.stop()
        cluster.keep(False)
        cluster.stop()
        for folder in (cluster.home, cluster.socket_folder()):
            shutil.rmtree(folder, ignore_errors=True)


class Browser:
    """Signed in as one person; an answer is its status, its page and where it led. Nothing at all is (0, "", "")."""

    def __init__(self, house: House, badge: str) -> None:
        self.house = house
        self.jar = http.cookiejar.CookieJar()
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.jar))
        self.opener.addheaders = [("Accept-Language", "en")]
        said: dict[str, object] = {"username": badge, "password": PASSWORD}
        # Just after a kill the other web process may still hold a lost connection.
        wait_for(lambda: self.post("/sign-in/", said, page_before="/sign-in/")[2] not in {"", "/sign-in/"})

    def get(self, path: str) -> tuple[int, str, str]:
        return self._ask(urllib.request.Request(f"http://127.0.0.1:{self.house.port}{path}"))

    def post(
        self, path: str, said: dict[str, object], *, page_before: str = "/round/", file: tuple[str, bytes] | None = None
    ) -> tuple[int, str, str]:
        status, page, place = self.get(page_before)
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
        if not token:
            return status, page, place
        values = {**said, "csrfmiddlewaretoken": token[1]}
        kind, body = multipart(values, file) if file else ("application/x-www-form-urlencoded", encoded(values))
        address = f"http://127.0.0.1:{self.house.port}{path}"
        return self._ask(urllib.request.Request(address, data=body, headers={"Content-Type": kind}))

    def _ask(self, request: urllib.request.Request) -> tuple[int, str, str]:
        try:
            with self.opener.open(request, timeout=180) as answer:
                return int(answer.status), answer.read().decode(), urllib.parse.urlsplit(answer.url).path
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode(), ""
        except (OSError, http.client.HTTPException):
            return 0, "", ""


def encoded(values: dict[str, object]) -> bytes:
    return urllib.parse.urlencode(values, doseq=True).encode()


def multipart(values: dict[str, object], file: tuple[str, bytes]) -> tuple[str, bytes]:
    """A form with one file in the field `file`."""
    edge = secrets.token_hex(16)
    parts = [
        f'--{edge}\r\nContent-Disposition: form-data; name="{k}"\r\n\r\n{v}\r\n'.encode() for k, v in values.items()
    ]
    name, content = file
    head = f'--{edge}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
    parts.append(head.encode() + b"Content-Type: application/octet-stream\r\n\r\n" + content + b"\r\n")
    return f"multipart/form-data; boundary={edge}", b"".join(parts) + f"--{edge}--\r\n".encode()


def at_some_moment(rng: random.Random, seconds: float) -> None:
    """Sleeps for a random part of what the work takes; the moment is the point of these tests, nothing waits for it."""
    time.sleep(rng.uniform(0, seconds))


def tell(line: str) -> None:
    """For a long run by hand (`-s`): what came out."""
    sys.stdout.write(line + "\n")
