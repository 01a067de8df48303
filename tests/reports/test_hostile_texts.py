"""Texts that would open an address or a file, or that no paper was made for: the renderer by itself, and in the fields.

Each of them in every field of every paper: `test_paper_house.py`.
"""

import base64
import socket
import subprocess
from collections.abc import Iterator
from html import escape
from pathlib import Path

import pytest
from django.utils import translation

from accounts.models import Officer
from accounts.refusals import Refusal
from campaigns.models import Campaign
from disputes.models import Case
from registry.models import Contact, Premises
from reports.documents.dispute_form import dispute_form
from reports.documents.layout import form_html
from reports.documents.notice_slip import slips_html
from reports.documents.visit_forms import facts_of_door, facts_of_visit, visit_form
from reports.documents.walk_list import doors_to_do, sheets_of, walk_list_html
from reports.models import Snapshot
from reports.pdf import brief_html, draw
from tests.disputes.steps import registered
from tests.reports.test_brief import frozen
from tests.visits.steps import log, met
from tests.world import NOW, World

WAYS = (
    '<img src="{}">', '<img srcset="{} 2x">', '<link rel="stylesheet" href="{}">', '<link rel="attachment" href="{}">',
    '<a rel="attachment" href="{}">x</a>', '<style>@import url({});</style>', "<style>@import '{}';</style>",
    '<style>body{{background:url("{}")}}</style>', '<p style="background-image:url({})">x</p>',
    '<p style="list-style:url({});display:list-item">x</p>', '<p style="content:url({})">x</p>',
    '<style>@font-face{{font-family:h;src:url({})}} p{{font-family:h}}</style><p>x</p>', '<object data="{}"></object>',
    '<embed src="{}">', '<iframe src="{}"></iframe>', '<svg><image href="{}" width="9" height="9"/></svg>',
    '<svg><use href="{}#a"/></svg>', '<svg><image xlink:href="{}"/></svg>', '<base href="{}"><img src="x.png">',
    '<meta http-equiv="refresh" content="0;url={}">', "]]><!DOCTYPE x [<!ENTITY e SYSTEM '{}'>]><p>&e;</p>",
    '"><img src="{}" onerror="alert(1)">', '</td></tr></table><img src={}>', '{{{{ "{}" }}}} {{% include "{}" %}}',
    '<video poster="{}"></video>', '<input type="image" src="{}">', '<?xml-stylesheet href="{}"?>',
)  # fmt: skip
OTHERS = (
    "<script>alert(1)</script>",
    "&lt;&amp;&#60;b&#62;",
    "-->",
    "{% load static %}{{ request }}",
    "\u202e\u0007反",
)
MARKS = ("𠮷䶮㼆·骉堃", "e" + "\u0301" * 40, "\u200d\ufeff\u2028", "👮‍♀️🏳️‍🌈", "नमस्ते مرحبا")


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.socket() as opened:
        opened.bind(("127.0.0.1", 0))
        opened.listen()
        opened.settimeout(0)
        yield opened


@pytest.fixture
def canary(tmp_path: Path) -> Path:
    file = tmp_path / "canary.txt"
    file.write_text("the-canary-sang")
    return file


def hostile_texts(port: int, canary: Path) -> list[str]:
    """Each way of opening an address, to a port that listens, to a file, and inside a picture of its own."""
    targets = [f"http://127.0.0.1:{port}/x.png", canary.as_uri(), f"//127.0.0.1:{port}/x"]
    texts = [way.format(target, target) for way in WAYS for target in targets]
    for target in targets:
        inner = f'<svg xmlns="http://www.w3.org/2000/svg"><image href="{target}" width="9" height="9"/></svg>'
        data = base64.b64encode(inner.encode()).decode()
        texts.append(f'<img src="data:image/svg+xml;base64,{data}">')
    return [*texts, *OTHERS, *MARKS]


def nothing_was_opened(listener: socket.socket, content: bytes, folder: Path) -> bool:
    with pytest.raises(BlockingIOError):
        listener.accept()
    file = folder / "drawn.pdf"
    file.write_bytes(content)
    said = subprocess.run(["pdftotext", str(file), "-"], capture_output=True, check=True).stdout
    attached = subprocess.run(["pdfdetach", "-list", str(file)], capture_output=True, check=True).stdout
    return b"canary-sang" not in said + content and attached.startswith(b"0 embedded")


