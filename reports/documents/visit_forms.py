"""The visit form 走访情况登记表: one for households, one for enterprises and shops, blank or filled from a visit.

Fields as the campaign reports list them: householder, contact, lives apart from registration, let, lent or empty;
disputes, hazards, clues, opinions; in a business also staff, trade, goods and security. A clue is a tick only: what
it says goes the sealed way.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from accounts.models import Officer
from campaigns.models import Campaign, FrameDoor, Question
from disputes.models import Case
from disputes.words import Kind
from registry.masking import masked_phone
from registry.models import Contact, Premises, holds_door
from reports.documents.layout import Cell, Form, Row, Section, Tick, day, moment, row, ticks
from visits.models import Visit

# With more questions than these, what was found has the back of the sheet, and more room.
ON_ONE_PAGE = 8
# Of the sheet's columns, those that a question takes beside its answer.
QUESTION_COLUMNS = 8


@dataclass
class Facts:
    """What is known of a door and a visit, as far as the reader may see it; everything may be missing."""

    campaign: Campaign | None = None
    premises: Premises | None = None
    code: str = ""
    name: str = ""
    phone: str = ""
    visit: Visit | None = None
    officer: Officer | None = None
    cases: Sequence[Case] = field(default_factory=list)
    answers: dict[int, str] = field(default_factory=dict)

    @property
    def address(self) -> str:
        return f"{self.premises.area.label} {self.premises.address}" if self.premises else ""


def facts_of_door(premises: Premises, campaign: Campaign | None, reader: Officer) -> Facts:
    """Name and number in clear and half masked on one's own door; elsewhere the name is masked, the number absent."""
    facts = Facts(campaign=campaign, premises=premises, name=premises.masked_name, officer=reader)
    if campaign is not None:
        frame = FrameDoor.objects.unscoped("the code of a door in reach").filter(campaign=campaign, premises=premises)
        facts.code = next((door.code for door in frame), "")
    if holds_door(reader, premises):
        facts.name = premises.name
        contacts = Contact.objects.visible_to(reader).filter(premises=premises, ends_on__isnull=True)
        first = contacts.order_by("rank", "pk").first()
        if first is not None:
            facts.phone = masked_phone(first.phone)
    return facts


def facts_of_visit(visit: Visit, reader: Officer) -> Facts:
    """Of a record within reach; of what it brought up, only the cases that the reader may open."""
    facts = facts_of_door(visit.premises, visit.campaign, reader)
    facts.visit, facts.officer = visit, visit.officer
    found = visit.findings.values("case_id")
    facts.cases = list(Case.objects.visible_to(reader).filter(pk__in=found).order_by("pk"))
    facts.answers = {answer["question"]: answer["answer"] for answer in visit.answers}
    return facts


def visit_form(facts: Facts, kind: str) -> Form:
    """The form for this kind of door; a blank one where nothing is known."""
    household = kind == Premises.Kind.HOUSEHOLD
    campaign = facts.campaign
    asked: list[Question] = []
    sections = [_household(facts) if household else _business(facts), _visit(facts)]
    if campaign is not None:
        asked = [question for question in campaign.questions.all() if kind in question.kinds]
        if asked:
            sections.append(Section(_("Questions of the campaign"), tuple(_questions(asked, facts))))
    overleaf = len(asked) > ON_ONE_PAGE
    sections += [_findings(facts, household=household, overleaf=overleaf), _signatures(facts)]
    unit = facts.premises.unit if facts.premises else facts.officer.unit if facts.officer else None
    return Form(
        title=_("Visit form: household") if household else _("Visit form: enterprise or shop"),
        campaign=campaign.title if campaign else "",
        unit=unit.name if unit else "",
        code=facts.code,
        sections=tuple(sections),
        remarks=tuple(line for line in (campaign.notice_text if campaign else "", _keep()) if line),
    )


