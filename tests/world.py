"""People and places for tests: a bureau, two stations, their people, some doors, and real steps to get further.

Three people everywhere: `owner` holds the doors, `colleague` works at the same station, `stranger` at the other.
Nobody here exists.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from accounts.actions import give_role
from accounts.models import Officer, Unit
from accounts.roles import Role
from campaigns import actions as campaign_actions
from campaigns.models import Assignment, Campaign, FrameDoor
from registry.fields import mac
from registry.models import Area, Contact, Jurisdiction, Premises
from visits.tallies.keeping import keep_up

SHANGHAI = ZoneInfo("Asia/Shanghai")
# A Wednesday morning; tests that need "today" travel here.
NOW = datetime(2026, 11, 18, 10, 0, tzinfo=SHANGHAI)
TODAY = NOW.date()
PASSWORD = "correct-horse-1"

AREAS = [
    ("42", "湖北省", "province", None),
    ("4203", "十堰市", "city", "42"),
    ("420303", "张湾区", "county", "4203"),
    ("420303001", "花果街道", "township", "420303"),
    ("420303001001", "二堰铺社区居民委员会", "community", "420303001"),
    ("420303001002", "花果园社区居民委员会", "community", "420303001"),
    ("420303002", "红卫街道", "township", "420303"),
    ("420303002001", "王湾社区居民委员会", "community", "420303002"),
]


def person(badge: str, name: str, unit: Unit, role: Role | None, kind: str = "police", **more: Any) -> Officer:
    officer = Officer(badge=badge, name=name, unit=unit, kind=kind, **more)
    officer.set_password(PASSWORD)
    officer.save()
    if role is not None:
        give_role(officer=officer, role=role, unit=unit, by=None, at=NOW - timedelta(days=300))
    return officer


@dataclass
class World:
    bureau: Unit
    station: Unit
    other_station: Unit
    areas: dict[str, Area]
    chief: Officer
    owner: Officer
    colleague: Officer
    auxiliary: Officer
    stranger: Officer
    other_chief: Officer
    desk: Officer
    leader: Officer
    admin: Officer
    security: Officer
    auditor: Officer
    doors: list[Premises] = field(default_factory=list)

    def door(self, number: int, **facts: Any) -> Premises:
        """One flat of 二堰铺社区, building 5; `facts` may place it elsewhere."""
        values: dict[str, Any] = {
            "unit": self.station,
            "area": self.areas["420303001001"],
            "kind": "household",
            "street": "花果路1号",
            "building": "5栋",
            "entrance": "2单元",
            "floor": str(number // 100),
            "door": f"{number}室",
            "address": f"花果路1号5栋2单元{number}室",
            "address_key": f"花果路1号5栋2单元{number}室",
            "walk_key": f"花果路0001/0005/0002/{number:06d}",
            "name": f"周秀{'兰英梅珍芳'[number % 5]}",
            "use": "own",
        }
        values.update(facts)
        values["door_class"] = Premises.class_of(values["kind"])
        if values["door_class"] == "business":
            values.setdefault("name_key", values["name"])
        door = Premises.objects.create(**values)
        Contact.objects.create(
            premises=door,
            name=door.name,
            name_key=door.name,
            relation="householder",
            phone=f"1990000{number:04d}",
            phone_mac=mac(f"1990000{number:04d}"),
        )
        self.doors.append(door)
        return door

    def draft(self, **facts: Any) -> Campaign:
        """A campaign that is set up and not opened, of the bureau over everything unless `facts` say otherwise."""
        values: dict[str, Any] = {
            "title": "岁末走访",
            "unit": self.bureau,
            "starts_on": TODAY,
            "ends_on": TODAY + timedelta(days=34),
            "areas": [self.areas["420303"]],
            "by": self.desk,
            "at": NOW,
        }
        return campaign_actions.draft_campaign(**values | facts)

    def campaign(self, **facts: Any) -> Campaign:
        """An open campaign of the bureau over everything, started two weeks before NOW; its figures are kept up."""
        values: dict[str, Any] = {
            "title": "2026 冬季大走访",
            "starts_on": TODAY - timedelta(days=16),
            "ends_on": TODAY + timedelta(days=40),
            "by": self.desk,
            "at": NOW - timedelta(days=17),
        }
        values.update(facts)
        draft = self.draft(**values)
        opened = campaign_actions.open_campaign(
            campaign=draft, version=draft.version, by=values["by"], at=NOW - timedelta(days=16)
        )
        keep_up(at=NOW - timedelta(days=16))
        return opened

    def give(
        self, campaign: Campaign, door: Premises, officer: Officer, due: date = TODAY, rank: int = 0
    ) -> Assignment:
        """Puts a door into an officer's hands, as a share-out does."""
        frame_door = FrameDoor.objects.unscoped("test").get(campaign=campaign, premises=door)
        return Assignment.objects.create(
            campaign=campaign,
            frame_door=frame_door,
            premises=door,
            unit=door.unit,
            officer=officer,
            rank=rank,
            due_on=due,
            given_at=NOW - timedelta(days=1),
        )


def build_world() -> World:
    bureau = Unit.objects.create(name="张湾区公安分局", short_name="张湾分局", kind="bureau", code="420303000000")
    station = Unit.objects.create(name="花果派出所", kind="station", parent=bureau, rank=1, code="420303010000")
    other = Unit.objects.create(name="红卫派出所", kind="station", parent=bureau, rank=2, code="420303020000")
    areas = {
        code: Area.objects.create(code=code, name=name, level=level, parent_id=parent)
        for code, name, level, parent in AREAS
    }
    Jurisdiction.objects.create(unit=station, area=areas["420303001"])
    Jurisdiction.objects.create(unit=other, area=areas["420303002"])
    for reserved in ("system", "resident"):
        person(reserved, reserved, bureau, None)
    return World(
        bureau=bureau,
        station=station,
        other_station=other,
        areas=areas,
        chief=person("T0101", "李卫东", station, Role.SUPERVISOR, title="所长"),
        owner=person("T0102", "周明", station, Role.OFFICER, areas_in_charge=["420303001001"]),
        colleague=person("T0103", "何川", station, Role.OFFICER),
        auxiliary=person("T0104", "孙倩", station, Role.AUXILIARY, kind="auxiliary"),
        stranger=person("T0201", "吴晓梅", other, Role.OFFICER),
        other_chief=person("T0202", "冯立", other, Role.SUPERVISOR),
        desk=person("T0001", "郑凯", bureau, Role.SUPERVISOR, title="专班"),
        leader=person("T0002", "许诺", bureau, Role.LEADER, title="副局长"),
        admin=person("T0003", "罗斌", bureau, Role.SYSTEM_ADMIN),
        security=person("T0004", "韩梅", bureau, Role.SECURITY_ADMIN),
        auditor=person("T0005", "丁宝林", bureau, Role.AUDIT_ADMIN),
    )
