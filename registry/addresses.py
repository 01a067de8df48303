"""One address as written, taken apart into street, building, entrance, floor and door.

Nothing is guessed: what does not have one of the usual forms is kept whole as the door and walked last. Two spellings
of the same door (11栋1单元304室, 11幢1单元304) have the same key; the key leaves the floor out where the door says it.
"""

import re
from collections.abc import Collection
from functools import lru_cache
from typing import NamedTuple

from registry.texts import clean, key_of

NUMERAL = "[0-9]+|[一二三四五六七八九十百]+"
NUMBER = rf"(?:{NUMERAL})"
NUMBERED = rf"(?:[A-Za-z]?{NUMBER}(?:-[0-9]+)?[A-Za-z]?|[A-Za-z]{{1,2}}|[甲乙丙丁东西南北])"

# What one cell holds, left to right; every part may be missing, but what remains must be one of these forms.
BUILDING = rf"(?P<building>{NUMBERED}(?:号楼|栋|幢|座|号院|#楼|#栋|楼(?=.*(?:单元|室|号))|斋|#(?=.)))"
ENTRANCE = rf"(?P<entrance>{NUMBERED}(?:单元|门栋|门洞|[门梯](?=[0-9A-Za-z])))"
FLOOR = rf"(?P<floor>(?:负|地下|B|-)?{NUMBER}(?:楼|层))"
DOOR = r"(?P<door>(?:[A-Za-z]?-?[0-9]+(?:-[0-9]+)*[A-Za-z]?|[东西南北中左右]户?|[A-Za-z])(?:室|号|户|房|号房|门|#)?(?:附[0-9]+号?|之[一二三四五六七八九十0-9]+)?)"
GROUP = rf"(?:第(?={NUMBER}))?(?P<street>{NUMBER}(?:村民小组|居民小组|小组|组|队|社)|[\u3400-\u9fff]{{1,8}}?(?:组|队|湾子|院子))"
PLOT = rf"(?P<door>{NUMBER}(?:-[0-9]+)*(?:号|户|#)?(?:-[0-9]+|附[0-9]+号?|之[一二三四五六七八九十0-9]+)?)"
ROAD = r"(?P<street>[\u3400-\u9fffA-Za-z0-9·]{1,30}?(?:路|街|道|巷|弄|里|胡同|大街|大道|坡|岭|堰|湾|沟))"
ESTATE = r"(?P<estate>[\u3400-\u9fffA-Za-z0-9·]{0,30}?)"

PLOT_FORM = re.compile(rf"(?P<door>{NUMBER}(?:-[0-9]+)*(?:号|室|户))")
VILLAGE_FORM = re.compile(rf"{GROUP}(?:{PLOT})?")
PLACE_FORM = re.compile(rf"{ESTATE}(?:{BUILDING})(?:{ENTRANCE})?(?:{FLOOR})?(?:{DOOR})?")
ENTRANCE_FORM = re.compile(rf"{ESTATE}{ENTRANCE}(?:{FLOOR})?(?:{DOOR})?")
ROAD_FORM = re.compile(
    rf"{ROAD}(?P<door>{NUMBER}(?:-[0-9]+)?号?(?:附[0-9]+号?|之[一二三四五六七八九十0-9]+)?)(?:{FLOOR})?"
)
DASHED_FORM = re.compile(
    r"(?P<estate>[\u3400-\u9fffA-Za-z0-9·]*?(?:小区|花园|苑|家园|公寓|新村|城|号|院|府|庭|广场)|)"
    r"(?P<building>[0-9]{1,3})-(?P<entrance>[0-9]{1,2})-(?P<door>[0-9]{3,4})室?"
)

DIGITS = {digit: value for value, digit in enumerate("零一二三四五六七八九")}


class Address(NamedTuple):
    """`written` is the cell as it stood; `parsed` is false where it was kept whole."""

    street: str
    building: str
    entrance: str
    floor: str
    door: str
    written: str
    key: str
    walk_key: str
    parsed: bool


