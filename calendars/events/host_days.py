"""Which visits occupy a host, and on which days."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from calendars.days.formatting import format_days
from calendars.days.spans import Days, days_taken
from calendars.events.lifecycle import CALLED_OFF
from models.text import LocalizedText
from models.vocabulary import EventStatus, Language

LONG_STAY_DAYS = 31
"""The most days a visit may have to be received on all of them. A longer one (a year's course) runs beside everything
else: its host has its hands full on the first and the last day only."""

TRAVEL_DAYS = LONG_STAY_DAYS
"""How far the arrival may lie from the first day and the departure from the last."""

MINIMUM_DAYS = 14
"""How many days ahead a host should know of a visit, to arrange letters, visas and lodging."""


def busy_days(days: Days) -> tuple[Days, ...]:
    """The days on which a host has its hands full with a visit of these days: all of a short one, else both ends."""
    if len(days) <= LONG_STAY_DAYS:
        return (days,)
    return Days(days.first, days.first), Days(days.last, days.last)


def whole_stay(first_day: date, last_day: date, arrives_on: date, departs_on: date) -> Days:
    """A visit's days with its travel: from the earlier of arrival and first day to the later of departure and last."""
    return Days(min(arrives_on, first_day), max(departs_on, last_day))


def stay_taken(row: Any) -> Days:
    """The days an event takes with its travel; a last day that begins when it ends, at 00:00, is not one of them.

    ``row`` has the columns of its days, hours, arrival and departure. Who departs later than it ends takes that day.
    """
    taken = days_taken(row.first_day, row.last_day, row.start_time, row.end_time)
    departs = taken.last if row.departs_on == row.last_day else row.departs_on
    return whole_stay(taken.first, taken.last, row.arrives_on, max(departs, row.arrives_on))


def days_in_words(days: Days) -> LocalizedText:
    """Inclusive days as a value of a message: each reader sees them as their language writes them."""
    return {str(language): format_days(days.first, days.last, language) for language in Language}


def needs_host(guest: str | None, status: EventStatus) -> bool:
    """Whether an event is a visit its host must receive: it has a guest and is not called off, whatever its kind."""
    return guest is not None and status not in CALLED_OFF


@dataclass(frozen=True, slots=True)
class HostedVisit:
    """A visit its host must receive; ``days`` include the travel days, ``id`` is the event's."""

    id: str
    title: Mapping[str, str]
    days: Days

    @property
    def is_long(self) -> bool:
        """Whether it runs beside other visits, all but its first and last day."""
        return len(self.days) > LONG_STAY_DAYS

    def received(self) -> tuple[Days, ...]:
        """The days on which the host has its hands full with it, in order."""
        return busy_days(self.days)

    def overlaps(self, other: "HostedVisit") -> bool:
        """Whether both want to be received on the same day; long ones only clash where one of their ends is."""
        return any(mine.overlaps(theirs) for mine in self.received() for theirs in other.received())
