"""Who holds what: a page of the list is read in the order of an index, and more rows ask no more."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Officer
from campaigns.frame import add_to_frame
from campaigns.models import Assignment
from tests.campaigns.steps import three_in_hand
from tests.world import NOW, World

pytestmark = pytest.mark.django_db
LIST = "/admin/campaigns/assignment/"


def asked_for(client: Client, by: Officer) -> tuple[Any, list[str]]:
    client.force_login(by)
    with CaptureQueriesContext(connection) as asked:
        answer = client.get(LIST)
    assert answer.status_code == 200
    return answer, [query["sql"] for query in asked]


def test_the_keys_of_a_page_come_out_of_an_index_in_its_order(world: World, client: Client) -> None:
    """As the paginator asks for them, where the planner may not sort: of three rows it would rather."""
    three_in_hand(world)
    answer, _statements = asked_for(client, world.chief)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_sort = off; SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off")
    plan = answer.context["cl"].queryset.values_list("pk", flat=True)[:100].explain()
    assert "assignment_in_order" in plan and "Sort" not in plan


def test_more_rows_ask_no_more_and_stand_by_person_in_walking_order(world: World, client: Client) -> None:
    campaign = three_in_hand(world)
    few = len(asked_for(client, world.chief)[1])
    for number in range(303, 313):
        door = world.door(number)
        add_door_to(campaign, door, world.colleague if number % 2 else world.owner, rank=400 - number)
    answer, statements = asked_for(client, world.chief)
    assert len(statements) == few
    shown = [(row.officer_id, row.rank) for row in answer.context["cl"].result_list]
    assert len(shown) == 13 and shown == sorted(shown)


def add_door_to(campaign: Any, door: Any, officer: Officer, rank: int) -> None:
    add_to_frame(campaign=campaign, premises=door, officer=officer, at=NOW)
    Assignment.objects.unscoped("test").filter(premises=door).update(rank=rank)


def test_what_one_holds_in_another_station_is_no_row_of_the_desk(world: World, client: Client) -> None:
    three_in_hand(world)
    Assignment.objects.unscoped("test").update(officer=world.other_chief)
    assert list(asked_for(client, world.other_chief)[0].context["cl"].result_list) == []
    assert len(asked_for(client, world.chief)[0].context["cl"].result_list) == 3
