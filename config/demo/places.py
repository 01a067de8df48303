"""The demo's doors: a workbook in memory, brought in by the same import as a station's own."""

import csv
import io
from dataclasses import dataclass, field
from random import Random

from config.demo import plan
from config.demo.plan import StationPlan
from registry.models import Area

HEADINGS = [
    "社区代码", "村（社区）", "类别", "路（街、组）", "楼栋", "单元", "楼层", "门牌（室号）", "户主/单位名称", "联系人",
    "联系电话", "房屋使用", "人户分离",
]  # fmt: skip


@dataclass
class Door:
    """One line of the register, and what the story will do with it."""

    area: str
    kind: str
    cells: list[str]
    fate: str = "visited"
    address: str = ""


@dataclass
class Places:
    doors: list[Door] = field(default_factory=list)
    serial: int = 0


def person(rng: Random) -> str:
    return rng.choice(plan.SURNAMES) + "".join(rng.sample(plan.GIVEN, rng.choice((1, 2, 2))))


def phone(places: Places) -> str:
    """Numbers of a prefix that is given to nobody here, each once."""
    places.serial += 1
    return f"1990000{places.serial:04d}"


def make_doors(rng: Random, scale: float) -> Places:
    places = Places()
    for station in plan.STATIONS:
        communities = list(
            Area.objects.filter(code__startswith=station.township, level=Area.Level.COMMUNITY).order_by("code")
        )
        busy = communities[: len(communities) - station.quiet]
        _households(rng, places, station, busy, scale)
        _businesses(rng, places, station, busy, scale)
    return places


def _scaled(number: int, scale: float) -> int:
    return number if scale == 1 else round(number * scale)


def _households(rng: Random, places: Places, station: StationPlan, busy: list[Area], scale: float) -> None:
    """Visited ones over all busy communities, then those that were tried, then those that are gone."""
    visited = max(len(busy), _scaled(station.visited, scale))
    waiting = _scaled(station.base - station.visited, scale)
    fates = ["visited"] * visited + ["waiting"] * waiting + ["gone"] * _scaled(station.gone, scale)
    flats = _demo_flats(station, fates)
    for index, fate in enumerate(fates):
        if fate == "waiting" and flats:
            area, street, building, entrance, floor, number = plan.DEMO_COMMUNITY, *flats.pop(0)
        else:
            area = busy[index % len(busy)].code
            street, building, entrance, floor, number = _home(rng, area, busy, index)
        name = person(rng)
        use = rng.choice(("自住", "自住", "自住", "出租", "出租", "空置"))
        cells = [street, building, entrance, floor, number, name, name, phone(places), use, rng.choice("是否否否")]
        _add(places, area, "住户", cells, fate)


def _demo_flats(station: StationPlan, fates: list[str]) -> list[tuple[str, str, str, str, str]]:
    """The demo officer's blocks, floor by floor; only in the first station."""
    if station.township != plan.STATIONS[0].township:
        return []
    wanted = fates.count("waiting")
    flats = [
        (plan.DEMO_STREET, building, f"{entrance}单元", str(floor), f"{floor}0{flat}室")
        for building, entrance in plan.DEMO_BUILDINGS
        for floor in range(1, 9)
        for flat in (1, 2)
    ]
    return flats[:wanted]


def _home(rng: Random, area: str, busy: list[Area], index: int) -> tuple[str, str, str, str, str]:
    """A flat in a community of residents, a house of a group in a village. No two the same."""
    in_town = area[9] == "0"
    turn = index // len(busy)
    if not in_town:
        return f"{turn % 9 + 1}组", "", "", "", f"{turn + 1}号"
    street = plan.STREETS[int(area[-3:]) % len(plan.STREETS)] + f"{int(area[-2:]) * 4 + 6}号"
    floor = turn % 6 + 1
    return street, f"{turn // 12 + 1}栋", f"{turn // 6 % 2 + 1}单元", str(floor), f"{floor}0{rng.randint(1, 4)}室"


def _businesses(rng: Random, places: Places, station: StationPlan, busy: list[Area], scale: float) -> None:
    shops, units = _scaled(station.shops, scale), _scaled(station.units, scale)
    open_shops, seen_units = round(shops * 0.75), _scaled(station.units_visited, scale)
    for index in range(shops + units):
        area = busy[(index * 5) % len(busy)].code
        owner, number = person(rng), f"{40 + index}号"
        if index < shops:
            kind, name, fate = "门店", owner + rng.choice(plan.SHOP_WORDS), index < open_shops
        elif (index - shops) % 4 == 3:
            word = plan.INSTITUTION_WORDS[index % len(plan.INSTITUTION_WORDS)]
            kind, name, fate = "单位", f"{busy[index % len(busy)].label}{word}", index - shops < seen_units
        else:
            kind, name = "企业", f"湖北{''.join(rng.sample(plan.GIVEN, 2))}{rng.choice(plan.FIRM_WORDS)}"
            fate = index - shops < seen_units
        street = rng.choice(plan.STREETS) if area[9] == "0" else f"{index % 6 + 1}组"
        cells = [street, "", "", "", number, name, owner, phone(places), "", ""]
        _add(places, area, kind, cells, "visited" if fate else "waiting")


def _add(places: Places, area: str, kind: str, cells: list[str], fate: str) -> None:
    door = Door(area, kind, cells, fate)
    door.address = "".join(cells[:3]) + cells[4]
    places.doors.append(door)


def as_csv(places: Places) -> io.BytesIO:
    names = dict(Area.objects.filter(level=Area.Level.COMMUNITY).values_list("code", "name"))
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(HEADINGS)
    for door in places.doors:
        writer.writerow([door.area, names[door.area], door.kind, *door.cells])
    return io.BytesIO(text.getvalue().encode("utf-8-sig"))
