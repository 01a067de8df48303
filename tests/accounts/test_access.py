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

TABLE = {
    (row["who"], row["what"]): [row[place] for place in PLACES]
    for row in csv.DictReader((Path(__file__).parent.parent / "access.csv").read_text("utf-8").splitlines())
}
# Rows of rooms that are not built yet.
LATER = {
    ("officer", "own diary"),
    ("inspector", "drawn visit (blind: no first answers)"),
    ("inspector", "objection on a case"),
    ("leader", "approve grade 3"),
    ("partner", "case"),
}
# What the table's words come to for whoever asks at that place. Each place of the house is one where the condition of
# its cell holds: the door is live in one's hands, the case is led by oneself, the closure is nobody's own.
MEANS = {
    **{word: word for word in ("yes", "403", "404", "masked", "403 or 404")},
    "live assignment; due return visit; drawn check": "yes",
    "surname alone and no history": "masked",
    "dial from an own live door (logged)": "yes",
    "author; partner": "yes",
    "yes (stand-in)": "stand-in",
    "for the officer": "yes",
    "unknown code": "unknown",
    "lead; registrar; helper": "yes",
    "helper; own draft": "yes",
    "own doors; names in clear": "yes",
    "masked (logged)": "masked",
    "not in it": "404",
    "not own lead or request or mediation or finding": "yes",
    "404 unless the case names the unit": "404",
    "within grant": "yes",
    "within grant (masked parties)": "yes",
    "reveal one field with reason": "yes",
    "": "",
}
AT_THE_BUREAU = " when granted at the bureau"

# What is tried for each row of the table.
PROBES: dict[tuple[str, str], list[Probe]] = {
    ("officer", "premises address"): [address_of_a_door],
    ("officer", "contact name and history"): [name_of_a_door],
    ("officer", "phone"): [phone_of_a_door],
    ("officer", "visit record"): [record_of_a_visit],
    ("officer", "log a visit"): [logging_a_visit],
    ("officer", "case"): [page_of_a_case],
    ("officer", "approve closure"): [striking_off],
    ("officer", "block of flats (addresses and states)"): [block_of_flats],
    ("officer", "outreach"): [entering_outreach],
    ("officer", "list as a file"): [list_as_a_file],
    ("officer", "report or PDF of figures"): [figures, paper],
    ("officer", "walk list"): [walk_list],
    ("officer", "filled form"): [filled_form],
    ("officer", "type a paper round"): [typed_back],
    ("auxiliary", "contact name and history"): [name_of_a_door],
    ("auxiliary", "case"): [page_of_a_case],
    ("auxiliary", "lead or close or approve"): [leading],
    ("supervisor", "premises and contacts"): [door_in_the_register, revealed],
    ("supervisor", "visit record"): [record_of_a_visit],
    ("supervisor", "share-out and campaign set-up"): [shared_out],
    ("supervisor", "case"): [page_of_a_case],
    ("supervisor", "approve closure"): [striking_off],
    ("supervisor", "block of flats (addresses and states)"): [block_of_flats],
    ("supervisor", "outreach"): [entering_outreach],
    ("supervisor", "list as a file"): [list_as_a_file],
    ("supervisor", "report and PDF"): [figures, paper],
    ("supervisor", "walk list"): [walk_list],
    ("supervisor", "filled form"): [filled_form],
    ("supervisor", "type a paper round"): [typed_back],
    ("leader", "figures and PDF"): [figures, paper],
    ("leader", "case"): [page_of_a_case],
    ("leader", "visit record"): [record_of_a_visit],
    ("leader", "premises and contacts"): [door_in_the_register],
    ("leader", "contact name and history"): [name_of_a_door],
    **{
        (f"{who} administrator", "any work row"): [
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
        for who in ("system", "security", "audit")
    },
}
# Rows with a test of their own below.
BESIDES = {
    ("system administrator", "units and accounts"),
    ("security administrator", "grants (never to self)"),
    ("audit administrator", "access log (read; verify; export)"),
    ("anonymous", "open routes only"),
    ("anonymous", "everything else"),
}
# Who stands for a row. The chief's grant is at the station, the desk's at the bureau.
PEOPLE = {
    "officer": ["owner"],
    "auxiliary": ["auxiliary"],
    "supervisor": ["chief", "desk"],
    "leader": ["leader"],
    "system administrator": ["admin"],
    "security administrator": ["security"],
    "audit administrator": ["auditor"],
}
CELLS = [pytest.param(row, person, id=f"{person}-{row[1]}") for row in PROBES for person in PEOPLE[row[0]]]


def said(row: tuple[str, str], person: str, probe: Probe) -> list[str]:
    """What the table says that this person gets with this probe, place by place."""
    cells = list(TABLE[row])
    bureau = f" {cells[2]}".partition(AT_THE_BUREAU)
    if bureau[1] and person == "desk":
        cells[2] = bureau[0].strip() or cells[0]
    elif bureau[1]:
        cells[2] = cells[3].removesuffix(" unless the case names the unit")
    # "masked; reveal one field with reason": masked, and with a reason not.
    parts = [cell.split("; ") if cell.startswith("masked; ") else [cell] for cell in cells]
    return [MEANS[part[-1 if probe is revealed else 0]] for part in parts]


@pytest.fixture
def house(world: World) -> Watched:
    return watched(world)


@pytest.mark.parametrize(("row", "person"), CELLS)
def test_everybody_gets_what_the_table_says(house: Watched, row: tuple[str, str], person: str) -> None:
    client = client_of(getattr(house.world, person))
    for probe in PROBES[row]:
        for place, word in zip(PLACES, said(row, person, probe), strict=True):
            assert probe(client, house.spots[place]) in word.split(" or "), (probe.__name__, place)


def test_every_row_of_the_table_is_known_here() -> None:
    """A row that is added to the table without a test shows up, and so does a test without its row."""
    assert set(TABLE) == {*PROBES, *BESIDES, *LATER}


def test_a_supervisor_of_another_station_finds_nothing(house: Watched) -> None:
    client = client_of(house.world.other_chief)
    for row in (row for row in PROBES if row[0] == "supervisor"):
        for probe in PROBES[row]:
            assert probe(client, house.spots["own"]) == said(row, "chief", probe)[3], row


def test_a_leader_sees_the_parties_of_a_case_masked(house: Watched) -> None:
    client = client_of(house.world.leader)
    for place in PLACES[:3]:
        page = client.get(reverse("disputes:case", args=[house.spots[place].case.pk])).content.decode()
        assert house.spots[place].party_name not in page
        assert "钱**" in page or "钱某" in page


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
