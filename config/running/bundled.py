"""A copy that was unpacked from a bundle (`./run bundle`): its packages lie beside the code, no registry is asked."""

import json
import platform
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

from config.running.places import ROOT
from config.running.words import Stop

FOLDER = ROOT / "bundle"
ABOUT = FOLDER / "about.json"
WHEELS = FOLDER / "wheels"
DEBS = FOLDER / "debs"


def is_bundled() -> bool:
    return ABOUT.is_file()


def machine() -> dict[str, str]:
    """What must be the same where a bundle is made and where it is used: the wheels are for nothing else."""
    libc = platform.libc_ver()[0] or "another libc"
    return {
        "system": f"{platform.system()} {platform.machine()} {libc}",
        "python": f"{sys.version_info.major}.{sys.version_info.minor}",
    }


def release() -> str:
    """The distribution and its release, for which the system packages in a bundle are."""
    try:
        said = platform.freedesktop_os_release()
    except OSError:
        return ""
    return f"{said.get('ID', '')} {said.get('VERSION_ID', '')}".strip()


def refuse_elsewhere() -> None:
    """A bundle for another kind of machine fails at once, not in the middle of the installation."""
    made_for, here = json.loads(ABOUT.read_text(encoding="utf-8")), machine()
    wanted = {name: made_for[name] for name in here}
    if wanted != here:
        said = [f"{pair['system']}, Python {pair['python']}" for pair in (wanted, here)]
        raise Stop(
            f"This bundle is for {said[0]}; here is {said[1]}. Make one on a machine like this one: ./run bundle",
            f"此离线包适用于 {said[0]}，本机为 {said[1]}。请在同类机器上重新制作：./run bundle",
        )


def unpack_installer(place: Path) -> Path:
    """uv out of its wheel: no pip is needed, which a bare Debian hasn't."""
    wheel = next(WHEELS.glob("uv-*.whl"))
    place.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(wheel) as packed:
        name = next(name for name in packed.namelist() if name.endswith(".data/scripts/uv"))
        with packed.open(name) as source, place.open("wb") as target:
            shutil.copyfileobj(source, target)
    place.chmod(0o755)
    return place


def packed_debs() -> list[Path]:
    """The bundle's system packages that are not installed here; none when they are for another release."""
    made_for = json.loads(ABOUT.read_text(encoding="utf-8"))
    if made_for["release"] != release() or not shutil.which("dpkg-query"):
        return []
    return [deb for deb in sorted(DEBS.glob("*.deb")) if not is_installed(deb.name.partition("_")[0])]


def is_installed(package: str) -> bool:
    said = subprocess.run(["dpkg-query", "-W", "-f=${db:Status-Status} ", package], capture_output=True, text=True)
    return "installed" in said.stdout.split()
