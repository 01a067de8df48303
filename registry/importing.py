"""From a workbook to rows that can be looked at: read in a child, copied into `ImportRow`, matched by set-based SQL.

Nothing here writes a door. `actions.confirm_import` does, from these rows.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import Any, BinaryIO

from django.db import connection

from registry.communities import Communities
from registry.copying import REMARKS, Stager
from registry.models import ImportBatch
from registry.reading import Found, read_in_child


@dataclass
class Reading:
    """What is known of the workbook once it has been read."""

    tables: list[dict[str, Any]] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    hidden: list[str] = field(default_factory=list)
    kind: str = "xlsx"
    dated_on: date | None = None
    rows: int = 0


def read_workbook(
    batch: ImportBatch, file: BinaryIO, layout: BinaryIO, progress: Callable[[int, int], None] = lambda done, all: None
) -> Reading:
    """Stage every row of the file under the batch. Raises `UnreadableFile`; rows staged before stay the caller's.

    `progress` is told the rows read and about how many there are.
    """
    communities = Communities(batch.unit)
    stager = Stager(batch.pk, communities)
    reading = Reading()
    expected = 0
    for found in read_in_child(file, batch.file_name, communities.known_names, layout):
        if found.what == "rows":
            reading.rows += found.value["rows"]
            if stager.take(found.value["sheet"], found.value["lines"]):
                progress(reading.rows, max(expected, reading.rows))
        elif found.what == "expected":
            expected = found.value
        else:
            _note(reading, found)
    stager.flush()
    return reading


def _note(reading: Reading, found: Found) -> None:
    if found.what == "sheet":
        reading.tables.append(found.value)
        if found.value["dated_on"] and reading.dated_on is None:
            reading.dated_on = date.fromisoformat(found.value["dated_on"])
    elif found.what == "skipped":
        reading.skipped.append(found.value)
    elif found.what == "hidden":
        reading.hidden.append(found.value)
    elif found.what == "done":
        reading.kind = found.value["kind"]
        if reading.dated_on is None and found.value["modified"]:
            reading.dated_on = date.fromisoformat(found.value["modified"])


# -- matching ---------------------------------------------------------------------------------------------------

OWN_NAME = "CASE WHEN r.door_class = 'business' THEN r.name_key ELSE '' END"
TAKEN = "r.batch_id = %(batch)s AND r.verdict IN ('taken', 'partly')"
# `lines.key_of_door`: address, class and own name.
IDENTITY = "r.door_key, r.area_id"

# Rows of one workbook against each other: the first row of a door, or of a person at it, says what holds.
COMPARE = f"""
WITH rows AS (
    SELECT r.id, r.row_number, r.sheet, r.use, r.registered_elsewhere, r.phone_mac, r.contact_key,
        first_value(r.row_number) OVER (person ORDER BY r.id) AS person_row,
        first_value(r.id) OVER (person ORDER BY r.id) AS person_id,
        first_value(r.phone_mac) OVER (person ORDER BY (r.phone_mac = ''), r.id) AS person_phone,
        first_value(r.row_number) OVER (person ORDER BY (r.phone_mac = ''), r.id) AS phone_row,
        first_value(r.use) OVER (door ORDER BY (r.use = ''), r.id) AS door_use,
        first_value(r.row_number) OVER (door ORDER BY (r.use = ''), r.id) AS use_row,
        first_value(r.registered_elsewhere) OVER (door ORDER BY (r.registered_elsewhere IS NULL), r.id) AS door_apart,
        first_value(r.row_number) OVER (door ORDER BY (r.registered_elsewhere IS NULL), r.id) AS apart_row
    FROM registry_importrow r
    JOIN (SELECT {IDENTITY} FROM registry_importrow r WHERE {TAKEN} GROUP BY {IDENTITY} HAVING count(*) > 1) several
        ON several.door_key = r.door_key AND several.area_id = r.area_id
    WHERE {TAKEN}
    WINDOW door AS (PARTITION BY {IDENTITY}),
        person AS (PARTITION BY {IDENTITY}, r.contact_key)
), notes AS (
    SELECT id,
        CASE WHEN use <> '' AND use <> door_use
            THEN jsonb_build_array(jsonb_build_array('use_differs', 'use', jsonb_build_object('row', use_row)))
            ELSE '[]' END
        || CASE WHEN registered_elsewhere <> door_apart
            THEN jsonb_build_array(jsonb_build_array(
                'apart_differs', 'registered_elsewhere', jsonb_build_object('row', apart_row)))
            ELSE '[]' END
        || CASE WHEN phone_mac <> '' AND phone_mac <> person_phone
            THEN jsonb_build_array(jsonb_build_array('phone_differs', 'phone', jsonb_build_object('row', phone_row)))
            ELSE '[]' END AS differing,
        CASE WHEN id <> person_id
            THEN jsonb_build_array(jsonb_build_array('again', '', jsonb_build_object('row', person_row)))
            ELSE '[]' END AS again
    FROM rows
)
UPDATE registry_importrow r SET
    reasons = r.reasons || notes.again || notes.differing,
    verdict = CASE WHEN notes.differing <> '[]' THEN 'partly' ELSE r.verdict END
