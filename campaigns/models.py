"""What is to be done: campaigns, the frame of doors frozen at opening, and who takes which door."""

from datetime import date, datetime
from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Officer, Unit
from accounts.rights import Right
from accounts.scoping import NOTHING, ByUnit, ScopedManager, ScopedModel, ScopedQuerySet
from registry.models import Area, Premises

WORK_RIGHTS = (Right.LOG_VISIT, Right.SET_UP, Right.SEE_FIGURES, Right.SEE_CASES)


class CampaignQuerySet(ScopedQuerySet):
    def reach(self, officer: Officer) -> Q:
        """A campaign concerns the units below its own, and is seen from above."""
        units = officer.units_with_any(WORK_RIGHTS)
        if not units:
            return NOTHING
        above = [int(part) for part in officer.unit.path.split(".") if part]
        return Q(unit_id__in=units) | (Q(unit_id__in=above) & ~Q(state=Campaign.State.DRAFT))

    def running(self, on: date) -> "CampaignQuerySet":
        return self.filter(state=Campaign.State.OPEN, starts_on__lte=on, ends_on__gte=on)


class Campaign(ScopedModel):
    """A drive with a legal basis, dates, a notice to residents and, once open, a frozen frame of doors."""

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        OPEN = "open", _("open")
        CLOSED = "closed", _("closed")
        ARCHIVED = "archived", _("archived")
        PURGED = "purged", _("purged")

    title = models.CharField(_("campaign title"), max_length=80)
    slogan = models.CharField(_("slogan"), max_length=120, blank=True)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name=_("lead unit"))
    areas = models.ManyToManyField(Area, related_name="+", verbose_name=_("communities"), blank=True)
    legal_basis = models.TextField(_("legal basis"))
    purpose = models.TextField(_("purpose"))
    notice_text = models.TextField(_("notice to residents"))
    notice_version = models.PositiveSmallIntegerField(_("notice version"), default=1)
    starts_on = models.DateField(_("starts on"))
    ends_on = models.DateField(_("ends on"))
    retain_until = models.DateField(_("personal data kept until"))
    attempts_needed = models.PositiveSmallIntegerField(_("attempts before “could not be met”"), default=3)
    bands_needed = models.PositiveSmallIntegerField(_("in different time bands"), default=2)
    cool_off_days = models.PositiveSmallIntegerField(_("days of rest after a refusal"), default=30)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.DRAFT, editable=False)
    version = models.PositiveIntegerField(default=0, editable=False)
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    opened_at = models.DateTimeField(_("opened"), null=True, blank=True, editable=False)
    opened_by = models.ForeignKey(Officer, models.PROTECT, null=True, blank=True, related_name="+", editable=False)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True, editable=False)
    closed_by = models.ForeignKey(Officer, models.PROTECT, null=True, blank=True, related_name="+", editable=False)
    archived_at = models.DateTimeField(_("archived"), null=True, blank=True, editable=False)
    archived_by = models.ForeignKey(Officer, models.PROTECT, null=True, blank=True, related_name="+", editable=False)
    frame_count = models.PositiveIntegerField(_("doors in the frame"), default=0, editable=False)
    frame_digest = models.CharField(_("digest of the frame"), max_length=64, blank=True, editable=False)

    objects: ClassVar[Any] = ScopedManager.from_queryset(CampaignQuerySet)()

    class Meta:
        verbose_name = _("campaign")
        verbose_name_plural = _("campaigns")
        ordering = ["-starts_on", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="campaign_ends_after_start"),
            models.CheckConstraint(condition=Q(retain_until__gte=F("ends_on")), name="campaign_kept_past_its_end"),
            *(
                models.CheckConstraint(
                    condition=Q(**{f"{word}_at__isnull": True, f"{word}_by__isnull": True})
                    | Q(**{f"{word}_at__isnull": False, f"{word}_by__isnull": False}),
                    name=f"campaign_{word}_by_somebody",
                )
                for word in ("opened", "closed", "archived")
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def week_of(self, day: date) -> int:
        """The campaign's weeks run from Monday to Sunday; the week of its first day is week 1."""
        first_monday = self.starts_on.toordinal() - self.starts_on.weekday()
        return (day.toordinal() - first_monday) // 7 + 1


class CampaignPart(models.Model):
    """A part of a campaign's set-up: reached through its campaign, editable until the campaign opens."""

    class Meta:
        abstract = True


class Phase(CampaignPart):
    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="phases")
    name = models.CharField(_("phase"), max_length=60)
    starts_on = models.DateField(_("starts on"))
    ends_on = models.DateField(_("ends on"))

    class Meta:
        verbose_name = _("phase")
        verbose_name_plural = _("phases")
        ordering = ["starts_on"]

    def __str__(self) -> str:
        return self.name


