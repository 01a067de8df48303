"""The brief of a campaign as a PDF file, from the command line; the same snapshot and renderer as the page."""

from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from accounts.backends import normal_badge
from accounts.models import Officer
from accounts.refusals import Refusal
from campaigns.models import Campaign
from reports.actions import ask_print, begin_brief, draw_print, freeze_brief, type_brief
from reports.models import Snapshot


class Command(BaseCommand):
    help = "Writes the brief of a campaign: the frozen one of that period, or a new one from --problems and --next."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("campaign", help="number or title of the campaign")
        parser.add_argument("--from", dest="first", type=date.fromisoformat, required=True)
        parser.add_argument("--to", dest="last", type=date.fromisoformat, required=True)
        parser.add_argument("--out", type=Path, required=True, help="the PDF to write")
        parser.add_argument("--as", dest="badge", required=True, help="badge number of the person who prints")
        parser.add_argument("--problems", default="", help="typed problems, when no brief of this period is frozen")
        parser.add_argument("--next", dest="next_steps", default="", help="typed next steps, likewise")
        parser.add_argument("--language", default="zh-hans", choices=["zh-hans", "en"])

    def handle(self, *, badge: str, campaign: str, out: Path, language: str, **options: Any) -> None:
        by = Officer.objects.unscoped("who prints").filter(badge=normal_badge(badge), is_active=True).first()
        if by is None:
            raise CommandError(f"no such badge: {badge}")
        asked = Campaign.objects.visible_to(by).select_related("unit")
        found = asked.filter(pk=int(campaign)) if campaign.isdigit() else asked.filter(title=campaign)
        chosen = found.first()
        if chosen is None:
            raise CommandError(f"no such campaign within reach: {campaign}")
        now = timezone.now()
        try:
            snapshot = self._snapshot(chosen, by, **options)
            printed = ask_print(snapshot=snapshot, language=language, by=by, at=now)
            draw_print(printed=printed, at=now)
        except Refusal as refusal:
            raise CommandError(str(refusal)) from refusal
        if printed.failure:
            raise CommandError(printed.failure)
        with printed.file.open("rb") as file:
            out.write_bytes(file.read())
        self.stdout.write(f"{out}: {printed.pages} pages, check code {snapshot.check_code}")

    def _snapshot(self, campaign: Campaign, by: Officer, *, first: date, last: date, **typed: Any) -> Snapshot:
        briefs = Snapshot.objects.visible_to(by).filter(campaign=campaign, starts_on=first, ends_on=last)
        frozen: Snapshot | None = briefs.frozen().order_by("-issue").first()
        if frozen is not None:
            return frozen
        now = timezone.now()
        draft = begin_brief(campaign=campaign, unit=campaign.unit, starts_on=first, ends_on=last, by=by, at=now)
        draft = type_brief(
            snapshot=draft,
            issue=draft.issue,
            decisions=draft.decisions,
            problems=typed["problems"] or draft.problems,
            next_steps=typed["next_steps"] or draft.next_steps,
            by=by,
        )
        return freeze_brief(snapshot=draft, by=by, at=now)