FROM notes WHERE notes.id = r.id AND (notes.differing <> '[]' OR notes.again <> '[]')
"""

# One line per door of the workbook: each fact from the first row that says it.
DOORS = f"""
SELECT min(r.id) AS first_id, r.door_key, r.area_id, min(r.address_key) AS address_key, min(r.door_class) AS door_class,
    min({OWN_NAME}) AS name_key, min(r.premises_id) AS premises_id,
    (array_agg(r.unit_id ORDER BY r.id))[1] AS unit_id,
    (array_agg(r.kind ORDER BY r.id))[1] AS kind,
    coalesce((array_agg(r.name ORDER BY r.id) FILTER (WHERE r.name <> ''))[1], '') AS name,
    coalesce((array_agg(r.id ORDER BY r.id) FILTER (WHERE r.name <> ''))[1], min(r.id)) AS named_id,
    coalesce((array_agg(r.use ORDER BY r.id) FILTER (WHERE r.use <> ''))[1], '') AS use,
    (array_agg(r.registered_elsewhere ORDER BY r.id) FILTER (WHERE r.registered_elsewhere IS NOT NULL))[1] AS apart,
    coalesce((array_agg(r.register_officer ORDER BY r.id) FILTER (WHERE r.register_officer <> ''))[1], '') AS officer,
    coalesce((array_agg(r.register_badge ORDER BY r.id) FILTER (WHERE r.register_badge <> ''))[1], '') AS badge,
    array_agg(r.id ORDER BY r.id) AS ids, array_agg(r.contact_key ORDER BY r.id) AS people,
    array_agg(r.phone_mac ORDER BY r.id) AS numbers
FROM registry_importrow r WHERE {TAKEN}
GROUP BY {IDENTITY}
"""
SAME_DOOR = (
    "p.area_id = d.area_id AND p.address_key = d.address_key AND p.door_class = d.door_class "
    "AND p.name_key = d.name_key AND p.merged_into_id IS NULL"
)
OLDER = "(p.confirmed_on IS NULL OR p.confirmed_on <= %(dated)s)"
DIFFERS = f"""(
    d.unit_id <> p.unit_id OR (d.officer <> '' AND d.officer <> p.register_officer) OR (d.badge <> '' AND d.badge <> p.register_badge)
    OR ({OLDER} AND (
        (d.name <> '' AND p.name = '') OR (d.use <> '' AND d.use <> p.use)
        OR (d.apart IS NOT NULL AND d.apart IS DISTINCT FROM p.registered_elsewhere) OR d.kind <> p.kind)))"""

# Back from doors to rows by unnesting what was gathered, not by a join on four texts: a staging table has no statistics,
# and the planner takes its hundred thousand rows for five.
MATCH = f"""
WITH doors AS ({DOORS}), known AS (
    SELECT d.first_id, d.ids, d.people, d.numbers, p.id AS premises_id, {OLDER} AS older, {DIFFERS} AS differs
    FROM doors d LEFT JOIN registry_premises p ON {SAME_DOOR}
), said AS (
    SELECT r.id, k.premises_id,
        CASE
            WHEN k.premises_id IS NULL AND r.id = k.first_id THEN 'new'
            WHEN k.premises_id IS NOT NULL AND r.id = k.first_id AND k.differs THEN 'changed'
            WHEN k.premises_id IS NOT NULL AND NOT k.older THEN 'kept'
            WHEN r.person = '' AND r.number = '' THEN 'same'
            WHEN row_number() OVER (PARTITION BY k.first_id, r.person ORDER BY r.id) > 1 THEN 'same'
            WHEN c.id IS NULL THEN 'more'
            WHEN r.number <> '' AND r.number <> c.phone_mac THEN 'changed'
            ELSE 'same'
        END AS effect
    FROM known k CROSS JOIN LATERAL unnest(k.ids, k.people, k.numbers) AS r (id, person, number)
    LEFT JOIN registry_contact c ON c.premises_id = k.premises_id AND c.name_key = r.person AND c.ends_on IS NULL
)
UPDATE registry_importrow r SET premises_id = said.premises_id, effect = said.effect
FROM said WHERE said.id = r.id
    AND (r.effect, r.premises_id) IS DISTINCT FROM (said.effect::varchar, said.premises_id)
