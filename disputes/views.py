"""The ledger on screen: the list, one case with its timeline and its reasons, and what can be done to it."""

from datetime import date
from typing import Any, cast

from django.contrib import messages
from django.db.models import Prefetch, QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_POST, require_safe

from accounts.access import signed_in
from accounts.actions import log_access
from accounts.lifecycles import why_not
from accounts.models import Officer
from accounts.presses import one_press
from accounts.refusals import Refusal
from disputes import actions, forms
from disputes.case_page import BY_NAME, Act, page_of
from disputes.models import Case, Closure, Evidence, LedgerEntry, Party, ReturnVisit, Session
from disputes.states import CASE
from disputes.words import Kind

PAGE = 30


def me(request: HttpRequest) -> Officer:
    return cast(Officer, request.user)


def with_parts(cases: QuerySet[Case]) -> QuerySet[Case]:
    """Everything that guards look at, in a fixed number of queries."""
    return cases.select_related("lead", "helper", "unit", "registered_by", "campaign").prefetch_related(
        "parties",
        "evidence",
        Prefetch("entries", LedgerEntry.objects.unscoped("of a case in reach")),
        Prefetch("sessions", Session.objects.select_related("mediator")),
        Prefetch("closures", Closure.objects.select_related("requested_by", "decided_by")),
        Prefetch(
            "return_visits", ReturnVisit.objects.unscoped("of a case in reach").select_related("party", "officer")
        ),
    )


def case_or_404(request: HttpRequest, pk: int) -> Case:
    return get_object_or_404(with_parts(Case.objects.visible_to(me(request))), pk=pk)


# -- the list --

SHOWN = {
    "open": lambda cases, today: cases.filter(state__in=Case.OPEN_STATES),
    "overdue": lambda cases, today: cases.overdue(today),
    "settled": lambda cases, today: cases.filter(state__in=(Case.State.FOLLOW_UP, Case.State.CLOSURE_PENDING)),
    "closed": lambda cases, today: cases.struck_off(),
    "left": lambda cases, today: cases.left_behind(today),
    "all": lambda cases, today: cases,
}


SHOW_WORDS = [
    ("open", pgettext_lazy("cases", "open")),
    ("overdue", gettext_lazy("overdue")),
    ("settled", pgettext_lazy("cases", "settled")),
    ("closed", gettext_lazy("struck off")),
    ("left", gettext_lazy("lead has left")),
    ("all", gettext_lazy("all")),
]


ALWAYS = ("open", "overdue", "settled", "closed", "all")


@signed_in
@require_safe
def case_list(request: HttpRequest) -> HttpResponse:
    """Cases within reach, newest first, paged by key."""
    officer, today = me(request), timezone.localdate()
    shown = request.GET.get("show", "open")
    kind = request.GET.get("kind", "")
    cases = Case.objects.visible_to(officer).select_related("lead", "unit")
    cases = SHOWN.get(shown, SHOWN["open"])(cases, today)
    if kind in Kind.values:
        cases = cases.filter(kind=kind)
    number = request.GET.get("number", "").strip()
    if number:
        cases = cases.filter(number__startswith=number)
    before = request.GET.get("before", "")
    if before.isdecimal() and len(before) < 19:
        cases = cases.filter(pk__lt=int(before))
    rows = list(cases.order_by("-pk")[: PAGE + 1])
    return render(
        request,
        "disputes/list.html",
        {
            "cases": rows[:PAGE],
            "next": rows[PAGE - 1].pk if len(rows) > PAGE else None,
            "shown": shown if shown in SHOWN else "open",
            "kind": kind,
            "number": number,
            "kinds": Kind.choices,
            # Led to from the desk's home only: on a phone the row of choices is full.
            "shows": [show for show in SHOW_WORDS if show[0] in (*ALWAYS, shown)],
            "today": today,
            "due_visits": _due_visits(officer, today),
            "tab": "cases",
        },
    )


