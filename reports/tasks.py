"""The worker's part: draw a print that was asked for."""

from django.utils import timezone
from django_tasks import task

from reports.actions import draw_print
from reports.models import Print


@task()
def draw(print_id: int) -> None:
    printed = Print.objects.unscoped("the worker draws what was asked for").select_related("snapshot", "printer")
    draw_print(printed=printed.get(pk=print_id), at=timezone.now())
