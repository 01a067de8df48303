"""Large share-outs: confirmed on the page, carried out by the worker, followed on a page of their own."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.actions import must
from accounts.models import Officer, Unit
from accounts.refusals import Refusal, connection_lost
from accounts.rights import Right
from campaigns.board import Choice, make_board
from campaigns.models import Campaign, ShareOut, ShareOutRun
from campaigns.sharing import check_board, locked_campaign, share_out
from registry.models import Area

# From this many doors on, a share-out is carried out by the worker; a web thread waits for none of them.
LARGE = 2000
# A run that no worker has taken up for so long may be asked for again.
PATIENCE = timedelta(minutes=10)


@transaction.atomic
def ask_share_out(
    *, campaign: Campaign, unit: Unit, choice: Choice, board_digest: str, seen: str, by: Officer, at: datetime
) -> ShareOutRun:
    """Puts a confirmed board down for the worker; a second tap on the same board finds the same run.

    Refuses at once what `share_out` would refuse. Needs SHARE_OUT at the unit.
    """
    must(by, Right.SHARE_OUT, unit.pk)
    locked = locked_campaign(campaign)
    runs = ShareOutRun.objects.unscoped("the same board, asked twice").filter(campaign=locked, unit=unit)
    waiting = runs.filter(board_digest=board_digest, asked_by=by, done_at=None, asked_at__gt=at - PATIENCE).first()
    if waiting is not None:
        return waiting
    board = make_board(campaign=locked, unit=unit, choice=choice, on=timezone.localdate(at), area_names={})
    check_board(board, board_digest)
    run: ShareOutRun = ShareOutRun.objects.create(
        campaign=locked,
        unit=unit,
        asked_at=at,
        asked_by=by,
        choice=choice.as_json(),
        board_digest=board_digest,
        seen=seen[:80],
        doors=board.share,
        language=get_language() or "zh-hans",
    )
    return run


def carry_out(*, run: ShareOutRun) -> ShareOutRun:
    """The worker's part. The doors and how the run ended are written in one transaction: a worker killed between the
    two would leave a run that says "something changed" of its own doors. The progress moves before and after it.

    A refusal is kept on the run as a sentence in the language of who asked; nothing is half done.
    """
    if run.done_at is not None:
        return run
    with translation.override(run.language):
        _at(run, 10)
        choice, at = Choice.from_json(run.choice), timezone.now()
        try:
            board = make_board(
                campaign=run.campaign, unit=run.unit, choice=choice, on=timezone.localdate(at), area_names={}
            )
            check_board(board, run.board_digest)
            _at(run, 40)
            names = {area.code: area.label for area in Area.objects.filter(code__in={g.area_id for g in board.gifts})}
            with transaction.atomic():
                _end(run, _written(run, choice, names, at), "")
        except Refusal as refusal:
            _end(run, None, str(refusal))
        except Exception as error:
            if connection_lost(error):
                raise
            give_up(run=run)
            raise
    return run


def give_up(*, run: ShareOutRun) -> None:
    """Called when the worker tries no more; a run that ended keeps its end."""
    with translation.override(run.language):
        _end(run, None, _("The share-out broke off; nothing was shared out. Try again."))


def _written(run: ShareOutRun, choice: Choice, names: dict[str, str], at: datetime) -> ShareOut:
    return share_out(
        campaign=run.campaign,
        unit=run.unit,
        choice=choice,
        board_digest=run.board_digest,
        area_names=names,
        by=run.asked_by,
        at=at,
    )


def _at(run: ShareOutRun, percent: int) -> None:
    run.progress = percent
    run.save(update_fields=["progress"])


def _end(run: ShareOutRun, batch: ShareOut | None, failure: str) -> None:
    """Once: a worker that took the run up a second time doesn't overwrite how it ended."""
    run.share_out, run.failure, run.done_at, run.progress = batch, failure, timezone.now(), 100
    ShareOutRun.objects.unscoped("how a run ended").filter(pk=run.pk, done_at=None).update(
        share_out=batch, failure=failure, done_at=run.done_at, progress=100
    )
