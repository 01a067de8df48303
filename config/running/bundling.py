"""`./run bundle`: everything that a set-up fetches, with the code, in one archive for a network without registries.

What goes in: the tracked files, the wheels of the production lock, the front-end packages with the fonts in use, and
on Debian the system's packages. What never does: settings, data, keys, the repository's history.
"""

import gzip
import hashlib
import io
import json
import os
import re
import shutil
import subprocess
import tarfile
import tempfile
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path

from config.running import bundled, packages, system
from config.running.places import PYTHON, ROOT, STATE, Stamps
from config.running.words import Stop, say, words

TESTED = "Linux x86_64 glibc"


def make_bundle() -> Path:
    """Returns the archive's path; the same commit with the same packages gives the same bytes."""
    refuse_untested(bundled.machine()["system"])
    refuse_changed_tree(ROOT)
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    with tempfile.TemporaryDirectory(dir=STATE, prefix="bundling-") as name:
        place = Path(name)
        say("Fetching Python packages …", "正在取得 Python 软件包 …")
        fetch_wheels(place / "bundle" / "wheels")
        say("Fetching front-end packages and fonts …", "正在取得前端软件包和字体 …")
        fetch_front_end(place)
        say("Fetching system packages …", "正在取得系统软件包 …")
        debs = fetch_debs(place / "bundle" / "debs")
        about = {
            "version": version,
            "commit": git(ROOT, "rev-parse", "HEAD").strip(),
            **bundled.machine(),
            "release": bundled.release() if debs else "",
        }
        (place / "bundle" / "about.json").write_text(json.dumps(about, indent=1) + "\n", encoding="utf-8")
        target = STATE / f"doorstep-bundle-{version}.tar.gz"
        say("Packing …", "正在打包 …")
        made_at = int(git(ROOT, "log", "-1", "--format=%ct"))
        pack(target, f"doorstep-{version}", [*tracked(ROOT), *fetched(place)], made_at)
    tell(target, debs)
    return target


def refuse_untested(kind: str) -> None:
    if kind != TESTED:
        raise Stop(
            f"A bundle is only made and tested on {TESTED}; this is {kind}.",
            f"离线包只在 {TESTED} 上制作并测试过，本机为 {kind}。",
        )


def refuse_changed_tree(root: Path) -> None:
    """What is packed must be what the commit says."""
    if not (root / ".git").exists() or not shutil.which("git"):
        raise Stop(
            "A bundle is made from a clone of the repository, with git: it packs the tracked files alone.",
            "离线包须在 git 克隆中制作：只打包受版本管理的文件。",
        )
    changed = git(root, "status", "--porcelain").splitlines()
    if changed:
        named = ", ".join(line[3:] for line in changed[:5]) + (" …" if len(changed) > 5 else "")
        raise Stop(
            f"There are changes that are not committed: {named}. Commit or remove them, then run this again.",
            f"有未提交的改动：{named}。请先提交或清除，再重新运行。",
        )


def git(root: Path, *arguments: str) -> str:
    done = subprocess.run(["git", "-C", str(root), *arguments], capture_output=True, text=True)
    if done.returncode:
        raise Stop(f"git {arguments[0]} failed: {done.stderr}", f"git {arguments[0]} 失败：{done.stderr}")
    return done.stdout


def fetch_wheels(folder: Path) -> None:
    """By pip, which alone can fetch without installing; the lock's hashes are checked as in any set-up."""
    folder.mkdir(parents=True)
    listing = folder.parent / "wanted.txt"
    listing.write_text(packages.wanted_lock(packages.LOCKS[False], for_bundle=True), encoding="utf-8")
    packages.quietly(
        [
            str(PYTHON), "-m", "pip", "download", "--quiet", "--no-deps", "--require-hashes", "--only-binary", ":all:",
            "--dest", str(folder), "-r", str(listing),
        ]
    )  # fmt: skip
    listing.unlink()


