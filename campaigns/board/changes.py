"""What changed since somebody opened a board: said with names and numbers, beside the new board."""

import re

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Unit
from campaigns.board.rows import Board
from campaigns.models import Campaign, ShareOut

SEEN = re.compile(r"\d{1,9}(\.\d{1,9}){4}")


def what_changed(campaign: Campaign, unit: Unit, seen: str, board: Board) -> list[str]:
    """Sentences, most telling first. `seen` is what the older board's page remembered; nonsense tells nothing."""
    if not SEEN.fullmatch(seen):
        return []
    doors, visited, held, people, newest = (int(number) for number in seen.split("."))
    now_doors, now_visited, now_held, now_people, _newest = (int(number) for number in board.seen.split("."))
    lines = _share_outs_since(campaign, unit, newest)
    if more := now_visited - visited:
        lines.append(ngettext("%(n)d more door was visited.", "%(n)d more doors were visited.", more) % {"n": more})
    if now_held != held:
        lines.append(
            _("Doors in somebody's hands: %(before)d before, %(now)d now.") % {"before": held, "now": now_held}
        )
    if now_doors != doors:
        lines.append(_("Doors of the station: %(before)d before, %(now)d now.") % {"before": doors, "now": now_doors})
    if now_people != people:
        lines.append(
            _("People who can take doors: %(before)d before, %(now)d now.") % {"before": people, "now": now_people}
        )
    return lines or [_("Somebody's doors, partner or place in the roster changed.")]


def _share_outs_since(campaign: Campaign, unit: Unit, newest: int) -> list[str]:
    rows = ShareOut.objects.unscoped("what happened meanwhile").filter(campaign=campaign, unit=unit, pk__gt=newest)
    return [
        ngettext(
            "%(name)s shared out %(n)d door at %(time)s (%(way)s).",
            "%(name)s shared out %(n)d doors at %(time)s (%(way)s).",
            row.doors,
        )
        % {
            "name": row.by.name,
            "n": row.doors,
            "time": date_format(timezone.localtime(row.at), "H:i"),
            "way": row.get_way_display(),
        }
        for row in rows.select_related("by").order_by("pk")[:5]
    ]
