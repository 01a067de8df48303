"""What may be found at a door, as the visit's page asks for it: two findings of each kind, read when their chip is on."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from disputes.pictures import Picture, read_picture
from disputes.words import CATEGORIES, Kind
from visits.attempts import FindingReport

# Findings of one kind that fit on the screen; more of them are registered as cases of their own.
PER_KIND = 2
_box = forms.CheckboxInput()


class FindingForm(forms.Form):
    """One finding. Nothing is required here: the action says what is missing."""

    category = forms.ChoiceField(required=False)
    line = forms.CharField(required=False, max_length=120)
    how = forms.CharField(required=False)
    grade = forms.IntegerField(required=False, initial=1)
    why = forms.CharField(required=False, max_length=200)
    photo = forms.FileField(required=False)

    def __init__(self, *args: Any, kind: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        empty: list[tuple[str, str | Promise]] = [("", _("Choose a category"))]
        category: Any = self.fields["category"]
        category.choices = [*empty, *CATEGORIES[kind].choices]

    def add_prefix(self, field_name: str) -> str:
        return f"{self.prefix}_{field_name}"


class FindingPlace:
    """One finding's place on the page; `number` counts findings of the same kind from 0. `errors` are put by the page."""

    def __init__(self, visit: forms.Form, kind: str, number: int) -> None:
        self.visit, self.kind, self.number = visit, kind, number
        self.prefix = f"f_{kind}_{number}"
        self.errors: list[str] = []

    @cached_property
    def form(self) -> FindingForm:
        data, files = (self.visit.data, self.visit.files) if self.visit.is_bound else (None, None)
        return FindingForm(data, files, kind=self.kind, prefix=self.prefix)

    @property
    def used(self) -> bool:
        """The first counts when its chip is on, a second one when it was asked for."""
        return self._is_on(f"f_{self.kind}" if self.number == 0 else f"f_{self.kind}_more")

    @property
    def counts(self) -> bool:
        return self.used and self._is_on(f"f_{self.kind}")

    def _is_on(self, name: str) -> bool:
        return bool(self.visit.is_bound and _box.value_from_datadict(self.visit.data, self.visit.files, name))

    def report(self) -> FindingReport:
        """As the action takes it, once the form has been found valid. Raises `Refusal` for a picture that is none."""
        said: Mapping[str, Any] = self.form.cleaned_data
        return FindingReport(
            kind=self.kind,
            category=said["category"],
            line=said["line"],
            on_spot=said["how"] == "spot",
            grade=said["grade"] or 1,
            grade_reason=said["why"],
            photo=self._picture(said["photo"]) if said["photo"] else None,
        )

    def _picture(self, file: Any) -> Picture:
        return read_picture(file.file, file.size or 0, self.prefix)


def places_of(visit: forms.Form) -> list[FindingPlace]:
    """All of them, in the order of the page."""
    return [FindingPlace(visit, kind, number) for kind in Kind.values for number in range(PER_KIND)]
