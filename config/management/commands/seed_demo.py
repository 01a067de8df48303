"""Fills an empty database with the demo; refuses a database that holds anything else."""

from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection, transaction
from django.utils import timezone, translation

from accounts.actions import give_role, issue_codes
from accounts.models import Officer
from accounts.roles import Role
from campaigns.actions import draft_campaign, open_campaign
from campaigns.board import Choice, make_board
from campaigns.copying import copy_campaign
from campaigns.models import Campaign, ShareOut
from campaigns.sharing import share_out, undo_share_out
from config import demo
from config.demo import plan
from config.demo.outreach import hold_outreach
from config.demo.people import People, Station, make_people
from config.demo.pilot import hold_pilot
from config.demo.places import Places, as_csv, make_doors
from config.demo.story import Story, at_clock
from config.demo.this_week import confirm_said_gone, plan_the_week_of_the_station, plan_this_week
from config.demo.visiting import plan_visits
from registry.actions import confirm_import, read_batch, upload_workbook
from registry.areas import load_areas
from registry.fields import mac
from registry.models import Area, Contact
from reports.actions import ask_print, begin_brief, draw_print, freeze_brief, type_brief
from reports.exports import ask_export, write_export
from reports.figures import last_full_week

AREAS = Path(demo.__file__).parent / "areas-420303-zhangwan.csv"


