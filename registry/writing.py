"""The statements by which a confirmed import becomes doors and contacts; part of `actions.confirm_import`."""

from datetime import datetime

from django.db import connection, transaction
from django.db.models import Count
from django.utils.translation import gettext as _

from accounts.refusals import Refusal
from registry.importing import CONTACTS, DIFFERS, DOORS, IDENTITY, OLDER, OWN_NAME, TAKEN, in_one_sweep, parameters
from registry.models import ImportBatch

# Whoever else is at the door is found by name as well.
MORE = f"""
SELECT r.door_key, r.area_id, min(r.premises_id) AS premises_id, array_agg(DISTINCT token) AS tokens
FROM registry_importrow r CROSS JOIN unnest(r.sought) AS token
WHERE {TAKEN} AND r.effect = 'more' GROUP BY {IDENTITY}
"""

# One line per person at a door; the first row of the person that has a number gives the number.
PEOPLE = f"""
SELECT c.door_key, c.area_id, c.contact_key, min(c.premises_id) AS premises_id, min(c.id) AS id,
    (array_agg(c.contact_name ORDER BY c.id))[1] AS contact_name,
    (array_agg(c.relation ORDER BY c.id))[1] AS relation,
    coalesce((array_agg(c.phone ORDER BY c.id) FILTER (WHERE c.phone <> ''))[1], '') AS phone,
    coalesce((array_agg(c.phone_mac ORDER BY c.id) FILTER (WHERE c.phone_mac <> ''))[1], '') AS phone_mac
FROM ({CONTACTS}) c GROUP BY c.door_key, c.area_id, c.contact_key
"""

# A door of the register, by what `match_rows` has just said; one that was merged away since then is left alone.
KNOWN_DOOR = "p.id = d.premises_id AND p.merged_into_id IS NULL"

# Contacts of new doors come with them, so that nothing has to be looked up in what was just written.
NEW_DOORS = f"""
WITH doors AS (
    INSERT INTO registry_premises (
        unit_id, area_id, kind, door_class, street, building, entrance, floor, door, address, address_key, walk_key,
        name, name_key, use, registered_elsewhere, care_reason, note, register_officer, register_badge, added_on_round,
        sought, created_at)
    SELECT d.unit_id, d.area_id, d.kind, d.door_class, f.street, f.building, f.entrance, f.floor, f.door, f.address,
        d.address_key, f.walk_key, d.name, d.name_key, d.use, d.apart, '', '', d.officer, d.badge, FALSE,
        CASE WHEN more.tokens IS NULL THEN n.sought ELSE ARRAY(SELECT DISTINCT unnest(n.sought || more.tokens)) END,
        %(at)s
    FROM ({DOORS}) d
    JOIN registry_importrow f ON f.id = d.first_id AND f.effect = 'new'
    JOIN registry_importrow n ON n.id = d.named_id
    LEFT JOIN ({MORE}) more ON more.door_key = d.door_key AND more.area_id = d.area_id
    ORDER BY d.area_id, f.walk_key
    ON CONFLICT (area_id, address_key, door_class, name_key) WHERE merged_into_id IS NULL DO NOTHING
    RETURNING id, area_id, address_key, door_class, name_key
), people AS (
    INSERT INTO registry_contact (premises_id, name, name_key, relation, phone, phone_mac, starts_on, rank)
    SELECT n.id, d.contact_name, d.contact_key, d.relation, d.phone, d.phone_mac, %(dated)s,
        least(32767, row_number() OVER (PARTITION BY n.id ORDER BY d.id) - 1)
    FROM ({PEOPLE}) d
    JOIN registry_importrow r ON r.id = d.id AND r.premises_id IS NULL
    JOIN doors n ON n.area_id = r.area_id AND n.address_key = r.address_key AND n.door_class = r.door_class
        AND n.name_key = {OWN_NAME}
    ORDER BY n.id, d.id
)
SELECT count(*) FROM doors
"""

CHANGED_DOORS = f"""
UPDATE registry_premises p SET
    unit_id = d.unit_id,
    kind = CASE WHEN {OLDER} THEN d.kind ELSE p.kind END,
    name = CASE WHEN {OLDER} AND p.name = '' THEN d.name ELSE p.name END,
    use = CASE WHEN {OLDER} AND d.use <> '' THEN d.use ELSE p.use END,
    registered_elsewhere = CASE WHEN {OLDER} THEN coalesce(d.apart, p.registered_elsewhere)
        ELSE p.registered_elsewhere END,
    register_officer = CASE WHEN d.officer <> '' THEN d.officer ELSE p.register_officer END,
    register_badge = CASE WHEN d.badge <> '' THEN d.badge ELSE p.register_badge END,
    sought = CASE WHEN {OLDER} AND p.name = '' AND d.name <> '' THEN n.sought ELSE p.sought END
FROM ({DOORS}) d JOIN registry_importrow n ON n.id = d.named_id
WHERE {KNOWN_DOOR} AND {DIFFERS}
"""

