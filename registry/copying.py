"""Rows from the child into `ImportRow`: placed in a community, judged, their numbers sealed, copied block by block."""

import json
from collections.abc import Sequence
from typing import Any

from django.db import connection, transaction

from registry import lines
from registry.communities import Communities, Match
from registry.fields import mac, seal
from registry.lines import escaped
from registry.models import ImportRow

BLOCK = 4_000
NULL = "\\N"

# Reasons that only tell something: the row is taken whole all the same.
REMARKS = frozenset({"address_whole", "again", "code_unknown"})

COLUMNS = (
    *"batch_id sheet row_number verdict effect reasons area_id unit_id phone phone_mac".split(),
    *lines.COLUMNS,
)
STATEMENT = f"COPY {ImportRow._meta.db_table} ({', '.join(COLUMNS)}) FROM STDIN"


class Stager:
    """Takes rows as `lines.line_of` writes them; four thousand at a time go to the database."""

    def __init__(self, batch_id: int, communities: Communities) -> None:
        self.batch_id = batch_id
        self.communities = communities
        self.waiting: list[str] = []

    def take(self, sheet: str, rows: str) -> bool:
        """Whether a block went to the database."""
        name = escaped(sheet)
        self.waiting.extend([self._line(sheet, name, row) for row in rows.split("\n")])
        full = len(self.waiting) >= BLOCK
        if full:
            self.flush()
        return full

    def flush(self) -> None:
        with transaction.atomic(), connection.cursor() as cursor, cursor.copy(STATEMENT) as copy:
            copy.write("".join(self.waiting))
        self.waiting = []

    def _line(self, sheet: str, name: str, row: str) -> str:
        number, community, code, refused, phone, told, rest = row.split("\t", len(lines.AHEAD))
        match = self.communities.match(code, community, sheet)
        if match.elsewhere:
            # Another station's row is counted and not kept: its people are none of this import's business.
            ahead = f"elsewhere\t\t[]\t{match.area}\t{match.unit}\t\t\t{lines.BLANK}"
            return f"{self.batch_id}\t{name}\t{number}\t{ahead}\n"
        verdict, reasons = ImportRow.Verdict.TAKEN.value, "[]"
        if told or refused or match.fault or match.note:
            said = json.loads(told) if told else []
            if match.fault or match.note:
                named = {"said": community or code} if match.fault else {}
                said = [[match.fault or match.note, _column_of(match, community, code), named], *said]
            verdict = verdict_of(bool(refused or match.fault), said)
            reasons = escaped(json.dumps(said))
        numbers = f"{seal(phone)}\t{mac(phone)}" if phone else "\t"
        place = f"{match.area or NULL}\t{match.unit or NULL}"
        return f"{self.batch_id}\t{name}\t{number}\t{verdict}\t\t{reasons}\t{place}\t{numbers}\t{rest}\n"


def verdict_of(refused: bool, reasons: Sequence[Sequence[Any]]) -> str:
    if refused:
        return ImportRow.Verdict.REFUSED.value
    left_empty = any(reason[0] not in REMARKS for reason in reasons)
    return ImportRow.Verdict.PARTLY.value if left_empty else ImportRow.Verdict.TAKEN.value


def _column_of(match: Match, community: str, code: str) -> str:
    if match.fault == "code_and_name" or match.note == "code_unknown":
        return "community_code"
    return "community" if community or not code else "community_code"
