"""Which unit answers for which community: the longest code wins."""

from collections import Counter
from collections.abc import Iterable

from django.db.models import Q

from registry.models import Area, Jurisdiction


def under(codes: Iterable[str], field: str = "pk") -> Q:
    """Areas with one of these codes or below it; nothing for no code. A range of the index, also in a big country."""
    inside = Q(pk__in=())
    for code in codes:
        inside |= Q(**{f"{field}__gte": code, f"{field}__lt": code + "~"})
    return inside


def unit_by_prefix() -> dict[str, int]:
    return dict(Jurisdiction.objects.unscoped("who answers for what").values_list("area_id", "unit_id"))


def unit_of(code: str, known: dict[str, int]) -> int | None:
    """The unit that answers for an area: its own code, else its township's, county's, city's or province's."""
    for length in (12, 9, 6, 4, 2):
        if len(code) >= length and code[:length] in known:
            return known[code[:length]]
    return None


def communities_by_unit(codes: Iterable[str]) -> Counter[int]:
    """How many communities under these areas each unit answers for."""
    known = unit_by_prefix()
    communities = Area.objects.filter(under(codes), level=Area.Level.COMMUNITY).values_list("code", flat=True)
    units = (unit_of(code, known) for code in communities)
    return Counter(unit for unit in units if unit is not None)
