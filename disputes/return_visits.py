"""After settling: is it still settled? Planned when a case settles, answered by somebody who goes or calls."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.lifecycles import move
from accounts.models import Officer
from accounts.refusals import Refusal
from accounts.rights import Right
from disputes.guards import RECHECK
from disputes.ledger import leads_of_cycle
from disputes.models import Case, CasePremises, Closure, Party, ReturnVisit
from disputes.reopening import NOTHING_SETTLED, new_cycle
from disputes.states import CASE
from disputes.words import RETURN_DAYS, Kind, Outcome

RECHECK_DAYS = 3


def plan_return_visits(case: Case, at: datetime) -> None:
    """Return visits of this cycle: per party by grade for a dispute, a re-check for an ordered hazard, one question
    for a request. Calendar days from settling. Those of a settling before, that nobody made, fall away."""
    pending = ReturnVisit.objects.unscoped("planned anew").filter(case=case, cycle=case.cycle, done_at__isnull=True)
    pending.delete()
    day = timezone.localdate(at)
    door = CasePremises.objects.filter(case=case).values_list("premises_id", flat=True).first()
    plan: list[tuple[int, Party | None, Officer]] = []
    lead = case.lead or case.registered_by
    if case.kind == Kind.DISPUTE:
        parties = list(case.parties.all()) if case.grade > 1 else []
        plan = [(days, party, lead) for days in RETURN_DAYS[case.grade] for party in parties or (None,)]
    elif case.kind == Kind.HAZARD and case.outcome == Outcome.RECTIFIED:
        plan = [(RECHECK_DAYS, None, _other_hand(case, day))]
    elif case.kind == Kind.REQUEST and case.outcome != Outcome.WITHDRAWN:
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


def _other_hand(case: Case, day: date) -> Officer:
    """Who works on that day and never led the case in this cycle: the helper, else a colleague of the station."""
    working = Officer.objects.unscoped("who re-checks").working(day).exclude(pk__in=leads_of_cycle(case))
    helper: Officer | None = working.filter(pk=case.helper_id).first()
    if helper is not None:
        return helper
    colleagues = working.filter(unit_id=case.unit_id, kind=Officer.Kind.POLICE)
    found: Officer | None = colleagues.order_by("added_at", "badge").first()
    if found is None:
        raise Refusal("nobody_rechecks", _("Nobody else at the station can check this hazard again. Ask the bureau."))
    return found


def name_another_hand(case: Case, at: datetime) -> None:
    """After a case went to another lead: a re-check that was theirs to make is named to somebody else."""
    pending = ReturnVisit.objects.unscoped("a re-check that the new lead can't make").filter(
        case=case, cycle=case.cycle, done_at__isnull=True, officer=case.lead
    )
    if case.kind == Kind.HAZARD and pending.exists():
        pending.update(officer=_other_hand(case, timezone.localdate(at)))


def opens_on(case: Case, visit: ReturnVisit, planned: Iterable[ReturnVisit]) -> date | None:
    """The first day on which it can be answered, or None: a call of day 30 says nothing on day 1.

    Of several to the same party each begins the day after the one before was due; a dispute is asked about on the day
    after it was settled at the earliest. `planned` are the return visits of the case.
    """
    days = [
        other.due_on
        for other in planned
        if (other.cycle, other.party_id) == (visit.cycle, visit.party_id) and other.due_on < visit.due_on
    ]
    if case.kind == Kind.DISPUTE and case.settled_at is not None:
        days.append(timezone.localdate(case.settled_at))
    return max(days) + timedelta(days=1) if days else None


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
    must_be_theirs(case, locked, by)
    if refusal := asked_no_more(case, locked):
        raise refusal
    if client_id is not None and ReturnVisit.objects.unscoped("sent before").filter(client_id=client_id).exists():
        raise Refusal("client_id", _("This form was sent by somebody else. Open it again."), status=409)
    if answer != ReturnVisit.Answer.RELAPSED:
        _must_be_open(case, locked, timezone.localdate(at))
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


def _must_be_open(case: Case, visit: ReturnVisit, on: date) -> None:
    """That it is not settled can be told on any day."""
    planned = ReturnVisit.objects.unscoped("of the case in hand").filter(case=case)
    first = opens_on(case, visit, planned)
    if first is not None and on < first:
        raise Refusal("too_early", too_early(first), field="answer")


def too_early(first: date) -> str:
    return _("Asked again from %(day)s on; until then only “not settled” can be entered.") % {"day": date_format(first)}


def asked_no_more(case: Case, visit: ReturnVisit) -> Refusal | None:
    """Whether it is settled is asked while it is said to be: not of an older cycle, nor while the case is in work again."""
    if visit.cycle == case.cycle and case.state in Case.SETTLED_STATES:
        return None
    sentence = _(
        "This is not asked any more: the case was taken up again since, or is void. Look at it as it stands now."
    )
    return Refusal("asked_no_more", sentence, status=409)


def must_be_theirs(case: Case, visit: ReturnVisit, by: Officer) -> None:
    """Raises `Refusal` (403) for who is neither named nor in the case nor above it; a hazard's lead checks nothing."""
    if case.kind == Kind.HAZARD and by.pk in leads_of_cycle(case):
        raise Refusal("recheck", RECHECK, status=403)
    if by.pk in (visit.officer_id, case.lead_id, case.helper_id) or by.may(Right.DIRECT_CASES, case.unit_id):
        return
    if case.kind == Kind.HAZARD and by.may(Right.LEAD_CASE, case.unit_id):
        return
    raise Refusal("not_in_case", _("This return visit is somebody else's."), status=403)


def _undo_settlement(case: Case, *, by: Officer, at: datetime) -> None:
    if case.state == Case.State.CLOSED:
        new_cycle(case, "reopen_told", by=by, at=at, version=case.version)
    elif case.state in (Case.State.FOLLOW_UP, Case.State.CLOSURE_PENDING):
        if case.state == Case.State.CLOSURE_PENDING:
            Closure.objects.filter(case=case, decided_at__isnull=True).update(
                decided_at=at,
                decided_by=by,
                approved=False,
                return_reason=Closure.ReturnReason.RETURN_VISIT,
            )
        move(case, CASE, "relapse_told", by=by, at=at, version=case.version, **NOTHING_SETTLED)


def _try_again_in_person(visit: ReturnVisit, at: datetime) -> None:
    ReturnVisit.objects.unscoped("planning").create(
        case_id=visit.case_id,
        cycle=visit.cycle,
        party=visit.party,
        officer=visit.officer,
        premises=visit.premises,
        due_on=timezone.localdate(at) + timedelta(days=1),
        in_person=True,
    )