def fetch_front_end(place: Path) -> None:
    """Production packages as npm lays them out, less the weights of the fonts that nothing draws with."""
    for name in ("package.json", "package-lock.json", ".npmrc"):
        shutil.copy(ROOT / name, place / name)
    packages.quietly(["npm", "ci", "--omit=dev", "--prefix", str(place)], **packages.npm_surroundings())
    for name in ("package.json", "package-lock.json", ".npmrc"):
        (place / name).unlink()
    drawn_with = fonts_in_use()
    for font in (place / "node_modules").rglob("*.ttf"):
        if font.relative_to(place).as_posix() not in drawn_with:
            font.unlink()
    Stamps(place / "node_modules").done(".installed", packages.front_end_inputs())


def fonts_in_use() -> set[str]:
    """Read in the renderer's text: nothing here may import an app."""
    return set(re.findall(r'"(node_modules/[^"]+\.ttf)"', (ROOT / "reports" / "rendering.py").read_text("utf-8")))


def fetch_debs(folder: Path) -> list[Path]:
    """The system's packages with all that a bare system lacks of theirs, as apt resolves them from nothing at all.

    Empty where there is no apt, or where it can't reach its archive.
    """
    if not shutil.which("apt-get"):
        return []
    (folder / "partial").mkdir(parents=True)
    nothing = folder / "status"
    nothing.touch()
    wanted = [need.package for need in system.TO_RUN if need not in system.TO_MAKE_VENV]
    command = [
        "apt-get", "-qq", "-y", "install", "--download-only", "--no-install-recommends",
        "-o", f"Dir::State::status={nothing}", "-o", f"Dir::Cache::archives={folder}/", "-o", "Debug::NoLocking=1",
        "-o", "APT::Sandbox::User=root", *wanted,
    ]  # fmt: skip
    if system.may_install():
        subprocess.run(["apt-get", "update", "-qq"], capture_output=True)
    done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "LC_ALL": "C"})
    found = sorted(folder.glob("*.deb"))
    if done.returncode or not found:
        say(f"apt-get brought no packages:\n{done.stderr}", f"apt-get 未能取得软件包：\n{done.stderr}")
        shutil.rmtree(folder)
        return []
    nothing.unlink()
    (folder / "partial").rmdir()
    return found


Entry = tuple[str, Path]


def tracked(root: Path) -> Iterator[Entry]:
    for name in git(root, "ls-files", "-z").split("\0"):
        if name:
            yield name, root / name


def fetched(place: Path) -> Iterator[Entry]:
    for path in sorted(place.rglob("*")):
        if path.is_file() and not path.is_symlink():
            yield path.relative_to(place).as_posix(), path


def pack(target: Path, top: str, entries: Iterable[Entry], made_at: int) -> None:
    """Written aside and moved into place. Names that could carry a secret are refused, whoever listed them."""
    fresh = target.with_name(target.name + ".new")
    with (
        fresh.open("wb") as file,
        gzip.GzipFile(filename="", fileobj=file, mode="wb", compresslevel=6, mtime=made_at) as packed,
        tarfile.open(fileobj=packed, mode="w|", format=tarfile.PAX_FORMAT) as archive,
    ):
        for name, path in entries:
            if name.split("/", 1)[0] in {".local", ".git", ".venv"}:
                raise Stop(f"{name} does not belong into a bundle.", f"{name} 不应放入离线包。")
            entry = tarfile.TarInfo(f"{top}/{name}")
            content = path.read_bytes()
            entry.size, entry.mtime = len(content), made_at
            entry.mode = 0o755 if os.access(path, os.X_OK) else 0o644
            archive.addfile(entry, io.BytesIO(content))
    fresh.rename(target)


def tell(target: Path, debs: list[Path]) -> None:
    size = target.stat().st_size / 1_000_000
    with target.open("rb") as file:
        checksum = hashlib.file_digest(file, "sha256").hexdigest()
    print(f"{target}\n{size:.0f} MB, SHA-256 {checksum}")
    if not debs:
        print(
            words(
                f"System packages are not in it; on the other side they are installed by: {system.apt_line(system.TO_RUN)}",
                f"其中不含系统软件包，须在目标机器上安装：{system.apt_line(system.TO_RUN)}",
            )
        )
