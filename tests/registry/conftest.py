"""The district of the sample workbooks: real areas, its stations with their townships, one supervisor each."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from accounts.actions import give_role
from accounts.models import Officer, Unit
from accounts.roles import Role
from registry.areas import load_areas
from registry.models import Jurisdiction
from tests.world import NOW, PASSWORD

DATA = Path(__file__).parent / "data"
BY_DOOR = DATA / "doors-zhangwan-sample.xlsx"
BY_COMMUNITY = DATA / "doors-by-community-sample.xlsx"
STATIONS = {
    "花果派出所": "420303001",
    "红卫派出所": "420303002",
    "车城路派出所": "420303003",
    "汉江路派出所": "420303004",
    "黄龙派出所": "420303100",
    "柏林派出所": "420303101",
    "方滩派出所": "420303200",
    "西沟派出所": "420303201",
    "西城派出所": "420303400",
}


@dataclass
class District:
    bureau: Unit
    stations: dict[str, Unit]
    desk: Officer
    """Supervisor of the bureau."""
    chief: Officer
    """Supervisor of 花果派出所."""


def supervisor(badge: str, name: str, unit: Unit) -> Officer:
    officer = Officer(badge=badge, name=name, unit=unit)
    officer.set_password(PASSWORD)
    officer.save()
    give_role(officer=officer, role=Role.SUPERVISOR, unit=unit, by=None, at=NOW)
    return officer


@pytest.fixture
def district(db: None, time_machine: object) -> District:
    time_machine.move_to(NOW, tick=False)
    with (DATA / "areas-420303-zhangwan.csv").open("rb") as file:
        load_areas(file=file)
    bureau = Unit.objects.create(name="张湾区公安分局", kind="bureau", code="420303000000")
    Jurisdiction.objects.create(unit=bureau, area_id="420303")
    stations = {}
    for rank, (name, area) in enumerate(STATIONS.items()):
        stations[name] = Unit.objects.create(name=name, kind="station", parent=bureau, rank=rank)
        Jurisdiction.objects.create(unit=stations[name], area_id=area)
    return District(
        bureau=bureau,
        stations=stations,
        desk=supervisor("ZW0100", "许卫红", bureau),
        chief=supervisor("ZW0200", "李卫东", stations["花果派出所"]),
    )
