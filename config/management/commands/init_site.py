"""Starts a real site: its unit, its areas, its first supervisor with a one-time code."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone

from accounts.actions import end_grants, give_role, issue_codes
from accounts.backends import normal_badge
from accounts.models import RESERVED_BADGES, Officer, Unit
from accounts.refusals import Refusal
from accounts.roles import Role
from registry.areas import load_areas
from registry.models import Area, Jurisdiction

ASKED = {
    "unit": "Name of the unit / 单位名称",
    "areas": "File of statistical area codes (.csv) / 统计用区划代码文件",
    "area": "Its area code, 6 digits for a county, 9 for a township / 辖区代码",
    "badge": "Badge number of the first supervisor / 首位管理人员警号",
    "name": "Name of the first supervisor / 首位管理人员姓名",
}


class Command(BaseCommand):
    help = "Starts a real site in an empty database; asks for what is not given."

    def add_arguments(self, parser: CommandParser) -> None:
        for name, question in ASKED.items():
            parser.add_argument(f"--{name}", default="", help=question)
        parser.add_argument("--kind", default="station", choices=Unit.Kind.values, help="kind of the unit (station)")
        parser.add_argument("--code", default="", help="its 12-digit unit code, when it has one")

    def handle(self, *, kind: str, code: str, **given: Any) -> None:
        if Officer.objects.unscoped("is anybody here").exists():
            raise CommandError("This site has been started already. / 本站点已经初始化。")
        answers = {name: given[name] or self._ask(question) for name, question in ASKED.items()}
        try:
            with transaction.atomic():
                supervisor, slip = self._start(kind, code, answers)
        except Refusal as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(f"{supervisor.name} {supervisor.badge}: {slip}")
        self.stdout.write(
            "One-time code, seven days; a password is chosen at the first sign-in. / 一次性口令，七天内有效。"
        )

    def _ask(self, question: str) -> str:
        answer = ""
        while not answer:
            try:
                answer = input(f"{question}: ").strip()
            except EOFError:
                raise CommandError(f"Missing / 缺少: {question}") from None
        return answer

    def _start(self, kind: str, code: str, answers: dict[str, str]) -> tuple[Officer, str]:
        now = timezone.now()
        file = Path(answers["areas"])
        if not file.is_file():
            raise CommandError(f"No such file / 没有这个文件: {file}")
        with file.open("rb") as opened:
            load_areas(file=opened)
        area = Area.objects.filter(code=answers["area"]).first()
        if area is None:
            raise CommandError(f"No such area code in the file / 文件中没有这个代码: {answers['area']}")
        unit = Unit.objects.create(name=answers["unit"], kind=kind, code=code or None)
        Jurisdiction.objects.create(unit=unit, area=area)
        for badge in RESERVED_BADGES:
            reserved = Officer(badge=badge, name=badge, unit=unit, is_active=False)
            reserved.set_unusable_password()
            reserved.save(force_insert=True)
        system = Officer.objects.unscoped("who starts a site").get(badge="system")
        supervisor = Officer(badge=normal_badge(answers["badge"]), name=answers["name"], unit=unit, added_at=now)
        supervisor.set_unusable_password()
        supervisor.save(force_insert=True)
        for role in (Role.SUPERVISOR, Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN):
            give_role(officer=supervisor, role=role, unit=unit, by=None, at=now)
        give_role(officer=system, role=Role.SYSTEM_ADMIN, unit=unit, by=None, at=now)
        system.is_active = True  # in memory only: nobody signs in as a reserved row
        ((officer, slip),) = issue_codes(officers=[supervisor], by=system, at=now)
        end_grants(officer=system, at=now)
        return officer, slip
