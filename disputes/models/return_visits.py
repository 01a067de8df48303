"""After settling: a call or visit that asks whether it is still settled."""

from datetime import date
from typing import TYPE_CHECKING, Any, ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Officer
from accounts.rights import Right
from accounts.scoping import NOTHING, ScopedManager, ScopedModel, ScopedQuerySet
from disputes.models.case import Case
from disputes.models.handling import Party
from registry.models import Premises

if TYPE_CHECKING:
    from django.db.models import QuerySet


class ReturnVisitQuerySet(ScopedQuerySet):
    def reach(self, officer: Officer) -> Q:
        reach = Q(officer=officer) | Q(case__lead=officer) if officer.at_work else NOTHING
        units = officer.units_with(Right.SEE_CASES)
        return reach | Q(case__unit_id__in=units) if units else reach

    def due(self, by: date) -> "ReturnVisitQuerySet":
        """To be made by that day. Of a settling that was undone since, nothing is asked any more."""
        stands = Q(case__state__in=Case.SETTLED_STATES, cycle=F("case__cycle"))
        return self.filter(stands, done_at__isnull=True, due_on__lte=by)


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


def due_return_visit(officer: Officer) -> "QuerySet[ReturnVisit]":
    """Plugged into `registry.models.contact_reach`: a return visit that is due opens the door it goes to."""
    rows = ReturnVisit.objects.unscoped("a due return visit opens its door").due(timezone.localdate())
    due: QuerySet[ReturnVisit] = rows.filter(officer=officer)
    return due
