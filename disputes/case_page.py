"""What the page of one case shows: what can be done and why not, what can be added, and how it went."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from accounts.lifecycles import why_not
from accounts.models import Officer
from accounts.refusals import Refusal
from disputes import actions, forms, reopening
from disputes.evidence import add_evidence
from disputes.guards import worked_on
from disputes.models import Case, LedgerEntry, state_label
from disputes.return_visits import asked_no_more, opens_on, too_early
from disputes.states import CASE, entry_label, move_label
from disputes.words import RETURN_QUESTIONS, Kind

# Refused for who somebody is, whatever the case: such a step is another person's, not a button of theirs.
FOR_OTHERS = frozenset({"not_lead", "leads_no_more", "not_in_case", "no_right"})


@dataclass(frozen=True)
class Act:
    """A button of the case page: the move whose guards grey it, its form, its action; `kinds` that it is for."""

    name: str
    move: str
    form: type[forms.MoveForm]
    action: Callable[..., Case]
    main: bool = False
    kinds: tuple[str, ...] = tuple(Kind.values)

    @property
    def adds(self) -> bool:
        """Adds to the record; shown below the moves."""
        return self.move == "note"

    @property
    def ids(self) -> str:
        """Many forms stand on the page of a case: each has names of its own for its fields."""
        return f"{self.name}-%s"


# Texts of an entry that stand in the case's own fields, or beside the session that they belong to.
SHOWN_ABOVE = frozenset({"title", "source_ref", "measure_by", "place", "present", "result"})
TOLD_KINDS = (Kind.REQUEST.value, Kind.SUGGESTION.value)
ACTS: tuple[Act, ...] = (
    Act("sign_for", "sign_for", forms.MoveForm, actions.sign_for, main=True),
    Act("assign", "assign", forms.AssignForm, actions.assign, main=True),
    Act("settle", "settle", forms.SettleForm, actions.settle, main=True),
    Act("report_back", "report_back", forms.ReportBackForm, actions.report_back, main=True, kinds=TOLD_KINDS),
    Act("perform", "perform", forms.MoveForm, actions.mark_performed, kinds=(Kind.DISPUTE.value,)),
    Act("request_closure", "request_closure", forms.MoveForm, actions.request_closure, True),
    Act("approve", "approve", forms.OpinionForm, actions.approve, main=True),
    Act("return", "return", forms.ReturnForm, actions.return_closure),
    Act("retry", "retry", forms.MoveForm, actions.retry, kinds=(Kind.DISPUTE.value,)),
    Act("legal_route", "legal_route", forms.LegalRouteForm, actions.legal_route, kinds=(Kind.DISPUTE.value,)),
    Act("fail", "fail", forms.MeasuresForm, actions.fail, kinds=(Kind.DISPUTE.value,)),
    Act("relapse", "relapse", forms.ReasonForm, actions.relapse),
    Act("reopen", "reopen", forms.ReasonForm, reopening.reopen),
    Act("hand_over", "hand_over", forms.AssignForm, actions.hand_over),
    Act("decline", "decline", forms.ReasonForm, actions.decline),
    Act("regrade", "regrade", forms.RegradeForm, actions.regrade),
    Act("merge", "merge", forms.MergeForm, actions.merge),
    Act("void", "void", forms.ReasonForm, actions.void),
    Act("add_party", "note", forms.PartyForm, actions.add_party, kinds=(Kind.DISPUTE.value,)),
    Act("add_session", "note", forms.SessionForm, actions.add_session),
    Act("add_evidence", "note", forms.EvidenceForm, add_evidence),
)
BY_NAME = {act.name: act for act in ACTS}


@dataclass(frozen=True)
class Step:
    """An act as this person meets it now."""

    act: Act
    label: str | Promise
    refusal: Refusal | None
    form: Any
    open: bool = False


@dataclass
class Steps:
    """Those that can be taken, those that wait for something, and those that are other people's."""

    open: list[Step] = field(default_factory=list)
    waiting: list[Step] = field(default_factory=list)
    of_others: list[Step] = field(default_factory=list)

    def add(self, step: Step) -> None:
        if step.refusal is None or step.open:
            self.open.append(step)
        elif step.refusal.code in FOR_OTHERS:
            self.of_others.append(step)
        else:
            self.waiting.append(step)


