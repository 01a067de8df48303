"""One door as a visit finds it: in which campaigns it stands, in whose hands it is, what is asked and told there.

Read once. Where a visit is written the door is held: it and its rows in the frames are locked until the transaction
ends, so that what was read stays true, but for the hand: a share-out may give the door to somebody else meanwhile.
"""

from collections.abc import Sequence
from datetime import datetime
from functools import cached_property

from django.utils import timezone

from accounts.models import Officer
from campaigns.frame import frames_of
from campaigns.models import Assignment, Campaign, FrameDoor, Question, Topic
from registry.doors import lock_door
from registry.models import Premises


class Door:
    """A door with its rows in the frames of open campaigns. `held`: its row is locked, and so will these be."""

    def __init__(self, premises: Premises, *, held: bool = False) -> None:
        self.premises, self.held = premises, held
        self._questions: dict[int, list[Question]] = {}
        self._topics: dict[int, list[Topic]] = {}

    @cached_property
    def frames(self) -> list[FrameDoor]:
        """Its rows in all open campaigns, each with its campaign and the hand that holds it (`hand`)."""
        return frames_of(self.premises, lock=self.held)

    def frames_on(self, day: datetime) -> list[FrameDoor]:
        """Those whose campaign runs on that day, newest campaign first: a visit counts for each of them."""
        on = timezone.localdate(day)
        running = [frame for frame in self.frames if frame.campaign.starts_on <= on <= frame.campaign.ends_on]
        return sorted(running, key=_newest_first)

    def frame_on(self, day: datetime) -> FrameDoor | None:
        """The one that a visit of that day is written for: of the campaign that shared it out, else the newest."""
        frames = self.frames_on(day)
        shared = self.assignment.campaign_id if self.assignment else None
        return next((frame for frame in frames if frame.campaign_id == shared), frames[0] if frames else None)

    @cached_property
    def assignment(self) -> Assignment | None:
        """The hand that holds the door now, whoever it is; there is one per campaign, the newest campaign's counts."""
        return next((frame.hand for frame in sorted(self.frames, key=_newest_first) if frame.hand), None)

    def hand_of(self, officer: Officer) -> Assignment | None:
        """The officer's own hold on the door, the first in the order of the walk."""
        hands = [frame.hand for frame in self.frames if frame.hand is not None]
        own = [hand for hand in hands if officer.pk in (hand.officer_id, hand.partner_id)]
        return min(own, key=lambda hand: (hand.rank, hand.pk), default=None)

    def other_hand_of(self, officer: Officer) -> int | None:
        """With whom the officer holds the door, where a pair does; whether that one still works is another question."""
        pair = self.assignment
        hands = (pair.officer_id, pair.partner_id) if pair else ()
        return next((hand for hand in hands if hand not in (officer.pk, None)), None) if officer.pk in hands else None

    def questions(self, campaign: Campaign) -> list[Question]:
        """What this campaign asks at a door of this kind."""
        if campaign.pk not in self._questions:
            asked = campaign.questions.all()
            self._questions[campaign.pk] = [one for one in asked if self.premises.kind in one.kinds]
        return self._questions[campaign.pk]

    def topics(self, campaign: Campaign) -> Sequence[Topic]:
        if campaign.pk not in self._topics:
            self._topics[campaign.pk] = list(campaign.topics.all())
        return self._topics[campaign.pk]


def _newest_first(frame: FrameDoor) -> tuple[int, int]:
    return -frame.campaign.starts_on.toordinal(), frame.pk


def hold_door(premises_id: int) -> Door:
    """The door, or the one that it was merged into, held for the rest of the transaction."""
    return Door(lock_door(premises_id), held=True)
