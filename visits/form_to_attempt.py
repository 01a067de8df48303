"""What was typed into the form of a visit, as its action takes it: which fields count depends on how it went."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.refusals import Refusal
from disputes.pictures import read_picture
from registry.doors import Changes
from registry.models import Premises
from visits.attempts import Attempt
from visits.models import Visit

if TYPE_CHECKING:
    from visits.forms import VisitForm


def attempt_of(form: "VisitForm", premises: Premises) -> Attempt:
    """Of a valid form. Raises `Refusal` for a picture that is none, and for a day without its time."""
    return Told(form).attempt(premises)


@dataclass(frozen=True)
class Told:
    form: "VisitForm"

    @property
    def data(self) -> dict[str, Any]:
        return self.form.cleaned_data

    def attempt(self, premises: Premises) -> Attempt:
        data = self.data
        outcome = self._outcome()
        met = outcome in Visit.DONE
        return Attempt(
            premises_id=premises.pk,
            outcome=outcome,
            started_at=self._moment("started") or data["opened_at"],
            people_met=data["people_met"] or 0 if met else 0,
            place=data["place"] if met else "",
            declared=met and data["declared"] == "1" and not data["not_given"],
            not_given_why=data["not_given_why"] if met else "",
            facts_confirmed=met and data["facts"] == "same",
            changes=self._changes() if met and data["facts"] == "changed" else None,
            topics=self._topics() if met else (),
            answers=self._answers() if met else {},
            as_last=tuple(self._taken_over()) if met else (),
            findings=tuple(place.report() for place in self.form.found()) if met else (),
            photos=tuple(read_picture(file.file, file.size or 0, "photos") for file in data["photos"] or ()),
            services=tuple(data["services"]) if met else (),
            diary=data["diary"],
            next_at=self._moment("next"),
            officer_id=data["officer"],
            partner_id=data["partner"],
            keyed_later=self._moment("started") is not None,
        )

    def _taken_over(self) -> list[int]:
        """Questions left empty that “as last time” answers."""
        if not self.data["as_last"]:
            return []
        return [pk for pk in self.form.last_answers if not self.data.get(f"q_{pk}")]

    def _answers(self) -> dict[int, str]:
        data = self.data
        typed = {q.pk: data[f"q_{q.pk}"] for q in self.form.questions if data.get(f"q_{q.pk}")}
        taken_over = {pk: self.form.last_answers[pk].answer for pk in self._taken_over()}
        return {**typed, **taken_over, **{stray.question: stray.answer for stray in self.form.strays}}

    def _outcome(self) -> str:
        chosen: str = self.data["outcome"]
        if chosen == "met":
            return Visit.Outcome.PARTLY if self.data["broken_off"] else Visit.Outcome.COMPLETED
        if chosen == "nobody":
            return Visit.Outcome.NOBODY_IN
        return self.data["other_outcome"] if chosen == "other" else ""

    def _changes(self) -> Changes:
        data = self.data
        elsewhere = {"yes": True, "no": False}.get(data["registered_elsewhere"])
        return Changes(
            use=data["use"],
            registered_elsewhere=elsewhere,
            contact_name=data["contact_name"],
            relation=data["relation"] if data["contact_name"] else "",
            phone=data["phone"],
            left=tuple(data["left"]),
        )

    def _topics(self) -> tuple[int, ...]:
        data = self.data
        if data["topics"] == "whole":
            return tuple(topic.pk for topic in self.form.door.topics)
        if data["topics"] == "last":
            return tuple(self.form.door.last_topics)
        return tuple(data["topic"]) if data["topics"] == "pick" else ()

    def _moment(self, name: str) -> datetime | None:
        """Day and hour typed apart, because phones offer a good field for each."""
        day, hour = self.data[f"{name}_day"], self.data[f"{name}_time"]
        if day is None and hour is None:
            return None
        field = "next_at" if name == "next" else "started_at"
        if hour is None:
            raise Refusal("hour", _("Enter the time as well."), field)
        day = day or timezone.localdate()
        return timezone.make_aware(datetime.combine(day, hour))