NEW_CONTACTS = f"""
INSERT INTO registry_contact (premises_id, name, name_key, relation, phone, phone_mac, starts_on, rank)
SELECT p.id, d.contact_name, d.contact_key, d.relation, d.phone, d.phone_mac, %(dated)s,
    least(32767, (row_number() OVER (PARTITION BY p.id ORDER BY d.id)) - 1
        + (SELECT count(*) FROM registry_contact o WHERE o.premises_id = p.id))
FROM ({PEOPLE}) d JOIN registry_premises p ON {KNOWN_DOOR} AND {OLDER}
WHERE NOT EXISTS (
    SELECT 1 FROM registry_contact c WHERE c.premises_id = p.id AND c.name_key = d.contact_key AND c.ends_on IS NULL)
ORDER BY p.id, d.id
ON CONFLICT (premises_id, name_key) WHERE ends_on IS NULL DO NOTHING
"""

MORE_NAMES = f"""
UPDATE registry_premises p SET sought = ARRAY(SELECT DISTINCT unnest(p.sought || d.tokens))
FROM ({MORE}) d
WHERE {KNOWN_DOOR} AND {OLDER} AND NOT p.sought @> d.tokens
"""

NEW_PHONES = f"""
UPDATE registry_contact c SET phone = d.phone, phone_mac = d.phone_mac
FROM ({PEOPLE}) d JOIN registry_premises p ON {KNOWN_DOOR} AND {OLDER}
WHERE c.premises_id = p.id AND c.name_key = d.contact_key AND c.ends_on IS NULL
    AND d.phone_mac <> '' AND d.phone_mac <> c.phone_mac
"""

# Rows that the register already has need no look at their people, unless one says of a person what an earlier one
# left out, or names a householder beside the contact.
MAY_SAY_MORE = f"""
SELECT EXISTS (
    SELECT FROM registry_importrow r WHERE {TAKEN} AND r.premises_id IS NOT NULL AND (
        r.effect NOT IN ('same', 'kept') OR r.reasons @> '[["again"]]'
        OR r.door_class = 'dwelling' AND r.name_key <> '' AND left(r.name_key, 60) <> r.contact_key))
"""


# Names to be found by are half of the writing: gathered in memory they go into their index in few rounds. What is still
# gathered when the transaction ends is read along by every search (232 ms instead of 8 after 100,000 doors): it is put in
# order right then, instead of by the next autovacuum.
ROOM = "SET LOCAL work_mem = '64MB'; SET LOCAL gin_pending_list_limit = '32MB'"


def write_doors(batch: ImportBatch, at: datetime) -> None:
    """Doors first, then the people at them. A row that says what the register already has rewrites nothing.

    Relies on the effects and doors that `match_rows` has just said. Raises `Refusal` when somebody else wrote one of the
    new doors meanwhile.
    """
    said = {**parameters(batch), "at": at}
    effects = dict(batch.rows.order_by().values_list("effect").annotate(Count("pk")))
    with connection.cursor() as cursor:
        cursor.execute(ROOM)
        if effects.get("new"):
            with in_one_sweep(batch):
                cursor.execute(NEW_DOORS, said)
            if cursor.fetchone() != (effects["new"],):
                raise left_behind()
        cursor.execute(MAY_SAY_MORE, said)
        if cursor.fetchone() == (True,):
            cursor.execute(CHANGED_DOORS, said)
            cursor.execute(NEW_PHONES, said)
            cursor.execute(NEW_CONTACTS, said)
            cursor.execute(MORE_NAMES, said)
    transaction.on_commit(order_names, robust=True)


def left_behind() -> Refusal:
    return Refusal(
        "preview_stale",
        _("The register has changed since this preview was made. Look at the new preview, then confirm."),
        status=409,
    )


def order_names() -> int:
    """By the index's owner (migration 0005); returns how many pages of gathered names there were."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT doorstep_order_names()")
        return int(cursor.fetchone()[0])
