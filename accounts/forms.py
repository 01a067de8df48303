"""Signing in and choosing a password."""

from typing import Any

from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm
from django.utils.translation import gettext_lazy as _

from accounts.backends import normal_badge

# Longer than any badge; the lock-out's own column is bounded.
LONGEST = 60


class SignInForm(AuthenticationForm):
    error_messages = {
        "invalid_login": _(
            "Badge number and password don't match, or the one-time code has ended. "
            "Your supervisor can print a new code."
        ),
        "inactive": _("This account is not in use."),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        badge, password = self.fields["username"], self.fields["password"]
        badge.label, password.label = _("Badge number"), _("Password or one-time code")
        badge.widget.attrs.update({"autocomplete": "username", "autocapitalize": "characters", "class": "form-control"})
        password.widget.attrs.update({"class": "form-control"})

    def clean_username(self) -> str:
        """One spelling only, so that the lock-out counts one account however it is typed; no longer than it can keep."""
        return normal_badge(self.cleaned_data["username"])[:LONGEST]


class PasswordForm(PasswordChangeForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["old_password"].label = _("Present password or one-time code")
        for field in self.fields.values():
            field.widget.attrs.update({"class": "form-control"})

    def save(self, commit: bool = True) -> Any:
        raise NotImplementedError("accounts.actions.choose_password() writes the password")
