"""The share-out board: what would go to whom, what stays and why. Computed, never written.

It is computed over buildings, never over thousands of doors. Its digest is over everything that it was computed
from, so that a board on which somebody else worked meanwhile writes nothing (`sharing.py`).
"""

import hashlib
import json
from collections.abc import Collection
from dataclasses import replace
from datetime import date
from typing import Any

from accounts.models import Officer, Unit
from campaigns.board.facts import facts_of, holders_of, newest_share_out, pairs_of, staff_of
from campaigns.board.rows import Board, Choice, CommunityRow, Gift, PersonRow, Way
from campaigns.board.ways import allocate
from campaigns.models import Campaign

__all__ = ["Board", "Choice", "Gift", "Way", "make_board", "same_facts"]

# The half of a digest that is over the facts; the other half is over the choice.
HALF = 32
# What a group tells of the hand that doors may be taken from: of the choice, not of the facts.
OF_SOURCE = frozenset({"of_source", "of_source_visited"})


def make_board(*, campaign: Campaign, unit: Unit, choice: Choice, on: date, area_names: dict[str, str]) -> Board:
    """Computes what would be shared out, to whom, and what stays; writes nothing."""
    facts, staff = facts_of(campaign, unit, choice.source), staff_of(unit, on)
    groups, loads = facts.groups, facts.loads
    pairs = pairs_of(staff.able)
    people = {o.pk: _person(o, pairs.get(o.pk), loads, choice, staff.usual) for o in staff.able}
    holders = holders_of(loads)
    source = next((holder for holder, _doors in holders if holder.pk == choice.source), None)
    takers = {pk: person for pk, person in people.items() if source is None or pk != source.pk}
    found = allocate(campaign, groups, choice, takers, {officer.pk: why for officer, why in staff.away})
    for gift in found.gifts:
        people[gift.officer_id].given += gift.doors
        people[gift.officer_id].given_weight += gift.weight
        found.rows[gift.area_id, gift.building].takers.append(people[gift.officer_id].officer.name)
    _measure(people.values(), choice, weeks=max(1.0, ((campaign.ends_on - on).days + 1) / 7))
    communities: dict[str, CommunityRow] = {}
    for (area_id, _building), row in found.rows.items():
        community = communities.setdefault(area_id, CommunityRow(area_id, area_names.get(area_id, area_id)))
        community.buildings.append(row)
    return Board(
        communities=list(communities.values()),
        people=list(people.values()),
        away=staff.away,
        holders=holders,
        left_why=sorted(found.left.items()),
        gifts=found.gifts,
        split=[row.name for row in found.rows.values() if len(set(row.takers)) > 1],
        digest=_digest(campaign, unit, groups, people.values(), _settled(choice, groups, people.values())),
        seen=_seen(groups, len(people), newest_share_out(campaign, unit)),
        visited_stay=_visited_stay(groups, choice),
        source=source if choice.way == Way.HAND_ON else None,
    )


def _person(
    officer: Officer, partner: Officer | None, loads: dict[int, tuple[int, int]], choice: Choice, usual: set[int]
) -> PersonRow:
    doors, weight = loads.get(officer.pk, (0, 0))
    takes = officer.pk in (usual if choice.among is None else choice.among)
    return PersonRow(officer, partner, doors, present_weight=weight, takes=takes)


def _visited_stay(groups: list[dict[str, Any]], choice: Choice) -> int:
    if choice.visited_too:
        return 0
    return sum(group["of_source_visited" if choice.way == Way.HAND_ON else "visited"] for group in groups)


def _measure(people: Collection[PersonRow], choice: Choice, weeks: float) -> None:
    """The mean is of those whose work it is, and of whoever holds doors besides."""
    counted = [person for person in people if person.takes or person.after]
    many = max(1, len(counted))
    mean = sum(person.after for person in counted) / many
    weight = sum(person.present_weight + person.given_weight for person in counted) / many
    top = max([person.after for person in people] + [1])
    for person in people:
        person.mean, person.weeks, person.top = mean, weeks, top
        person.mean_weight = weight if choice.way == Way.EVENLY else 0.0


def _settled(choice: Choice, groups: list[dict[str, Any]], people: Collection[PersonRow]) -> Choice:
    """The choice as it works out: every box ticked one by one is the same as all of them."""
    every = {(group["area_id"], group["building"]) for group in groups}
    picked = None if choice.picked is None or choice.picked >= every else choice.picked & every
    among = frozenset(p.officer.pk for p in people if p.takes) if choice.way == Way.EVENLY else None
    return replace(choice, picked=picked, among=among)


def _digest(
    campaign: Campaign, unit: Unit, groups: list[dict[str, Any]], people: Collection[PersonRow], choice: Choice
) -> str:
    """Over the facts, then over the choice: so that a board can say which of the two is no longer what was shown."""
    facts = [{name: value for name, value in group.items() if name not in OF_SOURCE} for group in groups]
    pairs = sorted((p.officer.pk, p.partner.pk if p.partner else 0, p.present) for p in people)
    return _half([campaign.pk, campaign.version, unit.pk, facts, pairs]) + _half(choice.as_json())


def _half(what: Any) -> str:
    return hashlib.sha256(json.dumps(what, sort_keys=True, default=str).encode()).hexdigest()[:HALF]


def same_facts(one: str, other: str) -> bool:
    return one[:HALF] == other[:HALF]


def _seen(groups: list[dict[str, Any]], people: int, newest: int) -> str:
    """What the page remembers, so that a board that became stale can say what changed (`changes.py`)."""
    sums = (sum(group[name] for group in groups) for name in ("doors", "visited", "held"))
    return ".".join(str(number) for number in (*sums, people, newest))
