"""What no page of the house sends: keys of others in forms, in ticked rows, in look-ups, in pickers, in addresses."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import pytest
from django.contrib import admin
from django.db import models
from django.urls import reverse
from django.utils import timezone

from accounts.actions import give_role
from accounts.models import Grant, Officer, Unit
from accounts.reached_admin import BaseModelAdmin
from accounts.roles import Role
from campaigns.models import Campaign, Phase, Question
from registry.models import Jurisdiction
from tests.accounts.marked import Marked, client_of, models_of_the_house, said, texts_of
from tests.accounts.routes import NOWHERE
from tests.forms import form_at
from tests.standing import aside
from tests.world import NOW, TODAY, person
from visits.models import Visit


@pytest.fixture(autouse=True)
def left_as_it_was(house: Marked) -> Iterator[None]:
    with aside():
        yield


def change(model: str, pk: Any) -> str:
    return reverse(f"admin:{model}_change", args=[pk])


def test_every_admin_class_is_the_houses_own(house: Marked) -> None:
    assert [kind for kind in admin.site._registry.values() if not isinstance(kind, BaseModelAdmin)] == []


def test_every_text_of_every_model_has_a_mark(house: Marked) -> None:
    """A column that is added without a row that fills it shows up here, and not in a leak."""
    marked = {column for column, _place in house.marks.values()}
    texts = {f"{model._meta.label}.{each.name}" for model in models_of_the_house() for each in texts_of(model)}
    assert texts - marked == set()


# -- keys in forms --


def unit_sent(unit: Unit, **more: Any) -> dict[str, Any]:
    return {"name": "改名", "short_name": "", "kind": unit.kind, "code": unit.code or "", "rank": 1, "phone": "",
            "parent": unit.parent_id or "", **more}  # fmt: skip


def test_a_unit_is_kept_and_moved_within_the_grant_only(house: Marked) -> None:
    world, client = house.world, client_of(house.station_admin)
    far = house.watched.far_chief.unit
    refused = [
        (world.other_station, {}),
        (world.bureau, {}),
        (far, {"parent": world.station.pk}),
        (world.station, {"parent": world.other_station.pk}),
        (world.station, {"parent": ""}),
    ]
    for unit, sent in refused:
        answer = client.post(change("accounts_unit", unit.pk), unit_sent(unit, **sent))
        assert answer.status_code == 403, (unit.pk, sent)
    own = client.post(change("accounts_unit", world.station.pk), unit_sent(world.station))
    assert own.status_code == 302
    names = Unit.objects.unscoped("test").filter(name="改名").values_list("pk", flat=True)
    assert list(names) == [world.station.pk]
    for parent, status in ((world.other_station.pk, 403), ("", 403), (world.station.pk, 302)):
        sent = {**unit_sent(world.station), "code": "", "name": "警务室", "kind": "beat", "parent": parent}
        assert client.post(reverse("admin:accounts_unit_add"), sent).status_code == status, parent


def test_units_below_move_with_their_unit_and_none_stands_below_itself(house: Marked) -> None:
    world = house.world
    beat = Unit.objects.create(name="一中队", kind="beat", parent=world.station)
    client = client_of(world.admin)
    circle = client.post(change("accounts_unit", world.station.pk), unit_sent(world.station, parent=beat.pk))
    assert circle.status_code == 422 and "below itself" in circle.content.decode()
    moved = client.post(
        change("accounts_unit", world.station.pk), unit_sent(world.station, parent=world.other_station.pk)
    )
    assert moved.status_code == 302
    beat.refresh_from_db()
    assert beat.path == f"{world.other_station.path}{world.station.pk}.{beat.pk}."


def test_a_grant_outside_the_own_grant_is_neither_given_nor_changed(house: Marked) -> None:
    world = house.world
    security = person("T0107", "安管", world.station, Role.SECURITY_ADMIN)
    client = client_of(security)
    foreign = Grant.objects.unscoped("test").get(officer=world.stranger)
    sent = {
        "officer": world.owner.pk,
        "role": Role.SUPERVISOR,
        "unit": world.station.pk,
        "starts_on": TODAY,
        "ends_on": "",
    }
    assert client.post(change("accounts_grant", foreign.pk), sent).status_code == 403
    add = reverse("admin:accounts_grant_add")
    for unit in (world.bureau, world.other_station):
        assert client.post(add, {**sent, "unit": unit.pk}).status_code == 403
    assert client.post(add, {**sent, "officer": security.pk}).status_code == 403
    assert client.post(add, sent).status_code == 302
    foreign.refresh_from_db()
    assert (foreign.officer_id, foreign.unit_id) == (world.stranger.pk, world.other_station.pk)


def test_a_jurisdiction_is_given_within_the_grant_only(house: Marked) -> None:
    world, client = house.world, client_of(house.station_admin)
    foreign = Jurisdiction.objects.unscoped("test").get(unit=world.other_station)
    sent = {"unit": world.station.pk, "area": "420303002001"}
    assert client.post(change("registry_jurisdiction", foreign.pk), sent).status_code == 403
    refused = client.post(reverse("admin:registry_jurisdiction_add"), {**sent, "unit": world.other_station.pk})
    assert refused.status_code == 403


@pytest.fixture
def draft(house: Marked) -> Campaign:
    world = house.world
    by = Officer.objects.unscoped("test").get(pk=world.chief.pk)
    return world.draft(unit=world.station, areas=[world.areas["420303001"]], by=by)


def test_rows_of_another_campaign_are_not_reached_through_the_parts_of_ones_own(house: Marked, draft: Campaign) -> None:
    client, address = client_of(house.world.chief), change("campaigns_campaign", draft.pk)
    honest = form_at(client.get(address), address).fields
    saved = client.post(address, honest)
    assert saved.status_code == 302, saved.context["errors"]
    for kind, prefix in ((Phase, "phases"), (Question, "questions")):
        [part] = honest[f"{prefix}-0-id"]
        for campaign in (house.watched.campaign, house.watched.spots["elsewhere"].case.campaign):
            foreign = kind.objects.filter(campaign=campaign).first()
            before = kind.objects.filter(pk=foreign.pk).values().get()
            for forged in ({f"{prefix}-0-id": foreign.pk}, {f"{prefix}-0-id": foreign.pk, f"{prefix}-0-DELETE": "on"}):
                answer = client.post(address, {**honest, **forged})
                assert answer.status_code in {200, 302}, answer.status_code
                assert kind.objects.filter(pk=foreign.pk).values().get() == before
                assert house.read_in(answer.content.decode()) <= house.read_in(client.get(address).content.decode())
            client.post(address, {**honest, f"{prefix}-0-campaign": campaign.pk})
            assert not kind.objects.filter(pk=part, campaign=campaign).exists()


def test_fields_that_a_form_does_not_have_change_nothing(house: Marked, draft: Campaign) -> None:
    world, own = house.world, house.watched.spots["own"]
    chief, address = client_of(world.chief), change("campaigns_campaign", draft.pk)
    extra = {"state": "open", "unit": world.bureau.pk, "frame_count": 9, "id": 1, "version": 99, "opened_at": NOW}
    chief.post(address, {**form_at(chief.get(address), address).fields, **extra})
    draft.refresh_from_db()
    assert (draft.state, draft.unit_id, draft.frame_count) == ("draft", world.station.pk, 0)
    forged = {
        "officer": world.stranger.pk,
        "unit": world.other_station.pk,
        "entered_by": world.stranger.pk,
        "outcome": "met",
    }
    forged |= {"client_id": str(uuid4()), "stand_in": "", "campaign": house.watched.spots["elsewhere"].case.campaign_id}
    assert client_of(world.owner).post(reverse("visits:nobody_in", args=[own.door.pk]), forged).status_code == 302
    visit = Visit.objects.unscoped("test").get(submissions__client_id=forged["client_id"])
    assert (visit.officer_id, visit.unit_id, visit.outcome) == (world.owner.pk, world.station.pk, "nobody_in")
    assert visit.campaign_id == own.case.campaign_id
    case = type(own.case).objects.unscoped("test").get(pk=own.case.pk)
    sent = {"version": case.version, "state": "closed", "lead": world.stranger.pk, "unit": world.other_station.pk}
    client_of(world.owner).post(reverse("disputes:act", args=[case.pk, "add_session"]), sent)
    after = type(own.case).objects.unscoped("test").get(pk=own.case.pk)
    assert (after.state, after.lead_id, after.unit_id) == (case.state, case.lead_id, case.unit_id)


# -- ticked rows --


def contents(model: Any, pks: list[Any]) -> list[dict[str, Any]]:
    return list(model._base_manager.filter(pk__in=pks).order_by("pk").values())


@pytest.mark.parametrize(("who", "places"), [("chief", ("own bureau", "elsewhere")), ("desk", ("elsewhere",))])
def test_a_ticked_row_of_others_is_left_alone_by_every_action(house: Marked, who: str, places: tuple[str, ...]) -> None:
    client, tried = client_of(getattr(house.world, who)), 0
    request = client.get("/notices/").wsgi_request
    for model, kind in admin.site._registry.items():
        foreign = [pk for place in places for pk in house.rows[model._meta.label].get(place, [])]
        if not foreign or not kind.has_view_permission(request):
            continue
        address = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
        for action in (*kind.get_actions(request), "delete_selected", "nothing"):
            before = contents(model, foreign)
            answer = client.post(
                address, {"action": action, "index": "0", "_selected_action": foreign, "select_across": "1"}
            )
            assert answer.status_code in {200, 302, 403, 409}, (address, action, answer.status_code)
            assert contents(model, foreign) == before, (address, action)
            tried += 1
    assert tried > 20


def test_an_administrator_of_a_station_prints_no_code_and_ends_no_account_elsewhere(house: Marked) -> None:
    client, foreign = client_of(house.station_admin), [house.world.stranger.pk, house.watched.far_chief.pk]
    before = contents(Officer, foreign)
    for action in ("print_slips", "mark_as_left", "take_back"):
        sent = {"action": action, "index": "0", "_selected_action": foreign}
        answer = client.post(reverse("admin:accounts_officer_changelist"), sent, follow=True)
        assert "one-time code" not in answer.content.decode() or answer.redirect_chain
        assert contents(Officer, foreign) == before


# -- look-ups --


def test_no_column_is_read_letter_by_letter(house: Marked) -> None:
    """Every text of every list and of the rows that it hangs on, by beginnings: refused as a look-up that is none."""
    client, tried = client_of(house.world.desk), 0
    request = client.get("/notices/").wsgi_request
    for model, kind in admin.site._registry.items():
        if not kind.has_view_permission(request):
            continue
        address = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
        for path in paths_of(model):
            for look_up in ("startswith", "regex"):
                answer = client.get(f"{address}?{path}__{look_up}=z")
                assert answer.status_code == 400 or answer.headers.get("Location") == f"{address}?e=1", (address, path)
                tried += 1
    assert tried > 150


def paths_of(model: Any) -> Iterator[str]:
    for each in texts_of(model):
        yield each.name
    for each in model._meta.get_fields():
        related = each.related_model if each.is_relation else None
        if (related is not None and not isinstance(each, models.ForeignObjectRel)) or getattr(
            each, "related_name", None
        ):
            name = each.name if not isinstance(each, models.ForeignObjectRel) else each.get_accessor_name()
            text = next(texts_of(related), None) if related is not None and name and name != "+" else None
            if text is not None:
                yield f"{name}__{text.name}"
            if related is Officer:
                yield f"{name}__password"


@pytest.mark.parametrize(
    "query",
    [
        "_to_field=name",
        "_to_field=password",
        "o=99",
        "o=-1.2.3",
        "o=password",
        "_popup=1",
        "all=",
        "p=9999",
        "e=1",
        "_facets=1",
    ],
)
def test_a_strange_address_of_a_list_shows_no_row_of_others(house: Marked, query: str) -> None:
    client = client_of(house.world.chief)
    for name in ("registry_premises", "visits_visit", "accounts_officer", "campaigns_framedoor", "disputes_case"):
        answer = client.get(reverse(f"admin:{name}_changelist") + "?" + query)
        assert answer.status_code in {200, 302, 400}, (name, query)
        places = {place for _column, place in house.read_in(answer.content.decode())}
        assert not places & {"own bureau", "elsewhere"}, (name, query)


@pytest.mark.parametrize(
    ("who", "hidden"),
    [("chief", {"own bureau", "elsewhere"}), ("desk", {"elsewhere"}), ("auditor", {"own", "elsewhere"})],
)
def test_no_picker_offers_rows_of_others(house: Marked, who: str, hidden: set[str]) -> None:
    """Every key of every model, whether a picker for it exists or not."""
    client, offered = client_of(getattr(house.world, who)), set()
    for model in models_of_the_house():
        for each in model._meta.get_fields():
            if not each.is_relation:
                continue
            asked = {"app_label": model._meta.app_label, "model_name": model._meta.model_name, "field_name": each.name}
            answer = client.post(reverse("admin:autocomplete"), {**asked, "term": ""})
            assert answer.status_code in {200, 403, 404}, asked
            if answer.status_code == 200:
                offered |= {place for _column, place in house.read_in(answer.content.decode("unicode_escape"))}
    assert not offered & hidden


# -- two keys in one address --


def test_a_part_of_anothers_row_is_not_reached_through_ones_own(house: Marked) -> None:
    rows, campaign = house.rows, house.watched.campaign.pk
    own_case, own_visit = rows["disputes.Case"]["own"][0], rows["visits.Visit"]["own"][0]
    owner, chief = client_of(house.world.owner), client_of(house.world.chief)
    for place in ("own station", "own bureau", "elsewhere"):
        evidence, party = rows["disputes.Evidence"][place][0], rows["disputes.Party"][place][0]
        photo = rows["visits.Photo"][place][0]
        assert owner.get(reverse("disputes:evidence", args=[own_case, evidence])).status_code == 404
        assert owner.post(reverse("disputes:consent", args=[own_case, party]), {"consented": "yes"}).status_code == 404
        assert owner.get(reverse("visits:photo", args=[own_visit, photo])).status_code == 404
    for place in ("own bureau", "elsewhere"):
        undo = reverse("admin:campaigns_share_out_undo", args=[campaign, rows["campaigns.ShareOut"][place][0]])
        assert chief.post(undo).status_code == chief.get(undo).status_code == 404, place
        run = reverse("admin:campaigns_share_out_run", args=[campaign, rows["campaigns.ShareOutRun"][place][0]])
        # The page of a run only shows: whatever is sent to it, whosever it is, is 405.
        assert (chief.get(run).status_code, chief.post(run).status_code) == (404, 405), place
        officer = rows["accounts.Officer"][place][0]
        assert chief.get(reverse("admin:campaigns_officer_list", args=[campaign, officer])).status_code == 404
        sent = {"list": "registry_premises", "query": urlencode({"unit__id__exact": house.world.other_station.pk})}
        answer = chief.post(reverse("reports:exports"), sent, follow=True)
        assert place not in {whose for _column, whose in house.read_in(said(answer))}


# -- taken away --


def test_what_is_taken_away_is_gone_at_the_next_request(house: Marked) -> None:
    world = house.world
    pages = {
        world.chief: ("/admin/registry/premises/", "/reports/", "/reports/exports/", "/round/"),
        world.owner: ("/round/", f"/doors/{house.rows['registry.Premises']['own station'][0]}/"),
        world.desk: ("/admin/campaigns/campaign/", "/admin/disputes/case/waiting/"),
        house.station_admin: ("/admin/accounts/officer/", "/admin/roster/"),
    }
    clients = {officer: client_of(officer) for officer in pages}
    before = {page: clients[who].get(page).status_code for who, found in pages.items() for page in found}
    assert {page: status for page, status in before.items() if status != 200} == {}
    Grant.objects.unscoped("test").update(ends_on=timezone.localdate() - timedelta(days=1))
    assert {clients[who].get(page).status_code for who, found in pages.items() for page in found} <= {403, 404}
    give_role(officer=world.chief, role=Role.SUPERVISOR, unit=world.other_station, by=None, at=NOW)
    own = house.rows["registry.Premises"]["own"][0]
    assert clients[world.chief].get(change("registry_premises", own)).status_code == 404
    Officer.objects.unscoped("test").filter(pk=world.owner.pk).update(is_active=False)
    assert clients[world.owner].get("/round/").headers["Location"].startswith("/sign-in/")


def test_the_number_of_nothing_is_nothing(house: Marked) -> None:
    assert all(NOWHERE not in pks for places in house.rows.values() for pks in places.values())
