"""Which community a row means, and which unit answers for it: by code, then by name inside the unit's own area."""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from accounts.models import Unit
from registry.models import Area, Jurisdiction
from registry.texts import key_of

SUFFIX = re.compile(r"(社区居民委员会|社区居委会|居民委员会|居委会|社区|村民委员会|村委会|嘎查委员会|嘎查|村)$")
OF_A_VILLAGE = {"村民委员会", "村委会", "嘎查委员会", "嘎查", "村"}
SHEET_NUMBER = re.compile(r"[\s_\-]*[（(]?(\d{1,3})[)）]?$")


@dataclass(frozen=True)
class Match:
    """`fault` is a reason code when the row can't be placed; `note` one that is shown although it could be."""

    area: str = ""
    unit: int = 0
    elsewhere: bool = False
    fault: str = ""
    note: str = ""


def stem(name: str) -> tuple[str, str]:
    """王家山村委会 → (王家山, village), 公园社区居民委员会 → (公园, community), 公园 → (公园, "")."""
    key = key_of(name)
    match = SUFFIX.search(key)
    if not match or match.start() == 0:
        return key, ""
    return key[: match.start()], "village" if match[1] in OF_A_VILLAGE else "community"


class Communities:
    """The communities of the unit's counties, loaded once per import; answers are kept, rows repeat."""

    def __init__(self, unit: Unit) -> None:
        inside = set(Unit.objects.unscoped("whose rows an import takes").under(unit).values_list("pk", flat=True))
        everything = Jurisdiction.objects.unscoped("who answers for which area")
        own = list(everything.filter(unit_id__in=inside).values_list("area_id", flat=True))
        self.inside = inside
        self.answers = dict(everything.values_list("area_id", "unit_id"))
        self.names: dict[str, str] = {}
        self.by_stem: dict[str, list[tuple[str, str]]] = defaultdict(list)
        self.above: set[str] = set()
        self._load({code[:6] for code in own})
        self._known: dict[tuple[str, str, str], Match] = {}

    def _load(self, counties: Iterable[str]) -> None:
        for county in counties:
            areas = Area.objects.filter(code__gte=county, code__lt=county + "~").values_list("code", "name", "level")
            for code, name, level in areas.iterator():
                if level == Area.Level.COMMUNITY:
                    self.names[code] = name
                    self.by_stem[stem(name)[0]].append((stem(name)[1], code))
                else:
                    self.above.add(name)
            codes = [county[:length] for length in range(2, len(county) + 1)]
            self.above.update(Area.objects.filter(code__in=codes).values_list("name", flat=True))

    @property
    def known_names(self) -> list[str]:
        """Names that may stand in front of an address, longest first."""
        return sorted(self.above, key=len, reverse=True)

    def unit_of(self, code: str) -> int:
        """The unit with the longest code above this one, 0 for none."""
        for length in range(len(code), 1, -1):
            if (unit := self.answers.get(code[:length])) is not None:
                return unit
        return 0

    def match(self, code: str, name: str, sheet: str) -> Match:
        key = (code, name, sheet if not (code or name) else "")
        if key not in self._known:
            if len(self._known) > 100_000:
                self._known.clear()
            self._known[key] = self._match(*key)
        return self._known[key]

    def _match(self, code: str, name: str, sheet: str) -> Match:
        if not (code or name):
            by_sheet = self._by_name(SHEET_NUMBER.sub("", sheet), SHEET_NUMBER.search(sheet))
            return by_sheet if not by_sheet.fault else Match(fault="community_missing")
        named = self._by_name(name, None) if name else Match(fault="community_unknown")
        if code in self.names:
            return self._by_code(code, name)
        if code and not named.fault:
            return Match(named.area, named.unit, named.elsewhere, note="code_unknown")
        return named

    def _by_code(self, code: str, name: str) -> Match:
        """The code counts, unless the name is that of another community we know: then nobody can tell."""
        if name and (others := self._candidates(name)) and code not in others:
            return Match(fault="code_and_name")
        return self._placed(code)

    def _by_name(self, name: str, number: re.Match[str] | None) -> Match:
        codes = self._candidates(name)
        if number:
            codes = [code for code in codes if code.endswith(number[1].zfill(3))] or codes
        own = [code for code in codes if self.unit_of(code) in self.inside]
        if len(own) > 1 or (not own and len(codes) > 1 and not self._all_elsewhere(codes)):
            return Match(fault="community_ambiguous")
        if own:
            return self._placed(own[0])
        return self._placed(codes[0]) if codes else Match(fault="community_unknown")

    def _all_elsewhere(self, codes: list[str]) -> bool:
        return all(self.unit_of(code) for code in codes)

    def _candidates(self, name: str) -> list[str]:
        """Communities that the name can mean: the name whole first, then without the township in front."""
        base, kind = stem(name)
        found = [code for other, code in self.by_stem.get(base, ()) if not kind or other == kind]
        if not found and kind:
            # 铸一新村: the last character belongs to the name.
            found = [code for _, code in self.by_stem.get(key_of(name), ())]
        if not found and not kind:
            found = [code for _, code in self.by_stem.get(base, ())]
        if not found:
            for above in self.above:
                rest = key_of(name).removeprefix(key_of(above))
                if rest and rest != key_of(name):
                    return self._candidates(rest)
        return found

    def _placed(self, code: str) -> Match:
        unit = self.unit_of(code)
        if not unit:
            return Match(area=code, fault="nobody_answers")
        return Match(code, unit, elsewhere=unit not in self.inside)
