"""All tables in one import, for comparing migrations and for configuring relationships."""

from models import (
    accounts,
    agreements,
    event_parts,
    events,
    feeds,
    holidays,
    imports,
    installation,
    participation,
    places,
    reminders,
    resources,
    text_keys,
    upgrades,
    workers,
)
from models.base import metadata

__all__ = [
    "accounts",
    "agreements",
    "event_parts",
    "events",
    "feeds",
    "holidays",
    "imports",
    "installation",
    "metadata",
    "participation",
    "places",
    "reminders",
    "resources",
    "text_keys",
    "upgrades",
    "workers",
]