Known = Collection[str] | re.Pattern[str]


def split_address(text: str, known: Known = ()) -> Address:
    """Take one cell apart. `known` are names of areas that may stand before it (湖北省, 张湾区, 六四社区), or what
    `area_front` makes of them."""
    written = clean(text)
    dense = written.replace(" ", "")
    spans = cut(dense, known)
    if spans is None:
        return _whole(without_areas(dense, known) or written, written)
    street, building, entrance, floor, door = [dense[span] for span in spans]
    return _address(street, building, entrance, floor, door, written)


def cut(dense: str, known: Known) -> tuple[slice, ...] | None:
    """Where street, building, entrance, floor and door stand in an address without blanks; None when it has no usual
    form. The first slice begins behind the names of areas."""
    front = len(dense) - len(without_areas(dense, known))
    return _spans(dense[front:].translate(ANY_DIGIT), front)


# The forms tell digits from letters and never one digit from another: what an address with other numbers was cut into
# holds for this one.
ANY_DIGIT = {ord(digit): "0" for digit in "123456789"}
_PARTS = ("street", "building", "entrance", "floor", "door")


@lru_cache(maxsize=16_384)
def _spans(shape: str, front: int) -> tuple[slice, ...] | None:
    """For an address of this shape, all its digits 0, with so many characters before it."""
    for form in (PLOT_FORM, VILLAGE_FORM, DASHED_FORM, PLACE_FORM, ENTRANCE_FORM, ROAD_FORM):
        if match := form.fullmatch(shape):
            found = {name: match.span(name) for name in form.groupindex if match[name]}
            found.setdefault("street", found.get("estate", (0, 0)))
            spans = (found.get(part, (0, 0)) for part in _PARTS)
            return tuple(slice(front + first, front + end) for first, end in spans)
    return None


def join_address(street: str, building: str, entrance: str, floor: str, door: str, known: Known = ()) -> Address:
    """Columns that already are apart. A door cell may still hold a whole address (5组18号) and is taken apart."""
    street, building, entrance, floor, door = (
        clean(part).replace(" ", "") for part in (street, building, entrance, floor, door)
    )
    if not (street or building or entrance or door):
        return _whole(floor, floor)
    if not (street or building or entrance):
        return split_address(door, known) if not floor else _address("", "", "", floor, door, "")
    if not (building or entrance or floor or door):
        return split_address(street, known)
    if not (building or entrance or floor) and street and not street.endswith(("组", "队", "社")):
        whole = split_address(street + door, known)
        if whole.parsed:
            return whole
    return _address(without_areas(street, known), building, entrance, floor, door, "")


def without_areas(text: str, known: Known) -> str:
    """Cut names of areas off the front, as long as something is left; of two that fit, the one named first."""
    front = known if isinstance(known, re.Pattern) else area_front(tuple(known))
    return text[match.end() :] if (match := front.match(text)) else text


@lru_cache(maxsize=4_096)
def area_front(known: tuple[str, ...]) -> re.Pattern[str]:
    """Any number of these names before something else: a county's hundred names are looked for in one go."""
    names = "|".join(re.escape(name) for name in known if name)
    return re.compile(f"(?:(?:{names})(?=.))+" if names else "", re.DOTALL)


def _address(street: str, building: str, entrance: str, floor: str, door: str, written: str) -> Address:
    place = up_to_entrance(street, building, entrance)
    inside = behind_entrance(floor, door, bool(building or entrance), place.numbered)
    street, building, entrance = place.texts
    floor, door = inside.texts
    written = (written or place.written + inside.written)[:300]
    key, walk_key = (place.key + inside.key)[:300], (place.walk_key + inside.walk_key)[:300]
    return Address(street, building, entrance, floor, door, written, key, walk_key, parsed=True)


class Part(NamedTuple):
    """One half of an address: up to the entrance, or behind it. Halves come again and again, whole addresses don't."""

    texts: tuple[str, ...]
    written: str
    key: str
    walk_key: str
    numbered: bool = False


