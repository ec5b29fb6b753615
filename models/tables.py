"""All tables in one import, for comparing migrations and for configuring relationships."""

from models import accounts, agreements, event_parts, events, feeds, holidays, places, reminders, resources, upgrades
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
    "upgrades",
]
