"""What templates of figures and papers ask for: the charts of a brief, the numbering of headings and questions."""

from django import template
from django.utils.translation import get_language

from reports.brief import Brief
from reports.charts import Chart, charts_of

register = template.Library()
CHINESE = "一二三四五六七八九十"


@register.simple_tag
def charts(brief: Brief) -> list[Chart]:
    return charts_of(brief)


@register.simple_tag
def heading(number: int) -> str:
    """一、二、三 in Chinese, 1 2 3 in English."""
    chinese = (get_language() or "").startswith("zh")
    return f"{CHINESE[number - 1]}、" if chinese else f"{number} "


@register.filter
def circled(number: int) -> str:
    """1 → ①; from 21 on in brackets."""
    return chr(0x245F + number) if 1 <= number <= 20 else f"({number})"
