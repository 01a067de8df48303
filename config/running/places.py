"""Where things lie in this copy, and the settings that are kept for it."""

import os
import secrets
import tempfile
from base64 import urlsafe_b64encode
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
STATE = Path(os.environ.get("DATA_DIR") or ROOT / ".local").absolute()
ENV_FILE = Path(os.environ.get("ENV_FILE") or STATE / "env").absolute()
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
# Secrets of a demo carry this mark, so that a real site can refuse them.
DEMO_MARK = "demo-"


def read_settings() -> dict[str, str]:
    """The kept settings with the environment's own on top: what the app will see."""
    return {**read_file(), **os.environ}


def read_file() -> dict[str, str]:
    if not ENV_FILE.is_file():
        return {}
    pairs = (line.partition("=") for line in ENV_FILE.read_text(encoding="utf-8").splitlines() if "=" in line)
    return {name.strip(): value.strip() for name, _, value in pairs if not name.lstrip().startswith("#")}


def keep_settings(**changes: str) -> None:
    """Writes settings into the kept file, readable by its owner alone, all or nothing."""
    kept = read_file()
    if all(kept.get(name) == value for name, value in changes.items()):
        return
    lines = [f"{name}={value}\n" for name, value in {**kept, **changes}.items()]
    write_private(ENV_FILE, "".join(lines))


def make_secrets(*, demo: bool) -> None:
    """Gives a new copy its own keys. An existing copy keeps what it has: its rows are readable by those keys only."""
    kept = read_settings()
    new = {}
    if not kept.get("SECRET_KEY"):
        new["SECRET_KEY"] = (DEMO_MARK if demo else "") + secrets.token_urlsafe(48)
    if not kept.get("FIELD_KEYS"):
        new["FIELD_KEYS"] = urlsafe_b64encode(secrets.token_bytes(32)).decode()
    if new:
        keep_settings(**new)


def says_yes(value: str) -> bool:
    return value.strip().lower() in {"1", "true", "yes", "on", "y", "ok"}


def write_private(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
    os.replace(name, path)


def digest(*parts: str | bytes | Path) -> str:
    """A short digest of texts, and of the content of files."""
    found = sha256()
    for part in parts:
        data = part.read_bytes() if isinstance(part, Path) else part.encode() if isinstance(part, str) else part
        found.update(len(data).to_bytes(8, "big") + data)
    return found.hexdigest()[:20]


def look_of(files: Iterable[Path]) -> str:
    """A digest of names, sizes and times: enough to see that files changed, without reading them."""
    rows = sorted(f"{file} {file.stat().st_size} {file.stat().st_mtime_ns}" for file in files if file.is_file())
    return digest("\n".join(rows))


class Stamps:
    """Which step was last done with which inputs. A step whose inputs are the same is skipped."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def fresh(self, step: str, inputs: str) -> bool:
        stamp = self.folder / step
        return stamp.is_file() and stamp.read_text() == inputs

    def done(self, step: str, inputs: str) -> None:
        write_private(self.folder / step, inputs)
