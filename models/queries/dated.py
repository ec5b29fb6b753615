"""Which events have days: the one rule that keeps what is known to the month or the year out of every calendar.

Of such an event ``first_day`` and ``last_day`` are only bounds. Whatever reads events by their days, or takes them to
occupy any (calendars, feeds, clashes, openings, the weekly schedule, retention), asks for dated ones; lists ask unless
their reader wants the others, and search and what reads one event by its id do not.
"""

from typing import Any

from sqlalchemy import ColumnElement
from sqlmodel import col

from models.events import Event
from models.vocabulary import KnownTo


def is_dated() -> ColumnElement[bool]:
    """The condition for events whose days are known."""
    return col(Event.known_to) == KnownTo.DAY


def has_days(event: Any) -> bool:
    """The same of an event, or of a row with its columns; a row without ``known_to`` was selected for its days."""
    return getattr(event, "known_to", KnownTo.DAY) == KnownTo.DAY
