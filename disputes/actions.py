"""What a person can do to a case. Each function is one transaction: right, reach, state, write, record.

Rows come in already loaded through the officer's reach; `version` is the one that the person saw.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actions import notify
from accounts.lifecycles import begin, move
from accounts.models import Officer, Unit
from accounts.refusals import Refusal
from accounts.rights import Right
from campaigns.models import Campaign
from disputes import ledger
from disputes.models import Case, CasePremises, CaseUnit, Chain, Closure, Party, ReturnVisit, Session
from disputes.states import CASE
from disputes.words import CATEGORIES, DUE_DAYS, RETURN_DAYS, Kind, Outcome
from registry.models import Premises

RECHECK_DAYS = 3


@dataclass(frozen=True)
class PartyFacts:
    name: str
    phone: str = ""
    role: str = ""
    consented: bool | None = None
    is_minor: bool = False
    guardian: str = ""


def due_day(kind: str, grade: int, day: date) -> date:
    """The plain due date by kind and grade, until a deadline policy computes it over working days."""
    return day + timedelta(days=DUE_DAYS[kind][grade])


def local_day(at: datetime) -> date:
    return timezone.localtime(at).date()


@transaction.atomic
def register_finding(
    *,
    kind: str,
    category: str,
    title: str,
    premises: Premises,
    campaign: Campaign | None,
    by: Officer,
    at: datetime,
    partner: Officer | None = None,
    on_spot: bool = False,
    grade: int = 1,
    grade_reason: str = "",
    summary: str = "",
    measures: str = "",
    receiver: str = "",
    source: str = Case.Source.VISIT,
    source_ref: str = "",
    parties: Sequence[PartyFacts] = (),
) -> Case:
    """Brings a matter on record: settled on the spot, open with the finder as lead, or registered to be assigned.

    Grade 1 starts with the finder when an officer found it; an auxiliary's finding goes to the partner officer, else
    it waits for a supervisor, as does everything of grade 2 and 3. Needs OPEN_CASE at the door's unit.
    Raises `Refusal` for an unknown category, an empty line, an on-spot matter of a higher grade.
    """
    _check_finding(kind, category, title, grade, grade_reason, on_spot)
    lead = next((o for o in (by, partner) if o is not None and o.may(Right.LEAD_CASE, premises.unit_id)), None)
    day = local_day(at)
    first = "register"
    if lead is not None and grade == 1:
        first = "settle_on_spot" if on_spot else "open"
    elif on_spot:
        raise Refusal(
            "on_spot_needs_an_officer",
            _("Only an officer settles a matter on the spot. Name the officer you walk with, or leave it open."),
            field="on_spot",
        )
    case = Case(
        number=_next_number(premises.unit, day),
        kind=kind,
        category=category,
        grade=grade,
        grade_reason=grade_reason,
        unit=premises.unit,
        campaign=campaign,
        lead=lead if first != "register" else None,
        helper=by if lead is not None and lead != by and first != "register" else None,
        source=source,
        source_ref=source_ref,
        title=title.strip(),
        summary=summary.strip(),
        measures=measures.strip(),
        receiver=receiver.strip(),
        outcome=_on_spot_outcome(kind) if first == "settle_on_spot" else "",
        settled_at=at if first == "settle_on_spot" else None,
        found_on=day,
        registered_at=at,
        registered_by=by,
        due_on=due_day(kind, grade, day),
    )
    begin(case, CASE, first, by=by, at=at)
    CaseUnit.objects.create(case=case, unit=case.unit, why=CaseUnit.Why.OWNER)
    CasePremises.objects.create(case=case, premises=premises)
    _write_parties(case, parties, at)
    if first == "settle_on_spot":
        Closure.objects.create(case=case, cycle=1, requested_at=at, requested_by=by)
        _plan_return_visits(case, at)
    return case


def _check_finding(kind: str, category: str, title: str, grade: int, grade_reason: str, on_spot: bool) -> None:
    if kind not in CATEGORIES:
        raise Refusal("kind", _("Choose what it is: dispute, hazard, request, suggestion or clue."), field="kind")
    if category not in CATEGORIES[kind].values:
        raise Refusal("category", _("Choose a category."), field="category")
    if not title.strip():
        raise Refusal("title", _("Say in one line what it is."), field="title")
    if grade not in (1, 2, 3):
        raise Refusal("grade", _("Choose a grade from 1 to 3."), field="grade")
    if grade > 1 and not grade_reason.strip():
        raise Refusal("grade_reason", _("Say why it is grade %(grade)d.") % {"grade": grade}, field="grade_reason")
    if on_spot and grade > 1:
        raise Refusal("grade", _("Only a grade 1 matter can be settled on the spot."), field="grade")


def _on_spot_outcome(kind: str) -> str:
    """A clue is handed over, a suggestion adopted; the rest is settled on the spot."""
    return {Kind.CLUE: Outcome.HANDED_OVER, Kind.SUGGESTION: Outcome.ADOPTED}.get(Kind(kind), Outcome.ON_SPOT)


def _next_number(unit: Unit, day: date) -> str:
    """Area digits of the unit's code, the year, the unit and a serial that the unit's chain keeps."""
    chain = ledger.lock_chain(unit.pk)
    Chain.objects.unscoped("counting").filter(pk=chain.pk).update(cases=chain.cases + 1)
    area = (unit.code or "000000")[:6]
    return f"{area}-{day:%Y}-{unit.pk:03d}-{chain.cases + 1:04d}"


def _write_parties(case: Case, parties: Iterable[PartyFacts], at: datetime) -> None:
    for facts in parties:
        Party.objects.create(
            case=case,
            name=facts.name,
            phone=facts.phone,
            role=facts.role,
            is_minor=facts.is_minor,
            guardian=facts.guardian,
            consented=facts.consented,
            consented_at=at if facts.consented is not None else None,
        )


def _plan_return_visits(case: Case, at: datetime) -> None:
    """Return visits of this cycle: per party by grade for a dispute, a re-check for an ordered hazard, one question
    for a request. Calendar days from settling."""
    day = local_day(at)
    door = CasePremises.objects.filter(case=case).values_list("premises_id", flat=True).first()
    plan: list[tuple[int, Party | None, Officer]] = []
    lead = case.lead or case.registered_by
    if case.kind == Kind.DISPUTE:
        parties = list(case.parties.all()) if case.grade > 1 else []
        plan = [(days, party, lead) for days in RETURN_DAYS[case.grade] for party in parties or (None,)]
    elif case.kind == Kind.HAZARD and case.outcome == Outcome.RECTIFIED:
        plan = [(RECHECK_DAYS, None, _other_hand(case))]
    elif case.kind == Kind.REQUEST and case.outcome in (Outcome.ANSWERED, Outcome.ON_SPOT):
        plan = [(RETURN_DAYS[1][0], None, lead)]
    ReturnVisit.objects.unscoped("planning").bulk_create(
        ReturnVisit(
            case=case,
            cycle=case.cycle,
            party=party,
            officer=officer,
            premises_id=door,
            due_on=day + timedelta(days=days),
        )
        for days, party, officer in plan
    )


def _other_hand(case: Case) -> Officer:
    """Somebody other than the lead for the re-check: the helper, else a colleague of the station."""
    if case.helper is not None and case.helper_id != case.lead_id:
        return case.helper
    colleagues = Officer.objects.unscoped("who re-checks").filter(unit_id=case.unit_id, kind=Officer.Kind.POLICE)
    found: Officer | None = (
        colleagues.working(case.found_on).exclude(pk=case.lead_id).order_by("added_at", "badge").first()
    )
    if found is None:
        raise Refusal("nobody_rechecks", _("Nobody else at the station can check this hazard again. Ask the bureau."))
    return found


# -- handing a case out and taking it on --


@transaction.atomic
def assign(*, case: Case, lead: Officer, helper: Officer | None, version: int, by: Officer, at: datetime) -> Case:
    case = move(case, CASE, "assign", by=by, at=at, version=version, lead=lead, helper=helper)
    notify(
        officer=lead,
        code="case_assigned",
        stage=f"case:{case.pk}:{case.version}",
        url_name="disputes:case",
        url_args=[case.pk],
        number=case.number,
    )
    return case


@transaction.atomic
def hand_over(*, case: Case, lead: Officer, helper: Officer | None, version: int, by: Officer, at: datetime) -> Case:
    """Gives a case in work to another lead: somebody left, moved or is away. Open return visits go along."""
    before = case.lead_id
    case = move(case, CASE, "hand_over", by=by, at=at, version=version, lead=lead, helper=helper)
    pending = ReturnVisit.objects.unscoped("they go along").filter(case=case, done_at__isnull=True, officer_id=before)
    pending.update(officer=lead)
    notify(
        officer=lead,
        code="case_assigned",
        stage=f"case:{case.pk}:{case.version}",
        url_name="disputes:case",
        url_args=[case.pk],
        number=case.number,
    )
    return case


@transaction.atomic
def decline(*, case: Case, reason: str, version: int, by: Officer, at: datetime) -> Case:
    _needs_text(reason, "reason", _("Say why you can't take it."))
    return move(case, CASE, "decline", by=by, at=at, version=version, facts={"reason": reason}, lead=None)


@transaction.atomic
def sign_for(*, case: Case, version: int, by: Officer, at: datetime) -> Case:
    return move(case, CASE, "sign_for", by=by, at=at, version=version)


# -- adding to the record --


@transaction.atomic
def add_party(*, case: Case, facts: PartyFacts, version: int, by: Officer, at: datetime) -> Case:
    """A party with, or still without, dated consent. A minor needs a guardian (procedure rules, 181)."""
    _needs_text(facts.name, "name", _("Name the party."))
    if facts.is_minor:
        _needs_text(facts.guardian, "guardian", _("A minor is accompanied: name the guardian."))
    case = move(case, CASE, "note", by=by, at=at, version=version, facts={"what": "party"})
    if Party.objects.filter(case=case, name=facts.name).exists():
        raise Refusal("party_twice", _("This party is already in the case."), field="name")
    _write_parties(case, [facts], at)
    return case


@transaction.atomic
def record_consent(*, case: Case, party: Party, consented: bool, version: int, by: Officer, at: datetime) -> Case:
    """Consent, or its refusal, as given on that day; may change at any time (People's Mediation Law, 23)."""
    party.consented, party.consented_at = consented, at
    party.save(update_fields=["consented", "consented_at"])
    facts = {"what": "consent", "party": party.pk, "consented": consented}
    return move(case, CASE, "note", by=by, at=at, version=version, facts=facts)


@transaction.atomic
def add_session(
    *,
    case: Case,
    held_at: datetime,
    place: str,
    content: str,
    version: int,
    by: Officer,
    at: datetime,
    present: str = "",
    result: str = "",
) -> Case:
    _needs_text(content, "content", _("Write down what was said or done."))
    _needs_text(place, "place", _("Say where it took place."))
    if held_at > at:
        raise Refusal("future", _("This lies in the future. Enter when it took place."), field="held_at")
    Session.objects.create(
        case=case, at=held_at, place=place, mediator=by, present=present, content=content, result=result, recorded_at=at
    )
    return move(case, CASE, "note", by=by, at=at, version=version, facts={"what": "session", "note": content})


# -- settling and what follows --


@transaction.atomic
def settle(
    *,
    case: Case,
    outcome: str,
    measures: str,
    version: int,
    by: Officer,
    at: datetime,
    performed: bool | None = None,
    receiver: str = "",
    receiver_ref: str = "",
) -> Case:
    """The lead says how it ended; return visits of this cycle are planned."""
    _needs_text(measures, "measures", _("Write down what was done."))
    case = move(
        case,
        CASE,
        "settle",
        by=by,
        at=at,
        version=version,
        outcome=outcome,
        measures=measures.strip(),
        performed=performed,
        receiver=receiver.strip(),
        receiver_ref=receiver_ref.strip(),
        settled_at=at,
    )
    _plan_return_visits(case, at)
    return case


@transaction.atomic
def mark_performed(*, case: Case, version: int, by: Officer, at: datetime) -> Case:
    return move(case, CASE, "perform", by=by, at=at, version=version, performed=True)


@transaction.atomic
def relapse(*, case: Case, reason: str, version: int, by: Officer, at: datetime) -> Case:
    _needs_text(reason, "reason", _("Say what happened."))
    return move(
        case, CASE, "relapse", by=by, at=at, version=version, facts={"reason": reason}, outcome="", settled_at=None
    )


@transaction.atomic
def fail(*, case: Case, measures: str, version: int, by: Officer, at: datetime) -> Case:
    """Mediation failed; the tap says that court, arbitration and administrative routes were told (the Law, 26)."""
    _needs_text(measures, "measures", _("Write down what was tried and which routes were told."))
    return move(case, CASE, "fail", by=by, at=at, version=version, outcome=Outcome.FAILED, measures=measures.strip())


@transaction.atomic
def retry(*, case: Case, version: int, by: Officer, at: datetime) -> Case:
    return move(case, CASE, "retry", by=by, at=at, version=version, outcome="")


@transaction.atomic
def legal_route(*, case: Case, receiver: str, receiver_ref: str, version: int, by: Officer, at: datetime) -> Case:
    """A body accepted it: ended by procedure, counted on its own line, never as resolved."""
    _needs_text(receiver, "receiver", _("Name the body that accepted it."))
    return move(
        case,
        CASE,
        "legal_route",
        by=by,
        at=at,
        version=version,
        outcome=Outcome.LEGAL_ROUTE,
        receiver=receiver.strip(),
        receiver_ref=receiver_ref.strip(),
    )


@transaction.atomic
def make_return_visit(
    *,
    visit: ReturnVisit,
    answer: str,
    by: Officer,
    at: datetime,
    client_id: UUID | None = None,
    in_person: bool = False,
    note: str = "",
) -> ReturnVisit:
    """Records the answer of one return visit; sent twice it is stored once.

    "Not settled" sends the case back to handling, or reopens it when it was struck off already.
    The lead, the named officer or a supervisor may make it; a hazard's re-check any officer of the unit but the lead.
    """
    # The case before its visits, as every move does: two hands at once wait for each other, never in a circle.
    case: Case = Case._base_manager.select_for_update(no_key=True, of=("self",)).get(pk=visit.case_id)
    locked: ReturnVisit = (
        ReturnVisit.objects.unscoped("loaded by the caller").select_for_update(of=("self",)).get(pk=visit.pk)
    )
    if locked.done_at is not None:
        if client_id is not None and locked.client_id == client_id:
            return locked
        raise Refusal("already_made", _("This return visit has been made already."), status=409)
    _may_return(case, locked, by)
    if answer not in ReturnVisit.Answer.values:
        raise Refusal("answer", _("Choose the answer."), field="answer")
    locked.client_id, locked.done_at, locked.done_by = client_id, at, by
    locked.answer, locked.in_person, locked.note = answer, in_person, note
    locked.save(update_fields=["client_id", "done_at", "done_by", "answer", "in_person", "note"])
    told = {"what": "return_visit", "visit": locked.pk, "answer": answer, "note": note}
    case = move(case, CASE, "answered", by=by, at=at, version=case.version, facts=told)
    if answer == ReturnVisit.Answer.RELAPSED:
        _undo_settlement(case, by=by, at=at)
    elif answer == ReturnVisit.Answer.UNREACHABLE:
        _try_again_in_person(locked, at)
    return locked


def _may_return(case: Case, visit: ReturnVisit, by: Officer) -> None:
    if case.kind == Kind.HAZARD and by.pk == case.lead_id:
        raise Refusal("recheck", _("An ordered hazard is checked again by somebody other than the lead."), status=403)
    if by.pk in (visit.officer_id, case.lead_id, case.helper_id) or by.may(Right.DIRECT_CASES, case.unit_id):
        return
    if case.kind == Kind.HAZARD and by.may(Right.LEAD_CASE, case.unit_id):
        return
    raise Refusal("not_in_case", _("This return visit is somebody else's."), status=403)


def _undo_settlement(case: Case, *, by: Officer, at: datetime) -> None:
    if case.state == Case.State.CLOSED:
        _reopen(case, "reopen_told", by=by, at=at, version=case.version)
    elif case.state in (Case.State.FOLLOW_UP, Case.State.CLOSURE_PENDING):
        if case.state == Case.State.CLOSURE_PENDING:
            Closure.objects.filter(case=case, decided_at__isnull=True).update(
                decided_at=at,
                decided_by=by,
                approved=False,
                return_reason=Closure.ReturnReason.RETURN_VISIT,
            )
        move(case, CASE, "relapse_told", by=by, at=at, version=case.version, outcome="", settled_at=None)


def _try_again_in_person(visit: ReturnVisit, at: datetime) -> None:
    ReturnVisit.objects.unscoped("planning").create(
        case_id=visit.case_id,
        cycle=visit.cycle,
        party=visit.party,
        officer=visit.officer,
        premises=visit.premises,
        due_on=local_day(at) + timedelta(days=1),
        in_person=True,
    )


# -- striking off: a request and an approval by another hand --


@transaction.atomic
def request_closure(*, case: Case, version: int, by: Officer, at: datetime) -> Case:
    case = move(case, CASE, "request_closure", by=by, at=at, version=version)
    Closure.objects.create(case=case, cycle=case.cycle, requested_at=at, requested_by=by)
    return case


@transaction.atomic
def approve(*, case: Case, version: int, by: Officer, at: datetime, opinion: str = "") -> Case:
    """Strikes the case off. `by` is none of lead, requester, mediator, finder; grade 3 needs a bureau leader."""
    case = move(case, CASE, "approve", by=by, at=at, version=version, facts={"opinion": opinion}, closed_at=at)
    _decide(case, by=by, at=at, approved=True, opinion=opinion)
    return case


@transaction.atomic
def return_closure(
    *, case: Case, return_reason: str, version: int, by: Officer, at: datetime, opinion: str = ""
) -> Case:
    if return_reason not in Closure.ReturnReason.values:
        raise Refusal("return_reason", _("Say why it goes back."), field="return_reason")
    facts = {"return_reason": return_reason, "opinion": opinion}
    case = move(case, CASE, "return", by=by, at=at, version=version, facts=facts, outcome="", settled_at=None)
    _decide(case, by=by, at=at, approved=False, opinion=opinion, return_reason=return_reason)
    return case


def _decide(
    case: Case, *, by: Officer, at: datetime, approved: bool, opinion: str = "", return_reason: str = ""
) -> None:
    Closure.objects.filter(case=case, decided_at__isnull=True).update(
        decided_at=at, decided_by=by, approved=approved, opinion=opinion, return_reason=return_reason
    )


@dataclass(frozen=True)
class BulkApproval:
    """What a bulk approval did: struck off, and the sentence for each that was left."""

    approved: list[Case]
    refused: list[tuple[Case, Refusal]]


def approve_in_bulk(*, chosen: Sequence[tuple[Case, int]], by: Officer, at: datetime) -> BulkApproval:
    """Strikes off grade 1 on-spot matters, (case, version) each; one that can't be never sinks the others."""
    done, left = [], []
    for case, version in sorted(chosen, key=lambda pair: pair[0].pk):
        try:
            if case.grade != 1 or case.outcome not in (Outcome.ON_SPOT, Outcome.HANDED_OVER, Outcome.ADOPTED):
                raise Refusal("one_by_one", _("Only grade 1 matters settled on the spot are approved in bulk."))
            done.append(approve(case=case, version=version, by=by, at=at))
        except Refusal as refusal:
            left.append((case, refusal))
    return BulkApproval(done, left)


@transaction.atomic
def reopen(*, case: Case, reason: str, version: int, by: Officer, at: datetime) -> Case:
    _needs_text(reason, "reason", _("Say why it is opened again."))
    return _reopen(case, "reopen", by=by, at=at, version=version, reason=reason)


def _reopen(case: Case, name: str, *, by: Officer, at: datetime, version: int, reason: str = "") -> Case:
    """Cycle + 1 and a new due date; what was proven in the last cycle has to be proven again."""
    return move(
        case,
        CASE,
        name,
        by=by,
        at=at,
        version=version,
        facts={"reason": reason} if reason else {},
        closed_at=None,
        outcome="",
        settled_at=None,
        performed=None,
        cycle=case.cycle + 1,
        due_on=due_day(case.kind, case.grade, local_day(at)),
    )


# -- other decisions --


@transaction.atomic
def regrade(*, case: Case, grade: int, grade_reason: str, version: int, by: Officer, at: datetime) -> Case:
    """The lead grades up, a supervisor down. The due date is counted anew from the day it was found."""
    if grade not in (1, 2, 3) or grade == case.grade:
        raise Refusal("grade", _("Choose another grade."), field="grade")
    _needs_text(grade_reason, "grade_reason", _("Say why the grade changes."))
    due = due_day(case.kind, grade, case.found_on)
    return move(
        case, CASE, "regrade", by=by, at=at, version=version, grade=grade, grade_reason=grade_reason, due_on=due
    )


@transaction.atomic
def void(*, case: Case, reason: str, version: int, by: Officer, at: datetime) -> Case:
    _needs_text(reason, "reason", _("Say why it is void."))
    return move(case, CASE, "void", by=by, at=at, version=version, facts={"reason": reason})


@transaction.atomic
def merge(*, case: Case, into: Case, version: int, by: Officer, at: datetime) -> Case:
    """The same matter registered twice: this one ends, the other goes on."""
    if into.pk == case.pk or into.kind != case.kind or into.state == Case.State.VOIDED:
        raise Refusal("merge", _("Choose another case of the same kind that is not void."), field="into")
    return move(case, CASE, "merge", by=by, at=at, version=version, merged_into=into)


def _needs_text(text: str, field: str, sentence: str) -> None:
    if not text.strip():
        raise Refusal(field, sentence, field=field)
