"""What the desk seeks: no name in an address, and lists that page, filter and leave as files as they always did."""

import io
from urllib.parse import parse_qs, urlsplit

import openpyxl
import pytest
from django.conf import settings
from django.contrib import admin
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse

from registry.search import sought
from tests.searching import seek
from tests.world import World

DOORS = "/admin/registry/premises/"


@pytest.fixture
def desk(world: World) -> Client:
    for number, facts in ((101, {}), (102, {"name": "吴桂芝"}), (103, {"name": "吴桂香", "kind": "shop"})):
        door = world.door(number, **facts)
        door.sought = sought(door.address, door.name)
        door.save(update_fields=["sought"])
    return client_of(world.desk)


def client_of(officer, language: str = "en") -> Client:
    client = Client(headers={"accept-language": language})
    client.force_login(officer)
    return client


def doors_on(page) -> list[str]:
    return [door.door for door in page.context["cl"].result_list]


def test_what_is_sought_stands_in_the_field_and_in_no_address(desk: Client) -> None:
    page = seek(desk, DOORS, "吴桂")
    assert doors_on(page) == ["102室", "103室"]
    text = page.content.decode()
    assert 'value="吴桂"' in text
    ((address, _status),) = page.redirect_chain
    assert "%E5%90%B4" not in text + address and len(parse_qs(urlsplit(address).query)["q"][0]) == 8


def test_filters_pages_and_sorting_keep_what_is_sought(desk: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(admin.site.get_model_admin(model("registry.Premises")), "list_per_page", 1)
    page = seek(desk, DOORS, "吴桂")
    assert doors_on(page) == ["102室"] and "p=2" in page.content.decode()
    changes = page.context["cl"]
    assert doors_on(desk.get(DOORS + changes.get_query_string({"p": 2}))) == ["103室"]
    assert doors_on(desk.get(DOORS + changes.get_query_string({"kind__exact": "shop"}))) == ["103室"]
    # Sought again under a filter, from its second page: the filter stays, the page begins anew.
    again = seek(desk, DOORS + "?kind__exact=household&p=2", "吴桂")
    assert doors_on(again) == ["102室"] and "p=" not in again.redirect_chain[0][0]
    assert doors_on(seek(desk, DOORS + "?kind__exact=household", " ")) == ["101室"]


def model(label: str):
    from django.apps import apps

    return apps.get_model(label)


@pytest.mark.parametrize(("language", "sentence"), [("en", "no longer known"), ("zh-hans", "请重新输入")])
def test_an_unknown_key_searches_for_nothing_and_says_so(world: World, language: str, sentence: str) -> None:
    world.door(101)
    client = client_of(world.desk, language)
    for text in ("吴桂", "x" * 500):
        page = client.get(DOORS, {"q": text, "kind__exact": "household"}, follow=True)
        assert page.redirect_chain == [(DOORS + "?kind__exact=household", 302)]
        assert sentence in page.content.decode()


def test_a_key_means_nothing_to_anybody_else(desk: Client, world: World) -> None:
    address = seek(desk, DOORS, "吴桂").redirect_chain[0][0]
    assert client_of(world.chief).get(address).status_code == 302


def test_the_file_of_a_search_holds_what_the_search_found(desk: Client) -> None:
    page = seek(desk, DOORS, "吴桂")
    query = page.context["request"].GET.urlencode()
    answer = desk.post("/reports/exports/", {"list": "registry_premises", "query": query}, follow=True)
    rows = list(openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active.iter_rows())
    assert len(rows) == 1 + 2
    unknown = desk.post("/reports/exports/", {"list": "registry_premises", "query": "q=%E5%90%B4"})
    assert unknown.status_code == 422


def test_every_list_that_searches_posts(desk: Client, world: World) -> None:
    clients = [desk, *(client_of(each) for each in (world.admin, world.security, world.auditor))]
    seen = 0
    for kind in admin.site._registry.values():
        address = reverse(f"admin:{kind.opts.app_label}_{kind.opts.model_name}_changelist")
        page = next((page for each in clients if (page := each.get(address)).status_code == 200), None)
        if page is None or not kind.search_fields:
            continue
        form = page.content.decode().partition('id="changelist-search"')[2].partition("</form>")[0]
        assert 'method="post"' in form and "csrfmiddlewaretoken" in form and 'name="seek"' in form, address
        seen += 1
    assert seen >= 6


def test_a_picker_posts_what_is_typed(world: World) -> None:
    asked = {"app_label": "accounts", "model_name": "grant", "field_name": "officer", "term": "T0201"}
    client = client_of(world.security)
    assert [row["id"] for row in client.post("/admin/autocomplete/", asked).json()["results"]] == [
        str(world.stranger.pk)
    ]
    assert client.get("/admin/autocomplete/", asked).status_code == 405
    assert client.post("/admin/autocomplete/", {**asked, "term": "a\0"}).status_code == 400


def test_no_more_searches_are_kept_than_can_be_gone_back_to(desk: Client) -> None:
    first = seek(desk, DOORS, "吴桂").redirect_chain[0][0]
    assert seek(desk, DOORS, "吴桂").redirect_chain[0][0] == first
    for number in range(40):
        desk.post(DOORS, {"seek": f"词{number}"})
    assert len(desk.session["sought"]) == 30
    assert desk.get(first).status_code == 302


def test_signing_out_leaves_nothing_of_what_was_sought_or_said(desk: Client) -> None:
    seek(desk, DOORS, "吴桂")
    assert "吴桂" in str([session.get_decoded() for session in Session.objects.all()])
    answer = desk.post(reverse("accounts:sign_out"))
    assert Session.objects.count() == 0
    assert not answer.cookies[settings.SESSION_COOKIE_NAME].value
    kept = {name: cookie.value for name, cookie in desk.cookies.items() if cookie.value}
    assert set(kept) <= {settings.CSRF_COOKIE_NAME, settings.LANGUAGE_COOKIE_NAME}


def test_what_a_page_says_once_lies_in_the_session_and_in_no_cookie(desk: Client, world: World) -> None:
    desk.get(DOORS, {"q": "unknown"})
    assert "messages" not in desk.cookies and "_messages" in desk.session
