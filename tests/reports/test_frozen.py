"""What is frozen is kept by the database too: no statement of the app's login, and none of the owner's, changes it."""

import pytest
from django.db import DatabaseError, connection, transaction

from disputes.evidence import add_evidence
from disputes.models import Evidence
from reports.actions import draw_print
from reports.models import Print, Snapshot
from tests.faults.test_disk import case_of
from tests.pictures import upload
from tests.reports.test_brief import frozen, typed
from tests.world import NOW, World

FORBIDDEN = {
    "reports_snapshot": (
        "UPDATE reports_snapshot SET figures = '{}'",
        "UPDATE reports_snapshot SET digest = repeat('0', 64)",
        "UPDATE reports_snapshot SET frozen_at = NULL, frozen_by_id = NULL, digest = ''",
        "UPDATE reports_snapshot SET problems = 'none'",
        "DELETE FROM reports_snapshot",
        "TRUNCATE reports_snapshot CASCADE",
    ),
    "reports_print": (
        "UPDATE reports_print SET sha256 = repeat('0', 64)",
        "UPDATE reports_print SET done_at = NULL",
        "DELETE FROM reports_print",
        "TRUNCATE reports_print",
    ),
    # In the ledger by its digest: neither changed nor taken away.
    "disputes_evidence": (
        "UPDATE disputes_evidence SET sha256 = repeat('0', 64)",
        "DELETE FROM disputes_evidence",
        "TRUNCATE disputes_evidence",
    ),
}


@pytest.fixture
def sealed(world: World) -> World:
    """A frozen brief with a finished print, and a piece of evidence."""
    world.door(101)
    snapshot = frozen(world, world.campaign())
    printed = Print.objects.create(snapshot=snapshot, printer=world.desk, number=1, language="en", asked_at=NOW)
    assert draw_print(printed=printed, at=NOW).done_at
    case = case_of(world)
    add_evidence(case=case, kind="other", upload=upload(), version=case.version, by=world.owner, at=NOW)
    return world


def refused(cursor, statement: str) -> str:
    """The code with which the database refused, "" when it did what it was told."""
    try:
        with transaction.atomic():
            cursor.execute(statement)
    except DatabaseError as error:
        return str(error.__cause__.sqlstate)
    return ""


def test_the_apps_login_changes_nothing_that_is_frozen(sealed: World) -> None:
    before = [list(model._base_manager.values()) for model in (Snapshot, Print, Evidence)]
    assert all(before)
    with connection.cursor() as cursor:
        for statements in FORBIDDEN.values():
            for statement in statements:
                assert refused(cursor, statement) in {"23001", "42501"}, statement
    assert before == [list(model._base_manager.values()) for model in (Snapshot, Print, Evidence)]


@pytest.mark.django_db(transaction=True)
def test_not_even_the_owner_changes_it_by_a_slip(sealed: World, as_owner) -> None:
    for table in ("reports_snapshot", "reports_print"):
        for statement in FORBIDDEN[table]:
            with pytest.raises(Exception, match="stays as it is"):
                as_owner.execute(statement)


def test_a_draft_may_still_be_typed_and_thrown_away(world: World) -> None:
    world.door(101)
    draft = typed(world, world.campaign())
    with connection.cursor() as cursor:
        assert refused(cursor, "UPDATE reports_snapshot SET problems = 'other'") == ""
        assert refused(cursor, "DELETE FROM reports_snapshot") == ""
    assert not Snapshot._base_manager.filter(pk=draft.pk).exists()
