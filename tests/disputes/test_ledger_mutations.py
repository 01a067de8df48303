"""Whoever holds the database's own keys can write anything; the ledger's arithmetic says where.

As a superuser with every trigger and constraint off: a hundred random changes, each found at its entry. What is
consistent in itself (a cut tail, a re-chained end, an older dump) is found against a seal.
"""

import hashlib
import json
import random
from collections.abc import Iterator
from contextlib import closing
from io import StringIO
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from disputes import actions
from disputes.ledger import canonical, faults
from disputes.models import LedgerEntry
from disputes.seals import read
from tests.database import NAME, server
from tests.disputes.steps import registered
from tests.world import NOW, World

pytestmark = pytest.mark.django_db(transaction=True)

CASES = 12
KEPT = ("disputes_ledgerentry", "disputes_entrytext", "disputes_chain", "disputes_case", "disputes_closure")


class Intruder:
    """A superuser's connection to the test's database: no trigger, no foreign key is asked."""

    def __init__(self, open_connection: psycopg.Connection[Any]) -> None:
        self.connection = open_connection
        self.does("SET session_replication_role = replica")

    def does(self, statement: str, *values: Any) -> list[Any]:
        found = self.connection.execute(statement, values or None)
        return found.fetchall() if found.description else []

    def keep(self) -> None:
        for table in KEPT:
            self.does(f"DROP TABLE IF EXISTS kept_{table}; CREATE TABLE kept_{table} AS TABLE {table}")

    def put_back(self) -> None:
        for table in KEPT:
            columns = self.does(
                "SELECT string_agg(quote_ident(column_name), ',') FROM information_schema.columns "
                "WHERE table_name = %s AND is_generated = 'NEVER'", table
            )[0][0]  # fmt: skip
            self.does(f"DELETE FROM {table}; INSERT INTO {table} ({columns}) SELECT {columns} FROM kept_{table}")

    def rechain(self, chain: int, start: int) -> None:
        """Computes every hash anew from `start` on, and the head, as somebody would who knows our arithmetic."""
        previous = self.does("SELECT hash FROM disputes_ledgerentry WHERE chain_id = %s AND seq = %s", chain, start - 1)
        head = previous[0][0] if previous else "0" * 64
        for entry in LedgerEntry.objects.unscoped("test").filter(chain_id=chain, seq__gte=start).order_by("seq"):
            entry.prev_hash = head
            head = entry.hash = hash_of(entry)
            self.does(
                "UPDATE disputes_ledgerentry SET prev_hash = %s, hash = %s WHERE id = %s",
                entry.prev_hash, entry.hash, entry.pk,
            )  # fmt: skip
        self.does("UPDATE disputes_chain SET head = %s WHERE id = %s", head, chain)


def hash_of(entry: LedgerEntry) -> str:
    """By its own hand, not by the function that is tested."""
    content = {
        "chain": entry.chain_id, "seq": entry.seq, "case": entry.case_id, "version": entry.version,
        "cycle": entry.cycle, "action": entry.action, "from": entry.state_from, "to": entry.state_to,
        "actor": entry.actor_id, "at": entry.at.isoformat(timespec="microseconds"), "payload": entry.payload,
        "prev_hash": entry.prev_hash,
    }  # fmt: skip
    return hashlib.sha256(canonical(content)).hexdigest()


@pytest.fixture
def intruder(transactional_db: None) -> Iterator[Intruder]:
    with closing(psycopg.connect(server.url(NAME), autocommit=True)) as opened:
        yield Intruder(opened)


def some_cases(world: World, count: int) -> None:
    door = world.door(400 + count)
    for number in range(count):
        case = registered(
            kind="dispute", category="neighbour", title=f"纠纷{count}-{number}", premises=door, campaign=None, by=world.owner,
            at=NOW, on_spot=True,
        )  # fmt: skip
        if number % 3:
            actions.approve(case=case, version=case.version, by=world.chief, at=NOW)


@pytest.fixture
def chain(world: World, intruder: Intruder) -> tuple[int, int]:
    """The station's chain and its length; what stands is kept, so that each change can be undone."""
    some_cases(world, CASES)
    intruder.keep()
    return intruder.does("SELECT id, seq FROM disputes_chain")[0]


