"""kill -9 in the middle of visits that each find something: visit, case, ledger entry and receipt are there together.

What got no answer is sent once more under its own number, as the page does, and is there once.
"""

import datetime
import json
import random
import sys
import threading
import time
from uuid import uuid4

import pytest

from tests.faults.house import KILLS, VICTIMS, Browser, House, at_some_moment, tell
from tests.running.waiting import wait_for

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")

EASY = """
import django; django.setup()
from campaigns.models import Question
Question.objects.update(required=False)
"""
STORED = """
import json, django; django.setup()
from disputes.ledger import faults
from disputes.models import Case, LedgerEntry
from visits.models import Finding, Submission, Visit
asked = Visit.objects.unscoped("test").filter(diary__startswith="kept ")
found = {visit.diary.removeprefix("kept "): [f.case_id for f in visit.findings.all()] for visit in asked}
cases = [pk for ids in found.values() for pk in ids]
entries = LedgerEntry.objects.unscoped("test").filter(case__in=cases).values_list("case_id", flat=True)
alone = Case.objects.unscoped("test").filter(title__startswith="kept ").exclude(pk__in=cases).count()
rows = Submission.objects.unscoped("test").filter(verdict="stored").values_list("client_id", flat=True)
print(json.dumps([asked.count(), found, sorted(set(cases) - set(entries)), alone, sorted(map(str, rows)),
                  [str(fault) for fault in faults()]]))
"""


class Walker(Browser):
    """An officer who logs a visit with a finding at one door after the other; keeps the numbers that were acknowledged."""

    def __init__(self, house: House) -> None:
        self.acknowledged, self.sent = set[str](), dict[str, tuple[int, dict[str, object]]]()
        super().__init__(house, str(house.people["owner"]))

    def log(self, door: int, number: str) -> None:
        now = datetime.datetime.now(datetime.UTC).isoformat()
        said: dict[str, object] = {
            "client_id": number, "opened_at": now, "outcome": "met", "people_met": "1", "place": "home", "facts": "same",
            "topics": "whole", "declared": "1", "diary": f"kept {number}", "f_dispute": "1", "f_dispute_0_category": "neighbour",
            "f_dispute_0_line": f"kept {number}", "f_dispute_0_how": "spot",
        }  # fmt: skip
        self.sent[number] = door, said
        self.send(number)

    def send(self, number: str) -> None:
        door, said = self.sent[number]
        status, _page, place = self.post(f"/doors/{door}/", said)
        # Saved, the page leads on; refused, it stays. Stored before, it says so.
        if status == 200 and place != f"/doors/{door}/":
            self.acknowledged.add(number)

    def walk(self, doors: list[int], over: threading.Event) -> None:
        while not over.is_set():
            self.log(doors[len(self.sent) % len(doors)], str(uuid4()))


def test_a_visit_and_what_it_found_are_there_together_whoever_is_killed(house: House) -> None:
    house.runs(EASY)
    rng, walker, doors = random.Random(17), Walker(house), list(house.people["doors"])
    walker.log(doors[0], str(uuid4()))
    assert len(walker.acknowledged) == 1
    for _turn in range(KILLS):
        for who in VICTIMS:
            over = threading.Event()
            at_work = threading.Thread(target=walker.walk, args=[doors, over])
            at_work.start()
            time.sleep(0.2)
            at_some_moment(rng, 0.8)
            house.kill(who)
            over.set()
            at_work.join()
            house.is_back()
            wait_for(lambda: walker.get("/round/")[0] == 200)
    again = set(walker.sent) - walker.acknowledged
    for number in again:
        # The other web process may still have to learn that its connections ended: 503, and the next press is through.
        wait_for(lambda number=number: walker.send(number) or number in walker.acknowledged)
    visits, found, no_entry, alone, stored, faults = json.loads(house.runs(STORED))
    tell(f"{len(walker.sent)} visits sent, {len(again)} of them twice, {visits} stored")
    assert set(walker.sent) == walker.acknowledged == set(found), "sent until it was acknowledged, it is there"
    assert visits == len(found), "one number, one visit"
    assert {len(cases) for cases in found.values()} == {1}
    assert (no_entry, alone) == ([], 0), "half a case"
    assert walker.acknowledged <= set(stored)
    assert faults == []
