"""What somebody gets: one probe per line of the table of access, one word as its answer."""

import io
import zipfile
from collections.abc import Callable
from typing import Any
from uuid import uuid4

from django.test import Client
from django.urls import reverse

from accounts.models import AccessEvent, Officer
from accounts.rights import Right
from campaigns.models import FrameDoor
from disputes.models import Case
from reports.documents.layout import form_html
from reports.documents.visit_forms import facts_of_visit, visit_form
from reports.documents.walk_list import doors_to_do, sheets_of, walk_list_html
from reports.models import WalkList
from tests.accounts.canaries import Spot
from tests.disputes.steps import registered
from tests.world import NOW
from visits.models import Visit


def client_of(officer: Officer | None) -> Client:
    client = Client(headers={"accept-language": "en"}, raise_request_exception=False)
    if officer is not None:
        client.force_login(officer)
    return client


def seen(response: Any, *words: str) -> str:
    """The status, or "yes" when every word is there and "masked" when none of them is."""
    if response.status_code != 200:
        return str(response.status_code)
    content = b"".join(response.streaming_content) if response.streaming else response.content
    text = content.decode("utf-8", "replace")
    found = [word in text for word in words]
    if not all(found) and any(found):
        return "partly"
    return "yes" if all(found) else "masked"


def address_of_a_door(client: Client, spot: Spot) -> str:
    return seen(client.get(reverse("visits:door", args=[spot.door.pk])), spot.door.door.removesuffix("室"))


def name_of_a_door(client: Client, spot: Spot) -> str:
    return seen(client.get(reverse("visits:door", args=[spot.door.pk])), spot.given_name, "met, broken off")


def phone_of_a_door(client: Client, spot: Spot) -> str:
    response = client.post(reverse("visits:call", args=[spot.door.pk]))
    if response.status_code == 302 and response["Location"].startswith("tel:1990000"):
        called = AccessEvent.objects.unscoped("test").filter(verb="called", object_id=str(spot.contact.pk))
        return "yes" if called.exists() else "not logged"
    return str(response.status_code)


def record_of_a_visit(client: Client, spot: Spot) -> str:
    return seen(client.get(reverse("visits:record", args=[spot.visit.pk])), spot.diary)


def logging_a_visit(client: Client, spot: Spot) -> str:
    response = client.post(reverse("visits:nobody_in", args=[spot.door.pk]), {"client_id": str(uuid4())})
    if response.status_code != 302:
        return str(response.status_code)
    newest = Visit.objects.unscoped("test").filter(premises=spot.door).latest("received_at", "pk")
    return "stand-in" if newest.stand_in else "yes"


def page_of_a_case(client: Client, spot: Spot) -> str:
    return seen(client.get(reverse("disputes:case", args=[spot.case.pk])), spot.title)


def doing(client: Client, spot: Spot, name: str, **facts: Any) -> str:
    spot.case.refresh_from_db()
    address = reverse("disputes:act", args=[spot.case.pk, name])
    return str(client.post(address, {"version": spot.case.version, **facts}).status_code)


def striking_off(client: Client, spot: Spot) -> str:
    case = on_spot(spot, by=spot.hand)
    response = client.post(reverse("disputes:act", args=[case.pk, "approve"]), {"version": case.version})
    return "yes" if response.status_code == 302 else str(response.status_code)


def on_spot(spot: Spot, by: Officer) -> Case:
    """A request answered at once, which waits to be struck off."""
    return registered(
        kind="request",
        category="permit",
        title="当场答复",
        premises=spot.door,
        campaign=None,
        by=by,
        at=NOW,
        on_spot=True,
        measures="答复",
    )


def leading(client: Client, spot: Spot) -> str:
    return doing(client, spot, "settle", outcome="agreement_oral", measures="x")


def figures(client: Client, spot: Spot) -> str:
    return seen(client.get(reverse("reports:brief", args=[spot.snapshot.pk])), spot.diary)


def paper(client: Client, spot: Spot) -> str:
    return seen(client.get(reverse("reports:file", args=[spot.printed.pk])), spot.diary)


def door_in_the_register(client: Client, spot: Spot) -> str:
    return seen(client.get(reverse("admin:registry_premises_change", args=[spot.door.pk])), spot.given_name)


def revealed(client: Client, spot: Spot) -> str:
    address = reverse("admin:registry_premises_reveal", args=[spot.door.pk])
    without = client.post(address, {"field": "name", "reason": ""})
    assert without.status_code != 200, "a reason is asked for"
    return seen(client.post(address, {"field": "name", "reason": "核对走访底册"}), spot.given_name)


