"""A world with one of everything that has a page of its own: people, doors, visits, cases, briefs, lists on their way."""

from typing import Any
from uuid import uuid4

from campaigns.actions import draft_campaign
from campaigns.board import Choice, make_board
from campaigns.models import ShareOut
from campaigns.share_out_runs import ask_share_out
from campaigns.sharing import share_out
from reports.documents.actions import ask_walk_list
from reports.exports import ask_export, write_export
from tests.accounts.canaries import Watched, watched
from tests.world import NOW, TODAY, World
from visits.actions import add_door
from visits.outreach.actions import Facts, record_outreach


def furnished(world: World) -> Watched:
    world.door(501)
    found = watched(world)
    by, campaign, area = world.chief, found.campaign, world.areas["420303001001"]
    said: dict[str, Any] = {"by": by, "at": NOW}
    where: dict[str, Any] = {"campaign": campaign, "unit": by.unit}
    choice = Choice(way=ShareOut.Way.EVENLY)
    board = make_board(**where, choice=choice, on=TODAY, area_names={})
    ask_share_out(**where, choice=choice, board_digest=board.digest, seen=board.seen, **said)
    share_out(**where, choice=choice, area_names={}, board_digest=board.digest, **said)
    draft_campaign(title="岁末走访", unit=by.unit, starts_on=TODAY, ends_on=TODAY, areas=[area], **said)
    ask_walk_list(**where, officer=None, language="en", **said)
    talk = Facts(kind="talk", area=area, place="社区会议室", held_on=TODAY, people_reached=30)
    record_outreach(campaign=campaign, facts=talk, client_id=uuid4(), **said)
    add_door(area=area, kind="household", address="老街1号", by=world.owner, at=NOW)
    write_export(export=ask_export(name="registry_premises", query="", language="en", **said), at=NOW)
    return found
