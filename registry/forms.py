"""Forms of the administration pages of the register."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Officer, Unit
from accounts.rights import Right


class UploadForm(forms.Form):
    """A workbook, for which unit, and from which day its facts count."""

    file = forms.FileField(
        label=_("Workbook"),
        help_text=_(".xlsx, or .csv in UTF-8 or GB18030."),
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv,.txt,.xls,.et"}),
    )
    unit = forms.ModelChoiceField(
        label=_("For which unit"),
        queryset=Unit.objects.none(),
        help_text=_("Doors of this unit and of the units below it are taken; rows of others are only counted."),
    )
    dated_on = forms.DateField(
        label=_("Workbook's date"),
        required=False,
        help_text=_("Left empty: the date that the workbook itself names. What was confirmed at a door later stays."),
        widget=forms.DateInput(attrs={"type": "date"}),
    )

    def __init__(self, *args: Any, by: Officer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        units = Unit.objects.visible_to(by).filter(pk__in=by.units_with(Right.IMPORT_PREMISES))
        field: Any = self.fields["unit"]
        field.queryset = units.exclude(kind=Unit.Kind.BEAT).order_by("path")
        self.initial.setdefault("unit", by.unit_id)


class RevealForm(forms.Form):
    """One masked field, and why it has to be seen."""

    field = forms.ChoiceField(choices=[("name", _("name")), ("phone", _("phone"))])
    contact = forms.IntegerField(required=False)
    reason = forms.CharField(label=_("Reason"), max_length=200)
