"""What is to be done: the campaign with its parts, and who answers for which community of it."""

from datetime import date
from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from accounts.models import Officer, Unit
from accounts.rights import Right
from accounts.scoping import NOTHING, ScopedManager, ScopedModel, ScopedQuerySet
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

    @cached_property
    def beside(self) -> list[int]:
        """Other campaigns that run on some of the same days: one visit may count for several."""
        others = Campaign.objects.unscoped("campaigns of the same days").exclude(pk=self.pk)
        return list(
            others.filter(starts_on__lte=self.ends_on, ends_on__gte=self.starts_on).values_list("pk", flat=True)
        )


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
