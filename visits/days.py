"""On which days somebody was at a campaign's doors: plugged into `campaigns.dates`, which may not know of visits."""

from datetime import date

from django.db.models import Max, Min
from django.utils import timezone

from campaigns.models import Campaign
from visits.models import Visit


def days_of(campaign: Campaign) -> tuple[date, date] | None:
    standing = Visit.objects.unscoped("days on which a campaign was worked").standing().filter(campaign=campaign)
    span = standing.aggregate(first=Min("started_at"), last=Max("started_at"))
    if span["first"] is None:
        return None
    return timezone.localdate(span["first"]), timezone.localdate(span["last"])
