"""Every table, in one import: what migrations compare with and what relationships need."""

from models import accounts, agreements, events, feeds, holidays, parts, places, reminders, resources
from models.base import metadata

__all__ = [
    "accounts",
    "agreements",
    "events",
    "feeds",
    "holidays",
    "metadata",
    "parts",
    "places",
    "reminders",
    "resources",
]
