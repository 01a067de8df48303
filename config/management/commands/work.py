"""The worker of ./run serve: puts back what a killed worker left half done, then works."""

from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.utils import timezone
from django_tasks.base import TaskResultStatus
from django_tasks_db.models import DBTaskResult

# A task that ends its worker every time must not do so for ever.
TRIES = 3


def put_back() -> int:
    """Tasks that no living worker runs wait again; every task of ours may be begun anew. Returns how many."""
    left = DBTaskResult.objects.running()
    worn_out = [task.pk for task in left if len(task.worker_ids) >= TRIES]
    left.filter(pk__in=worn_out).update(status=TaskResultStatus.FAILED, finished_at=timezone.now())
    return left.update(status=TaskResultStatus.READY, started_at=None)


class Command(BaseCommand):
    help = "Runs the one worker of a site; what a killed one left running is begun anew."

    def handle(self, **options: Any) -> None:
        if count := put_back():
            self.stderr.write(f"{count} tasks of a worker that was killed are begun anew")
        call_command("db_worker")
