"""Which days a page of figures shows before anybody has chosen some."""

from datetime import date, timedelta

from campaigns.models import Campaign
from reports.figures import last_full_week


def usual_days(campaign: Campaign, today: date) -> tuple[date, date]:
    """The last full week; in the campaign's first week its days so far, after its end the week that it ended in."""
    first, last = last_full_week(today)
    if last < campaign.starts_on:
        return campaign.starts_on, max(campaign.starts_on, min(today, campaign.ends_on))
    if campaign.ends_on < first:
        return last_full_week(campaign.ends_on + timedelta(days=7))
    return first, last
