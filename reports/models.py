"""What it adds up to, frozen: snapshots and the prints made of them; walk lists and lists on their way to a file."""

from datetime import datetime, timedelta
from typing import Any, ClassVar

from django.apps import apps
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Officer, Unit
from accounts.rights import Right
from accounts.scoping import ByUnit, ScopedManager, ScopedModel, ScopedQuerySet
from campaigns.models import Campaign


class SnapshotQuerySet(ByUnit):
    rights = (Right.SEE_FIGURES,)

    def frozen(self) -> "SnapshotQuerySet":
        return self.filter(frozen_at__isnull=False)


class Snapshot(ScopedModel):
    """One issue of the brief: the desk types decisions, problems and next steps, then freezes the figures.

    `figures` is what every page and print of it reads; `digest` is SHA-256 of its canonical JSON, and the first
    eight characters are the check code on paper.
    """

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name=_("unit"))
    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="+", verbose_name=_("campaign"))
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("to"))
    issue = models.PositiveSmallIntegerField(_("issue number"))
    decisions = models.TextField(_("decisions asked, one a line"), blank=True)
    problems = models.TextField(_("problems"), blank=True)
    next_steps = models.TextField(_("next steps"), blank=True)
    created_at = models.DateTimeField(_("begun"), default=timezone.now)
    created_by = models.ForeignKey(Officer, models.PROTECT, related_name="+", verbose_name=_("begun by"))
    as_of = models.DateTimeField(_("as of"), null=True, blank=True)
    definitions_version = models.PositiveSmallIntegerField(_("version of definitions"), default=0)
    figures = models.JSONField(default=dict)
    ledger_head = models.CharField(max_length=64, blank=True)
    digest = models.CharField(_("digest"), max_length=64, blank=True)
    frozen_at = models.DateTimeField(_("frozen"), null=True, blank=True)
    frozen_by = models.ForeignKey(Officer, models.PROTECT, null=True, blank=True, related_name="+")

    objects: ClassVar[Any] = ScopedManager.from_queryset(SnapshotQuerySet)()

    class Meta:
        verbose_name = _("brief")
        verbose_name_plural = _("briefs")
        ordering = ["-ends_on", "-issue"]
        constraints = [
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="brief_ends_after_start"),
            models.CheckConstraint(
                condition=Q(frozen_at__isnull=True, frozen_by__isnull=True, digest="")
                | (Q(frozen_at__isnull=False, frozen_by__isnull=False) & ~Q(digest="")),
                name="brief_frozen_by_somebody",
            ),
            models.UniqueConstraint(fields=["campaign", "unit", "issue"], name="brief_issue_once"),
        ]

    def __str__(self) -> str:
        return f"{self.campaign} · {self.issue}"

    @property
    def check_code(self) -> str:
        return self.digest[:8].upper()

    @property
    def is_frozen_early(self) -> bool:
        """Frozen on its last day or before: the figures end at the freezing, not with the day."""
        return self.frozen_at is not None and timezone.localdate(self.frozen_at) <= self.ends_on


class PrintQuerySet(ScopedQuerySet):
    def reach(self, officer: Officer) -> Q:
        return Q(snapshot__in=Snapshot.objects.visible_to(officer))


class Print(ScopedModel):
    """One rendering of a snapshot for one printer: same (snapshot, printer, number, language), same bytes."""

    snapshot = models.ForeignKey(Snapshot, models.PROTECT, related_name="prints")
    printer = models.ForeignKey(Officer, models.PROTECT, related_name="+", verbose_name=_("printed by"))
    number = models.PositiveSmallIntegerField(_("print number"))
    language = models.CharField(max_length=10, default="zh-hans")
    asked_at = models.DateTimeField(_("asked for"), default=timezone.now)
    done_at = models.DateTimeField(_("done"), null=True, blank=True)
    failure = models.CharField(_("what went wrong"), max_length=200, blank=True)
    file = models.FileField(upload_to="prints/%Y/%m/", blank=True)
    pages = models.PositiveSmallIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True)

    objects: ClassVar[Any] = ScopedManager.from_queryset(PrintQuerySet)()

    class Meta:
        verbose_name = _("print")
        verbose_name_plural = _("prints")
        ordering = ["-asked_at"]
        constraints = [models.UniqueConstraint(fields=["snapshot", "printer", "number"], name="print_number_once")]

    def __str__(self) -> str:
        return f"{self.snapshot_id} {self.number}"


