"""A day's round as its page says it: rows by building, counters, chips, appointments; what was just done and its undo.

Nothing here asks the database; `round.py` brings the rows.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Any
from uuid import UUID, uuid4

from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, ngettext_lazy

from campaigns.models import FrameDoor, band_of
from disputes.words import Kind, return_due
from registry.models import Premises
from visits import labels
from visits.models import Visit

SHOWN_ROWS = 150
TRY_WORDS = {
    "weekday": gettext_lazy("try a weekday"),
    "evening": gettext_lazy("try the evening"),
    "weekend": gettext_lazy("try the weekend"),
}
OPEN_WORDS = {
    Kind.DISPUTE: ngettext_lazy("%(n)s dispute open", "%(n)s disputes open", "n"),
    Kind.HAZARD: ngettext_lazy("%(n)s hazard open", "%(n)s hazards open", "n"),
    Kind.REQUEST: ngettext_lazy("%(n)s request open", "%(n)s requests open", "n"),
    Kind.SUGGESTION: ngettext_lazy("%(n)s suggestion open", "%(n)s suggestions open", "n"),
    Kind.CLUE: ngettext_lazy("%(n)s clue open", "%(n)s clues open", "n"),
}


@dataclass
class Row:
    """One door as the list shows it. `ended`: nothing more to do here in this part of the day."""

    premises: Premises
    frame: FrameDoor
    at: datetime
    has_phone: bool = False
    open_cases: Counter[str] = field(default_factory=Counter)
    return_due: tuple[str, date] | None = None
    best_band: str = ""
    client_id: UUID = field(default_factory=uuid4)

    @property
    def pk(self) -> int:
        return self.premises.pk

    @property
    def number(self) -> str:
        return labels.door_number(self.premises)

    @property
    def full_number(self) -> str:
        return labels.door_label(self.premises)

    @property
    def name(self) -> str:
        return self.premises.name

    @property
    def address(self) -> str:
        return reverse("visits:door", args=[self.pk])

    @property
    def call_address(self) -> str:
        return reverse("visits:call", args=[self.pk])

    @property
    def nobody_address(self) -> str:
        return reverse("visits:nobody_in", args=[self.pk])

    @cached_property
    def tried_today(self) -> bool:
        last = self.frame.last_at
        return last is not None and timezone.localdate(last) == timezone.localdate(self.at)

    @property
    def visited(self) -> bool:
        return self.frame.met_on is not None

    @cached_property
    def ended(self) -> bool:
        same_band = self.frame.last_at is not None and band_of(self.frame.last_at) == band_of(self.at)
        return self.visited or (self.tried_today and same_band)

    @property
    def pinned(self) -> bool:
        """An appointment of today that has not been kept yet."""
        due = self.frame.next_at
        return not self.visited and due is not None and timezone.localdate(due) <= timezone.localdate(self.at)

    @property
    def appointment(self) -> str:
        due = self.frame.next_at or self.at
        when = labels.clock(due)
        if timezone.localdate(due) < timezone.localdate(self.at):
            return _("Booked %(day)s %(time)s") % {"day": labels.short_date(due), "time": when}
        minutes = int((due - self.at).total_seconds() // 60)
        if 0 <= minutes <= 90:
            return _("Booked %(time)s · in %(minutes)s min") % {"time": when, "minutes": minutes}
        if minutes < 0:
            return _("Booked %(time)s · now due") % {"time": when}
        return _("Booked %(time)s") % {"time": when}

    @property
    def tone(self) -> str:
        return "done" if self.visited else ""

    @property
    def symbol(self) -> str:
        return "check-circle" if self.visited else "door"

    @property
    def word(self) -> str:
        when = labels.clock(self.frame.last_at) if self.frame.last_at and self.tried_today else ""
        if self.visited:
            return _("Visited %(time)s") % {"time": when}
        return f"{Visit.Outcome(self.frame.last_outcome).label} {when}".strip()

    @property
    def tried(self) -> str:
        """How often in vain; a refusal, or what else was said last, is named rather than counted."""
        last = self.frame
        if last.last_outcome == Visit.Outcome.NOBODY_IN or last.last_at is None:
            return ngettext("out %(n)s time", "out %(n)s times", last.tries) % {"n": last.tries}
        return f"{Visit.Outcome(last.last_outcome).label} {labels.short_date(last.last_at)}"

    @property
    def context(self) -> str:
        """One line: how the door is used, then the one thing that matters most for this visit."""
        parts = [str(self.premises.get_use_display()) if self.premises.use else str(self.premises.get_kind_display())]
        if self.open_cases:
            ((kind, n),) = self.open_cases.most_common(1)
            parts.append(str(OPEN_WORDS[Kind(kind)] % {"n": n}))
        elif self.return_due is not None:
            kind, due = self.return_due
            parts.append(return_due(kind, labels.short_day(due), late=due < timezone.localdate(self.at)))
        elif self.frame.tries and not self.visited:
            hint = TRY_WORDS.get(self.best_band)
            parts = [self.tried, str(hint)] if hint else [self.tried]
        elif self.premises.confirmed_on and not self.visited:
            parts.append(_("last confirmed %(month)s") % {"month": labels.month(self.premises.confirmed_on)})
        return " · ".join(parts)


@dataclass
class Group:
    """The doors behind one entrance."""

    title: str
    area: str
    rows: list[Row]
    visited: int
    total: int


@dataclass
class Chip:
    code: str
    label: str | Promise
    count: int


@dataclass
class Undo:
    """What was just written, and where to take it back."""

    door: str
    address: str

    @classmethod
    def of(cls, visit: Visit) -> "Undo":
        return cls(labels.door_label(visit.premises), reverse("visits:undo", args=[visit.pk]))


@dataclass
class Day:
    """Everything that the round's page says; `total` = visited + tried and not met + still to do."""

    at: datetime
    rows: list[Row]
    show: str = "all"

    @property
    def label(self) -> str:
        return labels.day_label(self.at)

    @property
    def part(self) -> str:
        return labels.part_of_day(self.at)

    @property
    def total(self) -> int:
        return len(self.rows)

    @cached_property
    def visited(self) -> int:
        return sum(row.visited for row in self.rows)

    @cached_property
    def tried(self) -> int:
        return sum(row.tried_today and not row.visited for row in self.rows)

    @property
    def share(self) -> int:
        return round(100 * self.visited / self.total) if self.rows else 0

    @property
    def tried_arc(self) -> int:
        """End of the pale arc: it lies under the white one."""
        return round(100 * (self.visited + self.tried) / self.total) if self.rows else 0

    @property
    def chips(self) -> list[Chip]:
        todo = self.total - self.visited - self.tried
        return [
            Chip("all", _("All"), self.total),
            Chip("todo", _("To do"), todo),
            Chip("tried", _("Not met"), self.tried),
            Chip("visited", _("Visited"), self.visited),
        ]

    @cached_property
    def shown(self) -> list[Row]:
        wanted: Callable[[Row], bool] = {
            "todo": lambda row: not row.visited and not row.tried_today,
            "tried": lambda row: row.tried_today and not row.visited,
            "visited": lambda row: row.visited,
        }.get(self.show, lambda row: True)
        return [row for row in self.rows if wanted(row)]

    @property
    def left_off(self) -> int:
        """Rows below the last that the page has room for: their turn comes when those above are done."""
        return sum(not row.pinned for row in self.shown[SHOWN_ROWS:])

    @cached_property
    def pinned(self) -> list[Row]:
        booked = [row for row in self.shown if row.pinned]
        return sorted(booked, key=lambda row: row.frame.next_at or self.at)

    @property
    def groups(self) -> list[Group]:
        """Shown rows cut where the building changes; the tally is of all rows of that building today."""
        tally = Counter(_place(row) for row in self.rows)
        done = Counter(_place(row) for row in self.rows if row.visited)
        streets = {(row.premises.area_id, row.premises.street) for row in self.rows if row.premises.building}
        several = {area for area, n in Counter(area for area, _street in streets).items() if n > 1}
        groups: list[Group] = []
        last: Any = None
        for row in self.shown[:SHOWN_ROWS]:
            if row.pinned:
                continue
            place = _place(row)
            if place != last:
                title = labels.building_label(row.premises) or row.premises.area.label
                area = (
                    labels.street_and_area(row.premises) if row.premises.area_id in several else row.premises.area.label
                )
                area = area if title != row.premises.area.label else ""
                groups.append(Group(title, area, [], done[place], tally[place]))
                last = place
            groups[-1].rows.append(row)
        return groups

    @property
    def nothing(self) -> str:
        if self.rows:
            return _("No door under this heading.")
        return _("No door is due today. Add one on the spot, or ask the supervisor to share doors out.")


def _place(row: Row) -> tuple[str, str, str, str]:
    premises = row.premises
    return premises.area_id, premises.street, premises.building, premises.entrance
