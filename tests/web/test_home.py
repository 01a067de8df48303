"""The desk's home: what waits stands out, what does not is one line, and the campaign under way has its doors open."""

from django.test import Client

from accounts.actions import officer_leaves
from disputes.actions import approve, hand_over
from tests.disputes.steps import found, settled_dispute
from tests.world import NOW, TODAY, World
from visits.actions import add_door


def page_of(world: World) -> str:
    client = Client(headers={"accept-language": "en"})
    client.force_login(world.chief)
    return client.get("/admin/").content.decode()


def test_nothing_waits_and_the_page_says_so(world: World) -> None:
    assert "Nothing waits for you." in page_of(world)


def test_a_card_stands_for_what_waits_only(world: World) -> None:
    world.door(101)
    campaign = world.campaign()
    add_door(area=world.areas["420303001001"], kind="household", address="老街1号", by=world.owner, at=NOW)
    waits, rest = page_of(world).split("Nothing waits under:")
    assert waits.count("waits-card") == 1 and "Doors added on the round" in waits
    assert "Overdue cases" in rest and f"/admin/campaigns/campaign/{campaign.pk}/share-out/" in rest


def test_cases_of_somebody_who_left_wait_for_another_lead(world: World) -> None:
    """Settled, such a case is never overdue, and its return visit lies on a round that nobody opens."""
    case = settled_dispute(world, world.door(302))
    spot = found(world, world.door(303), on_spot=True)
    approve(case=spot, version=spot.version, by=world.chief, at=NOW)
    assert "Cases of people who left" not in page_of(world)
    officer_leaves(officer=world.owner, on=TODAY, by=world.chief, at=NOW)
    waits = page_of(world).split("Nothing waits under:")[0]
    assert "Cases of people who left" in waits and "/cases/?show=left" in waits
    client = Client()
    client.force_login(world.chief)
    listed = [row.pk for row in client.get("/cases/?show=left").context["cases"]]
    assert listed == [spot.pk, case.pk]
    hand_over(case=case, lead=world.colleague, helper=None, version=case.version, by=world.chief, at=NOW)
    assert [row.pk for row in client.get("/cases/?show=left").context["cases"]] == [spot.pk]
