"""What happened at the door, what was left there, what the campaign did beside the visits, and all of it added up."""

from visits.models.outreach import Handed, Outreach, Service
from visits.models.tally import FrameTally, KeptCampaign, PartTally, StaffTally, Tally, TallyMark, VisitTally
from visits.models.visit import (
    Delivery,
    Finding,
    Photo,
    Submission,
    Visit,
    VisitRevision,
    time_ordered_id,
)

__all__ = [
    "Delivery",
    "Finding",
    "FrameTally",
    "Handed",
    "KeptCampaign",
    "Outreach",
    "PartTally",
    "Photo",
    "Service",
    "StaffTally",
    "Submission",
    "Tally",
    "TallyMark",
    "Visit",
    "VisitRevision",
    "VisitTally",
    "time_ordered_id",
]
