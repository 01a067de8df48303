"""The form for a door that nobody had listed."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from registry.models import Area, Premises


class DoorForm(forms.Form):
    """Where it is, of what kind, and who lives or works there."""

    area = forms.ModelChoiceField(
        label=_("Community"), queryset=Area.objects.none(), empty_label=_("Choose a community")
    )
    kind = forms.ChoiceField(label=_("Kind"), choices=Premises.Kind.choices, widget=forms.RadioSelect)
    address = forms.CharField(
        label=_("Address at the door"),
        max_length=200,
        help_text=_("As one says it: building, entrance, number; in a village the group and the number."),
    )
    name = forms.CharField(label=_("Householder or name of the business"), max_length=60, required=False)
    phone = forms.CharField(label=_("Phone"), max_length=40, required=False)
    use = forms.ChoiceField(label=_("Use"), choices=[("", _("not known")), *Premises.Use.choices], required=False)

    def __init__(self, *args: Any, areas: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        area: Any = self.fields["area"]
        area.queryset = areas
        area.label_from_instance = lambda found: found.label
        for name, field in self.fields.items():
            if name != "kind":
                field.widget.attrs["class"] = "control"
        self.fields["phone"].widget.attrs["inputmode"] = "tel"
