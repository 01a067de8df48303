"""Prints who can sign in to the demo, for the end of `./run demo`."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils import translation

from accounts.demo import DEMO_PASSWORD, demo_people


class Command(BaseCommand):
    help = "Prints the demo's sign-ins; nothing on a real site."

    def handle(self, **options: Any) -> None:
        if not settings.DEMO:
            return
        for person in demo_people():
            with translation.override("zh-hans"):
                chinese = str(person.role)
            with translation.override("en"):
                english = str(person.role)
            self.stdout.write(
                f"  {person.officer.badge}  {DEMO_PASSWORD}  {chinese} / {english}  {person.officer.name}"
            )
