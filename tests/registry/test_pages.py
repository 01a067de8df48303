"""The pages of the register: the import walked through, doors masked, and nothing of another station's."""

from typing import Any

import openpyxl
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import AccessEvent, Officer
from registry.admin import PremisesAdmin
from registry.models import Contact, ImportBatch, Premises
from registry.search import sought
from tests.registry.conftest import BY_COMMUNITY, BY_DOOR, District, supervisor
from tests.registry.test_samples import confirm, doors, read
from tests.searching import seek
from tests.world import World

pytestmark = pytest.mark.django_db


def client_of(officer: Officer) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(officer)
    return client


def page(name: str, *args: Any) -> str:
    return reverse(f"admin:registry_{name}", args=args)


@pytest.fixture
def chief(district: District) -> Client:
    return client_of(district.chief)


@pytest.fixture
def stranger(district: District) -> Client:
    return client_of(supervisor("ZW0400", "陈红", district.stations["红卫派出所"]))


def body(answer: Any) -> bytes:
    return b"".join(answer.streaming_content)


def test_a_workbook_is_uploaded_shown_and_taken_in(
    district: District, chief: Client, django_capture_on_commit_callbacks: Any
) -> None:
    with BY_DOOR.open("rb") as file, django_capture_on_commit_callbacks(execute=True):
        answer = chief.post(
            page("importbatch_add"), {"file": file, "unit": district.stations["花果派出所"].pk, "dated_on": ""}
        )
    batch = ImportBatch.objects.unscoped("test").get()
    assert answer.headers["Location"] == page("importbatch_change", batch.pk)
    shown = chief.get(page("importbatch_change", batch.pk))
    assert batch.state == "ready"
    for text in ("156 doors", "不存在社区", "毛*", "Take in 156 doors"):
        assert text in shown.content.decode(), text
    assert "毛红" not in shown.content.decode()
    assert doors() == 0
    chief.post(page("importbatch_confirm", batch.pk), {"version": batch.version})
    assert doors() == 156
    again = chief.post(page("importbatch_confirm", batch.pk), {"version": batch.version}, follow=True)
    assert doors() == 156
    assert "the first press counted" in again.content.decode()


def test_a_refused_file_says_how_to_save_it(
    district: District, chief: Client, django_capture_on_commit_callbacks: Any, tmp_path: Any
) -> None:
    old = tmp_path / "底册.xls"
    old.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 504 + "Workbook\0".encode("utf-16-le"))
    with old.open("rb") as file, django_capture_on_commit_callbacks(execute=True):
        answer = chief.post(page("importbatch_add"), {"file": file, "unit": district.stations["花果派出所"].pk})
    assert "Excel Workbook (*.xlsx)" in chief.get(answer.headers["Location"]).content.decode()


def test_the_form_stays_with_its_fault_when_nothing_was_chosen(chief: Client) -> None:
    answer = chief.post(page("importbatch_add"), {"unit": ""})
    assert answer.status_code == 422


def test_a_unit_above_ones_own_cannot_be_forged_into_the_form(district: District, chief: Client) -> None:
    with BY_DOOR.open("rb") as file:
        answer = chief.post(page("importbatch_add"), {"file": file, "unit": district.bureau.pk})
    assert answer.status_code == 422
    assert not ImportBatch.objects.unscoped("test").exists()


def test_rows_come_twenty_at_a_time_by_key_and_cost_the_same_everywhere(
    district: District, chief: Client, django_assert_max_num_queries: Any
) -> None:
    batch = read(BY_DOOR, district.stations["花果派出所"], district.chief)
    address = page("importbatch_change", batch.pk)
    first = chief.get(address, {"result": "taken"}).context["preview"]
    assert [shown.row.row_number for shown in first.page][:3] == [8, 14, 15] or len(first.page) == 20
    with django_assert_max_num_queries(14):
        second = chief.get(address, {"result": "taken", "after": first.next_after}).context["preview"]
    assert second.page[0].row.pk > first.page[-1].row.pk


