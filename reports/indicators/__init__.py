"""Each figure of the house, defined once: code, words, unit, what is counted, over what. Page, chart, PDF and Excel
read it here (the glossary's section on indicators is the source).

An indicator counts by unit: a query gives {unit id: number}. A rate is never shown without its two counts.
"""

from reports.indicators.beside import asked_topics, by_material, by_outreach, by_service, by_topic
from reports.indicators.breakdowns import by_band, by_category, by_kind, by_week, frame_note
from reports.indicators.definitions import INDICATORS, Indicator
from reports.indicators.rows import Scope

# 2: materials, services and outreach are counted. 3: a visited door has the kind and the community that the frame froze,
# and counts as visited whichever unit stood there. 4: the plan of the visit rate grows with the campaign's days. 5: a visit
# counts for every open campaign that holds its door.
VERSION = 5

__all__ = [
    "INDICATORS",
    "VERSION",
    "Indicator",
    "Scope",
    "asked_topics",
    "by_band",
    "by_category",
    "by_kind",
    "by_material",
    "by_outreach",
    "by_service",
    "by_topic",
    "by_week",
    "frame_note",
]
