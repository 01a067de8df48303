"""Who takes which door: assignments, and the share-outs that made them."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Officer, Unit
from accounts.rights import Right
from accounts.scoping import ByUnit, ScopedManager, ScopedModel, ScopedQuerySet
from campaigns.models.campaign import Campaign
from campaigns.models.frame import FrameDoor
from registry.models import Premises


class ShareOutQuerySet(ByUnit):
    rights = (Right.SHARE_OUT,)


class ShareOut(ScopedModel):
    """One confirmed share-out: the batch that can be undone until the first visit."""

    class Way(models.TextChoices):
        RESPONSIBILITY = "responsibility", _("by responsibility")
        REGISTER = "register", _("by the register's officer")
        HAND = "hand", _("by hand")

    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="share_outs")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name=_("unit"))
    way = models.CharField(_("way"), max_length=20, choices=Way.choices)
    at = models.DateTimeField(_("at"), default=timezone.now)
    by = models.ForeignKey(Officer, models.PROTECT, related_name="+", verbose_name=_("by"))
    doors = models.PositiveIntegerField(_("doors"), default=0)
    sentence = models.TextField(_("what was confirmed"))
    board_digest = models.CharField(max_length=64)

    objects: ClassVar[Any] = ScopedManager.from_queryset(ShareOutQuerySet)()

    class Meta:
        verbose_name = _("share-out")
        verbose_name_plural = _("share-outs")
        ordering = ["-at"]

    def __str__(self) -> str:
        return f"{self.get_way_display()} · {self.doors}"


class AssignmentQuerySet(ScopedQuerySet):
    def reach(self, officer: Officer) -> Q:
        reach = Q(officer=officer) | Q(partner=officer)
        units = officer.units_with(Right.SHARE_OUT)
        return reach | Q(unit_id__in=units) if units else reach

    def live(self) -> "AssignmentQuerySet":
        return self.filter(ended_at__isnull=True)

    def of(self, officer: Officer) -> "AssignmentQuerySet":
        return self.filter(Q(officer=officer) | Q(partner=officer))


class Assignment(ScopedModel):
    """A door in somebody's hands. It has no state: it is live until it was ended at, by, why."""

    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="assignments")
    frame_door = models.ForeignKey(FrameDoor, models.PROTECT, related_name="assignments")
    premises = models.ForeignKey(Premises, models.PROTECT, related_name="+")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name=_("unit"))
    officer = models.ForeignKey(Officer, models.PROTECT, related_name="+", verbose_name=_("officer"))
    partner = models.ForeignKey(
        Officer, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("partner")
    )
    rank = models.PositiveIntegerField(_("order in the walk"), default=0)
    due_on = models.DateField(_("due on"))
    share_out = models.ForeignKey(ShareOut, models.PROTECT, null=True, blank=True, related_name="assignments")
    given_at = models.DateTimeField(_("given"), default=timezone.now)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    ended_by = models.ForeignKey(Officer, models.PROTECT, null=True, blank=True, related_name="+")
    ended_why = models.CharField(_("why it ended"), max_length=200, blank=True)

    objects: ClassVar[Any] = ScopedManager.from_queryset(AssignmentQuerySet)()

    class Meta:
        verbose_name = _("assignment")
        verbose_name_plural = _("assignments")
        constraints = [
            models.UniqueConstraint(
                fields=["campaign", "premises"],
                condition=Q(ended_at__isnull=True),
                name="one_live_hand_per_door",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_by__isnull=True, ended_why="")
                | (Q(ended_at__isnull=False, ended_by__isnull=False) & ~Q(ended_why="")),
                name="assignment_ended_by_somebody_for_a_reason",
            ),
        ]
        indexes = [
            models.Index(
                fields=["officer", "due_on", "rank"],
                condition=Q(ended_at__isnull=True),
                name="assignment_round",
            ),
            models.Index(fields=["partner"], condition=Q(ended_at__isnull=True), name="assignment_partner"),
            models.Index(fields=["premises"], condition=Q(ended_at__isnull=True), name="assignment_door"),
            models.Index(fields=["frame_door"], name="assignment_frame_door"),
        ]

    def __str__(self) -> str:
        return f"{self.officer_id} · {self.premises_id}"


def live_assignment(officer: Officer, premises_field: str) -> Q:
    """Plugged into `registry.models.contact_reach`: a live assignment opens the door's name and contacts."""
    return Q(
        Exists(
            Assignment.objects.unscoped("a live assignment opens its door")
            .live()
            .of(officer)
            .filter(premises_id=OuterRef(premises_field), campaign__state=Campaign.State.OPEN)
        )
    )
