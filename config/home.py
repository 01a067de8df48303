"""What waits for a person on the administration home page: one card a thing, with its number and the way there."""

from dataclasses import dataclass
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
    warm: bool = True


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
    gone = frame.exclude(gone_said="").filter(gone_confirmed_at__isnull=True, met_on__isnull=True)
    asked = CouldNotMeet.objects.visible_to(officer).filter(decided_at__isnull=True)
    cards = [
        Card(
            _("Doors said to be gone"),
            _few(gone),
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
    running = Campaign.objects.visible_to(officer).filter(state=Campaign.State.OPEN)[:3]
    sentence = _("doors in the frame: progress and share-out")
    return cards + [
        Card(c.title, c.frame_count, sentence, reverse("admin:campaigns_progress", args=[c.pk]), warm=False)
        for c in running
    ]
