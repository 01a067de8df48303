"""How a form is laid out: sections of rows of cells, each a label beside what is known or room to write by pen."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.formats import date_format

from accounts.models import Officer

# A row is cut into so many columns; a label takes three of them, a question as many as its words need.
COLUMNS = 24
LABEL = 3


@dataclass(frozen=True)
class Tick:
    label: str
    on: bool = False


@dataclass(frozen=True)
class Cell:
    """`lines`: room to write, in lines of seven millimetres. `wide` makes the cell so many times as wide."""

    label: str
    value: str = ""
    ticks: tuple[Tick, ...] = ()
    lines: int = 1
    wide: int = 1
    rows: tuple[str, ...] = ()
    label_columns: int = LABEL


@dataclass(frozen=True)
class Row:
    cells: tuple[Cell, ...]

    @property
    def spans(self) -> list[tuple[Cell, int]]:
        """Cells with the columns that their values take; the last one takes what is left."""
        parts = sum(cell.wide for cell in self.cells)
        taken = [COLUMNS * cell.wide // parts for cell in self.cells]
        taken[-1] += COLUMNS - sum(taken)
        return [(cell, columns - cell.label_columns) for cell, columns in zip(self.cells, taken, strict=True)]

    @property
    def height(self) -> int:
        return max(cell.lines for cell in self.cells)


@dataclass(frozen=True)
class Section:
    title: str
    rows: tuple[Row, ...]
    overleaf: bool = False


@dataclass(frozen=True)
class Form:
    """`code` is the door's, or the case's number; `remarks` stand below the table."""

    title: str
    campaign: str
    unit: str
    code: str
    sections: tuple[Section, ...]
    remarks: tuple[str, ...] = ()

    @property
    def two_sided(self) -> bool:
        return any(section.overleaf for section in self.sections)


def row(*cells: Cell) -> Row:
    return Row(cells)


def ticks(choices: Iterable[tuple[Any, Any]], chosen: Iterable[Any] = ()) -> tuple[Tick, ...]:
    """One box a choice (value, words), ticked where the value is among the chosen."""
    on = set(chosen)
    return tuple(Tick(str(label), value in on) for value, label in choices)


def day(value: date | None) -> str:
    return date_format(value, "DATE_FORMAT") if value else ""


def moment(value: datetime | None) -> str:
    return date_format(timezone.localtime(value), "DATETIME_FORMAT") if value else ""


def form_html(form: Form, *, foot: str, printer: Officer, language: str, at: datetime) -> str:
    """The page in one language; call it under that language, as the form's words were made."""
    with translation.override(language), timezone.override(settings.TIME_ZONE):
        context = {
            "form": form,
            "foot": foot,
            "language": language,
            "printer": printer,
            "at": at,
            "demo": settings.DEMO,
            "columns": range(COLUMNS),
        }
        return render_to_string("reports/paper/form.html", context)
