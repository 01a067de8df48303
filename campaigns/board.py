"""The share-out board: what would go to whom, what stays and why. Computed, never written.

It is computed over buildings, never over thousands of doors. Its digest is over everything that it was computed
from, so that a board on which somebody else worked meanwhile writes nothing (`sharing.py`).
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import Count, Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Grant, Officer, Unit
from accounts.rights import Right
from accounts.roles import roles_with
from campaigns.models import Assignment, Campaign, Responsibility, ShareOut

Way = ShareOut.Way
# Somebody who would hold this much more than the mean is named in the confirmation.
OVERLOAD = 0.15

# One row per (community, building, officer named by the register): what stands there and in whose hands.
GROUPS = """
WITH names AS (
    SELECT name, min(id) AS id FROM accounts_officer WHERE unit_id = %(unit)s GROUP BY name HAVING count(*) = 1
)
SELECT f.area_id, f.building, coalesce(b.id, n.id) AS registered,
       p.register_badge <> '' OR p.register_officer <> '' AS named,
       count(*) AS doors,
       count(*) FILTER (WHERE f.met_on IS NOT NULL) AS visited,
       count(*) FILTER (WHERE f.met_on IS NULL AND a.id IS NOT NULL) AS held,
       count(*) FILTER (WHERE f.met_on IS NULL AND a.id IS NULL) AS free,
       count(*) FILTER (WHERE f.met_on IS NOT NULL AND a.id IS NULL) AS free_visited,
       min(f.walk_key COLLATE "C") AS walk_key,
       coalesce(max(a.id), 0) AS newest
