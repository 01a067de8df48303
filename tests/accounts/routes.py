"""Every address of the house, filled with the numbers of rows: one's own, those of others, and of none."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.contrib import admin
from django.urls import URLPattern, URLResolver, get_resolver

from tests.accounts.marked import Marked

PLACES = ("own", "own station", "own bureau", "elsewhere", "nowhere")
WIDER = {
    "own": ("own station", "bureau", "public"),
    "own station": ("own", "bureau", "public"),
    "own bureau": ("bureau", "public"),
}
NOWHERE = 987_654_321

# The rows that an address names, by the beginning of its route.
ROWS = {
    "doors/": {"pk": "registry.Premises"},
    "cases/new/": {"door_pk": "registry.Premises"},
    "cases/return-visits/": {"pk": "disputes.ReturnVisit"},
    "cases/": {"pk": "disputes.Case", "party_pk": "disputes.Party", "evidence_pk": "disputes.Evidence"},
    "visits/": {"pk": "visits.Visit", "number": "visits.Photo"},
    "outreach/": {"pk": "visits.Outreach"},
    "reports/campaigns/": {"pk": "campaigns.Campaign"},
    "reports/briefs/": {"pk": "reports.Snapshot"},
    "reports/prints/": {"pk": "reports.Print"},
    "reports/exports/": {"pk": "reports.Export"},
    "reports/papers/walk-lists/": {"pk": "reports.WalkList"},
    "reports/papers/visits/": {"pk": "visits.Visit"},
    "reports/papers/cases/": {"pk": "disputes.Case"},
    "admin/campaigns/campaign/": {
        "pk": "campaigns.Campaign",
        "batch": "campaigns.ShareOut",
        "run": "campaigns.ShareOutRun",
        "officer": "accounts.Officer",
        "object_id": "campaigns.Campaign",
    },
    "admin/r/": {"content_type_id": "", "object_id": "registry.Premises"},
}
# Words in an address that are no key of a row.
WORDS = {"name": "settle", "app_label": "registry", "number": "1", "content_type_id": "8", "url": "nothing"}
# Moves of a campaign and of a case.
NAMES = {"admin/campaigns/campaign/": "close", "cases/": "settle"}


@dataclass(frozen=True)
class Route:
    """`pattern` as the resolver has it, without its regular-expression marks."""

    pattern: str
    names: tuple[str, ...]

    @property
    def in_admin(self) -> bool:
        return self.pattern.startswith("admin/")

    def address(self, house: Marked, place: str) -> str:
        filled = "/" + self.pattern
        for name in self.names:
            filled = filled.replace(f"<{name}>", str(self.value(house, name, place)), 1)
        return filled

    def value(self, house: Marked, name: str, place: str) -> Any:
        label = rows_named(self.pattern).get(name, "")
        if not label:
            moves = next((word for begins, word in NAMES.items() if self.pattern.startswith(begins)), "")
            return moves if name == "name" and moves else WORDS[name]
        return key_of(house, label, place)


def key_of(house: Marked, label: str, place: str) -> Any:
    """The first row there; where one's own is the station's or the bureau's, that one."""
    rows = house.rows[label]
    for nearest in (place, *WIDER.get(place, ())):
        if nearest in rows:
            return rows[nearest][0]
    return "00000000-0000-0000-0000-000000000005" if label == "visits.Visit" else NOWHERE


def rows_named(pattern: str) -> dict[str, str]:
    best = max((begins for begins in ROWS if pattern.startswith(begins)), key=len, default="")
    if best:
        return ROWS[best]
    for model in admin.site._registry:
        if pattern.startswith(f"admin/{model._meta.app_label}/{model._meta.model_name}/"):
            return dict.fromkeys(("object_id", "pk"), model._meta.label)
    return {}


def routes() -> list[Route]:
    found = {plain(text) for text in walk(get_resolver().url_patterns)}
    return [Route(text, names_in(text)) for text in sorted(found)]


def walk(patterns: list[Any], before: str = "") -> Iterator[str]:
    for pattern in patterns:
        text = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from walk(pattern.url_patterns, text)
        elif isinstance(pattern, URLPattern):
            yield text


def plain(text: str) -> str:
    """`<int:pk>` and `(?P<url>.*)$` as `<pk>` and `<url>`."""
    text = re.sub(r"\(\?P(<\w+>)[^)]*\)", r"\1", text)
    return re.sub(r"<\w+:(\w+)>", r"<\1>", text).replace("^", "").replace("$", "")


def names_in(text: str) -> tuple[str, ...]:
    return tuple(part.partition(">")[0] for part in text.split("<")[1:])
