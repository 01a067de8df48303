"""Texts, keys and rows that no page of the house sends: the newest pages refuse them and never fall over."""

from types import SimpleNamespace
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import AccessEvent, Officer
from campaigns.models import Responsibility, ShareOut
from reports.documents import views as papers
from reports.exports import ask_export
from reports.models import Export, WalkList
from tests.accounts.canaries import Watched, watched
from tests.world import NOW, World
from visits.models import Outreach

SCRIPT = "<script>alert(1)</script>"
LONG_NUMBER = "9" * 5000
SPOILT = ("a\0b", SCRIPT, "=cmd|' /C calc'!A0", LONG_NUMBER, "²", "9999-12-31", "0001-01-01")
ONE_BY_ONE = ("a\0b", SCRIPT, "9999-12-31")
NOWHERE = 987_654


@pytest.fixture
def house(world: World, monkeypatch: pytest.MonkeyPatch) -> Watched:
    monkeypatch.setattr(papers, "draw", lambda *_drawn, **_more: SimpleNamespace(content=b"%PDF", pages=1))
    return watched(world)


def client_of(officer: Officer) -> Client:
    client = Client(headers={"accept-language": "en"}, raise_request_exception=False)
    client.force_login(officer)
    return client


Sent = dict[str, Any]


def forms_of(house: Watched) -> dict[str, tuple[Officer, str, Sent]]:
    """What an honest hand would send, page by page."""
    world, campaign, own = house.world, house.campaign.pk, house.spots["own"]
    days = {"starts_on": "2026-12-01", "ends_on": "2026-12-20"}
    draft = {"title": "冬季", "unit": world.bureau.pk, **days, "areas": "420303001001"}
    line = dict.fromkeys(("people", "place", "notice", "topics", "finding", "answers", "again", "note", "time"), "")
    line = {f"{name}-0": value for name, value in {**line, "code": "0417-3", "outcome": "3", "id": ""}.items()}
    head = {"campaign": campaign, "officer": "T0102", "partner": "", "day": "2026-11-17", "starts": "09:00"}
    head |= {"ends": "10:00", "place": "home", "topics": "", "lines": "1", "line": "0", "other": ""}
    case = {"client_id": uuid4(), "what": "request:permit", "title": "证", "summary": "", "source": "walk_in"}
    case |= {"source_ref": "", "grade": "1", "grade_reason": "", "how": "open", "measures": "", "due_on": ""}
    talk = {"client_id": uuid4(), "campaign": campaign, "kind": "talk", "held_on": "2026-11-17", "place": "站"}
    talk |= {"area": "420303001001", "about": "", "people_reached": "3", "households_reached": ""}
    board = dict.fromkeys(("way", "to", "source", "seen", "digest", "facts", "doors", "pick", "among"), "")
    old = {"was_starts_on": "2026-11-02", "was_ends_on": "2026-12-28", "retain_until": "2027-12-31", "warned": ""}
    lists = {"campaign": campaign, "unit": own.unit.pk, "officer": own.hand.pk, "due_by": ""}
    binding = {"campaign": campaign, "area": "420303001001", "officer": world.owner.pk, "kind": "officer"}
    ticked = {"action": "take_off", "_selected_action": "1", "index": "0", "select_across": "0"}
    picker = {"app_label": "campaigns", "model_name": "responsibility", "field_name": "officer", "term": "周"}
    settle = {"version": own.case.version, "outcome": "agreement_oral", "measures": "x"}

    def desk(name: str) -> str:
        return reverse(f"admin:campaigns_{name}", args=[campaign])

    bindings = "admin:campaigns_responsibility"
    return {
        "find a door": (world.owner, reverse("visits:find_door"), {"q": "周秀"}),
        "new case": (world.owner, reverse("disputes:new", args=[own.door.pk]), case),
        "settle": (world.owner, reverse("disputes:act", args=[own.case.pk, "settle"]), settle),
        "report back": (world.owner, reverse("disputes:act", args=[own.case.pk, "report_back"]), {"version": 1}),
        "typed": (world.owner, reverse("visits:keyed"), {**head, **line}),
        "checked": (world.owner, reverse("visits:keyed_check"), {**head, **line}),
        "outreach": (world.desk, reverse("visits:outreach_new"), talk),
        "walk lists": (world.desk, reverse("reports:ask_lists"), lists),
        "blank": (world.owner, reverse("reports:blank_paper"), {"form": "dispute", "campaign": "", "door": ""}),
        "slips": (world.owner, reverse("reports:slips"), {"campaign": campaign, "officer": "", "sheets": "1"}),
        "export": (world.desk, reverse("reports:exports"), {"list": "registry_premises", "query": ""}),
        "figures": (world.desk, reverse("reports:campaign_workbook", args=[campaign]), dict(days)),
        "copy": (world.desk, desk("campaign_copy"), draft),
        "draft": (world.desk, reverse("admin:campaigns_campaign_add"), draft),
        "dates": (world.desk, desk("campaign_dates"), {**old, **days}),
        "board": (world.chief, desk("share_out"), {"unit": own.unit.pk, "confirm": "1", **board}),
        "binding": (world.desk, reverse(f"{bindings}_add"), binding),
        "picker": (world.desk, reverse("admin:autocomplete"), picker),
        "seek": (world.desk, reverse("admin:registry_premises_changelist"), {"seek": "周秀"}),
        "take off": (world.desk, reverse(f"{bindings}_changelist"), ticked),
    }


