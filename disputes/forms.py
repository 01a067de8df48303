"""One small form for each thing that can be done to a case; the actions check what a form can't."""

from typing import Any

from django import forms
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.enumerating import enumerated
from accounts.lifecycles import seen_version
from accounts.models import Officer
from disputes.models import Case, Closure, Evidence, ReturnVisit
from disputes.registering import PartyFacts
from disputes.words import NEVER_STRUCK_OFF, OUTCOMES, PASSED_ON, Demand, Grade, Kind, Outcome, Told


class StyledForm(forms.Form):
    """Controls in the shared look; tick boxes keep their own."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if not isinstance(field.widget, forms.CheckboxInput | forms.HiddenInput):
                field.widget.attrs["class"] = "control"


class MoveForm(StyledForm):
    """Base: carries the version that the person saw. `kwargs_of()` gives the action's own arguments."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, case: Case, officer: Officer, **kwargs: Any) -> None:
        self.case, self.officer = case, officer
        kwargs.setdefault("initial", {}).setdefault("version", case.version)
        super().__init__(*args, **kwargs)

    def at(self, version: int) -> "MoveForm":
        """The same as it was typed, for the case as it is now: whoever reads what changed meanwhile may send it anew."""
        self.data = QueryDict.copy(self.data) if isinstance(self.data, QueryDict) else dict(self.data)
        self.data[self.add_prefix("version")] = str(version)
        return self

    def kwargs_of(self) -> dict[str, Any]:
        return dict(self.cleaned_data)

    def body_fields(self) -> list[Any]:
        return [field for field in self if not field.is_hidden]


def text(label: Any, *, required: bool = True, rows: int = 3, most: int = 2000) -> forms.CharField:
    return forms.CharField(label=label, required=required, max_length=most, widget=forms.Textarea(attrs={"rows": rows}))


class ReasonForm(MoveForm):
    reason = text(_("Reason"), rows=2, most=300)


