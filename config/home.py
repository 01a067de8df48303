"""The administration's home page: what waits for a person, one card a thing, and the campaigns under way."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.filters import holding_now
from accounts.models import Officer
from accounts.rights import Right
from campaigns.desk import held_by_those_gone
from campaigns.models import Campaign, CouldNotMeet, FrameDoor
from disputes.admin import waiting_cases
from disputes.models import Case
from registry.jurisdictions import under
from registry.models import Area, ImportBatch, Jurisdiction
from visits.merging import added_doors

MOST = 1000


@dataclass(frozen=True)
class Card:
    title: str
    count: int
    sentence: str
    address: str


@dataclass(frozen=True)
class Underway:
    """A running campaign and the ways into it that this person's rights open."""

    campaign: Campaign
    days_left: int
    ways: list[tuple[str, str]]


def _few(queryset: Any) -> int:
    """Counted up to a limit: a card says "1,000", never counts a table."""
    return len(queryset.order_by().values_list("pk", flat=True)[:MOST])


def waiting_for(officer: Officer) -> list[Card]:
    cards: list[Card] = []
    if officer.may(Right.APPROVE_CLOSURE):
        cards.append(
            Card(
                _("Cases that wait for me"),
                _few(waiting_cases(officer)),
                _("to strike off or to give to a lead"),
                reverse("admin:disputes_waiting"),
            )
        )
    if officer.may(Right.SEE_CASES):
        overdue = Case.objects.visible_to(officer).overdue(timezone.localdate())
        cards.append(
            Card(_("Overdue cases"), _few(overdue), _("past their day"), reverse("disputes:list") + "?show=overdue")
        )
    if officer.may(Right.DIRECT_CASES):
        left = _few(Case.objects.visible_to(officer).left_behind(timezone.localdate()))
        if left:
            address = reverse("disputes:list") + "?show=left"
            cards.append(Card(_("Cases of people who left"), left, _("to give to another lead"), address))
    if officer.may(Right.SHARE_OUT):
        cards += _doors(officer)
    if officer.may(Right.IMPORT_PREMISES):
        ready = ImportBatch.objects.visible_to(officer).filter(state=ImportBatch.State.READY)
        cards.append(
            Card(
                _("Imports to confirm"),
                _few(ready),
                _("read, shown, nothing written yet"),
                reverse("admin:registry_importbatch_changelist"),
            )
        )
    return cards + _people(officer)


def _people(officer: Officer) -> list[Card]:
    """What the administrators keep: roles, first sign-ins, and which station answers for which community."""
    cards: list[Card] = []
    people = Officer.objects.visible_to(officer).people().filter(is_active=True)
    listed = reverse("admin:accounts_officer_changelist")
    if officer.may(Right.MANAGE_GRANTS):
        without = _few(people.filter(~holding_now()))
        cards.append(Card(_("People without a role"), without, _("they can sign in to nothing"), f"{listed}?role=none"))
    if officer.may(Right.MANAGE_ROSTER):
        cards.append(
            Card(
                _("One-time codes not used yet"),
                _few(people.filter(must_change_password=True)),
                _("printed, and nobody has signed in with them"),
                f"{listed}?must_change_password__exact=1",
            )
        )
    if officer.may(Right.MANAGE_UNITS):
        codes = Jurisdiction.objects.unscoped("which communities nobody answers for").values_list("area_id", flat=True)
        bare = Area.objects.filter(level=Area.Level.COMMUNITY).exclude(under(codes))
        address = reverse("admin:registry_jurisdiction_changelist")
        cards.append(Card(_("Communities without a station"), _few(bare), _("no unit answers for them"), address))
    return cards


def _doors(officer: Officer) -> list[Card]:
    frame = FrameDoor.objects.visible_to(officer).filter(campaign__state=Campaign.State.OPEN)
    asked = CouldNotMeet.objects.visible_to(officer).filter(decided_at__isnull=True)
    asked = asked.filter(frame_door__campaign__state=Campaign.State.OPEN)
    cards = [
        Card(
            _("Doors said to be gone"),
            _few(frame.waiting_as_gone()),
            _("a second hand confirms"),
            reverse("admin:campaigns_framedoor_changelist") + "?waits=gone",
        ),
        Card(
            _("Could not be met: requests"),
            _few(asked),
            _("to grant or send back"),
            reverse("admin:campaigns_couldnotmeet_changelist") + "?decision=open",
        ),
    ]
    held = sum(row["doors"] for row in held_by_those_gone(officer))
    if held:
        address = reverse("admin:campaigns_hand_over")
        cards.append(Card(_("Doors of people who left or moved"), held, _("to hand on to somebody"), address))
    found = _few(added_doors(officer))
    cards.append(Card(_("Doors added on the round"), found, _("to confirm or to merge"), reverse("visits:added")))
    return cards


def campaigns_underway(officer: Officer, on: date) -> list[Underway]:
    """The newest three; no figures: a home page counts no table."""
    running = Campaign.objects.visible_to(officer).filter(state=Campaign.State.OPEN).select_related("unit")
    pages = (
        (Right.SHARE_OUT, _("Progress"), "admin:campaigns_progress"),
        (Right.SHARE_OUT, _("Share-out"), "admin:campaigns_share_out"),
        (Right.SEE_FIGURES, _("Figures and brief"), "reports:campaign"),
        (Right.LOG_VISIT, _("Type a paper round"), "visits:keyed"),
    )
    return [
        Underway(
            campaign,
            max(0, (campaign.ends_on - on).days + 1),
            [
                (label, reverse(name, args=[] if name == "visits:keyed" else [campaign.pk]))
                for right, label, name in pages
                if officer.may(right)
            ],
        )
        for campaign in running.order_by("-starts_on")[:3]
    ]
