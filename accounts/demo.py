"""The demo's people: who can be signed in as by one click. Empty outside a demo."""

from dataclasses import dataclass

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import Officer

DEMO_BACKEND = "accounts.backends.BadgeBackend"
DEMO_PASSWORD = "doorstep-demo"  # noqa: S105 - said aloud on the demo's own sign-in page

# Badge → what the button says. `seed_demo` makes these people.
DEMO_BADGES: dict[str, tuple[str | Promise, str | Promise]] = {
    "ZW0001": (_("Campaign desk"), _("imports doors, sets the campaign up, prints the brief")),
    "ZW1001": (_("Station chief"), _("shares doors out, strikes cases off")),
    "ZW1002": (_("Officer"), _("walks today's round, leads cases")),
    "ZW1003": (_("Auxiliary"), _("visits beside an officer")),
    "ZW0002": (_("Bureau leader"), _("reads the brief, decides on high-grade cases")),
    "ZW1099": (_("Station administrator"), _("keeps the station's own units and accounts; sees no work")),
    "ZW0009": (_("System administrator"), _("keeps units, accounts and grants; sees no work")),
}


@dataclass(frozen=True)
class DemoPerson:
    officer: Officer
    role: str | Promise
    does: str | Promise


def demo_people() -> list[DemoPerson]:
    if not settings.DEMO:
        return []
    rows = Officer.objects.unscoped("the demo's sign-in page").select_related("unit").filter(badge__in=DEMO_BADGES)
    found = {officer.badge: officer for officer in rows}
    return [DemoPerson(found[badge], *words) for badge, words in DEMO_BADGES.items() if badge in found]
