"""Doors and who is known at them; whose door it is for now, and who else may see more than its address."""

from collections.abc import Callable, Collection
from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Exists, F, Func, OuterRef, Q, Value
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Officer, Unit
from accounts.rights import Right
from accounts.scoping import NOTHING, ByUnit, ScopedManager, ScopedModel, ScopedQuerySet
from registry.fields import SealedTextField
from registry.models.areas import Area

if TYPE_CHECKING:
    from django.db.models import QuerySet


# A search among so many units asks the index for each of them; among more it sorts them out afterwards.
FEW_UNITS = 8


class Findable(Func):
    """What the index holds of a door: the tokens of `sought`, and its unit as one more.

    One condition on one column: an index over both columns finds all doors of these words first, and then the unit's.
    A token of `sought` has no blank, so none can be taken for a unit.
    """

    function = "array_append"
    arg_joiner = ", 'unit ' || "
    template = "%(function)s(%(expressions)s::text)"
    output_field = ArrayField(models.TextField())

    def __init__(self, *columns: Any) -> None:
        super().__init__(*(columns or (F("sought"), F("unit_id"))))


class OneOf(Func):
    """A column's value is among these numbers, sent as one value: five hundred of them cost more than the search itself."""

    template, arg_joiner = "%(expressions)s)", " = ANY("
    output_field = models.BooleanField()

    def __init__(self, column: F, numbers: list[int]) -> None:
        super().__init__(column, Value(numbers, ArrayField(models.BigIntegerField())))


class PremisesQuerySet(ByUnit):
    rights = (Right.SEE_ADDRESSES,)

    def live(self) -> "PremisesQuerySet":
        return self.filter(merged_into__isnull=True)

    def walking(self) -> "PremisesQuerySet":
        return self.order_by("area_id", "walk_key", "pk")

    def seeking(self, text: str, units: Collection[int] | None = None) -> "PremisesQuerySet":
        """Doors whose name or address holds every word; none when no word has two characters.

        With `units` their doors alone: a station's are found as fast however many others' there are.
        """
        from registry.search import wanted

        tokens = wanted(text)
        if not tokens or (units is not None and not units):
            return self.none()
        rows = self.alias(findable=Findable())
        if units is None:
            return rows.filter(findable__contains=tokens)
        if len(units) > FEW_UNITS:
            return rows.filter(findable__contains=tokens, unit_id__in=units)
        inside = Q()
        for unit in units:
            inside |= Q(unit_id=unit, findable__contains=[*tokens, f"unit {unit}"])
        return rows.filter(inside)

    def first_found(self, most: int) -> list[int]:
        """Numbers of at most so many of these, in walking order.

        Whichever come to hand first: a common word among a million is not sorted whole.
        """
        few = self.order_by().values_list("area_id", "walk_key", "pk")[:most]
        return [number for _area, _walk, number in sorted(few)]

    def among(self, numbers: list[int]) -> "PremisesQuerySet":
        return self.filter(OneOf(F("pk"), numbers))


class Premises(ScopedModel):
    """A door that can be visited: a dwelling, a business, a community office.

    Identity: area + normalised address + class, for a business + normalised name. `walk_key` sorts as one walks.
    `name` is the householder's or the business's name: shown in clear only on one's own live door.
    """

    class Kind(models.TextChoices):
        HOUSEHOLD = "household", _("household")
        SHOP = "shop", _("shop")
        ENTERPRISE = "enterprise", _("enterprise")
        INSTITUTION = "institution", _("institution")
        COMMUNITY_OFFICE = "community_office", _("village or community office")

    class DoorClass(models.TextChoices):
        DWELLING = "dwelling", _("dwelling")
        BUSINESS = "business", _("business")
        COMMUNITY_OFFICE = "community_office", _("village or community office")

    class Use(models.TextChoices):
        OWN = "own", _("own home")
        LET = "let", _("let")
        LENT = "lent", _("lent")
        VACANT = "vacant", _("vacant")

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name=_("unit"), db_index=False)
    area = models.ForeignKey(Area, models.PROTECT, related_name="+", verbose_name=_("community"), db_index=False)
    kind = models.CharField(_("kind"), max_length=20, choices=Kind.choices)
    door_class = models.CharField(_("class"), max_length=20, choices=DoorClass.choices, editable=False)
    street = models.CharField(_("street"), max_length=100, blank=True)
    building = models.CharField(_("building"), max_length=40, blank=True)
    entrance = models.CharField(_("entrance"), max_length=40, blank=True)
    floor = models.CharField(_("floor"), max_length=20, blank=True)
    door = models.CharField(_("door"), max_length=60, blank=True)
    address = models.CharField(_("address as written"), max_length=300)
    address_key = models.CharField(max_length=300, editable=False, db_collation="C")
    walk_key = models.CharField(max_length=300, editable=False, db_collation="C")
    name = models.CharField(_("householder or name"), max_length=120, blank=True)
    name_key = models.CharField(max_length=120, blank=True, editable=False, db_collation="C")
    use = models.CharField(_("use"), max_length=10, choices=Use.choices, blank=True)
    registered_elsewhere = models.BooleanField(_("lives apart from registration"), null=True, blank=True)
    care_reason = models.CharField(_("why the door needs care"), max_length=200, blank=True)
    note = models.CharField(_("note"), max_length=300, blank=True)
    latitude = models.DecimalField(_("latitude"), max_digits=9, decimal_places=6, null=True, blank=True)
    longitude = models.DecimalField(_("longitude"), max_digits=9, decimal_places=6, null=True, blank=True)
    register_officer = models.CharField(_("duty officer in the register"), max_length=50, blank=True)
    register_badge = models.CharField(_("duty officer's badge in the register"), max_length=20, blank=True)
    confirmed_on = models.DateField(_("last confirmed at the door on"), null=True, blank=True)
    added_on_round = models.BooleanField(_("added on the round"), default=False)
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="merged", verbose_name=_("merged into")
    )
    sought = ArrayField(models.TextField(), default=list, blank=True, editable=False)
    created_at = models.DateTimeField(_("added"), default=timezone.now, editable=False)

    objects: ClassVar[Any] = ScopedManager.from_queryset(PremisesQuerySet)()

    class Meta:
        verbose_name = _("premises")
        verbose_name_plural = _("premises")
        constraints = [
            models.UniqueConstraint(
                fields=["area", "address_key", "door_class", "name_key"],
                condition=Q(merged_into__isnull=True),
                name="door_identity",
            ),
            models.CheckConstraint(
                condition=Q(door_class="business") | Q(name_key=""),
                name="only_a_business_is_told_apart_by_name",
            ),
        ]
        indexes = [
            models.Index(fields=["unit", "area", "walk_key"], name="premises_walk"),
            models.Index(fields=["area", "walk_key"], name="premises_in_order"),
            GinIndex(Findable(), name="premises_findable"),
        ]

    def __str__(self) -> str:
        return self.address

    @staticmethod
    def class_of(kind: str) -> str:
        if kind == Premises.Kind.HOUSEHOLD:
            return Premises.DoorClass.DWELLING
        if kind == Premises.Kind.COMMUNITY_OFFICE:
            return Premises.DoorClass.COMMUNITY_OFFICE
        return Premises.DoorClass.BUSINESS

    @property
    def masked_name(self) -> str:
        """A resident's name without the given name; a business's name is no secret."""
        from registry.masking import masked_name

        return self.name if self.door_class != self.DoorClass.DWELLING else masked_name(self.name)

    @property
    def building_label(self) -> str:
        """Where one stands: the building and entrance, else the street."""
        return " ".join(part for part in (self.building, self.entrance) if part) or self.street

    @property
    def door_label(self) -> str:
        return self.door or self.address


