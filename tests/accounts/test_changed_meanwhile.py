"""Two people, one row: what the first one saved is neither lost nor overwritten in silence by the second one's page."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.changed_meanwhile import meanwhile, stamps_of
from accounts.models import Grant, Unit
from accounts.roles import Role
from campaigns.models import Phase
from reports.actions import begin_brief
from reports.models import Snapshot
from tests.accounts.probes import client_of
from tests.forms import form_at
from tests.world import NOW, TODAY, World


class Page:
    """A page with its form, as it lies open in somebody's browser."""

    def __init__(self, client: Client, address: str) -> None:
        self.client, self.address = client, address
        self.take(client.get(address))

    def take(self, response: Any) -> None:
        self.status, self.text = response.status_code, response.content.decode()
        self.fields = form_at(response, self.address).fields if self.text else {}

    def save(self, **changes: str) -> "Page":
        """What the person changed, and everything else as the page showed it."""
        sent = {**self.fields, **{name: [value] for name, value in changes.items()}}
        self.take(self.client.post(self.address, {**sent, "_save": "1"}))
        return self


@pytest.fixture
def unit_page(world: World) -> str:
    return reverse("admin:accounts_unit_change", args=[world.station.pk])


def test_what_each_changed_is_kept(world: World, unit_page: str) -> None:
    client = client_of(world.admin)
    first, second = Page(client, unit_page), Page(client, unit_page)
    assert first.save(phone="0719-8880001").status == 302
    assert second.save(short_name="乙").status == 302
    unit = Unit.objects.unscoped("test").get(pk=world.station.pk)
    assert (unit.phone, unit.short_name) == ("0719-8880001", "乙")


def test_where_both_changed_the_same_the_second_is_told_and_decides(world: World, unit_page: str) -> None:
    client = client_of(world.admin)
    first, second = Page(client, unit_page), Page(client, unit_page)
    first.save(phone="0719-8880001")
    assert second.save(phone="0719-8880002").status == 409
    assert "it now reads “0719-8880001”" in second.text
    assert second.fields["phone"] == ["0719-8880002"]
    assert Unit.objects.unscoped("test").get(pk=world.station.pk).phone == "0719-8880001"
    assert second.save().status == 302
    assert Unit.objects.unscoped("test").get(pk=world.station.pk).phone == "0719-8880002"


def test_two_who_typed_the_same_are_not_told_of_each_other(world: World, unit_page: str) -> None:
    client = client_of(world.admin)
    first, second = Page(client, unit_page), Page(client, unit_page)
    first.save(phone="0719-8880001")
    assert second.save(phone="0719-8880001", short_name="乙").status == 302
    unit = Unit.objects.unscoped("test").get(pk=world.station.pk)
    assert (unit.phone, unit.short_name) == ("0719-8880001", "乙")


def test_a_save_after_the_warning_still_keeps_what_only_the_other_changed(world: World, unit_page: str) -> None:
    client = client_of(world.admin)
    first, second = Page(client, unit_page), Page(client, unit_page)
    first.save(phone="0719-8880001", short_name="甲")
    assert second.save(phone="0719-8880002").status == 409
    assert second.save().status == 302
    unit = Unit.objects.unscoped("test").get(pk=world.station.pk)
    assert (unit.phone, unit.short_name) == ("0719-8880002", "甲")


def test_a_choice_is_told_in_words(world: World) -> None:
    grant = Grant.objects.unscoped("test").get(officer=world.owner, role=Role.OFFICER)
    address = reverse("admin:accounts_grant_change", args=[grant.pk])
    client = client_of(world.security)
    first, second = Page(client, address), Page(client, address)
    first.save(role="auxiliary")
    assert second.save(role="supervisor").status == 409
    assert f"it now reads “{Role.AUXILIARY.label}”" in second.text


def test_a_grant_that_was_ended_meanwhile_stays_ended(world: World) -> None:
    grant = Grant.objects.unscoped("test").get(officer=world.owner, role=Role.OFFICER)
    address = reverse("admin:accounts_grant_change", args=[grant.pk])
    client = client_of(world.security)
    first, second = Page(client, address), Page(client, address)
    assert first.save(ends_on="2026-11-30").status == 302
    assert second.save(starts_on="2026-10-01").status == 302
    grant.refresh_from_db()
    assert (str(grant.ends_on), str(grant.starts_on)) == ("2026-11-30", "2026-10-01")


@pytest.fixture
def brief(world: World) -> Snapshot:
    world.door(101)
    campaign = world.campaign()
    return begin_brief(campaign=campaign, unit=campaign.unit, starts_on=TODAY, ends_on=TODAY, by=world.desk, at=NOW)


def test_two_who_write_one_brief_keep_both_their_texts(world: World, brief: Snapshot) -> None:
    address, client = reverse("reports:brief", args=[brief.pk]), client_of(world.desk)
    first, second = Page(client, address), Page(client, address)
    assert first.save(problems="白天没人").status == 302
    assert second.save(next_steps="改为晚间").status == 302
    brief.refresh_from_db()
    assert (brief.problems, brief.next_steps) == ("白天没人", "改为晚间")


def test_two_who_write_the_same_of_a_brief_are_told(world: World, brief: Snapshot) -> None:
    address, client = reverse("reports:brief", args=[brief.pk]), client_of(world.desk)
    first, second = Page(client, address), Page(client, address)
    first.save(problems="白天没人")
    assert second.save(problems="电梯坏了", next_steps="改为晚间").status == 409
    assert "it now reads “白天没人”" in second.text
    assert second.fields["problems"] == ["电梯坏了"]
    brief.refresh_from_db()
    assert (brief.problems, brief.next_steps) == ("白天没人", "")
    assert second.save().status == 302
    brief.refresh_from_db()
    assert (brief.problems, brief.next_steps) == ("电梯坏了", "改为晚间")


def test_a_freezing_that_is_refused_stores_nothing(world: World, brief: Snapshot) -> None:
    """What was taken out again before the brief was frozen is not in it."""
    page = Page(client_of(world.desk), reverse("reports:brief", args=[brief.pk]))
    assert page.save(freeze="1", decisions="增派两人", problems="白天没人").status == 422
    assert page.save(freeze="1", decisions="", next_steps="改为晚间").status == 302
    brief.refresh_from_db()
    assert brief.frozen_at is not None
    assert (brief.decisions, brief.problems, brief.next_steps) == ("", "白天没人", "改为晚间")


def test_a_draft_campaign_and_its_phases_are_kept_from_each_other(world: World) -> None:
    draft = world.draft()
    address, client = reverse("admin:campaigns_campaign_change", args=[draft.pk]), client_of(world.desk)
    first, second, third = (Page(client, address) for _tab in range(3))
    name = next(name for name in first.fields if name.endswith("-name") and name.startswith("phases-0"))
    assert first.save(**{"slogan": "走进千家万户", name: "动员"}).status == 302
    assert second.save(purpose="排查隐患").status == 302
    draft.refresh_from_db()
    assert (draft.slogan, draft.purpose) == ("走进千家万户", "排查隐患")
    assert third.save(**{name: "准备"}).status == 409
    assert "it now reads “动员”" in third.text
    assert Phase.objects.filter(campaign=draft, name="动员").exists()


def test_a_line_break_that_a_browser_writes_in_its_own_way_is_no_change() -> None:
    """Browsers send two characters for a line that was stored with one."""
    theirs, both = meanwhile(stamps_of({"note": "甲\n乙"}), {"note": "丙"}, {"note": "甲\r\n乙"})
    assert (theirs, both) == (["note"], [])
