"""What the board is computed from: buildings with their doors, people who can take them, what each holds now."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import Count, Q
from django.utils.translation import gettext as _

from accounts.models import Grant, Officer, Unit
from accounts.rights import Right
from accounts.roles import roles_with
from campaigns.models import Assignment, Campaign

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


def groups_of(campaign: Campaign, unit: Unit) -> list[dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute(GROUPS, {"campaign": campaign.pk, "unit": unit.pk})
        names = [column.name for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def people_of(unit: Unit, on: date) -> tuple[list[Officer], list[tuple[Officer, str]]]:
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


def loads_of(campaign: Campaign, unit: Unit) -> dict[int, int]:
    rows = (
        Assignment.objects.unscoped("present loads")
        .live()
        .filter(campaign=campaign, unit=unit, frame_door__met_on__isnull=True)
        .order_by()
        .values_list("officer_id")
        .annotate(doors=Count("pk"))
    )
    return dict(rows)


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
