"""Draws the picture of the floors in `docs/architecture.md` from what the code imports, so that it can't say else."""

import ast
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

# Bottom first: a room imports only from those before it.
FLOORS = ("accounts", "registry", "campaigns", "disputes", "visits", "reports", "config")
BEGIN, END = "<!-- floors: drawn by ./run manage floors -->\n", "<!-- /floors -->\n"


class Command(BaseCommand):
    help = "Draws the floors in docs/architecture.md from the imports."

    def handle(self, **options: Any) -> None:
        path = Path(settings.BASE_DIR) / "docs" / "architecture.md"
        path.write_text(redrawn(path.read_text(encoding="utf-8")), encoding="utf-8")


def redrawn(text: str) -> str:
    """The document with today's picture between its two marks."""
    before, _mark, rest = text.partition(BEGIN)
    _old, _mark, after = rest.partition(END)
    return f"{before}{BEGIN}{picture()}{END}{after}"


def picture() -> str:
    """Top floor first; an arrow for every room that imports from another."""
    known = imports(Path(settings.BASE_DIR))
    rooms = "\n".join(f'    {room}["{number} · {room}/"]' for number, room in reversed(list(enumerate(FLOORS, 1))))
    pairs = [(above, below) for above in reversed(FLOORS) for below in reversed(FLOORS)]
    arrows = "\n".join(f"    {above} --> {below}" for above, below in pairs if below in known[above])
    return f"```mermaid\nflowchart TB\n{rooms}\n{arrows}\n```\n"


def imports(root: Path) -> dict[str, set[str]]:
    """Which other rooms each room imports from; migrations are history and don't count."""
    found: dict[str, set[str]] = {}
    for room in FLOORS:
        paths = [path for path in (root / room).rglob("*.py") if "migrations" not in path.parts]
        found[room] = set().union(*map(rooms_in, paths)) - {room}
    return found


def rooms_in(path: Path) -> set[str]:
    named: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            named |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            named.add(node.module)
    return {name.split(".")[0] for name in named} & set(FLOORS)