class AssignForm(MoveForm):
    lead: Any = forms.ModelChoiceField(label=_("Lead"), queryset=None, empty_label=_("Choose a person"))
    helper: Any = forms.ModelChoiceField(label=_("Helper"), queryset=None, required=False, empty_label=_("no helper"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = (
            Officer.objects.unscoped("colleagues of the case's unit")
            .working(timezone.localdate())
            .filter(unit_id=self.case.unit_id)
            .order_by("kind", "badge")
        )
        self.fields["lead"].queryset = people.filter(kind=Officer.Kind.POLICE)  # type: ignore[attr-defined]
        self.fields["helper"].queryset = people  # type: ignore[attr-defined]


class PartyForm(MoveForm):
    name = forms.CharField(label=_("Name"), max_length=60)
    role = forms.CharField(label=_("Side"), max_length=40, required=False)
    phone = forms.CharField(
        label=_("Phone"), max_length=20, required=False, widget=forms.TextInput({"inputmode": "tel"})
    )
    consented = forms.TypedChoiceField(
        label=_("Agrees to mediation"),
        choices=[("", _("not asked yet")), ("yes", _("yes")), ("no", _("no"))],
        required=False,
        coerce=lambda value: {"yes": True, "no": False}.get(value),
        empty_value=None,
    )
    is_minor = forms.BooleanField(label=_("Minor"), required=False)
    guardian = forms.CharField(label=_("Guardian"), max_length=60, required=False)

    def kwargs_of(self) -> dict[str, Any]:
        data = dict(self.cleaned_data)
        version = data.pop("version")
        return {"version": version, "facts": PartyFacts(**data)}


class SessionForm(MoveForm):
    held_at = forms.DateTimeField(
        label=_("When"), widget=forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"})
    )
    place = forms.CharField(label=_("Where"), max_length=100)
    present = forms.CharField(label=_("Who else was there"), max_length=200, required=False)
    content = text(_("What was said or done"))
    result = forms.CharField(label=_("Result"), max_length=200, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["held_at"].initial = timezone.localtime()


class EvidenceForm(MoveForm):
    kind = forms.ChoiceField(label=_("What it shows"), choices=Evidence.Kind.choices)
    upload = forms.FileField(
        label=_("Photo or file"),
        widget=forms.ClearableFileInput(attrs={"accept": "image/jpeg,image/png,image/webp,application/pdf"}),
    )


# What the form of settling asks beside outcome and text, by kind.
ASKED_AT_SETTLING: dict[str, frozenset[str]] = {
    Kind.DISPUTE: frozenset({"performed"}),
    Kind.HAZARD: frozenset({"receiver", "receiver_ref"}),
    Kind.REQUEST: frozenset({"demand", "told_how", "receiver", "receiver_ref"}),
    Kind.SUGGESTION: frozenset({"measure_by", "told_how"}),
    Kind.CLUE: frozenset({"receiver", "receiver_ref"}),
}
MEASURES_WORDS: dict[str, Any] = {
    Kind.REQUEST: _("Reply, as given to the resident"),
    Kind.SUGGESTION: _("The measure, or the explanation"),
}


class SettleForm(MoveForm):
    outcome = forms.ChoiceField(label=_("Outcome"))
    demand = forms.ChoiceField(
        label=_("What the request is"), choices=[("", _("not assessed")), *Demand.choices], required=False
    )
    measures = text(_("What was done"))
    measure_by = forms.CharField(label=_("Who carries the measure out"), max_length=100, required=False)
    told_how = forms.ChoiceField(label=_("Resident told"), choices=[("", _("not yet")), *Told.choices], required=False)
    performed = forms.BooleanField(label=_("The agreed terms are performed"), required=False)
    receiver = forms.CharField(label=_("Receiving unit"), max_length=100, required=False)
    receiver_ref = forms.CharField(label=_("Its reference number"), max_length=60, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kind = Kind(self.case.kind)
        fitting = [o for o in OUTCOMES[kind] if o not in NEVER_STRUCK_OFF | {Outcome.ON_SPOT, Outcome.LEGAL_ROUTE}]
        self.fields["outcome"].choices = [(o.value, o.label) for o in fitting]  # type: ignore[attr-defined]
        self.fields["measures"].label = MEASURES_WORDS.get(kind, self.fields["measures"].label)
        for name in set(self.fields) - {"version", "outcome", "measures"} - ASKED_AT_SETTLING[kind]:
            del self.fields[name]
        passed_on = [str(Outcome(o).label) for o in fitting if o in PASSED_ON]
        if "receiver" in self.fields and len(fitting) > len(passed_on):
            self.fields["receiver"].help_text = _("Needed when it is: %(outcomes)s") % {
                "outcomes": enumerated(passed_on)
            }
        if "measure_by" in self.fields:
            self.fields["measure_by"].help_text = _("Needed when it is: %(outcomes)s") % {
                "outcomes": Outcome.ADOPTED.label
            }


class ReportBackForm(MoveForm):
    told_how = forms.ChoiceField(label=_("How"), choices=Told.choices)
    note = forms.CharField(label=_("What was said"), max_length=200, required=False)


class MeasuresForm(MoveForm):
    measures = text(_("What was tried, and which legal routes were told"))


class LegalRouteForm(MoveForm):
    receiver = forms.CharField(label=_("Body that accepted it"), max_length=100)
    receiver_ref = forms.CharField(label=_("Its reference number"), max_length=60, required=False)


class OpinionForm(MoveForm):
    opinion = forms.CharField(label=_("Opinion"), max_length=300, required=False)


class ReturnForm(MoveForm):
    return_reason = forms.ChoiceField(label=_("Why it goes back"), choices=Closure.ReturnReason.choices)
    opinion = forms.CharField(label=_("Opinion"), max_length=300, required=False)


class RegradeForm(MoveForm):
    grade = forms.TypedChoiceField(label=_("Grade"), choices=Grade.choices, coerce=int)
    grade_reason = forms.CharField(label=_("Why"), max_length=200)


class MergeForm(MoveForm):
    into = forms.CharField(label=_("Number of the case that goes on"), max_length=30)

    def clean_into(self) -> Case:
        number = self.cleaned_data["into"].strip()
        found = Case.objects.visible_to(self.officer).filter(number=number).first()
        if found is None:
            raise forms.ValidationError(_("There is no case with this number within your reach."))
        return found


class ConsentForm(StyledForm):
    """A party agrees to mediation or does not: two buttons, which send the version that the person saw."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.version = seen_version(self.data.get("version"))
        self.consented = self.data.get("consented") == "yes"

    def kwargs_of(self) -> dict[str, Any]:
        return {"version": self.version, "consented": self.consented}


class ReturnVisitForm(StyledForm):
    client_id = forms.UUIDField(widget=forms.HiddenInput)
    answer = forms.ChoiceField(label=_("Is it still settled?"), choices=ReturnVisit.Answer.choices)
    in_person = forms.BooleanField(label=_("In person"), required=False)
    note = forms.CharField(label=_("Note"), max_length=200, required=False)
