"""Lists taken away as Excel files: the rows of the page, masked as there, for those who hold the right, and logged."""

import io
from datetime import timedelta
from types import SimpleNamespace
from urllib.parse import urlencode

import openpyxl
import pytest
import time_machine
from django.contrib import admin
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import AccessEvent, Grant
from registry.models import Area
from registry.search import sought
from reports import exports
from reports.models import Export
from tests.accounts.canaries import MARKS, watched
from tests.reports.test_brief import campaign, frozen, visit
from tests.world import NOW, TODAY

__all__ = ["campaign"]


def client_of(officer, language="en") -> Client:
    client = Client(headers={"accept-language": language})
    client.force_login(officer, backend="accounts.backends.BadgeBackend")
    return client


def ask(client: Client, name: str, **filters):
    if sought_for := filters.get("q"):
        page = client.post(reverse(f"admin:{name}_changelist"), {"seek": sought_for})
        filters["q"] = page["Location"].partition("q=")[2]
    return client.post("/reports/exports/", {"list": name, "query": urlencode(filters)})


def sheet_of(client: Client, name: str, **filters) -> list[tuple]:
    answer = ask(client, name, **filters)
    assert answer.status_code == 302, answer.content.decode()
    return rows_in(client.get(answer["Location"]))


def rows_in(answer) -> list[tuple]:
    assert answer["Content-Type"].endswith("spreadsheetml.sheet"), answer
    book = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
    assert not [cell for row in book.active.iter_rows() for cell in row if cell.data_type == "f"]
    return list(book.active.iter_rows(values_only=True))


def lists_open_to(client: Client) -> list[str]:
    request = client.get("/me/").wsgi_request
    kinds = admin.site._registry.values()
    return [f"{kind.opts.app_label}_{kind.opts.model_name}" for kind in kinds if kind.has_view_permission(request)]


def test_every_list_of_the_desk_leaves_as_a_file_within_the_reach_and_masked(world):
    watched(world)
    for officer, inside in ((world.desk, MARKS.keys() - {"elsewhere"}), (world.chief, {"own", "own station"})):
        client = client_of(officer)
        names = lists_open_to(client)
        assert len(names) >= 14
        for name in names:
            rows = sheet_of(client, name)
            text = str(rows)
            assert all(rows[0]) and len(set(rows[0])) == len(rows[0]), (name, rows[0])
            assert "1990000" not in text, name
            for place, (given, diary, title, party) in MARKS.items():
                assert given not in text and party not in text and diary not in text, (name, place)
                assert title not in text or place in inside, (name, place)


def test_the_file_holds_as_many_rows_as_the_list(world):
    watched(world)
    client = client_of(world.desk)
    for name in ("registry_premises", "campaigns_framedoor", "visits_visit", "disputes_case", "campaigns_assignment"):
        shown = client.get(reverse(f"admin:{name}_changelist")).context["cl"].result_count
        assert len(sheet_of(client, name)) == shown + 1 > 1, name


def test_filters_and_search_hold_in_the_file(world, campaign):
    visit(world, world.doors[0])
    visit(world, world.doors[1], outcome="nobody_in")
    client = client_of(world.chief)
    assert len(sheet_of(client, "visits_visit")) == 3
    (_heading, row) = sheet_of(client, "visits_visit", outcome__exact="completed")
    assert "met" in row
    assert len(sheet_of(client, "registry_premises", kind__exact="enterprise")) == 2
    refused = ask(client, "registry_premises", name__startswith="周")
    assert refused.status_code in {302, 400, 422}
    if refused.status_code == 302:
        assert len(rows_in(client.get(refused["Location"]))) == 6, "an undeclared look-up narrows nothing"


def test_doors_that_nobody_holds_leave_as_a_list_of_their_own(world, campaign):
    world.give(campaign, world.doors[0], world.owner)
    visit(world, world.doors[1])
    rows = sheet_of(client_of(world.chief), "campaigns_framedoor", waits="nobody")
    assert len(rows) == 1 + len(world.doors) - 2


def test_columns_hold_numbers_days_and_moments(world, campaign):
    visit(world, world.doors[0])
    client = client_of(world.chief)
    heading, row = sheet_of(client, "visits_visit")
    said = dict(zip(heading, row, strict=True))
    assert said["People met"] == 2
    assert said["Started"].isoformat() == "2026-11-18T10:00:00"
    assert said["Householder or name"] == "周**"
    frame = sheet_of(client, "campaigns_framedoor")
    visited = next(dict(zip(frame[0], row, strict=True)) for row in frame[1:] if row[9])
    assert (visited["Attempts"], visited["First visited on"].date()) == (1, TODAY)


