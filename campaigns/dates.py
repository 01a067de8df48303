"""A campaign's dates: what they may become once phases, shared-out doors and visits hang on them."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.actions import log_access, must
from accounts.days import BACKWARDS
from accounts.models import Officer
from accounts.refusals import Refusal, refuse
from accounts.rights import Right
from campaigns.holding import hold_to_move_days
from campaigns.models import Assignment, Campaign, FrameDoor

# First and last day on which somebody was at a door of the campaign, or None: plugged in by the visits floor.
days_worked: list[Callable[[Campaign], tuple[date, date] | None]] = []
# Called inside the transaction that moved a campaign's days from this first and last one: plugged in by the visits floor.
days_moved: list[Callable[[Campaign, tuple[date, date], datetime], None]] = []


@dataclass(frozen=True)
class Dates:
    """New dates of a campaign and, by their keys, of its phases (first and last day)."""

    starts_on: date
    ends_on: date
    retain_until: date
    phases: dict[int, tuple[date, date]] = field(default_factory=dict)


def faults_of(campaign: Campaign, dates: Dates, on: date) -> list[Refusal]:
    """Why the campaign can't have these dates, each at the field where it can be mended."""
    faults = []
    if dates.ends_on < dates.starts_on:
        faults.append(Refusal("dates", str(BACKWARDS), field="ends_on"))
    if dates.retain_until < dates.ends_on:
        faults.append(Refusal("kept", _("Personal data is kept at least until the last day."), field="retain_until"))
    if campaign.state == Campaign.State.OPEN:
        faults += _faults_of_open(campaign, dates, on)
    for phase in campaign.phases.all():
        faults += phase_faults(
            f"phase_{phase.pk}", *dates.phases.get(phase.pk, (phase.starts_on, phase.ends_on)), dates
        )
    return faults


def _faults_of_open(campaign: Campaign, dates: Dates, on: date) -> list[Refusal]:
    faults = []
    worked = worked_days(campaign)
    if worked and worked[0] < dates.starts_on:
        words = _("Somebody was at a door on %(day)s already: the first day can't lie after it.")
        faults.append(Refusal("work_before", words % {"day": _said(worked[0])}, field="starts_on"))
    if worked and worked[1] > dates.ends_on:
        words = _("Somebody was at a door on %(day)s: the last day can't lie before it.")
        faults.append(Refusal("work_after", words % {"day": _said(worked[1])}, field="ends_on"))
    elif dates.ends_on < on:
        faults.append(
            Refusal("over", _("The last day lies in the past. To end the campaign, close it."), field="ends_on")
        )
    return faults


def phase_faults(prefix: str, starts_on: date, ends_on: date, dates: Dates) -> list[Refusal]:
    """Why a phase can't lie where it lies, at `<prefix>_starts_on` or `<prefix>_ends_on`."""
    if ends_on < starts_on:
        return [Refusal("phase_dates", str(BACKWARDS), field=f"{prefix}_ends_on")]
    found = []
    if starts_on < dates.starts_on:
        words = _("This phase begins before the campaign does, on %(day)s.") % {"day": _said(dates.starts_on)}
        found.append(Refusal("phase_outside", words, field=f"{prefix}_starts_on"))
    if ends_on > dates.ends_on:
        words = _("This phase ends after the campaign does, on %(day)s.") % {"day": _said(dates.ends_on)}
        found.append(Refusal("phase_outside", words, field=f"{prefix}_ends_on"))
    return found


def warnings_of(campaign: Campaign, dates: Dates) -> list[tuple[str, str]]:
    """What would follow, (field, sentence): to be looked at before it is confirmed."""
    if campaign.state != Campaign.State.OPEN or dates.ends_on >= campaign.ends_on:
        return []
    found = []
    if due := _due_after(campaign, dates.ends_on).count():
        words = ngettext(
            "%(n)d door is due after this day; it will be due on it.",
            "%(n)d doors are due after this day; they will be due on it.",
            due,
        )
        found.append(("ends_on", words % {"n": due}))
    booked = FrameDoor.objects.unscoped("appointments after the new end").filter(
        campaign=campaign, met_on__isnull=True, next_at__date__gt=dates.ends_on
    )
    if late := booked.count():
        words = ngettext(
            "%(n)d appointment lies after this day; it stays as it is booked.",
            "%(n)d appointments lie after this day; they stay as they are booked.",
            late,
        )
        found.append(("ends_on", words % {"n": late}))
    return found


def worked_days(campaign: Campaign) -> tuple[date, date] | None:
    spans = [span for ask in days_worked if (span := ask(campaign))]
    return (min(first for first, _last in spans), max(last for _first, last in spans)) if spans else None


@transaction.atomic
def change_dates(
    *, campaign: Campaign, dates: Dates, seen: tuple[date, date], warned: bool = False, by: Officer, at: datetime
) -> Campaign:
    """Moves a draft's or an open campaign's dates with its phases; needs SET_UP at the lead unit.

    `seen` are the dates that the person had before them. Raises what is wrong with them; and `"look_first"` (409) where
    something follows from the new dates that nobody has looked at yet (`warned`).
    """
    must(by, Right.SET_UP, campaign.unit_id)
    locked = hold_to_move_days(campaign)
    if locked.state not in (Campaign.State.DRAFT, Campaign.State.OPEN):
        raise Refusal("closed", _("The dates of a closed campaign stay as they are."), status=409)
    if (locked.starts_on, locked.ends_on) != seen:
        raise Refusal("dates_changed", _("Somebody changed the dates meanwhile. Look at them, then save."), status=409)
    refuse(faults_of(locked, dates, timezone.localdate(at)))
    if not warned and (warnings := warnings_of(locked, dates)):
        raise Refusal("look_first", warnings[0][1], field=warnings[0][0], status=409)
    locked.starts_on, locked.ends_on, locked.retain_until = dates.starts_on, dates.ends_on, dates.retain_until
    locked.save(update_fields=["starts_on", "ends_on", "retain_until"])
    for phase in locked.phases.all():
        if phase.pk in dates.phases:
            phase.starts_on, phase.ends_on = dates.phases[phase.pk]
            phase.save(update_fields=["starts_on", "ends_on"])
    _due_after(locked, dates.ends_on).update(due_on=dates.ends_on)
    for follow in days_moved:
        follow(locked, seen, at)
    log_access(by, "campaign_dates_changed", locked)
    return locked


def _due_after(campaign: Campaign, day: date) -> Any:
    live = Assignment.objects.unscoped("doors due after the campaign's end").live()
    return live.filter(campaign=campaign, due_on__gt=day)


def _said(day: date) -> str:
    return date_format(day, "SHORT_DATE_FORMAT")