FROM campaigns_framedoor f
JOIN registry_premises p ON p.id = f.premises_id
LEFT JOIN campaigns_assignment a ON a.frame_door_id = f.id AND a.ended_at IS NULL
LEFT JOIN accounts_officer b ON b.badge = upper(p.register_badge) AND p.register_badge <> '' AND b.unit_id = %(unit)s
LEFT JOIN names n ON b.id IS NULL AND n.name = p.register_officer
WHERE f.campaign_id = %(campaign)s AND f.unit_id = %(unit)s AND f.gone_confirmed_at IS NULL
GROUP BY 1, 2, 3, 4
ORDER BY f.area_id, min(f.walk_key COLLATE "C"), f.building, registered
"""


@dataclass(frozen=True)
class Choice:
    """What the supervisor set on the board. `picked` is (area code, building); None means all of them."""

    way: str = Way.RESPONSIBILITY
    picked: frozenset[tuple[str, str]] | None = None
    to: int | None = None
    visited_too: bool = False


@dataclass
class BuildingRow:
    area_id: str
    name: str
    picked: bool = True
    doors: int = 0
    visited: int = 0
    held: int = 0
    share: int = 0
    left: int = 0
    takers: list[str] = field(default_factory=list)

    @property
    def key(self) -> str:
        return f"{self.area_id}|{self.name}"


@dataclass
class CommunityRow:
    area_id: str
    name: str
    buildings: list[BuildingRow] = field(default_factory=list)

    def _sum(self, column: str) -> int:
        return sum(getattr(building, column) for building in self.buildings)

    doors = property(lambda self: self._sum("doors"))
    visited = property(lambda self: self._sum("visited"))
    held = property(lambda self: self._sum("held"))
    share = property(lambda self: self._sum("share"))
    left = property(lambda self: self._sum("left"))

    @property
    def takers(self) -> list[str]:
        return list(dict.fromkeys(name for building in self.buildings for name in building.takers))


@dataclass
class PersonRow:
    officer: Officer
    partner: Officer | None
    present: int
    given: int = 0
    mean: float = 0.0
    weeks: float = 1.0
    top: int = 1

    @property
    def after(self) -> int:
        return self.present + self.given

    @property
    def per_week(self) -> int:
        return -(-self.after // max(1, round(self.weeks)))

    @property
    def difference(self) -> int:
        return round(self.after - self.mean)

    @property
    def over_percent(self) -> int:
        """How far above the mean, when that is worth saying; else 0."""
        if not self.mean or self.after <= self.mean * (1 + OVERLOAD) or self.difference < 3:
            return 0
        return round(100 * (self.after / self.mean - 1))


@dataclass(frozen=True)
class Gift:
    """One line of the plan: a building (or what the register gives one officer of it) to one pair of hands."""

    area_id: str
    building: str
    registered: int | None
    officer_id: int
    partner_id: int | None
    doors: int


@dataclass
class Board:
    communities: list[CommunityRow]
    people: list[PersonRow]
    away: list[tuple[Officer, str]]
    left_why: list[tuple[str, int]]
    gifts: list[Gift]
    split: list[str]
    digest: str
    visited_stay: int

    doors = property(lambda self: sum(c.doors for c in self.communities))
    visited = property(lambda self: sum(c.visited for c in self.communities))
    held = property(lambda self: sum(c.held for c in self.communities))
    share = property(lambda self: sum(gift.doors for gift in self.gifts))
    left = property(lambda self: sum(count for _why, count in self.left_why))
    buildings = property(lambda self: sum(len(c.buildings) for c in self.communities))

    @property
    def takers(self) -> list[PersonRow]:
        return [person for person in self.people if person.given]

    @property
    def mean_after(self) -> int:
        return round(self.people[0].mean) if self.people else 0

    def sentence(self) -> str:
        """All the numbers of the confirmation in one sentence or a few."""
        takers = self.takers
        if not takers:
            return _("Nothing to share out this way.")
        least, most = min(takers, key=lambda p: p.given), max(takers, key=lambda p: p.given)
        touched = {(gift.area_id, gift.building) for gift in self.gifts}
        parts = [
            _("Share %(doors)d doors of %(buildings)d buildings in %(areas)d communities out to %(people)d people:")
            % {
                "doors": self.share,
                "buildings": len(touched),
                "areas": len({area for area, _building in touched}),
                "people": len(takers),
            },
            _("%(mean)d each on average, fewest %(few)d (%(least)s), most %(many)d (%(most)s).")
            % {
                "mean": round(self.share / len(takers)),
                "few": least.given,
                "least": least.officer.name,
                "many": most.given,
                "most": most.officer.name,
            },
        ]
        parts += self._overload(takers)
        if self.split:
            parts.append(_("Split buildings: %(names)s.") % {"names": "、".join(self.split[:5])})
        if self.visited_stay:
            parts.append(
                ngettext("%(n)d visited door stays.", "%(n)d visited doors stay.", self.visited_stay)
                % {"n": self.visited_stay}
            )
        return " ".join(parts)

    @staticmethod
    def _overload(takers: list[PersonRow]) -> list[str]:
        """Those with far more than the mean, most first: three by name, the rest by number; the list marks them all."""
        over = sorted((p for p in takers if p.over_percent), key=lambda p: -p.after)
        parts = [
            _("%(name)s will hold %(after)d doors, %(percent)d%% above the mean.")
            % {"name": p.officer.name, "after": p.after, "percent": p.over_percent}
            for p in over[:3]
        ]
        if rest := len(over[3:]):
            parts.append(
                ngettext(
                    "%(n)d more person lies far above the mean.", "%(n)d more people lie far above the mean.", rest
                )
                % {"n": rest}
            )
        return parts


def _groups(campaign: Campaign, unit: Unit) -> list[dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute(GROUPS, {"campaign": campaign.pk, "unit": unit.pk})
        names = [column.name for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _people(unit: Unit, on: date) -> tuple[list[Officer], list[tuple[Officer, str]]]:
    """Who can take doors, and who can't today, with why."""
    able, away = [], []
    people = Officer.objects.unscoped("who can take doors").people().filter(unit=unit, left_on__isnull=True)
    visiting = set(
        Grant.objects.unscoped("who can take doors")
        .filter(officer__unit=unit, role__in=roles_with(Right.LOG_VISIT), starts_on__lte=on)
        .filter(Q(ends_on__isnull=True) | Q(ends_on__gte=on))
        .values_list("officer_id", flat=True)
    )
    for officer in people.select_related("works_with").order_by("kind", "badge"):
        if officer.absent_on(on):
            away.append((officer, _("on leave until %(day)s") % {"day": officer.on_leave_until.isoformat()}))
        elif not officer.is_active or not officer.has_usable_password():
            away.append((officer, _("account not in use")))
        elif officer.pk in visiting:
            able.append(officer)
    order = {Officer.Kind.POLICE: 0, Officer.Kind.AUXILIARY: 1}
    return sorted(able, key=lambda o: (order[Officer.Kind(o.kind)], o.badge)), away


