"""What was found and how it ended: cases, the people and papers in them, and the ledger that remembers."""

from disputes.models.case import Case, CasePremises, CaseUnit, state_label
from disputes.models.handling import Closure, Evidence, Party, Session
from disputes.models.ledger import Chain, EntryText, LedgerEntry, Seal
from disputes.models.return_visits import ReturnVisit, due_return_visit

__all__ = [
    "Case",
    "CasePremises",
    "CaseUnit",
    "Chain",
    "Closure",
    "EntryText",
    "Evidence",
    "LedgerEntry",
    "Party",
    "ReturnVisit",
    "Seal",
    "Session",
    "due_return_visit",
    "state_label",
]
