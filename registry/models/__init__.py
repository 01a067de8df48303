"""Whose doors: areas, premises, contacts, and the workbook that brings them."""

from registry.models.areas import Area, Jurisdiction
from registry.models.imports import ImportBatch, ImportRow
from registry.models.premises import Contact, Premises, contact_reach, holds_door, own_door, own_doors_outside

__all__ = [
    "Area",
    "Contact",
    "ImportBatch",
    "ImportRow",
    "Jurisdiction",
    "Premises",
    "contact_reach",
    "holds_door",
    "own_door",
    "own_doors_outside",
]