EDITS = (
    "action = 'void'", "state_from = state_from || 'x'", "state_to = state_to || 'x'", "version = version + 1000",
    "cycle = cycle + 1", "actor_id = actor_id + 1", "case_id = case_id + 1000", "at = at + interval '1 microsecond'",
    "payload = payload || '{\"x\": 1}'", "payload = '{}'", "prev_hash = repeat('1', 64)", "hash = repeat('2', 64)",
)  # fmt: skip


def edit(intruder: Intruder, chain: int, length: int, rng: random.Random) -> set[int]:
    seq, change = rng.randint(1, length), rng.choice(EDITS)
    before = intruder.does("SELECT payload FROM disputes_ledgerentry WHERE chain_id = %s AND seq = %s", chain, seq)
    if change == "payload = '{}'" and before[0][0] == {}:
        change = EDITS[0]
    intruder.does(f"UPDATE disputes_ledgerentry SET {change} WHERE chain_id = {chain} AND seq = {seq}")
    return {seq}


def swap(intruder: Intruder, chain: int, length: int, rng: random.Random) -> set[int]:
    first, second = sorted(rng.sample(range(1, length + 1), 2))
    for old, new in ((first, 10**6), (second, first), (10**6, second)):
        intruder.does(f"UPDATE disputes_ledgerentry SET seq = {new} WHERE chain_id = {chain} AND seq = {old}")
    return {first}


def delete(intruder: Intruder, chain: int, length: int, rng: random.Random) -> set[int]:
    seq = rng.randint(1, length - 1)
    intruder.does(f"DELETE FROM disputes_ledgerentry WHERE chain_id = {chain} AND seq = {seq}")
    if rng.random() < 0.5:
        renumber(intruder, chain, seq, -1)
    return {seq}


def insert(intruder: Intruder, chain: int, length: int, rng: random.Random) -> set[int]:
    """A forged entry, itself well chained, between two others: at the latest the one behind it shows."""
    seq = rng.randint(1, length - 1)
    renumber(intruder, chain, seq, +1)
    intruder.does(
        "INSERT INTO disputes_ledgerentry (chain_id, seq, case_id, version, cycle, action, state_from, state_to, actor_id,"
        f" at, payload, prev_hash, hash) SELECT chain_id, {seq + 1}, case_id, 9999, cycle, 'approve', state_from, state_to,"
        f" actor_id, at, payload, hash, '' FROM disputes_ledgerentry WHERE chain_id = {chain} AND seq = {seq}"
    )
    forged = LedgerEntry.objects.unscoped("test").get(chain_id=chain, seq=seq + 1)
    intruder.does("UPDATE disputes_ledgerentry SET hash = %s WHERE id = %s", hash_of(forged), forged.pk)
    return {seq + 1, seq + 2}


def renumber(intruder: Intruder, chain: int, after: int, by: int) -> None:
    far = 10**6
    intruder.does(f"UPDATE disputes_ledgerentry SET seq = seq + {far} WHERE chain_id = {chain} AND seq > {after}")
    intruder.does(f"UPDATE disputes_ledgerentry SET seq = seq - {far - by} WHERE chain_id = {chain} AND seq > {far}")


def first_fault(chain: int) -> int | None:
    places = (fault.where.partition(":") for fault in faults())
    return next((int(seq) for unit, _, seq in places if unit == str(chain)), None)


def test_a_hundred_random_changes_are_each_found_at_their_entry(
    world: World, intruder: Intruder, chain: tuple[int, int]
) -> None:
    rng, missed = random.Random(20261118), []
    assert list(faults()) == []
    for number in range(100):
        kind = rng.choice([edit, edit, swap, insert, delete])
        expected = kind(intruder, *chain, rng)
        if (found := first_fault(chain[0])) not in expected:
            missed.append((number, kind.__name__, found, expected))
        intruder.put_back()
    assert missed == []
    assert list(faults()) == []


# -- consistent in itself, and still not what was sealed -----------------------------------------------------------


def sealed(folder: Path) -> Path:
    call_command("seal_ledger", out=folder / "seal.json", stdout=StringIO())
    return folder / "seal.json"


def said_with(anchor: Path) -> set[str]:
    said = StringIO()
    with pytest.raises(CommandError):
        call_command("verify_ledger", anchor=anchor, json=True, stdout=said)
    return {fault.split(" ")[-1] for fault in json.loads(said.getvalue())["faults"]}


