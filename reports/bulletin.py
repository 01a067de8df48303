"""The bulletin text 通报文字: the sentence that stations send round every day, of the figures of today and to date.

It names the moment as of which it counts; only things that have happened by then are in it. What a campaign has none of
at all is left out, what it has none of today stands as a nought.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from accounts.models import Unit
from campaigns.models import Campaign
from reports.brief import grouped, percent
from reports.indicators import INDICATORS, Scope

CODES = (
    *("households_visited", "shops_visited", "units_visited", "person_times"),
    *("disputes_resolved", "disputes_struck_off", "hazards_rectified", "requests_answered", "clues"),
    *("services", "outreach", "people_reached", "materials"),
)


@dataclass(frozen=True)
class Counted:
    """One indicator: of today and to date; `found` is its base, `part` the numerator of its rate."""

    today: int
    total: int
    part: int
    found: int
    found_today: int


def counted(*, campaign: Campaign, units: list[Unit], as_of: datetime) -> dict[str, Counted]:
    today, ids = timezone.localdate(as_of), frozenset(unit.pk for unit in units)
    to_date = Scope(campaign, ids, None, today, as_of)
    of_today = Scope(campaign, ids, today, today, as_of, within=to_date)
    found: dict[str, Counted] = {}
    for code in CODES:
        indicator = INDICATORS[code]
        over = indicator.over or (lambda scope: {})
        found[code] = Counted(
            today=sum(indicator.count(of_today).values()),
            total=sum(indicator.count(to_date).values()),
            part=sum((indicator.numerator or indicator.count)(to_date).values()) if indicator.over else 0,
            found=sum(over(to_date).values()),
            found_today=sum(over(of_today).values()) if indicator.numerator is None else 0,
        )
    return found


def bulletin(*, campaign: Campaign, unit: Unit, units: list[Unit], as_of: datetime) -> str:
    """The text in the reader's language. `unit` names who reports, `units` are those that are counted."""
    figures = counted(campaign=campaign, units=units, as_of=as_of)
    words = _words(figures)
    words |= {"campaign": campaign.title, "unit": unit.name, "moment": _moment(as_of)}
    sentences = [_visits(figures, words), *_matters(figures, words), *_beside(figures, words)]
    return ("" if (get_language() or "").startswith("zh") else " ").join(sentences)


def _moment(at: datetime) -> str:
    local = timezone.localtime(at)
    if get_language() == "en":
        return date_format(local, "j F, H:i")
    return date_format(local, "n月j日G时i分")


def _words(figures: dict[str, Counted]) -> dict[str, Any]:
    words: dict[str, Any] = {}
    for code, numbers in figures.items():
        for name in ("today", "total", "part", "found", "found_today"):
            words[f"{code}_{name}"] = grouped(getattr(numbers, name))
    households = figures["households_visited"]
    words["rate"] = percent(households.part, households.found)
    return words


def _visits(figures: dict[str, Counted], words: dict[str, Any]) -> str:
    doors = ("households_visited", "shops_visited", "units_visited")
    if not any(figures[code].total for code in doors):
        return _("[%(campaign)s] As of %(moment)s, %(unit)s has not visited a door yet.") % words
    today = (
        _(
            "[%(campaign)s] As of %(moment)s, %(unit)s visited today: households %(households_visited_today)s, "
            "shops %(shops_visited_today)s, enterprises and institutions %(units_visited_today)s, person-times "
            "%(person_times_today)s; to date: households %(households_visited_total)s, shops %(shops_visited_total)s, "
            "enterprises and institutions %(units_visited_total)s"
        )
        % words
    )
    if not figures["households_visited"].found:
        return today + pgettext("end of the bulletin's first sentence", ".")
    return today + _(", visit rate %(rate)s (%(households_visited_part)s/%(households_visited_found)s).") % words


def _matters(figures: dict[str, Counted], words: dict[str, Any]) -> list[str]:
    said = []
    if figures["disputes_resolved"].found:
        said.append(
            _(
                "Disputes found today %(disputes_resolved_found_today)s, to date %(disputes_resolved_found)s; resolved "
                "%(disputes_resolved_total)s (struck off: %(disputes_struck_off_total)s)."
            )
            % words
        )
    if figures["hazards_rectified"].found:
        said.append(
            _(
                "Hazards found today %(hazards_rectified_found_today)s, to date %(hazards_rectified_found)s; rectified "
                "%(hazards_rectified_total)s."
            )
            % words
        )
    if figures["requests_answered"].found:
        said.append(_("Requests taken %(requests_answered_found)s, answered %(requests_answered_total)s.") % words)
    if figures["clues"].total:
        said.append(_("Clues handed over %(clues_total)s.") % words)
    return said


def _beside(figures: dict[str, Counted], words: dict[str, Any]) -> list[str]:
    said = []
    if figures["services"].total:
        said.append(_("Services at the door %(services_total)s.") % words)
    if figures["outreach"].total:
        said.append(_("Outreach held: %(outreach_total)s, people reached: %(people_reached_total)s.") % words)
    if figures["materials"].total:
        said.append(_("Materials handed out %(materials_total)s.") % words)
    return said
