"""Answers that no route of the matrix gives: static files, faults of the house, the database away, refused requests."""

from pathlib import Path

import pytest
from django.conf import settings
from django.db import OperationalError
from django.test import Client

from tests.web.policy import lacking
from tests.world import World


def client_of(officer) -> Client:
    client = Client(raise_request_exception=False, enforce_csrf_checks=False)
    client.force_login(officer)
    return client


def test_a_static_file_carries_the_policy() -> None:
    (Path(settings.STATIC_ROOT) / "policy-probe.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    answer = Client().get("/static/policy-probe.svg")
    assert answer.status_code == 200 and b"".join(answer.streaming_content)
    assert lacking(answer, signed_in=False) == []


@pytest.mark.parametrize("error", [RuntimeError("x"), OperationalError("x"), OSError(28, "full"), PermissionError("x")])
def test_an_answer_to_a_fault_carries_the_policy(
    world: World, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def fails(*_args, **_more) -> None:
        raise error

    monkeypatch.setattr("visits.views.Round", fails, raising=False)
    monkeypatch.setattr("visits.views.render", fails)
    answer = client_of(world.owner).get("/round/")
    assert answer.status_code >= 500
    assert lacking(answer, signed_in=not isinstance(error, OperationalError)) == []


def test_refused_requests_carry_the_policy(world: World) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(world.owner)
    answers = {
        "no token": (strict.post("/doors/new/", {}), 403),
        "NUL": (client_of(world.owner).get("/cases/?number=a%00b"), 400),
        "another host": (client_of(world.owner).get("/round/", headers={"host": "evil.example"}), 400),
        "no slash": (client_of(world.owner).get("/round"), 301),
        "too many fields": (client_of(world.owner).post("/visits/keyed/", {f"f{n}": "1" for n in range(5001)}), 413),
        "method": (client_of(world.owner).generic("PUT", "/doors/added/"), 405),
    }
    for name, (answer, status) in answers.items():
        # A host that is not ours is refused before anybody is known.
        assert lacking(answer, signed_in=name not in {"another host", "no slash"}) == [], name
        assert answer.status_code == status or name == "method", name
