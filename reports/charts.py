"""Pictures of the figures: geometry only, in units of one SVG that page and paper share.

Every chart is 360 units wide, so that its 13-unit text is read on a phone at 360 px and stays 8.5 pt on half a page.
Dark and outlined areas differ by more than colour, values stand as text, and a table with the same rows lies beside.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.formats import date_format
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from registry.models import Premises
from reports.brief import Brief, grouped, percent

WIDTH = 360
# Room for the numbers of the scale, above the columns for their values, and below for the weeks.
LEFT, TOP, BOTTOM, PLOT = 34, 20, 22, 130
ROW, BAR = 40, 12
MOST_WEEKS = 26
# Columns narrower than this carry a value only where it is the highest or the last.
ROOMY = 22


@dataclass(frozen=True)
class Column:
    x: float
    middle: float
    y: float
    width: float
    height: float
    value: str
    label: str


@dataclass(frozen=True)
class Columns:
    """Columns over a scale of round numbers. `lines` are (y, number)."""

    columns: Sequence[Column]
    lines: Sequence[tuple[float, str]]
    template = "reports/charts/columns.svg"
    width, height, left, base, baseline_text = WIDTH, TOP + PLOT + BOTTOM, LEFT, TOP + PLOT, TOP + PLOT + 16


@dataclass(frozen=True)
class Share:
    """One bar: outlined to the whole, filled to the share; `marked` is said in words, too."""

    label: str
    counts: str
    y_text: float
    y: float
    width: float
    marked: bool = False


@dataclass(frozen=True)
class Shares:
    """`plan_x` is where the plan's share lies, None when there is none."""

    rows: Sequence[Share]
    plan_x: float | None = None
    template = "reports/charts/shares.svg"
    width, bar, full = WIDTH, BAR, WIDTH - 2

    @property
    def height(self) -> int:
        return max(1, len(self.rows)) * ROW + (14 if self.plan_x is not None else 2)


@dataclass(frozen=True)
class Chart:
    """A picture with its title, a line that says what is drawn, and the table of the same numbers."""

    code: str
    title: str
    note: str
    drawing: Columns | Shares
    headings: Sequence[str]
    rows: Sequence[Sequence[str]]


def charts_of(brief: Brief) -> list[Chart]:
    """Whatever these figures hold; a brief frozen before there were weeks and kinds has fewer."""
    figures = brief.figures
    found = [
        _weeks(brief) if figures.get("weeks") else None,
        _kinds(brief) if figures.get("kinds") else None,
        _bands(brief) if figures.get("bands") else None,
        _stations(brief) if figures.get("stations") else None,
    ]
    return [chart for chart in found if chart is not None]


def columns(values: Sequence[int], labels: Sequence[str]) -> Columns:
    top, step = scale(max(values, default=0))
    space = (WIDTH - LEFT) / max(1, len(values))
    width = min(space * 0.72, 40)
    last, highest = len(values) - 1, max(range(len(values)), key=values.__getitem__, default=0)
    drawn = []
    for index, value in enumerate(values):
        height = PLOT * value / top
        said = space >= ROOMY or index in (last, highest)
        labelled = space >= ROOMY or index % 2 == last % 2
        drawn.append(
            Column(
                x=round(LEFT + index * space + (space - width) / 2, 1),
                middle=round(LEFT + index * space + space / 2, 1),
                y=round(TOP + PLOT - height, 1),
                width=round(width, 1),
                height=round(height, 1),
                value=grouped(value) if said else "",
                label=labels[index] if labelled else "",
            )
        )
    lines = [(round(TOP + PLOT - PLOT * number / top, 1), grouped(number)) for number in range(0, top + 1, step)]
    return Columns(drawn, lines)


def scale(highest: int) -> tuple[int, int]:
    """The end of a scale of at most five steps of 1, 2 or 5 times a power of ten that holds `highest`; and the step."""
    step, power = 1, 1
    while step * 5 < highest:
        step = next((factor * power for factor in (1, 2, 5) if factor * power > step), 10 * power)
        power = 10 * power if step == 10 * power else power
    return max(step * -(-highest // step), step), step


def shares(rows: Sequence[tuple[str, int, int, bool]], plan: int | None = None) -> Shares:
    """`rows` are (label, part, whole, marked)."""
    drawn = []
    for index, (label, part, whole, marked) in enumerate(rows):
        width = (WIDTH - 2) * min(1.0, part / whole) if whole else 0
        counts = f"{grouped(part)}/{grouped(whole)} · {percent(part, whole)}"
        drawn.append(Share(label, counts, index * ROW + 15, index * ROW + 21, round(width, 1), marked))
    return Shares(drawn, None if plan is None else round(1 + (WIDTH - 2) * plan / 100, 1))


def _weeks(brief: Brief) -> Chart:
    weeks = brief.figures["weeks"][-MOST_WEEKS:]
    days = [_day(date.fromisoformat(week["starts"])) for week in weeks]
    return Chart(
        "weeks",
        _("Households visited, week by week"),
        _("Each household once a week; the number below is the week of the campaign, from Monday."),
        columns([week["households"] for week in weeks], [str(week["number"]) for week in weeks]),
        [_("Week"), _("from"), _("households"), _("attempts"), _("met")],
        [
            [str(week["number"]), day, *(grouped(week[key]) for key in ("households", "attempts", "met"))]
            for week, day in zip(weeks, days, strict=True)
        ],
    )


def _day(day: date) -> str:
    return date_format(day, "j M" if get_language() == "en" else "n月j日")


def _kinds(brief: Brief) -> Chart:
    rows = [
        (begun(Premises.Kind(row["kind"]).label), row["visited"], row["over"], False) for row in brief.figures["kinds"]
    ]
    return Chart(
        "kinds",
        _("Visited, by kind of door"),
        _("The whole bar is the frame less what is confirmed gone; the dark part was visited."),
        shares(rows),
        [_("Kind"), _("visited"), _("base"), _("rate")],
        [[label, grouped(part), grouped(whole), percent(part, whole)] for label, part, whole, _marked in rows],
    )


def begun(label: object) -> str:
    """As a heading begins: with a capital, where there is one."""
    text = str(label)
    return text[:1].upper() + text[1:]


def _bands(brief: Brief) -> Chart:
    rows = [
        (begun(shown["label"]), row["met"], row["attempts"], False)
        for row, shown in zip(brief.figures["bands"], brief.bands(), strict=True)
    ]
    return Chart(
        "bands",
        _("Somebody met, by time of the attempt"),
        _("The whole bar is all attempts at that time; at the dark part somebody was met."),
        shares(rows),
        [_("Time band"), _("met"), _("attempts"), pgettext("share of attempts", "met %")],
        [[label, grouped(part), grouped(whole), percent(part, whole)] for label, part, whole, _marked in rows],
    )


def _stations(brief: Brief) -> Chart:
    rows = [
        (row["unit"], row["households_visited_numerator"], row["households_visited_over"], row["below_plan"])
        for row in brief.figures["stations"]
    ]
    return Chart(
        "stations",
        _("Visit rate of households, by station"),
        _("In official order, no rank. The upright line is the plan, %(plan)s; ▲ lies below it (from 30 doors on).")
        % {"plan": brief.plan_said},
        shares(rows, brief.plan),
        [_("Unit"), _("visited"), _("base"), _("visit rate")],
        [
            [label, grouped(part), grouped(whole), ("▲ " if marked else "") + percent(part, whole)]
            for label, part, whole, marked in rows
        ],
    )
