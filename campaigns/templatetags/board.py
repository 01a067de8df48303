"""What is alike in many lines of the share-out board."""

from functools import lru_cache

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()

COUNT = '<span class="n">{}</span>'
CELLS = f"""{COUNT * 4}<span class="n{{}}">{{}}</span>
                <span class="takers">{{}}</span>"""


@register.simple_tag
@lru_cache(maxsize=5000)
def count_cells(counts: tuple[int, int, int, int, int], takers: str) -> SafeString:
    """Doors, visited, in hand, this time, left out, and who is given them: drawn once for all buildings that say the same."""
    left = counts[-1]
    return format_html(CELLS, *map(str, counts[:-1]), " has-left" if left else "", str(left), takers)