def test_a_rechained_end_is_found_with_the_anchor_alone(
    intruder: Intruder, chain: tuple[int, int], tmp_path: Path
) -> None:
    anchor, (unit, length) = sealed(tmp_path), chain
    intruder.does(
        f"UPDATE disputes_ledgerentry SET at = at - interval '1 day' WHERE chain_id = {unit} AND seq = {length - 2}"
    )
    intruder.rechain(unit, length - 2)
    assert list(faults()) == []
    assert said_with(anchor) == {"differs_from_anchor"}


def test_a_dump_rolled_back_is_found_with_the_anchor_alone(
    world: World, intruder: Intruder, chain: tuple[int, int], tmp_path: Path
) -> None:
    some_cases(world, 2)
    anchor = sealed(tmp_path)
    intruder.put_back()
    assert list(faults()) == []
    assert said_with(anchor) == {"tail_cut"}


def test_a_tail_cut_with_its_cases_is_found_with_the_anchor_alone(
    world: World, intruder: Intruder, chain: tuple[int, int], tmp_path: Path
) -> None:
    some_cases(world, 1)
    anchor, (unit, length) = sealed(tmp_path), chain
    gone = f"SELECT case_id FROM disputes_ledgerentry WHERE chain_id = {unit} AND seq > {length}"
    intruder.does(f"DELETE FROM disputes_case WHERE id IN ({gone})")
    intruder.does(f"DELETE FROM disputes_ledgerentry WHERE chain_id = {unit} AND seq > {length}")
    intruder.does(
        f"UPDATE disputes_chain SET seq = {length}, head = (SELECT hash FROM disputes_ledgerentry WHERE chain_id = {unit} "
        f"AND seq = {length}) WHERE id = {unit}"
    )
    assert list(faults()) == []
    assert said_with(anchor) == {"tail_cut"}
    assert {fault.code for fault in faults(read(anchor.read_text()))} == {"tail_cut"}


# -- by the app's own login ------------------------------------------------------------------------------------------

GUARDED = ("disputes_ledgerentry", "disputes_seal", "accounts_accessevent")


@pytest.mark.parametrize("table", GUARDED)
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE {} SET id = id", "DELETE FROM {}", "TRUNCATE {} CASCADE", "DROP TABLE {} CASCADE",
        "ALTER TABLE {} DISABLE TRIGGER ALL", "ALTER TABLE {} DISABLE TRIGGER append_only_rows",
        "DROP TRIGGER append_only_rows ON {}", "ALTER TABLE {} RENAME TO gone", "ALTER TABLE {} OWNER TO CURRENT_USER",
        "CREATE RULE nothing AS ON INSERT TO {} DO INSTEAD NOTHING", "GRANT ALL ON {} TO CURRENT_USER",
        "ALTER TABLE {} ENABLE ROW LEVEL SECURITY",
    ],
)  # fmt: skip
def test_the_apps_login_is_refused(world: World, table: str, statement: str) -> None:
    with connection.cursor() as cursor:
        if statement.startswith("GRANT"):
            # PostgreSQL grants what the giver may give: nothing, with a warning.
            cursor.execute(statement.format(table))
            cursor.execute("SELECT has_table_privilege(%s, 'UPDATE, DELETE, TRUNCATE, TRIGGER')", [table])
            assert cursor.fetchone() == (False,)
            return
        with pytest.raises(DatabaseError, match=r"permission denied|must be owner|append-only"):
            cursor.execute(statement.format(table))


@pytest.mark.parametrize(
    "statement",
    [
        "SET session_replication_role = replica", "DROP FUNCTION doorstep_append_only() CASCADE",
        "CREATE OR REPLACE FUNCTION doorstep_case_agrees() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
        "DROP TRIGGER case_agrees_with_ledger ON disputes_case", "CREATE TABLE mine (id int)",
    ],
)  # fmt: skip
def test_the_apps_login_can_not_take_the_guards_away(world: World, statement: str) -> None:
    with connection.cursor() as cursor, pytest.raises(DatabaseError, match=r"permission denied|must be owner"):
        cursor.execute(statement)


def test_a_state_written_behind_the_ledger_fails_at_the_commit(world: World) -> None:
    some_cases(world, 2)
    with connection.cursor() as cursor:
        cursor.execute("BEGIN")
        cursor.execute("UPDATE disputes_case SET version = version + 1")
        with pytest.raises(DatabaseError, match="does not stand where its newest ledger entry says"):
            cursor.execute("COMMIT")
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("UPDATE disputes_case SET cycle = cycle + 1")
    assert list(faults()) == []
