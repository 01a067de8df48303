"""A form that was open while somebody else saved the same row: nothing is overwritten in silence.

The page carries a digest of each value as it was shown. A field that only the other person changed stays as they left
it; where both changed the same field, the later one sees what it now reads and decides. The digests guard against
accidents, not against a forger: whoever may write the row may overwrite it.
"""

import hashlib
from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from django import forms
from django.forms.models import model_to_dict
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.refusals import Refusal

# Of a long text only its beginning is shown in a sentence.
SHOWN = 120


def stamps_of(values: Mapping[str, Any]) -> str:
    """What a page keeps of the values that it shows: `name:digest`, separated by blanks."""
    return " ".join(f"{name}:{_digest(value)}" for name, value in values.items())


def meanwhile(seen: str, stands: Mapping[str, Any], typed: Mapping[str, Any]) -> tuple[list[str], list[str]]:
    """Names that only somebody else changed since the page, and names that both changed differently.

    `seen` are the page's `stamps_of`; without any, nobody is asked.
    """
    shown = dict(stamp.partition(":")[::2] for stamp in seen.split())
    theirs, both = [], []
    for name in stands.keys() & typed.keys() & shown.keys():
        now, mine = _digest(stands[name]), _digest(typed[name])
        if now != shown[name] and mine == shown[name]:
            theirs.append(name)
        elif now != shown[name] and mine != now:
            both.append(name)
    return theirs, both


def seen_again(seen: str, stands: Mapping[str, Any], fields: Collection[str]) -> str:
    """The stamps of a page that has told what these fields read now; of all others it still shows what it showed."""
    return " ".join([seen, stamps_of({name: stands[name] for name in fields})])


def now_reads(value: object) -> str:
    if isinstance(value, date):
        value = date_format(value)
    text = str(getattr(value, "name", value) if value not in (None, "") else "–")
    text = text if len(text) <= SHOWN else f"{text[:SHOWN]} …"
    words = _("Somebody changed this meanwhile; it now reads “%(text)s”. Save again to keep yours.")
    return words % {"text": text}


def changed_meanwhile(field: str, value: object) -> Refusal:
    return Refusal("changed_meanwhile", now_reads(value), field=field, status=409)


def _digest(value: Any) -> str:
    """The same for a row's value and for what a form makes of it."""
    key = getattr(value, "pk", value)
    text = "" if key is None else str(key).replace("\r\n", "\n").strip()
    return hashlib.sha256(text.encode("utf-8", "backslashreplace")).hexdigest()[:12]


# Django's class is generic for the type checker only; at run time it takes no argument, hence `type-arg`.
class RowForm(forms.ModelForm):  # type: ignore[type-arg]
    """The form of a row that others may save too. The view locks the row before it makes the form."""

    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.stale = False
        names = [name for name in self.fields if name != "seen"]
        self.stands = model_to_dict(self.instance, fields=names) if self.instance.pk else {}
        self.initial["seen"] = stamps_of(self.stands)

    @property
    def changed_data(self) -> list[str]:
        return [name for name in super().changed_data if name != "seen"]

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        theirs, both = meanwhile(data.get("seen", ""), self.stands, data)
        for name in theirs:
            data[name] = getattr(self.instance, name)
        for name in both:
            in_words = getattr(self.instance, f"get_{name}_display", lambda name=name: getattr(self.instance, name))
            self.add_error(name, now_reads(in_words()))
        if both:
            self.stale = True
            shown: Any = self.data
            sent = shown.copy()
            sent[self.add_prefix("seen")] = seen_again(data["seen"], self.stands, both)
            self.data = sent
        return data
