"""Writes a signed seal over all heads; keep the file outside this machine."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from disputes import seals


class Command(BaseCommand):
    help = "Seals the ledger: Ed25519 over the heads of all chains, to hold a later state against."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--out", type=Path, required=True, help="the file to write")

    def handle(self, *, out: Path, **options: Any) -> None:
        text = seals.seal(at=timezone.now())
        with out.open("x", encoding="utf-8") as file:
            file.write(text)
        self.stdout.write(f"{out}: sealed")
