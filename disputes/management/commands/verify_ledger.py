"""Walks every chain and says where it does not hold; exit code 0 only when everything does."""

import json as json_format
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from disputes import seals
from disputes.ledger import faults, heads, heads_digest


class Command(BaseCommand):
    help = "Verifies the ledger: every link, every entry, every head, every case; with --anchor also against a seal."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--anchor", type=Path, help="a file written by seal_ledger")
        parser.add_argument("--json", action="store_true", help="machine-readable")

    def handle(self, *, anchor: Path | None, json: bool, **options: Any) -> None:
        anchors = None
        if anchor is not None:
            try:
                anchors = seals.read(anchor.read_text())
            except (OSError, seals.BrokenSeal) as broken:
                raise CommandError(f"{anchor}: {broken}") from broken
        found = [str(fault) for fault in faults(anchors)]
        lines = heads()
        self._say(found, len(lines), heads_digest(lines), as_json=json)
        if found:
            raise CommandError(f"{len(found)} faults")

    def _say(self, found: list[str], chains: int, digest: str, *, as_json: bool) -> None:
        if as_json:
            self.stdout.write(json_format.dumps({"chains": chains, "head": digest, "faults": found}))
            return
        for fault in found:
            self.stdout.write(fault)
        self.stdout.write(f"{chains} chains, head {digest}")
