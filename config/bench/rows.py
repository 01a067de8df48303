"""One measured line: ours beside an anchor, in alternation, by the median of the rounds."""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

Work = Callable[[], object]


@dataclass(frozen=True)
class Row:
    """`amount` things in so many seconds each; `aim` is the least ratio to the anchor's rate, 0 where none is set."""

    name: str
    amount: int
    unit: str
    ours: float
    anchor: float
    anchor_name: str
    aim: float = 0.0
    note: str = ""

    @property
    def ratio(self) -> float:
        return self.anchor / self.ours if self.ours else 0.0

    def line(self) -> str:
        rate, other = self.amount / self.ours, self.amount / self.anchor
        aim = f"{self.aim:g}" if self.aim else "–"
        return (
            f"| {self.name} | {shown(rate)} {self.unit}/s | {shown(other)} {self.unit}/s ({self.anchor_name}) "
            f"| {self.ratio:.2f} | {aim} | {self.note} |"
        )


def shown(rate: float) -> str:
    return f"{rate:,.0f}" if rate >= 10 else f"{rate:.1f}"


@dataclass(frozen=True)
class PageRow:
    """One page at three sizes of the register: milliseconds and statements each."""

    name: str
    milliseconds: tuple[float, ...]
    statements: tuple[int, ...]

    def line(self) -> str:
        figures = " | ".join(f"{ms:.0f} ms, {n}" for ms, n in zip(self.milliseconds, self.statements, strict=True))
        grown = self.milliseconds[-1] / self.milliseconds[0] if self.milliseconds[0] else 0.0
        return f"| {self.name} | {figures} | {grown:.2f} |"


def seconds(work: Work) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def alternate(ours: Work, anchor: Work, rounds: int = 3) -> tuple[float, float]:
    """Medians of both, taken turn by turn so that a noisy minute falls on both."""
    taken = [(seconds(ours), seconds(anchor)) for _round in range(rounds)]
    return statistics.median(a for a, _b in taken), statistics.median(b for _a, b in taken)
