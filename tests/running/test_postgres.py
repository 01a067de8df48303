"""Our launcher of PostgreSQL: what a power cut, a kill and a second start leave behind must never block it."""

import os
import shutil
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from config.running import postgres
from config.running.postgres import LONGEST_SOCKET_FOLDER, Cluster, serves
from config.running.words import Stop
from tests.running.waiting import wait_for

OPTIONS = {"fsync": "off", "shared_buffers": "16MB", "max_connections": "10"}


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    made = Cluster(tmp_path / "postgres", OPTIONS)
    yield made
    made.keep(False)
    made.stop()
    for folder in (made.home, made.socket_folder()):
        shutil.rmtree(folder, ignore_errors=True)


def answers(cluster: Cluster) -> bool:
    with psycopg.connect(cluster.url()) as connection:
        return connection.execute("SELECT 1").fetchone() == (1,)


def test_it_starts_once_and_stops(cluster: Cluster) -> None:
    cluster.start()
    pid = cluster.running_pid()
    assert pid
    assert answers(cluster)
    cluster.start()
    assert cluster.running_pid() == pid
    cluster.stop()
    assert cluster.running_pid() is None


def test_it_starts_again_after_a_kill(cluster: Cluster) -> None:
    cluster.start()
    pid = cluster.running_pid()
    assert pid
    os.kill(pid, signal.SIGKILL)
    wait_for(lambda: cluster.running_pid() is None)
    cluster.start()
    assert cluster.running_pid() not in {None, pid}
    assert answers(cluster)


def test_a_pid_file_that_names_a_living_stranger_does_not_block_it(cluster: Cluster) -> None:
    cluster.start()
    pid = cluster.running_pid()
    assert pid
    left = (cluster.data / "postmaster.pid").read_text()
    cluster.stop()
    (cluster.data / "postmaster.pid").write_text(left.replace(str(pid), str(os.getpid()), 1))
    if cluster.account:
        os.chown(cluster.data / "postmaster.pid", cluster.account.pw_uid, cluster.account.pw_gid)
    assert cluster.running_pid() is None
    cluster.start()
    assert answers(cluster)


def test_a_zombie_is_no_server(tmp_path: Path) -> None:
    child = subprocess.Popen([sys.executable, "-c", "pass", "-D", str(tmp_path)])
    wait_for(lambda: not serves(child.pid, tmp_path))
    child.wait()


def test_two_starts_at_once_make_one_server(cluster: Cluster) -> None:
    program = (
        "import sys; from pathlib import Path; from config.running.postgres import Cluster\n"
        f"c = Cluster(Path({str(cluster.base)!r}), {OPTIONS!r}); c.start(); print(c.running_pid())"
    )
    both = [subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) for _ in range(2)]
    first, second = (child.communicate(timeout=300)[0].strip() for child in both)
    assert first == second != "None"
    assert answers(cluster)


def test_the_last_one_out_stops_it(cluster: Cluster) -> None:
    other = Cluster(cluster.base, OPTIONS)
    cluster.join()
    with other.in_use():
        cluster.leave()
        assert answers(cluster)
    assert cluster.running_pid() is None


def test_a_kept_one_outlives_its_users(cluster: Cluster) -> None:
    cluster.keep(True)
    with cluster.in_use():
        pass
    assert answers(cluster)


def test_it_listens_on_a_private_socket_and_asks_for_the_password(cluster: Cluster) -> None:
    cluster.start()
    assert stat.S_IMODE(cluster.socket_folder().stat().st_mode) == 0o700
    assert stat.S_IMODE((cluster.base / "password").stat().st_mode) == 0o600
    with psycopg.connect(cluster.url()) as connection:
        assert connection.execute("SHOW listen_addresses").fetchone() == ("",)
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(cluster.url(password="guessed"))


@pytest.mark.parametrize(("language", "word"), [("en_US.UTF-8", "Put back"), ("zh_CN.UTF-8", "请放回")])
def test_data_whose_password_was_removed_is_named_with_both_ways_out(
    cluster: Cluster, monkeypatch: pytest.MonkeyPatch, language: str, word: str
) -> None:
    monkeypatch.setenv("LC_ALL", language)
    cluster.start()
    (cluster.base / "password").rename(cluster.base / "saved")
    for again in (cluster, Cluster(cluster.base, OPTIONS)):
        with pytest.raises(Stop) as caught:
            again.start()
        for part in (word, str(cluster.data), str(cluster.base.parent), "./run db reset"):
            assert part in str(caught.value)
    # The first way out, then the second.
    (cluster.base / "saved").rename(cluster.base / "password")
    assert answers(cluster)
    (cluster.base / "password").unlink()
    cluster.reset()
    cluster.start()
    assert answers(cluster)


def test_it_opens_no_folder_that_was_closed(tmp_path: Path) -> None:
    closed = tmp_path / "home"
    closed.mkdir(mode=0o700)
    before = [(folder, folder.stat().st_mode) for folder in (closed, *closed.parents)]
    cluster = Cluster(closed / "postgres", OPTIONS)
    try:
        cluster.start()
        assert answers(cluster)
        assert [(folder, folder.stat().st_mode) for folder, _mode in before] == before
    finally:
        cluster.stop()
        shutil.rmtree(cluster.home, ignore_errors=True)


def test_a_path_too_long_for_a_socket_is_no_obstacle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres, "home_for", lambda account, base: base)
    cluster = Cluster(tmp_path / ("long" * 30), OPTIONS)
    folder = cluster.socket_folder()
    assert len(os.fsencode(folder)) <= LONGEST_SOCKET_FOLDER
    assert folder == Cluster(tmp_path / ("long" * 30), OPTIONS).socket_folder()
    assert folder != Cluster(tmp_path / ("tall" * 30), OPTIONS).socket_folder()


def test_data_of_another_version_is_left_alone(cluster: Cluster) -> None:
    cluster.start()
    cluster.stop()
    (cluster.data / "PG_VERSION").write_text("13\n")
    with pytest.raises(Stop, match="13"):
        cluster.start()
    assert cluster.running_pid() is None


def test_an_interrupted_first_start_leaves_nothing_half_made(cluster: Cluster) -> None:
    (cluster.home / "data.new").mkdir(parents=True)
    (cluster.home / "data.new" / "PG_VERSION").write_text("18\n")
    cluster.start()
    assert answers(cluster)


def test_its_log_names_nobody(cluster: Cluster) -> None:
    cluster.start()
    with psycopg.connect(cluster.url(), autocommit=True) as connection:
        connection.execute("CREATE TABLE people (name text PRIMARY KEY)")
        connection.execute("INSERT INTO people VALUES ('张三')")
        with pytest.raises(psycopg.errors.UniqueViolation):
            connection.execute("INSERT INTO people VALUES ('张三')")
    said = (cluster.home / "log").read_text()
    assert "people_pkey" in said and "张三" not in said
