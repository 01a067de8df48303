"""Who works here: units, officers and the grants that let them."""

from collections.abc import Iterable
from datetime import date
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, OuterRef, Q, Value
from django.db.models.functions import Concat, JSONObject, Substr
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.rights import Right
from accounts.roles import ROLES, Role
from accounts.scoping import NOTHING, ScopedManager, ScopedModel, ScopedQuerySet


class UnitQuerySet(ScopedQuerySet):
    def reach(self, officer: "Officer") -> Q:
        if officer.may(Right.MANAGE_UNITS) or officer.may(Right.MANAGE_GRANTS):
            return Q()
        return Q(pk__in=officer.units_with_any(Right)) | Q(pk=officer.unit_id)

    def under(self, unit: "Unit") -> "UnitQuerySet":
        """The unit and everything below it."""
        return self.filter(path__startswith=unit.path)

    def stations(self) -> "UnitQuerySet":
        return self.filter(kind=Unit.Kind.STATION).order_by("rank", "path")


class Unit(ScopedModel):
    """An organ in the tree. `path` is the ids from the root, each followed by a dot, so a subtree is a prefix."""

    class Kind(models.TextChoices):
        PROVINCE = "province", _("provincial department")
        CITY = "city", _("city bureau")
        BUREAU = "bureau", _("branch or county bureau")
        DEPARTMENT = "department", _("department")
        STATION = "station", _("police station")
        BEAT = "beat", _("community beat")

    name = models.CharField(pgettext_lazy("of a unit", "name"), max_length=100)
    short_name = models.CharField(_("short name"), max_length=40, blank=True)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("parent unit")
    )
    code = models.CharField(_("unit code"), max_length=12, null=True, blank=True, unique=True)
    path = models.CharField(_("path"), max_length=120, unique=True, editable=False, db_collation="C")
    rank = models.PositiveIntegerField(_("official order"), default=0)
    phone = models.CharField(_("duty phone"), max_length=20, blank=True)

    objects: ClassVar[Any] = ScopedManager.from_queryset(UnitQuerySet)()

    class Meta:
        verbose_name = _("unit")
        verbose_name_plural = _("units")
        ordering = ["rank", "path"]
        constraints = [
            models.UniqueConstraint(fields=["parent", "name"], name="unit_name_once_per_parent"),
            models.CheckConstraint(condition=Q(code__isnull=True) | Q(code__regex=r"^\d{12}$"), name="unit_code_12"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def label(self) -> str:
        return self.short_name or self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Keeps `path` true: it is made of ids, so a new unit is written twice, and those below move with it."""
        if not self.pk:
            self.path = f"new-{timezone.now().timestamp()}-{id(self)}"
            super().save(*args, **kwargs)
            kwargs.pop("force_insert", None)
        above, before = self.parent.path if self.parent else "", self.path
        self.path = f"{above}{self.pk}."
        super().save(*args, **kwargs)
        if before != self.path:
            below = Unit.objects.unscoped("units that move along").filter(path__startswith=before).exclude(pk=self.pk)
            below.update(path=Concat(Value(self.path), Substr("path", len(before) + 1)))

    def clean(self) -> None:
        if self.pk and self.parent is not None and self.parent.path.startswith(self.path):
            raise ValidationError({"parent": _("A unit can't stand below itself.")})


class OfficerQuerySet(ScopedQuerySet):
    def reach(self, officer: "Officer") -> Q:
        if officer.may(Right.MANAGE_GRANTS) or officer.may(Right.MANAGE_UNITS):
            return Q()
        reach = Q(pk=officer.pk)
        units = officer.units_with_any([Right.MANAGE_ROSTER, Right.SHARE_OUT, Right.SEE_CASES])
        return reach | Q(unit_id__in=units) if units else reach

    def get_by_natural_key(self, badge: str) -> "Officer":
        return self.unscoped("sign-in").get(badge=badge)

    def people(self) -> "OfficerQuerySet":
        """Without the reserved rows, which nobody is."""
        return self.exclude(badge__in=RESERVED_BADGES)

    def working(self, on: date) -> "OfficerQuerySet":
        return self.people().filter(is_active=True).filter(Q(left_on__isnull=True) | Q(left_on__gt=on))

    def gone(self, on: date) -> "OfficerQuerySet":
        """Who worked here once."""
        return self.people().filter(Q(is_active=False) | Q(left_on__lte=on))

    def with_grants(self, on: date) -> "OfficerQuerySet":
        """Each with the grants that hold on that day, so that asking what they may do asks the database no more."""
        held = Grant.objects.unscoped("what an account may do").holding(on).filter(officer=OuterRef("pk"))
        said = held.order_by().values(said=JSONObject(role="role", path="unit__path"))
        return self.annotate(grants_read=ArraySubquery(said))


RESERVED_BADGES = ("system", "resident")


class Officer(AbstractBaseUser, ScopedModel):
    """A person of the police, or one of two reserved rows (`system`, `resident`) that can't sign in.

    `areas_in_charge` holds the statistical codes of the communities that the roster binds to the person (包联).
    """

    class Kind(models.TextChoices):
        POLICE = "police", _("police officer")
        AUXILIARY = "auxiliary", _("auxiliary officer")

    badge = models.CharField(_("badge number"), max_length=20, unique=True)
    name = models.CharField(_("name"), max_length=50)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="officers", verbose_name=_("unit"))
    title = models.CharField(_("title"), max_length=50, blank=True)
    kind = models.CharField(_("police or auxiliary"), max_length=10, choices=Kind.choices, default=Kind.POLICE)
    areas_in_charge = ArrayField(
        models.CharField(max_length=12), default=list, blank=True, verbose_name=_("communities in charge")
    )
    works_with = models.ForeignKey(
        "self",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="paired_with",
        verbose_name=_("bound pair with"),
    )
    is_active = models.BooleanField(_("account in use"), default=True)
    must_change_password = models.BooleanField(_("changes password at next sign-in"), default=False)
    code_expires_at = models.DateTimeField(_("one-time code ends"), null=True, blank=True)
    on_leave_until = models.DateField(_("on leave until"), null=True, blank=True)
    left_on = models.DateField(_("left on"), null=True, blank=True)
    added_at = models.DateTimeField(_("added"), default=timezone.now, editable=False)

    USERNAME_FIELD = "badge"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    objects: ClassVar[Any] = ScopedManager.from_queryset(OfficerQuerySet)()

    class Meta:
        verbose_name = _("officer")
        verbose_name_plural = _("officers")
        ordering = ["unit", "badge"]

    def __str__(self) -> str:
        return self.name

    # -- rights: read once per request, because request.user is loaded once per request --

    @property
    def grants_now(self) -> list[tuple[Role, str]]:
        """Live grants as (role, unit path); an officer who left or is switched off has none."""
        if "_grants_now" not in self.__dict__:
            today = timezone.localdate()
            live = self.is_active and (self.left_on is None or self.left_on > today)
            rows = self._read_grants(today) if live else ()
            self.__dict__["_grants_now"] = [(Role(role), path) for role, path in rows]
        return self.__dict__["_grants_now"]

    def _read_grants(self, today: date) -> Iterable[tuple[str, str]]:
        """As they came with the officer (`with_grants`), else by a query."""
        if "grants_read" in self.__dict__:
            return [(said["role"], said["path"]) for said in self.__dict__["grants_read"]]
        rows = Grant.objects.unscoped("the reach itself").holding(today).filter(officer=self)
        found: Iterable[tuple[str, str]] = rows.order_by().values_list("role", "unit__path")
        return found

    def forget_grants(self) -> None:
        for name in ("_grants_now", "_below", "grants_read"):
            self.__dict__.pop(name, None)

    @property
    def roles_now(self) -> set[Role]:
        return {role for role, _path in self.grants_now}

    def _paths_with(self, rights: Iterable[Right]) -> tuple[str, ...]:
        wanted = frozenset(rights)
        return tuple({path for role, path in self.grants_now if ROLES[role].rights & wanted})

    def units_with_any(self, rights: Iterable[Right]) -> frozenset[int]:
        """Ids of the units in which one of the rights holds today."""
        paths = self._paths_with(rights)
        return frozenset(pk for pk, path in self._units_below() if path.startswith(paths)) if paths else frozenset()

    def _units_below(self) -> list[tuple[int, str]]:
        """Every unit in which any grant holds, as (id, path)."""
        if "_below" not in self.__dict__:
            under = NOTHING
            for path in {path for _role, path in self.grants_now}:
                under |= Q(path__startswith=path)
            units = Unit.objects.unscoped("the reach itself").filter(under).order_by()
            self.__dict__["_below"] = list(units.values_list("pk", "path"))
        return self.__dict__["_below"]

    def units_with(self, right: Right) -> frozenset[int]:
        return self.units_with_any([right])

    def may(self, right: Right, unit_id: int | None = None) -> bool:
        """Holds the right at that unit, or anywhere when no unit is named."""
        if unit_id is None:
            return any(right in ROLES[role].rights for role, _path in self.grants_now)
        return unit_id in self.units_with(right)

    @property
    def at_work(self) -> bool:
        """Whether some role of today is one of those that go from door to door: without, nothing of the work is open any
        more, not even what somebody did, leads or was given."""
        return self.may(Right.LOG_VISIT)

    def may_at(self, right: Right, unit: Unit) -> bool:
        """The same for a unit in hand: its path says it, nothing is asked of the database."""
        return unit.path.startswith(self._paths_with([right]))

    def has_perm(self, perm: str, obj: object = None) -> bool:
        return perm in Right.values and self.may(Right(perm))

    def has_module_perms(self, app_label: str) -> bool:
        return self.may(Right.USE_ADMIN)

    @property
    def is_staff(self) -> bool:
        return self.may(Right.USE_ADMIN)

    @property
    def is_police(self) -> bool:
        return self.kind == self.Kind.POLICE

    def absent_on(self, day: date) -> bool:
        return self.on_leave_until is not None and self.on_leave_until >= day


class GrantQuerySet(ScopedQuerySet):
    def holding(self, on: date) -> "GrantQuerySet":
        return self.filter(starts_on__lte=on).filter(Q(ends_on__isnull=True) | Q(ends_on__gte=on))

    def reach(self, officer: "Officer") -> Q:
        if officer.may(Right.MANAGE_GRANTS):
            return Q()
        units = officer.units_with(Right.MANAGE_ROSTER)
        return Q(unit_id__in=units) if units else NOTHING


class Grant(ScopedModel):
    """A role at a unit for a span of days, both ends included."""

    officer = models.ForeignKey(Officer, models.PROTECT, related_name="grants", verbose_name=_("officer"))
    role = models.CharField(_("role"), max_length=20, choices=Role.choices)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name=_("unit"))
    starts_on = models.DateField(_("from"), default=timezone.localdate)
    ends_on = models.DateField(_("until"), null=True, blank=True)
    given_by = models.ForeignKey(
        Officer, models.PROTECT, related_name="+", null=True, blank=True, verbose_name=_("given by")
    )

    objects: ClassVar[Any] = ScopedManager.from_queryset(GrantQuerySet)()

    class Meta:
        verbose_name = _("grant")
        verbose_name_plural = _("grants")
        ordering = ["officer", "starts_on"]
        constraints = [
            models.UniqueConstraint(
                fields=["officer", "role", "unit"],
                condition=Q(ends_on__isnull=True),
                name="grant_once_while_open",
            ),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on") - 1),
                name="grant_ends_after_start",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.officer} · {self.get_role_display()} · {self.unit}"
