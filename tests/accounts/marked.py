"""The watched world with a word of its own in every text of every row: a page that shows one says whose row it read.

Which columns hold text is read from the models, so that a new one is marked without being named here. What is no text
(codes, hashes, keys) stands in `NO_TEXT`, by name.
"""

import io
import re
import zipfile
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from typing import Any
from uuid import uuid4

from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.core.files.base import ContentFile
from django.db import models
from django.test import Client

from accounts.actions import log_access
from accounts.models import Notice, Officer
from accounts.roles import Role
from campaigns.board import Choice
from campaigns.models import Assignment, CouldNotMeet, FrameDoor, Question, Responsibility, ShareOut, ShareOutRun
from disputes.models import Closure, EntryText, LedgerEntry, ReturnVisit, Session
from registry.fields import SealedTextField
from registry.models import Area, ImportBatch, ImportRow
from reports.exports import reach_of
from reports.models import Export, WalkList, WalkListPart
from tests.accounts.canaries import Spot, Watched, base36, watched
from tests.visits.steps import log, nobody
from tests.world import NOW, TODAY, World, person
from visits.models import Outreach, Visit, VisitRevision

ROOMS = ("accounts", "registry", "campaigns", "disputes", "visits", "reports")
MARK = re.compile(r"zq[0-9a-z]{5}x|1990001\d{4}")

# Codes, hashes, keys and words of the house's own; fields with choices are codes by themselves.
NO_TEXT = {
    "accounts.Unit": {"code", "path"},
    "accounts.Officer": {"badge", "areas_in_charge"},
    "accounts.Press": {"mark", "led_to"},
    "accounts.Notice": {"code", "url_name", "url_args", "stage"},
    "accounts.AccessEvent": {"verb", "object_kind", "object_id", "outcome"},
    # The national list, which anybody may read.
    "registry.Area": {"code", "name"},
    # Empty for a dwelling.
    "registry.Premises": {"name_key"},
    "registry.ImportBatch": {"file", "sha256", "counts", "columns", "messages"},
    "registry.ImportRow": {"kind", "door_class", "relation", "use", "reasons"},
    "campaigns.Campaign": {"frame_digest"},
    "campaigns.Question": {"kinds"},
    "campaigns.FrameDoor": {"bands", "last_outcome"},
    "campaigns.ShareOut": {"board_digest"},
    "campaigns.ShareOutRun": {"choice", "seen", "board_digest", "language"},
    "disputes.Case": {"number", "category"},
    "disputes.Evidence": {"file", "content_type", "sha256"},
    "disputes.Chain": {"head"},
    "disputes.LedgerEntry": {"action", "state_from", "state_to", "payload", "prev_hash", "hash"},
    "disputes.EntryText": {"field", "salt"},
    "disputes.Seal": {"heads", "digest", "public_key", "signature"},
    "visits.Visit": {"band", "facts_changed"},
    "visits.Submission": {"kind", "body_digest"},
    "visits.Photo": {"file", "content_type", "sha256"},
    # Tallies hold codes, numbers and moments, and so does what a mark keeps of a row as it was: nobody's words.
    "visits.VisitTally": {"kind", "band"},
    "visits.FrameTally": {"kind"},
    "visits.PartTally": {"code"},
    "visits.TallyMark": {"before"},
    "visits.KeptCampaign": {"zone"},
    "reports.Snapshot": {"figures", "ledger_head", "digest"},
    "reports.Print": {"language", "failure", "file", "sha256"},
    "reports.WalkList": {"language", "failure"},
    "reports.WalkListPart": {"badges", "file", "sha256"},
    "reports.Export": {"name", "language", "title", "failure", "file", "reach"},
}
# Text inside a structure, and columns whose rows keep a rule of the database.
SHAPES: dict[str, Any] = {
    "accounts.Notice.parameters": lambda mark: {"number": mark},
    "visits.Visit.answers": lambda mark: [{"question": pk, "text": "?", "answer": mark} for pk in asked_of_all()],
    "visits.Submission.body": lambda mark: {"diary": mark},
}
# Never changed by anybody: marked when they are written, as the rows whose text is a mark.
WRITTEN_ONCE = {"accounts.AccessEvent", "disputes.EntryText", "reports.Snapshot", "visits.VisitRevision"}
# Filled only together with a date and a hand: a row that was not voided has no reason for it.
ONLY_WHERE_FILLED = {
    "visits.Visit.voided_why",
    "visits.Outreach.voided_why",
    "campaigns.ShareOutRun.failure",
    "campaigns.Assignment.ended_why",
}
# What says where a row stands, nearest first.
TOWARDS = (
    *("premises", "frame_door", "visit", "case", "assignment", "batch", "outreach", "walk_list", "snapshot"),
    *("entry", "officer", "by", "unit", "campaign"),
)


