"""Documents that are written from the code say what the code says."""

from config.management.commands.lifecycles import document, lifecycles
from config.running.places import ROOT


def test_the_lifecycles_are_drawn_as_they_are() -> None:
    assert len(list(lifecycles())) >= 3
    drawn = (ROOT / "docs" / "lifecycles.md").read_text(encoding="utf-8")
    assert drawn == document(), "write it anew: ./run manage lifecycles"