def fault_of(response: Any) -> str:
    if response.status_code >= 500:
        return str(response.status_code)
    is_page = "html" in response.get("Content-Type", "")
    return "not escaped" if is_page and SCRIPT in response.content.decode() else ""


def test_no_field_breaks_a_page_or_runs_in_it(house: Watched) -> None:
    faults = []
    for name, (officer, address, sent) in forms_of(house).items():
        client = client_of(officer)
        for value in (*SPOILT, "字" * 100_000):
            # All at once; then one after the other, because the first faulty one may hide the rest.
            spoilt = [dict.fromkeys(sent, value)]
            spoilt += [{**sent, field: value} for field in sent if value in ONE_BY_ONE]
            faults += [(name, value[:12], fault) for each in spoilt if (fault := fault_of(client.post(address, each)))]
    assert faults == []


def test_half_a_character_breaks_no_page(house: Watched) -> None:
    """A lone surrogate, as bytes that no browser would send."""
    half = b"%ED%A0%80"
    for name, (officer, address, sent) in forms_of(house).items():
        body = b"&".join(field.encode() + b"=" + half for field in sent)
        response = client_of(officer).post(address, body, content_type="application/x-www-form-urlencoded")
        assert fault_of(response) == "", name


def asked_of(house: Watched) -> list[tuple[Officer, str, tuple[str, ...]]]:
    """Pages that read their address, with the names they read."""
    world, pk = house.world, house.campaign.pk
    return [
        (world.owner, reverse("disputes:list"), ("show", "kind", "number", "before")),
        (world.owner, reverse("visits:receipts"), ("before",)),
        (world.desk, reverse("reports:papers"), ("campaign", "unit")),
        (world.desk, reverse("reports:bulletin", args=[pk]), ("unit",)),
        (world.desk, reverse("reports:campaign", args=[pk]), ("starts_on=2026-01-01&ends_on",)),
        (world.desk, reverse("reports:campaign", args=[pk]), ("ends_on=2026-01-01&starts_on",)),
        (
            world.chief,
            reverse("admin:campaigns_share_out", args=[pk]),
            ("unit", "way", "to", "source", "pick", "among"),
        ),
        (world.chief, reverse("admin:campaigns_left_out", args=[pk]), ("unit",)),
        (world.desk, reverse("admin:registry_premises_changelist"), ("q", "kind__exact", "contacts__name__startswith")),
        (world.desk, reverse("admin:campaigns_responsibility_changelist"), ("q", "kind__exact")),
    ]