class WalkListQuerySet(ScopedQuerySet):
    def reach(self, officer: Officer) -> Q:
        """A list is masked for whoever asked for it, so nobody else opens it."""
        return Q(asked_by=officer)


class WalkList(ScopedModel):
    """One printing of walk lists: for one officer, or for all of a station. Its files are kept for a day.

    `parts_all` is how many files it will have, each of at most twenty pages.
    """

    KEPT_HOURS = 24

    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="+", verbose_name=_("campaign"))
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name=_("unit"))
    officer = models.ForeignKey(
        Officer, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("officer")
    )
    due_by = models.DateField(_("due by"), null=True, blank=True)
    asked_by = models.ForeignKey(Officer, models.PROTECT, related_name="+", verbose_name=_("asked for by"))
    asked_at = models.DateTimeField(_("asked for"), default=timezone.now)
    language = models.CharField(max_length=10, default="zh-hans")
    doors = models.PositiveIntegerField(_("doors"), default=0)
    parts_all = models.PositiveSmallIntegerField(default=0)
    done_at = models.DateTimeField(_("done"), null=True, blank=True)
    failure = models.CharField(_("what went wrong"), max_length=200, blank=True)

    objects: ClassVar[Any] = ScopedManager.from_queryset(WalkListQuerySet)()

    class Meta:
        verbose_name = _("walk list")
        verbose_name_plural = _("walk lists")
        ordering = ["-asked_at"]
        indexes = [models.Index(fields=["asked_by", "-asked_at"], name="walk_lists_of_officer")]

    def __str__(self) -> str:
        return f"{self.campaign_id} {self.pk}"

    @property
    def waits(self) -> bool:
        return self.done_at is None and not self.failure


class WalkListPart(models.Model):
    """One file of a walk list; emptied when its day is over."""

    walk_list = models.ForeignKey(WalkList, models.CASCADE, related_name="parts")
    number = models.PositiveSmallIntegerField()
    badges = models.CharField(max_length=400)
    pages = models.PositiveSmallIntegerField()
    file = models.FileField(upload_to="walk-lists/%Y/%m/", blank=True)
    sha256 = models.CharField(max_length=64)

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["walk_list", "number"], name="walk_list_part_once")]

    def __str__(self) -> str:
        return f"{self.walk_list_id} {self.number}"


class ExportQuerySet(ScopedQuerySet):
    def reach(self, officer: Officer) -> Q:
        return Q(officer=officer)


class Export(ScopedModel):
    """A list of the desk on its way into an Excel file, for the one person who asked; the file is kept a day.

    `query` holds the filters of the list until the file is written, then nothing: it may name a person sought.
    `reach` says which roles, and where, the officer held while it was written.
    """

    KEPT = timedelta(hours=24)

    officer = models.ForeignKey(Officer, models.PROTECT, related_name="+", verbose_name=_("asked by"))
    name = models.CharField(_("list"), max_length=80)
    query = models.TextField(blank=True)
    language = models.CharField(max_length=10, default="zh-hans")
    asked_at = models.DateTimeField(_("asked for"), default=timezone.now)
    done_at = models.DateTimeField(_("done"), null=True, blank=True)
    failure = models.CharField(_("what went wrong"), max_length=200, blank=True)
    title = models.CharField(max_length=120, blank=True)
    rows = models.PositiveIntegerField(_("rows"), default=0)
    file = models.FileField(upload_to="exports/%Y/%m/", blank=True)
    reach = models.JSONField(default=list)
    size = models.PositiveBigIntegerField(_("bytes"), default=0)

    objects: ClassVar[Any] = ScopedManager.from_queryset(ExportQuerySet)()

    class Meta:
        verbose_name = _("Excel file")
        verbose_name_plural = _("Excel files")
        ordering = ["-asked_at", "-pk"]
        indexes = [models.Index(fields=["officer", "-asked_at"], name="exports_of_officer")]

    def __str__(self) -> str:
        return f"{self.name} {self.pk}"

    @property
    def label(self) -> str:
        """What the list is called in the reader's language; the title is in that of who asked."""
        try:
            return str(apps.get_model(self.name.replace("_", ".", 1))._meta.verbose_name_plural)
        except (LookupError, ValueError):
            return self.title

    def is_there(self, at: datetime) -> bool:
        """Written, and not yet thrown away."""
        return bool(self.file) and at - self.asked_at < self.KEPT
