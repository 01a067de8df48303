"""Writes `docs/lifecycles.md` from the tables of moves, so that the picture can't say anything else."""

from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils import translation

from accounts.lifecycles import Lifecycle, Move
from config.management.commands.floors import FLOORS

HEAD = """\
# Lifecycles

Written by `./run manage lifecycles` from each room's `states.py`; a test compares them. A move that stays in its state
is listed in the table alone. Guards and their sentences stand beside the moves in the code.
"""


class Command(BaseCommand):
    help = "Writes docs/lifecycles.md from the tables of moves."

    def handle(self, **options: Any) -> None:
        (Path(settings.BASE_DIR) / "docs" / "lifecycles.md").write_text(document(), encoding="utf-8")


def document() -> str:
    with translation.override("en"):
        return "\n".join([HEAD, *(chapter(room, lifecycle) for room, lifecycle in lifecycles())])


def lifecycles() -> Iterator[tuple[str, Lifecycle]]:
    for room in FLOORS[:-1]:
        if find_spec(f"{room}.states") is not None:
            found = vars(import_module(f"{room}.states")).values()
            yield from ((room, value) for value in found if isinstance(value, Lifecycle))


def chapter(room: str, lifecycle: Lifecycle) -> str:
    rows = "\n".join(row(name, move) for name, move in lifecycle.moves.items())
    arrows = "\n".join(arrow for name, move in lifecycle.moves.items() for arrow in drawn(name, move))
    return f"""\
## {lifecycle.name} ({room})

```mermaid
stateDiagram-v2
{arrows}
```

| move | words | from | to | right | sets |
|---|---|---|---|---|---|
{rows}
"""


def drawn(name: str, move: Move) -> Iterator[str]:
    if not move.sources:
        yield f"    [*] --> {move.target}: {name}"
    elif move.target is not None:
        yield from (f"    {source} --> {move.target}: {name}" for source in move.sources if source != move.target)


def row(name: str, move: Move) -> str:
    cells = (
        name,
        move.label,
        ", ".join(move.sources) or "–",
        move.target or "same",
        move.right.value if move.right else "by its guards",
        ", ".join(move.sets) or "–",
    )
    return f"| {' | '.join(str(cell) for cell in cells)} |"