def page_of(
    case: Case,
    officer: Officer,
    now: datetime,
    *,
    opened: Act | None = None,
    form: Any = None,
    answered: tuple[int, forms.ReturnVisitForm] | None = None,
    agreed: tuple[int, forms.ConsentForm] | None = None,
) -> dict[str, Any]:
    """`opened` is the act whose `form` was refused, `answered` a return visit's number and its refused form, `agreed` a
    party's and that of its consent: they stay open, as they were typed."""

    def form_of(act: Act) -> Any:
        return form if opened is act else act.form(case=case, officer=officer, auto_id=act.ids)

    may_note = why_not(case, CASE, "note", by=officer, at=now) is None
    visits = _return_visits(case, timezone.localdate(now))
    return {
        "case": case,
        "steps": _steps(case, officer, now, opened, form_of),
        "notes": _notes(case, opened, form_of) if may_note else [],
        "entries": _timeline(case),
        "untold": SHOWN_ABOVE,
        "in_clear": officer.pk in (case.lead_id, case.helper_id, case.registered_by_id),
        "may_note": may_note,
        "place": case.places.select_related("premises", "premises__area").first(),
        "visits": visits,
        "refused": form or _refused(visits, answered) or (agreed[1] if agreed else None),
        "agreed": agreed[0] if agreed else None,
        "consent_form": agreed[1] if agreed else None,
        "visit_form": answered[1] if answered else forms.ReturnVisitForm(initial={"client_id": uuid.uuid4()}),
        "answered": answered[0] if answered else None,
        "return_question": RETURN_QUESTIONS[case.kind],
        "today": timezone.localdate(now),
    }


def _refused(visits: list[dict[str, Any]], answered: tuple[int, forms.ReturnVisitForm] | None) -> Any:
    """The refused form of a return visit; where the page has no place for it any more, its faults at the case itself."""
    if answered is None or any(row["visit"].pk == answered[0] for row in visits):
        return answered[1] if answered else None
    return [("case", sentence) for sentences in answered[1].errors.values() for sentence in sentences]


def _return_visits(case: Case, today: date) -> list[dict[str, Any]]:
    """Those of this cycle, made or still asked; `early` says from when on one that is still too early can be answered."""
    planned = list(case.return_visits.all())
    rows = []
    for visit in planned:
        if visit.cycle == case.cycle and (visit.done_at is not None or asked_no_more(case, visit) is None):
            first = opens_on(case, visit, planned)
            rows.append({"visit": visit, "early": too_early(first) if first is not None and today < first else ""})
    return rows


def _steps(case: Case, officer: Officer, now: datetime, opened: Act | None, form_of: Callable[[Act], Any]) -> Steps:
    steps = Steps()
    for act in ACTS:
        if act.adds or case.state not in CASE.moves[act.move].sources or case.kind not in act.kinds:
            continue
        if act.name in ("perform", "report_back") and _done_already(case, act):
            continue
        if act.name == "void" and worked_on(case):
            continue
        refusal = why_not(case, CASE, act.move, by=officer, at=now)
        steps.add(Step(act, move_label(case.kind, act.move), refusal, form_of(act), open=opened is act))
    return steps


def _done_already(case: Case, act: Act) -> bool:
    return bool(case.performed) if act.name == "perform" else case.reported_back_at is not None


def _notes(case: Case, opened: Act | None, form_of: Callable[[Act], Any]) -> list[dict[str, Any]]:
    """What can be added to the record without moving it."""
    session = _("Record a session") if case.kind == Kind.DISPUTE else _("Record a step")
    titles = {"add_evidence": _("Add a photo or file"), "add_party": _("Add a party"), "add_session": session}
    return [
        {"act": act, "form": form_of(act), "open": opened is act, "title": title}
        for act, title in ((BY_NAME[name], title) for name, title in titles.items())
        if case.kind in act.kinds
    ]


def _timeline(case: Case) -> list[dict[str, Any]]:
    entries = LedgerEntry.objects.unscoped("of a case in reach").filter(case=case).select_related("actor")
    rows = []
    for entry in entries.prefetch_related("texts").order_by("version"):
        texts = {text.field: text.text for text in entry.texts.all()}
        rows.append(
            {
                "entry": entry,
                "label": entry_label(case.kind, entry),
                "texts": texts,
                "what": entry.payload.get("what", ""),
                "state": state_label(case.kind, entry.state_to),
            }
        )
    return rows
