"""Checks typed lines against the frame and what is known already, and stores the good ones, each by itself."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from uuid import uuid4

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.refusals import Refusal
from accounts.rights import Right
from campaigns.codes import read_code
from campaigns.models import Assignment, FrameDoor
from visits import labels, rules
from visits.actions import log_attempt
from visits.attempts import Attempt
from visits.doors import doors_of
from visits.keying.lines import Line, Walk, attempt_of
from visits.models import Submission, Visit


class Known:
    """What a handful of queries know of all lines at once: doors in reach, hands, visits of its days, receipts."""

    def __init__(self, lines: Iterable[Line], walk: Walk, seen: Iterable[int] = ()) -> None:
        lines = list(lines)
        numbers = {line.frame_number for line in lines if line.frame_number is not None}
        frames = (
            FrameDoor.objects.unscoped("doors that the typist may stand before")
            .filter(pk__in=numbers, premises__in=doors_of(walk.by))
            .select_related("premises__area", "premises__unit", "campaign")
        )
        self.doors = {frame.pk: frame for frame in frames}
        premises = {frame.premises_id for frame in self.doors.values()}
        hands = Assignment.objects.unscoped("whose doors these are").live().filter(frame_door__in=self.doors)
        self.hands = {row.frame_door_id: row for row in hands.select_related("officer", "partner")}
        day, next_day = labels.day_bounds(walk.start)[0], labels.day_bounds(walk.end)[1]
        visits = Visit.objects.unscoped("typed or logged already").standing().filter(premises__in=premises)
        self.visits: dict[int, list[Visit]] = {}
        for visit in visits.filter(started_at__gte=day, started_at__lt=next_day).select_related("officer"):
            self.visits.setdefault(visit.premises_id, []).append(visit)
        receipts = Submission.objects.visible_to(walk.by).filter(
            officer=walk.by, client_id__in=[line.client_id for line in lines], verdict=Submission.Verdict.STORED
        )
        self.receipts = set(receipts.values_list("client_id", flat=True))
        self.times = Counter([*(line.frame_number for line in lines if not line.is_blank), *seen])


def check_lines(
    lines: Iterable[Line], walk: Walk, *, at: datetime, seen: Iterable[int] = ()
) -> list[tuple[Line, Attempt]]:
    """The lines that can be stored, each with its attempt; the others carry their reasons. Writes nothing.

    `seen` are doors of lines that stand elsewhere on the page.
    """
    typed = [line for line in lines if not line.is_blank]
    known = Known(typed, walk, seen)
    good = []
    for line in typed:
        try:
            attempt = _checked(line, walk, known, at)
        except Refusal as refusal:
            line.put(refusal)
        else:
            good.append((line, attempt))
    return good


def _checked(line: Line, walk: Walk, known: Known, at: datetime) -> Attempt:
    number = read_code(line.typed["code"])
    door = known.doors.get(number)
    if door is None:
        raise Refusal(
            "unknown_code",
            _("No door of yours has this code. It may be another station's list: hand it to them."),
            "code",
        )
    line.door = door
    stored = line.client_id in known.receipts
    _check_door(door, walk, known)
    if known.times[number] > 1:
        raise Refusal("twice", _("This code stands twice on the page."), "code")
    attempt = attempt_of(line, walk, door)
    if not stored:
        _check_not_logged(attempt, known.visits.get(door.premises_id, []))
    _check_rules(attempt, door, walk, at)
    line.hint = _hint(door, walk, known)
    return attempt


def _check_door(door: FrameDoor, walk: Walk, known: Known) -> None:
    if door.campaign_id != walk.campaign.pk:
        raise Refusal(
            "other_campaign",
            _("This code belongs to another campaign: %(title)s.") % {"title": door.campaign.title},
            "code",
        )
    hand = known.hands.get(door.pk)
    holds = hand is not None and walk.officer.pk in (hand.officer_id, hand.partner_id)
    if not holds and not walk.officer.may(Right.LOG_VISIT, door.premises.unit_id):
        raise Refusal(
            "other_station",
            _("This door belongs to %(unit)s, where %(name)s does not walk.")
            % {"unit": door.premises.unit.name, "name": walk.officer.name},
            "code",
        )


def _check_not_logged(attempt: Attempt, visits: list[Visit]) -> None:
    """A second try on the same day is one more attempt; the same outcome, or a door that was met, was typed before."""
    day = timezone.localdate(attempt.started_at)
    for visit in visits:
        if timezone.localdate(visit.started_at) != day:
            continue
        if visit.is_done or visit.outcome == attempt.outcome:
            raise Refusal(
                "logged",
                _("Logged already: %(at)s %(outcome)s, %(name)s.")
                % {
                    "at": labels.moment(visit.started_at),
                    "outcome": visit.get_outcome_display(),
                    "name": visit.officer.name,
                },
                "code",
            )


def _check_rules(attempt: Attempt, door: FrameDoor, walk: Walk, at: datetime) -> None:
    """The same rules as everywhere; `log_attempt` asks them again when it stores."""
    rules.times_of(attempt, at)
    asked = [question for question in walk.campaign.questions.all() if door.premises.kind in question.kinds]
    rules.check(attempt, at, walk.campaign, asked)


def _hint(door: FrameDoor, walk: Walk, known: Known) -> str:
    hand = known.hands.get(door.pk)
    if hand is not None and walk.officer.pk not in (hand.officer_id, hand.partner_id):
        return _("In the hands of %(name)s: counts as a stand-in visit.") % {"name": hand.officer.name}
    if door.met_on is not None and door.met_on not in walk.days:
        return _("Visited on %(day)s before: one more visit, the same door.") % {"day": labels.short_day(door.met_on)}
    return ""


def save_lines(lines: Iterable[Line], walk: Walk, *, at: datetime) -> tuple[list[Submission], list[Line]]:
    """Stores each good line in a transaction of its own; returns the receipts and the lines that stay on the page."""
    lines = [line for line in lines if not line.is_blank]
    receipts = []
    for line, attempt in check_lines(lines, walk, at=at):
        try:
            receipt = log_attempt(attempt=attempt, client_id=line.client_id, by=walk.by, at=at)
        except Refusal as refusal:
            line.put(refusal)
            continue
        if receipt.verdict == Submission.Verdict.CONFLICT:
            line.client_id = uuid4()
            line.errors["code"] = _(
                "This line was stored before with other content; what is typed now is kept for review. "
                "Correct the stored record instead, or clear this line."
            )
            continue
        receipts.append(receipt)
    return receipts, [line for line in lines if line.errors]
