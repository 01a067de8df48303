"""A worker that was killed leaves its task running in name only: the next worker begins it anew, but not for ever."""

from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from django.db import transaction
from django.utils import timezone
from django_tasks.base import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from config.management.commands.work import TRIES, Presence, begin_anew, lives, put_back
from tests.running.waiting import wait_for


def left_running(*workers: str) -> DBTaskResult:
    now = timezone.now()
    return DBTaskResult.objects.create(
        status=TaskResultStatus.RUNNING, args_kwargs={"args": [1], "kwargs": {}}, started_at=now, run_after=now,
        task_path="registry.tasks.read_import", worker_ids=list(workers), queue_name="default", backend_name="default",
        exception_class_path="", traceback="",
    )  # fmt: skip


@pytest.fixture
def elsewhere() -> Iterator[Presence]:
    """A worker that lives, on a connection of its own."""
    presence = Presence("elsewhere")
    presence.hold()
    yield presence
    presence.end()


@pytest.mark.django_db
def test_what_a_killed_worker_left_waits_again() -> None:
    once, worn_out = left_running("gone"), left_running(*["gone"] * TRIES)
    assert put_back() == 1
    once.refresh_from_db()
    worn_out.refresh_from_db()
    assert (once.status, once.started_at) == (TaskResultStatus.READY, None)
    assert worn_out.status == TaskResultStatus.FAILED
    assert put_back() == 0


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("ended_by", "tries", "then"),
    [
        ("django.db.utils.OperationalError", 1, TaskResultStatus.READY),
        ("django.db.utils.OperationalError", TRIES, TaskResultStatus.FAILED),
        ("builtins.ValueError", 1, TaskResultStatus.FAILED),
    ],
)
def test_a_task_under_which_the_database_went_away_waits_again(ended_by: str, tries: int, then: str) -> None:
    task = left_running(*["here"] * tries)
    DBTaskResult.objects.filter(pk=task.pk).update(status=TaskResultStatus.FAILED, exception_class_path=ended_by)
    begin_anew(task_result=SimpleNamespace(id=str(task.pk)))
    task.refresh_from_db()
    assert task.status == then


@pytest.mark.django_db
def test_what_a_second_worker_is_at_work_on_is_left_to_it(elsewhere: Presence) -> None:
    theirs, ours = left_running("gone", "elsewhere"), left_running("elsewhere", "gone")
    assert put_back() == 1
    theirs.refresh_from_db()
    ours.refresh_from_db()
    assert (theirs.status, ours.status) == (TaskResultStatus.RUNNING, TaskResultStatus.READY)


@pytest.mark.django_db(transaction=True)
def test_the_end_of_a_worker_is_seen_and_asking_takes_nothing(elsewhere: Presence) -> None:
    def asked() -> bool:
        with transaction.atomic():
            return lives("elsewhere")

    assert asked()
    elsewhere.hold()
    elsewhere.end()
    # The server gives the lock back when it reads that the connection is closed.
    wait_for(lambda: not asked())
    assert not asked()


@pytest.mark.django_db
def test_a_lost_lock_is_taken_again_before_the_next_task(elsewhere: Presence) -> None:
    assert elsewhere._held
    elsewhere._held.close()
    elsewhere.hold()
    assert lives("elsewhere")
