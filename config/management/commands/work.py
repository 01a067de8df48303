"""The worker of ./run serve: puts back what a killed worker left half done, then works."""

from typing import Any

import psycopg
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import connection, transaction
from django.utils import timezone
from django.utils.crypto import get_random_string
from django_tasks.base import TaskResultStatus
from django_tasks.signals import task_finished, task_started
from django_tasks_db.models import DBTaskResult

from config.adding_up import AddingUp
from config.giving_up import given_up
from config.log_lines import without_rows
from config.tasks import sweep_soon

# A task that ends its worker every time must not do so for ever.
TRIES = 3
# The first of the two numbers of our advisory locks: the spelling of "work".
LOCKS = 0x776F726B


class Presence:
    """A lock in the database for as long as a worker lives, on a connection of its own: a kill gives it back.

    Told by it, a task of a worker that lives elsewhere is left alone, and one of a dead worker is begun anew.
    """

    def __init__(self, worker_id: str) -> None:
        self.worker_id = worker_id
        self._held: psycopg.Connection[Any] | None = None

    def hold(self, **_signal: Any) -> None:
        """Again before each task: after a restart of the database the lock is gone."""
        if self._held is not None:
            try:
                self._held.execute("SELECT 1")
                return
            except psycopg.OperationalError:
                self._held.close()
        known = connection.get_connection_params()
        said = {name: known[name] for name in ("host", "port", "dbname", "user", "password") if known.get(name)}
        self._held = psycopg.connect(**said, autocommit=True)
        self._held.execute("SELECT pg_advisory_lock(%s, hashtext(%s))", [LOCKS, self.worker_id])

    def end(self) -> None:
        if self._held is not None:
            self._held.close()


def lives(worker_id: str) -> bool:
    """Whether its lock is held by somebody. To be asked inside a transaction, whose end gives back what was taken."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, hashtext(%s))", [LOCKS, worker_id])
        return not cursor.fetchone()[0]


def some_worker_lives() -> bool:
    """Whether any worker holds its lock, in this database."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND classid = %s AND database = "
            "(SELECT oid FROM pg_database WHERE datname = current_database()))",
            [LOCKS],
        )
        return bool(cursor.fetchone()[0])


@transaction.atomic
def put_back() -> int:
    """Tasks that no living worker runs wait again, three times at most; then their rows are told. Returns how many."""
    running = DBTaskResult.objects.running().select_for_update(skip_locked=True)
    left = [task for task in running if not (task.worker_ids and lives(task.worker_ids[-1]))]
    worn_out = [task for task in left if len(task.worker_ids) >= TRIES]
    again = [task.pk for task in left if task not in worn_out]
    tasks = DBTaskResult.objects.all()
    tasks.filter(pk__in=[task.pk for task in worn_out]).update(
        status=TaskResultStatus.FAILED, finished_at=timezone.now()
    )
    for task in worn_out:
        given_up(task)
    return tasks.filter(pk__in=again).update(status=TaskResultStatus.READY, started_at=None)


# How a task ends whose database went away under it.
LOST = ("django.db.utils.OperationalError", "django.db.utils.InterfaceError")


def begin_anew(*, task_result: Any, **_signal: Any) -> None:
    """A task that ended because the database went away waits again, as that of a killed worker does; any other that
    failed is given up."""
    failed = DBTaskResult.objects.filter(pk=task_result.id, status=TaskResultStatus.FAILED)
    for task in failed:
        # The table keeps what went wrong for good; the row that made it go wrong is nobody's to keep.
        failed.update(traceback=without_rows(task.traceback))
        if task.exception_class_path in LOST and len(task.worker_ids) < TRIES:
            failed.update(status=TaskResultStatus.READY, started_at=None, finished_at=None)
        else:
            given_up(task)


class Command(BaseCommand):
    help = "Runs a worker of the site; what a killed one left running is begun anew."

    def handle(self, **options: Any) -> None:
        presence = Presence(get_random_string(32))
        presence.hold()
        if count := put_back():
            self.stderr.write(f"{count} tasks of a worker that was killed are begun anew")
        sweep_soon()
        task_started.connect(presence.hold)
        task_finished.connect(begin_anew)
        figures = AddingUp()
        figures.start()
        try:
            call_command("db_worker", worker_id=presence.worker_id)
        finally:
            figures.end()
            presence.end()
