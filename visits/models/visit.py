"""What happened at the door: submissions, visits, what was left and found there."""

from datetime import datetime, timedelta
from typing import Any, ClassVar
from uuid import UUID

import uuid_utils
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Officer, Unit
from accounts.rights import Right
from accounts.scoping import NOTHING, ScopedManager, ScopedModel, ScopedQuerySet
from campaigns.models import Assignment, Campaign, Topic
from disputes.models import Case
from registry.models import Premises


def time_ordered_id() -> UUID:
    """UUIDv7: sorts by time, so that the table can later be cut into ranges with unchanged foreign keys."""
    return UUID(str(uuid_utils.uuid7()))


class VisitQuerySet(ScopedQuerySet):
    def reach(self, officer: Officer) -> Q:
        own = Q(officer=officer) | Q(partner=officer) | Q(entered_by=officer)
        reach = own if officer.at_work else NOTHING
        units = officer.units_with(Right.SEE_VISITS)
        return reach | Q(unit_id__in=units) if units else reach

    def of(self, officer: Officer) -> "VisitQuerySet":
        return self.filter(Q(officer=officer) | Q(partner=officer) | Q(entered_by=officer))

    def standing(self) -> "VisitQuerySet":
        return self.filter(voided_at__isnull=True)

    def done(self) -> "VisitQuerySet":
        """Completed or partly completed (AAPOR I and P): what counts as visited."""
        return self.standing().filter(outcome__in=Visit.DONE)


class Visit(ScopedModel):
    """One attempt at one door, for one campaign. It is a fact: it counts once, and only when the server has it."""

    class Outcome(models.TextChoices):
        COMPLETED = "completed", _("met")
        PARTLY = "partly", _("met, broken off")
        NOBODY_IN = "nobody_in", _("nobody in")
        APPOINTMENT = "appointment", _("come back by appointment")
        REFUSED = "refused", _("refused")
        MOVED = "moved", _("moved or vacant")
        NOT_FOUND = "not_found", _("not found or demolished")
        CONVERTED = "converted", _("turned into something else")
        OTHER = "other", _("other outcome")

    class Place(models.TextChoices):
        HOME = "home", _("at home")
        DOORSTEP = "doorstep", _("at the door")
        YARD = "yard", _("downstairs or in the yard")
        STATION = "station", _("at the station")
        PHONE = "phone", _("by phone")

    class Mode(models.TextChoices):
        ORDINARY = "ordinary", _("ordinary hours")
        OFF_HOURS = "off_hours", _("off-hours")
        APPOINTMENT = "appointment", _("by appointment")

    class NotGiven(models.TextChoices):
        REFUSED = "refused", _("the resident would not wait")
        KNOWN = "known", _("known from the last visit")
        PHONE = "phone", _("spoke by phone only")
        OTHER = "other", _("another reason")

    DONE = (Outcome.COMPLETED, Outcome.PARTLY)
    GONE = (Outcome.MOVED, Outcome.NOT_FOUND, Outcome.CONVERTED)
    LATE_HOURS = 72
    CORRECTION_HOURS = 24

    id = models.UUIDField(primary_key=True, default=time_ordered_id, editable=False)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name=_("unit"))
    premises = models.ForeignKey(Premises, models.PROTECT, related_name="+", verbose_name=_("premises"), db_index=False)
    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="+", verbose_name=_("campaign"), db_index=False)
    assignment = models.ForeignKey(Assignment, models.PROTECT, null=True, blank=True, related_name="+")
    officer = models.ForeignKey(Officer, models.PROTECT, related_name="+", verbose_name=_("officer"), db_index=False)
    partner = models.ForeignKey(
        Officer, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("partner")
    )
    entered_by = models.ForeignKey(Officer, models.PROTECT, related_name="+", verbose_name=_("entered by"))
    started_at = models.DateTimeField(_("started"))
    ended_at = models.DateTimeField(_("ended"))
    device_at = models.DateTimeField(_("device's clock"), null=True, blank=True)
    received_at = models.DateTimeField(_("received"), default=timezone.now)
    place = models.CharField(_("place"), max_length=10, choices=Place.choices, blank=True)
    mode = models.CharField(_("mode"), max_length=12, choices=Mode.choices)
    band = models.CharField(_("time band"), max_length=10)
    outcome = models.CharField(_("outcome"), max_length=12, choices=Outcome.choices)
    people_met = models.PositiveSmallIntegerField(_("people met"), default=0)
    identity_shown = models.BooleanField(_("identity shown and notice given"), default=False)
    notice_version = models.PositiveSmallIntegerField(_("notice version"), default=0)
    not_given_why = models.CharField(_("why not given"), max_length=10, choices=NotGiven.choices, blank=True)
    facts_changed = models.JSONField(_("facts that changed"), default=dict, blank=True)
    topics = models.ManyToManyField(Topic, related_name="+", blank=True, verbose_name=_("topics"))
    answers = models.JSONField(_("answers"), default=list, blank=True)
    diary = models.CharField(_("diary line"), max_length=300, blank=True)
    next_at = models.DateTimeField(_("next appointment"), null=True, blank=True)
    stand_in = models.BooleanField(_("stand-in visit"), default=False)
    late_upload = models.BooleanField(_("late upload"), default=False)
    keyed_later = models.BooleanField(_("keyed later"), default=False)
    revision = models.PositiveSmallIntegerField(_("revision"), default=1)
    voided_at = models.DateTimeField(_("voided"), null=True, blank=True)
    voided_by = models.ForeignKey(Officer, models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    voided_why = models.CharField(_("why voided"), max_length=200, blank=True)

    objects: ClassVar[Any] = ScopedManager.from_queryset(VisitQuerySet)()

    class Meta:
        verbose_name = _("visit")
        verbose_name_plural = _("visits")
        constraints = [
            models.CheckConstraint(condition=Q(ended_at__gte=F("started_at")), name="visit_ends_after_start"),
            models.CheckConstraint(
                condition=~Q(outcome__in=("completed", "partly")) | Q(people_met__gte=1),
                name="met_means_somebody",
            ),
            models.CheckConstraint(
                condition=Q(outcome__in=("completed", "partly")) | Q(people_met=0),
                name="not_met_means_nobody",
            ),
            models.CheckConstraint(
                condition=~Q(outcome__in=("completed", "partly")) | Q(identity_shown=True) | ~Q(not_given_why=""),
                name="met_means_declared_or_why_not",
            ),
            models.CheckConstraint(
                condition=Q(voided_at__isnull=True, voided_by__isnull=True, voided_why="")
                | (Q(voided_at__isnull=False, voided_by__isnull=False) & ~Q(voided_why="")),
                name="visit_voided_by_somebody_for_a_reason",
            ),
        ]
        indexes = [
            models.Index(fields=["officer", "-started_at"], name="visit_of_officer"),
            models.Index(fields=["campaign", "unit", "started_at"], name="visit_of_unit"),
            models.Index(fields=["premises", "-started_at"], name="visit_history"),
        ]

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def is_done(self) -> bool:
        return self.outcome in self.DONE

    def correctable_by(self, officer: Officer, at: datetime) -> bool:
        hands = (self.officer_id, self.entered_by_id)
        return officer.pk in hands and self.voided_at is None and at - self.received_at <= timedelta(hours=24)


class SubmissionQuerySet(ScopedQuerySet):
    def reach(self, officer: Officer) -> Q:
        reach = Q(officer=officer) if officer.at_work else NOTHING
        units = officer.units_with(Right.SEE_VISITS)
        return reach | Q(officer__unit_id__in=units) if units else reach


class Submission(ScopedModel):
    """The receipt: (officer, client id) is unique for ever, so that the same visit sent twice is stored once.

    `body` is kept only while the item is held or in conflict, for the review.
    """

    class Verdict(models.TextChoices):
        STORED = "stored", _("stored")
        CONFLICT = "conflict", _("kept for review: same number, other content")
        HELD = "held", _("held")
        REFUSED = "refused", _("not accepted")

    officer = models.ForeignKey(Officer, models.PROTECT, related_name="+", verbose_name=_("officer"), db_index=False)
    client_id = models.UUIDField(_("client id"))
    kind = models.CharField(max_length=20, default="visit")
    body_digest = models.CharField(max_length=64)
    verdict = models.CharField(_("receipt"), max_length=10, choices=Verdict.choices)
    reason = models.CharField(max_length=200, blank=True)
    visit = models.ForeignKey(Visit, models.PROTECT, null=True, blank=True, related_name="submissions")
    body = models.JSONField(null=True, blank=True)
    received_at = models.DateTimeField(_("received"), default=timezone.now)

    objects: ClassVar[Any] = ScopedManager.from_queryset(SubmissionQuerySet)()

    class Meta:
        verbose_name = _("receipt")
        verbose_name_plural = _("receipts")
        ordering = ["-received_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["officer", "client_id"], condition=~Q(verdict="conflict"), name="stored_once_for_ever"
            )
        ]
        indexes = [models.Index(fields=["officer", "-received_at"], name="receipts_of_officer")]

    def __str__(self) -> str:
        return str(self.client_id)

    @property
    def short(self) -> str:
        """What an officer reads out: the first eight characters of the number."""
        return str(self.client_id)[:8]


