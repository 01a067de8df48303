"""What the lists of doors and of people say in a file: names and numbers masked, under the headings of `columns.py`."""

from collections.abc import Callable, Sequence
from typing import Any

from django.utils.functional import lazy
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from accounts.columns import Column, column
from accounts.models import Officer
from registry.columns import heading_of
from registry.masking import masked_name, masked_phone
from registry.models import Contact, Premises


def _yes_or_no(said: bool | None) -> str:
    return "" if said is None else gettext("yes") if said else gettext("no")


def shown_name(name: str, door_class: str) -> str:
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
    "name": (("name", "door_class"), shown_name, 20),
    "contact": ((), lambda person: person and person[0], 12),
    "phone": ((), lambda person: person and person[1], 14),
    "use": (("use",), None, 8),
    "registered_elsewhere": (("registered_elsewhere",), _yes_or_no, 10),
    "officer": (("register_officer",), None, 10),
    "badge": (("register_badge",), None, 10),
}


def _heading(name: str) -> str:
    return heading_of(name, get_language() or "zh-hans")


DOORS: list[str | Column] = [
    *(
        Column(lazy(_heading, str)(name), reads, show, width, None if reads else _first_contacts)
        for name, (reads, show, width) in _SHOWN.items()
    ),
    "confirmed_on",
]

CONTACTS: list[str | Column] = [
    column(_("unit"), "premises__unit__name", width=18),
    column(_("community"), "premises__area__name", width=24),
    column(_("address"), "premises__address", width=36),
    column(_("name"), "name", show=masked_name, width=12),
    "relation",
    column(_("phone"), "phone", show=masked_phone),
    "starts_on",
]
