"""The dispute registration-and-tracking form 矛盾纠纷排查登记跟踪表, blank or filled from a case.

Its groups are those of the ledgers in use: found, parties, content, grade, responsibility, handling, result, return
visits, striking off. The parties' names are in clear for the lead, the helper and who registered it only.
"""

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Officer
from disputes.models import Case, Closure, Party, ReturnVisit, Session
from disputes.words import CATEGORIES, OUTCOMES, Grade, Kind
from registry.masking import masked_phone
from registry.models import Premises
from reports.documents.layout import Cell, Form, Row, Section, Tick, day, moment, row, ticks

BLANK_PARTIES = 2
BLANK_STEPS = 3
BLANK_RETURNS = 3


def dispute_form(case: Case | None, *, reader: Officer, premises: Premises | None = None) -> Form:
    in_clear = case is not None and reader.pk in (case.lead_id, case.helper_id, case.registered_by_id)
    unit = case.unit if case else reader.unit
    return Form(
        title=_title(case),
        campaign=case.campaign.title if case and case.campaign else "",
        unit=unit.name,
        code=case.number if case else "",
        sections=(
            _found(case, premises),
            _parties(case, in_clear),
            _content(case),
            _handling(case),
            _result(case),
            _returns(case, in_clear),
            _closing(case),
        ),
        remarks=(
            _(
                "Mediation is voluntary, free of charge and confidential: either side may refuse or stop at any time "
                "(People's Mediation Law 3, 4, 23). Not solved, not struck off."
            ),
        ),
    )


def _title(case: Case | None) -> str:
    if case is None or case.kind == Kind.DISPUTE:
        return _("Dispute registration and tracking form")
    return _("Registration and tracking form: %(kind)s") % {"kind": case.get_kind_display()}


def _found(case: Case | None, premises: Premises | None) -> Section:
    place = premises
    if case is not None:
        first = case.places.select_related("premises__area").first()
        place = first.premises if first else None
    address = f"{place.area.label} {place.address}" if place else ""
    return Section(
        _("Found and registered"),
        (
            row(
                Cell(_("Found on"), day(case.found_on) if case else ""),
                Cell(_("Registered"), moment(case.registered_at) if case else ""),
                Cell(_("Due"), day(case.due_on) if case else ""),
            ),
            row(Cell(_("Source"), ticks=ticks(Case.Source.choices, {case.source} if case else ()))),
            row(Cell(_("Place"), address)),
            row(Cell(_("Registered by"), _who(case.registered_by) if case else ""), Cell(_("People involved"))),
        ),
    )


def _parties(case: Case | None, in_clear: bool) -> Section:
    known = list(case.parties.all()) if case else []
    rows = [_party(number, party, in_clear) for number, party in enumerate(known, start=1)]
    rows += [_party(number, None, in_clear) for number in range(len(known) + 1, BLANK_PARTIES + 1)]
    return Section(_("Parties"), tuple(rows))


def _party(number: int, party: Party | None, in_clear: bool) -> Row:
    name = (party.name if in_clear else party.masked_name) if party else ""
    guardian = ""
    if party is not None and party.is_minor:
        guardian = _("minor, guardian %(name)s") % {"name": party.guardian if in_clear else "**"}
    agreed = () if party is None or party.consented is None else {party.consented}
    return row(
        Cell(
            _("Party %(n)s") % {"n": number}, " ".join(part for part in (name, party and party.role, guardian) if part)
        ),
        Cell(_("Phone"), masked_phone(party.phone) if party and in_clear else ""),
        Cell(_("Agrees to mediation"), ticks=ticks(((True, _("yes")), (False, _("no"))), agreed)),
    )


def _content(case: Case | None) -> Section:
    kind = case.kind if case else Kind.DISPUTE
    categories = Cell(
        _("Category"),
        case.category_label if case else "",
        ticks=() if case else ticks(CATEGORIES[kind].choices),
    )
    return Section(
        _("Content and grade"),
        (
            row(categories),
            row(Cell(_("In one line"), case.title if case else "")),
            row(Cell(_("What happened, cause, demand"), case.summary if case else "", lines=1 if case else 3)),
            row(
                Cell(_("Grade"), ticks=ticks(Grade.choices, {case.grade} if case else ())),
                Cell(_("Why this grade"), case.grade_reason if case else ""),
            ),
        ),
    )


