"""The register as django-import-export sees it: the columns and headings of `columns.py`, our actions underneath.

Its own importer takes 0.9 ms a row, twice, in the web process, and its preview page breaks the content policy. So the
Resource declares what a column is and how it is shown; reading, preview and writing are `registry.actions`.
"""

import io
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

from django.db.models import Prefetch
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from import_export import resources
from import_export.fields import Field
from import_export.results import Result, RowResult

from accounts.models import Officer, Unit
from accounts.refusals import Refusal
from registry.actions import confirm_import, read_batch, upload_workbook
from registry.columns import heading_of
from registry.masking import masked_phone
from registry.models import Contact, Premises
from registry.refusals import file_sentence
from registry.xlsx_writing import BOLD, PLAIN, SheetToWrite, Value


def _yes_or_no(door: Premises) -> str:
    said = door.registered_elsewhere
    return "" if said is None else str(_("yes")) if said else str(_("no"))


def _first_contact(door: Premises) -> Contact | None:
    return next(iter(door.shown_contacts), None)  # type: ignore[attr-defined]


def _contact_name(door: Premises) -> str:
    contact = _first_contact(door)
    return str(contact) if contact else ""


def _phone(door: Premises) -> str:
    contact = _first_contact(door)
    return masked_phone(contact.phone) if contact else ""


# In the order of the export. What a person is called stays masked: an export in clear is no everyday act.
SHOWN: dict[str, Callable[[Premises], Value]] = {
    "station": lambda door: door.unit.name,
    "community": lambda door: door.area.name,
    "community_code": lambda door: door.area_id,
    "kind": lambda door: str(Premises.Kind(door.kind).label),
    "street": lambda door: door.street,
    "building": lambda door: door.building,
    "entrance": lambda door: door.entrance,
    "floor": lambda door: door.floor,
    "door": lambda door: door.door,
    "address": lambda door: door.address,
    "name": lambda door: door.masked_name,
    "contact": _contact_name,
    "phone": _phone,
    "use": lambda door: str(Premises.Use(door.use).label) if door.use else "",
    "registered_elsewhere": _yes_or_no,
    "officer": lambda door: door.register_officer,
    "badge": lambda door: door.register_badge,
}


class PremisesResource(resources.ModelResource):  # type: ignore[misc]
    """`by` and `unit` are needed for `import_data` alone."""

    class Meta:
        model = Premises
        fields = ()

    def __init__(self, *, by: Officer | None = None, unit: Unit | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        language = get_language() or "zh-hans"
        self.by, self.unit = by, unit
        self.fields = {name: Field(column_name=heading_of(name, language)) for name in SHOWN}

    def export_resource(self, instance: Any, selected_fields: Any = None, **kwargs: Any) -> list[Value]:
        return [SHOWN[name](instance) for name in (selected_fields or self.fields)]

    def import_data(self, dataset: Any, dry_run: bool = False, **kwargs: Any) -> Result:
        """A tablib dataset by the same path as an uploaded workbook; the totals say what happened to its rows."""
        assert self.by is not None and self.unit is not None, "who brings it in, and for which unit"  # noqa: S101
        at = timezone.now()
        file = io.BytesIO(str(dataset.export("csv")).encode("utf-8-sig"))
        batch = upload_workbook(unit=self.unit, file=file, name="dataset.csv", by=self.by, at=at)
        batch = read_batch(batch=batch, at=at)
        result = Result()
        if batch.state == batch.State.FAILED:
            said = batch.messages[0]
            raise Refusal(said["code"], file_sentence(said["code"], said["params"]))
        if not dry_run:
            confirm_import(batch=batch, version=batch.version, by=self.by, at=at)
        counts = batch.counts
        result.total_rows = counts["rows"]
        result.totals[RowResult.IMPORT_TYPE_NEW] = counts["new_doors"]
        result.totals[RowResult.IMPORT_TYPE_UPDATE] = counts["effects"].get("changed", 0)
        result.totals[RowResult.IMPORT_TYPE_SKIP] = counts["effects"].get("same", 0)
        result.totals[RowResult.IMPORT_TYPE_INVALID] = counts["verdicts"].get("refused", 0)
        return result


def register_sheet(queryset: Any, by: Officer, on: date) -> SheetToWrite:
    """The doors of a queryset as one sheet, streamed."""
    resource = PremisesResource()
    people = Contact.objects.visible_to(by).filter(ends_on__isnull=True).order_by("rank", "pk")
    doors = (
        queryset.select_related("unit", "area")
        .defer("sought")
        .prefetch_related(Prefetch("contacts", queryset=people, to_attr="shown_contacts"))
    )

    def rows() -> Iterator[tuple[int, list[Value], int, int]]:
        yield 1, list(resource.get_export_headers()), BOLD, BOLD
        for number, door in enumerate(doors.iterator(chunk_size=2000), 2):
            yield number, resource.export_resource(door), PLAIN, PLAIN

    widths = [[index, index, 34 if name == "address" else 14] for index, name in enumerate(SHOWN, 1)]
    return SheetToWrite(on.isoformat(), rows(), widths=widths)
