"""The case's lifecycle: one table of moves for five kinds. What a move must pass stands in `guards.py`."""

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from accounts.lifecycles import Lifecycle, Move
from accounts.rights import Right
from disputes import ledger
from disputes.guards import (
    SOLVED,
    a_dispute_names_its_parties,
    a_reason_to_return,
    a_resident_to_tell,
    an_outcome_of_its_kind,
    by_another_hand,
    entered_by_mistake,
    grade_3_is_for_the_bureau,
    grade_moves_the_right_way,
    not_settled_by_failure,
    only_a_dispute,
    only_the_lead,
    said_what_became_of_it,
    somebody_in_the_case,
    the_lead_or_supervisor,
    the_new_lead_may_lead,
)
from disputes.models import Case, LedgerEntry
from disputes.words import MOVE_WORDS

S = Case.State

BIRTH = (
    "number",
    "kind",
    "category",
    "grade",
    "grade_reason",
    "unit",
    "campaign",
    "lead",
    "helper",
    "source",
    "source_ref",
    "title",
    "summary",
    "outcome",
    "measures",
    "receiver",
    "found_on",
    "due_on",
    "settled_at",
    "on_the_spot",
    "reported_back_at",
    "reported_back_by",
    "reported_back_how",
)
TOLD = ("reported_back_at", "reported_back_by", "reported_back_how")
SETTLED = (
    "outcome",
    "measures",
    "performed",
    "demand",
    "measure_by",
    "receiver",
    "receiver_ref",
    "settled_at",
    *TOLD,
)
UNSETTLED = ("outcome", "settled_at", "on_the_spot", *TOLD)
IN_WORK = (S.REGISTERED, S.ASSIGNED, S.HANDLING, S.FOLLOW_UP, S.ADVISED, S.CLOSURE_PENDING)

