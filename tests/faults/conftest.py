"""One house for all tests that kill: it stands on a database of its own."""

import json
from collections.abc import Iterator

import pytest

from tests.faults.house import PEOPLE, House, open_house


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with open_house(tmp_path_factory.mktemp("house")) as made:
        made.people = json.loads(made.runs(PEOPLE))
        yield made
