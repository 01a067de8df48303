"""Who works here, and what is kept about it."""

from accounts.models.people import RESERVED_BADGES, Grant, Officer, Unit
from accounts.models.records import AccessEvent, Notice, Press

__all__ = ["RESERVED_BADGES", "AccessEvent", "Grant", "Notice", "Officer", "Press", "Unit"]