def _loads(campaign: Campaign, unit: Unit) -> dict[int, int]:
    rows = (
        Assignment.objects.unscoped("present loads")
        .live()
        .filter(campaign=campaign, unit=unit, frame_door__met_on__isnull=True)
        .order_by()
        .values_list("officer_id")
        .annotate(doors=Count("pk"))
    )
    return dict(rows)


def make_board(*, campaign: Campaign, unit: Unit, choice: Choice, on: date, area_names: dict[str, str]) -> Board:
    """Computes what would be shared out, to whom, and what stays; writes nothing."""
    groups = _groups(campaign, unit)
    able, away = _people(unit, on)
    loads = _loads(campaign, unit)
    pairs = _pairs(able)
    people = {o.pk: PersonRow(o, pairs.get(o.pk), loads.get(o.pk, 0)) for o in able}
    rows, gifts, left = _allocate(campaign, groups, choice, people, {o.pk: why for o, why in away})
    for gift in gifts:
        people[gift.officer_id].given += gift.doors
        rows[gift.area_id, gift.building].takers.append(people[gift.officer_id].officer.name)
    _measure(people.values(), weeks=max(1.0, ((campaign.ends_on - on).days + 1) / 7))
    communities: dict[str, CommunityRow] = {}
    for (area_id, _building), row in rows.items():
        community = communities.setdefault(area_id, CommunityRow(area_id, area_names.get(area_id, area_id)))
        community.buildings.append(row)
    return Board(
        communities=list(communities.values()),
        people=list(people.values()),
        away=away,
        left_why=sorted(left.items()),
        gifts=gifts,
        split=[row.name for row in rows.values() if len(set(row.takers)) > 1],
        digest=_digest(campaign, unit, groups, people.values()),
        visited_stay=0 if choice.visited_too else sum(group["visited"] for group in groups),
    )


def _pairs(able: Sequence[Officer]) -> dict[int, Officer]:
    """Bound pairs, old leads new, officer with auxiliary: each is the other's partner."""
    by_id = {officer.pk: officer for officer in able}
    pairs: dict[int, Officer] = {}
    for officer in able:
        partner = by_id.get(officer.works_with_id) if officer.works_with_id else None
        if partner is not None:
            pairs[officer.pk] = partner
            pairs.setdefault(partner.pk, officer)
    return pairs


def _measure(people: Collection[PersonRow], weeks: float) -> None:
    mean = sum(person.after for person in people) / len(people) if people else 0.0
    top = max([person.after for person in people] + [1])
    for person in people:
        person.mean, person.weeks, person.top = mean, weeks, top


Rows = dict[tuple[str, str], BuildingRow]


def _allocate(
    campaign: Campaign,
    groups: list[dict[str, Any]],
    choice: Choice,
    people: dict[int, PersonRow],
    away: dict[int, str],
) -> tuple[Rows, list[Gift], dict[str, int]]:
    rows: Rows = {}
    left: dict[str, int] = defaultdict(int)
    open_groups: list[tuple[dict[str, Any], int]] = []
    for group in groups:
        key = (group["area_id"], group["building"])
        row = rows.setdefault(key, BuildingRow(*key))
        row.picked = choice.picked is None or key in choice.picked
        row.doors += group["doors"]
        row.visited += group["visited"]
        row.held += group["held"]
        count = _shareable(group, choice)
        if row.picked and count:
            open_groups.append((group, count))
    if choice.way == Way.REGISTER:
        gifts = _by_register(open_groups, people, away, left)
    elif choice.way == Way.HAND:
        gifts = _by_hand(open_groups, people, choice)
    else:
        gifts = _by_responsibility(campaign, open_groups, people, away, left)
    for gift in gifts:
        rows[gift.area_id, gift.building].share += gift.doors
    for group, count in open_groups:
        rows[group["area_id"], group["building"]].left += count
    for row in rows.values():
        row.left = max(0, row.left - row.share)
    return rows, gifts, left