def test_the_copy_with_reasons_is_served_to_those_who_see_the_import(
    district: District, chief: Client, stranger: Client
) -> None:
    batch = read(BY_DOOR, district.stations["花果派出所"], district.chief)
    answer = chief.get(page("importbatch_copy", batch.pk))
    assert answer.headers["Content-Disposition"].endswith('.xlsx"')
    assert body(answer)[:2] == b"PK"
    assert stranger.get(page("importbatch_copy", batch.pk)).status_code == 404


def test_another_stations_import_does_not_exist(district: District, stranger: Client) -> None:
    batch = read(BY_DOOR, district.stations["花果派出所"], district.chief)
    assert stranger.get(page("importbatch_change", batch.pk)).status_code == 404
    for name in ("confirm", "discard"):
        assert stranger.post(page(f"importbatch_{name}", batch.pk), {"version": 2}).status_code == 404
    assert doors() == 0
    assert batch.rows.all().exists()


def test_a_get_confirms_nothing(district: District, chief: Client) -> None:
    batch = read(BY_DOOR, district.stations["花果派出所"], district.chief)
    for name in ("confirm", "discard"):
        chief.get(page(f"importbatch_{name}", batch.pk))
    batch.refresh_from_db()
    assert (batch.state, doors()) == ("ready", 0)


def test_putting_aside_by_its_button(district: District, chief: Client) -> None:
    batch = read(BY_DOOR, district.stations["花果派出所"], district.chief)
    chief.post(page("importbatch_discard", batch.pk))
    batch.refresh_from_db()
    assert batch.state == "discarded"


# -- doors -------------------------------------------------------------------------------------------------------


@pytest.fixture
def filled(district: District) -> District:
    confirm(read(BY_DOOR, district.bureau, district.desk), district.desk)
    return district


def door_of(name: str) -> Premises:
    return Premises.objects.unscoped("test").get(name=name)


def test_names_and_numbers_are_masked_on_every_page(filled: District) -> None:
    chief = client_of(filled.chief)
    door = door_of("白霞莺")
    found = seek(chief, page("premises_changelist"), "白霞")
    for answer in (found, chief.get(page("premises_change", door.pk))):
        text = answer.content.decode()
        assert "白**" in text
        assert "白霞莺" not in text.replace('value="白霞"', "")
        assert "19900000841" not in text


def test_one_field_is_revealed_with_a_reason_and_logged_without_its_value(filled: District) -> None:
    chief = client_of(filled.chief)
    door = door_of("白霞莺")
    contact = Contact.objects.unscoped("test").get(premises=door)
    asked = {"field": "phone", "contact": contact.pk, "reason": "核对来电号码"}
    answer = chief.post(page("premises_reveal", door.pk), asked)
    assert "19900000841" in answer.content.decode()
    assert "白霞莺" not in answer.content.decode()
    event = AccessEvent.objects.unscoped("test").get(verb="reveal_phone")
    assert (event.reason, event.object_id) == ("核对来电号码", str(contact.pk))
    refused = chief.post(page("premises_reveal", door.pk), {**asked, "reason": " "})
    assert refused.status_code == 422
    assert "19900000841" not in refused.content.decode()


def test_another_stations_door_cannot_be_seen_revealed_or_exported(filled: District) -> None:
    stranger = client_of(supervisor("ZW0400", "陈红", filled.stations["红卫派出所"]))
    door = door_of("白霞莺")
    assert stranger.get(page("premises_change", door.pk)).status_code == 404
    asked = {"field": "name", "contact": "", "reason": "核对来电号码"}
    assert stranger.post(page("premises_reveal", door.pk), asked).status_code == 404
    own = Premises.objects.unscoped("test").filter(unit=filled.stations["红卫派出所"]).first()
    contact = Contact.objects.unscoped("test").get(premises=door)
    forged = {"field": "phone", "contact": contact.pk, "reason": "核对来电号码"}
    assert stranger.post(page("premises_reveal", own.pk), forged).status_code == 404


