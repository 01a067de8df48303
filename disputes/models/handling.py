"""What is done in a case and who is in it: parties, sessions, evidence, closures."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Officer
from disputes.models.case import Case
from registry.fields import SealedTextField


class Party(models.Model):
    """A person in a dispute. Mediation is voluntary: consent is per party, dated (People's Mediation Law, 3, 23)."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="parties", db_index=False)
    name = models.CharField(_("name"), max_length=60)
    phone = SealedTextField(_("phone"), blank=True, default="")
    role = models.CharField(_("side"), max_length=40, blank=True)
    is_minor = models.BooleanField(_("minor"), default=False)
    guardian = models.CharField(_("guardian"), max_length=60, blank=True)
    consented = models.BooleanField(_("agrees to mediation"), null=True, blank=True)
    consented_at = models.DateTimeField(_("agreed at"), null=True, blank=True)

    class Meta:
        verbose_name = _("party")
        verbose_name_plural = _("parties")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["case", "name"], name="party_once"),
            models.CheckConstraint(
                condition=Q(consented__isnull=True, consented_at__isnull=True)
                | Q(consented__isnull=False, consented_at__isnull=False),
                name="consent_is_dated",
            ),
            models.CheckConstraint(condition=Q(is_minor=False) | ~Q(guardian=""), name="minor_has_a_guardian"),
        ]

    def __str__(self) -> str:
        return self.masked_name

    @property
    def masked_name(self) -> str:
        from registry.masking import masked_name

        return masked_name(self.name)


class Session(models.Model):
    """One mediation session or handling step, as it goes on record."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="sessions")
    at = models.DateTimeField(_("when"))
    place = models.CharField(_("where"), max_length=100)
    mediator = models.ForeignKey(Officer, models.PROTECT, related_name="+", verbose_name=_("mediator"))
    present = models.CharField(_("present"), max_length=200, blank=True)
    content = models.TextField(_("what was said"))
    result = models.CharField(_("result"), max_length=200, blank=True)
    recorded_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("session")
        verbose_name_plural = _("sessions")
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d}"


class Evidence(models.Model):
    """A file that proves something; checked by content when it comes in, served only through a checked view."""

    class Kind(models.TextChoices):
        BEFORE = "before", _("photo before")
        AFTER = "after", _("photo after")
        PAPER = "paper", _("paper: agreement, receipt, reply")
        OTHER = "other", _("other paper")

    case = models.ForeignKey(Case, models.CASCADE, related_name="evidence", db_index=False)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    file = models.FileField(_("file"), upload_to="evidence/%Y/%m/")
    content_type = models.CharField(max_length=60)
    size = models.PositiveIntegerField(_("bytes"))
    sha256 = models.CharField(max_length=64)
    added_at = models.DateTimeField(_("added"), default=timezone.now)
    added_by = models.ForeignKey(Officer, models.PROTECT, related_name="+", verbose_name=_("added by"))
    cycle = models.PositiveSmallIntegerField(default=1)

    class Meta:
        verbose_name = _("evidence")
        verbose_name_plural = _("evidence")
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["case", "sha256"], name="evidence_once")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.sha256[:8]}"


class Closure(models.Model):
    """A request to strike a case off and its decision by another hand."""

    class ReturnReason(models.TextChoices):
        NOT_SOLVED = "not_solved", _("not solved")
        EVIDENCE = "evidence", _("evidence is missing or unclear")
        RETURN_VISIT = "return_visit", _("return visit is missing or doubtful")
        RECORD = "record", _("record is incomplete")

    case = models.ForeignKey(Case, models.CASCADE, related_name="closures")
    cycle = models.PositiveSmallIntegerField(_("cycle"))
    requested_at = models.DateTimeField(_("requested"))
    requested_by = models.ForeignKey(Officer, models.PROTECT, related_name="+", verbose_name=_("requested by"))
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    decided_by = models.ForeignKey(Officer, models.PROTECT, null=True, blank=True, related_name="+")
    approved = models.BooleanField(_("approved"), null=True, blank=True)
    return_reason = models.CharField(_("why returned"), max_length=20, choices=ReturnReason.choices, blank=True)
    opinion = models.CharField(_("opinion"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("closure")
        verbose_name_plural = _("closures")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["case"], condition=Q(decided_at__isnull=True), name="one_open_closure_per_case"
            ),
            models.CheckConstraint(
                condition=Q(decided_at__isnull=True, decided_by__isnull=True, approved__isnull=True)
                | Q(decided_at__isnull=False, decided_by__isnull=False, approved__isnull=False),
                name="closure_decided_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.cycle}"
