"""Visits and receipts in the administration: readable by who supervises, masked, never editable."""

from django.test import Client
from django.urls import reverse

from registry.models import Premises
from tests.visits.steps import log, met
from tests.world import World


def test_a_supervisor_reads_the_visits_of_the_station_masked(world: World, held: Premises, client: Client) -> None:
    visit = log(world, met(held)).visit
    client.force_login(world.chief)
    page = client.get(reverse("admin:visits_visit_changelist")).content.decode()
    assert held.masked_name in page
    assert held.name not in page
    record = client.get(reverse("admin:visits_visit_change", args=[visit.pk]))
    assert record.status_code == 200
    assert held.name not in record.content.decode()
    assert 'name="_save"' not in record.content.decode()


def test_another_station_sees_none_of_them(world: World, held: Premises, client: Client) -> None:
    visit = log(world, met(held)).visit
    client.force_login(world.other_chief)
    assert held.masked_name not in client.get(reverse("admin:visits_visit_changelist")).content.decode()
    assert client.get(reverse("admin:visits_visit_change", args=[visit.pk])).status_code == 404


def test_receipts_in_conflict_can_be_found(world: World, held: Premises, client: Client) -> None:
    from uuid import uuid4

    number = uuid4()
    log(world, met(held), client_id=number)
    log(world, met(held, people_met=4), client_id=number)
    client.force_login(world.chief)
    page = client.get(reverse("admin:visits_submission_changelist") + "?verdict__exact=conflict").content.decode()
    assert str(number)[:8] in page


def test_nothing_can_be_changed_there(world: World, held: Premises, client: Client) -> None:
    visit = log(world, met(held)).visit
    client.force_login(world.chief)
    for name in ("admin:visits_visit_add", "admin:visits_submission_add"):
        assert client.get(reverse(name)).status_code == 403
    client.post(reverse("admin:visits_visit_change", args=[visit.pk]), {"people_met": "9"})
    visit.refresh_from_db()
    assert visit.people_met == 1
