"""PostgreSQL is told of a frame and of hands that have just been written, before the next board is asked for."""

import pytest
from django.db import connection

from accounts import planner
from tests.campaigns.steps import building, confirm
from tests.world import World


def rows_known(table: str) -> int:
    """What the planner takes the table's size for; -1 while nobody has ever counted."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT reltuples::int FROM pg_class WHERE oid = %s::regclass", [table])
        return int(cursor.fetchone()[0])


@pytest.fixture(autouse=True)
def few_are_many(monkeypatch):
    monkeypatch.setattr(planner, "MANY", 5)


def test_an_opened_campaign_and_a_share_out_are_counted_at_once(world: World, django_capture_on_commit_callbacks):
    building(world, "1栋", 6)
    with django_capture_on_commit_callbacks(execute=True):
        campaign = world.campaign()
    assert rows_known("campaigns_framedoor") == 6
    with django_capture_on_commit_callbacks(execute=True):
        confirm(world, campaign)
    assert rows_known("campaigns_assignment") == 6


def test_a_few_rows_are_left_to_autovacuum(world: World, django_capture_on_commit_callbacks):
    building(world, "1栋", 4)
    before = rows_known("campaigns_framedoor")
    with django_capture_on_commit_callbacks(execute=True):
        world.campaign()
    assert rows_known("campaigns_framedoor") == before


def test_a_count_that_fails_costs_nobody_their_work(world: World, django_capture_on_commit_callbacks, monkeypatch):
    monkeypatch.setattr(planner, "_count_anew", lambda names: 1 / 0)
    building(world, "1栋", 6)
    with django_capture_on_commit_callbacks(execute=True):
        campaign = world.campaign()
    assert campaign.frame_count == 6
