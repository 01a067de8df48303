"""The marked world of this folder's tables, built once a module."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.accounts.marked import Marked, marked
from tests.standing import standing
from tests.world import build_world


@pytest.fixture(scope="module")
def house(django_db_setup: None, django_db_blocker: Any) -> Iterator[Marked]:
    """Every test leaves it as it was: `aside()` around whatever writes."""
    with standing(django_db_blocker):
        yield marked(build_world())
