"""The frame: the doors of a campaign as they were when it opened, with the fold of their attempts."""

from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Officer, Unit
from accounts.rights import Right
from accounts.scoping import ByUnit, ScopedManager, ScopedModel
from campaigns.codes import code_of, printed
from campaigns.models.campaign import Campaign
from registry.models import Area, Premises

if TYPE_CHECKING:
    from campaigns.models.hands import Assignment


class FrameDoorQuerySet(ByUnit):
    rights = (Right.SEE_ADDRESSES, Right.SEE_FIGURES)

    def visited(self) -> "FrameDoorQuerySet":
        return self.filter(met_on__isnull=False)

    def to_visit(self) -> "FrameDoorQuerySet":
        """Nobody was met there yet, and no second hand has confirmed that it is gone."""
        return self.filter(met_on__isnull=True, gone_confirmed_at__isnull=True)

    def waiting_as_gone(self) -> "FrameDoorQuerySet":
        """Those of which `second_hand.waits_as_gone` is true."""
        return self.to_visit().exclude(gone_said="")


class FrameDoor(ScopedModel):
    """A door of a campaign's frame as it was when the campaign opened, with the fold of its attempts.

    The fold (tries, bands, last outcome, met on) is written by `frame.note_attempts()` from the visits floor,
    always for the whole door, so that it does not depend on the order in which visits arrive. `returned_at`: a
    supervisor sent it back to be tried again; attempts before that make it “could not be met” no more.
    """

    class Gone(models.TextChoices):
        MOVED = "moved", _("moved or vacant")
        NOT_FOUND = "not_found", _("not found or demolished")
        CONVERTED = "converted", _("turned into something else")

    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="frame", db_index=False)
    premises = models.ForeignKey(Premises, models.PROTECT, related_name="+", db_index=False)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name=_("unit"), db_index=False)
    area = models.ForeignKey(Area, models.PROTECT, related_name="+", verbose_name=_("community"), db_index=False)
    kind = models.CharField(_("kind"), max_length=20, choices=Premises.Kind.choices)
    building = models.CharField(_("building"), max_length=140, blank=True)
    walk_key = models.CharField(max_length=300, db_collation="C", editable=False)
    added_late = models.BooleanField(_("added on the round"), default=False)
    tries = models.PositiveSmallIntegerField(_("attempts"), default=0)
    contacts = models.PositiveSmallIntegerField(_("times met"), default=0)
    bands = ArrayField(models.CharField(max_length=10), default=list, blank=True, verbose_name=_("time bands tried"))
    last_outcome = models.CharField(_("last outcome"), max_length=20, blank=True)
    last_at = models.DateTimeField(_("last attempt"), null=True, blank=True)
    met_on = models.DateField(_("first visited on"), null=True, blank=True)
    next_at = models.DateTimeField(_("appointment"), null=True, blank=True)
    could_not_meet_at = models.DateTimeField(_("could not be met since"), null=True, blank=True)
    returned_at = models.DateTimeField(pgettext_lazy("door", "sent back"), null=True, blank=True)
    gone_said = models.CharField(_("said to be gone"), max_length=12, choices=Gone.choices, blank=True)
    gone_confirmed_at = models.DateTimeField(_("confirmed gone"), null=True, blank=True)
    gone_confirmed_by = models.ForeignKey(Officer, models.PROTECT, null=True, blank=True, related_name="+")

    # Told by `campaigns.frame.frames_of`.
    hand: "Assignment | None"

    objects: ClassVar[Any] = ScopedManager.from_queryset(FrameDoorQuerySet)()

    class Meta:
        verbose_name = _("door of the frame")
        verbose_name_plural = _("frame")
        constraints = [
            models.UniqueConstraint(fields=["campaign", "premises"], name="door_once_in_a_frame"),
            models.CheckConstraint(
                condition=Q(gone_confirmed_at__isnull=True, gone_confirmed_by__isnull=True)
                | Q(gone_confirmed_at__isnull=False, gone_confirmed_by__isnull=False),
                name="gone_confirmed_by_somebody",
            ),
        ]
        indexes = [
            models.Index(fields=["campaign", "unit", "area", "walk_key"], name="frame_walk"),
            models.Index(fields=["unit", "area", "walk_key"], name="frame_of_unit"),
            models.Index(fields=["area", "walk_key"], name="frame_in_order"),
            models.Index(fields=["premises"], name="frame_of_door"),
        ]

    def __str__(self) -> str:
        return f"{self.campaign} · {self.premises_id}"

    @property
    def code(self) -> str:
        """What stands on paper for this door in this campaign: 0417-3."""
        return printed(code_of(self.pk))


class CouldNotMeetQuerySet(ByUnit):
    rights = (Right.SHARE_OUT,)


class CouldNotMeet(ScopedModel):
    """An officer's request to count a door as “could not be met” before the policy does, and the decision."""

    frame_door = models.ForeignKey(FrameDoor, models.PROTECT, related_name="could_not_meet_requests")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name=_("unit"))
    requested_at = models.DateTimeField(_("requested"), default=timezone.now)
    requested_by = models.ForeignKey(Officer, models.PROTECT, related_name="+", verbose_name=_("requested by"))
    reason = models.CharField(_("reason"), max_length=200)
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    decided_by = models.ForeignKey(Officer, models.PROTECT, null=True, blank=True, related_name="+")
    granted = models.BooleanField(_("granted"), null=True, blank=True)

    objects: ClassVar[Any] = ScopedManager.from_queryset(CouldNotMeetQuerySet)()

    class Meta:
        verbose_name = _("could not be met: request")
        verbose_name_plural = _("could not be met: requests")
        ordering = ["-requested_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["frame_door"], condition=Q(decided_at__isnull=True), name="one_open_request_per_door"
            ),
            models.CheckConstraint(
                condition=Q(decided_at__isnull=True, decided_by__isnull=True, granted__isnull=True)
                | Q(decided_at__isnull=False, decided_by__isnull=False, granted__isnull=False),
                name="could_not_meet_decided_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return self.reason


def band_of(at: datetime) -> str:
    """The time band of an attempt: weekend, evening (from 18:00) or weekday, by the clock of the station."""
    local = timezone.localtime(at)
    if local.weekday() >= 5:
        return "weekend"
    return "evening" if local.hour >= 18 else "weekday"