class Topic(CampaignPart):
    """What is talked about at a door; `guidance` is the page of the pocket book, `leaflet` what may be left."""

    class Kind(models.TextChoices):
        PUBLICITY = "publicity", _("publicity")
        INSPECTION = "inspection", _("inspection")
        SURVEY = "survey", _("survey")

    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="topics")
    name = models.CharField(_("topic"), max_length=60)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices, default=Kind.PUBLICITY)
    guidance = models.TextField(_("guidance"), blank=True)
    leaflet = models.CharField(_("leaflet or card"), max_length=60, blank=True)
    rank = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        verbose_name = _("topic")
        verbose_name_plural = _("topics")
        ordering = ["rank", "pk"]

    def __str__(self) -> str:
        return self.name


class Question(CampaignPart):
    """Asked at doors of some kinds; frozen with its text when the campaign opens."""

    class Type(models.TextChoices):
        YES_NO = "yes_no", _("yes or no")
        CHOICE = "choice", _("one of several")
        NUMBER = "number", _("a number")
        TEXT = "text", _("a line of text")

    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="questions")
    text = models.CharField(_("question"), max_length=120)
    type = models.CharField(_("type"), max_length=10, choices=Type.choices, default=Type.YES_NO)
    choices = ArrayField(models.CharField(max_length=40), default=list, blank=True, verbose_name=_("choices"))
    kinds = ArrayField(
        models.CharField(max_length=20, choices=Premises.Kind.choices),
        default=list,
        verbose_name=_("asked at"),
    )
    required = models.BooleanField(_("required"), default=False)
    rank = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        verbose_name = _("question")
        verbose_name_plural = _("questions")
        ordering = ["rank", "pk"]

    def __str__(self) -> str:
        return self.text


class ResponsibilityQuerySet(ScopedQuerySet):
    def reach(self, officer: Officer) -> Q:
        units = officer.units_with_any([Right.SHARE_OUT, Right.SET_UP])
        return Q(officer__unit_id__in=units) if units else NOTHING


class Responsibility(ScopedModel):
    """Who answers for what (包联): a person bound to a community, in the words that the site uses for it."""

    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="responsibilities")
    area = models.ForeignKey(Area, models.PROTECT, related_name="+", verbose_name=_("community"))
    officer = models.ForeignKey(Officer, models.PROTECT, related_name="+", verbose_name=_("officer"))
    kind = models.CharField(_("binding"), max_length=40, default="包联")

    objects: ClassVar[Any] = ScopedManager.from_queryset(ResponsibilityQuerySet)()

    class Meta:
        verbose_name = _("responsibility")
        verbose_name_plural = _("responsibilities")
        ordering = ["area", "pk"]
        constraints = [models.UniqueConstraint(fields=["campaign", "area", "officer", "kind"], name="responsible_once")]

    def __str__(self) -> str:
        return f"{self.area} · {self.officer}"


class FrameDoorQuerySet(ByUnit):
    rights = (Right.SEE_ADDRESSES, Right.SEE_FIGURES)

    def visited(self) -> "FrameDoorQuerySet":
        return self.filter(met_on__isnull=False)

    def not_gone(self) -> "FrameDoorQuerySet":
        return self.filter(gone_confirmed_at__isnull=True)


class FrameDoor(ScopedModel):
    """A door of a campaign's frame as it was when the campaign opened, with the fold of its attempts.

    The fold (tries, bands, last outcome, met on) is written by `actions.note_attempts()` from the visits floor,
    always for the whole door, so that it does not depend on the order in which visits arrive.
    """

    class Gone(models.TextChoices):
        MOVED = "moved", _("moved or vacant")
        NOT_FOUND = "not_found", _("not found or demolished")
        CONVERTED = "converted", _("turned into something else")

    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="frame")
    premises = models.ForeignKey(Premises, models.PROTECT, related_name="+")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name=_("unit"))
    area = models.ForeignKey(Area, models.PROTECT, related_name="+", verbose_name=_("community"))
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
    gone_said = models.CharField(_("said to be gone"), max_length=12, choices=Gone.choices, blank=True)
    gone_confirmed_at = models.DateTimeField(_("confirmed gone"), null=True, blank=True)
    gone_confirmed_by = models.ForeignKey(Officer, models.PROTECT, null=True, blank=True, related_name="+")

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
            models.Index(fields=["premises"], name="frame_of_door"),
        ]

    def __str__(self) -> str:
        return f"{self.campaign} · {self.premises_id}"


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


def band_of(at: datetime) -> str:
    """The time band of an attempt: weekend, evening (from 18:00) or weekday, by the clock of the station."""
    local = timezone.localtime(at)
    if local.weekday() >= 5:
        return "weekend"
    return "evening" if local.hour >= 18 else "weekday"
