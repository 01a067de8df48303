"""The statements by which a confirmed import becomes doors and contacts; part of `actions.confirm_import`."""

from datetime import datetime

from django.db import connection, transaction

from registry.importing import CONTACTS, DIFFERS, DOORS, IDENTITY, OLDER, OWN_NAME, SAME_DOOR, TAKEN, parameters
from registry.models import ImportBatch

NEW_DOORS = f"""
INSERT INTO registry_premises (
    unit_id, area_id, kind, door_class, street, building, entrance, floor, door, address, address_key, walk_key,
    name, name_key, use, registered_elsewhere, care_reason, note, register_officer, register_badge, added_on_round,
    sought, created_at)
SELECT d.unit_id, d.area_id, d.kind, d.door_class, f.street, f.building, f.entrance, f.floor, f.door, f.address,
    d.address_key, f.walk_key, d.name, d.name_key, d.use, d.apart, '', '', d.officer, d.badge, FALSE, n.sought, %(at)s
FROM ({DOORS}) d
JOIN registry_importrow f ON f.id = d.first_id AND f.effect = 'new'
JOIN registry_importrow n ON n.id = d.named_id
ORDER BY d.area_id, f.walk_key
ON CONFLICT (area_id, address_key, door_class, name_key) WHERE merged_into_id IS NULL DO NOTHING
"""

CHANGED_DOORS = f"""
UPDATE registry_premises p SET
    kind = CASE WHEN {OLDER} THEN d.kind ELSE p.kind END,
    name = CASE WHEN {OLDER} AND p.name = '' THEN d.name ELSE p.name END,
    use = CASE WHEN {OLDER} AND d.use <> '' THEN d.use ELSE p.use END,
    registered_elsewhere = CASE WHEN {OLDER} THEN coalesce(d.apart, p.registered_elsewhere)
        ELSE p.registered_elsewhere END,
    register_officer = CASE WHEN d.officer <> '' THEN d.officer ELSE p.register_officer END,
    register_badge = CASE WHEN d.badge <> '' THEN d.badge ELSE p.register_badge END,
    sought = CASE WHEN {OLDER} AND p.name = '' AND d.name <> '' THEN n.sought ELSE p.sought END
FROM ({DOORS}) d JOIN registry_importrow n ON n.id = d.named_id
WHERE {SAME_DOOR} AND {DIFFERS}
"""

# One line per person at a door; the first row of the person that has a number gives the number.
PEOPLE = f"""
SELECT c.area_id, c.address_key, c.door_class, c.name_key, c.contact_key, min(c.id) AS id,
    (array_agg(c.contact_name ORDER BY c.id))[1] AS contact_name,
    (array_agg(c.relation ORDER BY c.id))[1] AS relation,
    coalesce((array_agg(c.phone ORDER BY c.id) FILTER (WHERE c.phone <> ''))[1], '') AS phone,
    coalesce((array_agg(c.phone_mac ORDER BY c.id) FILTER (WHERE c.phone_mac <> ''))[1], '') AS phone_mac
FROM ({CONTACTS}) c GROUP BY 1, 2, 3, 4, 5
"""

NEW_CONTACTS = f"""
INSERT INTO registry_contact (premises_id, name, name_key, relation, phone, phone_mac, starts_on, rank)
SELECT p.id, d.contact_name, d.contact_key, d.relation, d.phone, d.phone_mac, %(dated)s,
    least(32767, (row_number() OVER (PARTITION BY p.id ORDER BY d.id)) - 1
        + (SELECT count(*) FROM registry_contact o WHERE o.premises_id = p.id))
FROM ({PEOPLE}) d JOIN registry_premises p ON {SAME_DOOR} AND {OLDER}
WHERE NOT EXISTS (
    SELECT 1 FROM registry_contact c WHERE c.premises_id = p.id AND c.name_key = d.contact_key AND c.ends_on IS NULL)
ORDER BY p.id, d.id
ON CONFLICT (premises_id, name_key) WHERE ends_on IS NULL DO NOTHING
"""

# Whoever else is at the door is found by name as well.
MORE_NAMES = f"""
UPDATE registry_premises p SET sought = ARRAY(SELECT DISTINCT unnest(p.sought || d.tokens))
FROM (
    SELECT r.area_id, r.address_key, r.door_class, {OWN_NAME} AS name_key, array_agg(DISTINCT token) AS tokens
    FROM registry_importrow r CROSS JOIN unnest(r.sought) AS token
    WHERE {TAKEN} AND r.effect = 'more' GROUP BY {IDENTITY}
) d
WHERE {SAME_DOOR} AND {OLDER} AND NOT p.sought @> d.tokens
"""

NEW_PHONES = f"""
UPDATE registry_contact c SET phone = d.phone, phone_mac = d.phone_mac
FROM ({PEOPLE}) d JOIN registry_premises p ON {SAME_DOOR} AND {OLDER}
WHERE c.premises_id = p.id AND c.name_key = d.contact_key AND c.ends_on IS NULL
    AND d.phone_mac <> '' AND d.phone_mac <> c.phone_mac
"""


# Names to be found by are half of the writing: gathered in memory they go into their index in few rounds. What is still
# gathered when the transaction ends is read along by every search (232 ms instead of 8 after 100,000 doors): it is put in
# order right then, instead of by the next autovacuum.
ROOM = "SET LOCAL work_mem = '64MB'; SET LOCAL gin_pending_list_limit = '32MB'"


def write_doors(batch: ImportBatch, at: datetime) -> None:
    """Doors first, then the people at them. A row that says what the register already has rewrites nothing.

    Each statement gathers the workbook's rows anew; one that has nothing to do, by the effects that `match_rows` has
    just said, is left out.
    """
    effects = set(batch.rows.order_by().values_list("effect", flat=True).distinct())
    known = batch.rows.filter(premises_id__isnull=False).exists()
    wanted = {
        NEW_DOORS: "new" in effects,
        CHANGED_DOORS: "changed" in effects,
        NEW_PHONES: known,
        NEW_CONTACTS: True,
        MORE_NAMES: "more" in effects,
    }
    with connection.cursor() as cursor:
        cursor.execute(ROOM)
        for statement in (statement for statement, needed in wanted.items() if needed):
            cursor.execute(statement, {**parameters(batch), "at": at})
    transaction.on_commit(order_names, robust=True)


def order_names() -> int:
    """By the index's owner (migration 0005); returns how many pages of gathered names there were."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT doorstep_order_names()")
        return int(cursor.fetchone()[0])
