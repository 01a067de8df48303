"""A matter that somebody brings to the station, or that comes to mind after the visit: on record without a visit."""

import uuid
from datetime import date
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.access import needs
from accounts.models import Officer
from accounts.presses import one_press
from accounts.refusals import Refusal
from accounts.rights import Right
from campaigns.models import Campaign, FrameDoor
from disputes.forms import StyledForm, text
from disputes.models import Case
from disputes.registering import FindingFacts, register_finding
from disputes.words import CATEGORIES, ON_SPOT_WORDS, Grade, Kind, due_day
from registry.models import Premises


def kinds_and_categories() -> list[Any]:
    """Every category under its kind, so that one list asks both without a script."""
    return [
        ("", _("Choose what it is")),
        *((kind.label, [(f"{kind.value}:{code}", label) for code, label in CATEGORIES[kind].choices]) for kind in Kind),
    ]


class NewCaseForm(StyledForm):
    client_id = forms.UUIDField(widget=forms.HiddenInput)
    what = forms.ChoiceField(label=_("What it is"), choices=kinds_and_categories)
    title = forms.CharField(label=_("In one line"), max_length=120)
    summary = text(_("What happened"), required=False)
    source = forms.ChoiceField(label=_("How it came to us"), choices=Case.Source.choices)
    source_ref = forms.CharField(label=_("Number of the source's record"), max_length=60, required=False)
    grade = forms.TypedChoiceField(label=_("Grade"), choices=Grade.choices, coerce=int, initial=Grade.LOW)
    grade_reason = forms.CharField(label=_("Why this grade"), max_length=200, required=False)
    how = forms.ChoiceField(
        label=_("What becomes of it"),
        choices=[("open", _("Leave open, with a due date")), ("spot", _("Answered or settled on the spot"))],
        initial="open",
    )
    measures = text(_("Reply, or what was done, when it was on the spot"), required=False, rows=2)
    due_on = forms.DateField(
        label=_("Promised by"),
        required=False,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        help_text=_("Empty: the term of its kind."),
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("how") == "spot" and not data.get("measures", "").strip():
            self.add_error("measures", _("Write down the reply, or what was done."))
        return data

    def facts(self) -> FindingFacts:
        data = dict(self.cleaned_data)
        del data["client_id"]
        data["kind"], data["category"] = data.pop("what").split(":", 1)
        data["on_spot"] = data.pop("how") == "spot"
        if data["on_spot"]:
            data["due_on"] = None
        return FindingFacts(**data)


FIELD_OF = {"kind": "what", "category": "what", "on_spot": "how"}


@needs(Right.OPEN_CASE)
@one_press
def register_at_door(request: HttpRequest, door_pk: int) -> HttpResponse:
    """Puts a matter on record at a door of the own unit; refused, the form stays as it was typed."""
    officer = cast(Officer, request.user)
    doors = Premises.objects.visible_to(officer).live().select_related("area", "unit")
    door = get_object_or_404(doors.filter(unit_id__in=officer.units_with(Right.OPEN_CASE)), pk=door_pk)
    form = NewCaseForm(request.POST or None, initial={"client_id": uuid.uuid4(), "source": Case.Source.WALK_IN})
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                case = register_finding(
                    facts=form.facts(),
                    premises=door,
                    campaign=_campaign_of(door, timezone.localdate()),
                    client_id=form.cleaned_data["client_id"],
                    by=officer,
                    at=timezone.now(),
                )
            except Refusal as refusal:
                field = FIELD_OF.get(refusal.field, refusal.field)
                form.add_error(field if field in form.fields else None, str(refusal))
                status = refusal.status
            else:
                messages.success(request, gettext("On record: %(number)s.") % {"number": case.number})
                return redirect("disputes:case", pk=case.pk)
    return render(
        request,
        "disputes/new.html",
        {"form": form, "door": door, "terms": terms(timezone.localdate()), "tab": "cases"},
        status=status,
    )


def terms(today: date) -> list[tuple[Any, str, Any]]:
    """Per kind: its word, its due day at grade 1, its word for on the spot."""
    return [
        (kind.label, date_format(due_day(kind, Grade.LOW, today), "SHORT_DATE_FORMAT"), ON_SPOT_WORDS.get(kind, ""))
        for kind in Kind
    ]


def _campaign_of(door: Premises, today: date) -> Campaign | None:
    """The campaign that runs today and whose frame holds the door, the newest first: its figures count the case."""
    frame = (
        FrameDoor.objects.unscoped("the campaign that a door in reach belongs to")
        .filter(premises=door, campaign__state=Campaign.State.OPEN)
        .filter(campaign__starts_on__lte=today, campaign__ends_on__gte=today)
        .select_related("campaign")
        .order_by("-campaign__starts_on", "pk")
        .first()
    )
    return frame.campaign if frame else None
