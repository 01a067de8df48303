"""What becomes of a row whose task is tried no more: it says so, with a way out, instead of waiting for ever."""

import logging
from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from campaigns.models import ShareOutRun
from campaigns.share_out_runs import give_up
from campaigns.tasks import share_out_run
from registry.actions import give_up_reading
from registry.models import ImportBatch
from registry.tasks import read_import
from reports.actions import give_up_print
from reports.documents.actions import give_up_list
from reports.exports import give_up_export
from reports.models import Export, Print, WalkList
from reports.tasks import draw, draw_lists, write_list

log = logging.getLogger(__name__)
WHY = "the row of a task that is tried no more"


def reading(pk: int) -> None:
    batch = ImportBatch.objects.unscoped(WHY).select_related("unit", "by").get(pk=pk)
    give_up_reading(batch=batch, at=timezone.now())


# Each task carries the number of its row.
ROWS: dict[str, Callable[[int], None]] = {
    read_import.module_path: reading,
    share_out_run.module_path: lambda pk: give_up(run=ShareOutRun.objects.unscoped(WHY).get(pk=pk)),
    draw.module_path: lambda pk: give_up_print(printed=Print.objects.unscoped(WHY).get(pk=pk)),
    draw_lists.module_path: lambda pk: give_up_list(walk_list=WalkList.objects.unscoped(WHY).get(pk=pk)),
    write_list.module_path: lambda pk: give_up_export(export=Export.objects.unscoped(WHY).get(pk=pk)),
}


def given_up(task: "DBTaskResult[..., Any]") -> None:
    """Tells the task's row. What can't be told is logged by its number: one bad row doesn't stop the worker."""
    tell = ROWS.get(task.task_path)
    if tell is None:
        return
    said: dict[str, Any] = task.args_kwargs
    try:
        with transaction.atomic():
            tell(*said["args"], *said["kwargs"].values())
    except Exception:
        log.exception("task %s was given up, its row not told", task.pk)