@pytest.mark.parametrize("escaped", [True, False], ids=["as the templates write it", "even if a template forgot"])
def test_the_renderer_opens_no_address_and_no_file(
    listener: socket.socket, canary: Path, tmp_path: Path, escaped: bool
) -> None:
    texts = hostile_texts(listener.getsockname()[1], canary)
    assert len(texts) >= 80
    body = "".join(f"<p>{escape(text) if escaped else text}</p>" for text in texts)
    drawn = draw(f"<!doctype html><meta charset=utf-8><link rel=stylesheet href=doorstep:paper.css>{body}", "x")
    assert nothing_was_opened(listener, drawn.content, tmp_path)


# -- through the fields ----------------------------------------------------------------------------------------------


@pytest.fixture
def papers(world: World, db: None) -> "Papers":
    door, another = world.door(301), world.door(302)
    campaign = world.campaign()
    campaign.questions.update(required=False)
    world.give(campaign, door, world.owner)
    world.give(campaign, another, world.owner)
    case = registered(
        kind="dispute", category="neighbour", title="堆物", premises=door, campaign=campaign, by=world.owner, at=NOW
    )  # fmt: skip
    visit = log(world, met(door, diary="约周五再谈")).visit
    return Papers(world, campaign, case, visit, frozen(world, campaign))


class Papers:
    """One of each paper, with the same text in every field of it that somebody may fill."""

    def __init__(self, world: World, campaign: Campaign, case: Case, visit, snapshot: Snapshot) -> None:
        self.world, self.campaign, self.case, self.visit, self.snapshot = world, campaign, case, visit, snapshot

    def with_text(self, text: str) -> dict[str, str]:
        world = self.world
        Campaign.objects.unscoped("test").update(title=text[:60], slogan=text[:60], notice_text=text)
        Premises.objects.unscoped("test").update(name=text[:60], address=text[:60], building=text[:30], door=text[:20])
        Contact.objects.unscoped("test").update(name=text[:60])
        Case.objects.unscoped("test").update(title=text[:60], summary=text, measures=text)
        Officer.objects.unscoped("test").update(name=text[:20], title=text[:20])
        owner = Officer.objects.unscoped("test").get(pk=world.owner.pk)
        campaign = Campaign.objects.unscoped("test").get(pk=self.campaign.pk)
        case = Case.objects.unscoped("test").get(pk=self.case.pk)
        door = Premises.objects.unscoped("test").get(pk=world.doors[0].pk)
        visit = type(self.visit).objects.unscoped("test").get(pk=self.visit.pk)
        visit.diary = text
        snapshot = Snapshot.objects.unscoped("test").get(pk=self.snapshot.pk)
        snapshot.decisions = snapshot.problems = snapshot.next_steps = text
        return self._drawn_up(owner, campaign, case, door, visit, snapshot)

    def _drawn_up(self, owner, campaign, case, door, visit, snapshot) -> dict[str, str]:
        def form(made) -> str:
            return form_html(made, foot="x", printer=owner, language="zh-hans", at=NOW)

        rows = list(doors_to_do(owner, campaign, officer=owner, due=None))
        sheets = sheets_of(rows, reader=owner, holder=owner)
        with translation.override("zh-hans"):
            return {
                "walk list": "".join(walk_list_html(s, campaign, printer=owner, language="zh-hans", at=NOW) for s in sheets),
                "form of a door": form(visit_form(facts_of_door(door, campaign, owner), "household")),
                "form of a visit": form(visit_form(facts_of_visit(visit, owner), "household")),
                "dispute": form(dispute_form(case, reader=owner)),
                "slip": slips_html(campaign, officer=owner, sheets=1, printer=owner, language="zh-hans", at=NOW),
                "brief": brief_html(snapshot, language="zh-hans", badge="T0101", number=1),
            }  # fmt: skip


# A long text may be set in another box than a short one: both are known before.
HARMLESS = ("周秀兰", "周" * 14, "周" * 21, "w" * 30, "w " * 20, "很长的话" * 60, "many words " * 30, "a\nb\nc")


@pytest.mark.parametrize(
    "text", ["长" * 20_000, "W" * 50_000, "e" + "\u0301" * 5_000, "".join(MARKS)], ids=["长", "W", "accents", "marks"]
)
def test_a_text_out_of_all_proportion_prints_or_is_refused(papers: Papers, text: str, tmp_path: Path) -> None:
    try:
        papers.snapshot.problems = text
        drawn = draw(brief_html(papers.snapshot, language="en", badge="T0101", number=1), "x")
    except Refusal as refusal:
        outcome = refusal.code
    else:
        outcome = "printed" if drawn.content.startswith(b"%PDF") and drawn.pages <= 20 else "wrong"
    assert outcome in {"printed", "pdf_long"}
