"""A world whose every text gives itself away: a page that shows one of them to the wrong person is caught by it."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import Officer, Unit
from accounts.roles import Role
from campaigns.models import Campaign
from disputes.evidence import add_evidence
from disputes.models import Case, Evidence, Party
from disputes.registering import PartyFacts
from registry.models import Area, Contact, ImportBatch, Jurisdiction, Premises
from reports import actions as report_actions
from reports.models import Print, Snapshot
from tests.disputes.steps import registered
from tests.pictures import picture_bytes
from tests.visits.steps import log, met, picture
from tests.world import NOW, World, person
from visits.models import Visit

LAST_WEEK = NOW.date() - timedelta(days=NOW.weekday() + 7)
PLACES = ("own", "own station", "own bureau", "elsewhere")


@dataclass
class Spot:
    """What one hand did in one place, and the words that only some people may read."""

    unit: Unit
    hand: Officer
    chief: Officer
    door: Premises
    given_name: str
    contact: Contact
    visit: Visit
    diary: str
    case: Case
    title: str
    party: Party
    party_name: str
    evidence: Evidence
    snapshot: Snapshot
    printed: Print
    batch: ImportBatch


@dataclass
class Watched:
    world: World
    campaign: Campaign
    spots: dict[str, Spot] = field(default_factory=dict)
    far_leader: Any = None
    far_chief: Any = None


# Given names, diary lines, titles and parties that occur nowhere else.
MARKS = {
    "own": ("鑫淼", "日记甲甲", "标题甲甲", "钱骉猋"),
    "own station": ("焱垚", "日记乙乙", "标题乙乙", "钱羴麤"),
    "own bureau": ("犇鱻", "日记丙丙", "标题丙丙", "钱晶磊"),
    "elsewhere": ("矗嚞", "日记丁丁", "标题丁丁", "钱森众"),
}


def watched(world: World) -> Watched:
    """The owner's own things, a colleague's, another station's of the bureau, and another bureau's.

    The auxiliary is the owner's pair: partner at the door, and helper in the case that they registered together.
    """
    far = elsewhere(world)
    hands = {
        "own": (world.owner, world.chief, "420303001001"),
        "own station": (world.colleague, world.chief, "420303001002"),
        "own bureau": (world.stranger, world.other_chief, "420303002001"),
        "elsewhere": (far["officer"], far["chief"], "420302001001"),
    }
    doors = {place: door_at(world, place, hand, area) for place, (hand, _chief, area) in hands.items()}
    campaign = world.campaign()
    far_campaign = world.campaign(title="茅箭大走访", unit=far["bureau"], areas=[world.areas["420302"]], by=far["desk"])
    found = Watched(world, campaign, far_leader=far["leader"], far_chief=far["chief"])
    for place, (hand, chief, _area) in hands.items():
        where = far_campaign if place == "elsewhere" else campaign
        where.questions.update(required=False)
        partner = world.auxiliary if place == "own" else None
        found.spots[place] = spot(world, place, hand, partner, chief, doors[place], where)
    return found


def door_at(world: World, place: str, hand: Officer, area: str) -> Premises:
    number = 301 + PLACES.index(place)
    return world.door(number, unit=hand.unit, area=world.areas[area], name=f"周{MARKS[place][0]}")


def elsewhere(world: World) -> dict[str, Any]:
    """A second bureau with a station, which has nothing to do with the first."""
    bureau = Unit.objects.create(name="茅箭区公安分局", kind="bureau", code="420302000000")
    station = Unit.objects.create(name="武当路派出所", kind="station", parent=bureau, code="420302010000")
    for code, name, level, parent in (
        ("420302", "茅箭区", "county", "4203"),
        ("420302001", "武当路街道", "township", "420302"),
        ("420302001001", "青年社区居民委员会", "community", "420302001"),
    ):
        world.areas[code] = Area.objects.create(code=code, name=name, level=level, parent_id=parent)
    Jurisdiction.objects.create(unit=station, area=world.areas["420302001"])
    return {
        "bureau": bureau,
        "station": station,
        "desk": person("T9001", "专班丁", bureau, Role.SUPERVISOR),
        "leader": person("T9002", "领导丁", bureau, Role.LEADER),
        "chief": person("T9101", "所长丁", station, Role.SUPERVISOR),
        "officer": person("T9102", "民警丁", station, Role.OFFICER),
    }


def spot(
    world: World,
    place: str,
    hand: Officer,
    partner: Officer | None,
    chief: Officer,
    door: Premises,
    campaign: Campaign,
) -> Spot:
    given, diary, title, party_name = MARKS[place]
    assignment = world.give(campaign, door, hand)
    assignment.partner = partner
    assignment.save()
    attempt = met(door, outcome="partly", diary=diary, photos=(picture(),), partner_id=partner and partner.pk)
    visit = log(world, attempt, by=hand).visit
    case = registered(
        kind="dispute",
        category="neighbour",
        title=title,
        premises=door,
        campaign=campaign,
        by=partner or hand,
        partner=hand,
        at=NOW,
        parties=[PartyFacts(party_name, phone="19900009999", consented=True)],
    )
    upload = SimpleUploadedFile("a.jpg", picture_bytes(exif=True, camera=place), "image/jpeg")
    case = add_evidence(case=case, kind="before", upload=upload, version=case.version, by=hand, at=NOW)
    snapshot, printed = brief_of(campaign, chief, diary)
    batch = ImportBatch.objects.create(
        unit=hand.unit,
        by=chief,
        file_name=f"{place}.xlsx",
        state="discarded",
        sha256="0",
        size=1,
        ended_by=chief,
        ended_at=NOW,
    )
    return Spot(
        unit=hand.unit,
        hand=hand,
        chief=chief,
        door=door,
        given_name=given,
        contact=Contact.objects.unscoped("test").get(premises=door),
        visit=visit,
        diary=diary,
        case=case,
        title=title,
        party=case.parties.get(),
        party_name=party_name,
        evidence=case.evidence.get(),
        snapshot=snapshot,
        printed=printed,
        batch=batch,
    )


def base36(number: int) -> str:
    digits = ""
    while len(digits) < 5:
        number, rest = divmod(number, 36)
        digits = "0123456789abcdefghijklmnopqrstuvwxyz"[rest] + digits
    return digits


def brief_of(campaign: Campaign, chief: Officer, text: str) -> tuple[Snapshot, Print]:
    """A frozen brief of the chief's station with one print, drawn without the renderer."""
    snapshot = report_actions.begin_brief(
        campaign=campaign,
        unit=chief.unit,
        starts_on=LAST_WEEK,
        ends_on=LAST_WEEK + timedelta(days=6),
        by=chief,
        at=NOW,
    )
    if snapshot.frozen_at is None:
        said = [f"zq{base36(40_000_000 + 10 * snapshot.pk + n)}x" for n in range(3)]
        report_actions.type_brief(
            snapshot=snapshot, issue=snapshot.issue, decisions=said[0], problems=f"{text} {said[1]}", next_steps=said[2],
            by=chief,
        )  # fmt: skip
        snapshot = report_actions.freeze_brief(snapshot=snapshot, by=chief, at=NOW)
    printed = report_actions.ask_print(snapshot=snapshot, language="zh-hans", by=chief, at=NOW)
    printed.done_at = NOW
    printed.file.save("a.pdf", ContentFile(b"%PDF-1.7 " + text.encode()), save=False)
    printed.save()
    return snapshot, printed
