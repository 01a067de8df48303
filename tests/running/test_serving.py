"""The web server and the worker as a person meets them: an answer, Ctrl-C, and nothing left."""

import os
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.bench.visits import Line, Server
from config.running.places import ROOT
from config.running.processes import alive, command, family
from config.running.serving import web_command
from tests.database import app_url, owner_url
from tests.running.waiting import wait_for

PROGRAM = f"""
import sys
from config.running import serving
from config.running.site import Site
sys.exit(serving.serve(Site({app_url()!r}, {owner_url()!r}, own=None), demo=False))
"""


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """Everything that the server says beside its own words."""
    return tmp_path / "log.txt"


@pytest.fixture
def served(django_db_setup: None, port: int, log: Path) -> Iterator[subprocess.Popen[str]]:
    surroundings = {**os.environ, "PORT": str(port), "HOST": "127.0.0.1", "LC_ALL": "C", "PYTHONPATH": str(ROOT)}
    surroundings.pop("DOORSTEP_NO_POOL")
    command = [sys.executable, "-c", PROGRAM]
    with log.open("w") as said:
        process = subprocess.Popen(command, env=surroundings, stdout=subprocess.PIPE, stderr=said, text=True)
    assert process.stdout
    while "Ctrl-C" not in (line := process.stdout.readline()):
        assert line, f"it ended before it answered: {log.read_text()}"
    yield process
    process.stdout.close()
    if process.poll() is None:
        process.kill()
        process.wait()


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL], ids=lambda how: how.name)
def test_it_answers_and_leaves_nothing_behind(served: subprocess.Popen[str], port: int, how: signal.Signals) -> None:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=60) as answer:
        assert answer.status == 200
    children = family(served.pid)
    assert len(children) >= 3
    served.send_signal(how)
    assert served.wait(120) == (0 if how != signal.SIGKILL else -signal.SIGKILL)
    wait_for(lambda: not any(alive(pid) for pid in children))
    with socket.socket() as again:
        again.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        again.bind(("127.0.0.1", port))


def test_the_bench_measures_the_server_that_a_site_runs(django_db_setup: None) -> None:
    """By the same command; and its phones come back over a new line when the server has closed the old one."""
    server = Server()
    with server as port:
        told = command(server.process.pid).decode().rstrip("\0").split("\0")
        assert told == web_command(f"127.0.0.1:{port}")
        line = Line(port, {})
        assert line.status("GET", "/healthz") == 200
        line.connection.sock.shutdown(socket.SHUT_RDWR)
        assert line.status("GET", "/healthz") == 200
        line.connection.close()
