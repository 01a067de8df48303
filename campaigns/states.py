"""The campaign's lifecycle: draft → open → closed → archived. Purging comes with retention."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.lifecycles import Lifecycle, Move, no_record
from accounts.models import Officer
from accounts.refusals import Refusal
from accounts.rights import Right
from campaigns.models import Campaign

S = Campaign.State


def it_is_complete(campaign: Campaign, by: Officer, at: datetime, changes: Mapping[str, Any]) -> Refusal | None:
    """Nothing is collected without a legal basis, a purpose and a notice (PIPL 17, 34, 35)."""
    missing = [
        getattr(field, "verbose_name", field.name)
        for field in (campaign._meta.get_field(name) for name in ("legal_basis", "purpose", "notice_text"))
        if not getattr(campaign, field.name).strip()
    ]
    if missing:
        names = "、".join(str(name) for name in missing)
        return Refusal("incomplete", _("Fill in first: %(names)s.") % {"names": names})
    if not campaign.areas.exists():
        return Refusal("no_areas", _("Choose the communities of this campaign first."))
    if sum(question.required for question in campaign.questions.all()) > 5:
        return Refusal("too_many_questions", _("At most five questions can be required: an officer has a minute."))
    return None


MOVES: dict[str, Move] = {
    "open": Move(
        pgettext_lazy("move", "open"),
        (S.DRAFT,),
        S.OPEN,
        Right.SET_UP,
        (it_is_complete,),
        ("opened_at", "opened_by", "frame_count", "frame_digest"),
    ),
    "close": Move(_("close"), (S.OPEN,), S.CLOSED, Right.SET_UP, sets=("closed_at", "closed_by")),
    "archive": Move(_("archive"), (S.CLOSED,), S.ARCHIVED, Right.SET_UP, sets=("archived_at", "archived_by")),
}

CAMPAIGN = Lifecycle("campaign", MOVES, no_record)