def test_no_address_breaks_a_page(house: Watched) -> None:
    faults = []
    for officer, address, names in asked_of(house):
        client = client_of(officer)
        for name in names:
            for value in SPOILT:
                asked = f"{address}{'&' if '?' in address else '?'}{name}={quote(value)}"
                if fault := fault_of(client.get(asked)):
                    faults.append((address, name, value[:12], fault))
    assert faults == []


def test_a_nul_in_an_address_is_a_bad_request_before_any_page_reads_it(house: Watched) -> None:
    client = client_of(house.world.owner)
    assert client.get(reverse("disputes:list") + "?number=a%00b").status_code == 400
    assert client.get("/admin/registry/area/42%00/change/").status_code == 400


def test_a_form_with_too_much_in_it_says_so_and_what_to_do(house: Watched) -> None:
    client, length = client_of(house.world.owner), settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    for sent in ({"diary": "长" * length}, {f"q_{number}": "1" for number in range(5001)}):
        response = client.post(f"/doors/{house.world.doors[0].pk}/", sent, headers={"Accept-Language": "zh-hans"})
        assert response.status_code == 413
        assert "缩短过长的文字（合计不超过 5.0" in response.content.decode()


def test_filters_of_a_file_that_cannot_be_looked_up_are_refused(house: Watched) -> None:
    client = client_of(house.world.desk)
    for query in ("q=a%00b", "kind__exact=a%00b", "kind=%00"):
        sent = {"list": "registry_premises", "query": query}
        assert client.post(reverse("reports:exports"), sent).status_code == 422, query
    assert not Export.objects.unscoped("test").exists()


def test_a_day_outside_the_calendar_is_refused_at_its_field(house: Watched) -> None:
    officer, address, sent = forms_of(house)["copy"]
    response = client_of(officer).post(address, {**sent, "ends_on": "9999-12-31"})
    assert response.status_code == 422
    assert "ends_on" in response.context["form"].errors


def test_the_number_of_somebody_elses_form_is_refused(house: Watched) -> None:
    officer, address, sent = forms_of(house)["outreach"]
    assert client_of(officer).post(address, sent).status_code == 302
    assert client_of(officer).post(address, sent).status_code == 302
    assert client_of(house.world.chief).post(address, sent).status_code == 409
    assert Outreach.objects.unscoped("test").count() == 1


# -- rows of others --


def test_another_ones_files_answer_as_if_there_were_none(house: Watched) -> None:
    world, own = house.world, house.spots["own"]
    export = ask_export(name="registry_premises", query="", language="en", by=world.desk, at=NOW)
    walk = WalkList.objects.create(
        campaign=house.campaign, unit=own.unit, asked_by=world.owner, asked_at=timezone.now(), language="en", doors=1
    )
    client = client_of(world.chief)
    for name, pk in (("export", export.pk), ("export_file", export.pk), ("walk_list", walk.pk)):
        assert same_as_missing(client, f"reports:{name}", pk), name


def same_as_missing(client: Client, name: str, pk: int, query: str = "") -> bool:
    """404, and word for word what a number that nobody has would get."""
    foreign, missing = (client.get(reverse(name, args=[key]) + query) for key in (pk, NOWHERE))
    told = [answer.content.decode().replace(f"/{key}/", "/") for answer, key in ((foreign, pk), (missing, NOWHERE))]
    return foreign.status_code == missing.status_code == 404 and len(told[0]) == len(told[1])


def test_another_stations_rows_answer_as_if_there_were_none(house: Watched) -> None:
    far, near = house.spots["elsewhere"], house.spots["own bureau"]
    owner, chief = client_of(house.world.owner), client_of(house.world.chief)
    for spot in (far, near):
        assert same_as_missing(owner, "disputes:new", spot.door.pk)
        assert same_as_missing(owner, "visits:building", spot.door.pk)
    pages = ("copy", "dates")
    named = [*(f"admin:campaigns_campaign_{page}" for page in pages), "admin:campaigns_question_sets"]
    named += ["admin:campaigns_share_out", "admin:campaigns_share_outs", "admin:campaigns_left_out"]
    for name in (*named, "admin:campaigns_progress", "reports:bulletin", "reports:campaign"):
        assert same_as_missing(chief, name, far.case.campaign_id), name
    for page in ("share_out", "share_outs", "left_out", "progress"):
        address = reverse(f"admin:campaigns_{page}", args=[house.campaign.pk])
        assert chief.get(address, {"unit": near.unit.pk}).status_code == 404, page


