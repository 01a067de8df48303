"""Each kind of paper drawn from the marked world: which text columns it shows is read off it, not listed.

What a paper shows is what is attacked: a text is put where a column is read, between the database and the model, so that
no column's length cuts it. A mark that is left on such a paper came by a way that the attack does not know.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pytest
from django.apps import apps
from django.db import transaction
from django.utils import translation

from accounts.models import Officer
from campaigns.models import FrameDoor, Question
from disputes.models import Case, Closure, Party, ReturnVisit
from registry.fields import SealedTextField
from registry.masking import masked_phone
from registry.models import Premises
from reports import actions
from reports.documents.dispute_form import dispute_form
from reports.documents.layout import Form, form_html
from reports.documents.notice_slip import slips_html
from reports.documents.visit_forms import facts_of_door, facts_of_visit, visit_form
from reports.documents.walk_list import doors_to_do, sheets_of, walk_list_html
from reports.models import Snapshot
from reports.pdf import brief_html
from tests.accounts.canaries import base36
from tests.accounts.marked import MARK, Marked, marked, shaped
from tests.world import NOW, TODAY, World
from visits.models import Delivery

LANGUAGE = "zh-hans"
TYPED = ("decisions", "problems", "next_steps")


def paper_house(world: World) -> Marked:
    """The marked world with everything about the own case and visit that a paper shows only where it is so."""
    without_number = world.door(399)
    house = marked(world)
    world.give(house.watched.campaign, without_number, world.owner)
    Premises._base_manager.filter(pk=without_number.pk).update(door="东户")
    spot, unscoped = house.watched.spots["own"], "test"
    FrameDoor.objects.unscoped(unscoped).update(met_on=None, next_at=NOW)
    Party.objects.filter(case=spot.case).update(is_minor=True)
    party = Party.objects.filter(case=spot.case).first()
    Case.objects.unscoped(unscoped).filter(pk=spot.case.pk).update(helper=world.auxiliary)
    Closure.objects.filter(case=spot.case).update(decided_at=NOW, decided_by=spot.chief, approved=False)
    Question.objects.filter(type__in=("yes_no", "choice")).update(required=True)
    topic = house.watched.campaign.topics.first()
    spot.visit.topics.add(topic)
    Delivery.objects.create(visit=spot.visit, topic=topic)
    ReturnVisit._base_manager.filter(case=spot.case).update(
        party=party, done_at=NOW, done_by=spot.hand, answer="solved"
    )
    return house


def fresh(row: Any) -> Any:
    """As the database has it now: what was read before knows nothing of an attack."""
    rows = type(row)._base_manager.all()
    return (rows.select_related("unit") if isinstance(row, Officer) else rows).get(pk=row.pk)


# -- each kind, as its view draws it --


def form(made: Form, printer: Officer) -> str:
    return form_html(made, foot="x", printer=printer, language=LANGUAGE, at=NOW)


def the_walk_list(house: Marked, printer: Officer) -> str:
    """The own doors' list, printed by their holder, or masked by the desk."""
    holder, campaign = fresh(house.world.owner), fresh(house.watched.campaign)
    rows = list(doors_to_do(printer, campaign, officer=holder, due=None))
    sheets = sheets_of(rows, reader=printer, holder=holder)
    return "".join(walk_list_html(s, campaign, printer=printer, language=LANGUAGE, at=NOW) for s in sheets)


def the_door(house: Marked, kind: str, printer: Officer) -> str:
    facts = facts_of_door(fresh(house.watched.spots["own"].door), fresh(house.watched.campaign), printer)
    return form(visit_form(facts, kind), printer)


def the_visit(house: Marked, kind: str, printer: Officer) -> str:
    return form(visit_form(facts_of_visit(fresh(house.watched.spots["own"].visit), printer), kind), printer)


def the_case(house: Marked, printer: Officer) -> str:
    return form(dispute_form(fresh(house.watched.spots["own"].case), reader=printer), printer)


def a_case_to_fill_in(house: Marked, printer: Officer) -> str:
    return form(dispute_form(None, reader=printer, premises=fresh(house.watched.spots["own"].door)), printer)


