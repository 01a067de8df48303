"""Who sees what: every row of `tests/access.csv` that exists today, and words that must not leave their room."""

import csv
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.contrib import admin
from django.urls import reverse

from accounts.actions import give_role, issue_codes
from accounts.models import AccessEvent, Grant
from accounts.refusals import Refusal
from accounts.roles import Role
from disputes.models import Case
from tests.accounts.canaries import PLACES, Spot, Watched, watched
from tests.accounts.probes import (
    Probe,
    address_of_a_door,
    block_of_flats,
    client_of,
    door_in_the_register,
    entering_outreach,
    figures,
    filled_form,
    leading,
    list_as_a_file,
    logging_a_visit,
    name_of_a_door,
    on_spot,
    page_of_a_case,
    paper,
    phone_of_a_door,
    record_of_a_visit,
    revealed,
    shared_out,
    striking_off,
    typed_back,
    walk_list,
)
from tests.searching import seek
from tests.world import NOW, World
from visits.models import Visit

TABLE = list(csv.DictReader((Path(__file__).parent.parent / "access.csv").read_text("utf-8").splitlines()))
# Rows of rooms that are not built yet.
LATER = {
    ("inspector", "drawn visit (blind: no first answers)"),
    ("inspector", "objection on a case"),
    ("leader", "approve grade 3"),
    ("partner", "case"),
}


@pytest.fixture
def house(world: World) -> Watched:
    return watched(world)


OFFICER: dict[str, tuple[Probe, list[str]]] = {
    "premises address": (address_of_a_door, ["yes", "yes", "404", "404"]),
    "contact name and history": (name_of_a_door, ["yes", "masked", "404", "404"]),
    "phone": (phone_of_a_door, ["yes", "404", "404", "404"]),
    "visit record": (record_of_a_visit, ["yes", "404", "404", "404"]),
    "log a visit": (logging_a_visit, ["yes", "stand-in", "404", "404"]),
    "case": (page_of_a_case, ["yes", "404", "404", "404"]),
    "approve closure": (striking_off, ["403", "404", "404", "404"]),
    "block of flats (addresses and states)": (block_of_flats, ["yes", "yes", "404", "404"]),
    "outreach": (entering_outreach, ["403", "403", "403", "403"]),
    "list as a file": (list_as_a_file, ["403", "403", "403", "403"]),
    "report or PDF of figures": (figures, ["403", "403", "403", "403"]),
    "walk list": (walk_list, ["yes", "404", "404", "404"]),
    "filled form": (filled_form, ["yes", "404", "404", "404"]),
    "type a paper round": (typed_back, ["yes", "stand-in", "unknown", "unknown"]),
}


AUXILIARY: dict[str, tuple[Probe, list[str]]] = {
    "case": (page_of_a_case, ["yes", "404", "404", "404"]),
    "lead or close or approve": (leading, ["403", "404", "404", "404"]),
    "name": (name_of_a_door, ["yes", "masked", "404", "404"]),
}


OF_THE_STATION = [("owner", OFFICER, what) for what in OFFICER] + [("auxiliary", AUXILIARY, what) for what in AUXILIARY]


@pytest.mark.parametrize(("who", "table", "what"), OF_THE_STATION)
def test_who_walks_reaches_what_the_table_says_and_an_auxiliary_leads_nothing(
    house: Watched, who: str, table: dict[str, tuple[Probe, list[str]]], what: str
) -> None:
    probe, expected = table[what]
    client = client_of(getattr(house.world, who))
    assert [probe(client, house.spots[place]) for place in PLACES] == expected


