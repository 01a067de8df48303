"""Looking at processes from outside, by what Linux tells of them in /proc."""

from pathlib import Path


def stat(pid: int) -> list[str]:
    """State, parent and the rest, after the name; empty when the process is gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


def alive(pid: int) -> bool:
    """A zombie only waits for its exit code to be read; it holds nothing any more."""
    said = stat(pid)
    return bool(said) and said[0] not in "ZX"


def parent(pid: int) -> int:
    """0 when the process is gone."""
    said = stat(pid)
    return int(said[1]) if said else 0


def family(pid: int) -> set[int]:
    """Everything that the process started, and what that started in turn."""
    parents = {child: parent(child) for child in (int(path.name) for path in Path("/proc").glob("[0-9]*"))}
    found = {pid}
    while more := {child for child, of in parents.items() if of in found} - found:
        found |= more
    return found - {pid}


def command(pid: int) -> bytes:
    """Its words, parted by NUL; empty when the process is gone."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""
