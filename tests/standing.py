"""A world that many tests look at: the clock stands still, nothing is really drawn, and at the end nothing was written."""

from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

import pytest
import time_machine
from django.db import transaction

from tests.world import NOW


@contextmanager
def standing(blocker: Any) -> Iterator[None]:
    """For a module's fixture: what is built inside stays until the module's last test."""
    with pytest.MonkeyPatch.context() as patch, blocker.unblock(), time_machine.travel(NOW, tick=False), aside():
        for module in ("reports.pdf", "reports.documents.views", "reports.documents.actions"):
            patch.setattr(f"{module}.draw", drawn)
        yield


@contextmanager
def aside() -> Iterator[None]:
    """What is written inside is taken back."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def drawn(html: Any, _name: str, *, patience: int = 0) -> SimpleNamespace:
    """The page that the renderer would draw, in the place of its PDF."""
    pages = [html] if isinstance(html, str) else list(html)
    return SimpleNamespace(content=b"%PDF" + "".join(pages).encode(), pages=len(pages))