def test_a_name_that_is_a_formula_leaves_as_text(world):
    world.door(7, kind="shop", name='=HYPERLINK("http://x")', address="+甲路7号", address_key="甲路7号", walk_key="7")
    (heading, row) = sheet_of(client_of(world.chief), "registry_premises")
    said = dict(zip(heading, row, strict=True))
    assert (said["Householder or name"], said["Full address"]) == ('=HYPERLINK("http://x")', "+甲路7号")


@pytest.mark.parametrize("who", ["owner", "auxiliary", "leader", "admin", "security"])
def test_nobody_without_the_right_takes_a_list_away(world, who):
    client = client_of(getattr(world, who))
    for name in ("registry_premises", "accounts_officer", "visits_visit"):
        assert ask(client, name).status_code == 403
    assert client.get("/reports/exports/").status_code == 403
    assert not Export.objects.unscoped("test").exists()


def test_a_list_that_somebody_may_not_open_is_absent_for_the_file_too(world):
    auditor = client_of(world.auditor)
    assert ask(auditor, "registry_premises").status_code == 404
    assert ask(client_of(world.chief), "accounts_accessevent").status_code == 404
    for name in ("", "x", "registry_nothing", "sessions_session", "accounts_accessevent" * 9):
        assert ask(client_of(world.chief), name).status_code == 404
    assert len(sheet_of(auditor, "accounts_accessevent")) > 1


def test_each_file_is_in_the_access_log_without_what_was_sought(world, campaign):
    client = client_of(world.chief)
    sheet_of(client, "registry_premises", q="周秀兰")
    export = Export.objects.unscoped("test").get()
    assert export.query == ""
    asked, fetched = AccessEvent.objects.unscoped("test").filter(verb__contains="export").order_by("pk")
    assert (asked.verb, asked.reason, asked.officer) == ("list_exported", "registry_premises", world.chief)
    assert (fetched.verb, fetched.object_id) == ("export_fetched", str(export.pk))
    assert "周秀兰" not in export.file.name


def test_somebody_elses_file_is_absent(world, campaign):
    answer = ask(client_of(world.desk), "registry_premises")
    pk = Export.objects.unscoped("test").get().pk
    other = client_of(world.chief)
    assert other.get(answer["Location"]).status_code == 404
    assert other.get(f"/reports/exports/{pk}/").status_code == 404
    assert "Nothing yet" in other.get("/reports/exports/").content.decode()


def test_a_long_list_is_written_by_the_worker_and_has_a_page(world, campaign, monkeypatch):
    monkeypatch.setattr(exports, "AT_ONCE", 2)
    written = []
    waiting = SimpleNamespace(enqueue=lambda export_id: written.append(export_id))
    monkeypatch.setattr("reports.tasks.write_list", waiting)
    client = client_of(world.chief)
    answer = ask(client, "registry_premises")
    assert "being written" in client.get(answer["Location"]).content.decode()
    assert client.get(answer["Location"] + "file/")["Location"] == answer["Location"]
    assert ask(client, "registry_premises")["Location"] == answer["Location"], "a second tap asks for the same file"
    export = Export.objects.unscoped("test").get()
    exports.write_export(export=export, at=NOW)
    assert "5 rows" in client.get(answer["Location"]).content.decode()
    assert len(rows_in(client.get(answer["Location"] + "file/"))) == 6
    assert set(written) == {export.pk}


def test_whoever_has_lost_the_right_meanwhile_gets_a_sentence_and_no_file(world, campaign):
    export = exports.ask_export(name="registry_premises", query="", language="en", by=world.chief, at=NOW)
    Grant.objects.unscoped("test").filter(officer=world.chief).update(ends_on=TODAY - timedelta(days=1))
    export = Export.objects.unscoped("test").select_related("officer").get(pk=export.pk)
    exports.write_export(export=export, at=NOW)
    assert export.failure.startswith("You don't hold the right")
    assert not export.file


