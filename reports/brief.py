"""The words of a brief over its frozen figures: lines, rates with their counts, the summary paragraph."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.formats import date_format, number_format
from django.utils.functional import cached_property
from django.utils.translation import get_language, gettext_lazy, ngettext, npgettext
from django.utils.translation import gettext as _

from disputes.words import Kind, category_label
from reports.figures import FRONT, MOST_PLANNED
from reports.indicators import INDICATORS
from visits.models import Handed, Outreach, Service

BANDS = {
    "weekday": gettext_lazy("weekday, daytime"),
    "evening": gettext_lazy("weekday, evening"),
    "weekend": gettext_lazy("weekend"),
}


def grouped(number: int) -> str:
    return str(number_format(number, use_l10n=True, force_grouping=True))


def percent(numerator: int, over: int) -> str:
    """One decimal, as on paper; nothing over nothing is a dash."""
    if not over:
        return "–"
    if numerator == over:
        return "100%"
    return f"{100 * numerator / over:.1f}%"


@dataclass(frozen=True)
class Line:
    """One row of the key figures."""

    code: str
    week: int
    change: int
    total: int
    numerator: int | None
    over: int | None

    @property
    def label(self) -> str:
        return str(INDICATORS[self.code].label)

    @property
    def unit(self) -> str:
        return str(INDICATORS[self.code].unit)

    @property
    def definition(self) -> str:
        return str(INDICATORS[self.code].definition)

    @property
    def counts(self) -> str:
        return f"{grouped(self.numerator or 0)}/{grouped(self.over)}" if self.over is not None else "–"

    @property
    def rate(self) -> str:
        return percent(self.numerator or 0, self.over) if self.over is not None else "–"

    @property
    def change_text(self) -> str:
        return f"{self.change:+,}".replace("-", "−") if self.change else "0"

    @property
    def week_text(self) -> str:
        return grouped(self.week)

    @property
    def total_text(self) -> str:
        return grouped(self.total)

    @property
    def is_part(self) -> bool:
        """Printed under the line before, as a part of it."""
        return self.code == "disputes_struck_off"


class Brief:
    """A snapshot's figures with their words in the current language."""

    def __init__(self, figures: dict[str, Any]) -> None:
        self.figures = figures

    @cached_property
    def by_code(self) -> dict[str, Line]:
        return {row["code"]: Line(**row) for row in self.figures["lines"]}

    @property
    def front(self) -> list[Line]:
        return [self.by_code[code] for code in FRONT]

    @property
    def all_lines(self) -> list[Line]:
        return list(self.by_code.values())

    @property
    def first(self) -> date:
        return date.fromisoformat(self.figures["first"])

    @property
    def last(self) -> date:
        return date.fromisoformat(self.figures["last"])

    @property
    def since(self) -> date:
        return date.fromisoformat(self.figures["since"])

    def _total(self, code: str) -> str:
        return grouped(self.by_code[code].total)

    def _counted(self) -> dict[str, str]:
        """The numbers of the paragraph, each with its noun."""
        line = self.by_code
        hazards, disputes = (line[code].over or 0 for code in ("hazards_rectified", "disputes_resolved"))
        staff, communities = line["staff_deployed"].total, line["communities_covered"].total
        households, units, clues = (line[code].total for code in ("households_visited", "units_visited", "clues"))
        said = {
            "staff": (ngettext("%(n)s officer or auxiliary", "%(n)s officers and auxiliaries", staff), staff),
            "communities": (
                ngettext("%(n)s community or village", "%(n)s communities and villages", communities),
                communities,
            ),
            "households": (npgettext("visited", "%(n)s household", "%(n)s households", households), households),
            "units": (
                ngettext("%(n)s enterprise or institution", "%(n)s enterprises and institutions", units),
                units,
            ),
            "hazards": (npgettext("found", "%(n)s hazard", "%(n)s hazards", hazards), hazards),
            "disputes": (npgettext("found", "%(n)s dispute", "%(n)s disputes", disputes), disputes),
            "clues": (npgettext("handed over", "%(n)s clue", "%(n)s clues", clues), clues),
        }
        return {name: words % {"n": grouped(number)} for name, (words, number) in said.items()}

    def summary(self) -> str:
        """The generated paragraph, also the bulletin's sentence."""
        households, overdue = self.by_code["households_visited"], self.by_code["overdue"]
        values = {
            **self._counted(),
            "day": date_format(self.last, "MONTH_DAY_FORMAT"),
            "unit": self.figures["unit"],
            "rectified": self._total("hazards_rectified"),
            "resolved": self._total("disputes_resolved"),
            "struck_off": self._total("disputes_struck_off"),
        }
        week = ngettext(
            "This week %(n)s household was visited, %(change)s.",
            "This week %(n)s households were visited, %(change)s.",
            households.week,
        )
        sentences = [
            _(
                "By %(day)s, %(staff)s of %(unit)s had visited %(communities)s, %(households)s and %(units)s; found "
                "%(hazards)s and rectified %(rectified)s; found %(disputes)s and resolved %(resolved)s (struck off: "
                "%(struck_off)s); handed over %(clues)s."
            )
            % values,
            week % {"n": households.week_text, "change": self._change(households.change)},
        ]
        if overdue.total:
            words = ngettext("%(n)s case is overdue.", "%(n)s cases are overdue.", overdue.total)
            sentences.append(words % {"n": self._total("overdue")})
        return ("" if (get_language() or "").startswith("zh") else " ").join(sentences)

    def _change(self, change: int) -> str:
        if change > 0:
            return _("%(n)s more than the week before") % {"n": grouped(change)}
        if change < 0:
            return _("%(n)s fewer than the week before") % {"n": grouped(-change)}
        return _("as many as the week before")

    def frame_note(self) -> str:
        note = self.figures["frame"]
        return _(
            "Register of households %(register)s, confirmed gone %(gone)s, leaves %(left)s; added on the round "
            "%(added)s, visited of these %(added_visited)s. Could not be met: %(could_not_meet)s."
        ) % {**{key: grouped(value) for key, value in note.items()}, "left": grouped(note["register"] - note["gone"])}

    def stations(self) -> list[dict[str, Any]]:
        return [self._station(row) for row in self.figures["stations"]]

    def _station(self, row: dict[str, Any]) -> dict[str, Any]:
        def pair(code: str) -> tuple[str, str]:
            numerator, over = row[f"{code}_numerator"], row[f"{code}_over"]
            return f"{grouped(numerator)}/{grouped(over)}", percent(numerator, over)

        visited, visit_rate = pair("households_visited")
        met, contact_rate = pair("contact_rate")
        return {
            "unit": row["unit"],
            "visited": visited,
            "visit_rate": visit_rate,
            "below_plan": row["below_plan"],
            "met": met,
            "contact_rate": contact_rate,
            "disputes": pair("disputes_resolved")[0],
            "hazards": pair("hazards_rectified")[0],
            "overdue": row["overdue"],
        }

    @property
    def plan(self) -> int:
        """In percent. Figures frozen before definitions 4 were compared with 80 from the first day on."""
        return int(self.figures.get("plan", MOST_PLANNED))

    @property
    def plan_said(self) -> str:
        """What a rate is compared with, and where that comes from."""
        if "plan" not in self.figures:
            return f"{self.plan}%"
        return _("%(plan)s%% (the share of the campaign's days that had passed, at most %(most)s%%)") % {
            "plan": self.plan,
            "most": MOST_PLANNED,
        }

    def totals(self) -> dict[str, Any]:
        """The last row under the stations, from the same counts."""
        sums: dict[str, Any] = {"unit": _("Whole area"), "below_plan": False, "overdue": 0}
        for key in self.figures["stations"][0] if self.figures["stations"] else ():
            if key not in ("unit", "below_plan"):
                sums[key] = sum(row[key] for row in self.figures["stations"])
        return self._station(sums) if len(sums) > 3 else sums

    def bands(self) -> list[dict[str, Any]]:
        return [
            {
                "label": str(BANDS[row["band"]]),
                "attempts": grouped(row["attempts"]),
                "met": grouped(row["met"]),
                "rate": percent(row["met"], row["attempts"]),
            }
            for row in self.figures["bands"]
        ]

    def categories(self, kind: str) -> list[dict[str, Any]]:
        rows = self.figures["disputes" if kind == Kind.DISPUTE else "hazards"]
        return [{**row, "label": category_label(kind, row["category"])} for row in rows]

    def disputes(self) -> list[dict[str, Any]]:
        return self.categories(Kind.DISPUTE)

    def hazards(self) -> list[dict[str, Any]]:
        return self.categories(Kind.HAZARD)

    def topics(self) -> list[dict[str, Any]]:
        return [{"name": row["name"], "n": grouped(row["n"])} for row in self.figures.get("topics", ())]

    def services(self) -> list[dict[str, Any]]:
        return [
            {"name": str(Service.Kind(row["kind"]).label), "n": grouped(row["n"])}
            for row in self.figures.get("services", ())
        ]

    def handed(self) -> list[dict[str, Any]]:
        return [
            {"name": str(Handed.Kind(row["kind"]).label), "n": grouped(row["n"])}
            for row in self.figures.get("handed", ())
        ]

    def outreach(self) -> list[dict[str, Any]]:
        return [
            {
                "name": str(Outreach.Kind(row["kind"]).label),
                **{key: grouped(row[key]) for key in ("n", "people", "households")},
            }
            for row in self.figures.get("outreach", ())
        ]

    def leaflets(self) -> list[dict[str, Any]]:
        return [{"name": row["name"], "n": grouped(row["copies"])} for row in self.figures["leaflets"]]
