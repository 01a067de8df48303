"""The project's own source, read as text and as syntax trees."""

import ast
import subprocess
from functools import cache
from pathlib import Path

from config.management.commands.floors import FLOORS
from config.running.places import ROOT

APPS = FLOORS[:-1]


# What .gitignore keeps out; for a copy that came as an archive, without git.
IGNORED = {
    *(".venv", "node_modules", ".local", "__pycache__", ".git"),
    *(".mypy_cache", ".ruff_cache", ".pytest_cache", ".hypothesis"),
}


@cache
def committed() -> tuple[Path, ...]:
    """Every file that is, or is about to be, committed."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    try:
        listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
        paths = {ROOT / line for line in listed}
    except (FileNotFoundError, subprocess.CalledProcessError):
        paths = {path for path in ROOT.rglob("*") if not IGNORED & set(path.parts) and path.suffix != ".mo"}
    return tuple(sorted(path for path in paths if path.is_file()))


def python_files(*tops: str, migrations: bool = False) -> list[Path]:
    return [
        path
        for path in committed()
        if path.suffix == ".py"
        and path.relative_to(ROOT).parts[0] in (tops or APPS)
        and (migrations or "migrations" not in path.parts)
    ]


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def place(path: Path, node: ast.AST) -> str:
    return f"{path.relative_to(ROOT)}:{getattr(node, 'lineno', 0)}"
