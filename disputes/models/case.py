"""The case: one matter that a door brought up, the units that have to do with it, the doors where it lies."""

from datetime import date
from typing import Any, ClassVar

from django.db import models
from django.db.models import Exists, F, Min, OuterRef, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Officer, Unit
from accounts.rights import Right
from accounts.scoping import NOTHING, ByUnit, ScopedManager, ScopedModel, ScopedQuerySet
from campaigns.models import Campaign
from disputes.words import COUNTS, STATE_WORDS, Demand, Grade, Kind, Outcome, Told, category_label, settled_label
from registry.models import Premises


class CaseQuerySet(ScopedQuerySet):
    def reach(self, officer: Officer) -> Q:
        own = Q(lead=officer) | Q(registered_by=officer) | Q(helper=officer)
        reach = own if officer.at_work else NOTHING
        units = officer.units_with(Right.SEE_CASES)
        if units:
            named = CaseUnit.objects.unscoped("reach of cases").filter(case_id=OuterRef("pk"), unit_id__in=units)
            reach |= Q(Exists(named))
        return reach

    def unfinished(self) -> "CaseQuerySet":
        return self.exclude(state__in=(Case.State.CLOSED, Case.State.VOIDED))

    def left_behind(self, on: date) -> "CaseQuerySet":
        """Whose lead has left, or whose return visit is named to somebody who has: it waits for nobody."""
        gone = Officer.objects.unscoped("who has left").gone(on).values("pk")
        asked = Q(return_visits__done_at__isnull=True, return_visits__cycle=F("cycle"), return_visits__officer__in=gone)
        waits = self.filter(asked, state__in=Case.SETTLED_STATES).order_by().values("pk")
        return self.filter(Q(pk__in=waits) | Q(lead__in=gone) & ~Q(state__in=(Case.State.CLOSED, Case.State.VOIDED)))

    def with_return_due(self) -> "CaseQuerySet":
        """`return_due_on`: until when the next return visit of this cycle is to be made, None where none is."""
        pending = Q(return_visits__done_at__isnull=True, return_visits__cycle=F("cycle"))
        return self.annotate(return_due_on=Min("return_visits__due_on", filter=pending))

    def counted(self) -> "CaseQuerySet":
        """Less void and merged: what every figure is counted from."""
        return self.exclude(state=Case.State.VOIDED)

    def resolved(self) -> "CaseQuerySet":
        """Resolved (化解): the latest outcome counts and has not relapsed."""
        return self.filter(
            outcome__in=COUNTS,
            state__in=Case.SETTLED_STATES,
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
    # Those in which it is said how it ended, and asked whether it holds.
    SETTLED_STATES = (State.FOLLOW_UP, State.CLOSURE_PENDING, State.CLOSED)

    number = models.CharField(_("number"), max_length=30, unique=True)
    kind = models.CharField(pgettext_lazy("of a case", "kind"), max_length=12, choices=Kind.choices)
    category = models.CharField(_("category"), max_length=30)
    grade = models.PositiveSmallIntegerField(_("grade"), choices=Grade.choices, default=Grade.LOW)
    grade_reason = models.CharField(_("why this grade"), max_length=200, blank=True)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name=_("unit"), db_index=False)
    campaign = models.ForeignKey(
        Campaign, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("campaign"), db_index=False
    )
    lead = models.ForeignKey(
        Officer, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("lead"), db_index=False
    )
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
    registered_by = models.ForeignKey(
        Officer, models.PROTECT, related_name="+", verbose_name=_("registered by"), db_index=False
    )
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

    # Told by `with_return_due()`.
    return_due_on: date | None

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
    def settled_label(self) -> str:
        """What came of it, in one word; of a case that is followed up or waits to be struck off."""
        return settled_label(self.kind, self.outcome)

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

    case = models.ForeignKey(Case, models.CASCADE, related_name="units", db_index=False)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", db_index=False)
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

    case = models.ForeignKey(Case, models.CASCADE, related_name="places", db_index=False)
    premises = models.ForeignKey(Premises, models.PROTECT, related_name="+", db_index=False)

    class Meta:
        verbose_name = _("place of a case")
        verbose_name_plural = _("places of a case")
        constraints = [models.UniqueConstraint(fields=["case", "premises"], name="case_place_once")]
        indexes = [models.Index(fields=["premises"], name="cases_of_door")]

    def __str__(self) -> str:
        return str(self.premises_id)
