"""The questions of a draft as two people may edit them at once: what somebody typed is never lost, nor overwritten.

A question that was deleted meanwhile comes back with what was typed into it. One that somebody else changed stays as
they left it where this page only showed it; where both changed it, this page shows both and asks.
"""

import hashlib
import json
from typing import Any

from django import forms
from django.forms.models import BaseInlineFormSet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from campaigns.models import Question
from campaigns.question_sets import MOST_REQUIRED
from registry.models import Premises

COLUMNS = ("rank", "text", "type", "choices", "kinds", "required")


def stamp_of(values: Any) -> str:
    """A short digest of a question's columns, from a row or from what was typed."""
    read = values.get if isinstance(values, dict) else lambda name: getattr(values, name)
    return hashlib.sha256(json.dumps([read(name) for name in COLUMNS], default=str).encode()).hexdigest()[:16]


class QuestionForm(forms.ModelForm):  # type: ignore[type-arg]
    kinds = forms.MultipleChoiceField(
        label=gettext_lazy("asked at"), choices=Premises.Kind.choices, widget=forms.CheckboxSelectMultiple
    )
    seen = forms.CharField(required=False, widget=forms.HiddenInput)
    stale = False

    class Meta:
        model = Question
        fields = list(COLUMNS)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # What the row was before this page's values are put on it.
        self.stands = stamp_of(self.instance) if self.instance.pk else ""
        self.stands_as = self.instance.text
        self.fields["seen"].initial = self.stands

    def has_changed(self) -> bool:
        """A row that this page only showed is not written, whatever it has become meanwhile."""
        return bool(set(self.changed_data) - {"seen"}) and not self.only_shown

    @property
    def only_shown(self) -> bool:
        if not (self.is_bound and self.instance.pk):
            return False
        seen = self.data.get(self.add_prefix("seen"))
        typed = {name: self._typed(name) for name in COLUMNS}
        return bool(seen) and seen != self.stands and stamp_of(typed) == seen

    def _typed(self, name: str) -> Any:
        bound = self[name]
        try:
            return self.fields[name].clean(bound.data)
        except forms.ValidationError:
            return None

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        seen = self.data.get(self.add_prefix("seen"))
        if self.instance.pk and seen and seen != self.stands and not self.only_shown:
            words = _("Somebody changed this question meanwhile; it now reads “%(text)s”. Save again to keep yours.")
            self.add_error("text", words % {"text": self.stands_as})
            self.stale = True
            # The next save has seen it.
            sent: Any = self.data
            seen_now = sent.copy()
            seen_now[self.add_prefix("seen")] = self.stands
            self.data = seen_now
        return data


class QuestionFormSet(BaseInlineFormSet):  # type: ignore[type-arg]
    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        if self.is_bound and index is not None and index < self.initial_form_count() and form.instance.pk is None:
            # The row was deleted while this page was open: its number finds nothing, its text is a new question.
            form.fields["id"] = forms.CharField(required=False, widget=forms.HiddenInput)
            form.empty_permitted = False

    def _orphans(self) -> list[Any]:
        return [form for form in self.initial_forms if form.instance.pk is None and form not in self.deleted_forms]

    def save_new_objects(self, commit: bool = True) -> list[Any]:
        orphans = self._orphans()
        saved: list[Any] = super().save_new_objects(commit)
        for form in orphans:
            row = self.save_new(form, commit=commit)
            self.new_objects.append(row)
            saved.append(row)
        return saved

    def clean(self) -> None:
        super().clean()
        counts: dict[str, int] = {}
        for form in self.forms:
            data = getattr(form, "cleaned_data", None) or {}
            if data.get("DELETE") or not data.get("required"):
                continue
            for kind in data.get("kinds", ()):
                counts[kind] = counts.get(kind, 0) + 1
                if counts[kind] == MOST_REQUIRED + 1:
                    words = _(
                        "At most five questions can be required at one kind of door (%(kind)s): an officer has a minute."
                    )
                    form.add_error("required", words % {"kind": Premises.Kind(kind).label})
