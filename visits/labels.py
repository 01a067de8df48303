"""How a door is named on a phone: 5栋 2单元 302 in Chinese, "Building 5, entrance 2, 302" in English."""

import re
from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from registry.models import Premises

NUMBERED_BUILDING = re.compile(r"^([0-9A-Za-z]+)(?:栋|幢|座|号楼)$")
NUMBERED_ENTRANCE = re.compile(r"^([0-9A-Za-z]+)单元$")


def building_label(premises: Premises) -> str:
    """Building and entrance in the reader's words where they are numbered; the street where there is no building."""
    if not premises.building and not premises.entrance:
        return premises.street
    if get_language() != "en":
        return " ".join(part for part in (premises.building, premises.entrance) if part)
    parts = []
    for text, pattern, words in (
        (premises.building, NUMBERED_BUILDING, _("building %(number)s")),
        (premises.entrance, NUMBERED_ENTRANCE, _("entrance %(number)s")),
    ):
        match = pattern.match(text)
        parts.append(words % {"number": match[1]} if match else text)
    label = ", ".join(part for part in parts if part)
    return label[:1].upper() + label[1:]


def block_label(premises: Premises) -> str:
    """5栋, in English Building 5: without the entrance."""
    match = NUMBERED_BUILDING.match(premises.building)
    if get_language() != "en" or not match:
        return premises.building
    label = _("building %(number)s") % {"number": match[1]}
    return label[:1].upper() + label[1:]


def entrance_label(premises: Premises) -> str:
    """2单元, in English Entrance 2; empty where the building has none."""
    match = NUMBERED_ENTRANCE.match(premises.entrance)
    if get_language() != "en" or not match:
        return premises.entrance
    label = _("entrance %(number)s") % {"number": match[1]}
    return label[:1].upper() + label[1:]


def door_number(premises: Premises) -> str:
    """The number on the door, without the counter that everybody knows: 302室 → 302; 东户 says its floor: 三楼东户."""
    number = premises.door.removesuffix("室") or premises.address
    return number if any(mark.isdigit() for mark in number) else f"{premises.floor}{number}"


def door_label(premises: Premises) -> str:
    """Building and door in one line: 5栋 2单元 302, in English short as Bldg 5-2, 302."""
    building, entrance = NUMBERED_BUILDING.match(premises.building), NUMBERED_ENTRANCE.match(premises.entrance)
    if get_language() == "en" and building:
        numbers = f"{building[1]}-{entrance[1]}" if entrance else building[1]
        place = _("Bldg %(number)s") % {"number": numbers}
        return f"{place}, {door_number(premises)}"
    return " ".join(part for part in (building_label(premises), door_number(premises)) if part)


def street_and_area(premises: Premises) -> str:
    """What stands beside the building's name: its street, where there is one, and its community."""
    street = premises.street if premises.building or premises.entrance else ""
    return " · ".join(part for part in (street, premises.area.label) if part)


def day_label(day: datetime) -> str:
    """11月21日 周六, Sat 21 Nov."""
    local = timezone.localtime(day)
    if get_language() == "en":
        return date_format(local, "D j M")
    return date_format(local, "n月j日 D").replace("星期", "周")


def short_date(day: datetime) -> str:
    return date_format(timezone.localtime(day), "j M" if get_language() == "en" else "n月j日")


def short_day(day: date) -> str:
    """A date without its year, unless the year is another one."""
    other = day.year != timezone.localdate().year
    if get_language() == "en":
        return date_format(day, "j M Y" if other else "j M")
    return date_format(day, "Y年n月j日" if other else "n月j日")


def moment(at: datetime) -> str:
    """Day and hour of a record: 11月18日 10:05, 18 Nov 10:05."""
    return f"{short_day(timezone.localdate(at))} {clock(at)}"


def clock(at: datetime) -> str:
    return f"{timezone.localtime(at):%H:%M}"


def part_of_day(at: datetime) -> str:
    """What the round is called at this hour."""
    return _("Tonight") if timezone.localtime(at).hour >= 17 else _("Today")


def day_bounds(at: datetime) -> tuple[datetime, datetime]:
    """The station's day around a moment, as a half-open span."""
    start = timezone.make_aware(datetime.combine(timezone.localdate(at), time.min))
    return start, start + timedelta(days=1)


def month(day: date) -> str:
    """The month of a date: 8月, Aug; with the year when it lies more than ten months back."""
    old = (timezone.localdate() - day).days > 300
    if get_language() == "en":
        return date_format(day, "M Y" if old else "M")
    return date_format(day, "Y年n月" if old else "n月")


def with_query(address: str, **query: Any) -> str:
    """An address of ours with a query of ids and codes, never of what a person typed."""
    return f"{address}?{urlencode(query)}"
