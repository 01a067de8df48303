"""Who answers for what: its own list, inside the reach, quick also where a city binds thousands."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import AccessEvent, Officer
from campaigns.actions import close_campaign
from campaigns.forms import areas_under
from campaigns.models import Campaign, Responsibility
from registry.models import Area, Jurisdiction
from tests.world import NOW, World

LIST = "admin:campaigns_responsibility_changelist"


def signed_in(officer: Officer) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(officer)
    return client


@pytest.fixture
def campaign(world: World) -> Campaign:
    world.door(302)
    return world.campaign()


def bound(**filters: Any) -> list[Responsibility]:
    return list(Responsibility.objects.unscoped("test").filter(**filters))


def test_a_binding_is_added_and_taken_off_while_the_campaign_is_open(world: World, campaign: Campaign) -> None:
    desk = signed_in(world.desk)
    facts = {"campaign": campaign.pk, "area": "420303001002", "officer": world.colleague.pk, "kind": "包联"}
    added = desk.post(reverse("admin:campaigns_responsibility_add"), facts)
    assert added.status_code == 302, added.context["errors"]
    row = bound(area_id="420303001002")[0]
    page = desk.get(reverse(LIST), {"campaign__id__exact": campaign.pk}).content.decode()
    assert "何川" in page
    desk.post(reverse(LIST), {"action": "take_off", "_selected_action": [row.pk]})
    assert bound(pk=row.pk) == []
    assert AccessEvent.objects.unscoped("test").filter(verb="removed", object_id=str(row.pk)).exists()


def test_a_closed_campaign_keeps_its_bindings(world: World, campaign: Campaign) -> None:
    row = bound(campaign=campaign)[0]
    close_campaign(campaign=campaign, version=campaign.version, by=world.desk, at=NOW)
    signed_in(world.desk).post(reverse(LIST), {"action": "take_off", "_selected_action": [row.pk]})
    assert bound(pk=row.pk) == [row]


@pytest.mark.parametrize("foreign", ["area", "officer", "campaign"])
def test_what_lies_elsewhere_can_t_be_bound(world: World, campaign: Campaign, foreign: str) -> None:
    """The station's chief binds neither another station's people nor communities, nor the bureau's campaign."""
    other_area, other_officer = "420303002001", world.stranger.pk
    own = world.draft(unit=world.station, areas=[world.areas["420303001"]], by=world.chief)
    facts = {"campaign": own.pk, "area": "420303001002", "officer": world.colleague.pk, "kind": "包联"}
    facts[foreign] = {"area": other_area, "officer": other_officer, "campaign": campaign.pk}[foreign]
    answer = signed_in(world.chief).post(reverse("admin:campaigns_responsibility_add"), facts)
    assert answer.status_code == 422 and foreign in answer.context["adminform"].form.errors
    assert bound(campaign=own, area_id=facts["area"]) == []


def test_the_picker_offers_the_areas_of_the_own_units_only(world: World) -> None:
    asked = {"app_label": "campaigns", "model_name": "responsibility", "field_name": "area", "term": ""}
    answer = signed_in(world.chief).post(reverse("admin:autocomplete"), asked).json()
    codes = {row["id"] for row in answer["results"]}
    assert codes == {"420303001", "420303001001", "420303001002"}


def test_the_campaign_page_does_not_list_every_community(world: World, campaign: Campaign) -> None:
    page = signed_in(world.desk).get(reverse("admin:campaigns_campaign_change", args=[campaign.pk])).content.decode()
    assert "<option" not in page.partition('id="content"')[2] or "二堰铺" not in page.partition('id="content"')[2]
    assert reverse(LIST) in page


def test_a_big_jurisdiction_is_offered_by_coarser_areas(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    Jurisdiction.objects.unscoped("test").create(unit=world.bureau, area=Area.objects.get(pk="4203"))
    assert {area.level for area in areas_under([world.bureau])} == {"township", "community"}
    monkeypatch.setattr("campaigns.forms.MOST_LISTED", 3)
    assert [area.pk for area in areas_under([world.bureau])] == ["420303", "420303001", "420303002"]
