"""What the desk types about one outreach."""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Officer
from accounts.rights import Right
from campaigns.forms import areas_under
from campaigns.models import Campaign
from registry.models import Area
from visits.models import Handed, Outreach
from visits.outreach.actions import MOST_COPIES, MOST_PEOPLE, Facts


class AreaField(forms.ModelChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, obj: Any) -> str:
        return f"　{obj.label}" if obj.level == Area.Level.COMMUNITY else str(obj.label)


def _number(label: Any, most: int) -> forms.IntegerField:
    widget = forms.NumberInput(attrs={"class": "control", "inputmode": "numeric", "min": 0})
    return forms.IntegerField(label=label, min_value=0, max_value=most, required=False, widget=widget)


def _line(label: Any, help_text: Any, *, required: bool) -> forms.CharField:
    widget = forms.TextInput(attrs={"class": "control"})
    return forms.CharField(label=label, help_text=help_text, max_length=80, required=required, widget=widget)


class OutreachForm(forms.Form):
    """Offers the open campaigns and the places of the units in which the officer may enter outreach."""

    client_id = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)
    campaign: Any = forms.ModelChoiceField(
        label=_("Campaign"), queryset=None, empty_label=None, widget=forms.Select(attrs={"class": "control"})
    )
    kind = forms.ChoiceField(label=_("What was it?"), choices=Outreach.Kind.choices, widget=forms.RadioSelect)
    held_on = forms.DateField(
        label=_("Day"), widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", "class": "control"})
    )
    area: Any = AreaField(
        label=_("Community, village or township"),
        queryset=None,
        empty_label=_("Choose a place"),
        widget=forms.Select(attrs={"class": "control"}),
    )
    place = _line(_("Place"), _("The school, square, market or building; no names of people."), required=True)
    about = _line(_("What about"), _("For example: fraud by telephone, fire safety."), required=False)
    people_reached = _number(_("People reached"), MOST_PEOPLE)
    households_reached = _number(_("Households reached"), MOST_PEOPLE)

    def __init__(self, *args: Any, officer: Officer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["campaign"].queryset = Campaign.objects.visible_to(officer).filter(state=Campaign.State.OPEN)
        fields["area"].queryset = areas_under(officer.units_with(Right.RECORD_OUTREACH))
        for kind in Handed.Kind:
            fields[f"handed_{kind.value}"] = _number(str(kind.label)[:1].upper() + str(kind.label)[1:], MOST_COPIES)

    def handed(self) -> Iterator[forms.BoundField]:
        return (self[f"handed_{kind.value}"] for kind in Handed.Kind)

    def facts(self) -> Facts:
        said = self.cleaned_data
        return Facts(
            kind=said["kind"],
            area=said["area"],
            place=said["place"],
            about=said["about"],
            held_on=said["held_on"],
            people_reached=said["people_reached"] or 0,
            households_reached=said["households_reached"] or 0,
            handed={kind.value: said[f"handed_{kind.value}"] or 0 for kind in Handed.Kind},
        )


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=_("Why is it void?"), max_length=200, widget=forms.TextInput(attrs={"class": "control"})
    )