# A station chief: own and own station lie at the station; the desk was granted at the bureau.
CHIEF: dict[str, tuple[Probe, list[str]]] = {
    "premises and contacts": (door_in_the_register, ["masked", "masked", "404", "404"]),
    "visit record": (record_of_a_visit, ["yes", "yes", "404", "404"]),
    "share-out and campaign set-up": (shared_out, ["yes", "yes", "404", "404"]),
    "case": (page_of_a_case, ["yes", "yes", "404", "404"]),
    "approve closure": (striking_off, ["302", "302", "404", "404"]),
    "report": (figures, ["yes", "yes", "404", "404"]),
    "PDF": (paper, ["yes", "yes", "404", "404"]),
    "block of flats (addresses and states)": (block_of_flats, ["yes", "yes", "404", "404"]),
    "outreach": (entering_outreach, ["yes", "yes", "404", "404"]),
    "list as a file": (list_as_a_file, ["masked", "masked", "404", "404"]),
    "reveal": (revealed, ["yes", "yes", "404", "404"]),
    "walk list": (walk_list, ["masked", "masked", "404", "404"]),
    "filled form": (filled_form, ["masked", "masked", "404", "404"]),
    "type a paper round": (typed_back, ["yes", "yes", "unknown", "unknown"]),
}
DESK = {what: (probe, [*expected[:2], expected[0], expected[3]]) for what, (probe, expected) in CHIEF.items()}


@pytest.mark.parametrize("what", CHIEF)
def test_a_supervisor_reaches_the_subtree_of_the_grant(house: Watched, what: str) -> None:
    for officer, table in ((house.world.chief, CHIEF), (house.world.desk, DESK)):
        probe, expected = table[what]
        client = client_of(officer)
        assert [probe(client, house.spots[place]) for place in PLACES] == expected, officer.badge


def test_a_supervisor_of_another_station_finds_nothing(house: Watched) -> None:
    client = client_of(house.world.other_chief)
    for what, (probe, expected) in CHIEF.items():
        assert probe(client, house.spots["own"]) == expected[2], what


LEADER: dict[str, tuple[Probe, list[str]]] = {
    "figures": (figures, ["yes", "yes", "yes", "404"]),
    "PDF": (paper, ["yes", "yes", "yes", "404"]),
    "case": (page_of_a_case, ["yes", "yes", "yes", "404"]),
    "visit record": (record_of_a_visit, ["404", "404", "404", "404"]),
    "register": (door_in_the_register, ["403", "403", "403", "403"]),
    "name": (name_of_a_door, ["404", "404", "404", "404"]),
}


@pytest.mark.parametrize("what", LEADER)
def test_a_leader_reads_figures_and_cases_within_the_grant(house: Watched, what: str) -> None:
    probe, expected = LEADER[what]
    client = client_of(house.world.leader)
    assert [probe(client, house.spots[place]) for place in PLACES] == expected


def test_a_leader_sees_the_parties_of_a_case_masked(house: Watched) -> None:
    client = client_of(house.world.leader)
    for place in PLACES[:3]:
        page = client.get(reverse("disputes:case", args=[house.spots[place].case.pk])).content.decode()
        assert house.spots[place].party_name not in page
        assert "钱**" in page or "钱某" in page


WORK: list[Probe] = [
    address_of_a_door,
    phone_of_a_door,
    record_of_a_visit,
    page_of_a_case,
    figures,
    paper,
    door_in_the_register,
    list_as_a_file,
    entering_outreach,
    block_of_flats,
    shared_out,
]


@pytest.mark.parametrize("who", ["admin", "security", "auditor"])
def test_an_administrator_finds_no_work_row(house: Watched, who: str) -> None:
    client = client_of(getattr(house.world, who))
    for probe in WORK:
        for place in PLACES:
            assert probe(client, house.spots[place]) in {"403", "404"}, (probe.__name__, place)


def test_administrators_reach_their_own_rows(house: Watched) -> None:
    world = house.world
    grant = Grant.objects.unscoped("test").filter(officer=world.owner).get()
    pages = {
        "admin": [("accounts_unit", world.other_station.pk), ("accounts_officer", world.stranger.pk)],
        "security": [("accounts_grant", grant.pk)],
        "auditor": [("accounts_accessevent", AccessEvent.objects.unscoped("test").latest("pk").pk)],
    }
    for who, rows in pages.items():
        client = client_of(getattr(world, who))
        for name, pk in rows:
            assert client.get(reverse(f"admin:{name}_changelist")).status_code == 200, (who, name)
            assert client.get(reverse(f"admin:{name}_change", args=[pk])).status_code == 200, (who, name)


