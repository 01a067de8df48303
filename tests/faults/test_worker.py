"""A worker that was killed leaves its task running in name only: the next worker begins it anew, but not for ever."""

import pytest
from django.utils import timezone
from django_tasks.base import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from config.management.commands.work import TRIES, put_back


def left_running(tries: int) -> DBTaskResult:
    now = timezone.now()
    return DBTaskResult.objects.create(
        status=TaskResultStatus.RUNNING, args_kwargs={"args": [1], "kwargs": {}}, started_at=now, run_after=now,
        task_path="registry.tasks.read_import", worker_ids=["w"] * tries, queue_name="default", backend_name="default",
        exception_class_path="", traceback="",
    )  # fmt: skip


@pytest.mark.django_db
def test_what_a_killed_worker_left_waits_again() -> None:
    once, worn_out = left_running(1), left_running(TRIES)
    assert put_back() == 1
    once.refresh_from_db()
    worn_out.refresh_from_db()
    assert (once.status, once.started_at) == (TaskResultStatus.READY, None)
    assert worn_out.status == TaskResultStatus.FAILED
    assert put_back() == 0
