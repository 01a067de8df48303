"""What happened at the door, what was left there, and what the campaign did beside the visits."""

from visits.models.outreach import Handed, Outreach, Service
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
    "Handed",
    "Outreach",
    "Photo",
    "Service",
    "Submission",
    "Visit",
    "VisitRevision",
    "time_ordered_id",
]
