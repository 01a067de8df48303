"""What is asked before something is printed."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Officer, Unit
from campaigns.models import Campaign
from reports.documents.notice_slip import MOST_SHEETS


class WalkListForm(forms.Form):
    """`officer` empty: the lists of everybody at the unit."""

    campaign = forms.ModelChoiceField(queryset=Campaign.objects.none())
    unit = forms.ModelChoiceField(queryset=Unit.objects.none())
    officer = forms.ModelChoiceField(queryset=Officer.objects.none(), required=False)
    due_by = forms.DateField(label=_("Due by"), required=False, widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, *args: Any, campaigns: Any, units: Any, officers: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["campaign"].queryset, fields["unit"].queryset, fields["officer"].queryset = campaigns, units, officers


class SlipForm(forms.Form):
    campaign = forms.ModelChoiceField(queryset=Campaign.objects.none())
    officer = forms.ModelChoiceField(queryset=Officer.objects.none(), required=False)
    sheets = forms.IntegerField(min_value=1, max_value=MOST_SHEETS, required=False)

    def __init__(self, *args: Any, campaigns: Any, officers: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["campaign"].queryset, fields["officer"].queryset = campaigns, officers


class BlankForm(forms.Form):
    """`campaign` and `door` may be left open: then every line is left to the pen."""

    FORMS = (
        ("household", _("Household")),
        ("business", _("Enterprise or shop")),
        ("dispute", _("Dispute")),
    )

    form = forms.ChoiceField(choices=FORMS)
    campaign = forms.ModelChoiceField(queryset=Campaign.objects.none(), required=False)
    door = forms.IntegerField(required=False, min_value=1)

    def __init__(self, *args: Any, campaigns: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["campaign"].queryset = campaigns
