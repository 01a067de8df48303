"""The figures of a brief as an Excel workbook: a sheet for each table, counts as numbers, rates beside their counts."""

import io
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from registry.models import Premises
from registry.xlsx_table import Table, write_tables
from reports.brief import BANDS, Brief
from reports.charts import begun
from visits.models import Handed, Outreach, Service


def workbook_of(brief: Brief, source: str) -> io.BytesIO:
    """`source` says where the figures stand: as of when, or under which check code they were frozen."""
    figures = brief.figures
    head = [
        (_("Campaign"), figures["campaign"]),
        (_("Unit"), figures["unit"]),
        (_("From"), brief.first),
        (_("To"), brief.last),
        (_("Running totals since"), brief.since),
        (_("Figures"), source),
        (_("Plan of the visit rate"), brief.plan_said),
        (_("Version of definitions"), figures["version"]),
    ]
    tables = [
        Table(_("About"), [_("What"), _("Value")], head, [24, 40]),
        _lines(brief),
        _stations(brief),
        *_rows(brief),
        *(_cases(name, rows) for name, rows in ((_("Disputes"), brief.disputes()), (_("Hazards"), brief.hazards()))),
        Table(
            _("Definitions"),
            [_("Indicator"), _("Definition")],
            [(line.label, line.definition) for line in brief.all_lines],
            [28, 90],
        ),
    ]
    target = io.BytesIO()
    write_tables(target, tables)
    target.seek(0)
    return target


def share(part: int | None, whole: int | None) -> float | None:
    return part / whole if whole and part is not None else None


def _lines(brief: Brief) -> Table:
    headings = [
        _("Indicator"),
        pgettext("of measure", "unit"),
        _("week"),
        _("change"),
        _("total"),
        _("done"),
        _("base"),
        _("rate"),
    ]
    rows = [
        (
            *(line.label, line.unit, line.week, line.change, line.total),
            *(line.numerator, line.over, share(line.numerator, line.over)),
        )
        for line in brief.all_lines
    ]
    return Table(_("Key figures"), [begun(text) for text in headings], rows, [30, 10], frozenset({7}))


def _stations(brief: Brief) -> Table:
    headings = [
        *(_("Unit"), _("visited"), _("base"), _("visit rate"), _("below plan")),
        *(_("met"), _("attempts"), pgettext("share of attempts", "met %")),
        *(_("disputes resolved"), _("disputes found"), _("hazards rectified"), _("hazards found"), _("overdue")),
    ]
    rows = []
    for row in brief.figures["stations"]:
        pairs = {
            code: (row[f"{code}_numerator"], row[f"{code}_over"])
            for code in ("households_visited", "contact_rate", "disputes_resolved", "hazards_rectified")
        }
        doors, met = pairs["households_visited"], pairs["contact_rate"]
        rows.append(
            (
                *(row["unit"], *doors, share(*doors), _("yes") if row["below_plan"] else ""),
                *(*met, share(*met), *pairs["disputes_resolved"], *pairs["hazards_rectified"], row["overdue"]),
            )
        )
    return Table(_("By station"), [begun(text) for text in headings], rows, [24], frozenset({3, 7}))


def _rows(brief: Brief) -> list[Table]:
    figures = brief.figures
    weeks = [
        (week["number"], date.fromisoformat(week["starts"]), week["households"], week["attempts"], week["met"])
        for week in figures.get("weeks", ())
    ]
    kinds = [
        (begun(Premises.Kind(row["kind"]).label), row["visited"], row["over"], share(row["visited"], row["over"]))
        for row in figures.get("kinds", ())
    ]
    bands = [
        (begun(BANDS[row["band"]]), row["met"], row["attempts"], share(row["met"], row["attempts"]))
        for row in figures["bands"]
    ]
    outreach = [
        (begun(Outreach.Kind(row["kind"]).label), row["n"], row["people"], row["households"])
        for row in figures.get("outreach", ())
    ]
    topics = [(row["name"], row["n"]) for row in figures.get("topics", ())]
    leaflets = [(row["name"], row["copies"]) for row in figures["leaflets"]]
    rate = frozenset({3})
    return [
        _table(_("By week"), [_("Week"), _("from"), _("households"), _("attempts"), _("met")], weeks),
        _table(_("By kind of door"), [_("Kind"), _("visited"), _("base"), _("rate")], kinds, rate),
        _table(_("By time band"), [_("Time band"), _("met"), _("attempts"), _("rate")], bands, rate),
        _table(_("Outreach"), [_("Kind"), *_outreach_headings()], outreach),
        _table(_("Services"), [_("Service"), _("times")], _named(figures, "services", Service.Kind)),
        _table(_("Handed out"), [_("Material"), _("copies")], _named(figures, "handed", Handed.Kind)),
        _table(_("Topics"), [_("Topic"), pgettext("at which a topic was explained", "visits")], topics),
        _table(_("Leaflets and cards left"), [_("Leaflet or card"), _("copies")], leaflets),
    ]


def _outreach_headings() -> list[str]:
    return [pgettext("outreach", "held"), pgettext("reached", "people"), _("households")]


def _named(figures: dict[str, Any], key: str, words: Any) -> list[tuple[str, int]]:
    return [(begun(words(row["kind"]).label), row["n"]) for row in figures.get(key, ())]


def _table(name: str, headings: list[str], rows: list[Any], shares: frozenset[int] = frozenset()) -> Table:
    return Table(name, [begun(text) for text in headings], rows, [24], shares)


def _cases(name: str, rows: list[dict[str, Any]]) -> Table:
    headings = [
        *(_("Category"), _("found"), _("resolved")),
        *(_("open 0–7 days"), _("8–15"), _("16–30"), _("over 30")),
    ]
    keys = ("label", "found", "resolved", "age_0", "age_1", "age_2", "age_3")
    return _table(name, headings, [[row[key] for key in keys] for row in rows])
