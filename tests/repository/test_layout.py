"""What lies where, what was committed, and what is depended on."""

import json
import re
import tomllib
from importlib.metadata import packages_distributions

from config.running.places import ROOT
from tests.repository.source import FLOORS, committed, python_files

TOP_LEVEL = {
    *("manage.py", "pyproject.toml", "package.json", "README.md", "run"),
    *FLOORS,
    *("templates", "static", "locale", "tests", "docs"),
    *("requirements.txt", "requirements-dev.txt", "package-lock.json"),
    *(".ci", ".gitignore", ".npmrc"),
}
# Drawn or photographed for the documents; everything else is text.
PICTURES = {".png", ".jpg", ".webp", ".xlsx", ".pdf"}
REGISTRIES = re.compile(r"https?://[^\s\"']*(pypi|pythonhosted|npmjs|registry|mirror)", re.IGNORECASE)


def test_the_top_level_holds_only_what_the_design_lists() -> None:
    found = {path.relative_to(ROOT).parts[0] for path in committed()}
    assert found - TOP_LEVEL == set()


def test_there_is_no_module_for_everything() -> None:
    vague = {"utils", "helpers", "common", "core", "misc", "util", "helper"}
    assert [path for path in committed() if path.suffix == ".py" and {path.stem, path.parent.name} & vague] == []


def test_nothing_of_third_parties_is_committed() -> None:
    strange = [
        str(path.relative_to(ROOT))
        for path in committed()
        if path.suffix in {".ttf", ".otf", ".woff", ".woff2", ".map", ".whl", ".zip", ".gz"}
        or ".min." in path.name
        or {"node_modules", "site-packages", "vendor"} & set(path.parts)
        or (path.suffix not in PICTURES and path.suffix != ".csv" and path.stat().st_size > 400_000)
    ]
    assert strange == []


def test_no_script_or_style_sheet_carries_a_foreign_licence() -> None:
    banner = re.compile(r"@license|Licensed under|\(c\)|©|Copyright", re.IGNORECASE)
    own = [path for path in committed() if path.suffix in {".js", ".css"}]
    assert [path.name for path in own if banner.search(path.read_text(encoding="utf-8"))] == []


def test_the_locks_name_no_registry() -> None:
    for name in ("requirements.txt", "requirements-dev.txt", "package-lock.json", "pyproject.toml", ".npmrc"):
        text = (ROOT / name).read_text(encoding="utf-8")
        assert not REGISTRIES.search(text), name
        assert '"resolved"' not in text, name


def test_every_locked_package_has_a_hash() -> None:
    for name in ("requirements.txt", "requirements-dev.txt"):
        blocks = re.split(r"(?m)^(?=[A-Za-z0-9])", (ROOT / name).read_text(encoding="utf-8"))[1:]
        assert len(blocks) > 40
        assert [block.splitlines()[0] for block in blocks if "--hash=sha256:" not in block] == []
    packages = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    assert [name for name, entry in packages.items() if name and "integrity" not in entry] == []


def test_both_locks_agree() -> None:
    small, large = (pins(ROOT / name) for name in ("requirements.txt", "requirements-dev.txt"))
    assert {name: (pin, large.get(name)) for name, pin in small.items() if large.get(name) != pin} == {}


def test_the_locks_hold_what_is_declared() -> None:
    locked = pins(ROOT / "requirements-dev.txt")
    names = {re.split(r"[\[<>=~ ]", line)[0].lower() for group in declared().values() for line in group}
    assert names - set(locked) == set()


def test_every_dependency_says_what_it_is_for() -> None:
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    listed = [line for line in text.splitlines() if re.match(r'    "[a-z].*?",', line) and "#" not in line]
    chosen = [line for group in declared().values() for line in group]
    assert [line for line in listed if any(f'"{choice}"' in line for choice in chosen)] == []


def test_every_dependency_is_used() -> None:
    """By an import, or by its name in the settings or on a command line."""
    source = "\n".join(path.read_text(encoding="utf-8") for path in python_files(*FLOORS))
    modules: dict[str, set[str]] = {}
    for module, names in packages_distributions().items():
        for name in names:
            modules.setdefault(name.lower().replace("_", "-"), set()).add(module)
    unused = []
    for line in declared()["run"]:
        name = re.split(r"[\[<>=~ ]", line)[0].lower()
        words = modules.get(name, {name})
        if not any(re.search(rf"\b{re.escape(word)}", source, re.IGNORECASE) for word in words):
            unused.append(name)
    assert unused == []


def declared() -> dict[str, list[str]]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return {"run": project["dependencies"], **project["optional-dependencies"]}


def pins(path: object) -> dict[str, str]:
    found = re.findall(r"(?m)^([A-Za-z0-9._-]+)==([^ ;\\]+)", (ROOT / str(path)).read_text(encoding="utf-8"))
    return {name.lower(): version for name, version in found}
