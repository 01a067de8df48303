"""The rows of the admin's lists: drawn by our own tag, letter by letter as the stock one draws them."""

from typing import Any

import pytest
from django.contrib import admin
from django.contrib.admin.templatetags.admin_list import items_for_result
from django.test import Client
from django.urls import reverse
from django.utils import translation

from accounts.templatetags.list_rows import drawn
from campaigns.models import Assignment, FrameDoor
from campaigns.second_hand import ask_could_not_meet
from registry.models import Premises
from tests.furnished import furnished
from tests.pressing.conftest import with_cases_on_their_way
from tests.world import NOW, World

ASKED = ("", "?all=", "?o=-1.2")


def waited_for(world: World) -> FrameDoor:
    held = Assignment.objects.unscoped("test").live().filter(officer=world.owner, frame_door__met_on=None)
    return held.select_related("frame_door").first().frame_door


def stock(changelist: Any) -> list[str]:
    return ["".join(items_for_result(changelist, row, None)) for row in changelist.result_list]


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_every_list_says_what_the_stock_list_says(world: World, client: Client, language: str) -> None:
    with_cases_on_their_way(furnished(world))
    ask_could_not_meet(frame_door=waited_for(world), reason="外出务工", by=world.owner, at=NOW)
    seen: dict[str, int] = {}
    for officer in (world.chief, world.desk, world.admin, world.security, world.auditor):
        client.force_login(officer)
        for model in admin.site._registry:
            name = f"{model._meta.app_label}_{model._meta.model_name}"
            for asked in ASKED:
                page = client.get(reverse(f"admin:{name}_changelist") + asked, headers={"accept-language": language})
                if page.status_code != 200:
                    continue
                changelist = page.context["cl"]
                with translation.override(language):
                    rows = list(drawn(changelist))
                    assert rows == stock(changelist), (name, asked)
                assert all(row in page.content.decode() for row in rows)
                seen[name] = max(seen.get(name, 0), len(rows))
    assert len(seen) == len(admin.site._registry)
    assert [name for name, rows in seen.items() if not rows] == []


def test_a_row_asks_for_nothing_that_its_list_has_not_read(
    world: World, client: Client, django_assert_num_queries: Any
) -> None:
    furnished(world)
    client.force_login(world.chief)
    for model in (Premises, FrameDoor, Assignment):
        page = client.get(reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist"))
        changelist = page.context["cl"]
        changelist.result_list = list(changelist.result_list.all())
        assert changelist.result_list
        with django_assert_num_queries(0):
            list(drawn(changelist))


def test_the_box_of_a_row_is_the_stock_box(world: World) -> None:
    world.door(101)
    campaign = world.campaign(title='冬季 <大走访> & "更多"')
    row = FrameDoor(campaign=campaign, premises=world.doors[0], pk=7)
    ours = admin.site._registry[FrameDoor]
    assert ours.action_checkbox(row) == admin.ModelAdmin.action_checkbox(ours, row)


def test_a_row_s_page_leads_back_to_the_search_it_was_found_by(world: World, client: Client) -> None:
    world.door(101)
    client.force_login(world.chief)
    page = client.get(reverse("admin:registry_premises_changelist") + "?kind__exact=household&use__exact=own")
    back = "?_changelist_filters=kind__exact%3Dhousehold%26use__exact%3Down"
    assert f'<a href="/admin/registry/premises/{world.doors[0].pk}/change/{back}">' in page.content.decode()


def test_who_holds_what_is_paged_in_its_order_and_asks_no_more_for_more(
    world: World, client: Client, monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: Any
) -> None:
    """Session, officer, units; campaigns and units to filter by; how many, their keys in order, the page's rows."""
    doors = [world.door(number) for number in range(101, 108)]
    campaign = world.campaign()
    for rank, door in enumerate(reversed(doors)):
        world.give(campaign, door, (world.colleague, world.owner)[rank % 2], rank=rank)
    monkeypatch.setattr(admin.site._registry[Assignment], "list_per_page", 3)
    client.force_login(world.chief)
    listed = []
    for page in ("1", "2", "3"):
        with django_assert_num_queries(8):
            found = client.get(reverse("admin:campaigns_assignment_changelist"), {"p": page}).context["cl"]
        listed += [(held.officer.badge, held.rank) for held in found.result_list]
    assert listed == [("T0102", 1), ("T0102", 3), ("T0102", 5), *(("T0103", rank) for rank in (0, 2, 4, 6))]
