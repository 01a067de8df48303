"""Parts of a campaign's set-up that need more than a form: its dates, and the built-in sets of questions."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.actions import must
from accounts.reached_admin import officer_of
from accounts.refusals import Refusal
from accounts.rights import Right
from campaigns.actions import put_in_questions
from campaigns.dates import change_dates, faults_of, warnings_of
from campaigns.desk.pages import campaign_or_404, page
from campaigns.forms import DatesForm
from campaigns.models import Campaign
from campaigns.question_sets import QUESTION_SETS, QuestionPlan, QuestionSet


def _to_campaign(campaign: Campaign) -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse("admin:campaigns_campaign_change", args=[campaign.pk]))


def dates(request: HttpRequest, model_admin: Any, pk: int) -> HttpResponse:
    """Move the dates of a draft or of an open campaign; what follows from it is shown before it is confirmed."""
    campaign = campaign_or_404(request, pk)
    must(officer_of(request), Right.SET_UP, campaign.unit_id)
    form = DatesForm(request.POST or None, campaign=campaign)
    warnings: list[tuple[str, str]] = []
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            status, warnings = _try_dates(request, campaign, form)
            if status == 302:
                return _to_campaign(campaign)
    return page(
        request,
        model_admin,
        "admin/campaigns/dates.html",
        status,
        campaign=campaign,
        form=form,
        warnings=warnings,
        title=_("Dates"),
    )


def _try_dates(request: HttpRequest, campaign: Campaign, form: DatesForm) -> tuple[int, list[tuple[str, str]]]:
    """The status of the answer, and what follows from which new date; every fault stands at its field."""
    wanted, said = form.dates(), form.cleaned_data
    faults = faults_of(campaign, wanted, timezone.localdate())
    if not faults:
        try:
            change_dates(
                campaign=campaign,
                dates=wanted,
                seen=(said["was_starts_on"], said["was_ends_on"]),
                warned=said["warned"],
                by=officer_of(request),
                at=timezone.now(),
            )
        except Refusal as refusal:
            if refusal.code == "look_first":
                return refusal.status, warnings_of(campaign, wanted)
            faults = [refusal]
        else:
            messages.success(request, _("The dates are changed."))
            return 302, []
    for fault in faults:
        form.add_error(fault.field if fault.field in form.fields else None, ValidationError(str(fault.sentence)))
    return faults[0].status if faults[0].status != 400 else 422, []


@dataclass(frozen=True)
class SetRow:
    """One built-in set beside what the campaign asks already."""

    plan: QuestionSet
    questions: list[tuple[QuestionPlan, bool]]

    @property
    def missing(self) -> int:
        return sum(not asked for _question, asked in self.questions)


def question_sets(request: HttpRequest, model_admin: Any, pk: int) -> HttpResponse:
    """The four sets, and what the draft does not ask of them yet; ticked ones are put in."""
    campaign, officer = campaign_or_404(request, pk), officer_of(request)
    if request.method == "POST":
        chosen = [each for each in QUESTION_SETS if each.code in request.POST.getlist("set")]
        try:
            count = put_in_questions(campaign=campaign, sets=chosen, by=officer)
        except Refusal as refusal:
            if refusal.status == 403:
                raise
            messages.error(request, str(refusal))
        else:
            words = ngettext("%(n)d question was put in.", "%(n)d questions were put in.", count)
            messages.success(request, words % {"n": count})
        return _to_campaign(campaign)
    asked = {(question.text, kind) for question in campaign.questions.all() for kind in question.kinds}
    return page(
        request,
        model_admin,
        "admin/campaigns/question_sets.html",
        campaign=campaign,
        rows=[
            SetRow(each, [(q, all((q.text, kind) in asked for kind in q.kinds)) for q in each.questions])
            for each in QUESTION_SETS
        ],
        is_draft=campaign.state == Campaign.State.DRAFT,
        title=_("Built-in questions"),
    )


def too_late(request: HttpRequest, campaign: Campaign) -> HttpResponse:
    """The set-up page of a draft that somebody opened meanwhile: nothing is saved, and what was typed is said."""
    known = set(campaign.questions.values_list("text", flat=True)) | {""}
    sent = [
        str(value).strip()
        for name, value in request.POST.items()
        if name.startswith("questions-") and name.endswith("-text")
    ]
    typed = [value[:120] for value in sent if value not in known][:20]
    messages.error(request, _("The campaign is not a draft any more; nothing of this page was saved."))
    if typed:
        messages.warning(request, _("What you had typed: %(texts)s") % {"texts": " / ".join(typed)})
    return _to_campaign(campaign)
