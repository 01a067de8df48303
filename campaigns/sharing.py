"""Sharing doors out, and taking a share-out back: the actions that write what the board said, in a few statements."""

from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.actions import log_access, must
from accounts.models import Officer, Unit
from accounts.planner import has_grown
from accounts.refusals import Refusal
from accounts.rights import Right
from campaigns.board import Board, Choice, Gift, Way, make_board, same_facts
from campaigns.board.facts import REGISTER
from campaigns.holding import hold_campaign
from campaigns.models import Assignment, Campaign, ShareOut

# The doors that can change hands, numbered within their building in walking order, and of them those in the plan.
CHOSEN = f"""
WITH {REGISTER}, plan AS (
    SELECT * FROM unnest(%(areas)s::text[], %(buildings)s::text[], %(registered)s::bigint[], %(officers)s::bigint[],
                         %(partners)s::bigint[], %(firsts)s::int[], %(lasts)s::int[])
    AS t(area_id, building, registered, officer_id, partner_id, first, last)
), eligible AS (
    SELECT f.id, f.premises_id, f.unit_id, f.area_id, f.building, f.walk_key, a.id AS held_by,
           r.officer_id AS registered,
           row_number() OVER (PARTITION BY f.area_id, f.building ORDER BY f.walk_key COLLATE "C", f.id) AS nth
    FROM campaigns_framedoor f
    LEFT JOIN register r ON r.id = f.premises_id
    LEFT JOIN campaigns_assignment a ON a.frame_door_id = f.id AND a.ended_at IS NULL
    WHERE f.campaign_id = %(campaign)s AND f.unit_id = %(unit)s AND f.gone_confirmed_at IS NULL
      AND (f.met_on IS NULL OR %(visited_too)s) AND (a.id IS NULL OR %(take_over)s)
      AND (%(source)s::bigint IS NULL OR a.officer_id = %(source)s OR EXISTS (
           SELECT 1 FROM campaigns_assignment o WHERE o.frame_door_id = f.id AND o.taken_by_id = %(share_out)s))
), chosen AS (
    SELECT e.*, plan.officer_id, plan.partner_id
    FROM eligible e
    JOIN plan ON plan.area_id = e.area_id AND plan.building = e.building
         AND (plan.registered IS NULL OR plan.registered = e.registered) AND e.nth BETWEEN plan.first AND plan.last
)
"""  # noqa: S608 - the only text put in is REGISTER, of facts.py; what people choose goes in as %(name)s
END_OLD = (
    CHOSEN  # noqa: S608 - two constants of this file one after the other; values go in as %(name)s
    + """
UPDATE campaigns_assignment
SET ended_at = %(at)s, ended_by_id = %(by)s, ended_why = %(why)s, taken_by_id = %(share_out)s
WHERE id IN (SELECT held_by FROM chosen WHERE held_by IS NOT NULL)
"""
)
GIVE = (
    CHOSEN  # noqa: S608 - two constants of this file one after the other; values go in as %(name)s
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
# Whoever held a door before holds it again, as it was: order, day and the share-out that had given it.
GIVE_BACK = """
INSERT INTO campaigns_assignment (campaign_id, frame_door_id, premises_id, unit_id, officer_id, partner_id, rank,
                                  due_on, share_out_id, given_at, ended_why)
SELECT campaign_id, frame_door_id, premises_id, unit_id, officer_id, partner_id, rank, due_on, share_out_id, %(at)s, ''
FROM campaigns_assignment WHERE taken_by_id = %(share_out)s
"""


def stale_board() -> Refusal:
    return Refusal(
        "stale_board",
        _("Something changed since you opened the board; nothing was shared out. Look at the new numbers below."),
        status=409,
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

    Raises `Refusal("stale_board", 409)` when anything that the board was computed from changed since, and
    `"choice_changed"` when the choice is not the one that the board showed. Two at once: the campaign's row lets one
    after the other in, and the second finds its board stale.
    """
    must(by, Right.SHARE_OUT, unit.pk)
    locked = locked_campaign(campaign)
    board = make_board(campaign=locked, unit=unit, choice=choice, on=timezone.localdate(at), area_names=area_names)
    check_board(board, board_digest)
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
    has_grown(Assignment, rows=batch.doors)
    return batch


def locked_campaign(campaign: Campaign) -> Campaign:
    """The open campaign, its row locked until the transaction ends: share-outs of one campaign go one by one."""
    locked = hold_campaign(campaign)
    if locked.state != Campaign.State.OPEN:
        raise Refusal("campaign_not_open", _("Doors are shared out while the campaign is open."), status=409)
    return locked


def check_board(board: Board, seen_digest: str) -> None:
    """Raises unless this board is the one that the person had before them."""
    if board.digest != seen_digest:
        if not same_facts(board.digest, seen_digest):
            raise stale_board()
        raise Refusal(
            "choice_changed",
            _("Your choice is not the one that the numbers were for; nothing was shared out. Look at them, confirm."),
            status=409,
        )
    if not board.gifts:
        raise Refusal("nothing_to_share", _("Nothing to share out this way."))


def _write(
    campaign: Campaign, unit: Unit, choice: Choice, gifts: list[Gift], batch: ShareOut, by: Officer, at: datetime
) -> None:
    first_day = max(timezone.localdate(at), campaign.starts_on)
    values: dict[str, Any] = {
        "areas": [gift.area_id for gift in gifts],
        "buildings": [gift.building for gift in gifts],
        "registered": [gift.registered for gift in gifts],
        "officers": [gift.officer_id for gift in gifts],
        "partners": [gift.partner_id for gift in gifts],
        "firsts": [gift.first for gift in gifts],
        "lasts": [gift.last for gift in gifts],
        "unit": unit.pk,
        "campaign": campaign.pk,
        "visited_too": choice.visited_too,
        "take_over": choice.takes_over,
        "source": choice.source if choice.way == Way.HAND_ON else None,
        "at": at,
        "by": by.pk,
        "why": _("shared out again"),
        "first_day": first_day,
        "days": max(1, (campaign.ends_on - first_day).days + 1),
        "share_out": batch.pk,
    }
    with connection.cursor() as cursor:
        if choice.takes_over:
            # The doors that are taken over stay chosen: their old hand has just been ended in this transaction.
            cursor.execute(END_OLD, values)
        cursor.execute(GIVE, values)
        if cursor.rowcount != batch.doors:
            raise stale_board()


def why_not_undone(batch: ShareOut) -> Refusal | None:
    """Why this share-out can't be taken back as a whole any more, or None: the same answer for page and action.

    `batch` comes from `with_fate()`.
    """
    if batch.undone_at is not None:
        return Refusal("undone", _("This share-out is undone already."), status=409)
    if batch.campaign.state != Campaign.State.OPEN:
        return Refusal("campaign_not_open", _("The campaign is not open any more."), status=409)
    tried, moved = batch.doors_tried, batch.doors - batch.doors_live  # type: ignore[attr-defined]
    if tried:
        words = ngettext(
            "Somebody has been at %(n)d of its doors since: it can't be undone any more. Hand doors on instead.",
            "Somebody has been at %(n)d of its doors since: it can't be undone any more. Hand doors on instead.",
            tried,
        )
        return Refusal("visited_since", words % {"n": tried}, status=409)
    if moved:
        words = ngettext(
            "%(n)d of its doors has changed hands since. Undo the later share-out first.",
            "%(n)d of its doors have changed hands since. Undo the later share-out first.",
            moved,
        )
        return Refusal("moved_since", words % {"n": moved}, status=409)
    return None


@transaction.atomic
def undo_share_out(*, batch: ShareOut, by: Officer, at: datetime) -> ShareOut:
    """Takes a whole share-out back: its doors return to who held them before, or to nobody's hands.

    Possible until somebody has been at one of its doors; needs SHARE_OUT at the unit. Undone twice is refused.
    """
    must(by, Right.SHARE_OUT, batch.unit_id)
    locked_campaign(batch.campaign)
    rows = ShareOut.objects.unscoped("the share-out in hand").with_fate().select_related("campaign")
    locked: ShareOut = rows.get(pk=batch.pk)
    if refusal := why_not_undone(locked):
        raise refusal
    live = Assignment.objects.unscoped("the doors of one share-out").live().filter(share_out=locked)
    live.update(ended_at=at, ended_by=by, ended_why=_("share-out undone"))
    with connection.cursor() as cursor:
        cursor.execute(GIVE_BACK, {"share_out": locked.pk, "at": at})
    locked.undone_at, locked.undone_by = at, by
    locked.save(update_fields=["undone_at", "undone_by"])
    log_access(by, "share_out_undone", locked)
    return locked
