"""The desk's home: what waits stands out, what does not is one line, and the campaign under way has its doors open."""

from django.test import Client

from tests.world import NOW, World
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
