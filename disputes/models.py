"""What was found and how it ended: cases, the people and papers in them, and the ledger that remembers."""

from datetime import date
from typing import Any, ClassVar

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Officer, Unit
from accounts.rights import Right
from accounts.scoping import ByUnit, ScopedManager, ScopedModel, ScopedQuerySet
from campaigns.models import Campaign
from disputes.words import COUNTS, STATE_WORDS, Demand, Grade, Kind, Outcome, Told, category_label
from registry.fields import SealedTextField
from registry.models import Premises


class CaseQuerySet(ScopedQuerySet):
    def reach(self, officer: Officer) -> Q:
        reach = Q(lead=officer) | Q(registered_by=officer) | Q(helper=officer)
        units = officer.units_with(Right.SEE_CASES)
        if units:
            named = CaseUnit.objects.unscoped("reach of cases").filter(case_id=OuterRef("pk"), unit_id__in=units)
            reach |= Q(Exists(named))
        return reach

    def unfinished(self) -> "CaseQuerySet":
        return self.exclude(state__in=(Case.State.CLOSED, Case.State.VOIDED))

    def counted(self) -> "CaseQuerySet":
        """Less void and merged: what every figure is counted from."""
        return self.exclude(state=Case.State.VOIDED)

    def resolved(self) -> "CaseQuerySet":
        """Resolved (化解): the latest outcome counts and has not relapsed."""
        return self.filter(
            outcome__in=COUNTS,
            state__in=(Case.State.FOLLOW_UP, Case.State.CLOSURE_PENDING, Case.State.CLOSED),
        )

    def struck_off(self) -> "CaseQuerySet":
        return self.filter(state=Case.State.CLOSED)

    def overdue(self, on: date) -> "CaseQuerySet":
        return self.filter(due_on__lt=on, state__in=Case.OPEN_STATES)


