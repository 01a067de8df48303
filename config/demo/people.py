"""The demo's units and people: a bureau, ten stations, and some four hundred officers and auxiliaries in pairs."""

from dataclasses import dataclass, field
from datetime import datetime
from random import Random

from django.contrib.auth.hashers import make_password
from django.utils import timezone

from accounts.actions import give_role
from accounts.demo import DEMO_PASSWORD
from accounts.models import Grant, Officer, Unit
from accounts.roles import Role
from config.demo import plan
from config.demo.places import person
from registry.models import Area, Jurisdiction


@dataclass
class Station:
    plan: plan.StationPlan
    unit: Unit
    chief: Officer
    staff: list[Officer] = field(default_factory=list)
    """Everybody who walks, officers and auxiliaries in turn."""


@dataclass
class People:
    bureau: Unit
    desk: Officer
    leader: Officer
    stations: list[Station]


def make_people(rng: Random, at: datetime) -> People:
    city = Unit.objects.create(name="十堰市公安局", kind=Unit.Kind.CITY, code="420300000000", rank=0)
    bureau = Unit.objects.create(
        name="十堰市公安局张湾区分局", short_name="张湾分局", kind=Unit.Kind.BUREAU, parent=city, code="420303000000"
    )
    password = make_password(DEMO_PASSWORD)

    def add(badge: str, name: str, unit: Unit, roles: list[Role], title: str = "", kind: str = "police") -> Officer:
        officer = Officer(badge=badge, name=name, unit=unit, title=title, kind=kind, added_at=at, password=password)
        officer.save(force_insert=True)
        for role in roles:
            give_role(officer=officer, role=role, unit=unit, by=None, at=at)
        return officer

    for reserved in ("system", "resident"):
        nobody = Officer(badge=reserved, name=reserved, unit=city, is_active=False, password="!")  # noqa: S106 - fits none
        nobody.save(force_insert=True)
    desk = add("ZW0001", "郑凯", bureau, [Role.SUPERVISOR], "大走访专班")
    leader = add("ZW0002", "许诺", bureau, [Role.LEADER], "副局长")
    add("ZW0009", "罗斌", bureau, [Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN], "信息中心")
    add("ZW0008", "严敏", bureau, [Role.AUDIT_ADMIN], "警务督察")
    stations = []
    for number, station in enumerate(plan.STATIONS, start=1):
        unit = Unit.objects.create(
            name=station.name,
            kind=Unit.Kind.STATION,
            parent=bureau,
            rank=number,
            code=f"4203030{number:02d}000",
            phone=f"199 0000 80{number:02d}",
        )
        Jurisdiction.objects.create(unit=unit, area_id=station.township)
        chief = add(f"ZW{number}001", "李卫东" if number == 1 else person(rng), unit, [Role.SUPERVISOR], "所长")
        if number == 1:
            add("ZW1099", "邱岚", unit, [Role.SYSTEM_ADMIN], "内勤")
        stations.append(Station(station, unit, chief, _staff(rng, station, unit, number, password, at)))
    return People(bureau, desk, leader, stations)


def _staff(
    rng: Random, station: plan.StationPlan, unit: Unit, number: int, password: str, at: datetime
) -> list[Officer]:
    """Pairs of an officer and an auxiliary; each officer answers for some communities. The first two are the demo's."""
    known = {2: "周明", 3: "孙倩"} if number == 1 else {}
    staff = []
    for index in range(station.staff):
        kind = Officer.Kind.POLICE if index % 2 == 0 else Officer.Kind.AUXILIARY
        staff.append(
            Officer(
                badge=f"ZW{number}{index + 2:03d}",
                name=known.get(index + 2) or person(rng),
                unit=unit,
                title="社区民警" if index % 2 == 0 else "辅警",
                kind=kind,
                added_at=at,
                password=password,
            )
        )
    Officer.objects.unscoped("the demo's people").bulk_create(staff)
    communities = list(
        Area.objects.filter(code__startswith=station.township, level="community")
        .order_by("code")
        .values_list("code", flat=True)
    )
    officers = [o for o in staff if o.kind == Officer.Kind.POLICE]
    for index, officer in enumerate(officers):
        officer.areas_in_charge = communities[index :: len(officers)]
        if not officer.areas_in_charge:
            # More officers than communities: the first one stays the demo officer's alone.
            officer.areas_in_charge = [communities[1 + index % (len(communities) - 1)]]
    for officer, auxiliary in zip(officers, [o for o in staff if o.kind == Officer.Kind.AUXILIARY], strict=False):
        auxiliary.works_with = officer
    Officer.objects.unscoped("the demo's people").bulk_update(staff, ["areas_in_charge", "works_with"])
    Grant.objects.unscoped("the demo's people").bulk_create(
        Grant(
            officer=officer,
            role=Role.OFFICER if officer.kind == Officer.Kind.POLICE else Role.AUXILIARY,
            unit=unit,
            starts_on=timezone.localdate(at),
        )
        for officer in staff
    )
    return staff
