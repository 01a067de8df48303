"""Sharing doors out: the one action that writes what the board said, in a handful of statements."""

from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from accounts.actions import log_access, must
from accounts.models import Officer, Unit
from accounts.refusals import Refusal
from accounts.rights import Right
from campaigns.board import Choice, Gift, Way, make_board
from campaigns.models import Campaign, ShareOut

CHOSEN = """
WITH plan AS (
    SELECT * FROM unnest(%(areas)s::text[], %(buildings)s::text[], %(registered)s::bigint[], %(officers)s::bigint[],
                         %(partners)s::bigint[]) AS t(area_id, building, registered, officer_id, partner_id)
), names AS (
    SELECT name, min(id) AS id FROM accounts_officer WHERE unit_id = %(unit)s GROUP BY name HAVING count(*) = 1
), chosen AS (
    SELECT f.id, f.premises_id, f.unit_id, f.area_id, f.walk_key, plan.officer_id, plan.partner_id, a.id AS held_by
    FROM campaigns_framedoor f
    JOIN registry_premises p ON p.id = f.premises_id
    LEFT JOIN campaigns_assignment a ON a.frame_door_id = f.id AND a.ended_at IS NULL
    LEFT JOIN accounts_officer b ON b.badge = upper(p.register_badge) AND p.register_badge <> ''
         AND b.unit_id = %(unit)s
    LEFT JOIN names n ON b.id IS NULL AND n.name = p.register_officer
    JOIN plan ON plan.area_id = f.area_id AND plan.building = f.building
         AND (plan.registered IS NULL OR plan.registered = coalesce(b.id, n.id))
    WHERE f.campaign_id = %(campaign)s AND f.unit_id = %(unit)s AND f.gone_confirmed_at IS NULL
      AND (f.met_on IS NULL OR %(visited_too)s) AND (a.id IS NULL OR %(take_over)s)
)
"""
# Nothing but our own text is put together here; every value is a parameter.
END_OLD = (
    CHOSEN  # noqa: S608
    + """
UPDATE campaigns_assignment SET ended_at = %(at)s, ended_by_id = %(by)s, ended_why = %(why)s
WHERE id IN (SELECT held_by FROM chosen WHERE held_by IS NOT NULL)
"""
)
GIVE = (
    CHOSEN  # noqa: S608
    + """
INSERT INTO campaigns_assignment (campaign_id, frame_door_id, premises_id, unit_id, officer_id, partner_id, rank,
                                  due_on, share_out_id, given_at, ended_why)
SELECT %(campaign)s, id, premises_id, unit_id, officer_id, partner_id, place - 1,
       %(first_day)s::date + ((place - 1) * %(days)s / total)::int, %(share_out)s, %(at)s, ''
FROM (
    SELECT chosen.*, row_number() OVER walk AS place, count(*) OVER (PARTITION BY officer_id) AS total
    FROM chosen WINDOW walk AS (PARTITION BY officer_id ORDER BY area_id, walk_key COLLATE "C", id)
) ordered
"""
)


@transaction.atomic
def share_out(
    *,
    campaign: Campaign,
    unit: Unit,
    choice: Choice,
    board_digest: str,
    area_names: dict[str, str],
    by: Officer,
    at: datetime,
) -> ShareOut:
    """Writes what the board with `board_digest` said, in a handful of statements; needs SHARE_OUT at the unit.

    Raises `Refusal("stale_board", 409)` when anything that the board was computed from changed since.
    """
    must(by, Right.SHARE_OUT, unit.pk)
    locked = Campaign._base_manager.select_for_update(of=("self",)).get(pk=campaign.pk)
    if locked.state != Campaign.State.OPEN:
        raise Refusal("campaign_not_open", _("Doors are shared out while the campaign is open."), status=409)
    today = at.date()
    board = make_board(campaign=locked, unit=unit, choice=choice, on=today, area_names=area_names)
    if board.digest != board_digest:
        raise Refusal(
            "stale_board",
            _("Something changed since you opened the board; nothing was shared out. Look at the new numbers below."),
            status=409,
        )
    if not board.gifts:
        raise Refusal("nothing_to_share", _("Nothing to share out this way."))
    batch = ShareOut.objects.create(
        campaign=locked,
        unit=unit,
        way=choice.way,
        at=at,
        by=by,
        doors=board.share,
        sentence=board.sentence(),
        board_digest=board_digest,
    )
    _write(locked, unit, choice, board.gifts, batch, by, at)
    log_access(by, "shared_out", batch)
    return batch


def _write(
    campaign: Campaign, unit: Unit, choice: Choice, gifts: list[Gift], batch: ShareOut, by: Officer, at: datetime
) -> None:
    first_day = max(at.date(), campaign.starts_on)
    values: dict[str, Any] = {
        "areas": [gift.area_id for gift in gifts],
        "buildings": [gift.building for gift in gifts],
        "registered": [gift.registered for gift in gifts],
        "officers": [gift.officer_id for gift in gifts],
        "partners": [gift.partner_id for gift in gifts],
        "unit": unit.pk,
        "campaign": campaign.pk,
        "visited_too": choice.visited_too,
        "take_over": choice.way == Way.HAND,
        "at": at,
        "by": by.pk,
        "why": _("shared out again"),
        "first_day": first_day,
        "days": max(1, (campaign.ends_on - first_day).days + 1),
        "share_out": batch.pk,
    }
    with connection.cursor() as cursor:
        if choice.way == Way.HAND:
            # The doors that are taken over stay chosen: their old hand has just been ended in this transaction.
            cursor.execute(END_OLD, values)
        cursor.execute(GIVE, values)
        if cursor.rowcount != batch.doors:
            raise Refusal("stale_board", _("Something changed since you opened the board; look again."), status=409)