class Case(ScopedModel):
    """A matter (事项) that a door brought up. State and version always equal its newest ledger entry's."""

    class State(models.TextChoices):
        REGISTERED = "registered", _("registered")
        ASSIGNED = "assigned", _("assigned")
        HANDLING = "handling", _("being handled")
        FOLLOW_UP = "follow_up", pgettext_lazy("state of a case", "return visits")
        ADVISED = "advised", _("told of the legal routes")
        CLOSURE_PENDING = "closure_pending", _("waiting to be struck off")
        CLOSED = "closed", _("struck off")
        VOIDED = "voided", _("void")

    class Source(models.TextChoices):
        VISIT = "visit", _("visit")
        CALL_110 = "call_110", _("110 call")
        WALK_IN = "walk_in", _("came to the station")
        REFERRAL = "referral", _("handed over by a department")
        GRID = "grid", _("grid worker")
        HOTLINE = "hotline", _("hotline")

    # Those on which a clock runs: nothing has been settled yet.
    OPEN_STATES = (State.REGISTERED, State.ASSIGNED, State.HANDLING, State.ADVISED)

    number = models.CharField(_("number"), max_length=30, unique=True)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices)
    category = models.CharField(_("category"), max_length=30)
    grade = models.PositiveSmallIntegerField(_("grade"), choices=Grade.choices, default=Grade.LOW)
    grade_reason = models.CharField(_("why this grade"), max_length=200, blank=True)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name=_("unit"))
    campaign = models.ForeignKey(
        Campaign, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("campaign")
    )
    lead = models.ForeignKey(Officer, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("lead"))
    helper = models.ForeignKey(
        Officer, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("helper")
    )
    source = models.CharField(_("source"), max_length=12, choices=Source.choices, default=Source.VISIT)
    source_ref = models.CharField(_("source record"), max_length=60, blank=True)
    title = models.CharField(_("in one line"), max_length=120)
    summary = models.TextField(_("what happened"), blank=True)
    measures = models.TextField(_("measures taken"), blank=True)
    outcome = models.CharField(_("outcome"), max_length=20, choices=Outcome.choices, blank=True)
    performed = models.BooleanField(_("terms performed"), null=True, blank=True)
    on_the_spot = models.BooleanField(
        _("on the spot"), default=False, help_text=_("Settled as it came on record: the visit itself is the evidence.")
    )
    demand = models.CharField(_("what the request is"), max_length=12, choices=Demand.choices, blank=True)
    measure_by = models.CharField(_("who carries the measure out"), max_length=100, blank=True)
    reported_back_at = models.DateTimeField(_("resident told"), null=True, blank=True)
    reported_back_by = models.ForeignKey(
        Officer, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("told by")
    )
    reported_back_how = models.CharField(_("told how"), max_length=12, choices=Told.choices, blank=True)
    receiver = models.CharField(_("receiving unit"), max_length=100, blank=True)
    receiver_ref = models.CharField(_("receiver's reference number"), max_length=60, blank=True)
    found_on = models.DateField(_("found on"))
    registered_at = models.DateTimeField(_("registered"))
    registered_by = models.ForeignKey(Officer, models.PROTECT, related_name="+", verbose_name=_("registered by"))
    due_on = models.DateField(_("due on"))
    settled_at = models.DateTimeField(_("settled"), null=True, blank=True)
    closed_at = models.DateTimeField(_("struck off at"), null=True, blank=True)
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="merged", verbose_name=_("merged into")
    )
    client_id = models.UUIDField(null=True, blank=True, unique=True)
    cycle = models.PositiveSmallIntegerField(_("cycle"), default=1)
    state = models.CharField(_("state"), max_length=20, choices=State.choices)
    version = models.PositiveIntegerField(_("version"), default=0)

    objects: ClassVar[Any] = ScopedManager.from_queryset(CaseQuerySet)()

    class Meta:
        verbose_name = _("case")
        verbose_name_plural = _("cases")
        ordering = ["-registered_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="closed", closed_at__isnull=False) | (~Q(state="closed") & Q(closed_at__isnull=True)),
                name="case_closed_has_a_day",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=("assigned", "handling", "follow_up", "closure_pending", "closed"))
                | Q(lead__isnull=False),
                name="case_in_work_has_a_lead",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=("follow_up", "closed")) | ~Q(outcome=""),
                name="case_settled_has_an_outcome",
            ),
            models.CheckConstraint(condition=Q(grade__in=(1, 2, 3)), name="case_grade_1_to_3"),
            models.CheckConstraint(
                condition=Q(reported_back_at__isnull=True, reported_back_by__isnull=True, reported_back_how="")
                | (Q(reported_back_at__isnull=False, reported_back_by__isnull=False) & ~Q(reported_back_how="")),
                name="case_reported_back_by_somebody_somehow",
            ),
        ]
        indexes = [
            models.Index(fields=["unit", "state", "due_on"], name="case_by_unit"),
            models.Index(fields=["campaign", "kind", "registered_at"], name="case_by_campaign"),
            models.Index(fields=["lead", "state"], name="case_by_lead"),
            models.Index(fields=["registered_by"], name="case_by_registrar"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def category_label(self) -> str:
        return category_label(self.kind, self.category)

    @property
    def state_label(self) -> str:
        """The state in the words of its kind."""
        return state_label(self.kind, self.state)

    @property
    def is_open(self) -> bool:
        return self.state in self.OPEN_STATES

    def is_overdue(self, on: date) -> bool:
        return self.is_open and self.due_on < on


def state_label(kind: str, state: str) -> str:
    """A state in the words of its kind."""
    return str(STATE_WORDS.get((kind, state)) or Case.State(state).label)


class CaseUnit(ScopedModel):
    """A unit that has to do with a case, and why; reach stays one EXISTS over this table."""

    class Why(models.TextChoices):
        OWNER = "owner", _("owner")
        PLACE = "place", _("place")

    case = models.ForeignKey(Case, models.CASCADE, related_name="units")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    why = models.CharField(max_length=12, choices=Why.choices)

    objects: ClassVar[Any] = ScopedManager.from_queryset(ByUnit)()

    class Meta:
        verbose_name = _("unit of a case")
        verbose_name_plural = _("units of a case")
        constraints = [models.UniqueConstraint(fields=["case", "unit", "why"], name="case_unit_once")]
        indexes = [models.Index(fields=["unit", "case"], name="case_unit_reach")]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.why}"


class CasePremises(models.Model):
    """A door where the matter lies."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="places")
    premises = models.ForeignKey(Premises, models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("place of a case")
        verbose_name_plural = _("places of a case")
        constraints = [models.UniqueConstraint(fields=["case", "premises"], name="case_place_once")]
        indexes = [models.Index(fields=["premises"], name="cases_of_door")]

    def __str__(self) -> str:
        return str(self.premises_id)


class Party(models.Model):
    """A person in a dispute. Mediation is voluntary: consent is per party, dated (People's Mediation Law, 3, 23)."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="parties")
    name = models.CharField(_("name"), max_length=60)
    phone = SealedTextField(_("phone"), blank=True, default="")
    role = models.CharField(_("side"), max_length=40, blank=True)
    is_minor = models.BooleanField(_("minor"), default=False)
    guardian = models.CharField(_("guardian"), max_length=60, blank=True)
    consented = models.BooleanField(_("agrees to mediation"), null=True, blank=True)
    consented_at = models.DateTimeField(_("agreed at"), null=True, blank=True)

    class Meta:
        verbose_name = _("party")
        verbose_name_plural = _("parties")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["case", "name"], name="party_once"),
            models.CheckConstraint(
                condition=Q(consented__isnull=True, consented_at__isnull=True)
                | Q(consented__isnull=False, consented_at__isnull=False),
                name="consent_is_dated",
            ),
            models.CheckConstraint(condition=Q(is_minor=False) | ~Q(guardian=""), name="minor_has_a_guardian"),
        ]

    def __str__(self) -> str:
        return self.masked_name

    @property
    def masked_name(self) -> str:
        from registry.masking import masked_name

        return masked_name(self.name)


