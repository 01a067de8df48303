"""The ledger: append-only, hash-chained per station, verifiable by anybody with a printed head.

Written by hand because it is what the product stands on: ready-made history packages honour a session variable that
any login can set, and none of them chains. Canonical form: JSON with sorted keys, no blanks, UTF-8, times in UTC with
microseconds; hash = SHA-256 of it. No personal text is inside: a text stands in the payload as the digest of its salt
and itself, so that erasing `EntryText` leaves the chain valid.
"""

import hashlib
import json
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from django.db import models
from django.db.models import Q

from accounts.models import Officer
from disputes.models import Case, Chain, EntryText, LedgerEntry

# Columns whose content somebody wrote about people: digests only.
TEXTS = frozenset(
    {
        "title",
        "summary",
        "measures",
        "measure_by",
        "grade_reason",
        "receiver",
        "receiver_ref",
        "source_ref",
        "opinion",
        "note",
        "place",
        "present",
        "result",
        "reason",
    }
)
FIRST = "0" * 64


def canonical(content: Mapping[str, Any]) -> bytes:
    return json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def text_digest(salt: str, text: str) -> str:
    return hashlib.sha256((salt + text).encode()).hexdigest()


def plain(value: Any) -> Any:
    """As it stands in a payload."""
    if isinstance(value, models.Model):
        return value.pk if isinstance(value.pk, int) else str(value.pk)
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    if isinstance(value, date):
        return value.isoformat()
    return value


def entry_hash(entry: LedgerEntry) -> str:
    """What the entry's `hash` must be, from its own columns."""
    return hashlib.sha256(
        canonical(
            {
                "chain": entry.chain_id,
                "seq": entry.seq,
                "case": entry.case_id,
                "version": entry.version,
                "cycle": entry.cycle,
                "action": entry.action,
                "from": entry.state_from,
                "to": entry.state_to,
                "actor": entry.actor_id,
                "at": plain(entry.at),
                "payload": entry.payload,
                "prev_hash": entry.prev_hash,
            }
        )
    ).hexdigest()


def lock_chain(unit_id: int) -> Chain:
    """The station's chain, locked until the transaction ends; made at the station's first case."""
    Chain.objects.unscoped("first entry").bulk_create([Chain(unit_id=unit_id)], ignore_conflicts=True)
    chain: Chain = Chain.objects.unscoped("adding an entry").select_for_update().get(unit_id=unit_id)
    return chain


def append(case: Case, action: str, *, before: str, by: Officer, at: datetime, changes: Mapping[str, Any]) -> None:
    """The recorder of the case's lifecycle: one entry for one move, in the move's transaction."""
    chain = lock_chain(case.unit_id)
    payload: dict[str, Any] = {}
    texts: list[tuple[str, str, str]] = []
    for field, value in sorted(changes.items()):
        if field in TEXTS:
            if value:
                salt = secrets.token_hex(16)
                texts.append((field, str(value), salt))
                payload[field] = {"sha256": text_digest(salt, str(value))}
        elif value not in (None, ""):
            payload[field] = plain(value)
    entry = LedgerEntry(
        chain=chain,
        seq=chain.seq + 1,
        case=case,
        version=case.version,
        cycle=case.cycle,
        action=action,
        state_from=before,
        state_to=case.state,
        actor=by,
        at=at,
        payload=payload,
        prev_hash=chain.head,
    )
    entry.hash = entry_hash(entry)
    entry.save(force_insert=True)
    EntryText.objects.bulk_create(EntryText(entry=entry, field=f, text=t, salt=s) for f, t, s in texts)
    chain.seq, chain.head = entry.seq, entry.hash
    chain.save(update_fields=["seq", "head"])


# Moves that say whose case it is; what they leave out is nobody.
GIVING = frozenset({"register", "open", "settle_on_spot", "assign", "hand_over", "decline"})
NOT_IN_WORK = frozenset({Case.State.REGISTERED, Case.State.ASSIGNED})


def hands_of_cycle(case: Case) -> set[int]:
    """Leads and helpers under whom the case was in work in its present cycle, also those who gave it on."""
    return {hand for _at, *hands in _hands_in_work(case) for hand in hands if hand is not None}


def leads_of_cycle(case: Case, until: datetime | None = None) -> set[int]:
    """The leads alone; `until`: who became lead afterwards is none of them."""
    return {lead for at, lead, _helper in _hands_in_work(case) if lead is not None and (until is None or at <= until)}


