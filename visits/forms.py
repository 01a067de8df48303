"""The form of a visit and its questions. It reads what was typed; what a visit must say is asked by `visits/rules.py`."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.functional import Promise, cached_property
from django.utils.translation import gettext_lazy as _

from accounts.models import Officer
from accounts.refusals import Refusal
from campaigns.models import Question, Topic
from disputes.words import Kind
from registry.models import Contact, Premises
from visits.finding_forms import FindingPlace, places_of
from visits.models import Service, Visit
from visits.questions import LastAnswer, Stray, stamp_of, strays_of

OTHER_OUTCOMES = (
    Visit.Outcome.APPOINTMENT,
    Visit.Outcome.REFUSED,
    Visit.Outcome.MOVED,
    Visit.Outcome.NOT_FOUND,
    Visit.Outcome.CONVERTED,
    Visit.Outcome.OTHER,
)


# What the actions say (`visits.writing`): a page may have offered somebody who left since.
NO_PARTNER = _("Choose a partner who visits for this station.")
NO_VISITOR = _("Choose who stood at the door: somebody who visits for this station.")


class PhotosField(forms.FileField):
    """Any number of files, at most six."""

    widget = forms.ClearableFileInput

    def clean(self, data: Any, initial: Any = None) -> list["UploadedFile[Any]"]:
        files = data if isinstance(data, list | tuple) else [data]
        cleaned: list[UploadedFile[Any]] = [super(PhotosField, self).clean(each, initial) for each in files if each]
        if len(cleaned) > 6:
            raise forms.ValidationError(_("At most six photos with one visit."))
        return cleaned


class ManyFiles(forms.ClearableFileInput):
    allow_multiple_selected = True


@dataclass
class QuestionPlace:
    """One question on the page, with what was answered last time."""

    form: "VisitForm"
    question: Question

    @property
    def name(self) -> str:
        return f"q_{self.question.pk}"

    @property
    def value(self) -> str:
        return self.form[self.name].value() or ""

    @property
    def stamp(self) -> str:
        return stamp_of(self.question)

    @property
    def last(self) -> LastAnswer | None:
        return self.form.last_answers.get(self.question.pk)

    @property
    def errors(self) -> list[str]:
        return self.form.errors_at.get(self.name, [])

    @property
    def is_long(self) -> bool:
        return self.question.type in (Question.Type.TEXT, Question.Type.CHOICE)

    @property
    def other_choice(self) -> str:
        """What was chosen and is no longer offered: it stays readable until something else is chosen."""
        offered = self.question.type != Question.Type.CHOICE or self.value in self.question.choices
        return "" if offered else self.value


def place_of(name: str) -> str:
    """Where the page shows what is wrong with a field: a day and its time have one place."""
    return re.sub(r"^(next|started)_(day|time)$", r"\1_at", name)


class KnownAtDoor(Protocol):
    """What the form offers to choose from, each looked up when it is first asked for."""

    @property
    def contacts(self) -> Sequence[Contact]: ...
    @property
    def topics(self) -> Sequence[Topic]: ...
    @property
    def last_topics(self) -> Sequence[int]: ...
    @property
    def questions(self) -> Sequence[Question]: ...
    @property
    def last_answers(self) -> Mapping[int, LastAnswer]: ...
    @property
    def people(self) -> Sequence[Officer]: ...
    def stored_before(self, client_id: UUID | None) -> bool: ...
    def gone_since(self, client_id: UUID | None) -> Sequence[Contact]: ...


# What no person fills in, and what is wrong with the whole of it: said at the beginning of the form.
WITHOUT_A_PLACE = {"", "client_id", "opened_at"}


class VisitForm(forms.Form):
    """One visit, as the screen asks for it. Nothing is required here: the action says what is missing, in its order."""

    client_id = forms.UUIDField()
    opened_at = forms.DateTimeField(required=False)
    outcome = forms.CharField(required=False)
    other_outcome = forms.ChoiceField(choices=[(o.value, o.label) for o in OTHER_OUTCOMES], required=False)
    broken_off = forms.BooleanField(required=False)
    people_met = forms.IntegerField(required=False, min_value=0, max_value=99, initial=1)
    place = forms.CharField(required=False)
    facts = forms.CharField(required=False)
    use = forms.ChoiceField(choices=[("", "–"), *Premises.Use.choices], required=False)
    registered_elsewhere = forms.ChoiceField(choices=[("", "–"), ("yes", _("yes")), ("no", _("no"))], required=False)
    contact_name = forms.CharField(required=False, max_length=60)
    relation = forms.ChoiceField(choices=Contact.Relation.choices, required=False, initial=Contact.Relation.TENANT)
    phone = forms.CharField(required=False, max_length=40)
    left = forms.TypedMultipleChoiceField(coerce=int, required=False)
    topics = forms.CharField(required=False)
    topic = forms.TypedMultipleChoiceField(coerce=int, required=False)
    services = forms.MultipleChoiceField(choices=Service.Kind.choices, required=False)
    declared = forms.CharField(required=False)
    not_given = forms.BooleanField(required=False)
    not_given_why = forms.ChoiceField(choices=[("", "–"), *Visit.NotGiven.choices], required=False)
    diary = forms.CharField(required=False, max_length=300)
    next_day = forms.DateField(required=False)
    next_time = forms.TimeField(required=False)
    started_day = forms.DateField(required=False)
    started_time = forms.TimeField(required=False)
    photos = PhotosField(required=False, widget=ManyFiles)
    as_last = forms.BooleanField(required=False)
    partner = forms.TypedChoiceField(
        coerce=int, empty_value=None, required=False, error_messages={"invalid_choice": NO_PARTNER}
    )
    officer = forms.TypedChoiceField(
        coerce=int, empty_value=None, required=False, error_messages={"invalid_choice": NO_VISITOR}
    )

    def __init__(
        self,
        *args: Any,
        door: KnownAtDoor,
        may_enter_for_others: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.door, self.questions = door, door.questions
        fields: dict[str, Any] = self.fields
        # Each place of the page has its list, so that a template that names none of them is found out.
        self.errors_at: dict[str, list[str]] = {place_of(name): [] for name in fields}
        # Asked for when they are shown or chosen from: a plain visit, sent, chooses from none of them.
        fields["left"].choices = lambda: self._may_have_left
        fields["topic"].choices = lambda: [(topic.pk, topic.name) for topic in door.topics]
        fields["partner"].choices = self._names
        fields["officer"].choices = self._names if may_enter_for_others else [("", "–")]
        for question in self.questions:
            fields[f"q_{question.pk}"] = forms.CharField(required=False, max_length=200)
        self.findings = places_of(self)

    def _names(self) -> list[tuple[int | str, str]]:
        return [("", "–"), *((person.pk, person.name) for person in self.door.people)]

    @cached_property
    def _may_have_left(self) -> list[tuple[int, str]]:
        """Who is listed at the door; for a page that was saved before also who left since, so that it reads as it did."""
        number = self.cleaned_data.get("client_id") if self.is_bound else None
        return [(contact.pk, contact.name) for contact in (*self.door.contacts, *self.door.gone_since(number))]

    @property
    def last_answers(self) -> Mapping[int, LastAnswer]:
        return self.door.last_answers

    # -- for the page --

    def findings_by_kind(self) -> Iterator[tuple[str, str | Promise, list[FindingPlace]]]:
        for kind in Kind:
            yield kind.value, kind.label, [place for place in self.findings if place.kind == kind]

    def required_questions(self) -> list[QuestionPlace]:
        return [QuestionPlace(self, question) for question in self.questions if question.required]

    def further_questions(self) -> list[QuestionPlace]:
        return [QuestionPlace(self, question) for question in self.questions if not question.required]

    @cached_property
    def strays(self) -> list[Stray]:
        return strays_of(self.data, self.questions) if self.is_bound else []

    @property
    def opens_more(self) -> bool:
        """Something under “more” has to be mended."""
        names = {"next_at", "started_at", "photos", "partner", "officer", "diary"}
        names |= {place.name for place in self.further_questions()}
        return any(sentences for place, sentences in self.errors_at.items() if place in names)

    @property
    def missing(self) -> list[tuple[str, str]]:
        """Where something stands in the way of saving, and what; of a question its words too, for there are several."""
        asked = {f"q_{question.pk}": question.text for question in self.questions}

        def said(place: str, sentence: str) -> str:
            # After a Chinese question mark stands no blank of ours, but before a sentence that is not Chinese.
            blank = " " if sentence.isascii() else ""
            return f"{asked[place]}{blank}{sentence}" if place in asked else sentence

        return [
            (
                "form" if place in WITHOUT_A_PLACE else place,
                said(place, sentences[0]),
            )
            for place, sentences in self.errors_at.items()
            if sentences
        ]

    def put_refusal(self, refusal: Refusal) -> None:
        """Shows the action's words, each at the field that it names; findings are counted in the order of the page."""
        for fault in refusal.every:
            self._put_fault(fault)

    def _put_fault(self, refusal: Refusal) -> None:
        field = refusal.field
        if field.startswith("finding_") and field[8:].isdigit():
            field = self.found()[int(field[8:])].prefix
        if field == "outcome" and self.cleaned_data.get("outcome") == "other":
            self._put("other_outcome", [str(_("Choose how it went."))])
            return
        self._put(field, [str(refusal.sentence)])

    def put_form_errors(self) -> None:
        for name, sentences in self.errors.items():
            self._put(place_of(name), [str(sentence) for sentence in sentences])
        for place in self.found():
            for sentences in place.form.errors.values():
                self._put(place.prefix, [str(sentence) for sentence in sentences])

    def _put(self, where: str, sentences: list[str]) -> None:
        self.errors_at.setdefault(where, []).extend(sentences)
        for place in self.findings:
            if place.prefix == where:
                place.errors.extend(sentences)

    def is_valid(self) -> bool:
        """Whether everything can be read, also of the findings whose chip is on; what the others hold is left over."""
        found = [place.form.is_valid() for place in self.found()]
        return super().is_valid() and all(found)

    def found(self) -> list[FindingPlace]:
        """Those that were switched on, in the order of the page."""
        return [place for place in self.findings if place.counts]

    def clean(self) -> dict[str, Any]:
        """An answer to a question that reads otherwise now is shown again before it counts.

        Unless it counts already: a form that was stored, and whose answer never came, is sent again as it was.
        """
        data: dict[str, Any] = super().clean() or {}
        changed = [question for question in self.questions if self._reads_otherwise(question, data)]
        if changed and not self.door.stored_before(data.get("client_id")):
            for question in changed:
                self.add_error(
                    f"q_{question.pk}",
                    _("This question was changed while the form was open. Look at your answer, then save again."),
                )
        return data

    def _reads_otherwise(self, question: Question, data: Mapping[str, Any]) -> bool:
        seen = self.data.get(f"s_{question.pk}")
        return bool(seen and seen != stamp_of(question) and data.get(f"q_{question.pk}"))
