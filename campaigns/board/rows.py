"""What the share-out board shows: its choice, its lines on both sides, its totals and its sentence."""

from dataclasses import dataclass, field

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Officer
from campaigns.models import ShareOut

Way = ShareOut.Way
# Somebody who would hold this much more than the mean is named in the confirmation.
OVERLOAD = 0.15


@dataclass(frozen=True)
class Choice:
    """What the supervisor set on the board. `picked` is (area code, building); None means all of them."""

    way: str = Way.RESPONSIBILITY
    picked: frozenset[tuple[str, str]] | None = None
    to: int | None = None
    visited_too: bool = False


@dataclass
class BuildingRow:
    area_id: str
    name: str
    picked: bool = True
    doors: int = 0
    visited: int = 0
    held: int = 0
    share: int = 0
    left: int = 0
    takers: list[str] = field(default_factory=list)

    @property
    def key(self) -> str:
        return f"{self.area_id}|{self.name}"


@dataclass
class CommunityRow:
    area_id: str
    name: str
    buildings: list[BuildingRow] = field(default_factory=list)

    def _sum(self, column: str) -> int:
        return sum(getattr(building, column) for building in self.buildings)

    doors = property(lambda self: self._sum("doors"))
    visited = property(lambda self: self._sum("visited"))
    held = property(lambda self: self._sum("held"))
    share = property(lambda self: self._sum("share"))
    left = property(lambda self: self._sum("left"))

    @property
    def takers(self) -> list[str]:
        return list(dict.fromkeys(name for building in self.buildings for name in building.takers))


@dataclass
class PersonRow:
    officer: Officer
    partner: Officer | None
    present: int
    given: int = 0
    mean: float = 0.0
    weeks: float = 1.0
    top: int = 1

    @property
    def after(self) -> int:
        return self.present + self.given

    @property
    def per_week(self) -> int:
        return -(-self.after // max(1, round(self.weeks)))

    @property
    def difference(self) -> int:
        return round(self.after - self.mean)

    @property
    def over_percent(self) -> int:
        """How far above the mean, when that is worth saying; else 0."""
        if not self.mean or self.after <= self.mean * (1 + OVERLOAD) or self.difference < 3:
            return 0
        return round(100 * (self.after / self.mean - 1))


@dataclass(frozen=True)
class Gift:
    """One line of the plan: a building (or what the register gives one officer of it) to one pair of hands."""

    area_id: str
    building: str
    registered: int | None
    officer_id: int
    partner_id: int | None
    doors: int


@dataclass
class Board:
    communities: list[CommunityRow]
    people: list[PersonRow]
    away: list[tuple[Officer, str]]
    left_why: list[tuple[str, int]]
    gifts: list[Gift]
    split: list[str]
    digest: str
    visited_stay: int

    doors = property(lambda self: sum(c.doors for c in self.communities))
    visited = property(lambda self: sum(c.visited for c in self.communities))
    held = property(lambda self: sum(c.held for c in self.communities))
    share = property(lambda self: sum(gift.doors for gift in self.gifts))
    left = property(lambda self: sum(count for _why, count in self.left_why))
    buildings = property(lambda self: sum(len(c.buildings) for c in self.communities))

    @property
    def takers(self) -> list[PersonRow]:
        return [person for person in self.people if person.given]

    @property
    def mean_after(self) -> int:
        return round(self.people[0].mean) if self.people else 0

    def sentence(self) -> str:
        """All the numbers of the confirmation in one sentence or a few."""
        takers = self.takers
        if not takers:
            return _("Nothing to share out this way.")
        least, most = min(takers, key=lambda p: p.given), max(takers, key=lambda p: p.given)
        touched = {(gift.area_id, gift.building) for gift in self.gifts}
        parts = [
            _("Share %(doors)d doors of %(buildings)d buildings in %(areas)d communities out to %(people)d people:")
            % {
                "doors": self.share,
                "buildings": len(touched),
                "areas": len({area for area, _building in touched}),
                "people": len(takers),
            },
            _("%(mean)d each on average, fewest %(few)d (%(least)s), most %(many)d (%(most)s).")
            % {
                "mean": round(self.share / len(takers)),
                "few": least.given,
                "least": least.officer.name,
                "many": most.given,
                "most": most.officer.name,
            },
        ]
        parts += self._overload(takers)
        if self.split:
            parts.append(_("Split buildings: %(names)s.") % {"names": "、".join(self.split[:5])})
        if self.visited_stay:
            parts.append(
                ngettext("%(n)d visited door stays.", "%(n)d visited doors stay.", self.visited_stay)
                % {"n": self.visited_stay}
            )
        return " ".join(parts)

    @staticmethod
    def _overload(takers: list[PersonRow]) -> list[str]:
        """Those with far more than the mean, most first: three by name, the rest by number; the list marks them all."""
        over = sorted((p for p in takers if p.over_percent), key=lambda p: -p.after)
        parts = [
            _("%(name)s will hold %(after)d doors, %(percent)d%% above the mean.")
            % {"name": p.officer.name, "after": p.after, "percent": p.over_percent}
            for p in over[:3]
        ]
        if rest := len(over[3:]):
            parts.append(
                ngettext(
                    "%(n)d more person lies far above the mean.", "%(n)d more people lie far above the mean.", rest
                )
                % {"n": rest}
            )
        return parts
