"""A hostile workbook takes the child's time, nobody else's: other people's pages keep answering while it is read."""

import sys

import pytest

from tests.faults.house import Browser, House
from tests.faults.test_kill_import import READING, UPLOAD
from tests.registry.hostile import blank_rows

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")


def test_a_round_is_answered_while_a_million_blank_rows_are_read(house: House) -> None:
    desk, phone = Browser(house, str(house.people["chief"])), Browser(house, str(house.people["owner"]))
    file = ("空行.xlsx", blank_rows(1_000_000, 5).getvalue())
    _status, _page, preview = desk.post(UPLOAD, {"unit": house.people["station"]}, page_before=UPLOAD, file=file)
    answered = []
    while READING in desk.get(preview)[1]:
        answered.append(phone.get("/round/")[0])
    assert set(answered) == {200}
    # Read to its end: the second door stands in the last row.
    assert "1000003" in desk.get(preview)[1]
