"""Cases held against what their own entries tell of them: grade, lead, outcome, days, texts, files, consents, answers.

The chain shows a change of the ledger itself. This shows a change of what stands beside it.
"""

from collections.abc import Iterator
from typing import Any

from django.db.models import F, OuterRef, Prefetch, Subquery

from disputes.ledger import Fault, plain, text_digest
from disputes.models import Case, EntryText, LedgerEntry, ReturnVisit
from disputes.states import MOVES

# Read at a time: the whole ledger is walked in bounded memory.
CASES = 500
# What the entry of a birth does not tell where it was written by an earlier version.
TOLD_LATER = frozenset({"grade_reason"})


def fact_faults() -> Iterator[Fault]:
    """Of cases that stand where their newest entry says; the others have a fault already."""
    newest = LedgerEntry.objects.unscoped("verifying").filter(case=OuterRef("pk")).order_by("-version")
    cases = Case.objects.unscoped("verifying").alias(told=Subquery(newest.values("version")[:1]))
    entries = LedgerEntry.objects.unscoped("verifying").order_by("version")
    texts = EntryText.objects.filter(erased_at__isnull=True)
    answered = ReturnVisit.objects.unscoped("verifying").filter(done_at__isnull=False)
    with_parts = (
        cases.filter(told=F("version"))
        .order_by("pk")
        .prefetch_related(
            Prefetch("entries", entries.prefetch_related(Prefetch("texts", texts))),
            Prefetch("return_visits", answered),
            "evidence",
            "parties",
        )
    )
    for case in with_parts.iterator(chunk_size=CASES):
        told = list(case.entries.all())
        for what in (*_columns(case, told), *_files(case, told), *_consents(case, told), *_answers(case, told)):
            yield Fault("fact_differs", f"{case.number}:{what}")


def _columns(case: Case, told: list[LedgerEntry]) -> Iterator[str]:
    """Columns of the case that are not what the newest entry that sets them says."""
    setting: dict[str, LedgerEntry] = {}
    for entry in told:
        move = MOVES.get(entry.action)
        if move is None:
            # An entry that no move of ours wrote: the chain tells of it.
            return
        setting.update(dict.fromkeys(move.sets, entry))
    for column, entry in sorted(setting.items()):
        if column in TOLD_LATER and column not in entry.payload and not entry.state_from:
            continue
        if not _agrees(case.serializable_value(column), entry, column):
            yield column


def _agrees(stands: Any, entry: LedgerEntry, column: str) -> bool:
    """Of a text the entry holds a salted digest; of one that was erased nothing can be said."""
    said = entry.payload.get(column)
    if not isinstance(said, dict):
        return bool(plain(stands) == said or (stands in (None, "") and said is None))
    salt = next((text.salt for text in entry.texts.all() if text.field == column), None)
    return salt is None or text_digest(salt, str(stands)) == said.get("sha256")


def _added(told: list[LedgerEntry], what: str) -> list[dict[str, Any]]:
    return [entry.payload for entry in told if entry.payload.get("what") == what]


def _files(case: Case, told: list[LedgerEntry]) -> Iterator[str]:
    """A file that was taken away, put in another's place, or added beside the ledger."""
    if {added.get("sha256") for added in _added(told, "evidence")} != {paper.sha256 for paper in case.evidence.all()}:
        yield "evidence"


def _consents(case: Case, told: list[LedgerEntry]) -> Iterator[str]:
    """What a party said last. Who was added before parties were told by number is left alone until asked again."""
    said = {added["party"]: added.get("consented") for added in _added(told, "party") if "party" in added}
    said |= {given["party"]: given.get("consented") for given in _added(told, "consent")}
    stands = {party.pk: party.consented for party in case.parties.all()}
    if any(stands.get(party, ...) != consented for party, consented in said.items()):
        yield "parties"


def _answers(case: Case, told: list[LedgerEntry]) -> Iterator[str]:
    said = {answer["visit"]: answer["answer"] for answer in _added(told, "return_visit")}
    if said != {visit.pk: visit.answer for visit in case.return_visits.all()}:
        yield "return_visits"
