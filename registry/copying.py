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

# Reasons that only tell something: the row is taken whole all the same.
REMARKS = frozenset({"address_whole", "again", "code_unknown"})

COLUMNS = (
    *"batch_id sheet row_number verdict effect reasons area_id unit_id phone phone_mac".split(),
    *lines.COLUMNS,
)
STATEMENT = f"COPY {ImportRow._meta.db_table} ({', '.join(COLUMNS)}) FROM STDIN"


class Stager:
    """Takes rows as `lines.sent` gives them; four thousand at a time go to the database."""

    def __init__(self, batch_id: int, communities: Communities) -> None:
        self.batch_id = batch_id
        self.communities = communities
        self.waiting: list[str] = []

    def take(self, rows: Sequence[Sequence[Any]]) -> bool:
        """Whether a block went to the database."""
        self.waiting.extend(map(self._line, rows))
        full = len(self.waiting) >= BLOCK
        if full:
            self.flush()
        return full

    def flush(self) -> None:
        with transaction.atomic(), connection.cursor() as cursor, cursor.copy(STATEMENT) as copy:
            copy.write("".join(self.waiting))
        self.waiting = []

    def _line(self, row: Sequence[Any]) -> str:
        community, code, sheet, number, refused, reasons, phone, rest = row
        match = self.communities.match(code, community, sheet)
        if match.elsewhere:
            # Another station's row is counted and not kept: its people are none of this import's business.
            ahead = f"elsewhere\t\t[]\t{match.area}\t{match.unit}\t\t\t{lines.BLANK}"
            return f"{self.batch_id}\t{escaped(sheet)}\t{number}\t{ahead}\n"
        if match.fault or match.note:
            said = {"said": community or code} if match.fault else {}
            reasons = [[match.fault or match.note, _column_of(match, community, code), said], *reasons]
        verdict = verdict_of(refused or bool(match.fault), reasons)
        told = escaped(json.dumps(reasons)) if reasons else "[]"
        numbers = f"{seal(phone)}\t{mac(phone)}" if phone else "\t"
        place = f"{match.area or chr(92) + 'N'}\t{match.unit or chr(92) + 'N'}"
        return f"{self.batch_id}\t{escaped(sheet)}\t{number}\t{verdict}\t\t{told}\t{place}\t{numbers}\t{rest}\n"


def verdict_of(refused: bool, reasons: Sequence[Sequence[Any]]) -> str:
    if refused:
        return ImportRow.Verdict.REFUSED.value
    left_empty = any(reason[0] not in REMARKS for reason in reasons)
    return ImportRow.Verdict.PARTLY.value if left_empty else ImportRow.Verdict.TAKEN.value


def _column_of(match: Match, community: str, code: str) -> str:
    if match.fault == "code_and_name" or match.note == "code_unknown":
        return "community_code"
    return "community" if community or not code else "community_code"
