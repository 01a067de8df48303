"""What the share-out board shows: its choice, its lines on both sides, its totals and its sentence."""

from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from accounts.enumerating import enumerated
from accounts.models import Officer
from campaigns.models import ShareOut

Way = ShareOut.Way
# Somebody who would hold this much more than the mean is named in the confirmation.
OVERLOAD = 0.15
TELLING_PERCENT = 200
LAST_DOOR = 2**31 - 1


@dataclass(frozen=True)
class Choice:
    """What the supervisor set on the board.

    `picked` is (area code, building), None means all of them. `to` is who takes the picked buildings or what `source`
    has not visited. `among` are those between whom doors are shared evenly, None means everybody whose work it is.
    """

    way: str = Way.RESPONSIBILITY
    picked: frozenset[tuple[str, str]] | None = None
    to: int | None = None
    source: int | None = None
    among: frozenset[int] | None = None
    visited_too: bool = False

    @property
    def ticks_picked(self) -> bool:
        """Whether the boxes of what is picked are ticked; picking by hand begins with none."""
        return self.picked is not None or self.way != Way.HAND

    @property
    def takes_over(self) -> bool:
        """Doors that somebody holds change hands; the other ways start from what nobody holds."""
        return self.way in (Way.HAND, Way.HAND_ON)

    def as_json(self) -> dict[str, Any]:
        """In one order, so that the same choice is the same text."""
        return {
            "way": str(self.way),
            "picked": None if self.picked is None else sorted(list(pick) for pick in self.picked),
            "to": self.to,
            "source": self.source,
            "among": None if self.among is None else sorted(self.among),
            "visited_too": self.visited_too,
        }

    @classmethod
    def from_json(cls, said: dict[str, Any]) -> "Choice":
        picked, among = said["picked"], said["among"]
        return cls(
            way=said["way"],
            picked=None if picked is None else frozenset((area, building) for area, building in picked),
            to=said["to"],
            source=said["source"],
            among=None if among is None else frozenset(among),
            visited_too=said["visited_too"],
        )


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

    @property
    def line(self) -> tuple[str, bool, str, tuple[int, ...], str]:
        """What its line on the board is drawn from: of four hundred lines most have the same numbers and names."""
        counts = (self.doors, self.visited, self.held, self.share, self.left)
        return self.key, self.picked, self.name or _("no street or building"), counts, enumerated(self.takers)


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
    lines = property(lambda self: [building.line for building in self.buildings])

    @property
    def takers(self) -> list[str]:
        return list(dict.fromkeys(name for building in self.buildings for name in building.takers))


@dataclass
class PersonRow:
    officer: Officer
    partner: Officer | None
    present: int
    present_weight: int = 0
    takes: bool = True
    given: int = 0
    given_weight: int = 0
    mean: float = 0.0
    mean_weight: float = 0.0
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
    def difference_text(self) -> str:
        """With a sign of its own width: +21, −4, 0."""
        return f"{self.difference:+d}".replace("-", "−") if self.difference else "0"

    @property
    def over_percent(self) -> int:
        """How far above the mean, when that is worth saying; else 0. By weight where doors were weighed."""
        holds, mean = (
            (self.present_weight + self.given_weight, self.mean_weight) if self.mean_weight else (self.after, self.mean)
        )
        if not mean or holds <= mean * (1 + OVERLOAD) or self.difference < 3:
            return 0
        return round(100 * (holds / mean - 1))

    @property
    def over_text(self) -> str:
        """The mark beside the name; beside a mean of next to nothing a percentage says nothing."""
        if self.over_percent > TELLING_PERCENT:
            return _("far over the mean")
        return _("%(n)d%% over the mean") % {"n": self.over_percent}

    @property
    def overload(self) -> str:
        """Beside a mean of next to nothing a percentage says nothing: then it is said in doors."""
        holds = ngettext("%(n)s door", "%(n)s doors", self.after) % {"n": self.after}
        said = {"name": self.officer.name, "doors": holds, "percent": self.over_percent, "more": self.difference}
        if self.over_percent > TELLING_PERCENT:
            return _("%(name)s will hold %(doors)s, %(more)d more than the mean.") % said
        return _("%(name)s will hold %(doors)s, %(percent)d%% above the mean.") % said


