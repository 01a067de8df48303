"""`./run test` and `./run check`: the same on a desk and in the automatic check."""

import os
import subprocess
import time
from collections.abc import Sequence

from config.running.places import PYTHON, ROOT, VENV
from config.running.words import say

BIN = VENV / "bin"
# Settings for tools that load the project without touching a database.
NOWHERE = {
    "ENV_FILE": os.devnull,
    "SECRET_KEY": "a key for tools that only read the code, never for a site",
    "FIELD_KEYS": "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=",
    "DATABASE_URL": "postgres://nobody:nothing@127.0.0.1:9/nowhere",
    "DATABASE_OWNER_URL": "",
    "DEMO": "0",
    "DEBUG": "0",
}


def steps() -> list[tuple[str, list[str]]]:
    python, ruff, djlint = str(PYTHON), str(BIN / "ruff"), str(BIN / "djlint")
    return [
        ("format", [ruff, "format", "--check", "--quiet", "."]),
        ("lint", [ruff, "check", "--quiet", "."]),
        # Its formatter is left alone: white space between inline elements shows on the page.
        ("templates", [djlint, "--lint", "--quiet", "templates"]),
        ("types", [python, "-m", "mypy", "--no-error-summary", "."]),
        ("system check", [python, "manage.py", "check", "--fail-level", "WARNING"]),
    ]


def run_all(arguments: Sequence[str]) -> int:
    """Every step is run, so that one round shows everything; the tests come last and end with pytest's own line."""
    failed = [name for name, command in steps() if not passes(name, command)]
    code = run_tests(arguments)
    if failed:
        say(f"Failed before the tests: {', '.join(failed)}", f"测试之前未通过：{', '.join(failed)}")
    return code or (1 if failed else 0)


def passes(name: str, command: Sequence[str]) -> bool:
    begun = time.monotonic()
    done = subprocess.run(command, cwd=ROOT, env={**os.environ, **NOWHERE}, capture_output=True, text=True)
    print(f"{'ok  ' if done.returncode == 0 else 'FAIL'} {name} ({time.monotonic() - begun:.1f} s)", flush=True)
    if done.returncode:
        print(done.stdout + done.stderr, flush=True)
    return done.returncode == 0


def run_tests(arguments: Sequence[str]) -> int:
    """A whole run uses every core, and one process more: a browser, a server that is killed, are waited for a third of the
    time. A run of named files stays in one process, where it starts sooner."""
    named = [word for word in arguments if not word.startswith("-")]
    together = ["-n", str((os.cpu_count() or 1) + 1), "--dist", "worksteal"]
    parallel = [] if named or any(word.startswith("-n") for word in arguments) else together
    return subprocess.run([PYTHON, "-m", "pytest", *parallel, *arguments], cwd=ROOT).returncode