# Floors above plug in here who else may see a door's name, contacts and history: a live assignment, a due return
# visit, a drawn check. Each takes the officer and gives rows with a `premises_id`: the doors that it opens to them.
contact_reach: "list[Callable[[Officer], QuerySet[Any]]]" = []


def own_door(officer: Officer, premises_field: str = "premises_id") -> Q:
    """Q that holds where the door named by `premises_field` is, for now, this officer's own."""
    own = NOTHING
    for plug in contact_reach:
        own |= Q(Exists(plug(officer).filter(premises_id=OuterRef(premises_field))))
    return own


def own_doors_outside(officer: Officer, units: Collection[int]) -> "PremisesQuerySet":
    """The officer's own doors in the keeping of other units: a handful, found from what opens them."""
    ids: set[int] = set()
    for plug in contact_reach:
        elsewhere = plug(officer).filter(premises__isnull=False).exclude(premises__unit_id__in=units).order_by()
        ids.update(elsewhere.values_list("premises_id", flat=True))
    found: PremisesQuerySet = Premises.objects.unscoped("doors that are the officer's own").filter(pk__in=ids)
    return found


def holds_door(officer: Officer, premises: Premises) -> bool:
    """Whether name, phone and history of this door are open to the officer, because the door is theirs now."""
    found: QuerySet[Premises] = Premises.objects.unscoped("asking for one officer and one door")
    return bool(found.filter(pk=premises.pk).filter(own_door(officer, "pk")).exists())


class ContactQuerySet(ScopedQuerySet):
    def reach(self, officer: Officer) -> Q:
        reach = own_door(officer)
        units = officer.units_with(Right.SEE_CONTACTS)
        if units:
            inside = Premises.objects.unscoped("reach of contacts").filter(
                pk=OuterRef("premises_id"), unit_id__in=units
            )
            reach |= Q(Exists(inside))
        return reach


class Contact(ScopedModel):
    """A person at a door, from one day until another; the phone is sealed and matched by its HMAC."""

    class Relation(models.TextChoices):
        HOUSEHOLDER = "householder", _("householder")
        SPOUSE = "spouse", _("spouse")
        CHILD = "child", _("son or daughter")
        PARENT = "parent", _("parent")
        TENANT = "tenant", _("tenant")
        IN_CHARGE = "in_charge", _("person in charge")
        STAFF = "staff", _("staff")
        OTHER = "other", _("other")

    premises = models.ForeignKey(Premises, models.CASCADE, related_name="contacts", verbose_name=_("premises"))
    name = models.CharField(_("name"), max_length=60)
    name_key = models.CharField(max_length=60, editable=False)
    relation = models.CharField(_("relation"), max_length=20, choices=Relation.choices, default=Relation.OTHER)
    phone = SealedTextField(_("phone"), blank=True, default="")
    phone_mac = models.CharField(max_length=32, blank=True, editable=False)
    starts_on = models.DateField(_("from"), default=timezone.localdate)
    ends_on = models.DateField(_("until"), null=True, blank=True)
    rank = models.PositiveSmallIntegerField(default=0)

    objects: ClassVar[Any] = ScopedManager.from_queryset(ContactQuerySet)()

    class Meta:
        verbose_name = _("contact")
        verbose_name_plural = _("contacts")
        ordering = ["premises", "rank", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["premises", "name_key"],
                condition=Q(ends_on__isnull=True),
                name="contact_once_per_door",
            )
        ]
        indexes = [models.Index(fields=["phone_mac"], name="contact_by_phone")]

    def __str__(self) -> str:
        from registry.masking import masked_name

        return masked_name(self.name)
