"""A worker that was killed leaves its task running in name only: the next worker begins it anew, but not for ever."""

from collections.abc import Iterator
from datetime import timedelta
from importlib import import_module
from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.db import OperationalError, transaction
from django.utils import timezone
from django_tasks.base import Task, TaskResultStatus
from django_tasks_db.models import DBTaskResult

from accounts.lifecycles import begin
from campaigns.board import Choice
from campaigns.models import ShareOutRun
from config import adding_up
from config.giving_up import ROWS
from config.management.commands.work import TRIES, Presence, begin_anew, lives, put_back
from config.tasks import sweep_files
from registry.models import ImportBatch
from registry.states import IMPORT
from reports.actions import ask_print
from reports.models import Export, Print, WalkList
from tests.accounts.canaries import watched
from tests.running.waiting import wait_for
from tests.world import NOW, World


def left_running(*workers: str, path: str = "registry.tasks.read_import", row: int = 1) -> DBTaskResult:
    now = timezone.now()
    return DBTaskResult.objects.create(
        status=TaskResultStatus.RUNNING, args_kwargs={"args": [], "kwargs": {"pk": row}}, started_at=now, run_after=now,
        task_path=path, worker_ids=list(workers), queue_name="default", backend_name="default",
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
def test_what_is_kept_of_a_failed_task_quotes_no_row() -> None:
    task = left_running("here")
    said = 'psycopg.errors.DataError: wrong\nCONTEXT:  COPY registry_importrow, line 5, column name: "张三"'
    DBTaskResult.objects.filter(pk=task.pk).update(status=TaskResultStatus.FAILED, traceback=said)
    begin_anew(task_result=SimpleNamespace(id=str(task.pk)))
    task.refresh_from_db()
    assert task.traceback == "psycopg.errors.DataError: wrong"


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


@pytest.mark.django_db(transaction=True)
def test_readyz_tells_whether_a_worker_lives_and_sends_nobody_away_for_it(client, elsewhere: Presence) -> None:
    def told() -> tuple[int, bool]:
        answer = client.get("/readyz")
        return answer.status_code, answer.json()["worker"]

    assert told() == (200, True)
    elsewhere.end()
    wait_for(lambda: not told()[1])
    assert told() == (200, False)


@pytest.mark.django_db
def test_a_lost_lock_is_taken_again_before_the_next_task(elsewhere: Presence) -> None:
    assert elsewhere._held
    elsewhere._held.close()
    elsewhere.hold()
    assert lives("elsewhere")


@pytest.mark.django_db
def test_the_row_of_a_task_that_is_tried_no_more_says_so_and_can_be_asked_for_again(world: World) -> None:
    """Nothing is "being read" for ever: a sentence in the language of who asked, and the same wish makes a new row."""
    house = watched(world)
    spot, chief = house.spots["own"], world.chief
    batch = begin(
        ImportBatch(unit=world.station, by=chief, at=NOW, file_name="a.xlsx", sha256="0"),
        IMPORT,
        "upload",
        by=chief,
        at=NOW,
    )
    asked: dict[str, Any] = {
        "registry.tasks.read_import": batch,
        "reports.tasks.draw": Print.objects.create(snapshot=spot.snapshot, printer=chief, number=9, language="en"),
        "reports.tasks.draw_lists": WalkList.objects.create(
            campaign=house.campaign, unit=world.station, asked_by=chief, language="en"
        ),
        "reports.tasks.write_list": Export.objects.create(
            officer=chief, name="registry_premises", query="q=x", language="en"
        ),
        "campaigns.tasks.share_out_run": ShareOutRun.objects.create(
            campaign=house.campaign, unit=world.station, asked_by=chief, choice=Choice(way="evenly").as_json(),
            board_digest="0", doors=1, language="en",
        ),
    }  # fmt: skip
    assert set(asked) == set(ROWS) == own_tasks() - {sweep_files.module_path}
    for path, row in asked.items():
        left_running(*["gone"] * TRIES, path=path, row=row.pk)
    left_running(*["gone"] * TRIES, path="reports.tasks.draw", row=10**9)
    put_back()
    for row in asked.values():
        row.refresh_from_db()
    assert (batch.state, batch.messages[0]["code"]) == ("failed", "not_finished")
    said = {path: row.failure for path, row in asked.items() if path != "registry.tasks.read_import"}
    assert [path for path, failure in said.items() if "gain" not in failure] == []
    assert asked["reports.tasks.write_list"].query == ""
    again = ask_print(snapshot=spot.snapshot, language="en", by=chief, at=NOW)
    assert (again.number, again.failure) == (10, "")


def own_tasks() -> set[str]:
    rooms = [import_module(f"{name}.tasks") for name in ("registry", "campaigns", "reports", "config")]
    return {value.module_path for room in rooms for value in vars(room).values() if isinstance(value, Task)}


@pytest.mark.django_db
def test_a_row_that_ended_keeps_its_end(world: World) -> None:
    house = watched(world)
    printed = house.spots["own"].printed
    task = left_running("here", path="reports.tasks.draw", row=printed.pk)
    DBTaskResult.objects.filter(pk=task.pk).update(
        status=TaskResultStatus.FAILED, exception_class_path="builtins.ValueError"
    )
    begin_anew(task_result=SimpleNamespace(id=str(task.pk)))
    printed.refresh_from_db()
    assert printed.failure == ""


@pytest.mark.django_db
def test_a_session_that_is_over_takes_what_was_sought_with_it(settings: Any) -> None:
    settings.TASKS = {"default": {"BACKEND": "django_tasks.backends.dummy.DummyBackend"}}
    for days in (1, -1):
        session = SessionStore()
        session["sought"] = {"key": "周秀兰"}
        session.set_expiry(timezone.now() + timedelta(days=days))
        session.save()
    sweep_files.call()
    assert Session.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_figures_are_added_up_beside_the_tasks_and_a_round_that_fails_is_not_the_last(
    world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    rounds: list[str] = []

    def keep_up(*, at: Any) -> int:
        rounds.append("tried")
        if len(rounds) == 1:
            raise OperationalError("the database went away")
        return 0

    monkeypatch.setattr(adding_up, "keep_up", keep_up)
    figures = adding_up.AddingUp(every=0.01)
    figures.start()
    wait_for(lambda: len(rounds) >= 2)
    figures.end()
    assert not figures.is_alive()
    assert [record.getMessage() for record in caplog.records] == ["figures were not added up: OperationalError"]
