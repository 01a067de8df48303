"""Each indicator once: its code, its words, its unit, what is counted and over what."""

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from disputes.words import Kind
from registry.jurisdictions import communities_by_unit
from registry.models import Premises
from reports.indicators import beside, cases, doors
from reports.indicators.rows import ByUnit, Scope, summed

ENTERPRISES = (Premises.Kind.ENTERPRISE, Premises.Kind.INSTITUTION)


@dataclass(frozen=True)
class Indicator:
    """`count` is the figure; `over` its base, for a rate. `numerator` differs from `count` where a rate counts less:
    households count all, the visit rate only those of the frozen frame."""

    code: str
    label: str | Promise
    unit: str | Promise
    definition: str | Promise
    count: Callable[[Scope], ByUnit]
    over: Callable[[Scope], ByUnit] | None = None
    numerator: Callable[[Scope], ByUnit] | None = None
    whole: Callable[[Scope], int] | None = None
    """Of all units together, where that is not the sum of them: who works in two is one person."""

    def in_all(self, scope: Scope) -> int:
        return self.whole(scope) if self.whole else sum(self.count(scope).values())


def _doors(*kinds: str) -> Callable[[Scope], ByUnit]:
    return lambda scope: summed(doors.tallies(scope), lambda tally: tally.doors, kinds)


def _frame_visited(*kinds: str) -> Callable[[Scope], ByUnit]:
    return lambda scope: summed(doors.frame_doors(scope), lambda frame: frame.visited, kinds)


def _base(*kinds: str) -> Callable[[Scope], ByUnit]:
    return lambda scope: summed(doors.frame_doors(scope), lambda frame: frame.doors, kinds)


def _communities_in_scope(scope: Scope) -> ByUnit:
    """Communities under the campaign's areas, each to the unit that answers for it."""
    codes = list(scope.campaign.areas.values_list("code", flat=True))
    return {unit: n for unit, n in communities_by_unit(codes).items() if unit in scope.units}


def _cases(kind: str, number: Callable[[cases.CaseTally], int]) -> Callable[[Scope], ByUnit]:
    return lambda scope: summed(cases.tallies(scope), number, (kind,))


def _found(kind: str) -> Callable[[Scope], ByUnit]:
    return _cases(kind, lambda tally: tally.found)


def _resolved(kind: str) -> Callable[[Scope], ByUnit]:
    return _cases(kind, lambda tally: tally.resolved)