def _hands_in_work(case: Case) -> Iterator[tuple[datetime, int | None, int | None]]:
    """Moment, lead and helper of each entry of the present cycle by which the case is in work."""
    lead = helper = None
    for entry in sorted(case.entries.all(), key=lambda entry: entry.version):
        if entry.action in GIVING:
            lead = entry.payload.get("lead")
            helper = helper if entry.action == "decline" else entry.payload.get("helper")
        if entry.cycle == case.cycle and entry.state_to not in NOT_IN_WORK:
            yield entry.at, lead, helper


@dataclass(frozen=True)
class Fault:
    """Where the ledger and its own arithmetic part: `code` is stable, `where` is `chain:seq`."""

    code: str
    where: str

    def __str__(self) -> str:
        return f"{self.where} {self.code}"


def heads() -> list[str]:
    """Sorted `chain:seq:hash` lines of every chain that has an entry."""
    rows = Chain.objects.unscoped("heads of all chains").filter(seq__gt=0).values_list("pk", "seq", "head")
    return sorted(f"{pk}:{seq}:{head}" for pk, seq, head in rows)


def heads_digest(lines: list[str]) -> str:
    """The printed head: SHA-256 of the sorted lines. Paper is the outside witness."""
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def faults(anchors: Mapping[int, tuple[int, str]] | None = None) -> Iterator[Fault]:
    """Walks every chain once, in order and in bounded memory; `anchors` is chain → (seq, hash) of an older seal."""
    for chain in Chain.objects.unscoped("verifying").order_by("pk").iterator():
        yield from _chain_faults(chain, (anchors or {}).get(chain.pk))
    known = set(Chain.objects.unscoped("verifying").values_list("pk", flat=True))
    for missing in sorted(set(anchors or {}) - known):
        yield Fault("chain_missing", f"{missing}:0")
    yield from _case_faults()
    # The table of moves is built on this module.
    from disputes.as_told import fact_faults

    yield from fact_faults()


def _chain_faults(chain: Chain, anchor: tuple[int, str] | None) -> Iterator[Fault]:
    expected, previous, anchored = 1, FIRST, anchor is None
    entries = LedgerEntry.objects.unscoped("verifying").filter(chain=chain).order_by("seq")
    for entry in entries.prefetch_related("texts").iterator(chunk_size=2000):
        yield from _entry_faults(entry, expected, previous)
        if anchor is not None and entry.seq == anchor[0]:
            anchored = True
            if entry.hash != anchor[1]:
                yield Fault("differs_from_anchor", f"{chain.pk}:{entry.seq}")
        expected, previous = entry.seq + 1, entry.hash
    if (chain.seq, chain.head) != (expected - 1, previous):
        yield Fault("head_differs", f"{chain.pk}:{chain.seq}")
    if anchor is not None and not anchored:
        yield Fault("tail_cut", f"{chain.pk}:{anchor[0]}")


def _entry_faults(entry: LedgerEntry, expected: int, previous: str) -> Iterator[Fault]:
    where = f"{entry.chain_id}:{entry.seq}"
    if entry.seq != expected:
        yield Fault("entry_missing", f"{entry.chain_id}:{expected}")
    if entry.prev_hash != previous:
        yield Fault("broken_link", where)
    if entry_hash(entry) != entry.hash:
        yield Fault("changed", where)
    for text in entry.texts.all():
        said = entry.payload.get(text.field, {})
        if text.erased_at is None and said.get("sha256") != text_digest(text.salt, text.text):
            yield Fault("text_changed", where)


def _case_faults() -> Iterator[Fault]:
    """Cases that don't stand where their newest entry says, and cases without any entry."""
    newest = LedgerEntry.objects.unscoped("verifying").filter(case_id=models.OuterRef("pk")).order_by("-version")
    rows = (
        Case.objects.unscoped("verifying")
        .annotate(to=models.Subquery(newest.values("state_to")[:1]), v=models.Subquery(newest.values("version")[:1]))
        .filter(Q(to__isnull=True) | ~Q(to=models.F("state")) | ~Q(v=models.F("version")))
        .order_by("pk")
    )
    for number in rows.values_list("number", flat=True):
        yield Fault("case_differs", number)
