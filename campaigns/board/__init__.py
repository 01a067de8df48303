"""The share-out board: what would go to whom, what stays and why. Computed, never written.

It is computed over buildings, never over thousands of doors. Its digest is over everything that it was computed
from, so that a board on which somebody else worked meanwhile writes nothing (`sharing.py`).
"""

import hashlib
import json
from collections.abc import Collection
from datetime import date
from typing import Any

from accounts.models import Unit
from campaigns.board.facts import groups_of, loads_of, pairs_of, people_of
from campaigns.board.rows import Board, Choice, CommunityRow, Gift, PersonRow, Way
from campaigns.board.ways import allocate
from campaigns.models import Campaign

__all__ = ["Board", "Choice", "Gift", "Way", "make_board"]


def make_board(*, campaign: Campaign, unit: Unit, choice: Choice, on: date, area_names: dict[str, str]) -> Board:
    """Computes what would be shared out, to whom, and what stays; writes nothing."""
    groups = groups_of(campaign, unit)
    able, away = people_of(unit, on)
    loads = loads_of(campaign, unit)
    pairs = pairs_of(able)
    people = {o.pk: PersonRow(o, pairs.get(o.pk), loads.get(o.pk, 0)) for o in able}
    rows, gifts, left = allocate(campaign, groups, choice, people, {o.pk: why for o, why in away})
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


def _measure(people: Collection[PersonRow], weeks: float) -> None:
    mean = sum(person.after for person in people) / len(people) if people else 0.0
    top = max([person.after for person in people] + [1])
    for person in people:
        person.mean, person.weeks, person.top = mean, weeks, top


def _digest(campaign: Campaign, unit: Unit, groups: list[dict[str, Any]], people: Collection[PersonRow]) -> str:
    seen = [campaign.pk, campaign.version, unit.pk, groups, sorted((p.officer.pk, p.present) for p in people)]
    return hashlib.sha256(json.dumps(seen, sort_keys=True, default=str).encode()).hexdigest()
