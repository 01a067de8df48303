"""What the desk may do about outreach: enter one, void one that was entered wrong."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actions import log_access, must
from accounts.models import Officer, Unit
from accounts.refusals import Refusal
from accounts.rights import Right
from campaigns.holding import hold_campaign
from campaigns.models import Campaign
from registry.jurisdictions import unit_by_prefix, unit_of
from registry.models import Area
from visits.models import Handed, Outreach

# A figure beyond these is a slip of the keyboard, not an outreach of one day.
MOST_PEOPLE, MOST_COPIES = 100_000, 1_000_000


@dataclass(frozen=True, kw_only=True)
class Facts:
    """`handed`: copies by `Handed.Kind`; kinds with none may be left out."""

    kind: str
    area: Area
    place: str
    held_on: date
    about: str = ""
    people_reached: int = 0
    households_reached: int = 0
    handed: Mapping[str, int] = field(default_factory=dict)


@transaction.atomic
def record_outreach(*, campaign: Campaign, facts: Facts, client_id: UUID, by: Officer, at: datetime) -> Outreach:
    """Needs RECORD_OUTREACH at the unit that answers for the place. Sent twice under one number, it is the same one."""
    unit = unit_for(facts.area, by)
    must(by, Right.RECORD_OUTREACH, unit.pk)
    known: Outreach | None = Outreach.objects.unscoped("sent before").filter(client_id=client_id).first()
    if known is not None and known.entered_by_id != by.pk:
        raise Refusal("client_id", _("This form was sent by somebody else. Open it again."), status=409)
    if known is not None:
        return known
    campaign = hold_campaign(campaign)
    _check(campaign, unit, facts, at)
    outreach: Outreach = Outreach.objects.create(
        unit=unit,
        campaign=campaign,
        area=facts.area,
        kind=facts.kind,
        place=facts.place.strip(),
        about=facts.about.strip(),
        held_on=facts.held_on,
        people_reached=facts.people_reached,
        households_reached=facts.households_reached,
        client_id=client_id,
        entered_at=at,
        entered_by=by,
    )
    Handed.objects.bulk_create(
        [Handed(outreach=outreach, kind=kind, copies=copies) for kind, copies in facts.handed.items() if copies]
    )
    log_access(by, "outreach_entered", outreach)
    return outreach


def unit_for(area: Area, by: Officer) -> Unit:
    """The unit that answers for the place; above every unit's area (a whole district) it is the desk's own."""
    known = unit_by_prefix()
    units = by.units_with(Right.RECORD_OUTREACH)
    found = unit_of(area.code, known)
    if found is not None:
        return Unit.objects.unscoped("who answers for this place").get(pk=found)
    if not any(code.startswith(area.code) and unit in units for code, unit in known.items()):
        raise Refusal("area", _("This place is another unit's."), field="area")
    return by.unit


def _check(campaign: Campaign, unit: Unit, facts: Facts, at: datetime) -> None:
    """What an outreach must say; each refusal names its field."""
    if campaign.state != Campaign.State.OPEN:
        raise Refusal("not_open", _("This campaign is not open."), field="campaign")
    if not unit.path.startswith(campaign.unit.path):
        raise Refusal("unit", _("The unit of this place takes no part in the campaign."), field="area")
    if facts.kind not in Outreach.Kind.values:
        raise Refusal("kind", _("Choose what it was."), field="kind")
    if not facts.place.strip():
        raise Refusal("place", _("Say where it was."), field="place")
    if facts.held_on > timezone.localdate(at):
        raise Refusal("future", _("This day has not come yet."), field="held_on")
    if not campaign.starts_on <= facts.held_on <= campaign.ends_on:
        raise Refusal("day", _("This day lies outside the campaign."), field="held_on")
    _check_numbers(facts)


def _check_numbers(facts: Facts) -> None:
    numbers = (facts.people_reached, facts.households_reached)
    if min(numbers) < 0 or max(numbers) > MOST_PEOPLE:
        raise Refusal("people", _("This can't be the number of one day."), field="people_reached")
    for kind, copies in facts.handed.items():
        if kind not in Handed.Kind.values or not 0 <= copies <= MOST_COPIES:
            raise Refusal("copies", _("This can't be the number of one day."), field=f"handed_{kind}")
    if not any((*numbers, *facts.handed.values())):
        sentence = _("Enter how many people or households it reached, or what was handed out.")
        raise Refusal("nothing", sentence, field="people_reached")


@transaction.atomic
def void_outreach(*, outreach: Outreach, reason: str, by: Officer, at: datetime) -> Outreach:
    """Takes an entry out of every figure and leaves it readable. Voided twice, it is voided once."""
    must(by, Right.RECORD_OUTREACH, outreach.unit_id)
    locked: Outreach = Outreach._base_manager.select_for_update(of=("self",)).get(pk=outreach.pk)
    if locked.voided_at is not None:
        return locked
    if not reason.strip():
        raise Refusal("reason", _("Say why."), field="reason")
    locked.voided_at, locked.voided_by, locked.voided_why = at, by, reason.strip()[:200]
    locked.save(update_fields=["voided_at", "voided_by", "voided_why"])
    log_access(by, "outreach_voided", locked)
    return locked