def asked_of_all() -> list[int]:
    """Questions of every campaign: whichever a visit was asked, its answer is there."""
    return list(Question.objects.values_list("pk", flat=True))


@dataclass
class Marked:
    watched: Watched
    station_admin: Officer
    # What each mark stands for: the column, and the place of its row.
    marks: dict[str, tuple[str, str]] = field(default_factory=dict)
    rows: dict[str, dict[str, list[Any]]] = field(default_factory=dict)

    @property
    def world(self) -> World:
        return self.watched.world

    def read_in(self, text: str) -> set[tuple[str, str]]:
        return {self.marks[mark] for mark in MARK.findall(text) if mark in self.marks}


def models_of_the_house() -> list[Any]:
    return [model for model in apps.get_models() if model._meta.app_label in ROOMS]


def texts_of(model: Any) -> Iterator[Any]:
    kinds = (models.CharField, models.TextField, models.JSONField, models.FileField, ArrayField)
    for each in model._meta.concrete_fields:
        if isinstance(each, kinds) and not each.choices and each.name not in NO_TEXT.get(model._meta.label, ()):
            yield each


def rows_of(model: Any) -> list[Any]:
    return list(model._base_manager.all().order_by("pk"))


def marked(world: World) -> Marked:
    house = watched(world)
    station_admin = person("T0106", "站管", world.station, Role.SYSTEM_ADMIN)
    for place, spot in house.spots.items():
        add_the_rest(house, place, spot)
    found = Marked(house, station_admin)
    where = Places(house)
    number = count(1)
    for model in models_of_the_house():
        by_place: dict[str, list[Any]] = defaultdict(list)
        for row in rows_of(model):
            place = where.of(row)
            by_place[place].append(row.pk)
            if model._meta.label in WRITTEN_ONCE:
                for each in texts_of(model):
                    told = MARK.findall(str(getattr(row, each.name)))
                    found.marks.update(dict.fromkeys(told, (f"{model._meta.label}.{each.name}", place)))
            else:
                put_marks(found, model, row, place, number)
        found.rows[model._meta.label] = dict(by_place)
    return found


def put_marks(found: Marked, model: Any, row: Any, place: str, number: Iterator[int]) -> None:
    changed: dict[str, Any] = {}
    for each in texts_of(model):
        column = f"{model._meta.label}.{each.name}"
        if column in ONLY_WHERE_FILLED and not getattr(row, each.name):
            continue
        told = mark_of(each, next(number))
        found.marks[told] = (column, place)
        changed[each.name] = shaped(column, each, told)
    if changed:
        model._base_manager.filter(pk=row.pk).update(**changed)


def mark_of(each: Any, number: int) -> str:
    return f"1990001{number % 10_000:04d}" if isinstance(each, SealedTextField) else f"zq{base36(number)}x"


def shaped(column: str, each: Any, mark: str) -> Any:
    if column in SHAPES:
        return SHAPES[column](mark)
    return [mark] if isinstance(each, ArrayField) else mark


class Places:
    """Where a row stands, by what it hangs on: one's own, the own station, the own bureau, elsewhere, or the bureau itself."""

    def __init__(self, house: Watched) -> None:
        world, self.known = house.world, dict[Any, str]()
        for place, spot in house.spots.items():
            for row in (spot.door, spot.case, spot.visit):
                self.known[row] = place
        for who in (world.owner, world.auxiliary):
            self.known[who] = "own"
        self.known |= {world.station: "own station", world.other_station: "own bureau", world.bureau: "bureau"}
        far = house.far_chief
        self.known |= {far.unit: "elsewhere", far.unit.parent: "elsewhere", house.campaign: "bureau"}
        self.known[house.spots["elsewhere"].case.campaign] = "elsewhere"

    def of(self, row: Any) -> str:
        if isinstance(row, Area):
            return "public"
        if row in self.known:
            return self.known[row]
        hangs_on = [each.name for each in row._meta.concrete_fields if each.is_relation]
        for name in TOWARDS:
            if name in hangs_on and (nearest := getattr(row, name)) is not None:
                return self.of(nearest)
        return "bureau"