def _keep() -> str:
    return _(
        "Keep this form inside the station; file or destroy it once it is typed in. No identity number, no belief, "
        "no health. Don't press anybody to answer."
    )


def _household(facts: Facts) -> Section:
    premises = facts.premises
    apart = premises.registered_elsewhere if premises else None
    who = [
        ("householder", Contact.Relation.HOUSEHOLDER.label),
        ("spouse", Contact.Relation.SPOUSE.label),
        ("tenant", Contact.Relation.TENANT.label),
        ("other", Contact.Relation.OTHER.label),
    ]
    return Section(
        _("Home and residents"),
        (
            row(Cell(_("Address"), facts.address)),
            row(Cell(_("Householder"), facts.name), Cell(_("Contact phone"), facts.phone)),
            row(
                # Who opened the door is not on record: a tick would only be who is listed first.
                Cell(_("Spoken with"), ticks=ticks(who)),
                Cell(_("Area code"), premises.area_id if premises else ""),
            ),
            row(
                Cell(_("Use of the home"), ticks=ticks(Premises.Use.choices, {premises.use} if premises else ())),
                Cell(_("Lives apart from registration"), ticks=_yes_no(apart)),
            ),
            row(Cell(_("Owner or tenant")), Cell(_("Living here"), _("____ people, of them under 18: ____"))),
        ),
    )


def _business(facts: Facts) -> Section:
    premises = facts.premises
    kinds = [choice for choice in Premises.Kind.choices if choice[0] != Premises.Kind.HOUSEHOLD]
    return Section(
        _("Premises and people"),
        (
            row(
                Cell(pgettext("business", "Name"), premises.name if premises else ""),
                Cell(_("Credit code")),
            ),
            row(Cell(_("Kind"), ticks=ticks(kinds, {premises.kind} if premises else ()))),
            row(Cell(_("Address"), facts.address)),
            row(Cell(_("Person in charge")), Cell(_("Contact phone"), facts.phone)),
            row(Cell(_("Security head")), Cell(_("Staff"), _("____ people, of them guards: ____"))),
            row(Cell(_("Trade and scope")), Cell(_("Goods from and to"))),
            row(
                Cell(_("Key trade or goods"), ticks=_yes_no(None)),
                Cell(_("Key parts")),
            ),
            row(
                Cell(
                    _("Security"),
                    ticks=tuple(Tick(word) for word in (_("guards"), _("locks and bars"), _("cameras and alarms"))),
                ),
                Cell(_("Internal rules"), ticks=tuple(Tick(word) for word in (_("complete"), _("gaps")))),
            ),
        ),
    )


def _visit(facts: Facts) -> Section:
    visit, campaign = facts.visit, facts.campaign
    topics = [(topic.pk, topic.name) for topic in campaign.topics.all()] if campaign else []
    left = set(visit.topics.values_list("pk", flat=True)) if visit else set()
    given = (
        Tick(_("ID shown, notice given"), bool(visit and visit.identity_shown)),
        Tick(_("not given, because"), bool(visit and visit.not_given_why)),
    )
    why = ticks(Visit.NotGiven.choices, {visit.not_given_why} if visit else ())
    span = f"{moment(visit.started_at)} – {moment(visit.ended_at)[-5:]}" if visit else ""
    return Section(
        _("The visit"),
        (
            row(
                Cell(_("Day and time"), span, wide=2),
                Cell(_("People met"), str(visit.people_met) if visit and visit.is_done else ""),
            ),
            row(Cell(_("Outcome"), ticks=ticks(Visit.Outcome.choices, {visit.outcome} if visit else ()))),
            row(Cell(_("Where met"), ticks=ticks(Visit.Place.choices, {visit.place} if visit else ()))),
            row(Cell(_("Hours"), ticks=ticks(Visit.Mode.choices, {visit.mode} if visit else ()))),
            row(Cell(_("Notice"), ticks=(*given, *why))),
            row(Cell(_("Topics and materials"), ticks=ticks(topics, left), lines=1 if topics else 2)),
        ),
    )