def test_the_export_is_masked_has_the_imports_headings_and_only_own_doors(filled: District, tmp_path: Any) -> None:
    (tmp_path / "a.xlsx").write_bytes(exported(client_of(filled.chief)))
    sheet = openpyxl.load_workbook(tmp_path / "a.xlsx").active
    rows = list(sheet.iter_rows(values_only=True))
    assert rows[0][:4] == ("Station", "Community or village", "Community code", "Kind")
    assert len(rows) == 157
    assert {row[0] for row in rows[1:]} == {"花果派出所"}
    assert "白霞莺" not in str(rows)
    assert "19900000841" not in str(rows)


def exported(client: Client) -> bytes:
    return body(client.post(reverse("reports:exports"), {"list": "registry_premises", "query": ""}, follow=True))


def test_our_own_export_comes_back_without_changing_a_door(filled: District, tmp_path: Any) -> None:
    (tmp_path / "a.xlsx").write_bytes(exported(client_of(filled.chief)))
    batch = read(tmp_path / "a.xlsx", filled.stations["花果派出所"], filled.chief)
    assert batch.counts["effects"] == {"same": 156}
    assert batch.counts["verdicts"] == {"partly": 156}


def test_the_list_of_doors_costs_the_same_for_more_doors(filled: District, django_assert_max_num_queries: Any) -> None:
    desk = client_of(filled.desk)
    with django_assert_max_num_queries(16):
        assert desk.get(page("premises_changelist")).status_code == 200


def test_areas_are_listed_and_jurisdictions_kept_by_the_system_administrator(filled: District) -> None:
    chief = client_of(filled.chief)
    assert "二堰铺" in seek(chief, page("area_changelist"), "二堰铺").content.decode()
    assert chief.get(page("jurisdiction_changelist")).status_code == 200
    assert chief.get(page("jurisdiction_add")).status_code == 403


def test_the_workbook_by_person_shows_its_sheets(district: District) -> None:
    batch = read(BY_COMMUNITY, district.bureau, district.desk)
    text = client_of(district.desk).get(page("importbatch_change", batch.pk)).content.decode()
    assert "身份证号" in text
    assert "never read" in text
    assert "阳光社区居民委员会007" in text


def test_a_search_with_too_many_answers_shows_some_and_asks_for_more(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("registry.admin.MOST_FOUND", 2)
    for number in (101, 102, 103):
        door = world.door(number)
        door.sought = sought(door.address, door.name)
        door.save(update_fields=["sought"])
    page = seek(client_of(world.chief), reverse("admin:registry_premises_changelist"), "花果路")
    assert len(page.context["cl"].result_list) == 2
    assert "These are 2 of more" in page.content.decode()


def test_what_a_search_found_is_paged_in_walking_order_and_not_counted(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(PremisesAdmin, "list_per_page", 2)
    doors = [world.door(number) for number in (105, 101, 104, 102, 103)]
    for door in doors:
        door.sought = sought(door.address, door.name)
        door.save(update_fields=["sought"])
    chief = client_of(world.chief)
    first = seek(chief, reverse("admin:registry_premises_changelist"), "花果路")
    address = first.wsgi_request.get_full_path()
    pages = [first, *(chief.get(f"{address}&p={number}") for number in (2, 3))]
    listed = [door.pk for page in pages for door in page.context["cl"].result_list]
    assert listed == [door.pk for door in sorted(doors, key=lambda door: (door.area_id, door.walk_key, door.pk))]
    assert pages[2].context["cl"].result_count == 5
    with CaptureQueriesContext(connection) as asked:
        chief.get(f"{address}&p=2")
    of_doors = [query["sql"] for query in asked if 'FROM "registry_premises"' in query["sql"]]
    assert len(of_doors) == 2
    assert not any("COUNT(" in sql for sql in of_doors)