class Command(BaseCommand):
    help = "Fills an empty database with the demo's district; does nothing where it is already there."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--scale", type=float, default=1.0, help="less than 1: a smaller demo, other totals")
        parser.add_argument("--rng", type=int, default=20, help="seed of everything that is drawn")
        parser.add_argument("--today", type=date.fromisoformat, default=None, help="the demo's present day")

    def handle(self, *, scale: float, rng: int, today: date | None, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("DEMO is not set: this is a real site. The demo lives in a copy of its own.")
        if Officer.objects.unscoped("is anybody here").exists():
            if Officer.objects.unscoped("is it the demo").filter(badge="ZW0001", name="郑凯").exists():
                self.stdout.write("The demo is there already.")
                return
            raise CommandError("This database holds other people's work; the demo is not put into it.")
        with translation.override("zh-hans"), transaction.atomic():
            with connection.cursor() as cursor:
                # Nothing of this transaction is analysed before it ends: let the planner trust its indexes.
                cursor.execute("SET LOCAL enable_seqscan = off")
            Seeding(Random(rng), scale, today or timezone.localdate()).run()  # noqa: S311 - a demo, not a secret
        self.stdout.write("The demo is filled.")


class Seeding:
    """The order of things: people, doors, campaign, share-out, twelve weeks, the brief."""

    def __init__(self, rng: Random, scale: float, today: date) -> None:
        self.rng, self.scale, self.today = rng, scale, today
        _monday, self.last_sunday = last_full_week(today)
        self.first_day = self.last_sunday - timedelta(days=7 * plan.WEEKS - 1)

    def run(self) -> None:
        before = at_clock(self.first_day - timedelta(days=45), 9)
        with AREAS.open("rb") as file:
            load_areas(file=file)
        people = make_people(self.rng, before)
        places = make_doors(self.rng, self.scale)
        self.bring_in(people, places)
        pilot = hold_pilot(people, self.first_day, self.today)
        campaign = self.open_and_share(people)
        self.twelve_weeks(people, places, campaign)
        hold_outreach(people, campaign, self.last_sunday, self.rng)
        self.brief(people, campaign)
        self.next_campaign(people, pilot)
        self.lists_taken_away(people)
        self.first_codes(people)

    def bring_in(self, people: People, places: Places) -> None:
        at = at_clock(self.first_day - timedelta(days=40), 10)
        batch = upload_workbook(
            unit=people.bureau,
            file=as_csv(places),
            name="张湾区走访对象底册.csv",
            dated_on=timezone.localdate(at),
            by=people.desk,
            at=at,
        )
        batch = read_batch(batch=batch, at=at)
        confirm_import(batch=batch, version=batch.version, by=people.desk, at=at)

    def open_and_share(self, people: People) -> Campaign:
        at = at_clock(self.first_day - timedelta(days=4), 10)
        draft = draft_campaign(
            title=f"{self.first_day.year} 冬季大走访"
            if self.first_day.month in (8, 9, 10, 11, 12)
            else f"{self.first_day.year} 大走访",
            unit=people.bureau,
            starts_on=self.first_day,
            ends_on=self.last_sunday + timedelta(days=10),
            areas=Area.objects.filter(code="420303"),
            by=people.desk,
            at=at,
        )
        campaign = open_campaign(campaign=draft, version=draft.version, by=people.desk, at=at)
        for station in people.stations:
            choice = Choice()
            board = make_board(campaign=campaign, unit=station.unit, choice=choice, on=self.first_day, area_names={})
            share_out(
                campaign=campaign,
                unit=station.unit,
                choice=choice,
                board_digest=board.digest,
                area_names={},
                by=station.chief,
                at=at + timedelta(hours=1),
            )
        self.hand_on_by_mistake(people.stations[0], campaign, at + timedelta(hours=2))
        return campaign

    def hand_on_by_mistake(self, station: Station, campaign: Campaign, at: datetime) -> None:
        """The chief hands one officer's doors on to another and takes it back: both stand among earlier share-outs."""
        giver, taker = station.staff[2], station.staff[4]
        choice = Choice(way=ShareOut.Way.HAND_ON, source=giver.pk, to=taker.pk)
        board = make_board(campaign=campaign, unit=station.unit, choice=choice, on=self.first_day, area_names={})
        batch = share_out(
            campaign=campaign,
            unit=station.unit,
            choice=choice,
            board_digest=board.digest,
            area_names={},
            by=station.chief,
            at=at,
        )
        undo_share_out(batch=batch, by=station.chief, at=at + timedelta(minutes=5))

    def twelve_weeks(self, people: People, places: Places, campaign: Campaign) -> None:
        macs = {mac(door.cells[7]): door.fate for door in places.doors}
        contacts = (
            Contact.objects.unscoped("the demo").filter(phone_mac__in=macs).values_list("premises_id", "phone_mac")
        )
        fates = {premises: macs[found] for premises, found in contacts}
        told = Story(self.rng, people, campaign, self.last_sunday, self.today)
        for station in people.stations:
            plan_visits(told, station, fates)
        told.run()
        confirm_said_gone(told, at_clock(self.last_sunday, 20))
        plan_this_week(told, people.stations[0].staff[0])
        monday = at_clock(self.last_sunday + timedelta(days=1), 9, 30)
        if monday < timezone.now():
            plan_the_week_of_the_station(told, people.stations[0], monday)
        told.run()

    def next_campaign(self, people: People, pilot: Campaign) -> None:
        """A draft of the station's own, copied from its pilot, for a newcomer to open and share out."""
        copy_campaign(
            source=pilot,
            title="岁末消防安全走访",
            unit=people.stations[0].unit,
            starts_on=self.today,
            ends_on=self.today + timedelta(days=34),
            areas=Area.objects.filter(code=plan.STATIONS[0].township),
            by=people.stations[0].chief,
            at=at_clock(self.today, 8),
        )

    def lists_taken_away(self, people: People) -> None:
        """Excel files that the desk and a chief asked for this morning."""
        at = timezone.now()
        for by, name in ((people.desk, "registry_premises"), (people.stations[0].chief, "disputes_case")):
            export = ask_export(name=name, query="", language="zh-hans", by=by, at=at)
            write_export(export=export, at=at)

    def first_codes(self, people: People) -> None:
        """Two newcomers with a printed code that nobody has used yet; one has no role so far."""
        unit = people.stations[1].unit
        newcomers = [Officer(badge=f"ZW29{n:02d}", name=name, unit=unit) for n, name in enumerate(("陶然", "柳青"), 1)]
        for newcomer in newcomers:
            newcomer.set_unusable_password()
            newcomer.save(force_insert=True)
        give_role(officer=newcomers[0], role=Role.OFFICER, unit=unit, by=None, at=timezone.now())
        issue_codes(officers=newcomers, by=people.stations[1].chief, at=timezone.now())

    def brief(self, people: People, campaign: Campaign) -> None:
        """Frozen on Monday morning and printed for the leader, as the desk would."""
        first, last = last_full_week(self.today)
        at = at_clock(last + timedelta(days=1), 8, 10)
        snapshot = begin_brief(
            campaign=campaign, unit=people.bureau, starts_on=first, ends_on=last, by=people.desk, at=at
        )
        snapshot = type_brief(
            snapshot=snapshot,
            issue=campaign.week_of(last),
            decisions="方滩、西沟两所走访率低于 80%，周末各增派 4 人，连续两周。\n"
            "汉江路所超期消防隐患，由分局领导包案，限期复查。\n"
            "多次未遇的住户列入第三阶段重点深化，改为晚间和周末上门。",
            problems="白天没人多：未见面的上门多在工作日白天。\n整改慢：超期隐患多是楼道充电。",
            next_steps="下周改为晚间和周末上门。\n请街道和物业联办楼道充电整改。",
            by=people.desk,
        )
        snapshot = freeze_brief(snapshot=snapshot, by=people.desk, at=at)
        for language in ("zh-hans", "en"):
            printed = ask_print(snapshot=snapshot, language=language, by=people.leader, at=at)
            draw_print(printed=printed, at=at)
