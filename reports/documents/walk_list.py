"""The walk list of one officer: doors in walking order, with codes, boxes to tick and room to write.

A list may be lost. It carries no phone number, and a resident's name in clear only when the officer who holds the
doors prints it; printed by the desk for somebody else, names are masked.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Officer, Unit
from campaigns.models import Assignment, Campaign, Question
from registry.models import Premises
from reports.rendering import MOST_PAGES
from visits import keys, labels
from visits.models import Visit

# WeasyPrint takes half a second a page and its memory grows: a part of more than twenty pages is never asked of it.
DOORS_A_PAGE = 6
PAGES_A_PART = MOST_PAGES
# With many questions or long addresses a page holds fewer doors than was thought: then so many are tried.
FEWER_DOORS_A_PAGE = (3, 1)


@dataclass
class Door:
    """One block of the list."""

    row: Assignment
    in_clear: bool
    questions: list[tuple[int, Question]]

    @property
    def premises(self) -> Premises:
        return self.row.premises

    @property
    def code(self) -> str:
        return self.row.frame_door.code

    @property
    def number(self) -> str:
        return labels.door_number(self.premises)

    @property
    def address(self) -> str:
        """As written, where the number alone does not say it."""
        return self.premises.address if self.premises.address != self.number else ""

    @property
    def name(self) -> str:
        return self.premises.name if self.in_clear else self.premises.masked_name

    @property
    def facts(self) -> str:
        """Kind and use, then what was tried before."""
        premises, frame = self.premises, self.row.frame_door
        parts = [str(premises.get_use_display() or premises.get_kind_display())]
        if frame.last_at is not None and frame.last_outcome:
            said = Visit.Outcome(frame.last_outcome).label
            parts.append(f"{labels.short_date(frame.last_at)} {said}")
            if frame.tries > 1:
                parts.append(ngettext("%(n)s try", "%(n)s tries", frame.tries) % {"n": frame.tries})
        if frame.next_at is not None:
            parts.append(_("booked %(at)s") % {"at": labels.moment(frame.next_at)})
        return " · ".join(parts)


@dataclass
class Group:
    """Doors behind one entrance, or those of a community that stand by themselves."""

    title: str
    where: str
    doors: list[Door]


@dataclass
class Sheet:
    """What is handed to one officer: a whole list, or one part of a long one."""

    officer: Officer
    partner: Officer | None
    rows: list[Assignment]
    part: int
    parts: int
    first: int
    total: int
    in_clear: bool
    doors_a_page: int = DOORS_A_PAGE

    @property
    def last(self) -> int:
        return self.first + len(self.rows) - 1

    @property
    def pages(self) -> int:
        """At most so many: the layout needs less when there are few headings."""
        return -(-len(self.rows) // self.doors_a_page)


def doors_to_do(
    reader: Officer, campaign: Campaign, *, officer: Officer | None = None, unit: Unit | None = None, due: date | None
) -> Any:
    """Live assignments within the reader's reach whose doors are still to be met, in walking order by officer."""
    rows = Assignment.objects.visible_to(reader).live().to_visit().filter(campaign=campaign)
    if officer is not None:
        rows = rows.of(officer)
    if unit is not None:
        rows = rows.filter(unit=unit)
    if due is not None:
        rows = rows.filter(due_on__lte=due)
    rows = rows.select_related("premises__area", "frame_door", "officer__unit", "partner")
    return rows.order_by("officer__badge", "premises__area_id", "premises__walk_key", "premises_id")


def sheets_of(
    rows: list[Assignment], *, reader: Officer, holder: Officer | None, doors_a_page: int = DOORS_A_PAGE
) -> list[Sheet]:
    """One sheet an officer, long ones in parts; `holder` takes the doors that a pair holds as one list."""
    doors_a_part = doors_a_page * PAGES_A_PART
    sheets: list[Sheet] = []
    ordered = groupby(rows, key=lambda row: row.officer_id) if holder is None else [(holder.pk, iter(rows))]
    for _key, found in ordered:
        mine = list(found)
        officer = holder or mine[0].officer
        hands = {pk for row in mine for pk in (row.officer_id, row.partner_id)}
        others = [row.partner if row.officer_id == officer.pk else row.officer for row in mine]
        parts = -(-len(mine) // doors_a_part)
        for number in range(parts):
            start = number * doors_a_part
            sheets.append(
                Sheet(
                    officer=officer,
                    partner=next((other for other in others if other is not None), None),
                    rows=mine[start : start + doors_a_part],
                    part=number + 1,
                    parts=parts,
                    first=start + 1,
                    total=len(mine),
                    in_clear=reader.pk in hands and all(reader.pk in (r.officer_id, r.partner_id) for r in mine),
                    doors_a_page=doors_a_page,
                )
            )
    return sheets


def parts_of(sheets: list[Sheet]) -> list[list[Sheet]]:
    """Sheets laid together, whole ones, until a file has its twenty pages."""
    parts: list[list[Sheet]] = []
    pages = 0
    for sheet in sheets:
        if not parts or pages + sheet.pages > PAGES_A_PART:
            parts.append([])
            pages = 0
        parts[-1].append(sheet)
        pages += sheet.pages
    return parts


def groups_of(sheet: Sheet, questions: list[Question]) -> Iterator[Group]:
    asked = {kind: list(enumerate(keys.asked_on_paper(questions, kind), start=1)) for kind in Premises.Kind.values}

    def place(row: Assignment) -> tuple[str, ...]:
        premises = row.premises
        house = (premises.building, premises.entrance)
        return (premises.area_id, *house, premises.street if any(house) else "")

    for _place, rows in groupby(sheet.rows, key=place):
        doors = [Door(row, sheet.in_clear, asked[row.premises.kind]) for row in rows]
        first = doors[0].premises
        inside = first.building or first.entrance
        title = labels.building_label(first) if inside else first.area.label
        yield Group(title, labels.street_and_area(first) if inside else "", doors)


def questions_of(sheet: Sheet, questions: list[Question]) -> list[tuple[str, list[tuple[int, Question]]]]:
    """What is asked at the kinds of door on this sheet; kinds that are asked the same stand together."""
    kinds = {row.premises.kind for row in sheet.rows}
    found: dict[tuple[Question, ...], list[str]] = {}
    for kind in Premises.Kind:
        asked = tuple(keys.asked_on_paper(questions, kind))
        if kind in kinds and asked:
            found.setdefault(asked, []).append(str(kind.label))
    return [(" / ".join(words), list(enumerate(asked, start=1))) for asked, words in found.items()]


def walk_list_html(sheet: Sheet, campaign: Campaign, *, printer: Officer, language: str, at: datetime) -> str:
    """One officer's sheet in one language; every text of a resident is escaped by the template."""
    questions = list(campaign.questions.all())
    with translation.override(language), timezone.override(settings.TIME_ZONE):
        return render_to_string(
            "reports/paper/walk_list.html",
            {
                "language": language,
                "campaign": campaign,
                "sheet": sheet,
                "groups": list(groups_of(sheet, questions)),
                "topics": list(enumerate(campaign.topics.all(), start=1)),
                "questions": questions_of(sheet, questions),
                "outcomes": list(enumerate(keys.OUTCOME_WORDS, start=1)),
                "places": list(enumerate(keys.PLACES, start=1)),
                "not_given": list(enumerate(keys.NOT_GIVEN, start=1)),
                "kinds": list(enumerate(keys.KINDS, start=1)),
                "printer": printer,
                "at": at,
                "demo": settings.DEMO,
            },
        )
