"""The web server and the worker: started, watched and stopped together."""

import contextlib
import ctypes
import errno
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from types import FrameType

from config.running.places import DEMO_MARK, PYTHON, ROOT, read_settings, says_yes
from config.running.postgres import Cluster
from config.running.site import Site
from config.running.words import Stop, say

READY_SECONDS = 60
STOP_SECONDS = 15
RESTART_SECONDS = 2
PORTS_TO_TRY = 50
DIE_WITH_PARENT = 1  # PR_SET_PDEATHSIG


class Interrupted(Exception):
    """Ctrl-C, or the polite request of whoever started us."""


def serve(site: Site, *, demo: bool) -> int:
    """Serves until Ctrl-C; returns the exit code. Whatever ends it, everything that it started is stopped."""
    host = os.environ.get("HOST") or "127.0.0.1"
    port = free_port(host, int(os.environ.get("PORT") or 8000))
    surroundings = {**site.surroundings(), "ALLOWED_HOSTS": allowed_hosts(host, demo=demo)}
    web, worker = web_command(f"{bracketed(host)}:{port}"), [str(PYTHON), "manage.py", "work"]
    for wanted in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(wanted, interrupt)
    started: list[subprocess.Popen[bytes]] = []
    try:
        started.append(start(web, surroundings))
        await_answer(f"http://{answering(host)}:{port}/healthz", started)
        # The worker comes second, so that the first page need not share the processor with its start.
        started.append(start(worker, surroundings))
        announce(f"http://{answering(host)}:{port}/", site.demo_signins() if demo else "")
        return watch(started, lambda: start(worker, surroundings), site.own)
    except (KeyboardInterrupt, Interrupted):
        say("\nStopping …", "\n正在停止 …")
        return 0
    finally:
        stop(started)


def web_command(bind: str) -> list[str]:
    """The web server, listening there: what a site runs, and what `./run bench` measures."""
    return [
        str(PYTHON), "-m", "gunicorn", "config.wsgi", "--worker-class", "config.web_worker.HouseWorker", "--bind", bind,
        "--workers", "2", "--threads", "4", "--preload", "--timeout", "60", "--graceful-timeout", "10", "--log-level",
        "warning", "--max-requests", "20000", "--max-requests-jitter", "2000",
    ]  # fmt: skip


def interrupt(number: int, frame: FrameType | None) -> None:
    raise Interrupted


def start(command: Sequence[str], surroundings: Mapping[str, str]) -> subprocess.Popen[bytes]:
    """A child in a process group of its own, so that Ctrl-C reaches us alone and we stop it in order."""
    return subprocess.Popen(
        command, cwd=ROOT, env=surroundings, stdin=subprocess.DEVNULL, start_new_session=True,
        preexec_fn=die_with_parent if sys.platform == "linux" else None,
    )  # fmt: skip


LIBC = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def die_with_parent() -> None:
    """After a kill -9 of ours the kernel stops the child, and the port is free again."""
    if LIBC is not None:
        LIBC.prctl(DIE_WITH_PARENT, signal.SIGTERM)


def watch(
    started: list[subprocess.Popen[bytes]], work: Callable[[], subprocess.Popen[bytes]], own: Cluster | None
) -> int:
    """Until the web server ends. A worker that ended and a database of our own that was killed are started again."""
    while True:
        web, worker = started
        for child, (name, chinese_name) in ((web, ("web server", "网页服务")), (worker, ("worker", "后台任务"))):
            if (code := child.poll()) is not None:
                say(f"The {name} ended by itself (code {code}).", f"{chinese_name}意外退出（代码 {code}）。")
        if web.poll() is not None:
            return web.returncode or 1
        if own and own.running_pid() is None:
            say("PostgreSQL ended by itself; starting it again.", "PostgreSQL 意外退出，正在重新启动。")
            own.start()
        if worker.poll() is not None:
            time.sleep(RESTART_SECONDS)
            started[1] = work()
        time.sleep(0.3)


def stop(started: Sequence[subprocess.Popen[bytes]]) -> None:
    """Asks each group to end, waits, then insists. A second Ctrl-C can't leave half of it running."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for child in started:
        signal_group(child, signal.SIGTERM)
    deadline = time.monotonic() + STOP_SECONDS
    for child in started:
        try:
            child.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            signal_group(child, signal.SIGKILL)
            child.wait()
    for child in started:
        signal_group(child, signal.SIGKILL)


def signal_group(child: subprocess.Popen[bytes], number: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, number)


def free_port(host: str, wanted: int) -> int:
    for port in range(wanted, wanted + PORTS_TO_TRY):
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError as fault:
                if fault.errno not in (errno.EADDRINUSE, errno.EACCES):
                    raise Stop(f"Can't listen on {host}: {fault}", f"无法在 {host} 上监听：{fault}") from fault
                continue
        if port != wanted:
            say(f"Port {wanted} is taken; using {port}.", f"端口 {wanted} 已被占用，改用 {port}。")
        return port
    raise Stop(f"No free port from {wanted} on.", f"从 {wanted} 起没有空闲端口。")


def allowed_hosts(host: str, *, demo: bool) -> str:
    """A demo answers to whatever name it is reached by when it was told to listen to the whole network."""
    kept = read_settings().get("ALLOWED_HOSTS", "")
    if kept:
        return kept
    if demo and host in {"0.0.0.0", "::"}:  # noqa: S104 (compares, does not listen)
        return "*"
    return ",".join(dict.fromkeys(["127.0.0.1", "localhost", "[::1]", socket.gethostname(), bracketed(host)]))


def bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def answering(host: str) -> str:
    """Where a browser on this machine finds a server that listens on `host`."""
    return {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host) or bracketed(host)  # noqa: S104


def await_answer(url: str, started: Sequence[subprocess.Popen[bytes]]) -> None:
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline:
        if any(child.poll() is not None for child in started):
            raise Stop("The server did not start; see the lines above.", "服务未能启动，请看上面的输出。")
        try:
            with direct.open(url, timeout=5):
                return
        except urllib.error.HTTPError:
            return  # It answers; /readyz says how well.
        except OSError:
            time.sleep(0.1)
    raise Stop(f"No answer from {url}.", f"{url} 没有响应。")


def announce(address: str, signins: str) -> None:
    print(signins, end="")
    say(f"\n  Doorstep: {address}   (Ctrl-C stops it)", f"\n  户户到：{address}   （按 Ctrl-C 停止）")


def refuse_unsafe_settings() -> None:
    """A real site never runs on a demo's secrets."""
    kept = read_settings()
    if says_yes(kept.get("DEMO", "")):
        raise Stop(
            "DEMO is set: ./run serve is for a real site. Start the demo with ./run demo, or a site with ./run init "
            "in a fresh copy.",
            "已设置 DEMO：./run serve 用于正式站点。演示请用 ./run demo；正式站点请在新副本中用 ./run init 建立。",
        )
    secret = kept.get("SECRET_KEY", "")
    if (
        secret.startswith((DEMO_MARK, "django-insecure", "change", "secret"))
        or len(secret) < 50
        or len(set(secret)) < 5
    ):
        raise Stop(
            "SECRET_KEY is a demo's or too weak: 50 or more random characters are needed.",
            "SECRET_KEY 来自演示或过于简单：需要 50 个以上的随机字符。",
        )
    if not kept.get("FIELD_KEYS"):
        raise Stop("FIELD_KEYS is not set: run ./run init first.", "未设置 FIELD_KEYS：请先运行 ./run init。")
