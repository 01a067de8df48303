"""The marked world of this folder's tables, built once a module."""

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
import time_machine
from django.db import transaction

from tests.accounts.marked import Marked, marked
from tests.world import NOW, build_world


@pytest.fixture(scope="module")
def house(django_db_setup: None, django_db_blocker: Any) -> Iterator[Marked]:
    """Every test leaves it as it was: `aside()` around whatever writes."""
    with (
        pytest.MonkeyPatch.context() as patch,
        django_db_blocker.unblock(),
        time_machine.travel(NOW, tick=False),
        transaction.atomic(),
    ):
        for module in ("reports.pdf", "reports.documents.views", "reports.documents.actions"):
            patch.setattr(f"{module}.draw", drawn)
        yield marked(build_world())
        transaction.set_rollback(True)


def drawn(html: Any, _name: str, *, patience: int = 0) -> SimpleNamespace:
    """The page that the renderer would draw, in the place of its PDF."""
    pages = [html] if isinstance(html, str) else list(html)
    return SimpleNamespace(content=b"%PDF" + "".join(pages).encode(), pages=len(pages))
