"""What the page of an import shows: figures, the columns as they were read, and the first rows of each result."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from accounts.models import Unit
from registry.columns import heading_of
from registry.masking import masked_name
from registry.models import ImportBatch, ImportRow, Premises
from registry.refusals import file_sentence, row_sentence

ROWS = 20


@dataclass
class ShownRow:
    row: ImportRow
    parts: str
    """The address as it was taken apart, "" when it was kept whole."""
    kind: str
    name: str
    reasons: list[str]


class Preview:
    """`asked` are the query's parameters: `result` is a verdict, `after` the last row of the page before."""

    def __init__(self, batch: ImportBatch, language: str, asked: Mapping[str, Any]) -> None:
        self.batch, self.language = batch, language
        self.counts: dict[str, Any] = batch.counts or {}
        self.verdicts: dict[str, int] = self.counts.get("verdicts", {})
        self.effects: dict[str, int] = self.counts.get("effects", {})
        results = [verdict for verdict in ("refused", "partly", "taken") if self.verdicts.get(verdict)]
        asked_for = str(asked.get("result", ""))
        self.result = asked_for if asked_for in results else next(iter(results), "taken")
        after = str(asked.get("after", ""))
        self.after = int(after) if after.isdigit() and len(after) < 19 else 0

    @property
    def tabs(self) -> list[tuple[str, str, int]]:
        labels = [
            ("refused", pgettext("rows of a workbook", "refused")),
            ("partly", _("cells left empty")),
            ("taken", _("taken")),
        ]
        return [(verdict, label, self.verdicts.get(verdict, 0)) for verdict, label in labels]

    @property
    def taken_rows(self) -> int:
        return self.verdicts.get("taken", 0) + self.verdicts.get("partly", 0)

    @property
    def failure(self) -> str:
        if self.batch.state != ImportBatch.State.FAILED or not self.batch.messages:
            return ""
        said = self.batch.messages[0]
        return file_sentence(said["code"], said["params"])

    @cached_property
    def elsewhere(self) -> list[tuple[str, int]]:
        """Rows of other stations by unit: one line each, never the rows."""
        lines = self.counts.get("elsewhere", [])
        units = Unit.objects.unscoped("names of other stations in one summed line").in_bulk([pk for pk, _n in lines])
        return [(units[pk].label if pk in units else "–", number) for pk, number in lines]

    @property
    def tables(self) -> list[dict[str, Any]]:
        """Per sheet: which column was read as what, which are never read, which were not used."""
        return [
            {
                **table,
                "read": [(letter, heading, heading_of(name, self.language)) for letter, heading, name in table["read"]],
            }
            for table in self.batch.columns or []
        ]

    @property
    def never_read(self) -> list[str]:
        return sorted({heading for table in self.batch.columns or [] for _letter, heading in table["never_read"]})

    @property
    def again(self) -> list[str]:
        """Columns passed over because one further left has the same name, by letter and heading."""
        tables = self.batch.columns or []
        return list(
            dict.fromkeys(f"{letter} {said}" for table in tables for letter, said, _of in table.get("again", []))
        )

    @property
    def unused(self) -> list[str]:
        """Columns that no heading of ours names, by letter and heading."""
        tables = self.batch.columns or []
        return list(dict.fromkeys(f"{letter} {said}" for table in tables for letter, said in table["unused"]))

    @property
    def hidden(self) -> list[str]:
        """Sheets that were not read."""
        return self.batch.messages[0].get("hidden", []) if self.batch.messages else []

    @property
    def skipped(self) -> list[str]:
        return self.batch.messages[0].get("skipped", []) if self.batch.messages else []

    @cached_property
    def page(self) -> list[ShownRow]:
        """One row more than shown tells whether there are more; no page is counted."""
        return [self._shown(row) for row in self._rows[:ROWS]]

    @cached_property
    def _rows(self) -> list[ImportRow]:
        rows = self.batch.rows.filter(verdict=self.result, pk__gt=self.after)
        return list(rows.select_related("area").defer("sought", "phone").order_by("pk")[: ROWS + 1])

    @property
    def next_after(self) -> int | None:
        return self._rows[ROWS - 1].pk if len(self._rows) > ROWS else None

    def _shown(self, row: ImportRow) -> ShownRow:
        parts = [row.street, row.building, row.entrance, row.floor, row.door]
        whole = row.address_key.startswith("=")
        is_person = row.door_class == "dwelling" or not row.door_class or not row.name
        return ShownRow(
            row=row,
            parts="" if whole else " · ".join(part for part in parts if part),
            kind=str(Premises.Kind(row.kind).label) if row.kind else "",
            name=masked_name(row.name or row.contact_name) if is_person else row.name,
            reasons=[row_sentence(reason, self.language) for reason in row.reasons],
        )

    @property
    def sentence(self) -> str:
        """All the numbers that confirming means; what is nought goes without saying, but for the new doors."""
        effects = self.effects
        new, changed, more = self.counts.get("new_doors", 0), effects.get("changed", 0), effects.get("more", 0)
        same, kept = effects.get("same", 0), effects.get("kept", 0)
        parts = [
            ngettext("%(n)s new door", "%(n)s new doors", new) % {"n": new},
            ngettext("%(n)s row changes a door", "%(n)s rows change a door", changed) % {"n": changed}
            if changed
            else "",
            ngettext("%(n)s more person", "%(n)s more people", more) % {"n": more} if more else "",
            ngettext("%(n)s row as before", "%(n)s rows as before", same) % {"n": same} if same else "",
            ngettext("%(n)s row confirmed since", "%(n)s rows confirmed since", kept) % {"n": kept} if kept else "",
        ]
        return " · ".join(part for part in parts if part)

    @property
    def writes(self) -> bool:
        """Whether confirming would change anything."""
        return any(self.effects.get(effect) for effect in ("new", "changed", "more"))
