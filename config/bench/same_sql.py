"""What one visit's POST sends to the database, for pgbench to send again: all of it, or only what a visit leaves.

One POST an officer is read from Django's own query log, BEGIN and COMMIT where they were. Its numbers become variables, so
that each round is another visit at another door: the door is drawn at random, its row in the frame and the hand that holds
it are what the statement that looks for them answers, and the visit's and the receipt's keys end in twelve random digits.
"""

import os
import re
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from config.running.binaries import find_binaries

if TYPE_CHECKING:
    from campaigns.models import Assignment, Campaign

DONE = re.compile(r"number of transactions actually processed: (\d+)")
# What is written that somebody will read: the receipt, the visit, the fold on the door's row in the frame.
LEFT = ('INSERT INTO "visits_submission"', 'INSERT INTO "visits_visit" ', 'UPDATE "campaigns_framedoor"')
FRAMES = 'FROM "campaigns_framedoor" INNER JOIN'
# Smaller numbers may mean something else in a statement: a unit, a campaign, an order.
TELLING = 1_000
VISIT: dict[str, str] = {
    "outcome": "met", "people_met": "1", "place": "home", "facts": "same", "topics": "whole", "declared": "1",
}  # fmt: skip


# The door, its row in the frame, the hand: pgbench names what a statement answered by its columns, the last `id` is the hand's.
VARIABLES = ("door", "frame_door_id", "id")


def hands_of(campaign: "Campaign", officers: int) -> "list[Assignment]":
    """A door in the hands of each of so many officers, whose numbers can't be taken for others in a statement."""
    from django.db.models import F

    from campaigns.models import Assignment

    held = Assignment.objects.unscoped("doors of the bench").live().filter(campaign=campaign)
    telling = held.filter(pk__gte=TELLING, frame_door_id__gte=TELLING, premises_id__gte=TELLING)
    for one, other in (("pk", "frame_door_id"), ("pk", "premises_id"), ("frame_door_id", "premises_id")):
        telling = telling.exclude(**{one: F(other)})
    found = list(telling.select_related("officer").order_by("officer_id", "pk").distinct("officer_id")[:officers])
    if len(found) < officers:
        raise RuntimeError(f"{len(found)} of {officers} officers hold a door that can be told from other numbers")
    return found


def statements_of(hand: "Assignment") -> list[str]:
    """What one POST of the officer sent who holds this door, with pgbench's variables in it."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from visits.models import Submission

    number, browser = uuid4(), Client()
    browser.force_login(hand.officer)
    browser.get(f"/doors/{hand.premises_id}/")
    with CaptureQueriesContext(connection) as log:
        answer = browser.post(f"/doors/{hand.premises_id}/", {**VISIT, "client_id": str(number)})
    if answer.status_code != 302:
        raise RuntimeError(f"a visit was answered with {answer.status_code}")
    receipt = Submission.objects.unscoped("the visit of the bench").get(client_id=number)
    keys = (number, receipt.visit_id)
    return [varied(query["sql"], hand, keys) for query in log.captured_queries]


def varied(sql: str, hand: "Assignment", keys: Sequence[UUID]) -> str:
    """Each on a line of its own, as pgbench reads them."""
    for name, number in zip(VARIABLES, (hand.premises_id, hand.frame_door_id, hand.pk), strict=True):
        sql = re.sub(rf"(?<![\w'.]){number}(?![\w'.])", f":{name}", sql)
    for key in keys:
        sql = sql.replace(key.hex, f"{key.hex[:20]}:serial")
    return " ".join(sql.split())


def whole(statements: Sequence[str], doors: range) -> str:
    """Everything that a POST asks and writes."""
    lines = [f"{sql} \\gset" if FRAMES in sql else f"{sql};" for sql in statements]
    return "\n".join([*drawn(doors), *lines]) + "\n"


def what_it_leaves(statements: Sequence[str], doors: range) -> str:
    """Three statements; nothing was looked up, so the fold finds its row by the door, and the visit names no hand."""
    left = [sql for sql in statements if sql.startswith(LEFT)]
    if len(left) != len(LEFT):
        raise RuntimeError(f"{len(left)} statements leave what {len(LEFT)} left")
    bare = [sql.replace('"id" = :frame_door_id', '"premises_id" = :door').replace(":id,", "NULL,") for sql in left]
    return "\n".join([*drawn(doors), "BEGIN;", *(f"{sql};" for sql in bare), "COMMIT;"]) + "\n"


def drawn(doors: range) -> list[str]:
    return [
        f"\\set door random({doors.start}, {doors.stop - 1})",
        "\\set serial random(100000000000, 999999999999)",
    ]


def pgbench(scripts: Sequence[Path], clients: int, seconds: float) -> int:
    """How many visits so many clients logged in so many seconds, with the app's login and its options."""
    from django.db import connection

    said: Any = connection.settings_dict
    login = {"PGHOST": said["HOST"], "PGUSER": said["USER"], "PGPASSWORD": said["PASSWORD"], "PGDATABASE": said["NAME"]}
    command = [str(find_binaries().folder / "pgbench"), "--no-vacuum", f"--client={clients}", f"--time={seconds:.0f}"]
    command += [f"--file={script}" for script in scripts[:clients]]
    environment = {**os.environ, **login, "PGOPTIONS": said["OPTIONS"]["options"]}
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    found = DONE.search(done.stdout)
    if done.returncode or found is None:
        raise RuntimeError(f"pgbench gave up: {done.stderr[-2000:]}")
    return int(found[1])