def shared_out(client: Client, spot: Spot) -> str:
    """The board of that unit, which names its people."""
    address = reverse("admin:campaigns_share_out", args=[spot.case.campaign_id])
    return seen(client.get(address, {"unit": spot.unit.pk}), spot.unit.name)


def walk_list(client: Client, spot: Spot) -> str:
    """Asked for the hand at that place; what is printed is looked at as the page that the renderer would draw."""
    again(spot)
    sent = {"campaign": spot.case.campaign_id, "unit": spot.unit.pk, "officer": spot.hand.pk}
    response = client.post(reverse("reports:ask_lists"), sent)
    if response.status_code != 302:
        return str(response.status_code)
    asked = WalkList.objects.unscoped("test").latest("pk")
    rows = list(doors_to_do(asked.asked_by, asked.campaign, officer=asked.officer, due=None))
    (sheet,) = sheets_of(rows, reader=asked.asked_by, holder=asked.officer)
    printed = walk_list_html(sheet, asked.campaign, printer=asked.asked_by, language="en", at=NOW)
    assert spot.door.address in printed
    return "yes" if spot.given_name in printed else "masked"


def again(spot: Spot) -> None:
    """Nobody was met at the door after all: it is on the list again."""
    FrameDoor.objects.unscoped("test").filter(premises=spot.door).update(met_on=None)


def filled_form(client: Client, spot: Spot) -> str:
    response = client.post(reverse("reports:visit_paper", args=[spot.visit.pk]))
    if response.status_code != 200:
        return str(response.status_code)
    reader = Officer.objects.unscoped("test").get(pk=client.session["_auth_user_id"])
    printed = form_html(
        visit_form(facts_of_visit(spot.visit, reader), "household"), foot="", printer=reader, language="en", at=NOW
    )
    assert spot.diary in printed
    return "yes" if spot.given_name in printed else "masked"


def list_as_a_file(client: Client, spot: Spot) -> str:
    """The doors as an Excel file: whether this one is in it, and what of its name."""
    answer = client.post(reverse("reports:exports"), {"list": "registry_premises", "query": ""}, follow=True)
    if answer.status_code != 200:
        return str(answer.status_code)
    with zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content))) as book:
        text = book.read("xl/worksheets/sheet1.xml").decode()
    if spot.door.address not in text:
        return "404"
    return "yes" if spot.given_name in text else "masked"


def typed_back(client: Client, spot: Spot) -> str:
    """A line of yesterday's paper: for oneself, or by who may for the hand at that place."""
    frame = FrameDoor.objects.unscoped("test").filter(premises=spot.door, campaign=spot.case.campaign_id).get()
    reader = Officer.objects.unscoped("test").get(pk=client.session["_auth_user_id"])
    walked = spot.hand if reader.may(Right.ENTER_FOR_OTHERS) else reader
    head = {"campaign": frame.campaign_id, "officer": walked.badge, "day": "2026-11-17", "starts": "09:00"}
    # What the chief typed is not typed again: the desk has a refusal to report.
    outcome = "3" if reader.unit_id == spot.unit.pk else "5"
    line = {"lines": "1", "ends": "10:00", "place": "home", "code-0": frame.code, "outcome-0": outcome}
    before = Visit.objects.unscoped("test").count()
    response = client.post(reverse("visits:keyed"), {**head, **line})
    if Visit.objects.unscoped("test").count() == before:
        assert response.status_code == 422
        assert spot.door.address not in response.content.decode()
        return "unknown"
    newest = Visit.objects.unscoped("test").filter(premises=spot.door).latest("pk")
    return "stand-in" if newest.stand_in else "yes"


def entering_outreach(client: Client, spot: Spot) -> str:
    """A talk in the community of that door; a place that is not theirs to choose is refused on the form."""
    sent = {
        "client_id": str(uuid4()),
        "campaign": spot.case.campaign_id,
        "kind": "talk",
        "held_on": NOW.date().isoformat(),
        "area": spot.door.area_id,
        "place": "文化站",
        "people_reached": "30",
    }
    response = client.post(reverse("visits:outreach_new"), sent)
    if response.status_code == 302:
        return seen(client.get(response["Location"]), "文化站")
    return {422: "404"}.get(response.status_code, str(response.status_code))


def block_of_flats(client: Client, spot: Spot) -> str:
    response = client.get(reverse("visits:building", args=[spot.door.pk]))
    assert spot.given_name not in response.content.decode()
    return seen(response, spot.door.door.removesuffix("室"))


Probe = Callable[[Client, Spot], str]
