"""The ways of sharing out: which building goes to whom, and why some stay."""

from bisect import bisect_right
from collections import defaultdict
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Any

from django.utils.translation import gettext as _

from campaigns.board.rows import BuildingRow, Choice, Gift, PersonRow, Way
from campaigns.models import Campaign, Responsibility

Rows = dict[tuple[str, str], BuildingRow]
Group = dict[str, Any]


@dataclass(frozen=True)
class Heap:
    """Doors that this way would move: all of a building, or what the register gives one officer of it."""

    group: Group
    doors: int
    weight: int

    @property
    def key(self) -> tuple[str, str]:
        return self.group["area_id"], self.group["building"]


@dataclass
class Allocation:
    """`left` counts, by its reason, what stays without a hand."""

    rows: Rows = field(default_factory=dict)
    gifts: list[Gift] = field(default_factory=list)
    left: dict[str, int] = field(default_factory=lambda: defaultdict(int))


def allocate(
    campaign: Campaign, groups: list[Group], choice: Choice, people: dict[int, PersonRow], away: dict[int, str]
) -> Allocation:
    found = Allocation()
    heaps = _laid_out(groups, choice, found)
    if choice.way == Way.REGISTER:
        found.gifts = _by_register(heaps, people, away, found.left)
    elif choice.takes_over:
        found.gifts = _to_one(heaps, people.get(choice.to or 0), choice, found.left)
    elif choice.way == Way.EVENLY:
        found.gifts = _evenly(campaign, heaps, people, found.left)
    else:
        found.gifts = _by_responsibility(campaign, heaps, people, away, found.left)
    for gift in found.gifts:
        row = found.rows[gift.area_id, gift.building]
        row.share += gift.doors
        if choice.way != Way.HAND_ON:
            row.left = max(0, row.left - gift.doors)
    return found


def _laid_out(groups: list[Group], choice: Choice, found: Allocation) -> list[Heap]:
    """The rows of the board, and of the picked ones what this way would move."""
    heaps = []
    for group in groups:
        key = (group["area_id"], group["building"])
        row = found.rows.setdefault(key, BuildingRow(*key))
        row.picked = choice.picked is None or key in choice.picked
        row.doors += group["doors"]
        row.visited += group["visited"]
        row.held += group["held"]
        row.left += group["free"]
        heap = Heap(group, *_shareable(group, choice))
        if row.picked and heap.doors:
            heaps.append(heap)
        if group["free"] and choice.way == Way.HAND_ON:
            found.left[_("in nobody's hands, so not handed on")] += group["free"]
        elif group["free"] and not row.picked:
            found.left[_("not picked this time")] += group["free"]
    return heaps


def _shareable(group: Group, choice: Choice) -> tuple[int, int]:
    """Doors of the group that this way would move, and what they weigh where that matters."""
    if choice.way == Way.HAND_ON:
        return group["of_source"] + (group["of_source_visited"] if choice.visited_too else 0), 0
    if choice.way == Way.HAND:
        return group["free"] + group["held"] + (group["visited"] if choice.visited_too else 0), 0
    if choice.visited_too:
        return group["free"] + group["free_visited"], group["free_weight"] + group["free_visited_weight"]
    return group["free"], group["free_weight"]


def _gift(heap: Heap, person: PersonRow, **more: Any) -> Gift:
    partner = person.partner.pk if person.partner else None
    values = {"registered": None, "doors": heap.doors, "weight": heap.weight, **more}
    return Gift(
        heap.group["area_id"], heap.group["building"], officer_id=person.officer.pk, partner_id=partner, **values
    )


def _by_register(
    heaps: list[Heap], people: dict[int, PersonRow], away: dict[int, str], left: dict[str, int]
) -> list[Gift]:
    gifts = []
    for heap in heaps:
        registered = heap.group["registered"]
        person = people.get(registered)
        if person is not None:
            gifts.append(_gift(heap, person, registered=registered))
        elif registered is not None:
            left[_("the register's officer can't take doors: %(why)s") % {"why": away.get(registered, "–")}] += (
                heap.doors
            )
        elif heap.group["named"]:
            left[_("the register names somebody who is not of this station")] += heap.doors
        else:
            left[_("the register names nobody")] += heap.doors
    return gifts


def _merged(heaps: list[Heap]) -> list[Heap]:
    """Groups put together to whole buildings, in walking order."""
    whole: dict[tuple[str, str], Heap] = {}
    for heap in heaps:
        so_far = whole.get(heap.key)
        if so_far is None:
            whole[heap.key] = heap
        else:
            walled = so_far.group["walled"] or heap.group["walled"]
            group = {**so_far.group, "walled": walled}
            whole[heap.key] = Heap(group, so_far.doors + heap.doors, so_far.weight + heap.weight)
    return list(whole.values())


