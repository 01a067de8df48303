"""Steps that tests of the share-out take: a board, its confirmation, and whose hands hold what."""

from typing import Any

from campaigns.board import Board, Choice, make_board
from campaigns.models import Assignment, Campaign, ShareOut
from campaigns.sharing import share_out
from tests.world import NOW, TODAY, World

AREA, SECOND_AREA = "420303001001", "420303001002"


def board_of(world: World, campaign: Campaign, **choice: Any) -> Board:
    names = {AREA: "二堰铺社区"}
    return make_board(campaign=campaign, unit=world.station, choice=Choice(**choice), on=TODAY, area_names=names)


def confirm(
    world: World, campaign: Campaign, digest: str = "", by: Any = None, at: Any = NOW, **choice: Any
) -> ShareOut:
    """Confirms the board with this digest, or the board as it is now."""
    return share_out(
        campaign=campaign,
        unit=world.station,
        choice=Choice(**choice),
        board_digest=digest or board_of(world, campaign, **choice).digest,
        area_names={},
        by=by or world.chief,
        at=at,
    )


def three_in_hand(world: World) -> Campaign:
    """An open campaign of three doors, all of them in the owner's hands."""
    for number in (101, 102, 201):
        world.door(number)
    campaign = world.campaign()
    for rank, door in enumerate(world.doors):
        world.give(campaign, door, world.owner, rank=rank)
    return campaign


def hands(campaign: Campaign) -> dict[str, int]:
    """Doors in hand by the officer's name."""
    counts: dict[str, int] = {}
    for row in Assignment.objects.unscoped("test").live().filter(campaign=campaign).select_related("officer"):
        counts[row.officer.name] = counts.get(row.officer.name, 0) + 1
    return counts


def building(world: World, name: str, count: int, area: str = AREA, kind: str = "household", **facts: Any) -> None:
    """A building of so many doors; without a name it is a street of single houses."""
    for number in range(1, count + 1):
        world.door(
            number,
            area=world.areas[area],
            kind=kind,
            building=name,
            street=facts.get("street", "花果路1号"),
            address=f"{name}{number}",
            address_key=f"{area}-{name}-{number}-{facts.get('street', '')}",
            walk_key=f"{facts.get('street', '')}/{name}/{number:06d}",
            name=f"店{name}{number}" if kind != "household" else "周秀兰",
        )
