"""Attacks that come in as files: sixty as the name of a workbook, sixty in each column of one; then every page of theirs.

What is uploaded goes the whole way: preview, confirmation, register, an Excel file. Nothing of it runs in Chromium,
nothing leaves the origin, no cell of the file that leaves is a formula.
"""

import csv
import io
from collections.abc import Callable
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from registry.actions import give_up_reading
from registry.columns import COLUMNS
from registry.models import Contact, ImportBatch, Premises
from tests.attacks import ATTACKS, Watch
from tests.browsing import DESK
from tests.disputes.steps import registered
from tests.pictures import picture_bytes
from tests.world import NOW, World

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
ADD = "/admin/registry/importbatch/add/"
DOORS = "/admin/registry/premises/"
# Names that a system, a log line or a reader would take for something else.
NAMES = (
    *("n" * 300 + ".xlsx", "../../x", "..\\..\\x.csv", "con", "nul.xlsx", "\u202excod.slx.csv", "a\0b.csv"),
    *("a\r\nX-Bad: 1.csv", "没有后缀", ".", "   .csv", "a/../../etc/passwd", "%2e%2e%2fx.csv", "a" * 200 + "。csv"),
)


def signed_in(world: World) -> Client:
    client = Client(headers={"accept-language": "en"}, raise_request_exception=False)
    client.force_login(world.chief)
    return client


def upload(client: Client, world: World, content: bytes, name: str) -> int:
    sent = {"unit": world.station.pk, "dated_on": "", "file": SimpleUploadedFile("a.csv", content)}
    # As a hostile browser sends it: the test's own client would clean the name.
    sent["file"]._name = name
    return client.post(ADD, sent).status_code


def table(rows: list[list[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows([[column.chinese for column in COLUMNS], *rows])
    return text.getvalue().encode()


def attacked_rows() -> list[list[str]]:
    """An attack in every cell; then each with what a door needs, so that it gets into the register."""
    all_bad = [
        [ATTACKS[(row + column) % len(ATTACKS)] for column in range(len(COLUMNS))] for row in range(len(ATTACKS))
    ]
    needed = {"community": "二堰铺社区", "kind": "住户", "use": "", "relation": ""}
    legal = []
    for number, attack in enumerate(ATTACKS):
        cells = {column.name: attack for column in COLUMNS} | needed
        cells |= {"station": "花果派出所", "address": f"花果路{number + 1}号{attack[:60]}", "phone": ""}
        legal.append([cells[column.name] for column in COLUMNS])
    return all_bad + legal


@pytest.fixture
def waiting(settings: Any) -> None:
    """Files that are only looked at by their names wait for a worker that does not come."""
    settings.TASKS = {"default": {"BACKEND": "django_tasks.backends.dummy.DummyBackend"}}


def test_sixty_names_of_files_and_fourteen_stranger_ones_run_nothing(
    world: World, waiting: None, page_as: Callable[..., Any], live_server: Any
) -> None:
    client = signed_in(world)
    for name in (*ATTACKS, *NAMES):
        assert upload(client, world, b"x", name) in {302, 422}, name
    kept = list(ImportBatch.objects.unscoped("test").order_by("pk"))
    assert len(kept) >= len(ATTACKS) - 5
    for batch in kept:
        assert batch.file_name.isprintable() and len(batch.file_name) <= 200
        # Where it lies is never made of what it was called.
        assert batch.file.name.count("/") == 3 and batch.file.name.endswith(".sealed")
        assert "/" not in batch.file_name and "\\" not in batch.file_name
        # A page that waits for the worker would load itself again while it is looked at.
        give_up_reading(batch=batch, at=NOW)
    pages = ["/admin/registry/importbatch/", *(f"/admin/registry/importbatch/{batch.pk}/change/" for batch in kept)]
    seen = Watch(page_as(world.chief, "/notices/", screen=DESK), live_server.url).look_at(pages)
    assert (seen.ran, seen.left) == ([], [])


def test_sixty_attacks_in_every_column_run_nothing_from_preview_to_excel(
    world: World, page_as: Callable[..., Any], live_server: Any
) -> None:
    client = signed_in(world)
    assert upload(client, world, table(attacked_rows()), ATTACKS[0] + ".csv") == 302
    batch = ImportBatch.objects.unscoped("test").get()
    assert batch.state == ImportBatch.State.READY, batch.messages
    here = f"/admin/registry/importbatch/{batch.pk}/change/"
    page = page_as(world.chief, "/notices/", screen=DESK)
    seen = Watch(page, live_server.url)
    results = ("taken", "partly", "refused", "elsewhere")
    seen.look_at([here, *(f"{here}?result={result}" for result in results)])
    answer = client.post(f"/admin/registry/importbatch/{batch.pk}/confirm/", {"version": batch.version})
    assert answer.status_code == 302
    doors = list(Premises.objects.unscoped("test").order_by("pk"))
    assert len(doors) >= 50, batch.counts
    seen.look_at([here, "/admin/registry/contact/", *(f"{DOORS}?p={number}" for number in (1, 2))])
    seen.look_at(f"{DOORS}{door.pk}/change/" for door in doors[::6])
    seen.look_at(f"/doors/{door.pk}/" for door in doors[::6])
    assert (seen.ran, seen.left) == ([], [])
    assert Contact.objects.unscoped("test").count() >= 40
    leaves_as_text(client)


def leaves_as_text(client: Client) -> None:
    answer = client.post("/reports/exports/", {"list": "registry_premises", "query": ""}, follow=True)
    book = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
    cells = [cell for row in book.active.iter_rows() for cell in row if cell.value is not None]
    assert any("window.marker" in str(cell.value) for cell in cells)
    assert [cell.value for cell in cells if cell.data_type == "f" or cell.hyperlink] == []


def test_the_name_of_a_file_that_proves_something_is_nowhere_taken_over(
    world: World, page_as: Callable[..., Any], live_server: Any
) -> None:
    door = world.door(302)
    case = registered(
        kind="hazard", category="fire", title="楼道堆物", premises=door, campaign=None, by=world.owner, at=NOW
    )
    client = Client(headers={"accept-language": "en"}, raise_request_exception=False)
    client.force_login(world.owner)
    for number, name in enumerate(ATTACKS[:8] + NAMES):
        case.refresh_from_db()
        file = SimpleUploadedFile("a.jpg", picture_bytes(salt=number), "image/jpeg")
        file._name = name
        sent = {"version": case.version, "kind": "before", "upload": file}
        assert client.post(f"/cases/{case.pk}/do/add_evidence/", sent).status_code in {302, 422}, name
    proofs = list(case.evidence.all())
    assert len(proofs) >= 15 and all(proof.file.name.count("/") == 3 for proof in proofs)
    page = page_as(world.owner, "/notices/", screen=DESK)
    seen = Watch(page, live_server.url).look_at([f"/cases/{case.pk}/"])
    shown = client.get(f"/cases/{case.pk}/evidence/{proofs[0].pk}/")
    b"".join(shown.streaming_content)
    assert "window" not in str(shown.headers) and shown.headers["X-Content-Type-Options"] == "nosniff"
    assert (seen.ran, seen.left) == ([], [])