def add_the_rest(house: Watched, place: str, spot: Spot) -> None:
    """One row of everything that a watched spot has not got yet."""
    hand, chief, door, case, visit = spot.hand, spot.chief, spot.door, spot.case, spot.visit
    campaign = case.campaign
    frame = FrameDoor.objects.unscoped("test").get(campaign=campaign, premises=door)
    once = (f"zq{base36(number)}x" for number in count(50_000_000 + 10 * hand.pk))
    log_access(hand, "looked", door, reason=next(once))
    entry = LedgerEntry.objects.unscoped("test").filter(case=case).latest("pk")
    EntryText.objects.create(entry=entry, field="opinion", text=next(once), salt="0")
    Notice.objects.create(officer=hand, code="case_assigned", url_name="visits:round", stage=f"marked {place}")
    CouldNotMeet.objects.create(frame_door=frame, unit=spot.unit, requested_by=hand, reason="x")
    Responsibility.objects.create(campaign=campaign, area=door.area, officer=hand, kind=place)
    Assignment.objects.create(
        campaign=campaign, frame_door=frame, premises=door, unit=spot.unit, officer=hand, due_on=TODAY,
        given_at=NOW - timedelta(days=9), ended_at=NOW - timedelta(days=2), ended_by=chief, ended_why="x",
    )  # fmt: skip
    batch = ShareOut.objects.create(
        campaign=campaign, unit=spot.unit, way="evenly", by=chief, sentence="x", board_digest="0"
    )
    ran = {
        "campaign": campaign,
        "unit": spot.unit,
        "asked_by": chief,
        "choice": Choice(way="evenly").as_json(),
        "seen": "",
        "board_digest": "0",
    }
    ShareOutRun.objects.create(**ran, doors=1, language="en", failure="x", done_at=NOW)
    ShareOutRun.objects.create(**ran, doors=1, language="en", share_out=batch, done_at=NOW)
    Session.objects.create(case=case, at=NOW, place="x", mediator=hand, content="x")
    Closure.objects.create(case=case, cycle=1, requested_at=NOW, requested_by=hand)
    ReturnVisit.objects.create(case=case, officer=hand, premises=door, due_on=TODAY + timedelta(days=30))
    VisitRevision.objects.create(visit=visit, revision=9, before={"diary": next(once)}, by=hand, reason=next(once))
    ImportBatch.objects.unscoped("test").filter(pk=spot.batch.pk).update(
        state="ready",
        ended_by=None,
        ended_at=None,
        counts={"doors": 1, "rows": 1, "contacts": 1, "verdicts": {"refused": 1}},
    )
    ImportRow.objects.create(batch=spot.batch, sheet="x", row_number=1, verdict="refused", unit=spot.unit)
    voided = {"voided_at": NOW, "voided_by": chief, "voided_why": "x"}
    second = log(house.world, nobody(door), by=hand, at=NOW + timedelta(minutes=1)).visit
    Visit.objects.unscoped("test").filter(pk=second.pk).update(**voided)
    for fate in ({}, voided):
        Outreach.objects.create(
            unit=spot.unit, campaign=campaign, area=door.area, kind="talk", place="x", held_on=TODAY,
            client_id=uuid4(), entered_by=chief, **fate,
        )  # fmt: skip
    walk = WalkList.objects.create(
        campaign=campaign,
        unit=spot.unit,
        officer=hand,
        asked_by=hand,
        asked_at=NOW,
        done_at=NOW,
        doors=1,
        language="en",
    )
    part = WalkListPart(walk_list=walk, number=1, badges="", pages=1, sha256="0")
    part.file.save("a.pdf", ContentFile(b"%PDF-1.7"), save=False)
    part.save()
    export = Export(
        officer=chief, name="registry_premises", language="en", asked_at=NOW, done_at=NOW, reach=reach_of(chief)
    )
    export.file.save("a.xlsx", ContentFile(b"x"), save=False)
    export.save()


def client_of(officer: Officer) -> Client:
    """Signed in as this person: as the row is now, since a mark may have taken the password's place."""
    client = Client(headers={"accept-language": "en"}, raise_request_exception=False)
    client.force_login(Officer.objects.unscoped("test").get(pk=officer.pk))
    return client


def said(response: Any) -> str:
    """Headers and body as text, a workbook unpacked."""
    body = b"".join(response.streaming_content) if response.streaming else response.content
    if body.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(body)) as book:
            body = b"".join(book.read(name) for name in book.namelist())
    return f"{response.headers}\n{body.decode('utf-8', 'replace')}"
