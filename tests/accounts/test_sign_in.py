"""Signing in, being locked out alone, and coming in only where one may."""

import pytest
from django.urls import reverse

from accounts.actions import end_grants
from accounts.models import AccessEvent, Grant, Officer, Unit
from accounts.roles import Role
from accounts.scoping import Unscoped
from registry.models import Premises
from tests.world import NOW, PASSWORD, World

SIGN_IN = "/sign-in/"


def sign_in(client, badge: str, password: str = PASSWORD, agent: str = "phone-a"):
    return client.post(SIGN_IN, {"username": badge, "password": password}, headers={"user-agent": agent})


def as_officer(client, officer: Officer):
    client.force_login(officer, backend="accounts.backends.BadgeBackend")
    return client


@pytest.mark.parametrize("typed", ["T0102", "t0102", " Ｔ０１０２ "])
def test_a_badge_number_may_be_typed_in_any_width_and_case(world: World, client, typed):
    assert sign_in(client, typed).status_code == 302
    assert client.get("/round/").status_code == 200


def test_five_wrong_passwords_lock_this_account_on_this_device_and_nobody_else(world: World, client):
    for _n in range(5):
        answer = sign_in(client, "T0102", "wrong")
    assert answer.status_code == 429
    assert "15" in answer.content.decode()
    assert sign_in(client, "T0102").status_code == 429
    assert sign_in(client, "T0103").status_code == 302, "a colleague behind the same address signs in"
    client.logout()
    assert sign_in(client, "T0102", agent="desk-b").status_code == 302


@pytest.mark.parametrize("badge", ["system", "resident"])
def test_reserved_rows_never_sign_in(world: World, client, badge):
    assert sign_in(client, badge).status_code == 422


def test_a_wrong_password_keeps_the_badge_and_says_what_to_do(world: World, client):
    page = sign_in(client, "T0102", "wrong").content.decode()
    assert "T0102" in page and "一次性口令" in page and "wrong" not in page


def test_signed_out_visitors_are_sent_to_the_sign_in_page_and_back(world: World, client):
    answer = client.get("/round/")
    assert answer["Location"] == f"{SIGN_IN}?next=%2Fround%2F"
    answer = client.post(SIGN_IN, {"username": "T0102", "password": PASSWORD, "next": "https://elsewhere.example/"})
    assert answer["Location"] == "/"


def test_the_demo_s_one_click_is_no_door_into_a_real_site(world: World, client):
    assert client.post("/demo/sign-in/", {"badge": "ZW0001"}).status_code == 404


def test_each_person_is_sent_to_their_own_desk(world: World, client):
    desks = [(world.owner, "/round/"), (world.chief, "/admin/"), (world.leader, "/reports/"), (world.admin, "/admin/")]
    for officer, desk in desks:
        assert as_officer(client, officer).get("/")["Location"] == desk


def test_the_language_is_the_browser_s_until_it_is_switched(world: World, client):
    assert "Sign in" in client.get(SIGN_IN, headers={"accept-language": "en"}).content.decode()
    assert "登录" in client.get(SIGN_IN, headers={"accept-language": "zh-CN"}).content.decode()
    client.post("/language/", {"language": "en", "next": SIGN_IN})
    assert "Sign in" in client.get(SIGN_IN, headers={"accept-language": "zh-CN"}).content.decode()


def test_a_scoped_table_cannot_be_read_without_saying_for_whom(world: World):
    for read in (
        lambda: list(Premises.objects.all()),
        lambda: Premises.objects.count(),
        lambda: Premises.objects.filter(pk=1).exists(),
        lambda: Premises.objects.filter(pk=1).update(note=""),
        lambda: list(Premises.objects.values_list("name")),
        lambda: list(Unit.objects.filter(pk__in=Premises.objects.values("unit_id")).unscoped("outer only")),
    ):
        with pytest.raises(Unscoped):
            read()


def test_a_right_taken_away_does_not_hold_at_the_next_request(world: World, client):
    as_officer(client, world.chief)
    assert client.get("/admin/").status_code == 200
    end_grants(officer=world.chief, at=NOW)
    assert client.get("/admin/").status_code == 403


@pytest.mark.parametrize(
    ("who", "path", "status"),
    [
        ("owner", "/admin/", 403),
        ("owner", "/reports/", 403),
        ("leader", "/admin/", 403),
        ("chief", "/admin/accounts/grant/", 403),
        ("chief", "/admin/accounts/accessevent/", 403),
        ("admin", "/admin/registry/premises/", 403),
        ("admin", "/admin/disputes/case/", 403),
        ("auditor", "/admin/accounts/accessevent/", 200),
        ("security", "/admin/accounts/grant/", 200),
        ("auditor", "/admin/accounts/grant/", 403),
    ],
)
def test_a_missing_right_is_403(world: World, client, who, path, status):
    assert as_officer(client, getattr(world, who)).get(path).status_code == status


def test_another_station_s_officer_does_not_exist(world: World, client):
    as_officer(client, world.chief)
    own, foreign, none = world.owner.pk, world.stranger.pk, 10**9
    assert client.get(f"/admin/accounts/officer/{own}/change/").status_code == 200
    pages = [client.get(f"/admin/accounts/officer/{pk}/change/") for pk in (foreign, none)]
    assert [page.status_code for page in pages] == [404, 404]
    listed = client.get("/admin/accounts/officer/").content.decode()
    assert "周明" in listed and "吴晓梅" not in listed


@pytest.mark.parametrize(
    "query", ["name__startswith=%E5%91%A8", "password__startswith=a", "grants__role=leader", "unit__name=x"]
)
def test_a_list_cannot_be_asked_for_columns_letter_by_letter(world: World, client, query):
    answer = as_officer(client, world.chief).get(f"/admin/accounts/officer/?{query}")
    assert answer.status_code in (302, 400)


def test_nothing_is_deleted_and_no_second_history_is_shown(world: World, client):
    as_officer(client, world.chief)
    for page in ("delete", "history"):
        assert client.get(f"/admin/accounts/officer/{world.owner.pk}/{page}/").status_code == 404


def test_a_security_administrator_gives_roles_but_never_to_themselves(world: World, client):
    as_officer(client, world.security)
    url = reverse("admin:accounts_grant_add")
    form = {"role": Role.LEADER, "unit": world.bureau.pk, "starts_on": "2026-11-18", "ends_on": ""}
    client.post(url, {**form, "officer": world.owner.pk})
    assert Grant.objects.unscoped("test").filter(officer=world.owner, role=Role.LEADER).exists()
    assert client.post(url, {**form, "officer": world.security.pk}).status_code == 403
    assert not Grant.objects.unscoped("test").filter(officer=world.security, role=Role.LEADER).exists()


def test_looking_and_being_refused_are_in_the_access_log(world: World, client):
    as_officer(client, world.owner).get("/reports/")
    event = AccessEvent.objects.visible_to(world.auditor).first()
    assert (event.officer, event.verb, event.outcome) == (world.owner, "refused", "no_right")
    assert not AccessEvent.objects.visible_to(world.chief).exists()
