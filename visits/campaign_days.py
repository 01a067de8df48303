"""A campaign's days and the visits made on them: plugged into `campaigns.dates`, which may not know of visits."""

from datetime import date, datetime

from django.db.models import Max, Min
from django.utils import timezone

from campaigns.models import Campaign
from registry.models import Premises
from visits.folding import fold_door
from visits.models import Visit


def days_of(campaign: Campaign) -> tuple[date, date] | None:
    standing = Visit.objects.unscoped("days on which a campaign was worked").standing().filter(campaign=campaign)
    span = standing.aggregate(first=Min("started_at"), last=Max("started_at"))
    if span["first"] is None:
        return None
    return timezone.localdate(span["first"]), timezone.localdate(span["last"])


def fold_anew(campaign: Campaign, before: tuple[date, date], at: datetime) -> None:
    """What was logged for other campaigns at its doors counts on its days: they moved, from this first and last one.

    The doors that were visited on a day which they gained or lost are folded again; their figures are marked by the
    database.
    """
    first, last = min(before[0], campaign.starts_on), max(before[1], campaign.ends_on)
    others = Visit.objects.unscoped("visits that other campaigns share").standing().exclude(campaign=campaign)
    moved = others.filter(started_at__date__gte=first, started_at__date__lte=last).exclude(
        started_at__date__gte=max(before[0], campaign.starts_on), started_at__date__lte=min(before[1], campaign.ends_on)
    )
    held = campaign.frame.order_by().values("premises")
    doors = Premises.objects.unscoped("doors of the frame").filter(pk__in=held)
    for door in doors.filter(pk__in=moved.order_by().values("premises")).order_by("pk"):
        fold_door(door, at=at)
