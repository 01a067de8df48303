"""Beside and at the visits: talks, lessons, stalls and hand-outs (outreach), and what was done for somebody (services)."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Officer, Unit
from accounts.rights import Right
from accounts.scoping import ByUnit, ScopedManager, ScopedModel
from campaigns.models import Campaign
from registry.models import Area
from visits.models.visit import Visit


class OutreachQuerySet(ByUnit):
    rights = (Right.RECORD_OUTREACH, Right.SEE_VISITS)

    def standing(self) -> "OutreachQuerySet":
        return self.filter(voided_at__isnull=True)


class Outreach(ScopedModel):
    """One lesson, talk, stall, discussion or hand-out: where, on which day, how many people, what was handed out.

    Entered by the desk; a number typed wrong is voided with a reason and entered again. Counts, never names.
    """

    class Kind(models.TextChoices):
        HAND_OUT = "hand_out", _("booklets handed out")
        LESSON = "lesson", _("lesson at a school")
        TALK = "talk", _("talk")
        STALL = "stall", _("stall in the street")
        DISCUSSION = "discussion", _("discussion")

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name=_("unit"))
    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="+", verbose_name=_("campaign"))
    area = models.ForeignKey(Area, models.PROTECT, related_name="+", verbose_name=_("community"))
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices)
    place = models.CharField(_("place"), max_length=80)
    about = models.CharField(_("what about"), max_length=80, blank=True)
    held_on = models.DateField(_("day"))
    people_reached = models.PositiveIntegerField(_("people reached"), default=0)
    households_reached = models.PositiveIntegerField(_("households reached"), default=0)
    client_id = models.UUIDField(unique=True, editable=False)
    entered_at = models.DateTimeField(_("entered"), default=timezone.now)
    entered_by = models.ForeignKey(Officer, models.PROTECT, related_name="+", verbose_name=_("entered by"))
    voided_at = models.DateTimeField(_("voided"), null=True, blank=True)
    voided_by = models.ForeignKey(Officer, models.PROTECT, null=True, blank=True, related_name="+")
    voided_why = models.CharField(_("why voided"), max_length=200, blank=True)

    objects: ClassVar[Any] = ScopedManager.from_queryset(OutreachQuerySet)()

    class Meta:
        verbose_name = _("outreach")
        verbose_name_plural = _("outreach")
        ordering = ["-held_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(voided_at__isnull=True, voided_by__isnull=True, voided_why="")
                | (Q(voided_at__isnull=False, voided_by__isnull=False) & ~Q(voided_why="")),
                name="outreach_voided_by_somebody_for_a_reason",
            ),
        ]
        indexes = [models.Index(fields=["campaign", "unit", "held_on"], name="outreach_of_unit")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} · {self.place}"


class Handed(models.Model):
    """What was handed out at one outreach, by kind and number."""

    class Kind(models.TextChoices):
        HANDBOOK = "handbook", _("handbook")
        LEAFLET = "leaflet", _("leaflet")
        CARD = "card", _("contact card")
        POSTER = "poster", _("poster or banner")
        OTHER = "other", _("other material")

    outreach = models.ForeignKey(Outreach, models.CASCADE, related_name="handed")
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    copies = models.PositiveIntegerField(_("copies"))

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["outreach", "kind"], name="handed_once_by_kind"),
            models.CheckConstraint(condition=Q(copies__gte=1), name="handed_at_least_one"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.copies}"


class Service(models.Model):
    """Something done for the people at the door, recorded with the visit; the visit is its proof."""

    class Kind(models.TextChoices):
        LEGAL = "legal", _("legal advice")
        PAPERS = "papers", _("papers handled for them")
        SAFETY = "safety", _("help with safety at home")
        GOOD_DEED = "good_deed", _("good deed")

    visit = models.ForeignKey(Visit, models.CASCADE, related_name="services", db_index=False)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)

    class Meta:
        verbose_name = _("service")
        verbose_name_plural = _("services")
        constraints = [models.UniqueConstraint(fields=["visit", "kind"], name="service_once_a_visit")]

    def __str__(self) -> str:
        return str(self.get_kind_display())
