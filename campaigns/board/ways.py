"""The ways of sharing out: which building goes to whom, and why some stay."""

from collections import defaultdict
from typing import Any

from django.utils.translation import gettext as _

from campaigns.board.rows import BuildingRow, Choice, Gift, PersonRow, Way
from campaigns.models import Campaign, Responsibility

Rows = dict[tuple[str, str], BuildingRow]


def allocate(
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
