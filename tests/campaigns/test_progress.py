"""How far a station is, community by community."""

import pytest
from django.test import Client

from campaigns.models import FrameDoor
from tests.world import NOW, TODAY, World

pytestmark = pytest.mark.django_db


def test_a_door_that_is_gone_is_neither_to_be_visited_nor_visited(world: World, client: Client) -> None:
    for number in (101, 102):
        world.door(number)
    campaign = world.campaign()
    gone = FrameDoor.objects.unscoped("test").filter(campaign=campaign, premises=world.doors[0])
    gone.update(gone_confirmed_at=NOW, gone_confirmed_by=world.chief, met_on=TODAY)
    client.force_login(world.chief)
    row = client.get(f"/admin/campaigns/campaign/{campaign.pk}/progress/").context["areas"][0]
    assert (row["doors"], row["visited"], row["percent"]) == (1, 0, 0)


@pytest.mark.parametrize("page", ["progress", "share-out", "share-out/earlier", "share-out/doors"])
def test_a_draft_says_that_it_is_one_and_leads_on(world: World, page: str) -> None:
    draft = world.draft()
    client = Client(headers={"accept-language": "en"})
    client.force_login(world.desk)
    answer = client.get(f"/admin/campaigns/campaign/{draft.pk}/{page}/")
    html = answer.content.decode()
    assert answer.status_code == 200
    assert "Now it is “draft”." in html
    assert html.count(f'href="/admin/campaigns/campaign/{draft.pk}/change/"') == 2, "in the crumbs and as the way on"
    client.force_login(world.owner)
    assert client.get(f"/admin/campaigns/campaign/{draft.pk}/{page}/").status_code == 403