def _shareable(group: dict[str, Any], choice: Choice) -> int:
    """Doors of the group that this way would move: by hand takes over what others hold, the other ways don't."""
    count = int(group["free"])
    if choice.way == Way.HAND:
        count += int(group["held"])
        return count + (int(group["visited"]) if choice.visited_too else 0)
    return count + (int(group["free_visited"]) if choice.visited_too else 0)


def _gift(group: dict[str, Any], count: int, person: PersonRow, registered: int | None = None) -> Gift:
    partner = person.partner.pk if person.partner else None
    return Gift(group["area_id"], group["building"], registered, person.officer.pk, partner, count)


def _by_register(
    groups: list[tuple[dict[str, Any], int]], people: dict[int, PersonRow], away: dict[int, str], left: dict[str, int]
) -> list[Gift]:
    gifts = []
    for group, count in groups:
        person = people.get(group["registered"])
        if person is not None:
            gifts.append(_gift(group, count, person, registered=group["registered"]))
        elif group["registered"] is not None:
            left[
                _("the register's officer can't take doors: %(why)s") % {"why": away.get(group["registered"], "–")}
            ] += count
        elif group["named"]:
            left[_("the register names somebody who is not of this station")] += count
        else:
            left[_("the register names nobody")] += count
    return gifts


def _merged(groups: list[tuple[dict[str, Any], int]]) -> list[tuple[dict[str, Any], int]]:
    """Groups put together to whole buildings, in walking order."""
    whole: dict[tuple[str, str], tuple[dict[str, Any], int]] = {}
    for group, count in groups:
        key = (group["area_id"], group["building"])
        first, so_far = whole.get(key, (group, 0))
        whole[key] = (first, so_far + count)
    return list(whole.values())


def _by_hand(groups: list[tuple[dict[str, Any], int]], people: dict[int, PersonRow], choice: Choice) -> list[Gift]:
    person = people.get(choice.to or 0)
    if person is None or choice.picked is None:
        return []
    return [_gift(group, count, person) for group, count in _merged(groups)]


def _by_responsibility(
    campaign: Campaign,
    groups: list[tuple[dict[str, Any], int]],
    people: dict[int, PersonRow],
    away: dict[int, str],
    left: dict[str, int],
) -> list[Gift]:
    """Each community to those who answer for it; several share it by whole buildings, in walking order."""
    answer: dict[str, list[int]] = defaultdict(list)
    bound = Responsibility.objects.unscoped("who answers for what").filter(campaign=campaign).order_by("area_id", "pk")
    for area_id, officer_id in bound.values_list("area_id", "officer_id"):
        answer[area_id].append(officer_id)
    by_area: dict[str, list[tuple[dict[str, Any], int]]] = defaultdict(list)
    for group, count in _merged(groups):
        by_area[group["area_id"]].append((group, count))
    gifts: list[Gift] = []
    for area_id, members in by_area.items():
        named = answer.get(area_id, [])
        takers = [people[officer_id] for officer_id in dict.fromkeys(named) if officer_id in people]
        total = sum(count for _group, count in members)
        if takers:
            gifts += _in_walking_order(members, takers, total)
        elif named:
            why = next((away[officer_id] for officer_id in named if officer_id in away), _("not of this station"))
            left[_("who answers for the community can't take doors: %(why)s") % {"why": why}] += total
        else:
            left[_("nobody answers for the community")] += total
    return gifts


def _in_walking_order(members: list[tuple[dict[str, Any], int]], takers: list[PersonRow], total: int) -> list[Gift]:
    """Whole buildings in walking order: the next person starts where the running count passes an equal share."""
    gifts, running = [], 0
    for group, count in members:
        middle = running + count / 2
        index = min(len(takers) - 1, int(middle * len(takers) / max(1, total)))
        gifts.append(_gift(group, count, takers[index]))
        running += count
    return gifts


def _digest(campaign: Campaign, unit: Unit, groups: list[dict[str, Any]], people: Collection[PersonRow]) -> str:
    seen = [campaign.pk, campaign.version, unit.pk, groups, sorted((p.officer.pk, p.present) for p in people)]
    return hashlib.sha256(json.dumps(seen, sort_keys=True, default=str).encode()).hexdigest()
