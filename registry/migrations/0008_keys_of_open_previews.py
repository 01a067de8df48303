"""Doors' identities for the rows of imports whose preview was open when rows came to be gathered by it.

Without one, all rows of a community would be one door when the preview is confirmed.
"""

from hashlib import blake2b
from typing import Any

from django.db import migrations

BLOCK = 5_000
OPEN = """
SELECT r.id, r.address_key, r.door_class, CASE WHEN r.door_class = 'business' THEN r.name_key ELSE '' END
FROM registry_importrow r JOIN registry_importbatch b ON b.id = r.batch_id
WHERE b.state = 'ready' AND r.verdict IN ('taken', 'partly') AND r.door_key IS NULL AND r.id > %s
ORDER BY r.id LIMIT %s
"""
KEYED = """
UPDATE registry_importrow r SET door_key = keyed.door_key
FROM unnest(%s::bigint[], %s::uuid[]) AS keyed (id, door_key) WHERE keyed.id = r.id
"""


def key_open_previews(apps: Any, editor: Any) -> None:
    """As `lines.key_of_door` of this day says it."""
    last = 0
    with editor.connection.cursor() as cursor:
        while True:
            cursor.execute(OPEN, [last, BLOCK])
            rows = cursor.fetchall()
            if not rows:
                return
            keys = [blake2b("\t".join(identity).encode(), digest_size=16).hexdigest() for _, *identity in rows]
            cursor.execute(KEYED, [[row[0] for row in rows], keys])
            last = rows[-1][0]


class Migration(migrations.Migration):
    dependencies = [("registry", "0007_rows_by_door")]

    operations = [migrations.RunPython(key_open_previews, migrations.RunPython.noop, elidable=True)]