@lru_cache(maxsize=16_384)
def up_to_entrance(street: str, building: str, entrance: str) -> Part:
    building, entrance = _with_unit(building, "栋"), _with_unit(entrance, "单元")
    keys = _part_key(street), _part_key(building), _part_key(entrance)
    walk = "".join(natural(key) + " " for key in keys)
    texts = street[:100], building[:40], entrance[:40]
    return Part(texts, street + building + entrance, "|".join(keys) + "|", "0 " + walk, bool(keys[1] or keys[2]))


@lru_cache(maxsize=16_384)
def behind_entrance(floor: str, door: str, in_building: bool, numbered: bool) -> Part:
    """The floor goes without saying where the door says it; only a building has one that its doors tell."""
    door = _with_unit(door, "室" if in_building else "号")
    floor_key, door_key = _part_key(floor), _part_key(door)
    implied = floor_of(door_key)
    if floor_key == implied:
        floor_key = ""
    walked = floor_key or (implied if numbered else "")
    floor = floor or walked
    written = (_with_unit(floor, "层") if floor_key else "") + door
    return Part((floor[:20], door[:60]), written, f"{floor_key}|{door_key}", f"{natural(walked)} {natural(door_key)}")


def _with_unit(part: str, unit: str) -> str:
    return part + unit if part.isdigit() else part


def _whole(text: str, written: str) -> Address:
    """Kept in one piece; "1" puts it behind every parsed door of the community."""
    key = key_of(numbers_in_digits(text))
    return Address("", "", "", "", written[:60], written[:300], ("=" + key)[:300], ("1 " + natural(key))[:300], False)


@lru_cache(maxsize=65_536)
def _part_key(part: str) -> str:
    """11栋, 11幢, 11号楼 and 11# are one building; 304室 and 304 one door; 一组 and 1组 one group."""
    part = numbers_in_digits(part)
    part = re.sub(r"(?:村民小组|居民小组|小组)$", "组", part)
    part = re.sub(
        r"(?<=[0-9A-Za-z甲乙丙丁东西南北])(?:号楼|栋|幢|座|#楼|#栋|单元|门栋|门洞|梯|楼|层|室|号房|号|户|房|门|#)$",
        "",
        part,
    )
    part = re.sub(r"(?<![0-9])0+(?=[0-9])", "", part)
    return key_of(part.replace("-", "~")).replace("~", "-")


@lru_cache(maxsize=65_536)
def floor_of(door: str) -> str:
    """304 lies on floor 3, 1101 on 11: three or four digits, the last two number the door."""
    match = re.fullmatch(r"([0-9]{1,2})[0-9]{2}[a-z]?", door)
    return match[1].lstrip("0") if match else ""


@lru_cache(maxsize=65_536)
def numbers_in_digits(text: str) -> str:
    """三栋二单元 → 3栋2单元; only before a counting word, so 三里路 and 一心村 stay."""
    return re.sub(
        r"[一二三四五六七八九十百]+(?=(?:号楼|栋|幢|座|单元|门栋|层|楼|室|号|户|组|村民小组|居民小组|小组|队|社)|$)",
        lambda match: _number(match[0]),
        text,
    )


def _number(numeral: str) -> str:
    if len(numeral) > 1 and not re.search("[十百]", numeral):
        return "".join(str(DIGITS[digit]) for digit in numeral)
    total, digit = 0, 0
    for mark in numeral:
        if mark == "百":
            total, digit = total + (digit or 1) * 100, 0
        elif mark == "十":
            total, digit = total + (digit or 1) * 10, 0
        else:
            digit = DIGITS[mark]
    return str(total + digit)


@lru_cache(maxsize=65_536)
def natural(part: str) -> str:
    """Digits padded, so that building 2 stands before 10 in collation C."""
    return re.sub(r"[0-9]+", lambda match: match[0].lstrip("0").zfill(6), part)
