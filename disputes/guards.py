"""The guards of a case's moves: what must hold, and the sentence for when it does not.

A guard returns a `Refusal` whose sentence the page shows on the greyed button before anybody tries. Guards read
related rows through `.all()`, so a list that prefetches them asks nothing more per row.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.enumerating import enumerated
from accounts.lifecycles import Guard
from accounts.models import Officer
from accounts.refusals import Refusal
from accounts.rights import Right
from disputes.ledger import hands_of_cycle, leads_of_cycle
from disputes.models import Case, Closure, Evidence, ReturnVisit
from disputes.words import NEVER_STRUCK_OFF, OUTCOMES, PASSED_ON, Kind, Outcome

Changes = Mapping[str, Any]


def only_the_lead(case: Case, by: Officer, at: datetime, changes: Changes) -> Refusal | None:
    if case.lead_id != by.pk:
        return Refusal("not_lead", _("Only the lead of this case may do this."), status=403)
    return None if by.may(Right.LEAD_CASE) else leads_no_more()


def leads_no_more() -> Refusal:
    """For a lead whose role was taken away or is another one by now."""
    sentence = _("Your role does not include leading a case any more. Ask a supervisor to give it to somebody else.")
    return Refusal("leads_no_more", sentence, status=403)


def the_lead_or_supervisor(case: Case, by: Officer, at: datetime, changes: Changes) -> Refusal | None:
    if by.may(Right.DIRECT_CASES, case.unit_id):
        return None
    if case.lead_id != by.pk:
        return Refusal("not_lead", _("Only the lead or a supervisor of the unit may do this."), status=403)
    return None if by.may(Right.LEAD_CASE) else leads_no_more()


def somebody_in_the_case(case: Case, by: Officer, at: datetime, changes: Changes) -> Refusal | None:
    if by.pk in (case.lead_id, case.helper_id) or (case.lead_id is None and by.pk == case.registered_by_id):
        return None
    if by.may(Right.DIRECT_CASES, case.unit_id):
        return None
    return Refusal("not_in_case", _("Only the lead, the helper or a supervisor may add to this case."), status=403)


def worked_on(case: Case) -> bool:
    """Whether anything was done in a case since it came on record, beside the photo that came with it.

    One that still waits for somebody to take it on is in nobody's work.
    """
    if case.state in (Case.State.REGISTERED, Case.State.ASSIGNED):
        return False
    born, *later = sorted(case.entries.all(), key=lambda entry: entry.version)
    brought = {"action": "note", "what": "evidence", "by": born.actor_id, "at": born.at}
    return any(
        {"action": entry.action, "what": entry.payload.get("what"), "by": entry.actor_id, "at": entry.at} != brought
        for entry in later
    )


def entered_by_mistake(case: Case, by: Officer, at: datetime, changes: Changes) -> Refusal | None:
    """Void is for what should not be on record; what was worked on is settled and struck off."""
    if not worked_on(case):
        return None
    return Refusal(
        "worked_on",
        _("Something was done in this case since it came on record: it can't be void any more. Settle it instead."),
        status=409,
    )


def the_new_lead_may_lead(case: Case, by: Officer, at: datetime, changes: Changes) -> Refusal | None:
    lead = changes.get("lead")
    if lead is None or lead.may(Right.LEAD_CASE, case.unit_id):
        return None
    sentence = _("%(name)s can't lead a case of this unit: an auxiliary, away, or of another unit. Choose an officer.")
    return Refusal("may_not_lead", sentence % {"name": lead.name}, field="lead")


def an_outcome_of_its_kind(case: Case, by: Officer, at: datetime, changes: Changes) -> Refusal | None:
    if "outcome" not in changes or changes["outcome"] in OUTCOMES[case.kind]:
        return None
    return Refusal("outcome", _("Choose an outcome that fits this kind of case."), field="outcome")


def a_dispute_names_its_parties(case: Case, by: Officer, at: datetime, changes: Changes) -> Refusal | None:
    if case.kind != Kind.DISPUTE or len(case.parties.all()) >= 2:
        return None
    return Refusal("parties", _("Add both parties first: a dispute has at least two."))


def said_what_became_of_it(case: Case, by: Officer, at: datetime, changes: Changes) -> Refusal | None:
    """What passes on names its receiver, an adopted measure who carries it out; asked when the outcome is given."""
    if "outcome" not in changes:
        return None
    return the_receiver_is_named(case, by, at, changes) or the_measure_has_somebody(case, by, at, changes)


def not_settled_by_failure(case: Case, by: Officer, at: datetime, changes: Changes) -> Refusal | None:
    if changes.get("outcome") != Outcome.FAILED:
        return None
    return Refusal(
        "failed_is_its_own_move",
        _("When mediation fails, use “mediation failed”, which records that the legal routes were told."),
        field="outcome",
    )


def only_a_dispute(case: Case, by: Officer, at: datetime, changes: Changes) -> Refusal | None:
    if case.kind == Kind.DISPUTE:
        return None
    return Refusal("not_a_dispute", _("Only a dispute is mediated; this case is answered or settled."))


def grade_moves_the_right_way(case: Case, by: Officer, at: datetime, changes: Changes) -> Refusal | None:
    grade = changes.get("grade", case.grade)
    if grade < case.grade and not by.may(Right.DIRECT_CASES, case.unit_id):
        return Refusal("grade_down", _("A grade is lowered by a supervisor only."), field="grade", status=403)
    return None


# -- what must hold before a case is struck off --


def its_outcome_may_be_struck_off(case: Case, by: Officer, at: datetime, changes: Changes) -> Refusal | None:
    if case.outcome and case.outcome not in NEVER_STRUCK_OFF:
        return None
    if not case.outcome:
        return Refusal("no_outcome", _("No outcome is recorded yet. Not solved, not struck off."))
    return Refusal(
        "not_solved",
        _("“%(outcome)s” can't be struck off. Not solved, not struck off.") % {"outcome": case.get_outcome_display()},
    )


def it_is_proven(case: Case, by: Officer, at: datetime, changes: Changes) -> Refusal | None:
    """Evidence by kind; a grade 1 matter settled on the spot stands on its visit, a hazard needs its photo too."""
    kinds = {paper.kind for paper in case.evidence.all() if paper.cycle == case.cycle}
    on_spot = case.on_the_spot
    if case.kind == Kind.HAZARD:
        if Evidence.Kind.AFTER not in kinds:
            return Refusal("evidence", _("A photo of the hazard put right is missing."))
        if not on_spot and case.outcome == Outcome.RECTIFIED and Evidence.Kind.BEFORE not in kinds:
            return Refusal("evidence", _("A photo from before the hazard was put right is missing."))
        return None
    if case.kind == Kind.REQUEST and not on_spot and not case.measures:
        return Refusal("reply", _("The reply to the resident is not written down yet."))
    if case.kind == Kind.SUGGESTION and not on_spot and not case.measures:
        return Refusal("measure", _("The measure, or the explanation, is not written down yet."))
    if case.kind == Kind.DISPUTE and not on_spot and not kinds and not _sat_together(case):
        return Refusal("evidence", _("Nothing proves the outcome yet: add the agreement, a photo or a session record."))
    return None


def _sat_together(case: Case) -> bool:
    """Whether a session of this cycle is on record: one of an older cycle proves what did not hold."""
    return any(entry.cycle == case.cycle and entry.payload.get("what") == "session" for entry in case.entries.all())


def every_party_agreed(case: Case, by: Officer, at: datetime, changes: Changes) -> Refusal | None:
    if case.kind != Kind.DISPUTE or case.outcome in (Outcome.ON_SPOT, Outcome.WITHDRAWN, Outcome.LEGAL_ROUTE):
        return None
    missing = [party.masked_name for party in case.parties.all() if party.consented is not True]
    if not missing:
        return None
    return Refusal(
        "consent",
        _("Consent to mediation is missing from %(names)s. Mediation is voluntary.") % {"names": enumerated(missing)},
    )


def the_terms_were_performed(case: Case, by: Officer, at: datetime, changes: Changes) -> Refusal | None:
    agreed = case.outcome in (Outcome.AGREEMENT_WRITTEN, Outcome.AGREEMENT_ORAL)
    if not agreed or case.performed:
        return None
    return Refusal("performed", _("The agreement is not marked as performed yet."))


def the_receiver_is_named(case: Case, by: Officer, at: datetime, changes: Changes) -> Refusal | None:
    if changes.get("outcome", case.outcome) not in PASSED_ON or changes.get("receiver", case.receiver):
        return None
    return Refusal("receiver", _("Name the unit that received it."), field="receiver")


def the_measure_has_somebody(case: Case, by: Officer, at: datetime, changes: Changes) -> Refusal | None:
    adopted = changes.get("outcome", case.outcome) == Outcome.ADOPTED
    if not adopted or changes.get("measure_by", case.measure_by) or case.on_the_spot:
        return None
    return Refusal("measure_by", _("Say who carries the measure out."), field="measure_by")


def the_resident_was_told(case: Case, by: Officer, at: datetime, changes: Changes) -> Refusal | None:
    """An opinion becomes a measure, and the measure is reported back; a request is answered to somebody."""
    if case.kind not in (Kind.REQUEST, Kind.SUGGESTION) or case.outcome == Outcome.WITHDRAWN or case.on_the_spot:
        return None
    if case.reported_back_at is not None:
        return None
    if case.kind == Kind.SUGGESTION:
        return Refusal("report_back", _("Who made the suggestion has not been told yet what became of it."))
    return Refusal("report_back", _("The resident has not been told the reply yet."))


def a_resident_to_tell(case: Case, by: Officer, at: datetime, changes: Changes) -> Refusal | None:
    if case.kind in (Kind.REQUEST, Kind.SUGGESTION) and case.reported_back_at is None:
        return None
    return Refusal("told_already", _("The resident has been told already."))


RECHECK = _("An ordered hazard is checked again by somebody other than the lead, and than who led it before.")


def return_visits_are_made(case: Case, by: Officer, at: datetime, changes: Changes) -> Refusal | None:
    """Every return visit since it was settled is done and says so; an on-spot matter's call may come after closing."""
    if case.on_the_spot:
        return None
    visits = [
        visit for visit in case.return_visits.all() if visit.cycle == case.cycle and not _answered_before(case, visit)
    ]
    pending = [visit for visit in visits if visit.done_at is None]
    if pending:
        return Refusal(
            "return_visits",
            ngettext(
                "%(n)d return visit is still to be made, it is due on %(day)s.",
                "%(n)d return visits are still to be made, the next is due on %(day)s.",
                len(pending),
            )
            % {"n": len(pending), "day": min(visit.due_on for visit in pending)},
        )
    if visits and max(visits, key=lambda v: (v.done_at, v.pk)).answer != ReturnVisit.Answer.SETTLED:
        return Refusal("return_visits", _("The last return visit did not say that it is settled."))
    if case.kind == Kind.HAZARD and any(visit.done_by_id in leads_of_cycle(case, visit.done_at) for visit in visits):
        return Refusal("recheck", RECHECK)
    return None


