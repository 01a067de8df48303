"""Steps of a case: brought on record, settled, asked about again, or refused."""

from dataclasses import fields
from datetime import timedelta
from typing import Any

from accounts.refusals import Refusal
from disputes import actions
from disputes.models import Case, ReturnVisit
from disputes.registering import FindingFacts, PartyFacts, register_finding
from disputes.return_visits import make_return_visit
from tests.world import NOW, World

TOLD = {field.name for field in fields(FindingFacts)}


def registered(**said: Any) -> Case:
    """The action with what is told beside who tells it and where."""
    facts = FindingFacts(**{name: said.pop(name) for name in TOLD & said.keys()})
    return register_finding(facts=facts, **said)


def found(world: World, door, **facts) -> Case:
    values = {
        "kind": "dispute",
        "category": "neighbour",
        "title": "楼道堆物起争执",
        "premises": door,
        "campaign": None,
        "by": world.owner,
        "at": NOW,
    }
    return registered(**{**values, **facts})


def refused(code: str):
    class Catch:
        def __enter__(self):
            return self

        def __exit__(self, kind, value, trace):
            assert kind is not None and issubclass(kind, Refusal), f"not refused with {code}"
            assert value.code == code, f"{value.code}: {value}"
            return True

    return Catch()


def settled_dispute(world: World, door) -> Case:
    """Registered, mediated with both parties' consent, agreed in writing and performed."""
    case = found(world, door)
    for name in ("王大", "李二"):
        case = actions.add_party(
            case=case, facts=PartyFacts(name, consented=True), version=case.version, by=world.owner, at=NOW
        )
    case = actions.add_session(
        case=case, held_at=NOW, place="社区警务室", content="双方说清", version=case.version, by=world.owner, at=NOW
    )
    return actions.settle(
        case=case,
        outcome="agreement_written",
        measures="清理楼道，互致歉意",
        performed=True,
        version=case.version,
        by=world.owner,
        at=NOW,
    )


def call(world: World, case: Case, answer: str = "settled", by=None) -> None:
    visit = ReturnVisit.objects.unscoped("test").filter(case=case, done_at__isnull=True).first()
    make_return_visit(visit=visit, answer=answer, by=by or world.owner, at=NOW + timedelta(days=7))
