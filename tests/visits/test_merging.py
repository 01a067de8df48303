"""Doors found on the round, confirmed or merged by the supervisor."""

import re
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.refusals import Refusal
from campaigns.models import FrameDoor
from registry.models import Contact, Premises
from tests.visits.steps import log, met, signed_in
from tests.world import NOW, World
from visits.actions import add_door
from visits.attempts import FindingReport
from visits.doors import doors_found
from visits.merging import confirm_added, merge_added
from visits.models import Visit


def door_found(world: World, **more: Any) -> Premises:
    facts = {"kind": "household", "address": "花果路1号5栋2单元三楼东户", "name": "冯新", **more}
    return add_door(area=world.areas["420303001001"], by=world.owner, at=NOW, **facts)


def frames(door: Premises) -> Any:
    return FrameDoor.objects.unscoped("test").filter(premises=door)


def test_a_confirmed_door_waits_no_more_and_stays_in_the_frame(world: World, held: Premises) -> None:
    door = door_found(world)
    assert confirm_added(doors=[door], by=world.chief, at=NOW) == 1
    assert confirm_added(doors=[door], by=world.chief, at=NOW) == 0
    assert frames(door).get().added_late


def test_a_merged_door_gives_everything_to_the_listed_one(world: World, held: Premises) -> None:
    door = door_found(world)
    visit = log(world, met(door, findings=(FindingReport(kind="hazard", category="fire", line="电线老化"),))).visit
    merge_added(door=door, into=held, by=world.chief, at=NOW)
    visit.refresh_from_db()
    assert visit.premises == held
    assert not frames(door).exists()
    assert (frames(held).get().tries, frames(held).get().met_on) == (1, NOW.date())
    assert visit.findings.get().case.places.get().premises == held
    assert set(Contact.objects.unscoped("test").filter(premises=held).values_list("name", flat=True)) == {
        held.name,
        "冯新",
    }


def test_who_moves_over_is_found_there_and_a_number_that_was_missing_comes_along(world: World, held: Premises) -> None:
    listed = Contact.objects.unscoped("test").get(premises=held)
    Contact.objects.unscoped("test").filter(pk=listed.pk).update(phone="", phone_mac="")
    known = door_found(world, name=held.name, phone="19900007777")
    merge_added(door=known, into=held, by=world.chief, at=NOW)
    listed.refresh_from_db()
    assert (listed.phone, listed.ends_on) == ("19900007777", None)
    other = door_found(world, address="花果路1号5栋2单元三楼西户", name="冯新")
    merge_added(door=other, into=held, by=world.chief, at=NOW)
    assert [found.premises for found in doors_found(world.owner, "冯新")] == [held]


def test_what_was_typed_at_a_door_that_is_merged_meanwhile_is_saved_at_the_listed_one(
    world: World, held: Premises
) -> None:
    door = door_found(world)
    client = signed_in(world.owner)
    page = client.get(reverse("visits:door", args=[door.pk])).content.decode()
    number = re.search(r'name="client_id" value="([^"]+)"', page)
    merge_added(door=door, into=held, by=world.chief, at=NOW)
    typed = {"client_id": number and number[1], "outcome": "met", "people_met": "1", "place": "home", "declared": "1"}
    address = reverse("visits:door", args=[door.pk])
    refused = client.post(address, {**typed, "place": ""})
    assert refused.status_code == 422 and reverse("visits:door", args=[held.pk]) in refused.content.decode()
    for _again in range(2):
        assert client.post(address, typed).status_code == 302
    assert [visit.premises for visit in Visit.objects.unscoped("test")] == [held]
    assert client.post(reverse("visits:nobody_in", args=[door.pk])).status_code == 302
    assert frames(held).get().tries == 2


def test_return_visits_go_along_with_the_door(world: World, held: Premises) -> None:
    door = door_found(world)
    finding = FindingReport(kind="dispute", category="neighbour", line="漏水", on_spot=True)
    case = log(world, met(door, findings=(finding,))).visit.findings.get().case
    merge_added(door=door, into=held, by=world.chief, at=NOW)
    assert [visit.premises for visit in case.return_visits.all()] == [held]


def test_a_merge_holds_the_campaign_before_any_row_of_its_frame_as_a_share_out_and_a_closing_do(
    world: World, held: Premises
) -> None:
    door = door_found(world)
    with CaptureQueriesContext(connection) as seen:
        merge_added(door=door, into=held, by=world.chief, at=NOW)

    def first(table: str) -> int:
        """Which statement first locks rows of it, by saying so or by writing them."""
        said = [query["sql"] for query in seen.captured_queries]
        return next(
            number
            for number, sql in enumerate(said)
            if f'UPDATE OF "{table}"' in sql or (sql.startswith(("UPDATE", "DELETE")) and sql.split('"')[1] == table)
        )

    assert first("campaigns_campaign") < first("registry_premises")
    assert first("campaigns_campaign") < min(first("campaigns_framedoor"), first("campaigns_assignment"))


def test_a_visit_logged_on_the_old_page_reaches_the_listed_door(world: World, held: Premises) -> None:
    door = door_found(world)
    merge_added(door=door, into=held, by=world.chief, at=NOW)
    assert log(world, met(door)).visit.premises == held


def test_only_the_supervisor_of_the_station_decides(world: World, held: Premises) -> None:
    door = door_found(world)
    for stranger in (world.owner, world.other_chief):
        with pytest.raises(Refusal) as caught:
            merge_added(door=door, into=held, by=stranger, at=NOW)
        assert caught.value.status == 403


def test_a_listed_door_is_never_merged_away(world: World, held: Premises) -> None:
    with pytest.raises(Refusal) as caught:
        merge_added(door=held, into=door_found(world), by=world.chief, at=NOW)
    assert caught.value.code == "not_waiting"


def test_a_door_is_merged_into_one_of_its_own_kind(world: World, held: Premises) -> None:
    shop = door_found(world, kind="shop", address="花果路9号")
    with pytest.raises(Refusal) as caught:
        merge_added(door=shop, into=held, by=world.chief, at=NOW)
    assert caught.value.code == "into"


def test_the_supervisors_page_lists_masks_and_merges(world: World, held: Premises) -> None:
    door, chief = door_found(world), signed_in(world.chief)
    page = chief.get(reverse("visits:added")).content.decode()
    assert "冯*" in page
    assert "冯新" not in page
    address = reverse("visits:added_door", args=[door.pk])
    assert chief.post(address, {"what": "merge", "into": ""}).status_code == 422
    assert chief.post(address, {"what": "merge", "into": held.pk}).status_code == 302
    assert not Visit.objects.unscoped("test").filter(premises=door).exists()
    assert chief.get(address).status_code == 404


def test_a_list_of_found_doors_that_goes_on_says_so(
    world: World, held: Premises, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("visits.added_views.MOST_SHOWN", 1)
    door, chief, said = door_found(world), signed_in(world.chief), "more are waiting"
    assert said not in chief.get(reverse("visits:added")).content.decode()
    door_found(world, address="6栋 1单元 101")
    page = chief.get(reverse("visits:added"))
    assert (page.context["doors"], said in page.content.decode()) == ([door], True)


def test_nobody_else_sees_that_page(world: World, held: Premises) -> None:
    door = door_found(world)
    address = reverse("visits:added_door", args=[door.pk])
    assert signed_in(world.owner).get(address).status_code == 403
    assert signed_in(world.other_chief).get(address).status_code == 404
