"""Forms of one line: what is sought, and why nobody can be met at a door."""

from django import forms
from django.utils.translation import gettext_lazy as _

from campaigns.models import CouldNotMeet


class SeekingForm(forms.Form):
    q = forms.CharField(max_length=60, required=False)


class CouldNotMeetForm(forms.Form):
    reason = forms.CharField(
        max_length=CouldNotMeet._meta.get_field("reason").max_length,
        error_messages={"required": _("Say why nobody can be met here.")},
    )