class Session(models.Model):
    """One mediation session or handling step, as it goes on record."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="sessions")
    at = models.DateTimeField(_("when"))
    place = models.CharField(_("where"), max_length=100)
    mediator = models.ForeignKey(Officer, models.PROTECT, related_name="+", verbose_name=_("mediator"))
    present = models.CharField(_("present"), max_length=200, blank=True)
    content = models.TextField(_("what was said"))
    result = models.CharField(_("result"), max_length=200, blank=True)
    recorded_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("session")
        verbose_name_plural = _("sessions")
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d}"


class Evidence(models.Model):
    """A file that proves something; checked by content when it comes in, served only through a checked view."""

    class Kind(models.TextChoices):
        BEFORE = "before", _("photo before")
        AFTER = "after", _("photo after")
        PAPER = "paper", _("paper: agreement, receipt, reply")
        OTHER = "other", _("other paper")

    case = models.ForeignKey(Case, models.CASCADE, related_name="evidence")
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    file = models.FileField(_("file"), upload_to="evidence/%Y/%m/")
    content_type = models.CharField(max_length=60)
    size = models.PositiveIntegerField(_("bytes"))
    sha256 = models.CharField(max_length=64)
    added_at = models.DateTimeField(_("added"), default=timezone.now)
    added_by = models.ForeignKey(Officer, models.PROTECT, related_name="+", verbose_name=_("added by"))
    cycle = models.PositiveSmallIntegerField(default=1)

    class Meta:
        verbose_name = _("evidence")
        verbose_name_plural = _("evidence")
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["case", "sha256"], name="evidence_once")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.sha256[:8]}"


class Closure(models.Model):
    """A request to strike a case off and its decision by another hand."""

    class ReturnReason(models.TextChoices):
        NOT_SOLVED = "not_solved", _("not solved")
        EVIDENCE = "evidence", _("evidence is missing or unclear")
        RETURN_VISIT = "return_visit", _("return visit is missing or doubtful")
        RECORD = "record", _("record is incomplete")

    case = models.ForeignKey(Case, models.CASCADE, related_name="closures")
    cycle = models.PositiveSmallIntegerField(_("cycle"))
    requested_at = models.DateTimeField(_("requested"))
    requested_by = models.ForeignKey(Officer, models.PROTECT, related_name="+", verbose_name=_("requested by"))
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    decided_by = models.ForeignKey(Officer, models.PROTECT, null=True, blank=True, related_name="+")
    approved = models.BooleanField(_("approved"), null=True, blank=True)
    return_reason = models.CharField(_("why returned"), max_length=20, choices=ReturnReason.choices, blank=True)
    opinion = models.CharField(_("opinion"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("closure")
        verbose_name_plural = _("closures")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["case"], condition=Q(decided_at__isnull=True), name="one_open_closure_per_case"
            ),
            models.CheckConstraint(
                condition=Q(decided_at__isnull=True, decided_by__isnull=True, approved__isnull=True)
                | Q(decided_at__isnull=False, decided_by__isnull=False, approved__isnull=False),
                name="closure_decided_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.cycle}"


class ReturnVisitQuerySet(ScopedQuerySet):
    def reach(self, officer: Officer) -> Q:
        reach = Q(officer=officer) | Q(case__lead=officer)
        units = officer.units_with(Right.SEE_CASES)
        return reach | Q(case__unit_id__in=units) if units else reach

    def due(self, by: date) -> "ReturnVisitQuerySet":
        return self.filter(done_at__isnull=True, due_on__lte=by)


class ReturnVisit(ScopedModel):
    """A call or visit after settling, to one party or the whole door: is it still settled?"""

    class Answer(models.TextChoices):
        SETTLED = "settled", pgettext_lazy("answer", "settled")
        PARTLY = "partly", _("partly")
        RELAPSED = "relapsed", _("not settled")
        UNREACHABLE = "unreachable", _("could not be reached")

    case = models.ForeignKey(Case, models.CASCADE, related_name="return_visits")
    cycle = models.PositiveSmallIntegerField(default=1)
    party = models.ForeignKey(Party, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("party"))
    officer = models.ForeignKey(Officer, models.PROTECT, related_name="+", verbose_name=_("officer"))
    premises = models.ForeignKey(Premises, models.PROTECT, null=True, blank=True, related_name="+")
    due_on = models.DateField(_("due on"))
    client_id = models.UUIDField(null=True, blank=True, unique=True)
    done_at = models.DateTimeField(_("done"), null=True, blank=True)
    done_by = models.ForeignKey(Officer, models.PROTECT, null=True, blank=True, related_name="+")
    in_person = models.BooleanField(_("in person"), default=False)
    answer = models.CharField(_("answer"), max_length=12, choices=Answer.choices, blank=True)
    note = models.CharField(_("note"), max_length=200, blank=True)

    objects: ClassVar[Any] = ScopedManager.from_queryset(ReturnVisitQuerySet)()

    class Meta:
        verbose_name = _("return visit")
        verbose_name_plural = _("return visits")
        ordering = ["due_on", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(done_at__isnull=True, done_by__isnull=True, answer="")
                | (Q(done_at__isnull=False, done_by__isnull=False) & ~Q(answer="")),
                name="return_visit_done_by_somebody_with_an_answer",
            )
        ]
        indexes = [
            models.Index(fields=["officer", "due_on"], condition=Q(done_at__isnull=True), name="return_visits_due"),
            models.Index(fields=["premises"], condition=Q(done_at__isnull=True), name="return_visits_of_door"),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.due_on}"


class ChainQuerySet(ByUnit):
    rights = (Right.SEE_CASES,)


class Chain(ScopedModel):
    """The head of one station's chain; the row that is locked while an entry is added."""

    unit = models.OneToOneField(Unit, models.PROTECT, related_name="+")
    seq = models.PositiveBigIntegerField(default=0)
    head = models.CharField(max_length=64, default="0" * 64)
    cases = models.PositiveIntegerField(default=0)

    objects: ClassVar[Any] = ScopedManager.from_queryset(ChainQuerySet)()

    class Meta:
        verbose_name = _("chain")
        verbose_name_plural = _("chains")

    def __str__(self) -> str:
        return f"{self.unit_id}:{self.seq}"


