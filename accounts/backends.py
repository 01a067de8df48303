"""Signing in by badge number and password."""

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.http import HttpRequest
from django.utils import timezone

from accounts.models import RESERVED_BADGES, Officer


class BadgeBackend(ModelBackend):
    """Badge numbers are matched without regard to case or full-width digits, as people type them."""

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **kwargs: Any,
    ) -> Officer | None:
        if not username or not password:
            return None
        badge = normal_badge(username)
        officer = Officer.objects.unscoped("sign-in").filter(badge=badge).first()
        if officer is None:
            Officer().set_password(password)  # the same time is spent whether the badge exists or not
            return None
        if officer.check_password(password) and self.user_can_authenticate(officer):
            return officer
        return None

    def user_can_authenticate(self, user: Any) -> bool:
        now = timezone.now()
        if user.badge in RESERVED_BADGES or not user.is_active:
            return False
        if user.left_on is not None and user.left_on <= timezone.localdate(now):
            return False
        return not (user.must_change_password and user.code_expires_at is not None and user.code_expires_at < now)

    def get_user(self, user_id: int) -> Officer | None:
        rows = Officer.objects.unscoped("session").with_grants(timezone.localdate()).select_related("unit")
        officer = rows.filter(pk=user_id).order_by("pk").first()
        return officer if officer is not None and self.user_can_authenticate(officer) else None

    def has_perm(self, user_obj: Any, perm: str, obj: Any = None) -> bool:
        return bool(user_obj.has_perm(perm, obj))

    def has_module_perms(self, user_obj: Any, app_label: str) -> bool:
        return bool(user_obj.has_module_perms(app_label))


def normal_badge(text: str) -> str:
    """Half-width, upper case, without blanks."""
    import unicodedata

    return "".join(unicodedata.normalize("NFKC", text).split()).upper()
