"""What the visit screen shows of one door to one officer, and the form that goes with it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any
from uuid import UUID, uuid4

from django.db.models import Subquery
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Officer
from accounts.refusals import Refusal
from accounts.rights import Right
from campaigns.models import Assignment, Campaign, FrameDoor, Question, Topic, band_of
from disputes.models import Case
from disputes.words import Grade, Kind, due_day
from registry.models import Contact, holds_door
from visits import labels
from visits.at_door import Door
from visits.doors import history_of
from visits.forms import VisitForm
from visits.models import Submission, Visit
from visits.questions import LastAnswer, last_answers
from visits.round import next_door


def must_be_of_here(said: Mapping[str, str], premises_pk: int, officer: Officer) -> None:
    """Raises `Refusal` (409) for a form that was opened at another door, or by somebody else on the same phone.

    A page that was opened before the form said so is taken at its address's word.
    """
    if said.get("of_door", str(premises_pk)) != str(premises_pk):
        raise Refusal(
            "other_door", _("This was filled in for another door than the one that it was sent to."), status=409
        )
    if said.get("of_officer", str(officer.pk)) != str(officer.pk):
        sentence = _(
            "Somebody else typed this on the same device. Only who typed it can save it: sign in as that person."
        )
        raise Refusal("other_officer", sentence, status=409)


@dataclass
class Due:
    """When a finding left open is due, by grade."""

    grade: int
    day: date
    days: int


class Screen:
    """One door, one officer, one moment. Name, contacts and history only while the door is the officer's own."""

    def __init__(self, door: Door, officer: Officer, at: datetime) -> None:
        self.door, self.premises, self.officer, self.at = door, door.premises, officer, at

    @cached_property
    def own(self) -> bool:
        return holds_door(self.officer, self.premises)

    @property
    def today(self) -> date:
        return timezone.localdate(self.at)

    @property
    def assignment(self) -> Assignment | None:
        return self.door.assignment

    @cached_property
    def frame(self) -> FrameDoor | None:
        """The door in the campaign that a visit would be written for."""
        return self.door.frame_on(self.at)

    @property
    def campaign(self) -> Campaign | None:
        return self.frame.campaign if self.frame else None

    @property
    def may_ask(self) -> bool:
        """Tried at least once, never met, in the officer's own hands, and not asked yet."""
        frame = self.frame
        if frame is None or not self._pair() or frame.met_on is not None or frame.could_not_meet_at is not None:
            return False
        return frame.tries > 0 and not frame.could_not_meet_requests.filter(decided_at__isnull=True).exists()

    @cached_property
    def contacts(self) -> list[Contact]:
        if not self.own:
            return []
        rows = Contact.objects.visible_to(self.officer).filter(premises=self.premises, ends_on__isnull=True)
        return list(rows.order_by("rank", "pk"))

    def stored_before(self, client_id: UUID | None) -> bool:
        """Whether the officer has a visit to this door under that number: the form was sent, and its answer got lost."""
        stored = Submission.objects.visible_to(self.officer).filter(
            officer=self.officer,
            client_id=client_id,
            verdict=Submission.Verdict.STORED,
            visit__premises=self.premises,
        )
        return client_id is not None and bool(stored.exists())

    def gone_since(self, client_id: UUID | None) -> list[Contact]:
        """Who left, when the form was stored before: it may be what ended them."""
        if not self.own or not self.stored_before(client_id):
            return []
        return list(Contact.objects.visible_to(self.officer).filter(premises=self.premises, ends_on__isnull=False))

    @property
    def topics(self) -> Sequence[Topic]:
        return self.door.topics(self.campaign) if self.campaign else []

    @property
    def questions(self) -> Sequence[Question]:
        return self.door.questions(self.campaign) if self.campaign else []

    @cached_property
    def last_answers(self) -> dict[int, LastAnswer]:
        """What this door answered before: history, so only while the door is the officer's own."""
        return last_answers(self.premises, self.questions) if self.own and self.questions else {}

    @cached_property
    def last_topics(self) -> list[int]:
        """What the officer explained at the door before this one, within this campaign."""
        visits = Visit.objects.visible_to(self.officer).done().filter(officer=self.officer, campaign=self.campaign)
        last = visits.filter(topics__isnull=False).order_by("-started_at").values("pk")[:1]
        told = Topic.objects.filter(pk__in=Visit.topics.through.objects.filter(visit=Subquery(last)).values("topic"))
        return list(told.values_list("pk", flat=True))

    @cached_property
    def people(self) -> list[Officer]:
        """Who may be named as partner: the bound pair first, then colleagues of the station."""
        colleagues = (
            Officer.objects.unscoped("names of colleagues of the station")
            .working(timezone.localdate(self.at))
            .filter(unit_id=self.premises.unit_id)
            .exclude(pk=self.officer.pk)
            .order_by("badge")[:60]
        )
        pair = self._others()
        known = {person.pk for person in pair}
        return pair + [person for person in colleagues if person.pk not in known]

    def _pair(self) -> list[Officer]:
        if self.assignment is None:
            return []
        hands = [self.assignment.officer, self.assignment.partner]
        mine = self.officer.pk in {hand.pk for hand in hands if hand}
        return [hand for hand in hands if hand is not None] if mine else []

    def _others(self) -> list[Officer]:
        """Who holds the door with the officer and can come along: who left or moved since the share-out can't."""
        return [hand for hand in self._pair() if hand.pk != self.officer.pk and self._visits_here(hand)]

    def _visits_here(self, person: Officer) -> bool:
        if not person.is_active or (person.left_on is not None and person.left_on <= self.today):
            return False
        unit = self.premises.unit
        return person.unit_id == unit.pk or person.may_at(Right.LOG_VISIT, unit)

    def form(self, *args: Any) -> VisitForm:
        initial: dict[str, Any] = {}
        if not args:
            pair = self._others()
            initial = {"client_id": uuid4(), "opened_at": self.at.isoformat(), "people_met": 1}
            initial["partner"] = pair[0].pk if pair else ""
        may_enter_for_others = self.officer.may(Right.ENTER_FOR_OTHERS, self.premises.unit_id)
        return VisitForm(*args, initial=initial, door=self, may_enter_for_others=may_enter_for_others)

    # -- words --

    @property
    def title(self) -> str:
        name = self.premises.name if self.own else self.premises.masked_name
        return " · ".join(part for part in (labels.door_label(self.premises), name) if part)

    @property
    def second(self) -> str:
        kind = str(self.premises.get_kind_display())
        return " · ".join((kind[:1].upper() + kind[1:], self.premises.area.label))

    @property
    def begins(self) -> str:
        """From when on the visit counts, in words."""
        band = {"evening": _("evening"), "weekend": _("weekend")}.get(band_of(self.at), "")
        start = _("from %(time)s") % {"time": labels.clock(self.at)}
        return _("%(start)s (%(band)s)") % {"start": start, "band": band} if band else start

    @property
    def facts(self) -> str:
        """What the register holds, in one line."""
        premises = self.premises
        parts = [str(premises.get_use_display())] if premises.use else []
        tenants = sum(contact.relation == Contact.Relation.TENANT for contact in self.contacts)
        if tenants:
            parts.append(_("tenants: %(n)s") % {"n": tenants})
        elif self.contacts:
            parts.append(_("people listed: %(n)s") % {"n": len(self.contacts)})
        if premises.registered_elsewhere:
            parts.append(_("registered elsewhere"))
        return " · ".join(parts)

    @property
    def confirmed(self) -> str:
        day = self.premises.confirmed_on
        return labels.short_day(day) if day else ""

    @property
    def topic_names(self) -> str:
        return " · ".join(topic.name for topic in self.topics[:3])

    def dues(self) -> dict[str, list[Due]]:
        days = {kind: {grade: due_day(kind, grade, self.today) for grade in Grade} for kind in Kind}
        return {
            kind: [Due(grade, day, (day - self.today).days) for grade, day in by_grade.items()]
            for kind, by_grade in days.items()
        }

    def cases(self) -> Sequence[Case]:
        """What came up here and is not struck off: open, or settled with its return visits."""
        rows = Case.objects.visible_to(self.officer).unfinished().filter(places__premises=self.premises)
        return list(rows.with_return_due().order_by("due_on", "pk")[:10])

    def context(self, form: VisitForm, saved: Submission | None = None) -> dict[str, Any]:
        """`saved`: the receipt of the visit before this one, which led here."""
        following = next_door(self.officer, self.at, self.door)
        return {
            "tab": "round",
            "screen": self,
            "form": form,
            "asked": None,
            "saved": saved,
            "next_door": following.number if following else "",
            "history": history_of(self.premises) if self.own else [],
            "has_phone": any(contact.phone_mac for contact in self.contacts),
            "stand_in_for": self.assignment.officer if self.assignment and not self._pair() else None,
        }
