"""What stands beside the ledger is what the ledger tells: whoever writes it by hand, the app's own login too, is found."""

from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from disputes import actions
from disputes.evidence import add_evidence
from disputes.ledger import faults
from disputes.models import Case, EntryText, LedgerEntry
from disputes.registering import PartyFacts
from disputes.reopening import reopen
from tests.disputes.steps import call, found, refused, settled_dispute
from tests.pictures import upload
from tests.world import NOW, World

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def case(world: World, door: Any) -> Case:
    """A dispute with parties, a session, a paper and an answer, asked to be struck off."""
    case = settled_dispute(world, door)
    case = add_evidence(case=case, kind="paper", upload=upload(1), version=case.version, by=world.owner, at=NOW)
    call(world, case)
    case.refresh_from_db()
    return actions.request_closure(case=case, version=case.version, by=world.owner, at=NOW + timedelta(days=7))


def told() -> set[str]:
    return {fault.where.rpartition(":")[2] for fault in faults() if fault.code == "fact_differs"}


def test_every_step_of_a_case_leaves_it_as_its_ledger_tells(world: World, case: Case) -> None:
    assert list(faults()) == []
    case = actions.approve(case=case, version=case.version, by=world.chief, at=NOW)
    case = reopen(case=case, reason="又吵", version=case.version, by=world.owner, at=NOW)
    case = actions.regrade(case=case, grade=2, grade_reason="动手", version=case.version, by=world.owner, at=NOW)
    case = actions.fail(case=case, measures="告知诉讼", version=case.version, by=world.owner, at=NOW)
    case = actions.retry(case=case, version=case.version, by=world.owner, at=NOW)
    actions.hand_over(case=case, lead=world.colleague, helper=None, version=case.version, by=world.chief, at=NOW)
    assert list(faults()) == []


BESIDE = {
    "outcome": "UPDATE disputes_case SET outcome = 'reconciled'",
    "grade": "UPDATE disputes_case SET grade = 3",
    "due_on": "UPDATE disputes_case SET due_on = due_on + 30",
    "lead": "UPDATE disputes_case SET lead_id = (SELECT id FROM accounts_officer WHERE badge = 'T0103')",
    "settled_at": "UPDATE disputes_case SET settled_at = settled_at - interval '1 day'",
    "measures": "UPDATE disputes_case SET measures = '什么也没做'",
    "title": "UPDATE disputes_case SET title = '小事'",
    "performed": "UPDATE disputes_case SET performed = NULL",
    "parties": "UPDATE disputes_party SET consented = FALSE WHERE name = '王大'",
    "return_visits": "UPDATE disputes_returnvisit SET answer = 'partly'",
}


@pytest.mark.parametrize("what", BESIDE)
def test_what_the_app_s_own_login_writes_beside_it_is_found(case: Case, what: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(BESIDE[what])
    assert told() == {what}
    with pytest.raises(CommandError):
        call_command("verify_ledger", stdout=StringIO())


@pytest.mark.parametrize(
    "statement",
    ["DELETE FROM disputes_evidence", "UPDATE disputes_evidence SET sha256 = repeat('0', 64)"],
)
def test_a_file_that_was_taken_away_or_exchanged_is_missed(case: Case, as_owner: Any, statement: str) -> None:
    as_owner.execute("ALTER TABLE disputes_evidence DISABLE TRIGGER USER")
    as_owner.execute(statement)
    as_owner.execute("ALTER TABLE disputes_evidence ENABLE TRIGGER USER")
    assert told() == {"evidence"}


def test_of_an_erased_text_nothing_is_said(case: Case, as_owner: Any) -> None:
    text = EntryText.objects.filter(field="title").get()
    as_owner.execute("UPDATE disputes_entrytext SET text = '', erased_at = now() WHERE id = %s", [text.pk])
    as_owner.execute("UPDATE disputes_case SET title = '已清除'")
    assert told() == set()


def test_a_party_s_consent_and_a_session_s_particulars_stand_in_the_chain(world: World, case: Case) -> None:
    rows = LedgerEntry.objects.unscoped("test").filter(case=case, action="note").order_by("version")
    first, second, session, _file = [row.payload for row in rows]
    assert [first["consented"], second["consented"]] == [True, True]
    assert {first["party"], second["party"]} == set(case.parties.values_list("pk", flat=True))
    assert session["held_at"].startswith("2026-11-18") and set(session["place"]) == {"sha256"}


def test_who_carries_a_measure_out_stands_in_no_entry_in_clear(world: World, door: Any) -> None:
    case = found(world, door, kind="suggestion", category="safety", title="装路灯")
    case = actions.settle(
        case=case,
        outcome="adopted",
        measures="报街道",
        measure_by="街道办王建国",
        version=case.version,
        by=world.owner,
        at=NOW,
    )
    entry = LedgerEntry.objects.unscoped("test").filter(case=case).latest("version")
    assert "王建国" not in str(entry.payload)
    assert list(faults()) == []


def test_a_party_twice_is_refused_and_stands_once(world: World, case: Case, door: Any) -> None:
    other = found(world, door)
    facts = PartyFacts("王大")
    other = actions.add_party(case=other, facts=facts, version=other.version, by=world.owner, at=NOW)
    with refused("party_twice"):
        actions.add_party(case=other, facts=facts, version=other.version, by=world.owner, at=NOW)
    assert other.parties.count() == 1
