"""What the desk types into a brief before it is frozen."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.days import IN_REACH, say_backwards


class PeriodForm(forms.Form):
    starts_on = forms.DateField(
        label=_("From"),
        validators=IN_REACH,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", "class": "control"}),
    )
    ends_on = forms.DateField(
        label=_("To"),
        validators=IN_REACH,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", "class": "control"}),
    )

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        say_backwards(self, data)
        return data


def _lines(label: Any, help_text: Any = "", *, required: bool = False) -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=help_text,
        required=required,
        max_length=1500,
        widget=forms.Textarea(attrs={"rows": 4, "class": "control"}),
    )


class BriefForm(forms.Form):
    issue = forms.IntegerField(
        label=_("Issue number"), min_value=1, max_value=999, widget=forms.NumberInput(attrs={"class": "control"})
    )
    decisions = _lines(_("Decisions asked"), _("One a line, at most five; each gets boxes to tick."))
    problems = _lines(_("Problems"), _("Needed before it is frozen."))
    next_steps = _lines(_("Next steps"), _("Needed before it is frozen."))
    seen = forms.CharField(required=False, widget=forms.HiddenInput)
