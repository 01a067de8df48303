"""Somebody at a browser: the pages within reach, the buttons on them, and what pressing one answers."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from http.cookies import SimpleCookie
from typing import Any

from django.test import Client
from django.urls import resolve

from accounts.models import Officer
from tests.every_page import pages_of
from tests.forms import Form, Forms
from tests.standing import aside
from tests.world import World

KEY = re.compile(r"\d+|[0-9a-f-]{36}")


@dataclass(frozen=True)
class Button:
    """One button of one form, whoever presses it: told apart by where it posts to, its fields and its own words."""

    route: str
    said: str
    fields: frozenset[str]


@dataclass
class Presser:
    """Somebody at a browser, whose cookies are put back after each try."""

    world: World
    who: str

    def __post_init__(self) -> None:
        self.client = Client(headers={"accept-language": "en"}, enforce_csrf_checks=True, raise_request_exception=False)
        self.officer: Officer | None = getattr(self.world, self.who, None)
        if self.officer is not None:
            self.client.force_login(Officer.objects.unscoped("test").get(pk=self.officer.pk))

    def pages(self, without: set[str]) -> Iterator[tuple[str, str]]:
        if self.officer is None:
            yield "/sign-in/", self.client.get("/sign-in/").content.decode()
            return
        for found in pages_of(self.client, self.officer, frozenset(without)):
            if found.look.startswith("admin/"):
                without.add(found.look)
            yield found.address, found.html

    @contextmanager
    def as_before(self) -> Iterator[None]:
        """What is done inside is taken back, in the house and in the browser."""
        kept: SimpleCookie = SimpleCookie()
        kept.update(self.client.cookies)
        with aside():
            yield
        self.client.cookies = kept

    def press(self, form: Form, sent: dict[str, Any], language: str = "en") -> "Answer":
        for values in sent.values():
            if isinstance(values, list) and hasattr(values[0], "seek"):
                values[0].seek(0)
        answer = self.client.post(form.action, sent, headers={"accept-language": language})
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content
        html = body.decode() if "html" in answer.headers.get("Content-Type", "") else ""
        return Answer(answer.status_code, answer.headers.get("Location", ""), html)


@dataclass
class Answer:
    status: int
    leads_to: str
    html: str

    @property
    def went_through(self) -> bool:
        return self.status in {200, 302} and not self.leads_to.startswith("/sign-in/")


def buttons_of(html: str, address: str, pressed: set[Button]) -> Iterator[tuple[Button, Form, dict[str, Any]]]:
    for form in Forms(html, address).found:
        for name, value, to in dict.fromkeys(form.buttons):
            match = resolve(to.partition("?")[0])
            words = (match.kwargs.get("name", ""), name, "" if KEY.fullmatch(value) else value)
            button = Button(match.route, " ".join(word for word in words if word), frozenset(form.controls))
            # Every list searches by the same lines of the house.
            if button not in pressed and not (button.said == "Search" and pressed):
                yield button, replace(form, action=to), {"name": name, "value": value}
