"""How a test brings a matter on record."""

from dataclasses import fields
from typing import Any

from disputes.models import Case
from disputes.registering import FindingFacts, register_finding

TOLD = {field.name for field in fields(FindingFacts)}


def registered(**said: Any) -> Case:
    """The action with what is told beside who tells it and where."""
    facts = FindingFacts(**{name: said.pop(name) for name in TOLD & said.keys()})
    return register_finding(facts=facts, **said)
