"""What the board is computed from: buildings with their doors, people who can take them, what each holds now."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import Grant, Officer, Unit
from accounts.rights import Right
from accounts.roles import Role, roles_with
from campaigns.models import Campaign, ShareOut
from registry.models import Premises

# What a door weighs when doors are shared out evenly, in half households: a shop takes half as long again, an
# enterprise or an institution three times as long (our own estimate; by the clock it will be measured).
WEIGHTS: Mapping[str, int] = {
    Premises.Kind.HOUSEHOLD: 2,
    Premises.Kind.SHOP: 3,
    Premises.Kind.COMMUNITY_OFFICE: 4,
    Premises.Kind.ENTERPRISE: 6,
    Premises.Kind.INSTITUTION: 6,
}

# Whom the register names for a door of the unit: by badge, or by a name that only one of its officers bears. The unit's
# doors are read in one go; asked for one by one they take longer, and a little longer the larger the register is.
REGISTER = """
names AS (
    SELECT name, min(id) AS id FROM accounts_officer WHERE unit_id = %(unit)s GROUP BY name HAVING count(*) = 1
), register AS MATERIALIZED (
    SELECT p.id, p.building <> '' AS walled, p.register_badge <> '' OR p.register_officer <> '' AS named,
           coalesce(b.id, n.id) AS officer_id
    FROM registry_premises p
    LEFT JOIN accounts_officer b ON b.badge = upper(p.register_badge) AND p.register_badge <> ''
         AND b.unit_id = %(unit)s
    LEFT JOIN names n ON b.id IS NULL AND n.name = p.register_officer
    WHERE p.unit_id = %(unit)s
)
"""

# One row per (community, building, officer named by the register): what stands there and in whose hands. Besides, one
# row per holder, without a community: what each has not visited yet. Both from one pass over the unit's doors.
FACTS = f"""
WITH {REGISTER}, weights AS (
    SELECT * FROM unnest(%(kinds)s::text[], %(weights)s::int[]) AS t(kind, weight)
)
SELECT f.area_id, f.building, r.officer_id AS registered, coalesce(r.named, FALSE) AS named,
       coalesce(bool_or(r.walled), FALSE) AS walled,
       count(*) AS doors,
       count(*) FILTER (WHERE f.met_on IS NOT NULL) AS visited,
       count(*) FILTER (WHERE f.met_on IS NULL AND a.id IS NOT NULL) AS held,
       count(*) FILTER (WHERE f.met_on IS NULL AND a.id IS NULL) AS free,
       count(*) FILTER (WHERE f.met_on IS NOT NULL AND a.id IS NULL) AS free_visited,
       coalesce(sum(w.weight) FILTER (WHERE f.met_on IS NULL AND a.id IS NULL), 0)::int AS free_weight,
       coalesce(sum(w.weight) FILTER (WHERE f.met_on IS NOT NULL AND a.id IS NULL), 0)::int AS free_visited_weight,
       count(*) FILTER (WHERE f.met_on IS NULL AND a.officer_id = %(source)s) AS of_source,
       count(*) FILTER (WHERE f.met_on IS NOT NULL AND a.officer_id = %(source)s) AS of_source_visited,
       min(f.walk_key COLLATE "C") AS walk_key,
       coalesce(max(a.id), 0) AS newest,
       a.officer_id AS holder,
       coalesce(sum(w.weight) FILTER (WHERE f.met_on IS NULL AND a.id IS NOT NULL), 0)::int AS held_weight
