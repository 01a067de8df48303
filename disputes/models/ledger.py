"""The rows of the ledger: chains, entries, the texts that they carried, seals."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.models import Officer, Unit
from accounts.rights import Right
from accounts.scoping import ByUnit, ScopedManager, ScopedModel, ScopedQuerySet
from disputes.models.case import Case


class ChainQuerySet(ByUnit):
    rights = (Right.SEE_CASES,)


class Chain(ScopedModel):
    """The head of one station's chain; the row that is locked while an entry is added."""

    unit = models.OneToOneField(Unit, models.PROTECT, related_name="+")
    seq = models.PositiveBigIntegerField(default=0)
    head = models.CharField(max_length=64, default="0" * 64)
    cases = models.PositiveIntegerField(default=0)

    objects: ClassVar[Any] = ScopedManager.from_queryset(ChainQuerySet)()

    class Meta:
        verbose_name = _("chain")
        verbose_name_plural = _("chains")

    def __str__(self) -> str:
        return f"{self.unit_id}:{self.seq}"


class LedgerEntryQuerySet(ScopedQuerySet):
    def reach(self, officer: Officer) -> Q:
        return Q(case__in=Case.objects.visible_to(officer))


class LedgerEntry(ScopedModel):
    """One move, for ever: append-only and hash-chained per station (see `disputes/ledger.py`)."""

    chain = models.ForeignKey(Chain, models.PROTECT, related_name="entries", db_index=False)
    seq = models.PositiveBigIntegerField()
    case = models.ForeignKey(Case, models.PROTECT, related_name="entries", db_index=False)
    version = models.PositiveIntegerField()
    cycle = models.PositiveSmallIntegerField()
    action = models.CharField(max_length=20)
    state_from = models.CharField(max_length=20, blank=True)
    state_to = models.CharField(max_length=20)
    actor = models.ForeignKey(Officer, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    payload = models.JSONField(default=dict)
    prev_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)
    recorded_at = models.DateTimeField(db_default=Now(), editable=False)

    objects: ClassVar[Any] = ScopedManager.from_queryset(LedgerEntryQuerySet)()

    class Meta:
        verbose_name = _("ledger entry")
        verbose_name_plural = _("ledger")
        ordering = ["chain", "seq"]
        constraints = [
            models.UniqueConstraint(fields=["chain", "seq"], name="ledger_seq_once"),
            models.UniqueConstraint(fields=["case", "version"], name="ledger_version_once"),
        ]

    def __str__(self) -> str:
        return f"{self.chain_id}:{self.seq}"

    def get_state_to_display(self) -> str:
        return str(Case.State(self.state_to).label)


class EntryText(models.Model):
    """A personal text that a move carried. The entry holds its salted digest, so erasing it leaves the chain valid."""

    entry = models.ForeignKey(LedgerEntry, models.PROTECT, related_name="texts", db_index=False)
    field = models.CharField(max_length=30)
    text = models.TextField()
    salt = models.CharField(max_length=32)
    erased_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["entry", "field"], name="entry_text_once")]

    def __str__(self) -> str:
        return f"{self.entry_id} {self.field}"


class Seal(models.Model):
    """Ed25519 over all heads at one moment; `heads` is the sorted list of `chain:seq:hash` lines."""

    at = models.DateTimeField()
    heads = models.JSONField()
    digest = models.CharField(max_length=64)
    public_key = models.CharField(max_length=64)
    signature = models.CharField(max_length=128)
    recorded_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("seal")
        verbose_name_plural = _("seals")
        ordering = ["-at"]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M}"
