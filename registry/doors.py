"""What is learnt at a door: facts confirmed or changed, people who came or left, a door that nobody had listed.

Called by the visits floor inside its own transaction; the caller has checked that the officer may stand there.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Officer
from accounts.refusals import Refusal
from accounts.rights import Right
from registry.addresses import split_address
from registry.fields import mac
from registry.jurisdictions import unit_by_prefix, unit_of
from registry.models import Area, Contact, Premises
from registry.phones import read_phone
from registry.search import sought
from registry.texts import clean, key_of, person_or_firm, without_id_numbers


@dataclass(frozen=True)
class Changes:
    """What differs from the register; "" and None mean: not said. `left` are contacts who don't live there any more."""

    use: str = ""
    registered_elsewhere: bool | None = None
    contact_name: str = ""
    relation: str = ""
    phone: str = ""
    left: Collection[int] = ()

    def codes(self) -> dict[str, str | bool]:
        """For the visit's record: which facts changed, without names and numbers."""
        said: dict[str, str | bool] = {}
        if self.use:
            said["use"] = self.use
        if self.registered_elsewhere is not None:
            said["registered_elsewhere"] = self.registered_elsewhere
        if self.contact_name:
            said["contact"] = self.relation or Contact.Relation.OTHER
        if self.phone:
            said["phone"] = True
        if self.left:
            said["left"] = str(len(self.left))
        return said


def lock_door(premises_id: int) -> Premises:
    """The door, or the one that it was merged into, held until the caller's transaction ends: one writer at a door.

    Whoever also holds the door's rows in a frame takes those afterwards, so that two never wait for each other.
    """
    rows = Premises.objects.unscoped("the door that is written about").select_related("unit")
    found: Premises | None = rows.select_for_update(of=("self",), no_key=True).filter(pk=premises_id).first()
    if found is None:
        raise Refusal("no_door", _("There is no such door."), status=404)
    return found if found.merged_into_id is None else lock_door(found.merged_into_id)


def confirm_at_door(*, premises: Premises, changes: Changes | None, at: datetime) -> None:
    """Facts stand as of that day: as the register has them, or with `changes`. An older day never overwrites.

    `premises` was read and locked in the caller's transaction (`lock_door`).
    """
    on = timezone.localdate(at)
    if premises.confirmed_on is not None and premises.confirmed_on > on:
        return
    columns = ["confirmed_on"]
    premises.confirmed_on = on
    if changes is not None:
        if changes.use:
            premises.use = changes.use
            columns.append("use")
        if changes.registered_elsewhere is not None:
            premises.registered_elsewhere = changes.registered_elsewhere
            columns.append("registered_elsewhere")
        _people(premises, changes, on)
    premises.save(update_fields=columns)


def _people(door: Premises, changes: Changes, on: date) -> None:
    contacts = Contact.objects.unscoped("people of the door in hand").filter(premises=door, ends_on__isnull=True)
    if changes.left:
        contacts.filter(pk__in=changes.left).update(ends_on=on)
    _enter(door, contacts, changes, on)
    _rename(door, contacts)


def _rename(door: Premises, contacts: QuerySet[Contact]) -> None:
    """Who left a dwelling gives it no name any more, and whoever is there now is found by name."""
    people = list(contacts.order_by("rank", "pk"))
    if door.door_class == Premises.DoorClass.DWELLING and key_of(door.name) not in {p.name_key for p in people}:
        left = Contact.objects.unscoped("people of the door in hand").filter(premises=door, ends_on__isnull=False)
        if not door.name or left.filter(name_key=key_of(door.name)).exists():
            named = sorted(people, key=lambda person: person.relation != Contact.Relation.HOUSEHOLDER)
            door.name = named[0].name if named else ""
    door.sought = sought(door.address, door.name, *(person.name for person in people))
    door.save(update_fields=["name", "sought"])


def _enter(door: Premises, contacts: QuerySet[Contact], changes: Changes, on: date) -> None:
    name, _dropped = without_id_numbers(person_or_firm(changes.contact_name))
    phone = phone_or_refuse(changes.phone)
    if not name:
        if phone:
            first = contacts.order_by("rank", "pk").first()
            if first is None:
                raise Refusal("whose_phone", _("Whose number is this? Enter the name as well."), "contact_name")
            first.phone, first.phone_mac = phone, mac(phone)
            first.save(update_fields=["phone", "phone_mac"])
        return
    known = contacts.filter(name_key=key_of(name)).first()
    if known is not None:
        known.relation = changes.relation or known.relation
        if phone:
            known.phone, known.phone_mac = phone, mac(phone)
        known.save(update_fields=["relation", "phone", "phone_mac"])
        return
    Contact.objects.create(
        premises=door,
        name=name[:60],
        name_key=key_of(name)[:60],
        relation=changes.relation or Contact.Relation.OTHER,
        phone=phone,
        phone_mac=mac(phone),
        starts_on=on,
        rank=contacts.count(),
    )


def phone_or_refuse(text: str) -> str:
    """The number in one form, or "" when none was typed."""
    if not text.strip():
        return ""
    found = read_phone(text)
    if not found.number:
        raise Refusal("phone", _("This is no complete phone number. Check the digits, or leave it empty."), "phone")
    return found.number


class DoorKnown(Refusal):
    """The same door is in the register already: which one."""

    def __init__(self, door: Premises) -> None:
        super().__init__("door_known", _("This door is already listed: look for it on the round."), "address")
        self.door = door


@transaction.atomic
def add_door(
    *,
    area: Area,
    kind: str,
    address: str,
    name: str = "",
    phone: str = "",
    use: str = "",
    by: Officer,
    at: datetime,
) -> Premises:
    """A door found on the round: usable at once, marked until the supervisor confirms or merges it.

    Needs LOG_VISIT at the unit that answers for the community. Raises `DoorKnown` for the same door again.
    """
    unit_id = unit_of(area.code, unit_by_prefix())
    if unit_id is None or not by.may(Right.LOG_VISIT, unit_id):
        raise Refusal("area", _("This community belongs to another station. Choose one of your own."), "area")
    written, dropped = without_id_numbers(clean(address))
    if not written or dropped:
        raise Refusal(
            "address", _("Enter the address as it stands at the door: building, entrance, number."), "address"
        )
    place = split_address(written, [area.name, area.label])
    door_class = Premises.class_of(kind)
    label, _dropped = without_id_numbers(person_or_firm(name))
    name_key = key_of(label)[:120] if door_class == Premises.DoorClass.BUSINESS else ""
    same = Premises.objects.unscoped("is the door already there").live().select_related("unit")
    known = same.filter(area=area, address_key=place.key, door_class=door_class, name_key=name_key).first()
    if known is not None:
        raise DoorKnown(known)
    door = Premises.objects.create(
        unit_id=unit_id,
        area=area,
        kind=kind,
        door_class=door_class,
        street=place.street,
        building=place.building,
        entrance=place.entrance,
        floor=place.floor,
        door=place.door,
        address=written,
        address_key=place.key,
        walk_key=place.walk_key,
        name=label[:120],
        name_key=name_key,
        use=use,
        confirmed_on=timezone.localdate(at),
        sought=sought(written, label),
        added_on_round=True,
        created_at=at,
    )
    if label and door_class == Premises.DoorClass.DWELLING:
        changes = Changes(contact_name=label, relation=Contact.Relation.HOUSEHOLDER, phone=phone)
        _people(door, changes, timezone.localdate(at))
    return door