FROM campaigns_framedoor f
JOIN weights w ON w.kind = f.kind
LEFT JOIN register r ON r.id = f.premises_id
LEFT JOIN campaigns_assignment a ON a.frame_door_id = f.id AND a.ended_at IS NULL
WHERE f.campaign_id = %(campaign)s AND f.unit_id = %(unit)s AND f.gone_confirmed_at IS NULL
GROUP BY GROUPING SETS ((f.area_id, f.building, r.officer_id, coalesce(r.named, FALSE)), (a.officer_id))
ORDER BY f.area_id, min(f.walk_key COLLATE "C"), f.building, registered
"""  # noqa: S608 - the only text put in is REGISTER, from above; what people choose goes in as %(name)s
# What a row of a holder has and a row of a building has not.
OF_A_HOLDER = ("holder", "held_weight")


@dataclass(frozen=True)
class Facts:
    """`groups` in walking order; `loads` is what everybody holds and has not visited: doors, and their weight."""

    groups: list[dict[str, Any]]
    loads: dict[int, tuple[int, int]]


def facts_of(campaign: Campaign, unit: Unit, source: int | None) -> Facts:
    """What stands in the unit's part of the frame and in whose hands; `source` is whose doors may be handed on."""
    values = {
        "campaign": campaign.pk,
        "unit": unit.pk,
        "source": source,
        "kinds": list(WEIGHTS),
        "weights": list(WEIGHTS.values()),
    }
    facts = Facts([], {})
    with connection.cursor() as cursor:
        cursor.execute(FACTS, values)
        names = [column.name for column in cursor.description or ()]
        for found in cursor.fetchall():
            row = dict(zip(names, found, strict=True))
            holder, weight = (row.pop(name) for name in OF_A_HOLDER)
            if row["area_id"] is not None:
                facts.groups.append(row)
            elif holder is not None and row["held"]:
                facts.loads[holder] = row["held"], weight
    return facts


@dataclass
class Staff:
    """`usual` go from door to door as their work; the others (a chief, a leader) take doors when they are named."""

    able: list[Officer] = field(default_factory=list)
    usual: set[int] = field(default_factory=set)
    away: list[tuple[Officer, str]] = field(default_factory=list)


def staff_of(unit: Unit, on: date) -> Staff:
    """Who can take doors, and who can't on that day, with why."""
    staff = Staff()
    people = Officer.objects.unscoped("who can take doors").people().filter(unit=unit, left_on__isnull=True)
    roles: dict[int, set[str]] = {}
    grants = (
        Grant.objects.unscoped("who can take doors")
        .filter(officer__unit=unit, role__in=roles_with(Right.LOG_VISIT), starts_on__lte=on)
        .filter(Q(ends_on__isnull=True) | Q(ends_on__gte=on))
    )
    for officer_id, role in grants.values_list("officer_id", "role"):
        roles.setdefault(officer_id, set()).add(role)
    for officer in people.select_related("works_with").order_by("kind", "badge"):
        if officer.absent_on(on):
            staff.away.append((officer, _("on leave until %(day)s") % {"day": officer.on_leave_until.isoformat()}))
        elif not officer.is_active or not officer.has_usable_password():
            staff.away.append((officer, _("account not in use")))
        elif officer.pk in roles:
            staff.able.append(officer)
            if roles[officer.pk] & {Role.OFFICER, Role.AUXILIARY}:
                staff.usual.add(officer.pk)
    order = {Officer.Kind.POLICE: 0, Officer.Kind.AUXILIARY: 1}
    staff.able.sort(key=lambda officer: (order[Officer.Kind(officer.kind)], officer.badge))
    return staff


def holders_of(loads: Mapping[int, tuple[int, int]]) -> list[tuple[Officer, int]]:
    """Everybody who holds doors now, also those who left: whose doors can be handed on."""
    people = Officer.objects.unscoped("who holds doors").filter(pk__in=loads).order_by("badge")
    return [(officer, loads[officer.pk][0]) for officer in people]


def newest_share_out(campaign: Campaign, unit: Unit) -> int:
    rows = ShareOut.objects.unscoped("what happened last").filter(campaign=campaign, unit=unit)
    return rows.order_by("-pk").values_list("pk", flat=True).first() or 0


def pairs_of(able: Sequence[Officer]) -> dict[int, Officer]:
    """Bound pairs, old leads new, officer with auxiliary: each is the other's partner."""
    by_id = {officer.pk: officer for officer in able}
    pairs: dict[int, Officer] = {}
    for officer in able:
        partner = by_id.get(officer.works_with_id) if officer.works_with_id else None
        if partner is not None:
            pairs[officer.pk] = partner
            pairs.setdefault(partner.pk, officer)
    return pairs
