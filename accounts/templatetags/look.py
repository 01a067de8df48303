"""Tags of the shared look: an icon from our own sprite, and the links that a person's rights open."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from django import template
from django.contrib.admin.helpers import InlineAdminFormSet
from django.forms import BaseForm
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.enumerating import enumerated
from accounts.rights import Right

register = template.Library()


@register.simple_tag
@cache
def icon(name: str, extra: str = "") -> SafeString:
    """An icon beside a word. It says nothing by itself, so screen readers skip it. A page has a hundred: drawn once."""
    return format_html(
        '<svg class="icon {}" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>',
        extra,
        static("icons.svg"),
        name,
    )


register.filter("enumerated", enumerated)

# Where on the page, and what is wrong there.
Fault = tuple[str, str]


@register.inclusion_tag("components/faults.html")
def faults(*refused: BaseForm | Sequence[Any] | None) -> dict[str, list[Fault]]:
    """What is wrong with the forms of a page, for its top: where, and what; nothing where none was refused.

    What is wrong with a form as a whole stands at `form` under its `auto_id` (`id_form` unless it says otherwise).
    Beside forms it takes the inlines of an admin's page, and faults that no form found.
    """
    return {"faults": [fault for each in refused if each for fault in _faults_in(each)]}


def _faults_in(refused: BaseForm | Sequence[Any]) -> Iterator[Fault]:
    if isinstance(refused, BaseForm):
        yield from _faults_of(refused)
        return
    for each in refused:
        if isinstance(each, InlineAdminFormSet):
            yield from _faults_of_rows(each)
        else:
            yield each


def _faults_of_rows(inline: InlineAdminFormSet) -> Iterator[Fault]:
    """Of each row under its number, as the page counts them."""
    rows, name = inline.formset, capfirst(str(inline.opts.verbose_name_plural))
    if not rows.is_bound:
        return
    for sentence in rows.non_form_errors():
        yield f"{rows.prefix}-group", said_of(name, sentence)
    for number, form in enumerate(rows.forms, start=1):
        for place, sentence in _faults_of(form):
            yield place, f"{name} {number}, {sentence}"


def _faults_of(form: BaseForm) -> Iterator[Fault]:
    for name, sentences in form.errors.items():
        field = form[name] if name in form.fields else None
        for sentence in sentences:
            if field is None or field.is_hidden:
                yield str(form.auto_id) % form.add_prefix("form"), str(sentence)
            elif field.use_fieldset:
                yield f"{field.auto_id}_error", said_of(capfirst(field.label), sentence)
            else:
                yield field.id_for_label, said_of(capfirst(field.label), sentence)


def said_of(label: Any, sentence: Any) -> str:
    """With the colon of the reader's language."""
    return gettext("%(label)s: %(sentence)s") % {"label": label, "sentence": sentence}


# What the worker does for a page is mostly done by then.
LONG_WAIT = timedelta(seconds=60)


@register.filter
def is_long_ago(since: datetime) -> bool:
    """Whether somebody has waited for the worker since then for longer than it should take."""
    return timezone.now() - since > LONG_WAIT


@dataclass(frozen=True)
class Tab:
    code: str
    label: str | Promise
    icon: str
    url_name: str
    right: Right | None


TABS = (
    Tab("desk", _("Desk"), "desk", "admin:index", Right.USE_ADMIN),
    Tab("reports", _("Figures"), "chart", "reports:home", Right.SEE_FIGURES),
    Tab("round", _("Round"), "signpost", "visits:round", Right.LOG_VISIT),
    Tab("cases", _("Cases"), "journal", "disputes:list", Right.LOG_VISIT),
    Tab("receipts", _("Receipts"), "receipt", "visits:receipts", Right.LOG_VISIT),
    Tab("me", _("Me"), "person", "visits:me", None),
)


@register.inclusion_tag("components/tabs.html", takes_context=True)
def tabs(context: Any) -> dict[str, Any]:
    """At most five links: who keeps a desk has no need of the receipts of a phone."""
    officer, current = context["user"], context.get("tab", "")
    open_to = [tab for tab in TABS if tab.right is None or officer.may(tab.right)]
    if len(open_to) > 5:
        open_to = [tab for tab in open_to if tab.code != "receipts"]
    return {"tabs": [(tab, reverse(tab.url_name), tab.code == current) for tab in open_to]}