"""


def parameters(batch: ImportBatch) -> dict[str, Any]:
    return {"batch": batch.pk, "dated": batch.dated_on}


MANY = 5_000
# For sorting and hashing a workbook's rows in memory.
ROOM = "SET LOCAL work_mem = '64MB'"


@contextmanager
def in_one_sweep(batch: ImportBatch) -> Iterator[None]:
    """Compares a large workbook without nested loops; to be used inside a transaction.

    The staging table is filled and emptied, and its statistics tell of the workbook before: the planner takes a
    hundred thousand rows for one and reads the whole of them once for each. A small workbook keeps its index look-ups,
    and so does the writing, which looks each door up by its identity.
    """
    large = len(batch.rows.order_by().values_list("pk", flat=True)[: MANY + 1]) > MANY
    with connection.cursor() as cursor:
        if large:
            cursor.execute(f"SET LOCAL enable_nestloop = off; {ROOM}")
        yield
        if large:
            cursor.execute("SET LOCAL enable_nestloop = on")


def compare_rows(batch: ImportBatch) -> None:
    """Rows of one door that contradict each other: the first says what holds, the later ones say where they differ."""
    with connection.cursor() as cursor:
        cursor.execute(COMPARE, parameters(batch))


def match_rows(batch: ImportBatch) -> int:
    """Say of each row what it would do to the register as it stands now; how many answers differ from before."""
    with connection.cursor() as cursor:
        cursor.execute(MATCH, parameters(batch))
        return int(cursor.rowcount)


def count(batch: ImportBatch) -> dict[str, Any]:
    """The figures of the preview. Doors and contacts are those that the workbook names, known or new."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT verdict, effect, count(*) FROM registry_importrow WHERE batch_id = %s GROUP BY 1, 2", [batch.pk]
        )
        verdicts, effects = Counter[str](), Counter[str]()
        for verdict, effect, number in cursor.fetchall():
            verdicts[verdict] += number
            effects[effect] += number if effect else 0
        cursor.execute(
            "SELECT reason ->> 0, count(*) FROM registry_importrow, jsonb_array_elements(reasons) reason "
            "WHERE batch_id = %s AND verdict <> 'elsewhere' GROUP BY 1",
            [batch.pk],
        )
        reasons = dict(cursor.fetchall())
        doors, new_doors, contacts = _doors_and_contacts(batch, cursor)
        cursor.execute(
            "SELECT unit_id, count(*) FROM registry_importrow WHERE batch_id = %s AND verdict = 'elsewhere' "
            "GROUP BY 1 ORDER BY 2 DESC",
            [batch.pk],
        )
        elsewhere = cursor.fetchall()
    return {
        "rows": sum(verdicts.values()),
        "verdicts": dict(verdicts),
        "effects": dict(effects),
        "reasons": reasons,
        "cells_left_empty": cells_left_empty(batch),
        "doors": doors,
        "new_doors": new_doors,
        "contacts": contacts,
        "elsewhere": [list(line) for line in elsewhere],
    }


def cells_left_empty(batch: ImportBatch) -> int:
    """Cells of rows that are taken which the row is taken without."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT count(*) FROM registry_importrow r, jsonb_array_elements(r.reasons) reason "
            f"WHERE {TAKEN} AND NOT reason ->> 0 = ANY(%(remarks)s)",
            {**parameters(batch), "remarks": sorted(REMARKS)},
        )
        return int(cursor.fetchone()[0])


CONTACTS = f"""
SELECT r.id, r.door_key, r.area_id, r.premises_id, r.contact_name, r.contact_key, r.relation, r.phone, r.phone_mac
FROM registry_importrow r WHERE {TAKEN} AND (r.contact_key <> '' OR r.phone_mac <> '')
UNION ALL
SELECT r.id, r.door_key, r.area_id, r.premises_id, left(r.name, 60), left(r.name_key, 60), 'householder', '', ''
FROM registry_importrow r
WHERE {TAKEN} AND r.door_class = 'dwelling' AND r.name_key <> '' AND left(r.name_key, 60) <> r.contact_key
"""


def _doors_and_contacts(batch: ImportBatch, cursor: Any) -> tuple[int, int, int]:
    cursor.execute(
        f"SELECT count(*), coalesce(sum(d.new), 0) FROM (SELECT count(*) FILTER (WHERE r.effect = 'new') AS new "
        f"FROM registry_importrow r WHERE {TAKEN} GROUP BY {IDENTITY}) d",
        parameters(batch),
    )
    doors, new_doors = cursor.fetchone()
    cursor.execute(
        f"SELECT count(*) FROM (SELECT DISTINCT door_key, area_id, contact_key FROM ({CONTACTS}) c) told_apart",
        parameters(batch),
    )
    return doors, int(new_doors), int(cursor.fetchone()[0])
