"""Before eight in the morning it is still yesterday in Greenwich, where moments are kept: here it is today."""

from datetime import UTC, datetime, timedelta

import pytest

from accounts.actions import give_role, officer_leaves
from accounts.models import Grant, Officer
from accounts.rights import Right
from accounts.roles import Role
from campaigns.frame import add_to_frame
from campaigns.models import Assignment
from tests.world import TODAY, World

pytestmark = pytest.mark.django_db
HALF_PAST_SEVEN = datetime(TODAY.year, TODAY.month, TODAY.day - 1, 23, 30, tzinfo=UTC)


def test_a_role_begins_on_the_day_on_which_it_is_given_and_can_end_on_it(world: World) -> None:
    grant = give_role(officer=world.colleague, role=Role.SUPERVISOR, unit=world.station, by=None, at=HALF_PAST_SEVEN)
    assert grant.starts_on == TODAY
    officer_leaves(officer=world.colleague, on=TODAY, by=world.chief, at=HALF_PAST_SEVEN + timedelta(minutes=10))
    left = Officer.objects.unscoped("test").get(pk=world.colleague.pk)
    assert not left.may(Right.MANAGE_ROSTER, world.station.pk)


def test_a_role_that_was_to_begin_next_week_never_holds_for_who_leaves_before(world: World) -> None:
    later = Grant.objects.create(
        officer=world.colleague, role=Role.SUPERVISOR, unit=world.station, starts_on=TODAY + timedelta(days=7)
    )
    officer_leaves(officer=world.colleague, on=TODAY, by=world.chief, at=HALF_PAST_SEVEN)
    grants = Grant.objects.unscoped("test").filter(pk=later.pk)
    assert not grants.holding(TODAY + timedelta(days=7)).exists()


def test_a_door_that_is_added_early_in_the_morning_is_due_that_day(world: World) -> None:
    door, campaign = world.door(101), world.campaign()
    added = world.door(102)
    add_to_frame(campaign=campaign, premises=added, officer=world.owner, at=HALF_PAST_SEVEN)
    assert Assignment.objects.unscoped("test").get(premises=added).due_on == TODAY
    assert not Assignment.objects.unscoped("test").filter(premises=door).exists()
