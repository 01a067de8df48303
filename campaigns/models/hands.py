"""Who takes which door: assignments, and the share-outs that made them."""

from typing import TYPE_CHECKING, Any, ClassVar

from django.db import models
from django.db.models import Count, F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Officer, Unit
from accounts.rights import Right
from accounts.scoping import NOTHING, ByUnit, ScopedManager, ScopedModel, ScopedQuerySet
from campaigns.models.campaign import Campaign
from campaigns.models.frame import FrameDoor
from registry.models import Premises

if TYPE_CHECKING:
    from django.db.models import QuerySet


class ShareOutQuerySet(ByUnit):
    rights = (Right.SHARE_OUT,)

    def with_fate(self) -> "ShareOutQuerySet":
        """How many of its doors somebody has been at since, and how many are still in the hands it gave them to."""
        return self.annotate(
            doors_tried=Count("assignments", filter=Q(assignments__frame_door__last_at__gte=F("at"))),
            doors_live=Count("assignments", filter=Q(assignments__ended_at__isnull=True)),
        )


class ShareOut(ScopedModel):
    """One confirmed share-out: the batch that can be undone until the first visit."""

    class Way(models.TextChoices):
        RESPONSIBILITY = "responsibility", _("by responsibility")
        REGISTER = "register", _("by the register's officer")
        EVENLY = "evenly", _("evenly, whole buildings")
        HAND = "hand", _("picked buildings")
        HAND_ON = "hand_on", _("not yet visited, handed on")

    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="share_outs")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name=_("unit"))
    way = models.CharField(_("way"), max_length=20, choices=Way.choices)
    at = models.DateTimeField(_("at"), default=timezone.now)
    by = models.ForeignKey(Officer, models.PROTECT, related_name="+", verbose_name=_("by"))
    doors = models.PositiveIntegerField(_("doors"), default=0)
    sentence = models.TextField(_("what was confirmed"))
    board_digest = models.CharField(max_length=64)
    undone_at = models.DateTimeField(_("undone"), null=True, blank=True)
    undone_by = models.ForeignKey(Officer, models.PROTECT, null=True, blank=True, related_name="+")

    objects: ClassVar[Any] = ScopedManager.from_queryset(ShareOutQuerySet)()

    class Meta:
        verbose_name = _("share-out")
        verbose_name_plural = _("share-outs")
        ordering = ["-at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(undone_at__isnull=True, undone_by__isnull=True)
                | Q(undone_at__isnull=False, undone_by__isnull=False),
                name="share_out_undone_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_way_display()} · {self.doors}"


class ShareOutRun(ScopedModel):
    """A large share-out that was confirmed and waits for the worker; it ends with a share-out or with a reason.

    `choice` and `seen` are what the person had before them; `failure` is the sentence in `language`.
    """

    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="+")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name=_("unit"))
    asked_at = models.DateTimeField(_("at"), default=timezone.now)
    asked_by = models.ForeignKey(Officer, models.PROTECT, related_name="+", verbose_name=_("by"))
    choice = models.JSONField()
    seen = models.CharField(max_length=80)
    board_digest = models.CharField(max_length=64)
    doors = models.PositiveIntegerField(_("doors"))
    language = models.CharField(max_length=10)
    progress = models.PositiveSmallIntegerField(default=0)
    share_out = models.OneToOneField(ShareOut, models.PROTECT, null=True, blank=True, related_name="run")
    failure = models.TextField(blank=True)
    done_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[Any] = ScopedManager.from_queryset(ShareOutQuerySet)()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(done_at__isnull=True, share_out__isnull=True, failure="")
                | Q(done_at__isnull=False, share_out__isnull=False, failure="")
                | (Q(done_at__isnull=False, share_out__isnull=True) & ~Q(failure="")),
                name="share_out_run_ends_one_way",
            ),
        ]
        indexes = [models.Index(fields=["campaign", "unit", "-asked_at"], name="share_out_run_newest")]

    def __str__(self) -> str:
        return f"{self.doors}"


class AssignmentQuerySet(ScopedQuerySet):
    def reach(self, officer: Officer) -> Q:
        reach = Q(officer=officer) | Q(partner=officer) if officer.at_work else NOTHING
        units = officer.units_with(Right.SHARE_OUT)
        return reach | Q(unit_id__in=units) if units else reach

    def live(self) -> "AssignmentQuerySet":
        return self.filter(ended_at__isnull=True)

    def of(self, officer: Officer) -> "AssignmentQuerySet":
        return self.filter(Q(officer=officer) | Q(partner=officer))

    def to_visit(self) -> "AssignmentQuerySet":
        """Of doors that are still to be visited (`FrameDoorQuerySet.to_visit`)."""
        return self.filter(frame_door__met_on__isnull=True, frame_door__gone_confirmed_at__isnull=True)


class Assignment(ScopedModel):
    """A door in somebody's hands. It has no state: it is live until it was ended at, by, why."""

    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="assignments")
    frame_door = models.ForeignKey(FrameDoor, models.PROTECT, related_name="assignments")
    premises = models.ForeignKey(Premises, models.PROTECT, related_name="+")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name=_("unit"))
    officer = models.ForeignKey(Officer, models.PROTECT, related_name="+", verbose_name=_("officer"))
    partner = models.ForeignKey(
        Officer, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("partner"), db_index=False
    )
    rank = models.PositiveIntegerField(_("order in the walk"), default=0)
    due_on = models.DateField(_("due on"))
    share_out = models.ForeignKey(ShareOut, models.PROTECT, null=True, blank=True, related_name="assignments")
    # The share-out that took the door out of this hand: what its undo gives back.
    taken_by = models.ForeignKey(ShareOut, models.PROTECT, null=True, blank=True, related_name="taken")
    given_at = models.DateTimeField(_("given"), default=timezone.now)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    ended_by = models.ForeignKey(Officer, models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
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
            # The same in the frame's words: the board finds a door's hand by it, also before the table is analysed.
            models.UniqueConstraint(
                fields=["frame_door"],
                condition=Q(ended_at__isnull=True),
                name="one_live_hand_per_frame_door",
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
            models.Index(
                fields=["unit", "officer", "rank", "id"],
                condition=Q(ended_at__isnull=True),
                name="assignment_in_order",
            ),
            models.Index(fields=["partner"], condition=Q(ended_at__isnull=True), name="assignment_partner"),
        ]

    def __str__(self) -> str:
        return f"{self.officer_id} · {self.premises_id}"


def live_assignment(officer: Officer) -> "QuerySet[Assignment]":
    """Plugged into `registry.models.contact_reach`: a live assignment opens the door's name and contacts."""
    rows = Assignment.objects.unscoped("a live assignment opens its door").live().of(officer)
    live: QuerySet[Assignment] = rows.filter(campaign__state=Campaign.State.OPEN)
    return live
