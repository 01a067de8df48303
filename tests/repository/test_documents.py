"""Documents that are written from the code say what the code says."""

from config.management.commands.floors import redrawn
from config.management.commands.lifecycles import document, lifecycles
from config.running.places import ROOT


def test_the_lifecycles_are_drawn_as_they_are() -> None:
    assert len(list(lifecycles())) >= 3
    drawn = (ROOT / "docs" / "lifecycles.md").read_text(encoding="utf-8")
    assert drawn == document(), "write it anew: ./run manage lifecycles"


def test_the_floors_are_drawn_from_the_imports() -> None:
    drawn = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    assert "config --> accounts" in drawn
    assert drawn == redrawn(drawn), "draw it anew: ./run manage floors"
