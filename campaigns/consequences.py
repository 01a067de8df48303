"""What a move of a campaign will do, in numbers, for the last look before it. Writes nothing."""

from collections.abc import Callable

from django.db import connection
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from campaigns.actions import DOORS_TO_FREEZE
from campaigns.models import Assignment, Campaign, FrameDoor
from registry.models import Premises

Lines = list[tuple[str | Promise, int]]
WHY = "numbers of a campaign whose desk asks what a move will do"


def consequences(campaign: Campaign, move: str) -> Lines:
    """Words and numbers of the move; the caller has looked whether the officer may make it."""
    count = COUNTS.get(move)
    return count(campaign) if count else []


def of_opening(campaign: Campaign) -> Lines:
    """Doors by kind as they will be frozen, and what will be asked at them."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT p.kind, count(*) {DOORS_TO_FREEZE} GROUP BY 1", [campaign.unit.path + "%", campaign.pk])
        doors = dict(cursor.fetchall())
    kinds: Lines = [(kind.label, doors[kind.value]) for kind in Premises.Kind if kind.value in doors]
    total: Lines = [(_("Doors in all"), sum(doors.values()))]
    return [*total, *kinds, (_("Questions asked"), campaign.questions.count()), (_("Topics"), campaign.topics.count())]


def of_closing(campaign: Campaign) -> Lines:
    live = Assignment.objects.unscoped(WHY).live().filter(campaign=campaign)
    frame = FrameDoor.objects.unscoped(WHY).filter(campaign=campaign)
    return [
        (_("Doors visited"), frame.visited().count()),
        (_("Doors not visited"), frame.to_visit().count()),
        (_("Assignments that end"), live.count()),
    ]


COUNTS: dict[str, Callable[[Campaign], Lines]] = {"open": of_opening, "close": of_closing}
