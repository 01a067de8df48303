"""The ledger: whatever is changed behind its back is found, in the middle by the chain, at the end by a seal."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import models

from disputes import actions
from disputes.ledger import TEXTS, faults
from disputes.models import Case, EntryText, LedgerEntry
from disputes.states import CASE
from tests.disputes.steps import registered
from tests.world import NOW, World

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def ledger(world: World, tmp_path):
    """Three cases with some moves, and a seal taken before the last one."""
    door = world.door(302)
    for number in range(3):
        case = registered(
            kind="dispute", category="neighbour", title=f"纠纷{number}", premises=door, campaign=None, by=world.owner,
            at=NOW, on_spot=True,
        )  # fmt: skip
        if number == 1:
            call_command("seal_ledger", out=tmp_path / "seal.json", stdout=StringIO())
        actions.approve(case=case, version=case.version, by=world.chief, at=NOW)
    return tmp_path / "seal.json"


def tamper(as_owner, statement: str) -> None:
    """As somebody with the superuser's powers would: triggers off, a change, triggers on."""
    as_owner.execute("ALTER TABLE disputes_ledgerentry DISABLE TRIGGER USER")
    as_owner.execute(statement)
    as_owner.execute("ALTER TABLE disputes_ledgerentry ENABLE TRIGGER USER")


def test_an_untouched_ledger_holds(ledger):
    call_command("verify_ledger", anchor=ledger, stdout=StringIO())
    said = StringIO()
    call_command("verify_ledger", json=True, stdout=said)
    assert json.loads(said.getvalue())["faults"] == []


@pytest.mark.parametrize(
    ("statement", "code"),
    [
        ("UPDATE disputes_ledgerentry SET action = 'void' WHERE seq = 2", "changed"),
        ("UPDATE disputes_ledgerentry SET at = at + interval '1 hour' WHERE seq = 3", "changed"),
        ("UPDATE disputes_ledgerentry SET actor_id = actor_id + 1 WHERE seq = 2", "changed"),
        ("UPDATE disputes_ledgerentry SET payload = payload || '{\"x\": 1}' WHERE seq = 4", "changed"),
        ("DELETE FROM disputes_entrytext WHERE entry_id IN (SELECT id FROM disputes_ledgerentry WHERE seq = 3);"
         "DELETE FROM disputes_ledgerentry WHERE seq = 3", "entry_missing"),
    ],
)  # fmt: skip
def test_a_change_in_the_middle_is_found_by_the_chain(ledger, as_owner, statement, code):
    tamper(as_owner, statement)
    assert code in {fault.code for fault in faults()}
    with pytest.raises(CommandError):
        call_command("verify_ledger", stdout=StringIO())


def test_a_changed_text_is_found_and_an_erased_one_is_not_a_fault(ledger, as_owner):
    text = EntryText.objects.order_by("pk").first()
    as_owner.execute("UPDATE disputes_entrytext SET text = '', erased_at = now() WHERE id = %s", [text.pk])
    assert list(faults()) == []
    as_owner.execute("UPDATE disputes_entrytext SET text = '别的', erased_at = NULL WHERE id = %s", [text.pk])
    assert [fault.code for fault in faults()] == ["text_changed"]


def test_a_cut_tail_is_found_against_a_seal(ledger, as_owner):
    """The chain ends two entries earlier, consistently: only something from outside can tell."""
    tamper(
        as_owner,
        "DELETE FROM disputes_entrytext WHERE entry_id IN (SELECT id FROM disputes_ledgerentry WHERE seq >= 3);"
        "DELETE FROM disputes_ledgerentry WHERE seq >= 3;"
        "UPDATE disputes_chain SET seq = 2, head = (SELECT hash FROM disputes_ledgerentry WHERE seq = 2)",
    )
    inside = {fault.code for fault in faults()}
    assert inside == {"case_differs"}
    from disputes.seals import read

    assert "tail_cut" in {fault.code for fault in faults(read(ledger.read_text()))}


def test_a_seal_that_was_touched_is_no_anchor(ledger):
    content = json.loads(ledger.read_text())
    content["heads"][0] = content["heads"][0].replace(":3:", ":2:")
    ledger.write_text(json.dumps(content))
    with pytest.raises(CommandError, match="digest"):
        call_command("verify_ledger", anchor=ledger, stdout=StringIO())


def test_no_personal_text_is_inside_an_entry(ledger):
    for entry in LedgerEntry.objects.unscoped("test"):
        assert "纠纷" not in json.dumps(entry.payload, ensure_ascii=False)


def test_what_somebody_types_into_a_column_of_a_case_stands_in_an_entry_as_its_digest():
    """Numbers and categories are our own codes; a column that offers no choice takes whatever is typed."""
    recorded = {column for step in CASE.moves.values() for column in step.sets}
    texts = (models.CharField, models.TextField)
    typed = {field.name for field in Case._meta.fields if isinstance(field, texts) and not field.choices}
    assert (typed & recorded) - TEXTS == {"number", "category"}