class VisitRevision(models.Model):
    """What a visit said before its author corrected it, and why it was corrected."""

    visit = models.ForeignKey(Visit, models.PROTECT, related_name="revisions")
    revision = models.PositiveSmallIntegerField()
    before = models.JSONField()
    at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(Officer, models.PROTECT, related_name="+")
    reason = models.CharField(_("reason"), max_length=200)

    class Meta:
        ordering = ["revision"]
        constraints = [models.UniqueConstraint(fields=["visit", "revision"], name="revision_once")]

    def __str__(self) -> str:
        return f"{self.visit_id} {self.revision}"


class Delivery(models.Model):
    """A leaflet, booklet or contact card that was left at a door."""

    visit = models.ForeignKey(Visit, models.CASCADE, related_name="deliveries", db_index=False)
    topic = models.ForeignKey(Topic, models.PROTECT, related_name="+")
    copies = models.PositiveSmallIntegerField(default=1)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["visit", "topic"], name="delivery_once")]

    def __str__(self) -> str:
        return f"{self.topic_id}"


class Finding(models.Model):
    """What a visit brought up: the link from the visit to its case."""

    visit = models.ForeignKey(Visit, models.PROTECT, related_name="findings")
    case = models.OneToOneField(Case, models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return f"{self.case_id}"


class Photo(models.Model):
    """A picture taken at the door; checked by content, served only through a checked view."""

    visit = models.ForeignKey(Visit, models.CASCADE, related_name="photos", db_index=False)
    file = models.FileField(upload_to="photos/%Y/%m/")
    content_type = models.CharField(max_length=40)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    added_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("photo")
        verbose_name_plural = _("photos")
        constraints = [models.UniqueConstraint(fields=["visit", "sha256"], name="photo_once")]

    def __str__(self) -> str:
        return self.sha256[:8]
