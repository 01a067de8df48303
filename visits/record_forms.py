"""The forms under a record: what its author mends, and why it should not be."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from visits.models import Visit


class CorrectionForm(forms.Form):
    """What the author may mend; the reason is kept with what stood there before."""

    outcome = forms.ChoiceField(label=_("Outcome"), choices=Visit.Outcome.choices)
    people_met = forms.IntegerField(label=_("People met"), min_value=0, max_value=99, required=False)
    place = forms.ChoiceField(label=_("Place"), choices=[("", "–"), *Visit.Place.choices], required=False)
    identity_shown = forms.BooleanField(label=_("Identity shown and notice given"), required=False)
    not_given_why = forms.ChoiceField(
        label=_("Why not given"), choices=[("", "–"), *Visit.NotGiven.choices], required=False
    )
    diary = forms.CharField(label=_("Diary line"), max_length=300, required=False)
    reason = forms.CharField(label=_("Why is it corrected?"), max_length=200)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            if name != "identity_shown":
                field.widget.attrs["class"] = "control"

    def changes(self) -> dict[str, Any]:
        data = {name: value for name, value in self.cleaned_data.items() if name != "reason"}
        return {**data, "people_met": data["people_met"] or 0}


class VoidForm(forms.Form):
    reason = forms.CharField(
        label=_("Why should this record not be?"),
        max_length=200,
        widget=forms.TextInput(attrs={"class": "control"}),
    )
