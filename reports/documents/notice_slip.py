"""The notice slip 走访告知单 that is left at a door where nobody was in: four on a sheet, to be cut apart.

It names the campaign, the officer with badge and station phone, when they come again and how to make an appointment;
it names no resident, so that a neighbour who reads it learns nothing.
"""

from datetime import datetime

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.models import Officer
from campaigns.models import Campaign

SLIPS = 4
MOST_SHEETS = 10


def slips_html(
    campaign: Campaign, *, officer: Officer, sheets: int, printer: Officer, language: str, at: datetime
) -> str:
    """`sheets` pages of four slips each, at most ten."""
    with translation.override(language), timezone.override(settings.TIME_ZONE):
        context = {
            "campaign": campaign,
            "officer": officer,
            "rows": [range(2)] * (SLIPS // 2 * max(1, min(sheets, MOST_SHEETS))),
            "foot": _("Cut along the dashed lines"),
            "printer": printer,
            "language": language,
            "at": at,
            "demo": settings.DEMO,
        }
        return render_to_string("reports/paper/slips.html", context)
