"""When a gift was received, as far as it is known: texts like ``2024-03-07``, ``2021-06``, ``2008``."""

from datetime import date

from calendars.days.known_days import KnownDay
from calendars.days.spans import Days
from calendars.events.lifecycle import CALLED_OFF
from models.vocabulary import EventStatus, KnownTo

HELD = frozenset({EventStatus.CONFIRMED, EventStatus.ONGOING, EventStatus.COMPLETED})
"""The states of a visit that was held, once it has begun."""

_LENGTHS = {KnownTo.DAY: 10, KnownTo.MONTH: 7, KnownTo.YEAR: 4}
_KNOWN_TO = {length: known_to for known_to, length in _LENGTHS.items()}


def within(days: Days, known_to: KnownTo) -> str | None:
    """As much as is certain of something that happened on one of these days: the day if there is only one, else the
    month or the year that holds them all; the first year of a visit over the turn of the year. None: all that is known
    is that it was in one of several years."""
    first, last = days.first.isoformat(), days.last.isoformat()
    for closeness in KnownTo:
        length = _LENGTHS[closeness]
        if length <= _LENGTHS[known_to] and first[:length] == last[:length]:
            return first[:length]
    return first[: _LENGTHS[KnownTo.YEAR]] if known_to is KnownTo.DAY else None


def bounds(received: str) -> tuple[Days, KnownTo]:
    """The days on one of which it was, and how exactly that is known."""
    known_to = _KNOWN_TO[len(received)]
    if known_to is KnownTo.DAY:
        day = date.fromisoformat(received)
        return Days(day, day), known_to
    year, month = int(received[:4]), int(received[5:]) if known_to is KnownTo.MONTH else None
    return Days(KnownDay.of(year, month, is_last=False), KnownDay.of(year, month, is_last=True)), known_to


def was_held(status: EventStatus, first_day: date, as_of: date) -> bool:
    """Whether a visit gives its gifts their day: it has begun, and was neither called off nor left a plan."""
    return status in HELD and first_day <= as_of


def gives_day(status: EventStatus, first_day: date, as_of: date, *, is_planned: bool) -> bool:
    """Whether a gift without a day of its own has that of its visit: of one that was held; planned ones also of one to
    come, but not of one called off."""
    return status not in CALLED_OFF if is_planned else was_held(status, first_day, as_of)


def is_to_come(received: str, today: date) -> bool:
    """Whether the day, the month or the year has not begun."""
    return bounds(received)[0].first > today


def year_of(received: str) -> int:
    """The year it lies in."""
    return int(received[:4])
