"""A workbook on its way in: the batch, and its rows until they are confirmed."""

from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Officer, Unit
from accounts.rights import Right
from accounts.scoping import NOTHING, ByUnit, ScopedManager, ScopedModel, ScopedQuerySet
from registry.fields import SealedTextField
from registry.models.areas import Area
from registry.models.premises import Premises

if TYPE_CHECKING:
    pass


class ImportBatchQuerySet(ByUnit):
    rights = (Right.IMPORT_PREMISES,)


class ImportBatch(ScopedModel):
    """One uploaded workbook on its way in: read into rows, shown, then confirmed or put aside."""

    class State(models.TextChoices):
        READING = "reading", _("being read")
        READY = "ready", _("ready to confirm")
        FAILED = "failed", _("could not be read")
        CONFIRMED = "confirmed", _("taken in")
        DISCARDED = "discarded", _("put aside")

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name=_("unit"))
    by = models.ForeignKey(Officer, models.PROTECT, related_name="+", verbose_name=_("brought in by"))
    at = models.DateTimeField(_("uploaded"), default=timezone.now)
    file = models.FileField(_("workbook"), upload_to="imports/%Y/%m/")
    file_name = models.CharField(_("file name"), max_length=200)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveBigIntegerField(_("bytes"), default=0)
    dated_on = models.DateField(_("workbook's date"), null=True, blank=True)
    state = models.CharField(_("state"), max_length=12, choices=State.choices, editable=False)
    version = models.PositiveIntegerField(default=0, editable=False)
    progress = models.PositiveSmallIntegerField(_("progress in percent"), default=0)
    counts = models.JSONField(_("counts"), default=dict)
    columns = models.JSONField(_("columns found"), default=list)
    messages = models.JSONField(_("messages"), default=list)
    ended_at = models.DateTimeField(_("confirmed or put aside"), null=True, blank=True)
    ended_by = models.ForeignKey(Officer, models.PROTECT, null=True, blank=True, related_name="+")

    objects: ClassVar[Any] = ScopedManager.from_queryset(ImportBatchQuerySet)()

    class Meta:
        verbose_name = _("import of doors")
        verbose_name_plural = _("imports of doors")
        ordering = ["-at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_by__isnull=True)
                | Q(ended_at__isnull=False, ended_by__isnull=False),
                name="import_ended_by_somebody",
            )
        ]

    def __str__(self) -> str:
        return self.file_name


# A staging table is read by its batch alone; indexes and checks on its keys would cost the COPY more than they give.
STAGED: dict[str, Any] = {"db_index": False, "db_constraint": False}


class ImportRowQuerySet(ScopedQuerySet):
    def reach(self, officer: Officer) -> Q:
        """The rows of a workbook belong to the unit that brings it in, wherever their doors lie."""
        units = officer.units_with(Right.IMPORT_PREMISES)
        return Q(batch__unit_id__in=units) if units else NOTHING


class ImportRow(ScopedModel):
    """One row of the workbook as it was understood; kept only until the batch has been confirmed or put aside."""

    class Verdict(models.TextChoices):
        TAKEN = "taken", _("taken")
        PARTLY = "partly", _("taken, with cells left empty")
        REFUSED = "refused", _("refused")
        ELSEWHERE = "elsewhere", _("of another station")

    class Effect(models.TextChoices):
        NEW = "new", _("new door")
        CHANGED = "changed", _("changes a door")
        SAME = "same", _("already so")
        MORE = "more", _("another person at the same door")
        KEPT = "kept", _("confirmed at the door since, left as it is")

    batch = models.ForeignKey(ImportBatch, models.CASCADE, related_name="rows", db_index=False)
    sheet = models.CharField(max_length=100)
    row_number = models.PositiveIntegerField()
    verdict = models.CharField(max_length=10, choices=Verdict.choices)
    effect = models.CharField(max_length=10, choices=Effect.choices, blank=True)
    reasons = models.JSONField(default=list)
    area = models.ForeignKey(Area, models.PROTECT, null=True, related_name="+", **STAGED)
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+", **STAGED)
    kind = models.CharField(max_length=20, blank=True)
    door_class = models.CharField(max_length=20, blank=True)
    street = models.CharField(max_length=100, blank=True)
    building = models.CharField(max_length=40, blank=True)
    entrance = models.CharField(max_length=40, blank=True)
    floor = models.CharField(max_length=20, blank=True)
    door = models.CharField(max_length=60, blank=True)
    address = models.CharField(max_length=300, blank=True)
    address_key = models.CharField(max_length=300, blank=True, db_collation="C")
    walk_key = models.CharField(max_length=300, blank=True, db_collation="C")
    name = models.CharField(max_length=120, blank=True)
    name_key = models.CharField(max_length=120, blank=True, db_collation="C")
    contact_name = models.CharField(max_length=60, blank=True)
    contact_key = models.CharField(max_length=60, blank=True)
    relation = models.CharField(max_length=20, blank=True)
    phone = SealedTextField(blank=True, default="")
    phone_mac = models.CharField(max_length=32, blank=True)
    use = models.CharField(max_length=10, blank=True)
    registered_elsewhere = models.BooleanField(null=True)
    note = models.CharField(max_length=300, blank=True)
    register_officer = models.CharField(max_length=50, blank=True)
    register_badge = models.CharField(max_length=20, blank=True)
    sought = ArrayField(models.TextField(), default=list)
    premises = models.ForeignKey(Premises, models.SET_NULL, null=True, related_name="+", **STAGED)
    # Digest of the door's identity inside its community: rows of one door are gathered by it, not by three texts.
    door_key = models.UUIDField(null=True, editable=False)

    objects: ClassVar[Any] = ScopedManager.from_queryset(ImportRowQuerySet)()

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index(fields=["batch", "verdict", "id"], name="import_row_preview")]

    def __str__(self) -> str:
        return f"{self.sheet} {self.row_number}"