INDICATORS: dict[str, Indicator] = {
    row.code: row
    for row in (
        Indicator(
            "staff_deployed",
            _("People deployed"),
            pgettext_lazy("unit of people", "people"),
            _("Distinct officers and auxiliaries with at least one done visit."),
            doors.staff,
            whole=doors.staff_in_all,
        ),
        Indicator(
            "communities_covered",
            _("Communities and villages visited"),
            pgettext_lazy("unit of communities", "no."),
            _("Communities and villages with at least one done visit; base: all communities in the campaign's areas."),
            doors.communities,
            _communities_in_scope,
        ),
        Indicator(
            "households_visited",
            _("Households visited"),
            pgettext_lazy("unit of households", "households"),
            _(
                "Distinct households with at least one done visit (met, or met and broken off). The rate counts "
                "households of the frozen frame only; base: the frame less households confirmed gone."
            ),
            _doors(Premises.Kind.HOUSEHOLD),
            _base(Premises.Kind.HOUSEHOLD),
            _frame_visited(Premises.Kind.HOUSEHOLD),
        ),
        Indicator(
            "units_visited",
            _("Enterprises and institutions visited"),
            pgettext_lazy("unit of enterprises", "no."),
            _("Distinct enterprises and institutions with at least one done visit; base: those of the frame."),
            _doors(*ENTERPRISES),
            _base(*ENTERPRISES),
            _frame_visited(*ENTERPRISES),
        ),
        Indicator(
            "shops_visited",
            _("Shops visited"),
            pgettext_lazy("unit of enterprises", "no."),
            _("Distinct shops with at least one done visit; base: those of the frame."),
            _doors(Premises.Kind.SHOP),
            _base(Premises.Kind.SHOP),
            _frame_visited(Premises.Kind.SHOP),
        ),
        Indicator(
            "hazards_rectified",
            _("Hazards rectified"),
            pgettext_lazy("unit of hazards", "no."),
            _("Hazards put right on the spot or passed by a re-check of another hand; base: hazards registered."),
            _cases(Kind.HAZARD, lambda tally: tally.rectified),
            _found(Kind.HAZARD),
        ),
        Indicator(
            "disputes_resolved",
            _("Disputes resolved"),
            pgettext_lazy("unit of disputes", "no."),
            _("Disputes whose latest outcome counts as resolved and has not relapsed; base: disputes registered."),
            _resolved(Kind.DISPUTE),
            _found(Kind.DISPUTE),
        ),
        Indicator(
            "disputes_struck_off",
            _("of these struck off"),
            pgettext_lazy("unit of disputes", "no."),
            _("Resolved disputes struck off by another hand; always printed beside the resolved ones."),
            _cases(Kind.DISPUTE, lambda tally: tally.struck_off),
            _found(Kind.DISPUTE),
        ),
        Indicator(
            "clues",
            _("Clues handed over"),
            pgettext_lazy("unit of clues", "no."),
            _("Clues handed over to a named unit; no details are kept here; base: clues registered."),
            _resolved(Kind.CLUE),
            _found(Kind.CLUE),
        ),
        Indicator(
            "requests_answered",
            _("Requests answered"),
            pgettext_lazy("unit of requests", "no."),
            _("Requests whose latest outcome is an answer; base: requests registered."),
            _resolved(Kind.REQUEST),
            _found(Kind.REQUEST),
        ),
        Indicator(
            "requests_on_spot",
            _("of these on the spot"),
            pgettext_lazy("unit of requests", "no."),
            _("Requests answered at the door, in the visit that brought them up; base: requests registered."),
            _cases(Kind.REQUEST, lambda tally: tally.on_spot),
            _found(Kind.REQUEST),
        ),
        Indicator(
            "suggestions_adopted",
            _("Suggestions turned into measures"),
            pgettext_lazy("unit of requests", "no."),
            _(
                "Suggestions adopted with a measure and somebody who carries it out, and reported back to whoever made "
                "them; base: suggestions registered."
            ),
            _cases(Kind.SUGGESTION, lambda tally: tally.reported_back),
            _found(Kind.SUGGESTION),
        ),
        Indicator(
            "contact_rate",
            _("Met"),
            pgettext_lazy("unit of attempts", "attempts"),
            _("Attempts at which somebody was met; base: all attempts."),
            lambda scope: summed(doors.tallies(scope), lambda tally: tally.met),
            lambda scope: summed(doors.tallies(scope), lambda tally: tally.attempts),
        ),
        Indicator(
            "person_times",
            _("Person-times"),
            pgettext_lazy("unit of person-times", "person-times"),
            _("Sum of people met over all done visits; not households, not visits."),
            lambda scope: summed(doors.tallies(scope), lambda tally: tally.people),
        ),
        Indicator(
            "materials",
            _("Materials handed out"),
            pgettext_lazy("unit of materials", "copies"),
            _("Leaflets, booklets and cards left at doors, and what was handed out at outreach."),
            beside.materials,
        ),
        Indicator(
            "services",
            _("Services at the door"),
            pgettext_lazy("unit of services", "no."),
            _("Legal advice, papers handled, help with safety and good deeds, each recorded with its visit."),
            beside.services,
        ),
        Indicator(
            "outreach",
            _("Outreach held"),
            pgettext_lazy("unit of outreach", "no."),
            _("Lessons, talks, stalls, discussions and hand-outs beside the visits, with day and place."),
            beside.outreach_held,
        ),
        Indicator(
            "people_reached",
            _("People reached by outreach"),
            pgettext_lazy("unit of person-times", "person-times"),
            _("Sum of the people reached at each outreach, as counted by who held it; never added to people met."),
            beside.people_reached,
        ),
        Indicator(
            "households_reached",
            _("Households reached by hand-outs"),
            pgettext_lazy("unit of households", "households"),
            _("Sum of the households reached at each outreach; these are not visits and count in no visit rate."),
            beside.households_reached,
        ),
        Indicator(
            "overdue",
            _("Overdue"),
            pgettext_lazy("unit of cases", "cases"),
            _("Cases still open past their day."),
            lambda scope: summed(cases.tallies(scope), lambda tally: tally.overdue),
        ),
    )
}
