"""Every table, in one import: what migrations compare with and what relationships need."""

from models import accounts, agreements, event_parts, events, feeds, holidays, places, reminders, resources
from models.base import metadata

__all__ = [
    "accounts",
    "agreements",
    "event_parts",
    "events",
    "feeds",
    "holidays",
    "metadata",
    "places",
    "reminders",
    "resources",
]
