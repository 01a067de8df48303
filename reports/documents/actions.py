"""Walk lists on their way to paper: asked for, drawn by the worker, forgotten after a day."""

import hashlib
from datetime import date, datetime, timedelta
from typing import Any

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actions import log_access, must
from accounts.models import Officer, Unit
from accounts.refusals import Refusal
from accounts.rights import Right
from campaigns.models import Assignment, Campaign
from reports.actions import broken_off
from reports.documents.walk_list import (
    DOORS_A_PAGE,
    FEWER_DOORS_A_PAGE,
    Sheet,
    doors_to_do,
    parts_of,
    sheets_of,
    walk_list_html,
)
from reports.models import WalkList, WalkListPart
from reports.pdf import draw

# A second tap on the same button finds what the first one began.
SAME_TAP = timedelta(seconds=60)


@transaction.atomic
def ask_walk_list(
    *,
    campaign: Campaign,
    unit: Unit,
    officer: Officer | None,
    due_by: date | None = None,
    language: str,
    by: Officer,
    at: datetime,
) -> WalkList:
    """The lists of one officer, or of all at the unit (`officer` None), for the worker to draw.

    Who holds doors prints their own; everybody else's needs SHARE_OUT at the unit. Raises `Refusal` when there is
    nothing to print.
    """
    if officer is None or officer.pk != by.pk:
        must(by, Right.SHARE_OUT, unit.pk)
    if campaign.state != Campaign.State.OPEN:
        raise Refusal("campaign_not_open", _("This campaign is not open: nobody holds its doors."), status=409)
    asked = {"campaign": campaign, "unit": unit, "officer": officer, "due_by": due_by, "language": language}
    Officer._base_manager.select_for_update(of=("self",)).get(pk=by.pk)
    same = WalkList.objects.visible_to(by).filter(**asked, failure="", asked_at__gte=at - SAME_TAP).first()
    if same is not None:
        return same
    rows = list(_rows(by, campaign, unit, officer, due_by))
    if not rows:
        raise Refusal(
            "no_doors",
            _("No door is left to visit here: all are visited, or none is shared out yet."),
        )
    parts = parts_of(sheets_of(rows, reader=by, holder=officer))
    walk_list: WalkList = WalkList.objects.create(
        **asked, asked_by=by, asked_at=at, doors=len(rows), parts_all=len(parts)
    )
    log_access(by, "walk_list_asked", walk_list)
    return walk_list


def _rows(by: Officer, campaign: Campaign, unit: Unit, officer: Officer | None, due_by: date | None) -> Any:
    """One's own list goes over all stations that gave one doors; the desk's over its unit's."""
    of_unit = None if officer is not None and officer.pk == by.pk else unit
    return doors_to_do(by, campaign, officer=officer, unit=of_unit, due=due_by)


def must_still_reach(walk_list: WalkList, by: Officer) -> None:
    """Raises `Refusal` when a list that was printed would not be printed today: what holds, holds at the next request.

    One's own list has names in clear, so every door on it must still be in one's hands; the desk's are masked.
    """
    if walk_list.officer_id != by.pk:
        must(by, Right.SHARE_OUT, walk_list.unit_id)
    elif _given_away(walk_list, by):
        raise Refusal(
            "doors_given_away", _("Doors on this list are no longer in your hands. Print your list again."), status=403
        )


def _given_away(walk_list: WalkList, by: Officer) -> bool:
    rows = Assignment.objects.visible_to(by).of(by).filter(campaign=walk_list.campaign_id)
    return bool(rows.filter(given_at__lte=walk_list.asked_at, ended_at__gt=walk_list.asked_at).exists())


def draw_walk_list(*, walk_list: WalkList, at: datetime) -> WalkList:
    """Draws file after file, so that the page can say how far it is; a failure is kept as a sentence on the row."""
    if not walk_list.waits:
        return walk_list
    by, officer = walk_list.asked_by, walk_list.officer
    rows = list(_rows(by, walk_list.campaign, walk_list.unit, officer, walk_list.due_by))
    try:
        _draw_parts(walk_list, rows)
    except Refusal as refusal:
        walk_list.failure = str(refusal)[:200]
        walk_list.save(update_fields=["failure"])
        return walk_list
    walk_list.parts_all, walk_list.done_at = walk_list.parts.count(), at
    walk_list.save(update_fields=["parts_all", "done_at"])
    return walk_list


def _draw_parts(walk_list: WalkList, rows: list[Assignment]) -> None:
    """Drawn anew with fewer doors a page when a part turns out longer than twenty pages: every door gets its paper."""
    tries = (DOORS_A_PAGE, *FEWER_DOORS_A_PAGE)
    for doors_a_page in tries:
        sheets = sheets_of(rows, reader=walk_list.asked_by, holder=walk_list.officer, doors_a_page=doors_a_page)
        parts = parts_of(sheets)
        if len(parts) != walk_list.parts_all:
            _forget_parts(walk_list, so_many=len(parts))
        known = set(walk_list.parts.values_list("number", flat=True))
        try:
            for number, together in enumerate(parts, start=1):
                if number not in known:
                    _draw_part(walk_list, number, together)
        except Refusal as refusal:
            if refusal.code != "pdf_long" or doors_a_page == tries[-1]:
                raise
        else:
            return


def _forget_parts(walk_list: WalkList, *, so_many: int) -> None:
    """What was drawn so far belongs to another division, or to doors that have changed since."""
    for part in walk_list.parts.all():
        part.file.delete(save=False)
    walk_list.parts.all().delete()
    walk_list.parts_all = so_many
    walk_list.save(update_fields=["parts_all"])


def _draw_part(walk_list: WalkList, number: int, sheets: list[Sheet]) -> None:
    pages = [
        walk_list_html(
            sheet,
            walk_list.campaign,
            printer=walk_list.asked_by,
            language=walk_list.language,
            at=walk_list.asked_at,
        )
        for sheet in sheets
    ]
    rendered = draw(pages, f"walk-list-{walk_list.pk}-{number}")
    digest = hashlib.sha256(rendered.content).hexdigest()
    badges = list(dict.fromkeys(sheet.officer.badge for sheet in sheets))
    part = WalkListPart(
        walk_list=walk_list, number=number, badges=" ".join(badges)[:400], pages=rendered.pages, sha256=digest
    )
    part.file.save(f"{digest[:32]}.pdf", ContentFile(rendered.content), save=False)
    part.save()


def give_up_list(*, walk_list: WalkList) -> None:
    """Called when the worker tries no more. Files that are drawn can still be fetched."""
    waiting = WalkList.objects.unscoped("still to be drawn").filter(pk=walk_list.pk, done_at=None, failure="")
    waiting.update(failure=broken_off(walk_list.language))


def forget_old_lists(*, at: datetime) -> int:
    """Takes the files of lists that were asked for more than a day ago off the disk; the rows stay. Returns how many."""
    old = WalkListPart.objects.filter(walk_list__asked_at__lt=at - timedelta(hours=WalkList.KEPT_HOURS))
    gone = 0
    for part in old.exclude(file="")[:500]:
        part.file.delete(save=False)
        part.save(update_fields=["file"])
        gone += 1
    return gone
