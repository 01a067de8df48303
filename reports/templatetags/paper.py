"""Numbering of headings on paper: 一、二、三 in Chinese, 1 2 3 in English."""

from django import template
from django.utils.translation import get_language

register = template.Library()
CHINESE = "一二三四五六七八九十"


@register.simple_tag
def heading(number: int) -> str:
    chinese = (get_language() or "").startswith("zh")
    return f"{CHINESE[number - 1]}、" if chinese else f"{number} "