class LedgerEntryQuerySet(ScopedQuerySet):
    def reach(self, officer: Officer) -> Q:
        return Q(case__in=Case.objects.visible_to(officer))


class LedgerEntry(ScopedModel):
    """One move, for ever: append-only and hash-chained per station (see `disputes/ledger.py`)."""

    chain = models.ForeignKey(Chain, models.PROTECT, related_name="entries")
    seq = models.PositiveBigIntegerField()
    case = models.ForeignKey(Case, models.PROTECT, related_name="entries")
    version = models.PositiveIntegerField()
    cycle = models.PositiveSmallIntegerField()
    action = models.CharField(max_length=20)
    state_from = models.CharField(max_length=20, blank=True)
    state_to = models.CharField(max_length=20)
    actor = models.ForeignKey(Officer, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    payload = models.JSONField(default=dict)
    prev_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)
    recorded_at = models.DateTimeField(db_default=Now(), editable=False)

    objects: ClassVar[Any] = ScopedManager.from_queryset(LedgerEntryQuerySet)()

    class Meta:
        verbose_name = _("ledger entry")
        verbose_name_plural = _("ledger")
        ordering = ["chain", "seq"]
        constraints = [
            models.UniqueConstraint(fields=["chain", "seq"], name="ledger_seq_once"),
            models.UniqueConstraint(fields=["case", "version"], name="ledger_version_once"),
        ]

    def __str__(self) -> str:
        return f"{self.chain_id}:{self.seq}"

    def get_state_to_display(self) -> str:
        return str(Case.State(self.state_to).label)


class EntryText(models.Model):
    """A personal text that a move carried. The entry holds its salted digest, so erasing it leaves the chain valid."""

    entry = models.ForeignKey(LedgerEntry, models.PROTECT, related_name="texts")
    field = models.CharField(max_length=30)
    text = models.TextField()
    salt = models.CharField(max_length=32)
    erased_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["entry", "field"], name="entry_text_once")]

    def __str__(self) -> str:
        return f"{self.entry_id} {self.field}"


class Seal(models.Model):
    """Ed25519 over all heads at one moment; `heads` is the sorted list of `chain:seq:hash` lines."""

    at = models.DateTimeField()
    heads = models.JSONField()
    digest = models.CharField(max_length=64)
    public_key = models.CharField(max_length=64)
    signature = models.CharField(max_length=128)
    recorded_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("seal")
        verbose_name_plural = _("seals")
        ordering = ["-at"]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M}"


def due_return_visit(officer: Officer, premises_field: str) -> Q:
    """Plugged into `registry.models.contact_reach`: a return visit that is due opens the door it goes to."""
    due = ReturnVisit.objects.unscoped("a due return visit opens its door").due(timezone.localdate())
    return Q(Exists(due.filter(officer=officer, premises_id=OuterRef(premises_field))))