def _answered_before(case: Case, visit: ReturnVisit) -> bool:
    """What was said of a settling that did not hold proves nothing for or against the one after it."""
    return visit.done_at is not None and case.settled_at is not None and visit.done_at < case.settled_at


def by_another_hand(case: Case, by: Officer, at: datetime, changes: Changes) -> Refusal | None:
    """Four eyes: the approver is none of lead of this cycle, requester, mediator, finder. Never overridden.

    Whoever had the case in work in this cycle and gave it on is one of them.
    """
    hands = {case.lead_id, case.registered_by_id, case.helper_id, *hands_of_cycle(case)}
    hands |= {session.mediator_id for session in case.sessions.all()}
    hands |= {closure.requested_by_id for closure in case.closures.all() if closure.cycle == case.cycle}
    if by.pk not in hands:
        return None
    return Refusal(
        "four_eyes",
        _("You found, led, mediated or asked for this case. Another supervisor, here or above, has to decide."),
        status=403,
    )


def grade_3_is_for_the_bureau(case: Case, by: Officer, at: datetime, changes: Changes) -> Refusal | None:
    right = Right.APPROVE_GRADE_3 if case.grade == 3 else Right.APPROVE_CLOSURE
    if by.may(right, case.unit_id):
        return None
    if right == Right.APPROVE_GRADE_3:
        return Refusal("grade_3", _("A grade 3 case is struck off by a bureau leader."), status=403)
    return Refusal("no_right", _("You don't hold the right: %(right)s.") % {"right": right.label}, status=403)


def a_reason_to_return(case: Case, by: Officer, at: datetime, changes: Changes) -> Refusal | None:
    if changes.get("return_reason", Closure.ReturnReason.NOT_SOLVED) in Closure.ReturnReason.values:
        return None
    return Refusal("return_reason", _("Say why it goes back."), field="return_reason")


SOLVED: tuple[Guard, ...] = (
    its_outcome_may_be_struck_off,
    it_is_proven,
    every_party_agreed,
    the_terms_were_performed,
    the_receiver_is_named,
    the_measure_has_somebody,
    the_resident_was_told,
    return_visits_are_made,
)
