"""Whether kept-up figures are those that counting every visit gives; exit code 0 only when all are."""

import json as json_format
from datetime import date, timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection, transaction
from django.utils import timezone

from accounts.models import Unit
from campaigns.models import Campaign
from reports.figures import compute, last_full_week
from visits.models import KeptCampaign
from visits.tallies.keeping import keep_up


class Command(BaseCommand):
    help = "Counts every campaign by hand and compares; --anew throws away what was kept and adds it up first."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--anew", action="store_true", help="add everything up anew, then compare")
        parser.add_argument("--json", action="store_true", help="machine-readable")

    def handle(self, *, anew: bool, json: bool, **options: Any) -> None:
        if anew:
            KeptCampaign.objects.all().delete()
            keep_up(at=timezone.now())
        campaigns = Campaign.objects.unscoped("figures of every campaign are compared")
        asked = list(campaigns.exclude(state=Campaign.State.DRAFT).select_related("unit").order_by("pk"))
        wrong = [campaign.title for campaign in asked if not agrees(campaign, timezone.localdate())]
        if json:
            self.stdout.write(json_format.dumps({"campaigns": len(asked), "wrong": wrong}, ensure_ascii=False))
        else:
            self.stdout.write(f"{len(asked)} campaigns, {len(wrong)} with other figures than counted by hand")
        if wrong:
            raise CommandError("; ".join(wrong))


def agrees(campaign: Campaign, today: date) -> bool:
    """Of the campaign's unit and of each below it, last week, this week and to date: kept up and by hand, at one moment."""
    units = list(Unit.objects.unscoped("units of the campaign").under(campaign.unit).order_by("rank", "path"))
    alone = not connection.in_atomic_block
    with transaction.atomic(), connection.cursor() as cursor:
        if alone:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        for first, last in (last_full_week(today), (today - timedelta(days=today.weekday()), today)):
            counted: dict[str, Any] = {"campaign": campaign, "units": units, "first": first, "last": last}
            if compute(**counted) != compute(**counted, by_hand=True):
                return False
    return True