def test_a_security_administrator_gives_a_grant_but_never_to_themselves(house: Watched) -> None:
    world = house.world
    client = client_of(world.security)
    found = client.post(
        "/admin/autocomplete/",
        {"app_label": "accounts", "model_name": "grant", "field_name": "officer", "term": "T0201"},
    )
    assert [row["id"] for row in found.json()["results"]] == [str(world.stranger.pk)]
    form = {"role": Role.LEADER, "unit": world.bureau.pk, "starts_on": "2026-11-18", "ends_on": ""}
    assert client.post(reverse("admin:accounts_grant_add"), {**form, "officer": world.security.pk}).status_code == 403
    assert client.post(reverse("admin:accounts_grant_add"), {**form, "officer": world.stranger.pk}).status_code == 302


def test_a_code_opens_no_account_that_reaches_further_than_its_printer(house: Watched) -> None:
    world = house.world
    give_role(officer=world.colleague, role=Role.LEADER, unit=world.bureau, by=None, at=NOW)
    for by, officer in ((world.desk, world.security), (world.desk, world.admin), (world.chief, world.colleague)):
        with pytest.raises(Refusal) as refused:
            issue_codes(officers=[officer], by=by, at=NOW)
        assert refused.value.code == "beyond_own_reach"
    assert issue_codes(officers=[world.owner], by=world.chief, at=NOW)
    assert issue_codes(officers=[world.security], by=world.admin, at=NOW)


def test_every_list_of_the_desk_opens_with_each_of_its_filters(house: Watched) -> None:
    client = client_of(house.world.desk)
    for kind in admin.site._registry.values():
        name = f"admin:{kind.opts.app_label}_{kind.opts.model_name}_changelist"
        if not kind.has_view_permission(client.get("/me/").wsgi_request):
            continue
        page = client.get(reverse(name))
        assert page.status_code == 200, name
        changes = page.context["cl"]
        for spec in changes.filter_specs:
            for choice in list(spec.choices(changes))[:4]:
                assert client.get(reverse(name) + choice["query_string"]).status_code == 200, (name, choice)


def test_a_column_is_not_read_letter_by_letter(house: Watched) -> None:
    """Look-ups, sorting and searching ask only for what the page shows."""
    client = client_of(house.world.desk)
    for query in (
        "name__startswith=周",
        "contacts__name=周",
        "unit__officers__password__startswith=p",
        "_to_field=name",
    ):
        for name in ("registry_premises", "visits_visit", "accounts_officer", "campaigns_framedoor"):
            assert client.get(reverse(f"admin:{name}_changelist") + f"?{query}").status_code in {400, 302}, (
                name,
                query,
            )
    found = seek(client, reverse("admin:registry_premises_changelist"), house.spots["elsewhere"].given_name)
    assert house.spots["elsewhere"].door.address not in found.content.decode()


def test_a_forged_number_of_a_version_is_stale_and_breaks_nothing(house: Watched) -> None:
    spot, client = house.spots["own"], client_of(house.world.owner)
    consent = reverse("disputes:consent", args=[spot.case.pk, spot.party.pk])
    for version in ("", "x", "²", "9" * 40, "-1"):
        assert client.post(consent, {"version": version, "consented": "yes"}).status_code == 409
    assert client.get(reverse("disputes:list") + "?number=%27&before=%C2%B2").status_code == 200