def test_what_breaks_while_it_is_written_is_said_on_its_page(world, campaign, monkeypatch):
    export = exports.ask_export(name="registry_premises", query="q=周秀兰", language="en", by=world.chief, at=NOW)
    monkeypatch.setattr(exports, "write_tables", lambda target, tables: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        exports.write_export(export=export, at=NOW)
    page = client_of(world.chief).get(f"/reports/exports/{export.pk}/").content.decode()
    assert "could not be written" in page and "being written" not in page
    assert Export.objects.unscoped("test").get().query == ""


def test_a_file_is_kept_for_a_day(world, campaign):
    client = client_of(world.chief)
    answer = ask(client, "registry_premises")
    file = Export.objects.unscoped("test").get().file
    assert file.storage.exists(file.name)
    with time_machine.travel(NOW + timedelta(hours=25), tick=False):
        client = client_of(world.chief)
        page = client.get(client.get(answer["Location"])["Location"]).content.decode()
        assert "thrown away" in page
        ask(client, "visits_visit")
        assert not file.storage.exists(file.name)


def test_more_rows_take_no_more_queries(world, campaign):
    def queries(name: str) -> int:
        client = client_of(world.chief)
        with CaptureQueriesContext(connection) as seen:
            sheet_of(client, name)
        return len(seen)

    names = ("visits_visit", "registry_premises", "campaigns_framedoor")
    visit(world, world.doors[0])
    few = {name: queries(name) for name in names}
    for door in world.doors[1:4]:
        visit(world, door)
    for number in range(301, 306):
        world.door(number)
    assert {name: queries(name) for name in names} == few


def test_twenty_thousand_rows_come_out_as_they_are(world):
    codes = [f"99{number:010d}" for number in range(20_000)]
    Area.objects.bulk_create(
        [Area(code=code, name=f"={code}社区\t{code[-1]}", level="community") for code in codes], batch_size=5_000
    )
    client = client_of(world.desk)
    answer = ask(client, "registry_area")
    book = openpyxl.load_workbook(io.BytesIO(b"".join(client.get(file_of(answer)).streaming_content)), read_only=True)
    rows = [row[:2] for row in book.active.iter_rows(values_only=True)]
    assert rows[-20_000:] == [(code, f"={code}社区\t{code[-1]}") for code in codes]


def file_of(answer) -> str:
    return answer["Location"] if answer["Location"].endswith("/file/") else answer["Location"] + "file/"


def test_a_leader_takes_the_figures_away_as_numbers_and_a_stranger_none(world, campaign):
    visit(world, world.doors[0])
    client = client_of(world.leader, "zh-hans")
    days = {"starts_on": TODAY.isoformat(), "ends_on": TODAY.isoformat()}
    answer = client.post(f"/reports/campaigns/{campaign.pk}/excel/", days)
    book = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
    assert book.sheetnames[:3] == ["说明", "主要数据", "各派出所"]
    lines = {row[0]: row for row in book["主要数据"].iter_rows(values_only=True)}
    assert lines["走访住户"][4:8] == (1, 1, 4, 0.25)
    assert book["主要数据"]["H2"].number_format == "0.0%"
    snapshot = frozen(world, campaign)
    frozen_file = client.post(f"/reports/briefs/{snapshot.pk}/excel/")
    about = openpyxl.load_workbook(io.BytesIO(b"".join(frozen_file.streaming_content)))["说明"]
    assert snapshot.check_code in str([cell.value for cell in about["B"]])
    assert client_of(world.owner).post(f"/reports/campaigns/{campaign.pk}/excel/").status_code == 403
    assert client_of(world.other_chief).post(f"/reports/briefs/{snapshot.pk}/excel/").status_code == 404


def test_progress_leaves_as_a_file_of_the_station_shown(world, campaign):
    world.give(campaign, world.doors[0], world.owner)
    visit(world, world.doors[0])
    address = reverse("admin:campaigns_progress", args=[campaign.pk]) + f"?unit={world.station.pk}"
    rows = rows_in(client_of(world.chief).post(address))
    assert rows[1][0] == "周明" and rows[1][3:5] == (1, 1)
    assert client_of(world.other_chief).post(address).status_code == 404


def test_a_search_that_the_page_cuts_short_leaves_whole(world, monkeypatch):
    monkeypatch.setattr("registry.admin.MOST_FOUND", 2)
    for number in (101, 102, 103):
        door = world.door(number)
        door.sought = sought(door.address, door.name)
        door.save(update_fields=["sought"])
    assert len(sheet_of(client_of(world.chief), "registry_premises", q="花果路")) == 1 + 3
