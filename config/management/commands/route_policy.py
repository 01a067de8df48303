"""Lists every address with its rule; exit code 1 when one has none."""

from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.urls import URLPattern, URLResolver, get_resolver

from accounts.access import rule_of


def routes(patterns: Any = None, prefix: str = "") -> Iterator[tuple[str, Any]]:
    """(address pattern, view) of everything that can be reached."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        here = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, here)
        elif isinstance(pattern, URLPattern):
            yield here, pattern.callback


class Command(BaseCommand):
    help = "Lists every address of the house and who may come in."

    def handle(self, **options: Any) -> None:
        unruled = []
        for address, view in routes():
            rule = rule_of(view)
            self.stdout.write(f"{address:60} {rule if rule else 'NO RULE'}")
            if rule is None:
                unruled.append(address)
        if unruled:
            raise CommandError(f"without a rule: {', '.join(unruled)}")