def _due_visits(officer: Officer, today: date) -> list[ReturnVisit]:
    due = ReturnVisit.objects.visible_to(officer).filter(officer=officer).due(today)
    return list(due.select_related("case", "premises", "party")[:20])


# -- one case --


@signed_in
@require_safe
def case_detail(request: HttpRequest, pk: int) -> HttpResponse:
    return page(request, case_or_404(request, pk))


def page(
    request: HttpRequest,
    case: Case,
    opened: Act | None = None,
    form: Any = None,
    status: int = 200,
    answered: tuple[int, forms.ReturnVisitForm] | None = None,
    agreed: tuple[int, forms.ConsentForm] | None = None,
) -> HttpResponse:
    context = page_of(case, me(request), timezone.now(), opened=opened, form=form, answered=answered, agreed=agreed)
    return render(request, "disputes/case.html", {**context, "tab": "cases"}, status=status)


@signed_in
@require_POST
@one_press
def act_on(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Does one thing to a case; a refusal comes back on the same page with the form as it was typed."""
    act = BY_NAME.get(name)
    if act is None:
        raise Http404
    case = case_or_404(request, pk)
    form = act.form(request.POST, request.FILES, case=case, officer=me(request), auto_id=act.ids)
    complete = form.is_valid()
    try:
        # Who may not is told so before what is missing.
        refused = why_not(case, CASE, act.move, by=me(request), at=timezone.now())
        if refused is not None and refused.status == 403:
            raise refused
        if not complete:
            return page(request, case, act, form, status=422)
        act.action(case=case, by=me(request), at=timezone.now(), **form.kwargs_of())
    except Refusal as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        log_access(me(request), "refused", case, reason=refusal.code, outcome=refusal.code)
        case = case_or_404(request, pk)
        if refusal.code == "stale":
            # The page says what changed since; any other refusal has told nothing of it.
            form = form.at(case.version)
        return page(request, case, act, form, status=refusal.status)
    messages.success(request, _("Recorded."))
    return onward(request, pk)


def onward(request: HttpRequest, pk: int) -> HttpResponse:
    """To the case, or to the list where what was done took the case out of reach."""
    within = Case.objects.visible_to(me(request)).filter(pk=pk).exists()
    return redirect("disputes:case", pk=pk) if within else redirect("disputes:list")


@signed_in
@require_POST
@one_press
def consent(request: HttpRequest, pk: int, party_pk: int) -> HttpResponse:
    case = case_or_404(request, pk)
    party = get_object_or_404(Party, pk=party_pk, case=case)
    form = forms.ConsentForm(request.POST, auto_id=f"consent-{party_pk}-%s")
    try:
        actions.record_consent(case=case, party=party, **form.kwargs_of(), by=me(request), at=timezone.now())
    except Refusal as refusal:
        again = _refused(request, case, refusal, form)
        if refusal.code == "stale":
            form.version = again.version
        return page(request, again, status=refusal.status, agreed=(party_pk, form))
    messages.success(request, _("Recorded."))
    return redirect("disputes:case", pk=pk)


def _refused(request: HttpRequest, case: Case, refusal: Refusal, form: Any) -> Case:
    """Puts the refusal into its form and on record; gives the case as it is now. A missing right is a page of its own."""
    if refusal.status == 403:
        raise refusal
    form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
    log_access(me(request), "refused", case, reason=refusal.code, outcome=refusal.code)
    return case_or_404(request, case.pk)


@signed_in
@require_safe
def evidence_file(request: HttpRequest, pk: int, evidence_pk: int) -> FileResponse:
    """A file of a case within reach; shown as what its content is, never run, and the look is logged."""
    case = case_or_404(request, pk)
    evidence = get_object_or_404(Evidence, pk=evidence_pk, case=case)
    log_access(me(request), "evidence_seen", evidence)
    response = FileResponse(evidence.file.open("rb"), content_type=evidence.content_type)
    response["Content-Disposition"] = f'inline; filename="{evidence.sha256[:12]}"'
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox; frame-ancestors 'none'"
    return response
