"""A case from the door to striking off: not solved, not struck off, and never by one hand alone."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction

from accounts.lifecycles import move
from disputes import actions
from disputes.evidence import add_evidence
from disputes.ledger import faults, hands_of_cycle
from disputes.models import Case, LedgerEntry, ReturnVisit
from disputes.registering import PartyFacts
from disputes.reopening import reopen
from disputes.return_visits import make_return_visit
from tests.disputes.steps import call, found, refused, settled_dispute
from tests.pictures import upload
from tests.world import NOW, TODAY, World

DAY = timedelta(days=1)


def test_a_dispute_walks_from_the_door_to_striking_off_by_another_hand(world, door):
    case = settled_dispute(world, door)
    with refused("return_visits"):
        actions.request_closure(case=case, version=case.version, by=world.owner, at=NOW)
    call(world, case)
    case.refresh_from_db()
    case = actions.request_closure(case=case, version=case.version, by=world.owner, at=NOW + 7 * DAY)
    case = actions.approve(case=case, version=case.version, by=world.chief, at=NOW + 8 * DAY)
    assert case.state == Case.State.CLOSED
    entries = LedgerEntry.objects.visible_to(world.chief).filter(case=case)
    assert [entry.action for entry in entries] == [
        "open",
        "note",
        "note",
        "note",
        "settle",
        "answered",
        "request_closure",
        "approve",
    ]
    assert list(faults()) == []


def test_the_lead_cannot_strike_off_even_as_a_supervisor(world, door):
    case = found(world, door, by=world.chief, on_spot=True)
    with refused("four_eyes"):
        actions.approve(case=case, version=case.version, by=world.chief, at=NOW)
    assert actions.approve(case=case, version=case.version, by=world.desk, at=NOW).state == "closed"


def test_an_agreement_that_is_not_performed_is_not_struck_off(world, door):
    case = settled_dispute(world, door)
    call(world, case)
    Case.objects.unscoped("test")
    case.refresh_from_db()
    case.performed = False
    with transaction.atomic():
        case = move(case, actions.CASE, "perform", by=world.owner, at=NOW, version=case.version, performed=False)
    with refused("performed"):
        actions.request_closure(case=case, version=case.version, by=world.owner, at=NOW)


def test_a_party_who_did_not_agree_stops_the_closure(world, door):
    case = settled_dispute(world, door)
    party = case.parties.first()
    case = actions.record_consent(case=case, party=party, consented=False, version=case.version, by=world.owner, at=NOW)
    call(world, case)
    case.refresh_from_db()
    with refused("consent"):
        actions.request_closure(case=case, version=case.version, by=world.owner, at=NOW)


def test_an_auxiliary_s_finding_goes_to_the_officer_beside_them_else_waits(world, door):
    together = found(world, door, by=world.auxiliary, partner=world.owner)
    assert (together.state, together.lead, together.helper) == ("handling", world.owner, world.auxiliary)
    alone = found(world, door, by=world.auxiliary)
    assert (alone.state, alone.lead) == ("registered", None)
    with refused("may_not_lead"):
        actions.assign(case=alone, lead=world.auxiliary, helper=None, version=1, by=world.chief, at=NOW)
    alone = actions.assign(case=alone, lead=world.colleague, helper=None, version=1, by=world.chief, at=NOW)
    alone = actions.sign_for(case=alone, version=alone.version, by=world.colleague, at=NOW)
    assert alone.state == "handling"


def test_a_hazard_on_the_spot_needs_its_photo_before_it_is_struck_off(world, door):
    case = found(world, door, kind="hazard", category="fire", title="电动车进楼", on_spot=True)
    with refused("evidence"):
        actions.approve(case=case, version=case.version, by=world.chief, at=NOW)
    case = add_evidence(case=case, kind="after", upload=upload(1), version=case.version, by=world.owner, at=NOW)
    assert actions.approve(case=case, version=case.version, by=world.chief, at=NOW).state == "closed"


def test_grade_3_is_struck_off_by_a_bureau_leader_only(world, door):
    case = found(world, door, kind="hazard", category="fire", grade=3, grade_reason="整栋楼")
    case = actions.assign(case=case, lead=world.owner, helper=None, version=1, by=world.chief, at=NOW)
    case = actions.sign_for(case=case, version=case.version, by=world.owner, at=NOW)
    for kind in ("before", "after"):
        case = add_evidence(
            case=case, kind=kind, upload=upload(len(kind)), version=case.version, by=world.owner, at=NOW
        )
    case = actions.settle(case=case, outcome="rectified", measures="拆", version=case.version, by=world.owner, at=NOW)
    call(world, case, by=world.colleague)
    case.refresh_from_db()
    case = actions.request_closure(case=case, version=case.version, by=world.owner, at=NOW)
    with refused("grade_3"):
        actions.approve(case=case, version=case.version, by=world.chief, at=NOW)
    assert actions.approve(case=case, version=case.version, by=world.leader, at=NOW).state == "closed"


def test_a_clue_is_handed_over_to_a_named_unit(world, door):
    case = found(world, door, kind="clue", category="gambling", title="有线索", on_spot=True)
    with refused("receiver"):
        actions.approve(case=case, version=case.version, by=world.chief, at=NOW)
    case = found(world, door, kind="clue", category="gambling", title="线索二", on_spot=True, receiver="治安大队")
    assert actions.approve(case=case, version=case.version, by=world.chief, at=NOW).state == "closed"


def test_an_old_page_moves_nothing(world, door):
    case = found(world, door)
    actions.regrade(case=case, grade=2, grade_reason="升级", version=1, by=world.owner, at=NOW)
    with refused("stale"):
        actions.fail(case=case, measures="谈崩", version=1, by=world.owner, at=NOW)


def test_failed_mediation_is_told_the_legal_routes_and_is_not_struck_off(world, door):
    case = found(world, door)
    case = actions.fail(case=case, measures="告知可向法院起诉", version=1, by=world.owner, at=NOW)
    with refused("not_solved"):
        actions.request_closure(case=case, version=case.version, by=world.owner, at=NOW)
    case = actions.legal_route(
        case=case, receiver="张湾区人民法院", receiver_ref="", version=case.version, by=world.owner, at=NOW
    )
    with refused("evidence"):
        actions.request_closure(case=case, version=case.version, by=world.owner, at=NOW)


def test_bulk_approval_leaves_what_it_may_not_and_says_why(world, door):
    good = found(world, door, on_spot=True)
    other = found(world, door, kind="hazard", category="fire", title="堆物", on_spot=True)
    result = actions.approve_in_bulk(chosen=[(good, 1), (other, 1)], by=world.chief, at=NOW)
    assert [case.pk for case in result.approved] == [good.pk]
    assert [(case.pk, refusal.code) for case, refusal in result.refused] == [(other.pk, "evidence")]


def test_a_state_written_past_the_ledger_does_not_commit(world, door):
    case = found(world, door)
    with pytest.raises(IntegrityError, match="newest ledger entry"), transaction.atomic():
        Case.objects.unscoped("test").filter(pk=case.pk).update(state="registered")
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE disputes_ledgerentry SET action = 'void'",
        "DELETE FROM disputes_ledgerentry",
        "TRUNCATE disputes_ledgerentry CASCADE",
        "ALTER TABLE disputes_ledgerentry DISABLE TRIGGER ALL",
        "DROP TABLE disputes_seal",
        "DELETE FROM disputes_case",
    ],
)
def test_the_app_s_login_cannot_touch_what_is_written(world, door, statement):
    found(world, door)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    with pytest.raises((ProgrammingError, IntegrityError)), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_a_stranger_sees_no_case_of_this_station(world, door):
    case = found(world, door)
    assert not Case.objects.visible_to(world.stranger).exists()
    assert not Case.objects.visible_to(world.other_chief).exists()
    assert not Case.objects.visible_to(world.colleague).exists()
    for sees in (world.owner, world.chief, world.leader):
        assert Case.objects.visible_to(sees).get() == case


def test_what_is_performed_is_not_asked_for_again(world: World, door) -> None:
    from django.test import Client

    case = settled_dispute(world, door)
    client = Client()
    client.force_login(world.owner)
    assert f"/cases/{case.pk}/do/perform/" not in client.get(f"/cases/{case.pk}/").content.decode()


def test_who_gave_a_case_on_does_not_strike_it_off(world, door):
    """The chief led it and said how it ended; a colleague asks for striking off; that is still one hand."""
    case = found(world, door, grade=2, grade_reason="多次争执")
    case = actions.assign(case=case, lead=world.chief, helper=None, version=case.version, by=world.desk, at=NOW)
    case = actions.sign_for(case=case, version=case.version, by=world.chief, at=NOW)
    for name in ("王大", "李二"):
        case = actions.add_party(
            case=case, facts=PartyFacts(name, consented=True), version=case.version, by=world.chief, at=NOW
        )
    case = add_evidence(case=case, kind="paper", upload=upload(1), version=case.version, by=world.chief, at=NOW)
    case = actions.settle(
        case=case, outcome="agreement_written", measures="互致歉意", performed=True, version=case.version, by=world.chief,
        at=NOW,
    )  # fmt: skip
    case = actions.hand_over(case=case, lead=world.colleague, helper=None, version=case.version, by=world.desk, at=NOW)
    for visit in ReturnVisit.objects.unscoped("test").filter(case=case):
        make_return_visit(visit=visit, answer="settled", by=world.colleague, at=NOW + 7 * DAY)
    case.refresh_from_db()
    case = actions.request_closure(case=case, version=case.version, by=world.colleague, at=NOW + 7 * DAY)
    with refused("four_eyes"):
        actions.approve(case=case, version=case.version, by=world.chief, at=NOW + 7 * DAY)
    assert actions.approve(case=case, version=case.version, by=world.desk, at=NOW + 7 * DAY).state == "closed"


def test_who_was_only_asked_to_lead_may_still_decide(world, door):
    case = found(world, door, grade=2, grade_reason="多次争执")
    case = actions.assign(case=case, lead=world.chief, helper=None, version=case.version, by=world.desk, at=NOW)
    case = actions.decline(case=case, reason="不便", version=case.version, by=world.chief, at=NOW)
    case = actions.assign(case=case, lead=world.colleague, helper=None, version=case.version, by=world.desk, at=NOW)
    actions.sign_for(case=case, version=case.version, by=world.colleague, at=NOW)
    assert hands_of_cycle(case) == {world.colleague.pk}


def test_a_mediator_does_not_strike_off_what_was_mediated(world, door):
    case = settled_dispute(world, door)
    case = actions.add_session(
        case=case, held_at=NOW, place="警务室", content="再次说清", version=case.version, by=world.chief, at=NOW
    )
    call(world, case)
    case.refresh_from_db()
    case = actions.request_closure(case=case, version=case.version, by=world.owner, at=NOW + 7 * DAY)
    with refused("four_eyes"):
        actions.approve(case=case, version=case.version, by=world.chief, at=NOW + 7 * DAY)


def test_of_another_grade_a_case_is_due_from_the_day_it_was_found(world, door):
    case = found(world, door)
    case = actions.regrade(
        case=case, grade=2, grade_reason="多次争执", version=case.version, by=world.owner, at=NOW + 3 * DAY
    )
    assert case.due_on == TODAY + 15 * DAY


def test_who_gave_a_case_on_in_an_older_cycle_had_no_hand_in_this_one(world, door):
    case = settled_dispute(world, door)
    call(world, case)
    case.refresh_from_db()
    case = actions.hand_over(case=case, lead=world.colleague, helper=None, version=case.version, by=world.chief, at=NOW)
    case = actions.request_closure(case=case, version=case.version, by=world.colleague, at=NOW + 7 * DAY)
    case = actions.approve(case=case, version=case.version, by=world.chief, at=NOW + 7 * DAY)
    assert hands_of_cycle(case) == {world.owner.pk, world.colleague.pk}
    case = reopen(case=case, reason="又吵起来", version=case.version, by=world.colleague, at=NOW + 20 * DAY)
    assert hands_of_cycle(case) == {world.colleague.pk}