def _to_one(heaps: list[Heap], person: PersonRow | None, choice: Choice, left: dict[str, int]) -> list[Gift]:
    if person is not None:
        return [_gift(heap, person) for heap in _merged(heaps)]
    free = sum(heap.group["free"] for heap in heaps)
    if free and choice.way == Way.HAND:
        left[_("nobody is chosen to take them")] += free
    return []


def _answering(campaign: Campaign) -> dict[str, list[int]]:
    """Who answers for each community, in the order in which they were bound to it."""
    answer: dict[str, list[int]] = defaultdict(list)
    bound = Responsibility.objects.unscoped("who answers for what").filter(campaign=campaign).order_by("area_id", "pk")
    for area_id, officer_id in bound.values_list("area_id", "officer_id"):
        answer[area_id].append(officer_id)
    return answer


def _by_responsibility(
    campaign: Campaign,
    heaps: list[Heap],
    people: dict[int, PersonRow],
    away: dict[int, str],
    left: dict[str, int],
) -> list[Gift]:
    """Each community to those who answer for it; several share it by whole buildings, in walking order."""
    answer = _answering(campaign)
    by_area: dict[str, list[Heap]] = defaultdict(list)
    for heap in _merged(heaps):
        by_area[heap.group["area_id"]].append(heap)
    gifts: list[Gift] = []
    for area_id, members in by_area.items():
        named = answer.get(area_id, [])
        takers = [people[officer_id] for officer_id in dict.fromkeys(named) if officer_id in people]
        total = sum(heap.doors for heap in members)
        if takers:
            gifts += _in_walking_order(members, takers, total)
        elif named:
            why = next((away[officer_id] for officer_id in named if officer_id in away), _("not of this station"))
            left[_("who answers for the community can't take doors: %(why)s") % {"why": why}] += total
        else:
            left[_("nobody answers for the community")] += total
    return gifts


def _in_walking_order(members: list[Heap], takers: list[PersonRow], total: int) -> list[Gift]:
    """Whole buildings in walking order: the next person starts where the running count passes an equal share."""
    gifts, running = [], 0
    for heap in members:
        middle = running + heap.doors / 2
        index = min(len(takers) - 1, int(middle * len(takers) / max(1, total)))
        gifts.append(_gift(heap, takers[index]))
        running += heap.doors
    return gifts


def _evenly(campaign: Campaign, heaps: list[Heap], people: dict[int, PersonRow], left: dict[str, int]) -> list[Gift]:
    """Whole buildings in walking order to those who take part, so that all hold the same weight afterwards.

    Nobody draws lots: people stand in the order of the communities that they answer for, then of their badges; a
    building goes to whom its middle falls. Only single houses along a street, which make no building, may be cut.
    """
    takers = _by_their_ground(campaign, [person for person in people.values() if person.takes])
    whole = _merged(heaps)
    total = sum(heap.weight for heap in whole)
    if not takers:
        left[_("nobody takes part")] += sum(heap.doors for heap in whole)
        return []
    ends = list(accumulate(_room([person.present_weight for person in takers], total)))
    gifts, start = [], 0
    for heap in whole:
        if heap.group["walled"] or heap.weight * len(takers) * 2 <= total:
            gifts.append(_gift(heap, takers[_whose(ends, start + heap.weight / 2)]))
        else:
            gifts += _cut(heap, takers, ends, start)
        start += heap.weight
    return gifts


def _by_their_ground(campaign: Campaign, takers: list[PersonRow]) -> list[PersonRow]:
    """So that a stretch of the walk tends to fall to whom the communities there know."""
    first: dict[int, str] = {}
    for area_id, officers in _answering(campaign).items():
        for officer_id in officers:
            first[officer_id] = min(area_id, first.get(officer_id, area_id))
    return sorted(takers, key=lambda person: (first.get(person.officer.pk, "~"), person.officer.badge))


def _room(present: list[int], total: int) -> list[float]:
    """What each takes so that all stand at one level; who is above it already takes nothing."""
    level, below = 0.0, 0
    for rank, load in enumerate(sorted(present), start=1):
        below += load
        level = (total + below) / rank
        if rank == len(present) or level <= sorted(present)[rank]:
            break
    return [max(0.0, level - load) for load in present]


def _whose(ends: list[float], place: float) -> int:
    return min(bisect_right(ends, place), len(ends) - 1)


def _cut(heap: Heap, takers: list[PersonRow], ends: list[float], start: int) -> list[Gift]:
    """One stretch of single houses between the people on whom it falls, in walking order."""
    gifts, given = [], 0
    for index in range(_whose(ends, start), _whose(ends, start + heap.weight) + 1):
        share = min(1.0, (ends[index] - start) / heap.weight)
        until = heap.doors if index == len(ends) - 1 else round(heap.doors * share)
        if until > given:
            part = Heap(heap.group, until - given, round(heap.weight * (until - given) / heap.doors))
            gifts.append(_gift(part, takers[index], first=given + 1, last=until))
            given = until
    return gifts
