"""The worker's part: draw what was asked for, write the list that was asked for."""

from django.utils import timezone
from django_tasks import task

from reports.actions import draw_print
from reports.documents.actions import draw_walk_list, forget_old_lists
from reports.exports import write_export
from reports.models import Export, Print, WalkList


@task()
def draw(print_id: int) -> None:
    printed = Print.objects.unscoped("the worker draws what was asked for").select_related("snapshot", "printer")
    draw_print(printed=printed.get(pk=print_id), at=timezone.now())


@task()
def draw_lists(walk_list_id: int) -> None:
    now = timezone.now()
    forget_old_lists(at=now)
    asked = WalkList.objects.unscoped("the worker draws what was asked for").select_related(
        "campaign", "unit", "officer__unit", "asked_by"
    )
    draw_walk_list(walk_list=asked.get(pk=walk_list_id), at=now)


@task()
def write_list(export_id: int) -> None:
    export = Export.objects.unscoped("the worker writes what was asked for").select_related("officer")
    write_export(export=export.get(pk=export_id), at=timezone.now())
