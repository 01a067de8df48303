"""How a matter comes on record: found at a door, or told to the station."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.lifecycles import begin
from accounts.models import Officer, Unit
from accounts.refusals import Refusal
from accounts.rights import Right
from campaigns.models import Campaign
from disputes import ledger
from disputes.models import Case, CasePremises, CaseUnit, Chain, Closure, Party
from disputes.return_visits import plan_return_visits
from disputes.states import CASE
from disputes.words import CATEGORIES, Kind, Outcome, Told, due_day
from registry.doors import lock_door
from registry.models import Premises


@dataclass(frozen=True)
class PartyFacts:
    name: str
    phone: str = ""
    role: str = ""
    consented: bool | None = None
    is_minor: bool = False
    guardian: str = ""


@dataclass(frozen=True)
class FindingFacts:
    """What was found or told. `due_on` is a day promised to the resident, not after the term of its kind."""

    kind: str
    category: str
    title: str
    on_spot: bool = False
    grade: int = 1
    grade_reason: str = ""
    summary: str = ""
    measures: str = ""
    receiver: str = ""
    source: str = Case.Source.VISIT
    source_ref: str = ""
    parties: Sequence[PartyFacts] = ()
    due_on: date | None = None


@transaction.atomic
def register_finding(
    *,
    facts: FindingFacts,
    premises: Premises,
    campaign: Campaign | None,
    by: Officer,
    at: datetime,
    partner: Officer | None = None,
    client_id: UUID | None = None,
) -> Case:
    """Brings a matter on record: settled on the spot, open with the finder as lead, or registered to be assigned.

    Grade 1 starts with the finder when an officer found it; an auxiliary's finding goes to the partner officer, else
    it waits for a supervisor, as does everything of grade 2 and 3. Needs OPEN_CASE at the door's unit.
    The door is held: merged away meanwhile, the case lies at the door that it was merged into. The same `client_id`
    sent twice by the same person is one case. Raises `Refusal` for an unknown category, an empty line, an on-spot
    matter of a higher grade, a promise that can't be.
    """
    _check(facts)
    known = _sent_before(client_id, by)
    if known is not None:
        return known
    premises = lock_door(premises.pk)
    lead = next((o for o in (by, partner) if o is not None and o.may(Right.LEAD_CASE, premises.unit_id)), None)
    first = _first_move(lead, facts)
    day = timezone.localdate(at)
    case = Case(
        number=_next_number(premises.unit, day),
        unit=premises.unit,
        campaign=campaign,
        lead=lead if first != "register" else None,
        helper=by if lead is not None and lead != by and first != "register" else None,
        client_id=client_id,
        found_on=day,
        registered_at=at,
        registered_by=by,
        due_on=_promised(facts.due_on, day, due_day(facts.kind, facts.grade, day)),
        **_as_told(facts),
        **(_settled(facts.kind, by, at) if first == "settle_on_spot" else {}),
    )
    begin(case, CASE, first, by=by, at=at)
    CaseUnit.objects.create(case=case, unit=case.unit, why=CaseUnit.Why.OWNER)
    CasePremises.objects.create(case=case, premises=premises)
    for party in facts.parties:
        write_party(case, party, at)
    if first == "settle_on_spot":
        Closure.objects.create(case=case, cycle=1, requested_at=at, requested_by=by)
        plan_return_visits(case, at)
    return case


def _as_told(facts: FindingFacts) -> dict[str, Any]:
    """What the case keeps as it was told."""
    kept = {
        name: getattr(facts, name) for name in ("kind", "category", "grade", "grade_reason", "source", "source_ref")
    }
    return kept | {name: getattr(facts, name).strip() for name in ("title", "summary", "measures", "receiver")}


def _first_move(lead: Officer | None, facts: FindingFacts) -> str:
    """How a case comes on record: only an officer begins with it, and only with grade 1."""
    if lead is not None and facts.grade == 1:
        return "settle_on_spot" if facts.on_spot else "open"
    if facts.on_spot:
        raise Refusal(
            "on_spot_needs_an_officer",
            _("Only an officer settles a matter on the spot. Name the officer you walk with, or leave it open."),
            field="on_spot",
        )
    return "register"


def _check(facts: FindingFacts) -> None:
    grade = facts.grade
    if facts.kind not in CATEGORIES:
        raise Refusal("kind", _("Choose what it is: dispute, hazard, request, suggestion or clue."), field="kind")
    if facts.category not in CATEGORIES[facts.kind].values:
        raise Refusal("category", _("Choose a category."), field="category")
    if not facts.title.strip():
        raise Refusal("title", _("Say in one line what it is."), field="title")
    if grade not in (1, 2, 3):
        raise Refusal("grade", _("Choose a grade from 1 to 3."), field="grade")
    if grade > 1 and not facts.grade_reason.strip():
        raise Refusal("grade_reason", _("Say why it is grade %(grade)d.") % {"grade": grade}, field="grade_reason")
    if facts.on_spot and grade > 1:
        raise Refusal("grade", _("Only a grade 1 matter can be settled on the spot."), field="grade")


def _settled(kind: str, by: Officer, at: datetime) -> dict[str, Any]:
    """What settling on the spot writes down: a clue is handed over, a suggestion explained (adopting it needs a measure).

    Who asked or suggested was there, and is told by that.
    """
    outcomes = {Kind.CLUE: Outcome.HANDED_OVER, Kind.SUGGESTION: Outcome.EXPLAINED}
    settled = {"outcome": outcomes.get(Kind(kind), Outcome.ON_SPOT), "settled_at": at, "on_the_spot": True}
    if kind not in (Kind.REQUEST, Kind.SUGGESTION):
        return settled
    return {**settled, "reported_back_at": at, "reported_back_by": by, "reported_back_how": Told.IN_PERSON}


def _sent_before(client_id: UUID | None, by: Officer) -> Case | None:
    if client_id is None:
        return None
    known: Case | None = Case.objects.unscoped("sent twice").filter(client_id=client_id).first()
    if known is not None and known.registered_by_id != by.pk:
        raise Refusal("client_id", _("This form was sent by somebody else. Open it again."), status=409)
    return known


def _promised(due_on: date | None, day: date, term: date) -> date:
    """The promised day, or the term; a promise shortens the term and never lengthens it."""
    if due_on is None:
        return term
    if due_on < day:
        raise Refusal("due_past", _("The day promised lies in the past."), field="due_on")
    if due_on > term:
        sentence = _("This kind of case is due on %(day)s at the latest. Promise that day or an earlier one.")
        raise Refusal("due_late", sentence % {"day": date_format(term)}, field="due_on")
    return due_on


def _next_number(unit: Unit, day: date) -> str:
    """Area digits of the unit's code, the year, the unit and a serial that the unit's chain keeps."""
    chain = ledger.lock_chain(unit.pk)
    Chain.objects.unscoped("counting").filter(pk=chain.pk).update(cases=chain.cases + 1)
    area = (unit.code or "000000")[:6]
    return f"{area}-{day:%Y}-{unit.pk:03d}-{chain.cases + 1:04d}"


def write_party(case: Case, facts: PartyFacts, at: datetime) -> Party:
    return Party.objects.create(
        case=case,
        name=facts.name,
        phone=facts.phone,
        role=facts.role,
        is_minor=facts.is_minor,
        guardian=facts.guardian,
        consented=facts.consented,
        consented_at=at if facts.consented is not None else None,
    )