@dataclass(frozen=True)
class Gift:
    """One line of the plan: a building (or what the register gives one officer of it) to one pair of hands.

    `first` and `last` count the doors that are shared out there in walking order; they differ from all of them only
    where single houses of a street are cut between two people.
    """

    area_id: str
    building: str
    registered: int | None
    officer_id: int
    partner_id: int | None
    doors: int
    weight: int = 0
    first: int = 1
    last: int = LAST_DOOR


@dataclass
class Board:
    communities: list[CommunityRow]
    people: list[PersonRow]
    away: list[tuple[Officer, str]]
    holders: list[tuple[Officer, int]]
    left_why: list[tuple[str, int]]
    gifts: list[Gift]
    split: list[str]
    digest: str
    seen: str
    visited_stay: int
    source: Officer | None = None

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
        parts = [self._what(takers)]
        if self.source is None or len(takers) > 1:
            parts.append(self._spread(takers))
        parts += self._overload(takers)
        if self.split:
            parts.append(_("Split buildings: %(names)s.") % {"names": _listed(self.split)})
        if self.visited_stay:
            parts.append(
                ngettext("%(n)d visited door stays.", "%(n)d visited doors stay.", self.visited_stay)
                % {"n": self.visited_stay}
            )
        parts.append(_("It can be undone as a whole until the first attempt at one of these doors."))
        return ("" if (get_language() or "zh").startswith("zh") else " ").join(parts)

    def _what(self, takers: list[PersonRow]) -> str:
        touched = {(gift.area_id, gift.building) for gift in self.gifts}
        areas = len({area for area, _building in touched})
        numbers = {
            "doors": ngettext("%(n)s door", "%(n)s doors", self.share) % {"n": self.share},
            "buildings": ngettext("%(n)s building", "%(n)s buildings", len(touched)) % {"n": len(touched)},
            "areas": ngettext("%(n)s community", "%(n)s communities", areas) % {"n": areas},
            "people": ngettext("%(n)s person", "%(n)s people", len(takers)) % {"n": len(takers)},
        }
        if self.source is not None:
            words = _(
                "Hand %(doors)s of %(buildings)s in %(areas)s, which %(source)s holds, on to %(name)s, who will hold %(after)d."
            )
            return words % {
                **numbers,
                "source": self.source.name,
                "name": takers[0].officer.name,
                "after": takers[0].after,
            }
        words = _("Share %(doors)s of %(buildings)s in %(areas)s out to %(people)s:")
        return words % numbers

    def _spread(self, takers: list[PersonRow]) -> str:
        least, most = min(takers, key=lambda p: p.given), max(takers, key=lambda p: p.given)
        return _("%(mean)d each on average, fewest %(few)d (%(least)s), most %(many)d (%(most)s).") % {
            "mean": round(self.share / len(takers)),
            "few": least.given,
            "least": least.officer.name,
            "many": most.given,
            "most": most.officer.name,
        }

    @staticmethod
    def _overload(takers: list[PersonRow]) -> list[str]:
        """Those with far more than the mean, most first: three by name, the rest by number; the list marks them all."""
        over = sorted((p for p in takers if p.over_percent), key=lambda p: -p.after)
        parts = [p.overload for p in over[:3]]
        if rest := len(over[3:]):
            parts.append(
                ngettext(
                    "%(n)d more person lies far above the mean.", "%(n)d more people lie far above the mean.", rest
                )
                % {"n": rest}
            )
        return parts


def _listed(names: list[str]) -> str:
    """The first five by name, then how many more."""
    words = enumerated(names[:5])
    return words if len(names) <= 5 else _("%(names)s and %(n)d more") % {"names": words, "n": len(names) - 5}
