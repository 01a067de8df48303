"""Figures that are kept up: visits and doors of the frame, added up by day, and marks of what changed since.

Nobody's work: the worker counts them anew from visits and frame (`visits/tallies/`) and whoever reads them counts what
is marked live, so that they are exact at once. A mark is left by the database itself (migration 0006), whoever writes.
They follow a community, not a door: a campaign's figures of one station are a few thousand rows.
"""

from typing import Any, ClassVar

from django.db import models
from django.utils import timezone

from accounts.models import Officer, Unit
from accounts.rights import Right
from accounts.scoping import ByUnit, ScopedManager, ScopedModel
from campaigns.models import Campaign
from registry.models import Area

# Only counted, never the place where a row is from: what they name may leave without asking them.
NAMED: dict[str, Any] = {"related_name": "+", "db_index": False, "db_constraint": False}


class TallyQuerySet(ByUnit):
    rights = (Right.SEE_FIGURES,)


class Tally(ScopedModel):
    """One day of one unit in one community, community and kind of door as the campaign's frame has them."""

    campaign = models.ForeignKey(Campaign, models.DO_NOTHING, **NAMED)
    area = models.ForeignKey(Area, models.DO_NOTHING, **NAMED)
    unit = models.ForeignKey(Unit, models.DO_NOTHING, **NAMED)
    day = models.DateField()

    objects: ClassVar[Any] = ScopedManager.from_queryset(TallyQuerySet)()

    class Meta:
        abstract = True
        indexes = [
            models.Index(fields=["campaign", "area"], name="%(class)s_of_community"),
            models.Index(fields=["campaign", "unit", "day"], name="%(class)s_of_unit"),
        ]

    def __str__(self) -> str:
        return f"{self.campaign_id} {self.area_id} {self.unit_id} {self.day}"


class VisitTally(Tally):
    """Standing attempts. A door counts at its first visit: of the day, the week (from Monday), the month, the campaign."""

    kind = models.CharField(max_length=20)
    band = models.CharField(max_length=10)
    attempts = models.IntegerField()
    met = models.IntegerField()
    people = models.IntegerField()
    doors_of_day = models.IntegerField()
    doors_of_week = models.IntegerField()
    doors_of_month = models.IntegerField(default=0)
    doors_of_campaign = models.IntegerField()


class FrameTally(Tally):
    """Doors of the frame by what happened to them and when; what has no day happened on `START`.

    Visited and gone are added up on their own and together, so that any day can be asked: doors that were visited and
    not gone are those visited less those of both. `latest` is the moment of the last that has one, else the epoch.
    """

    class What(models.TextChoices):
        LISTED = "listed"
        GONE = "gone"
        VISITED = "visited"
        VISITED_AND_GONE = "visited_gone"
        ADDED = "added"
        ADDED_VISITED = "added_visited"
        NOT_MET = "not_met"

    kind = models.CharField(max_length=20)
    what = models.CharField(max_length=14, choices=What.choices)
    doors = models.IntegerField()
    latest = models.DateTimeField()


class StaffTally(Tally):
    """Who met somebody on that day, as officer or partner, and at how many visits."""

    person = models.ForeignKey(Officer, models.DO_NOTHING, **NAMED)
    visits = models.IntegerField()


class PartTally(Tally):
    """What done visits brought along: topics explained and leaflets left (by the topic's number), services by kind."""

    class What(models.TextChoices):
        TOPIC = "topic"
        LEAFLET = "leaflet"
        SERVICE = "service"

    what = models.CharField(max_length=10, choices=What.choices)
    code = models.CharField(max_length=20)
    number = models.IntegerField()
    copies = models.IntegerField()


class TallyMark(ScopedModel):
    """Something changed that no tally of this unit in this community holds yet.

    At a door, it is one visit or, without a visit, the door of the frame itself; `before` is what the counts read of it
    as it was (null: it was not there). Without a door, anything may have changed in the community.
    No unique key, so that who leaves a mark never waits for anybody.
    """

    campaign = models.ForeignKey(Campaign, models.DO_NOTHING, **NAMED)
    area = models.ForeignKey(Area, models.DO_NOTHING, **NAMED)
    unit = models.ForeignKey(Unit, models.DO_NOTHING, **NAMED)
    premises_id = models.BigIntegerField(null=True)
    visit_id = models.UUIDField(null=True)
    before = models.JSONField(null=True)

    objects: ClassVar[Any] = ScopedManager.from_queryset(TallyQuerySet)()

    class Meta:
        indexes = [models.Index(fields=["campaign", "area"], name="tally_mark_of_community")]

    def __str__(self) -> str:
        return f"{self.campaign_id} {self.area_id} {self.unit_id}"


class KeptCampaign(models.Model):
    """Since then every community of the campaign has tallies, by this time zone's days and this way of counting."""

    campaign = models.OneToOneField(
        Campaign, models.DO_NOTHING, primary_key=True, related_name="+", db_constraint=False
    )
    zone = models.CharField(max_length=60)
    counting = models.PositiveSmallIntegerField()
    kept_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return str(self.campaign_id)
