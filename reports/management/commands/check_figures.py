"""Whether figures are kept up and are those that counting every visit gives; exit code 0 only when all are."""

import json as json_format
from datetime import date, timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection, transaction
from django.utils import timezone

from accounts.models import Unit
from campaigns.models import Campaign
from reports.figures import compute, last_full_week
from reports.indicators import Scope
from visits.tallies.keeping import keep_anew


class Command(BaseCommand):
    help = "Counts every campaign by hand and compares; --anew throws away what was kept and adds it up first."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--anew", action="store_true", help="add everything up anew, then compare")
        parser.add_argument("--json", action="store_true", help="machine-readable")

    def handle(self, *, anew: bool, json: bool, **options: Any) -> None:
        campaigns = Campaign.objects.unscoped("figures of every campaign are compared")
        asked = list(campaigns.exclude(state=Campaign.State.DRAFT).select_related("unit").order_by("pk"))
        if anew:
            for campaign in asked:
                keep_anew(campaign, at=timezone.now())
        found = {campaign: agrees(campaign, timezone.localdate()) for campaign in asked}
        wrong = [campaign.title for campaign, same in found.items() if same is False]
        not_kept = [campaign.title for campaign, same in found.items() if same is None]
        if json:
            told = {"campaigns": len(asked), "wrong": wrong, "not_kept": not_kept}
            self.stdout.write(json_format.dumps(told, ensure_ascii=False))
        else:
            self.stdout.write(
                f"{len(asked)} campaigns, {len(wrong)} with other figures than counted by hand, {len(not_kept)} not kept up"
            )
        if wrong or not_kept:
            raise CommandError("; ".join(wrong + not_kept))


def agrees(campaign: Campaign, today: date) -> bool | None:
    """Of the campaign's unit and of each below it, last week, this week and to date: kept up and by hand, at one moment.

    None: nothing is kept that could be compared.
    """
    units = list(Unit.objects.unscoped("units of the campaign").under(campaign.unit).order_by("rank", "path"))
    alone = not connection.in_atomic_block
    with transaction.atomic(), connection.cursor() as cursor:
        if alone:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        if Scope(campaign, frozenset(unit.pk for unit in units), None, today).tallies is None:
            return None
        for first, last in (last_full_week(today), (today - timedelta(days=today.weekday()), today)):
            counted: dict[str, Any] = {
                "campaign": campaign,
                "units": units,
                "first": first,
                "last": last,
                "today": today,
            }
            if compute(**counted) != compute(**counted, by_hand=True):
                return False
    return True
