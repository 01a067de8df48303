"""kill -9 at random moments of a share-out that the worker carries out: all doors in hand or none, and it says which."""

import html
import json
import os
import random
import re
import sys
import threading
import time

import pytest

from tests.faults.house import KILLS, VICTIMS, Browser, House, at_some_moment, tell
from tests.running.waiting import wait_for

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")

DOORS = int(os.environ.get("DOORSTEP_KILL_DOORS", "2000"))
PREPARE = f"""
import datetime, json, django; django.setup()
from django.utils import timezone
from accounts.models import Officer
from campaigns import actions
from registry.models import Area, Premises
now, today = timezone.now(), timezone.localdate()
people, area = Officer.objects.unscoped("test"), Area.objects.get(code="420303001001")
desk, station = people.get(badge="T0001"), people.get(badge="T0101").unit
def door(n):
    address = f"分户路{{n // 100 + 1}}栋{{n % 100 + 1}}室"
    return Premises(unit=station, area=area, kind="household", door_class="dwelling", building=f"{{n // 100 + 1}}栋",
        street="分户路", door=f"{{n % 100 + 1}}室", address=address, address_key=address, walk_key=f"分户路/{{n:06d}}", name="周秀兰")
Premises.objects.bulk_create([door(n) for n in range({DOORS})])
made = []
for number in range({3 * KILLS + 1}):
    draft = actions.draft_campaign(title=f"分户{{number}}", unit=desk.unit, starts_on=today, areas=[area],
        ends_on=today + datetime.timedelta(days=20), by=desk, at=now)
    made.append(actions.open_campaign(campaign=draft, version=draft.version, by=desk, at=now).pk)
print(json.dumps(made))
"""
STATE = """
import json, django; django.setup()
from campaigns.models import Assignment, FrameDoor, ShareOut, ShareOutRun
from disputes.ledger import faults
found = {}
for run in ShareOutRun.objects.unscoped("test"):
    hands = Assignment.objects.unscoped("test").live().filter(campaign=run.campaign_id)
    batches = ShareOut.objects.unscoped("test").filter(campaign=run.campaign_id).count()
    frame = FrameDoor.objects.unscoped("test").filter(campaign=run.campaign_id).count()
    found[run.pk] = [run.done_at is not None, run.share_out_id is not None, run.failure, hands.count(), frame, batches]
print(json.dumps([found, [str(fault) for fault in faults()]]))
"""
HIDDEN = re.compile(r'type="hidden" name="(seen|unit|digest|facts|doors)" value="([^"]*)"')
PICKS = re.compile(r'name="pick" value="([^"]*)"')


class Desk(Browser):
    """A chief who shares doors out; keeps the runs that the pages acknowledged."""

    def __init__(self, house: House) -> None:
        self.asked: set[int] = set()
        super().__init__(house, str(house.people["chief"]))

    def share_out(self, campaign: int) -> None:
        """Looks at the board, confirms it, and follows the run until it has ended or a page is missing."""
        board = f"/admin/campaigns/campaign/{campaign}/share-out/"
        status, page, _ = self.get(board)
        if status != 200:
            return
        said: dict[str, object] = {name: html.unescape(value) for name, value in HIDDEN.findall(page)}
        picked = [html.unescape(value) for value in PICKS.findall(page)]
        said |= {"way": said["seen"], "pick": picked, "confirm": "1"}
        status, page, place = self.post(board, said, page_before=board)
        if found := re.search(r"/runs/(\d+)/", place):
            self.asked.add(int(found[1]))
            self.follow(place)

    def follow(self, place: str) -> None:
        status = 200
        while status == 200:
            status, page, _ = self.get(place)
            if "are shared out" in page or 'id="missing"' in page:
                return
            time.sleep(0.1)


def test_a_share_out_is_whole_or_not_there_whoever_is_killed(house: House) -> None:
    rng, desk = random.Random(13), Desk(house)
    campaigns = json.loads(house.runs(PREPARE))
    began = time.monotonic()
    desk.share_out(campaigns.pop())
    takes = time.monotonic() - began
    assert len(desk.asked) == 1
    for _turn in range(KILLS):
        for who in VICTIMS:
            campaign = campaigns.pop()
            at_work = threading.Thread(target=desk.share_out, args=[campaign])
            at_work.start()
            at_some_moment(rng, takes)
            house.kill(who)
            at_work.join()
            house.is_back()
            wait_for(lambda: desk.get("/admin/")[0] == 200)
    wait_for(lambda: all(run[0] for run in json.loads(house.runs(STATE))[0].values()), 180)
    runs, faults = json.loads(house.runs(STATE))
    ended_well = sum(whole for _done, whole, *_more in runs.values())
    tell(f"{len(runs)} runs, {len(desk.asked)} acknowledged, {ended_well} shared out")
    assert desk.asked <= {int(pk) for pk in runs}
    for _done, whole, failure, hands, frame, batches in runs.values():
        assert frame >= DOORS
        assert (hands, batches, failure) == (frame, 1, "") if whole else (hands, batches) == (0, 0) and failure
    assert faults == []
