"""What only the system's package manager can bring: libraries, a browser, fonts."""

import ctypes
import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from config.running import bundled
from config.running.words import Stop, say


@dataclass(frozen=True)
class Need:
    """A Debian or Ubuntu package, and how to see that what it brings is there. An optional one saves time, or adds what few need."""

    package: str
    there: Callable[[], bool]
    optional: bool = False


def library(name: str) -> Callable[[], bool]:
    def loads() -> bool:
        try:
            ctypes.CDLL(name)
        except OSError:
            return False
        return True

    return loads


def program(*names: str) -> Callable[[], bool]:
    return lambda: any(shutil.which(name) for name in names)


def chinese_font() -> bool:
    folders = ("/usr/share/fonts", "/usr/local/share/fonts", "/Library/Fonts", "/System/Library/Fonts")
    return any(any(Path(folder).rglob(f"*{name}*")) for folder in folders for name in ("CJK", "PingFang", "wqy"))


def rare_characters() -> bool:
    """Extension B, for names on paper such as 𠮷; on other systems nobody looks for it."""
    return sys.platform != "linux" or any(Path("/usr/share/fonts").rglob("HanaMinB*"))


def venv_module() -> bool:
    return importlib.util.find_spec("ensurepip") is not None


if sys.platform == "darwin":
    PANGO = ("libpango-1.0.dylib", "libpangoft2-1.0.dylib", "libharfbuzz-subset.dylib")
else:
    PANGO = ("libpango-1.0.so.0", "libpangoft2-1.0.so.0", "libharfbuzz-subset.so.0")

TO_MAKE_VENV = (Need(f"python3.{sys.version_info.minor}-venv", venv_module),)
TO_RUN = (
    *TO_MAKE_VENV,
    Need("libpango-1.0-0", library(PANGO[0])),
    Need("libpangoft2-1.0-0", library(PANGO[1])),
    Need("libharfbuzz-subset0", library(PANGO[2]), optional=True),
    Need("fonts-hanazono", rare_characters, optional=True),
)
TO_TEST = (
    Need("chromium", program("chromium", "chromium-browser", "google-chrome")),
    Need("poppler-utils", program("pdftotext")),
    Need("fonts-noto-cjk", chinese_font),
    Need("libatomic1", lambda: sys.platform != "linux" or library("libatomic.so.1")()),  # Playwright's own Node
)


def have(needs: Sequence[Need]) -> None:
    """Names everything that is missing in one line, then installs it where that is allowed."""
    # A bundle brings its installer along, which needs no pip.
    spared = TO_MAKE_VENV if bundled.is_bundled() else ()
    missing = [need for need in needs if need not in spared and not need.there()]
    if not missing:
        return
    if bundled.is_bundled() and bundled.packed_debs():
        missing = install_packed(missing)
    if missing:
        fetch(missing)


def install_packed(missing: Sequence[Need]) -> list[Need]:
    """From the bundle, without asking any archive; returns what is missing still."""
    debs = [str(deb) for deb in bundled.packed_debs()]
    if os.geteuid() != 0:
        raise Stop(
            f"System packages are missing. Install those of this bundle, then run this again:\n  sudo dpkg -i {' '.join(debs)}",
            f"缺少系统软件包。请先安装离线包中的软件包，再重新运行：\n  sudo dpkg -i {' '.join(debs)}",
        )
    say("Installing system packages of the bundle …", "正在安装离线包中的系统软件包 …")
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    done = subprocess.run(["dpkg", "--install", *debs], env=quiet, capture_output=True, text=True)
    if done.returncode:
        raise Stop(f"dpkg failed:\n{done.stdout}{done.stderr}", f"dpkg 失败：\n{done.stdout}{done.stderr}")
    return [need for need in missing if not need.there()]


def fetch(missing: Sequence[Need]) -> None:
    names = " ".join(need.package for need in missing)
    say(f"Missing system packages: {names}", f"缺少系统软件包：{names}")
    if all(need.optional for need in missing) and not may_install():
        return
    if not may_install():
        raise Stop(
            f"Install them, then run this again:\n  sudo {apt_line(missing)}",
            f"请先安装，再重新运行：\n  sudo {apt_line(missing)}",
        )
    install(missing)
    still = [need.package for need in missing if not need.optional and not need.there()]
    if still:
        raise Stop(f"Still missing: {' '.join(still)}", f"仍然缺少：{' '.join(still)}")


def apt_line(needs: Sequence[Need]) -> str:
    return f"apt-get install --no-install-recommends -y {' '.join(need.package for need in needs)}"


def may_install() -> bool:
    return os.geteuid() == 0 and shutil.which("apt-get") is not None


def install(missing: Sequence[Need]) -> None:
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    apt(["update", "-qq"], quiet)
    wanted = [need.package for need in missing if not need.optional or is_offered(need.package)]
    apt(["install", "-qq", "-y", "--no-install-recommends", *wanted], quiet)


def is_offered(package: str) -> bool:
    said = subprocess.run(["apt-cache", "show", package], capture_output=True)
    return said.returncode == 0


def apt(arguments: list[str], environment: dict[str, str]) -> None:
    done = subprocess.run(["apt-get", *arguments], env=environment, capture_output=True, text=True)
    if done.returncode:
        raise Stop(
            f"apt-get {arguments[0]} failed:\n{done.stdout}{done.stderr}",
            f"apt-get {arguments[0]} 失败：\n{done.stdout}{done.stderr}",
        )