def _questions(asked: Sequence[Question], facts: Facts) -> Iterator[Row]:
    """Short answers stand two in a row; one of several has a row of its own."""
    short = [question for question in asked if question.type != Question.Type.CHOICE]
    for first, second in zip_longest(short[::2], short[1::2]):
        pair = [_question(question, facts) for question in (first, second) if question is not None]
        yield row(*pair)
    for question in asked:
        if question.type == Question.Type.CHOICE:
            yield row(_question(question, facts))


def _question(question: Question, facts: Facts) -> Cell:
    answer = facts.answers.get(question.pk, "")
    if question.type == Question.Type.YES_NO:
        boxes = ticks((("yes", _("yes")), ("no", _("no"))), {answer})
        return Cell(question.text, ticks=boxes, label_columns=QUESTION_COLUMNS)
    if question.type == Question.Type.CHOICE:
        boxes = ticks(((choice, choice) for choice in question.choices), {answer})
        return Cell(question.text, ticks=boxes, label_columns=QUESTION_COLUMNS)
    return Cell(question.text, answer, label_columns=QUESTION_COLUMNS)


def _findings(facts: Facts, *, household: bool, overleaf: bool) -> Section:
    filled, room = facts.visit is not None, 4 if overleaf else 2

    def found(kind: str, label: str, *more: str) -> Row:
        cases = [case for case in facts.cases if case.kind == kind]
        boxes = _yes_no(bool(cases) if filled and facts.visit and facts.visit.is_done else None, none=True)
        extra = tuple(Tick(word) for word in more)
        lines = tuple(f"{case.number} {case.title}" if kind != Kind.CLUE else case.number for case in cases)
        return row(Cell(label, ticks=(*boxes, *extra), rows=lines, lines=1 if lines or kind == Kind.CLUE else room))

    disputes = _("Disputes: neighbours, family") if household else _("Disputes: labour, trade")
    hazards = _("Hazards: fire, security, traffic") if household else _("Hazards inside and around")
    later = _("registered, due on ____")
    return Section(
        _("What was found"),
        (
            found(Kind.DISPUTE, disputes, _("settled on the spot"), later),
            found(Kind.HAZARD, hazards, _("put right at once"), later),
            found(Kind.REQUEST, _("Difficulties and requests"), _("answered on the spot"), later),
            found(Kind.SUGGESTION, _("Opinions and suggestions")),
            found(Kind.CLUE, _("Clues (a tick only)"), _("handed over the sealed way")),
            row(Cell(_("Notes"), facts.visit.diary if facts.visit else "", lines=room)),
        ),
        overleaf,
    )


def _signatures(facts: Facts) -> Section:
    visit, officer = facts.visit, facts.officer
    names = " ".join(
        f"{person.name} {person.badge}" for person in (officer, visit.partner if visit else None) if person
    )
    return Section(
        _("Signatures"),
        (
            row(
                Cell(_("Visited by"), names),
                Cell(_("Next visit"), moment(visit.next_at) if visit else ""),
            ),
            row(
                Cell(_("Resident"), ticks=(Tick(pgettext("resident", "does not wish to sign")),), lines=2),
                Cell(_("Typed in by"), _typed_in(visit), lines=2),
            ),
        ),
    )


def _typed_in(visit: Visit | None) -> str:
    if visit is None:
        return ""
    return f"{visit.entered_by.name} {day(timezone.localdate(visit.received_at))}"


def _yes_no(value: bool | None, *, none: bool = False) -> tuple[Tick, ...]:
    """Yes and no; for findings none and some. Nothing is ticked where it is not known."""
    words: list[tuple[Any, str]] = (
        [(False, pgettext("findings on paper", "none")), (True, pgettext("findings on paper", "some"))]
        if none
        else [(True, _("yes")), (False, _("no"))]
    )
    return ticks(words, () if value is None else {value})
