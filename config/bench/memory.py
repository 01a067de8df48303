"""What work takes of memory, in megabytes: of this process, and of all that it started."""

import ctypes
import gc
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from config.bench.rows import seconds
from config.running.processes import command, family

HIGHEST = re.compile(r"VmHWM:\s*(\d+) kB")
RESIDENT = re.compile(r"VmRSS:\s*(\d+) kB")
RENDERER, READER, DATABASE = b"reports.rendering", b"registry/reading.py", b"postgres"


def with_peak(work: Callable[[], object]) -> tuple[float, float]:
    """Seconds, and by how many megabytes this process grew at most, after what was left over is given back."""
    gc.collect()
    ctypes.CDLL(None).malloc_trim(0)
    # Linux forgets the highest mark of a process when 5 is written here.
    Path("/proc/self/clear_refs").write_text("5")
    before = kilobytes("self", RESIDENT)
    taken = seconds(work)
    return taken, (kilobytes("self", HIGHEST) - before) / 1024


def kilobytes(pid: int | str, what: re.Pattern[str]) -> int:
    """0 when the process is gone."""
    try:
        found = what.search(Path(f"/proc/{pid}/status").read_text())
    except OSError:
        return 0
    return int(found[1]) if found else 0


def highest(child: bytes, found: dict[int, bytes]) -> int:
    """The most kilobytes that one of these processes has held whose command names this child."""
    return max((kilobytes(pid, HIGHEST) for pid, said in found.items() if child in said), default=0)


def pss(pid: int) -> int:
    """Kilobytes, a shared page counted once over all who share it; 0 when the process is gone."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)


@dataclass
class Watched:
    """Looks every so many seconds at every process that this one started.

    `kilobytes` are of all together, `of_database` of PostgreSQL's alone, `of_reader` and `of_renderer` the most that one
    child took which reads a workbook or draws a PDF; `at_once` counts the renderers.
    """

    pid: int
    every: float = 0.5
    kilobytes: int = 0
    of_database: int = 0
    of_reader: int = 0
    of_renderer: int = 0
    at_once: int = 0
    _over: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> "Watched":
        self._thread = threading.Thread(target=self._watch)
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._over.wait(self.every):
            found = {pid: command(pid) for pid in family(self.pid)}
            database = sum(pss(pid) for pid, said in found.items() if DATABASE in said)
            rest = sum(pss(pid) for pid, said in found.items() if DATABASE not in said)
            self.kilobytes, self.of_database = max(self.kilobytes, database + rest), max(self.of_database, database)
            self.of_reader = max(self.of_reader, highest(READER, found))
            self.of_renderer = max(self.of_renderer, highest(RENDERER, found))
            self.at_once = max(self.at_once, sum(RENDERER in said for said in found.values()))
