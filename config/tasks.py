"""The roof's own work in the worker: what comes round by itself."""

from datetime import timedelta

from django.contrib.sessions.backends.db import SessionStore
from django.utils import timezone
from django_tasks import task
from django_tasks.base import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from accounts.models import Press
from config.sweeping import sweep

EVERY = timedelta(hours=6)


@task()
def sweep_files() -> None:
    """Files that no row names; sessions that are over, with what was sought in them; yesterday's presses."""
    now = timezone.now()
    try:
        SessionStore.clear_expired()
        Press.objects.filter(at__lt=now - timedelta(days=1)).delete()
        sweep(at=now)
    finally:
        sweep_files.using(run_after=now + EVERY).enqueue()


def sweep_soon() -> None:
    """Called when a worker starts: one sweep waits at any time, and this start's comes at once."""
    waiting = DBTaskResult.objects.filter(task_path=sweep_files.module_path, status=TaskResultStatus.READY)
    waiting.delete()
    sweep_files.enqueue()
