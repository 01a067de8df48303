"""Campaigns, the frame of doors frozen at opening, and who takes which door."""

from campaigns.models.campaign import (
    WORK_RIGHTS,
    Campaign,
    CampaignPart,
    Phase,
    Question,
    Responsibility,
    Topic,
)
from campaigns.models.frame import CouldNotMeet, FrameDoor, band_of
from campaigns.models.hands import Assignment, ShareOut, ShareOutRun, live_assignment

__all__ = [
    "WORK_RIGHTS",
    "Assignment",
    "Campaign",
    "CampaignPart",
    "CouldNotMeet",
    "FrameDoor",
    "Phase",
    "Question",
    "Responsibility",
    "ShareOut",
    "ShareOutRun",
    "Topic",
    "band_of",
    "live_assignment",
]
