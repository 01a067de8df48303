"""A right or a reach that was taken away holds at the next request, also for files that were written before."""

from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.test import Client
from django.utils import timezone

from accounts.actions import give_role
from accounts.models import AccessEvent, Grant
from accounts.roles import Role
from campaigns.models import Assignment
from reports.models import Export, WalkList, WalkListPart
from tests.world import NOW, World


def client_of(officer) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(officer)
    return client


def end_grants(officer) -> None:
    yesterday = timezone.localdate() - timedelta(days=1)
    Grant.objects.unscoped("test").filter(officer=officer).update(ends_on=yesterday)


def exported(client: Client) -> Export:
    client.post("/reports/exports/", {"list": "registry_premises", "query": ""})
    return Export.objects.unscoped("test").latest("pk")


def fetched(client: Client, export: Export) -> int:
    answer = client.get(f"/reports/exports/{export.pk}/file/")
    return read(answer).status_code


def read(answer):
    """Reading a file to its end closes it."""
    if answer.streaming:
        b"".join(answer.streaming_content)
    return answer


def test_a_file_written_under_a_wider_reach_is_not_fetched_under_a_narrower_one(world: World) -> None:
    world.door(101)
    client = client_of(world.desk)
    export = exported(client)
    assert fetched(client, export) == 200
    end_grants(world.desk)
    give_role(officer=world.desk, role=Role.SUPERVISOR, unit=world.station, by=None, at=NOW)
    refused = client.get(f"/reports/exports/{export.pk}/file/")
    assert refused.status_code == 403
    assert "Your role or your unit has changed" in refused.content.decode()
    page = client.get(f"/reports/exports/{export.pk}/").content.decode()
    assert "Your role or your unit has changed" in page and "/file/" not in page
    assert AccessEvent.objects.unscoped("test").filter(verb="export_fetched").count() == 1
    assert fetched(client, exported(client)) == 200


def test_a_wider_reach_keeps_the_file(world: World) -> None:
    world.door(101)
    client = client_of(world.chief)
    export = exported(client)
    give_role(officer=world.chief, role=Role.SUPERVISOR, unit=world.other_station, by=None, at=NOW)
    assert fetched(client, export) == 200


def test_without_the_right_no_file_is_fetched_and_no_list_asked_for(world: World) -> None:
    world.door(101)
    client = client_of(world.desk)
    export = exported(client)
    end_grants(world.desk)
    assert fetched(client, export) == 403
    assert client.post("/reports/exports/", {"list": "registry_premises", "query": ""}).status_code == 403


def printed(world: World, by, officer) -> WalkList:
    """Walk lists as the worker leaves them."""
    walk = WalkList.objects.create(
        campaign=world.printed_campaign, unit=world.station, officer=officer, asked_by=by, asked_at=NOW, done_at=NOW,
        doors=1, parts_all=1, language="en",
    )  # fmt: skip
    part = WalkListPart(walk_list=walk, number=1, badges="", pages=1, sha256="")
    part.file.save("a.pdf", ContentFile(b"%PDF-1.7"), save=False)
    part.save()
    return walk


@pytest.fixture
def held(world: World) -> Assignment:
    door = world.door(101)
    world.printed_campaign = world.campaign()
    return world.give(world.printed_campaign, door, world.owner)


def taken(client: Client, walk: WalkList):
    return read(client.get(f"/reports/papers/walk-lists/{walk.pk}/1/"))


def test_ones_own_list_is_not_fetched_when_a_door_on_it_went_to_somebody_else(world: World, held: Assignment) -> None:
    client, walk = client_of(world.owner), printed(world, world.owner, world.owner)
    assert taken(client, walk).status_code == 200
    Assignment.objects.unscoped("test").filter(pk=held.pk).update(
        ended_at=NOW + timedelta(minutes=5), ended_by=world.chief, ended_why="handed on"
    )
    refused = taken(client, walk)
    assert refused.status_code == 403
    assert "no longer in your hands" in refused.content.decode()


def test_a_door_that_was_taken_away_before_the_printing_is_not_on_it(world: World, held: Assignment) -> None:
    Assignment.objects.unscoped("test").filter(pk=held.pk).update(
        ended_at=NOW - timedelta(minutes=5), ended_by=world.chief, ended_why="handed on"
    )
    assert taken(client_of(world.owner), printed(world, world.owner, world.owner)).status_code == 200


def test_the_desks_lists_go_with_its_right_at_that_station(world: World, held: Assignment) -> None:
    client, walk = client_of(world.chief), printed(world, world.chief, None)
    assert taken(client, walk).status_code == 200
    end_grants(world.chief)
    give_role(officer=world.chief, role=Role.SUPERVISOR, unit=world.other_station, by=None, at=NOW)
    assert taken(client, walk).status_code == 403
