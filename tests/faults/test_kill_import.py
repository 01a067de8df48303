"""kill -9 at random moments of an import through its pages: taken in whole or not at all, and the page says which."""

import csv
import io
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

ROWS = int(os.environ.get("DOORSTEP_KILL_ROWS", "400"))
VERSION = re.compile(r'name="version" value="(\d+)"')
READING = 'id="reading"'
UPLOAD = "/admin/registry/importbatch/add/"
STATE = """
import json, datetime, django; django.setup()
from pathlib import Path
from django.conf import settings
from django.utils import timezone
from config.sweeping import sweep
from disputes.ledger import faults
from registry.models import ImportBatch, Premises
batches = {}
for batch in ImportBatch.objects.unscoped("test").filter(file_name__contains="断路"):
    doors = Premises.objects.unscoped("test").filter(address__startswith=batch.file_name.removesuffix(".csv"))
    batches[batch.pk] = [batch.state, batch.rows.count(), doors.count()]
before = sum(path.is_file() for path in Path(settings.MEDIA_ROOT).rglob("*"))
swept = sweep(at=timezone.now() + datetime.timedelta(hours=2))
left = {str(path.relative_to(settings.MEDIA_ROOT)) for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()}
named = set(ImportBatch.objects.unscoped("test").exclude(file="").values_list("file", flat=True))
print(json.dumps([batches, sorted(left ^ named), [str(fault) for fault in faults()], swept, before]))
"""


class Desk(Browser):
    """A chief who brings workbooks in; keeps what the pages acknowledged."""

    def __init__(self, house: House) -> None:
        self.uploaded: dict[str, int] = {}
        self.confirmed: set[int] = set()
        super().__init__(house, str(house.people["chief"]))

    def bring(self, name: str) -> None:
        """One workbook, as far as the pages answer."""
        said = {"unit": self.house.people["station"]}
        file = (f"{name}.csv", workbook(name))
        _status, _page, place = self.post(UPLOAD, said, page_before=UPLOAD, file=file)
        if found := re.search(r"/importbatch/(\d+)/", place):
            self.uploaded[name] = int(found[1])
            self.take_in(int(found[1]))

    def take_in(self, pk: int) -> None:
        status, page, address = 200, "", f"/admin/registry/importbatch/{pk}/change/"
        while status == 200 and not (version := VERSION.search(page)):
            status, page, _ = self.get(address)
            if READING not in page and not VERSION.search(page):
                return
            time.sleep(0.1)
        if status == 200 and version:
            done = self.post(f"/admin/registry/importbatch/{pk}/confirm/", {"version": version[1]}, page_before=address)
            if done[0] == 200 and "The doors are in the register" in done[1]:
                self.confirmed.add(pk)


def workbook(name: str) -> bytes:
    text = io.StringIO()
    rows = [["二堰铺社区", f"{name}{number}室", "住户", f"周{number}", ""] for number in range(1, ROWS + 1)]
    csv.writer(text).writerows([["社区", "详细地址", "类别", "户主", "联系电话"], *rows])
    return text.getvalue().encode()


def test_an_import_is_whole_or_not_there_whoever_is_killed(house: House) -> None:
    rng, desk = random.Random(11), Desk(house)
    began = time.monotonic()
    desk.bring("不断路1号")
    assert len(desk.confirmed) == 1
    takes = time.monotonic() - began
    for turn in range(KILLS):
        for who in VICTIMS:
            at_work = threading.Thread(target=desk.bring, args=[f"中断路{turn}号{who}"])
            at_work.start()
            at_some_moment(rng, takes)
            house.kill(who)
            at_work.join()
            house.is_back()
            wait_for(lambda: desk.get(UPLOAD)[0] == 200)
    # Whatever was uploaded is read in the end, and can be taken in.
    for pk in sorted(set(desk.uploaded.values()) - desk.confirmed):
        wait_for(lambda pk=pk: READING not in desk.get(f"/admin/registry/importbatch/{pk}/change/")[1], 180)
    batches, differing, faults, swept, files = json.loads(house.runs(STATE))
    tell(f"{len(batches)} batches, {len(desk.confirmed)} confirmed, {swept} of {files} files swept")
    states = {int(pk): state for pk, (state, _rows, _doors) in batches.items()}
    assert set(desk.uploaded.values()) <= set(states)
    assert {states[pk] for pk in desk.confirmed} == {"confirmed"}
    for state, rows, doors in batches.values():
        assert doors == (ROWS if state == "confirmed" else 0)
        assert rows == ROWS or state != "ready", "half a preview"
        assert state in {"confirmed", "ready"}, "a kill is no fault of the workbook"
    assert differing == [], "a file without its row, or a row without its file"
    assert faults == []
