"""Every form that makes something, sent twice at the same moment on two connections: one thing is made, both are told."""

from copy import copy
from http.cookies import SimpleCookie
from typing import Any

import pytest
from django.apps import apps
from django.urls import reverse

from tests.filling import filled
from tests.forms import Form, Forms
from tests.furnished import furnished
from tests.hands import at_once
from tests.pressing.somebody import Answer, Presser
from tests.world import World

pytestmark = pytest.mark.django_db(transaction=True)
# Who makes what, on which page, by which form there, and the button pressed.
MAKES = (
    ("admin", "accounts.Unit", "admin:accounts_unit_add", "", "_save"),
    ("security", "accounts.Grant", "admin:accounts_grant_add", "", "_save"),
    ("admin", "registry.Jurisdiction", "admin:registry_jurisdiction_add", "", "_save"),
    ("desk", "campaigns.Responsibility", "admin:campaigns_responsibility_add", "", "_save"),
    ("desk", "campaigns.Campaign", "admin:campaigns_campaign_add", "", ""),
    ("desk", "registry.ImportBatch", "admin:registry_importbatch_add", "", ""),
    ("desk", "visits.Outreach", "visits:outreach_new", "", ""),
    ("desk", "reports.Export", "admin:registry_premises_changelist", "/reports/exports/", ""),
    ("owner", "registry.Premises", "visits:add_door", "", ""),
    ("owner", "disputes.Case", "disputes:new", "", ""),
    ("owner", "disputes.Party", "disputes:case", "/do/add_party/", ""),
    ("owner", "disputes.Evidence", "disputes:case", "/do/add_evidence/", ""),
)


@pytest.fixture
def world_of_all(world: World) -> World:
    furnished(world)
    return world


def form_on(somebody: Presser, page: str, posts_to: str) -> Form:
    own = {"disputes:new": somebody.world.doors[1], "disputes:case": None}
    args = []
    if page in own:
        row = own[page] or apps.get_model("disputes.Case").objects.unscoped("test").order_by("pk").first()
        args = [row.pk]
    address = reverse(page, args=args)
    html = somebody.client.get(address).content.decode()
    found = [
        form for form in Forms(html, address).found if (posts_to in form.action if posts_to else form.action == address)
    ]
    return max(found, key=lambda form: len(form.controls))


def count(label: str) -> int:
    manager: Any = apps.get_model(label)._base_manager
    return int(manager.count())


def test_two_presses_at_the_same_moment_make_one(world_of_all: World) -> None:
    faults = [fault for row in MAKES if (fault := pressed_together(world_of_all, *row))]
    assert faults == []


def pressed_together(world: World, who: str, makes: str, page: str, posts_to: str, button: str) -> str:
    first = Presser(world, who)
    form = form_on(first, page, posts_to)
    second = copy(first)
    second.client = copy(first.client)
    second.client.cookies = SimpleCookie()
    second.client.cookies.update(first.client.cookies)
    before = count(makes)
    sent = [filled(form, button, button and "Save", world) for _hand in range(2)]
    answers: list[Answer] = at_once(lambda: first.press(form, sent[0]), lambda: second.press(form, sent[1]))
    told = [(answer.status, answer.leads_to) for answer in answers]
    if count(makes) == before + 1 and told[0] == told[1] and told[0][0] == 302:
        return ""
    return f"{makes} +{count(makes) - before} {told}"
