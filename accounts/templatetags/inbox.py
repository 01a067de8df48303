"""What a notice says, by its code, in the reader's language."""

from django import template
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Notice

register = template.Library()

SENTENCES = {
    "case_assigned": _("Case %(number)s was given to you. Sign for it."),
}


@register.filter
def notice_sentence(notice: Notice) -> str:
    known = SENTENCES.get(notice.code)
    return str(known) % notice.parameters if known else notice.code


@register.filter
def notice_address(notice: Notice) -> str:
    return reverse(notice.url_name, args=notice.url_args)
