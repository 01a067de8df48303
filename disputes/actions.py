"""What a person can do to a case. Each function is one transaction: right, reach, state, write, record.

Rows come in already loaded through the officer's reach; `version` is the one that the person saw.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actions import notify
from accounts.lifecycles import move
from accounts.models import Officer
from accounts.refusals import Refusal, needs_text
from disputes.due import due_of_grade
from disputes.models import Case, CasePremises, Closure, Party, ReturnVisit, Session
from disputes.registering import PartyFacts, write_party
from disputes.reopening import NOTHING_SETTLED
from disputes.return_visits import name_another_hand, plan_return_visits
from disputes.states import CASE
from disputes.words import Outcome, Told

# -- handing a case out and taking it on --


@transaction.atomic
def assign(*, case: Case, lead: Officer, helper: Officer | None, version: int, by: Officer, at: datetime) -> Case:
    case = move(case, CASE, "assign", by=by, at=at, version=version, lead=lead, helper=helper)
    _tell(lead, case)
    return case


@transaction.atomic
def hand_over(*, case: Case, lead: Officer, helper: Officer | None, version: int, by: Officer, at: datetime) -> Case:
    """Gives a case in work to another lead: somebody left, moved or is away. Open return visits go along."""
    before = case.lead_id
    case = move(case, CASE, "hand_over", by=by, at=at, version=version, lead=lead, helper=helper)
    pending = ReturnVisit.objects.unscoped("they go along").filter(case=case, done_at__isnull=True, officer_id=before)
    pending.update(officer=lead)
    name_another_hand(case, at)
    _tell(lead, case)
    return case


def _tell(lead: Officer, case: Case) -> None:
    notify(
        officer=lead,
        code="case_assigned",
        stage=f"case:{case.pk}:{case.version}",
        url_name="disputes:case",
        url_args=[case.pk],
        number=case.number,
    )


@transaction.atomic
def decline(*, case: Case, reason: str, version: int, by: Officer, at: datetime) -> Case:
    needs_text(reason, "reason", _("Say why you can't take it."))
    return move(case, CASE, "decline", by=by, at=at, version=version, facts={"reason": reason}, lead=None)


@transaction.atomic
def sign_for(*, case: Case, version: int, by: Officer, at: datetime) -> Case:
    return move(case, CASE, "sign_for", by=by, at=at, version=version)


# -- adding to the record --


@transaction.atomic
def add_party(*, case: Case, facts: PartyFacts, version: int, by: Officer, at: datetime) -> Case:
    """A party with, or still without, dated consent. A minor needs a guardian (procedure rules, 181)."""
    needs_text(facts.name, "name", _("Name the party."))
    if facts.is_minor:
        needs_text(facts.guardian, "guardian", _("A minor is accompanied: name the guardian."))
    twice = Party.objects.filter(case=case, name=facts.name).exists()
    party = None if twice else write_party(case, facts, at)
    told = {"what": "party", "party": party, "consented": facts.consented}
    # Who may not is told so before what is wrong with the party.
    case = move(case, CASE, "note", by=by, at=at, version=version, facts=told)
    if twice:
        raise Refusal("party_twice", _("This party is already in the case."), field="name")
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
    needs_text(content, "content", _("Write down what was said or done."))
    needs_text(place, "place", _("Say where it took place."))
    if held_at > at:
        raise Refusal("future", _("This lies in the future. Enter when it took place."), field="held_at")
    Session.objects.create(
        case=case, at=held_at, place=place, mediator=by, present=present, content=content, result=result, recorded_at=at
    )
    told = {
        "what": "session",
        "note": content,
        "held_at": held_at,
        "place": place,
        "present": present,
        "result": result,
    }
    return move(case, CASE, "note", by=by, at=at, version=version, facts=told)


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
    demand: str = "",
    measure_by: str = "",
    told_how: str = "",
    receiver: str = "",
    receiver_ref: str = "",
) -> Case:
    """The lead says how it ended; return visits of this cycle are planned.

    `told_how` (disputes.words.Told) says that the resident was told in the same breath; else `report_back` follows.
    """
    needs_text(measures, "measures", _("Write down what was done."))
    told = _word_given(told_how, by, at) if told_how else {}
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
        demand=demand,
        measure_by=measure_by.strip(),
        receiver=receiver.strip(),
        receiver_ref=receiver_ref.strip(),
        settled_at=at,
        **told,
    )
    plan_return_visits(case, at)
    return case


@transaction.atomic
def report_back(*, case: Case, told_how: str, version: int, by: Officer, at: datetime, note: str = "") -> Case:
    """Tells who asked or suggested what became of it; without it such a case is not struck off."""
    told = _word_given(told_how, by, at)
    facts = {"note": note} if note.strip() else {}
    return move(case, CASE, "report_back", by=by, at=at, version=version, facts=facts, **told)


def _word_given(how: str, by: Officer, at: datetime) -> dict[str, Any]:
    """The columns that say who told the resident, when and how."""
    if how not in Told.values:
        raise Refusal("told_how", _("Say how the resident was told."), field="told_how")
    return {"reported_back_at": at, "reported_back_by": by, "reported_back_how": how}


@transaction.atomic
def mark_performed(*, case: Case, version: int, by: Officer, at: datetime) -> Case:
    return move(case, CASE, "perform", by=by, at=at, version=version, performed=True)


@transaction.atomic
def relapse(*, case: Case, reason: str, version: int, by: Officer, at: datetime) -> Case:
    needs_text(reason, "reason", _("Say what happened."))
    return move(case, CASE, "relapse", by=by, at=at, version=version, facts={"reason": reason}, **NOTHING_SETTLED)


@transaction.atomic
def fail(*, case: Case, measures: str, version: int, by: Officer, at: datetime) -> Case:
    """Mediation failed; the tap says that court, arbitration and administrative routes were told (the Law, 26)."""
    needs_text(measures, "measures", _("Write down what was tried and which routes were told."))
    return move(case, CASE, "fail", by=by, at=at, version=version, outcome=Outcome.FAILED, measures=measures.strip())


@transaction.atomic
def retry(*, case: Case, version: int, by: Officer, at: datetime) -> Case:
    return move(case, CASE, "retry", by=by, at=at, version=version, outcome="")


@transaction.atomic
def legal_route(*, case: Case, receiver: str, receiver_ref: str, version: int, by: Officer, at: datetime) -> Case:
    """A body accepted it: ended by procedure, counted on its own line, never as resolved."""
    needs_text(receiver, "receiver", _("Name the body that accepted it."))
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
    case = move(case, CASE, "return", by=by, at=at, version=version, facts=facts, **NOTHING_SETTLED)
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
            if case.grade != 1 or not case.on_the_spot:
                raise Refusal("one_by_one", _("Only grade 1 matters settled on the spot are approved in bulk."))
            done.append(approve(case=case, version=version, by=by, at=at))
        except Refusal as refusal:
            left.append((case, refusal))
    return BulkApproval(done, left)


# -- other decisions --


@transaction.atomic
def regrade(*, case: Case, grade: int, grade_reason: str, version: int, by: Officer, at: datetime) -> Case:
    """The lead grades up, a supervisor down. The due date is counted anew (`disputes.due`)."""
    if grade not in (1, 2, 3) or grade == case.grade:
        raise Refusal("grade", _("Choose another grade."), field="grade")
    needs_text(grade_reason, "grade_reason", _("Say why the grade changes."))
    due = due_of_grade(case, grade)
    return move(
        case, CASE, "regrade", by=by, at=at, version=version, grade=grade, grade_reason=grade_reason, due_on=due
    )


@transaction.atomic
def void(*, case: Case, reason: str, version: int, by: Officer, at: datetime) -> Case:
    """Entered by mistake: the request to strike it off is refused by it, planned return visits are made no more."""
    needs_text(reason, "reason", _("Say why it is void."))
    case = move(case, CASE, "void", by=by, at=at, version=version, facts={"reason": reason})
    _decide(case, by=by, at=at, approved=False, opinion=reason.strip()[:300])
    ReturnVisit.objects.unscoped("of a case that is void").filter(case=case, done_at__isnull=True).delete()
    return case


@transaction.atomic
def merge(*, case: Case, into: Case, version: int, by: Officer, at: datetime) -> Case:
    """The same matter registered twice: this one ends, the other goes on, at the doors of both.

    Both are held, in the order of their numbers: two hands that merge them crosswise would end both.
    """
    held = Case._base_manager.select_for_update(no_key=True, of=("self",)).filter(pk__in=(case.pk, into.pk))
    into = {row.pk: row for row in held.order_by("pk")}[into.pk]
    if into.pk == case.pk or into.kind != case.kind or into.state == Case.State.VOIDED:
        raise Refusal("merge", _("Choose another case of the same kind that is not void."), field="into")
    if into.state == Case.State.CLOSED:
        sentence = _("That case is struck off: nobody would handle this one any more. Reopen it first.")
        raise Refusal("merge_closed", sentence, field="into")
    case = move(case, CASE, "merge", by=by, at=at, version=version, merged_into=into)
    known = CasePremises.objects.filter(case=into).values("premises")
    for place in CasePremises.objects.filter(case=case).exclude(premises__in=known):
        CasePremises.objects.create(case=into, premises_id=place.premises_id)
    return case