def test_every_row_of_the_table_is_known_here() -> None:
    """A row that is added to the table without a test shows up."""
    known = {
        **{("officer", what): 1 for what in OFFICER},
        **{("auxiliary", what): 1 for what in AUXILIARY},
        **{("supervisor", what): 1 for what in [*CHIEF, "report and PDF"]},
        **{("leader", what): 1 for what in [*LEADER, "figures and PDF"]},
        ("system administrator", "units and accounts"): 1,
        ("security administrator", "grants (never to self)"): 1,
        ("audit administrator", "access log (read; verify; export)"): 1,
        **{(f"{who} administrator", "any work row"): 1 for who in ("system", "security", "audit")},
        ("anonymous", "open routes only"): 1,
        ("anonymous", "everything else"): 1,
    }
    assert [(row["who"], row["what"]) for row in TABLE if (row["who"], row["what"]) not in {*known, *LATER}] == []


# -- who strikes off --


def test_nobody_strikes_off_what_they_led(house: Watched) -> None:
    case = on_spot(house.spots["own"], by=house.world.chief)
    address = reverse("disputes:act", args=[case.pk, "approve"])
    assert client_of(house.world.chief).post(address, {"version": case.version}).status_code == 403
    assert client_of(house.world.desk).post(address, {"version": case.version}).status_code == 302


# -- numbers of others --


def test_a_foreign_row_is_absent_whatever_is_sent(house: Watched) -> None:
    """POST to every address with the numbers of another station: nothing is written, nothing is confirmed to exist."""
    world = house.world
    foreign = [house.spots["own bureau"], house.spots["elsewhere"]]
    before = sums()
    for officer in (world.owner, world.auxiliary, world.chief, world.leader):
        client = client_of(officer)
        for spot in foreign:
            for address in foreign_addresses(spot):
                if officer == world.leader and spot is foreign[0] and ("/cases/" in address or "/reports/" in address):
                    continue
                response = client.post(address, posted(spot))
                assert response.status_code in {403, 404, 405}, (officer.badge, address, response.status_code)
    assert sums() == before


def sums() -> tuple[int, ...]:
    return (
        Visit.objects.unscoped("test").count(),
        sum(Case.objects.unscoped("test").values_list("version", flat=True)),
    )


def posted(spot: Spot) -> dict[str, Any]:
    return {
        "version": spot.case.version,
        "client_id": str(uuid4()),
        "outcome": "met",
        "people_met": "1",
        "place": "home",
        "declared": "1",
        "reason": "想看一看",
        "field": "name",
        "consented": "yes",
        "opinion": "x",
        "action": "confirm_they_are_gone",
        "_selected_action": str(spot.door.pk),
    }


def foreign_addresses(spot: Spot) -> list[str]:
    return [
        reverse("visits:door", args=[spot.door.pk]),
        reverse("visits:call", args=[spot.door.pk]),
        reverse("visits:nobody_in", args=[spot.door.pk]),
        reverse("visits:could_not_meet", args=[spot.door.pk]),
        reverse("visits:added_door", args=[spot.door.pk]),
        reverse("visits:undo", args=[spot.visit.pk]),
        reverse("visits:correct", args=[spot.visit.pk]),
        reverse("visits:void", args=[spot.visit.pk]),
        *(reverse("disputes:act", args=[spot.case.pk, name]) for name in ("settle", "approve", "void", "merge")),
        reverse("disputes:consent", args=[spot.case.pk, spot.party.pk]),
        reverse("reports:brief", args=[spot.snapshot.pk]),
        reverse("reports:print", args=[spot.snapshot.pk]),
        reverse("reports:visit_paper", args=[spot.visit.pk]),
        reverse("reports:case_paper", args=[spot.case.pk]),
        reverse("admin:registry_premises_reveal", args=[spot.door.pk]),
        reverse("admin:registry_importbatch_confirm", args=[spot.batch.pk]),
        reverse("admin:registry_importbatch_discard", args=[spot.batch.pk]),
        reverse("admin:registry_premises_change", args=[spot.door.pk]),
        reverse("admin:disputes_case_change", args=[spot.case.pk]),
        reverse("admin:visits_visit_change", args=[spot.visit.pk]),
    ]
