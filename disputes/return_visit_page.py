"""A return visit's own page: where to, what was settled, the question; its answer comes from here or from the case's page.

Whoever is named for it may have no part in the case: a colleague who checks a hazard again sees this page, not the case's.
"""

import uuid
from typing import Any

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access import signed_in
from accounts.actions import log_access
from accounts.models import Officer
from accounts.presses import one_press
from accounts.refusals import Refusal
from disputes import forms
from disputes.models import Case, ReturnVisit
from disputes.return_visits import asked_no_more, make_return_visit, must_be_theirs, opens_on, too_early
from disputes.views import case_or_404, me
from disputes.views import page as case_page
from disputes.words import RETURN_QUESTIONS


@signed_in
@one_press
def return_visit(request: HttpRequest, pk: int) -> HttpResponse:
    """Shows what is asked, on the case's page to whom that is open; takes the answer from either page."""
    by = me(request)
    visit: ReturnVisit = get_object_or_404(
        ReturnVisit.objects.unscoped("through its case").select_related("case", "party", "premises__area"),
        pk=pk,
        case__in=_cases_to_return_to(by).values("pk"),
    )
    within = Case.objects.visible_to(by).filter(pk=visit.case_id).exists()
    if request.method != "POST":
        return redirect(_on_case_page(visit)) if within else _page(request, visit, _empty(pk))
    form = forms.ReturnVisitForm(request.POST, auto_id=f"%s-{pk}")
    status = _answered(request, visit, form)
    if status == 302:
        messages.success(request, _("Recorded."))
        return redirect("disputes:case", pk=visit.case_id) if within else redirect("visits:round")
    if within:
        return case_page(request, case_or_404(request, visit.case_id), status=status, answered=(pk, form))
    visit.case.refresh_from_db()
    return _page(request, visit, form, status)


def _answered(request: HttpRequest, visit: ReturnVisit, form: forms.ReturnVisitForm) -> int:
    """Records the answer: 302, or the status of the refusal that the form carries now. A missing right is a page of its own."""
    if not form.is_valid():
        must_be_theirs(visit.case, visit, me(request))
        return 422
    try:
        make_return_visit(visit=visit, by=me(request), at=timezone.now(), **form.cleaned_data)
    except Refusal as refusal:
        if refusal.status == 403:
            raise
        form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        log_access(me(request), "refused", visit.case, reason=refusal.code, outcome=refusal.code)
        return refusal.status
    return 302


def _empty(pk: int) -> forms.ReturnVisitForm:
    return forms.ReturnVisitForm(initial={"client_id": uuid.uuid4()}, auto_id=f"%s-{pk}")


def _on_case_page(visit: ReturnVisit) -> str:
    """The place of its form there, or the case itself where nothing is asked any more."""
    place = "case" if asked_no_more(visit.case, visit) else f"form-{visit.pk}"
    return f"{reverse('disputes:case', args=[visit.case_id])}#{place}"


def _page(request: HttpRequest, visit: ReturnVisit, form: forms.ReturnVisitForm, status: int = 200) -> HttpResponse:
    """For who is named and has no other part in the case: no more of it than where to go and what is asked."""
    case, today = visit.case, timezone.localdate()
    over = asked_no_more(case, visit)
    first = opens_on(case, visit, ReturnVisit.objects.unscoped("of the case in hand").filter(case=case))
    context: dict[str, Any] = {
        "visit": visit,
        "form": form,
        "question": RETURN_QUESTIONS[case.kind],
        "over": over.sentence if over else "",
        "early": too_early(first) if first is not None and today < first else "",
        "in_clear": visit.due_on <= today and not over and visit.done_at is None,
        "tab": "round",
    }
    return render(request, "disputes/return_visit.html", context, status=status)


def _cases_to_return_to(officer: Officer) -> QuerySet[Case]:
    """Cases within reach, and those whose return visit was given to this officer: for the answer only."""
    cases = Case.objects.visible_to(officer)
    own = ReturnVisit.objects.visible_to(officer).filter(officer=officer).values("case_id")
    return cases.model.objects.unscoped("reach or own return visit").filter(
        Q(pk__in=cases.values("pk")) | Q(pk__in=own)
    )
