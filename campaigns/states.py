"""The campaign's lifecycle: draft → open → closed → archived. Purging comes with retention."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from accounts.enumerating import enumerated
from accounts.lifecycles import Lifecycle, Move, no_record
from accounts.models import Officer
from accounts.refusals import Refusal
from accounts.rights import Right
from campaigns.models import Campaign
from campaigns.question_sets import MOST_REQUIRED
from registry.models import Premises

S = Campaign.State


def it_is_complete(campaign: Campaign, by: Officer, at: datetime, changes: Mapping[str, Any]) -> Refusal | None:
    """Nothing is collected without a legal basis, a purpose and a notice (PIPL 17, 34, 35)."""
    missing = [
        getattr(field, "verbose_name", field.name)
        for field in (campaign._meta.get_field(name) for name in ("legal_basis", "purpose", "notice_text"))
        if not getattr(campaign, field.name).strip()
    ]
    if missing:
        return Refusal("incomplete", _("Fill in first: %(names)s.") % {"names": enumerated(missing)})
    if not campaign.areas.exists():
        return Refusal("no_areas", _("Choose the communities of this campaign first."))
    return _too_many(campaign)


def _too_many(campaign: Campaign) -> Refusal | None:
    """An officer has a minute at a door: at most five questions must be answered at any kind of door."""
    required = [question for question in campaign.questions.all() if question.required]
    for kind in Premises.Kind:
        if sum(kind in question.kinds for question in required) > MOST_REQUIRED:
            words = _("At most five questions can be required at one kind of door (%(kind)s): an officer has a minute.")
            return Refusal("too_many_questions", words % {"kind": kind.label})
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


def told_since(campaign: Campaign, version: int) -> list[str]:
    """Who made the newest move, and when; the campaign's columns remember no more."""
    steps = {
        S.OPEN: (campaign.opened_by, campaign.opened_at),
        S.CLOSED: (campaign.closed_by, campaign.closed_at),
        S.ARCHIVED: (campaign.archived_by, campaign.archived_at),
    }
    by, at = steps.get(S(campaign.state), (None, None))
    if by is None or at is None:
        return []
    day = date_format(timezone.localtime(at), "SHORT_DATETIME_FORMAT")
    return [
        gettext("%(name)s, %(time)s: %(what)s") % {"name": by.name, "time": day, "what": campaign.get_state_display()}
    ]


CAMPAIGN = Lifecycle("campaign", MOVES, no_record, told_since)
