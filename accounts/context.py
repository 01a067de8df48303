"""What every template knows about the site."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from accounts.rights import Right


def site(request: HttpRequest) -> dict[str, Any]:
    """`demo`: this is a demo site. `rights`: names of the rights that the person holds, for links only."""
    user = getattr(request, "user", None)
    held = {right.value for right in Right if user.may(right)} if user is not None and user.is_authenticated else set()
    return {"demo": settings.DEMO, "rights": held}