def _handling(case: Case | None) -> Section:
    sessions: QuerySet[Session] | list[Session] = case.sessions.select_related("mediator") if case else []
    steps = [
        row(
            Cell(
                moment(session.at),
                rows=tuple(
                    line
                    for line in (
                        f"{session.place} · {_who(session.mediator)} {session.present}".strip(),
                        session.content,
                        session.result,
                    )
                    if line
                ),
            )
        )
        for session in sessions
    ]
    blank = row(Cell(_("When, where, who, what was said and agreed"), lines=2))
    steps += [blank] * max(0, BLANK_STEPS - len(steps)) if case is None or case.is_open else []
    return Section(
        _("Responsibility and handling"),
        (
            row(
                Cell(_("Lead"), _who(case.lead) if case and case.lead else ""),
                Cell(_("Helper"), _who(case.helper) if case and case.helper else ""),
                Cell(_("Partners")),
            ),
            *steps,
        ),
    )


def _result(case: Case | None) -> Section:
    kind = case.kind if case else Kind.DISPUTE
    outcomes = [(outcome.value, outcome.label) for outcome in OUTCOMES[kind]]
    performed = () if case is None or case.performed is None else {case.performed}
    return Section(
        _("Result"),
        (
            row(Cell(_("Outcome"), ticks=ticks(outcomes, {case.outcome} if case else ()))),
            row(Cell(_("Measures taken"), case.measures if case else "", lines=1 if case and case.measures else 2)),
            row(
                Cell(_("Settled on"), moment(case.settled_at) if case else ""),
                Cell(_("Terms performed"), ticks=ticks(((True, _("yes")), (False, _("no"))), performed)),
            ),
        ),
    )


def _returns(case: Case | None, in_clear: bool) -> Section:
    visits: list[ReturnVisit] = []
    if case is not None:
        visits = [visit for visit in case.return_visits.select_related("party", "officer") if visit.cycle == case.cycle]
    rows = [_return(visit, in_clear) for visit in visits]
    rows += [_return(None, in_clear)] * (BLANK_RETURNS - len(rows) if case is None else 0)
    return Section(_("Return visits"), tuple(rows) or (row(Cell(_("Return visits"), _("none due"))),))


def _return(visit: ReturnVisit | None, in_clear: bool) -> Row:
    party = (visit.party.name if in_clear else visit.party.masked_name) if visit and visit.party else ""
    said = " · ".join(
        part for part in (party, _who(visit.officer) if visit else "", visit.note if visit else "") if part
    )
    return row(
        Cell(_("Due, done"), " / ".join(_days(visit)) if visit else ""),
        Cell(_("Whom, by whom"), said),
        Cell(_("Answer"), ticks=ticks(ReturnVisit.Answer.choices, {visit.answer} if visit else ()), wide=2),
    )


def _days(visit: ReturnVisit) -> list[str]:
    return [day(visit.due_on), day(timezone.localdate(visit.done_at)) if visit.done_at else "–"]


def _closing(case: Case | None) -> Section:
    closure = case.closures.select_related("requested_by", "decided_by").last() if case else None
    void = case is not None and case.state == Case.State.VOIDED
    return Section(
        _("Striking off"),
        (
            row(
                Cell(_("Requested by"), _closing_hand(closure, "requested")),
                Cell(_("Decided by"), _closing_hand(closure, "decided")),
            ),
            row(
                Cell(
                    _("Decision"),
                    closure.opinion if closure else "",
                    ticks=(
                        Tick(_("struck off"), bool(closure and closure.approved)),
                        Tick(_("returned"), bool(closure and closure.approved is False and not void)),
                    ),
                    lines=2,
                )
            ),
        ),
    )


def _closing_hand(closure: Closure | None, what: str) -> str:
    at, by = (getattr(closure, f"{what}_{part}", None) for part in ("at", "by"))
    return f"{_who(by)} {day(timezone.localdate(at))}" if at is not None and by is not None else ""


def _who(officer: Officer) -> str:
    return f"{officer.name} {officer.badge}"
