"""The last look before a campaign moves says what will be frozen, or ended, in numbers."""

from campaigns.actions import open_campaign
from tests.world import NOW, World


def test_the_doors_that_opening_freezes_are_told_before_it(world: World, client) -> None:
    world.door(301)
    world.door(302, kind="shop", name="兰兰早餐店", use="")
    gone = world.door(303)
    gone.merged_into = world.doors[0]
    gone.save(update_fields=["merged_into"])
    draft = world.draft()
    client.force_login(world.desk)
    page = client.get(f"/admin/campaigns/campaign/{draft.pk}/move/open/", headers={"accept-language": "en"})
    told = dict(page.context["consequences"])
    assert (told["Doors in all"], told["household"], told["shop"]) == (2, 1, 1)
    assert told["Questions asked"] == draft.questions.count()
    assert "<dt>Doors in all</dt><dd>2</dd>" in page.content.decode()
    assert open_campaign(campaign=draft, version=draft.version, by=world.desk, at=NOW).frame_count == 2


def test_closing_tells_how_many_doors_stay_unvisited(world: World, client) -> None:
    for number in (301, 302):
        world.door(number)
    campaign = world.campaign()
    world.give(campaign, world.doors[0], world.owner)
    client.force_login(world.desk)
    page = client.get(f"/admin/campaigns/campaign/{campaign.pk}/move/close/", headers={"accept-language": "en"})
    told = {str(word): number for word, number in page.context["consequences"]}
    assert told == {"Doors visited": 0, "Doors not visited": 2, "Assignments that end": 1}