MOVES: dict[str, Move] = {
    "register": Move(_("register"), (), S.REGISTERED, Right.OPEN_CASE, sets=BIRTH),
    "settle_on_spot": Move(_("settle on the spot"), (), S.CLOSURE_PENDING, Right.OPEN_CASE, sets=BIRTH),
    "open": Move(_("open and handle"), (), S.HANDLING, Right.OPEN_CASE, sets=BIRTH),
    "assign": Move(
        _("assign"),
        (S.REGISTERED,),
        S.ASSIGNED,
        Right.DIRECT_CASES,
        (the_new_lead_may_lead,),
        ("lead", "helper"),
    ),
    "hand_over": Move(
        _("give to another lead"),
        (S.ASSIGNED, S.HANDLING, S.FOLLOW_UP, S.ADVISED),
        None,
        Right.DIRECT_CASES,
        (the_new_lead_may_lead,),
        ("lead", "helper"),
    ),
    "decline": Move(_("decline"), (S.ASSIGNED,), S.REGISTERED, None, (only_the_lead,), ("lead",)),
    "sign_for": Move(_("sign for"), (S.ASSIGNED,), S.HANDLING, None, (only_the_lead,)),
    "settle": Move(
        _("settle"),
        (S.HANDLING,),
        S.FOLLOW_UP,
        None,
        (
            only_the_lead,
            a_dispute_names_its_parties,
            an_outcome_of_its_kind,
            not_settled_by_failure,
            said_what_became_of_it,
        ),
        SETTLED,
    ),
    "perform": Move(
        _("mark as performed"), (S.FOLLOW_UP,), None, None, (only_the_lead, only_a_dispute), ("performed",)
    ),
    "report_back": Move(_("report back"), (S.FOLLOW_UP,), None, None, (somebody_in_the_case, a_resident_to_tell), TOLD),
    "relapse": Move(_("relapsed"), (S.FOLLOW_UP,), S.HANDLING, None, (the_lead_or_supervisor,), UNSETTLED),
    "relapse_told": Move(
        _("relapsed, by a return visit"), (S.FOLLOW_UP, S.CLOSURE_PENDING), S.HANDLING, sets=UNSETTLED
    ),
    "fail": Move(
        _("mediation failed"), (S.HANDLING,), S.ADVISED, None, (only_the_lead, only_a_dispute), ("outcome", "measures")
    ),
    "retry": Move(_("try again"), (S.ADVISED,), S.HANDLING, None, (only_the_lead,), ("outcome",)),
    "legal_route": Move(
        _("taken into a legal procedure"),
        (S.ADVISED,),
        None,
        None,
        (only_the_lead,),
        ("outcome", "receiver", "receiver_ref"),
    ),
    "request_closure": Move(
        _("ask for striking off"), (S.FOLLOW_UP, S.ADVISED), S.CLOSURE_PENDING, None, (only_the_lead, *SOLVED)
    ),
    "approve": Move(
        _("strike off"),
        (S.CLOSURE_PENDING,),
        S.CLOSED,
        None,
        (grade_3_is_for_the_bureau, by_another_hand, *SOLVED),
        ("closed_at",),
    ),
    "return": Move(
        pgettext_lazy("case", "return"),
        (S.CLOSURE_PENDING,),
        S.HANDLING,
        None,
        (grade_3_is_for_the_bureau, by_another_hand, a_reason_to_return),
        UNSETTLED,
    ),
    "reopen": Move(
        _("reopen"),
        (S.CLOSED,),
        S.HANDLING,
        None,
        (the_lead_or_supervisor,),
        ("closed_at", "performed", "cycle", "due_on", *UNSETTLED),
    ),
    "reopen_told": Move(
        _("reopened by a return visit"),
        (S.CLOSED,),
        S.HANDLING,
        sets=("closed_at", "performed", "cycle", "due_on", *UNSETTLED),
    ),
    "void": Move(
        _("void"),
        (S.REGISTERED, S.ASSIGNED, S.HANDLING, S.CLOSURE_PENDING),
        S.VOIDED,
        Right.DIRECT_CASES,
        (entered_by_mistake,),
    ),
    "merge": Move(
        _("merge into another"), (S.REGISTERED, S.ASSIGNED), S.VOIDED, Right.DIRECT_CASES, sets=("merged_into",)
    ),
    "regrade": Move(
        _("change the grade"),
        (S.REGISTERED, S.ASSIGNED, S.HANDLING, S.ADVISED),
        None,
        None,
        (the_lead_or_supervisor, grade_moves_the_right_way),
        ("grade", "grade_reason", "due_on"),
    ),
    "note": Move(_("add to the record"), IN_WORK, None, None, (somebody_in_the_case,)),
    "answered": Move(_("return visit made"), (*IN_WORK, S.CLOSED), None),
}

# As many moves as a reader takes in; of more, their number.
TOLD_AT_MOST = 4


def told_since(case: Case, version: int) -> list[str]:
    """Who did what to the case since this version of it, oldest first; nothing for a number that never was one."""
    if not 0 < version < case.version:
        return []
    entries = LedgerEntry.objects.unscoped("told to who moves this case").filter(case=case, version__gt=version)
    lines = [
        gettext("%(name)s, %(time)s: %(what)s")
        % {
            "name": entry.actor.name,
            "time": date_format(timezone.localtime(entry.at), "SHORT_DATETIME_FORMAT"),
            "what": entry_label(case.kind, entry),
        }
        for entry in entries.select_related("actor").order_by("version")[:TOLD_AT_MOST]
    ]
    more = case.version - version - len(lines)
    return [*lines, gettext("and %(n)d more") % {"n": more}] if more > 0 else lines


CASE = Lifecycle("case", MOVES, ledger.append, told_since)
# What was added to the record without moving the case.
ADDED = {
    "party": _("a party"),
    "consent": _("whether a party agrees"),
    "session": _("what was said or done"),
    "evidence": _("a photo or file"),
}


def entry_label(kind: str, entry: LedgerEntry) -> str:
    """What an entry of the ledger says in one line: the move, and of an addition what was added."""
    label, added = str(move_label(kind, entry.action)), ADDED.get(entry.payload.get("what", ""))
    return f"{label} · {added}" if added and entry.action == "note" else label


def move_label(kind: str, name: str) -> str | Promise:
    """What a move is called for this kind of case."""
    return MOVE_WORDS.get((kind, name)) or MOVES[name].label