def test_a_foreign_share_out_is_neither_shown_nor_undone(house: Watched) -> None:
    near = house.spots["own bureau"]
    batch = ShareOut.objects.create(
        campaign=house.campaign,
        unit=near.unit,
        way="evenly",
        at=NOW,
        by=near.chief,
        doors=1,
        sentence="",
        board_digest="",
    )
    client = client_of(house.world.chief)
    for pk in (batch.pk, NOWHERE):
        address = reverse("admin:campaigns_share_out_undo", args=[house.campaign.pk, pk])
        assert client.post(address).status_code == 404
    batch.refresh_from_db()
    assert batch.undone_at is None


def test_a_ticked_binding_of_another_bureau_stays(house: Watched) -> None:
    world, far = house.world, house.spots["elsewhere"]
    foreign = Responsibility.objects.create(
        campaign_id=far.case.campaign_id, area=world.areas["420302001001"], officer=far.hand, kind="officer"
    )
    officer, address, sent = forms_of(house)["take off"]
    answer = client_of(officer).post(address, {**sent, "_selected_action": [foreign.pk, "x", "\0"]})
    assert answer.status_code in {200, 302}
    assert Responsibility.objects.unscoped("test").filter(pk=foreign.pk).exists()
    chief = client_of(world.chief).post(address, {**sent, "_selected_action": foreign.pk})
    assert chief.status_code in {200, 302, 403}
    assert Responsibility.objects.unscoped("test").filter(pk=foreign.pk).exists()


def test_forged_keys_in_a_form_are_refused_there(house: Watched) -> None:
    world, far, near = house.world, house.spots["elsewhere"], house.spots["own bureau"]
    found = forms_of(house)
    forged = [
        ("binding", {"officer": far.hand.pk}),
        ("binding", {"campaign": far.case.campaign_id}),
        ("copy", {"unit": far.unit.pk}),
        ("copy", {"areas": "420302001001"}),
        ("outreach", {"campaign": far.case.campaign_id}),
        ("outreach", {"area": "420302001001"}),
        ("walk lists", {"officer": far.hand.pk}),
        ("walk lists", {"campaign": far.case.campaign_id}),
        ("slips", {"officer": near.hand.pk}),
        ("slips", {"campaign": far.case.campaign_id}),
        ("blank", {"door": near.door.pk}),
        ("typed", {"officer": near.hand.badge}),
        ("typed", {"partner": far.hand.badge}),
        ("typed", {"campaign": far.case.campaign_id}),
        ("board", {"unit": near.unit.pk}),
    ]
    for name, change in forged:
        officer, address, sent = found[name]
        answer = client_of(officer).post(address, {**sent, **change})
        assert answer.status_code in {200, 404, 422}, (name, change, answer.status_code)
        assert answer.status_code != 200 or answer.context["errors"], (name, change)
        text = answer.content.decode()
        assert far.hand.name not in text, (name, change)
    assert not Outreach.objects.unscoped("test").exists()
    assert not WalkList.objects.unscoped("test").filter(asked_by=world.desk).exists()


def test_looking_at_the_new_pages_writes_nothing(house: Watched) -> None:
    """A GET of a page that acts only by POST; the access log may grow by looks, never by deeds."""
    before = AccessEvent.objects.unscoped("test").exclude(verb="refused").count()
    for officer, address, _sent in forms_of(house).values():
        assert client_of(officer).get(address).status_code in {200, 404, 405}, address
    signed_in = {"signed_in"}
    after = AccessEvent.objects.unscoped("test").exclude(verb__in={"refused", *signed_in}).count()
    assert after <= before
