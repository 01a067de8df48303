"""Areas as the national statistical codes name them, and which unit answers for which."""

from typing import TYPE_CHECKING, Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Officer, Unit
from accounts.rights import Right
from accounts.scoping import NOTHING, ScopedManager, ScopedModel, ScopedQuerySet

if TYPE_CHECKING:
    pass


class Area(models.Model):
    """A division of the national statistical codes; a subtree is a prefix range of the code."""

    class Level(models.TextChoices):
        PROVINCE = "province", _("province")
        CITY = "city", _("city")
        COUNTY = "county", _("county")
        TOWNSHIP = "township", _("township or sub-district")
        COMMUNITY = "community", _("community or village")

    code = models.CharField(_("area code"), max_length=12, primary_key=True, db_collation="C")
    name = models.CharField(pgettext_lazy("of an area", "name"), max_length=100)
    level = models.CharField(_("level"), max_length=10, choices=Level.choices)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("parent area")
    )

    class Meta:
        verbose_name = _("area")
        verbose_name_plural = _("areas")
        ordering = ["code"]
        # The pickers find an area by the beginning of its name among 665,276.
        indexes = [models.Index(fields=["name"], name="area_by_name", opclasses=["varchar_pattern_ops"])]

    def __str__(self) -> str:
        return self.name

    @property
    def label(self) -> str:
        """The name as people say it: 二堰铺社区 rather than 二堰铺社区居民委员会."""
        for tail in ("居民委员会", "村民委员会", "居委会", "委员会"):
            if self.name.endswith(tail) and len(self.name) > len(tail):
                return self.name.removesuffix(tail)
        return self.name.removesuffix("委会") if self.name.endswith("村委会") else self.name


class JurisdictionQuerySet(ScopedQuerySet):
    def reach(self, officer: Officer) -> Q:
        if officer.may(Right.MANAGE_UNITS):
            return Q()
        units = officer.units_with_any([Right.IMPORT_PREMISES, Right.SHARE_OUT])
        return Q(unit_id__in=units) if units else NOTHING


class Jurisdiction(ScopedModel):
    """A unit answers for an area and everything below it, until a longer code says otherwise."""

    unit = models.ForeignKey(Unit, models.CASCADE, related_name="+", verbose_name=_("unit"))
    area = models.ForeignKey(Area, models.PROTECT, related_name="+", verbose_name=_("area"))

    objects: ClassVar[Any] = ScopedManager.from_queryset(JurisdictionQuerySet)()

    class Meta:
        verbose_name = _("jurisdiction")
        verbose_name_plural = _("jurisdictions")
        ordering = ["area"]
        constraints = [models.UniqueConstraint(fields=["area"], name="area_has_one_unit")]

    def __str__(self) -> str:
        return f"{self.unit} · {self.area}"