def the_slips(house: Marked, printer: Officer) -> str:
    campaign = fresh(house.watched.campaign)
    return slips_html(campaign, officer=printer, sheets=1, printer=printer, language=LANGUAGE, at=NOW)


def the_brief(house: Marked, printer: Officer) -> str:
    """Begun, typed and frozen anew: its figures keep the names of the moment."""
    said = {name: f"zq{base36(49_000_000 + number)}x" for number, name in enumerate(TYPED)}
    house.marks |= {mark: (f"reports.Snapshot.{name}", "own") for name, mark in said.items()}
    with transaction.atomic():
        draft = actions.begin_brief(
            campaign=fresh(house.watched.campaign), unit=fresh(house.world.bureau), starts_on=TODAY, ends_on=TODAY,
            by=printer, at=NOW,
        )  # fmt: skip
        typed = actions.type_brief(snapshot=draft, issue=draft.issue, by=printer, **said)
        snapshot: Snapshot = fresh(actions.freeze_brief(snapshot=typed, by=printer, at=NOW))
        html = brief_html(snapshot, language=LANGUAGE, badge=printer.badge, number=1)
        transaction.set_rollback(True)
    return html


HOUSEHOLD, SHOP = Premises.Kind.HOUSEHOLD, Premises.Kind.SHOP
# Which function makes it → each way it is drawn, and by whom.
PAPERS: dict[str, dict[str, Callable[[Marked], str]]] = {
    "walk_list_html": {
        "own walk list": lambda house: the_walk_list(house, fresh(house.world.owner)),
        "walk list by the desk": lambda house: the_walk_list(house, fresh(house.world.chief)),
    },
    "visit_form": {
        "form of a household": lambda house: the_door(house, HOUSEHOLD, fresh(house.world.owner)),
        "form of a visit to a household": lambda house: the_visit(house, HOUSEHOLD, fresh(house.world.owner)),
        "form of a visit to a shop": lambda house: the_visit(house, SHOP, fresh(house.world.owner)),
        "form of a visit by the chief": lambda house: the_visit(house, HOUSEHOLD, fresh(house.world.chief)),
    },
    "dispute_form": {
        "form of a case": lambda house: the_case(house, fresh(house.world.owner)),
        "form of a case by the chief": lambda house: the_case(house, fresh(house.world.chief)),
        "form of a case to fill in": lambda house: a_case_to_fill_in(house, fresh(house.world.owner)),
    },
    "slips_html": {"slips": lambda house: the_slips(house, fresh(house.world.owner))},
    "brief_html": {"brief": lambda house: the_brief(house, fresh(house.world.desk))},
}
KINDS = {name: paper for papers in PAPERS.values() for name, paper in papers.items()}
# Lays out what the two forms made.
LAYS_OUT = {"form_html"}


def draw_up(house: Marked, kind: str) -> str:
    with translation.override(LANGUAGE):
        return KINDS[kind](house)


def columns_on(house: Marked, html: str) -> set[str]:
    """The columns whose marks stand there, a phone number's also where it is masked."""
    shown = {mark: column for mark, (column, _place) in house.marks.items()}
    found = {shown[mark] for mark in MARK.findall(html) if mark in shown}
    phones = {column for mark, column in shown.items() if not mark.startswith("zq") and masked_phone(mark) in html}
    return found | phones


def marks_on(house: Marked, html: str) -> set[str]:
    return {mark for mark in MARK.findall(html) if mark in house.marks}


@contextmanager
def attacked(texts: Mapping[str, str]) -> Iterator[None]:
    """Whoever reads one of these columns gets its text, wherever it has its mark."""
    with pytest.MonkeyPatch.context() as patch:
        for column, text in texts.items():
            label, _, name = column.rpartition(".")
            field = apps.get_model(label)._meta.get_field(name)
            sealed = isinstance(field, SealedTextField)
            said = text if sealed else shaped(column, field, text)
            patch.setattr(field, "from_db_value", given(said, sealed), raising=False)
        yield


def given(said: Any, sealed: bool) -> Callable[..., Any]:
    return lambda value, *_how: said if value and (sealed or MARK.search(str(value))) else value
