"""The register as django-import-export sees it: the columns and headings of `columns.py`, our actions underneath.

Its own importer takes 0.9 ms a row, twice, in the web process, and its preview page breaks the content policy. So the
Resource declares what a column is and how it is shown; reading, preview and writing are `registry.actions`.
"""

import io
from collections.abc import Callable, Sequence
from typing import Any

from django.utils import timezone
from django.utils.functional import lazy
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _
from import_export import resources
from import_export.fields import Field
from import_export.results import Result, RowResult

from accounts.columns import Column, column
from accounts.models import Officer, Unit
from accounts.refusals import Refusal
from registry.actions import confirm_import, read_batch, upload_workbook
from registry.columns import heading_of
from registry.masking import masked_name, masked_phone
from registry.models import Contact, Premises
from registry.refusals import file_sentence


def _yes_or_no(said: bool | None) -> str:
    return "" if said is None else gettext("yes") if said else gettext("no")


def _shown_name(name: str, door_class: str) -> str:
    """A resident's name without the given name; a business's name is no secret."""
    return name if door_class != Premises.DoorClass.DWELLING else masked_name(name)


def _first_contacts(officer: Officer, doors: Sequence[Any]) -> dict[Any, tuple[str, str]]:
    """Of each door the first person that is listed there now: name and phone, both masked."""
    people = Contact.objects.visible_to(officer).filter(premises_id__in=doors, ends_on__isnull=True)
    rows = people.order_by("premises_id", "-rank", "-pk").values_list("premises_id", "name", "phone")
    return {door: (masked_name(name), masked_phone(phone)) for door, name, phone in rows}


# In the order of the export. What a person is called stays masked: an export in clear is no everyday act.
_SHOWN: dict[str, tuple[tuple[str, ...], Callable[..., Any] | None, float]] = {
    "station": (("unit__name",), None, 18),
    "community": (("area__name",), None, 24),
    "community_code": (("area_id",), None, 15),
    "kind": (("kind",), None, 8),
    "street": (("street",), None, 16),
    "building": (("building",), None, 9),
    "entrance": (("entrance",), None, 9),
    "floor": (("floor",), None, 7),
    "door": (("door",), None, 9),
    "address": (("address",), None, 36),
    "name": (("name", "door_class"), _shown_name, 20),
    "contact": ((), lambda person: person and person[0], 12),
    "phone": ((), lambda person: person and person[1], 14),
    "use": (("use",), None, 8),
    "registered_elsewhere": (("registered_elsewhere",), _yes_or_no, 10),
    "officer": (("register_officer",), None, 10),
    "badge": (("register_badge",), None, 10),
}


def _heading(name: str) -> str:
    return heading_of(name, get_language() or "zh-hans")


EXCEL_COLUMNS: list[str | Column] = [
    *(
        Column(lazy(_heading, str)(name), reads, show, width, None if reads else _first_contacts)
        for name, (reads, show, width) in _SHOWN.items()
    ),
    "confirmed_on",
]


CONTACT_COLUMNS: list[str | Column] = [
    column(_("unit"), "premises__unit__name", width=18),
    column(_("community"), "premises__area__name", width=24),
    column(_("address"), "premises__address", width=36),
    column(_("name"), "name", show=masked_name, width=12),
    "relation",
    column(_("phone"), "phone", show=masked_phone),
    "starts_on",
]


class PremisesResource(resources.ModelResource):  # type: ignore[misc]
    """`by` and `unit` are needed for `import_data` alone."""

    class Meta:
        model = Premises
        fields = ()

    def __init__(self, *, by: Officer | None = None, unit: Unit | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.by, self.unit = by, unit
        self.fields = {name: Field(column_name=_heading(name)) for name in _SHOWN}

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
