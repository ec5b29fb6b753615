"""Days and hours by the office's clock: the one conversion for every page, list, mail and description."""

from dataclasses import dataclass
from datetime import date, time
from typing import Any

from calendars.days.spans import MIDNIGHT, Days, days_after, days_taken, end_day, event_span, zone_info
from models.vocabulary import KnownTo

RunningOrder = tuple[date, bool, bool, time, str]
"""See :func:`running_order`."""


@dataclass(frozen=True, slots=True)
class OwnHours:
    """The hours where something takes place, by the clock of ``timezone``.

    ``first_day`` is the date of the start, or of the end where there is no start.
    """

    first_day: date
    start_time: time | None
    end_time: time | None
    timezone: str


@dataclass(frozen=True, slots=True)
class ShownTimes:
    """Days and hours by the office's clock.

    ``days`` are those it takes: an end at 00:00 does not take the day that begins then. The start time lies on the
    first of them; the end time on the last, and 00:00 at its end. ``own`` are the hours of its own zone, None if the
    clocks of both zones show the same. ``known_to``: the days are only bounds, those of a month or a year.
    """

    days: Days
    start_time: time | None
    end_time: time | None
    own: OwnHours | None = None
    known_to: KnownTo = KnownTo.DAY

    @property
    def has_hours(self) -> bool:
        """Whether a time is known; without one only the days count."""
        return self.start_time is not None or self.end_time is not None

    @property
    def is_within_a_day(self) -> bool:
        """Whether it belongs among the times of its days, not above them: it has a start, and lasts less than a day."""
        if self.start_time is None or len(self.days) > 2:
            return False
        return len(self.days) == 1 or (self.end_time is not None and self.end_time < self.start_time)

    def on(self, day: date) -> tuple[time | None, time | None]:
        """The times of one of its days: the start on the first, the end on the last; of 22:00–02:00 first “22:00–”,
        then “–02:00”."""
        return (
            self.start_time if day == self.days.first else None,
            self.end_time if day == self.days.last else None,
        )

    def order_on(self, day: date, tie: str = "") -> RunningOrder:
        """The key that sorts it among the entries of one of its days (:func:`running_order`)."""
        return running_order(day, *self.on(day), tie)

    def order(self, tie: str = "") -> RunningOrder:
        """The key that sorts it among entries of several days: by its first day, and on that day by its start."""
        return running_order(self.days.first, self.start_time, self.end_time, tie)


def running_order(day: date, start_time: time | None, end_time: time | None, tie: str = "") -> RunningOrder:
    """The key by which entries of days are sorted: by day, whole days first, then by start, then by ``tie``.

    What has no start, or went on from the day before, begins with the day. This is the one order of entries within a
    day; in SQL it is ``crud.EVENT_ORDER``.
    """
    has_hours = start_time is not None or end_time is not None
    return day, has_hours, start_time is not None, start_time or time.min, tie


def shown_times(
    first_day: date, last_day: date, start_time: time | None, end_time: time | None, zone: str, office_zone: str
) -> ShownTimes:
    """Inclusive days and the known times of ``zone`` by the clock of ``office_zone``.

    A known time is an instant and is converted with its date: 20:00 on 5 July in New York is 07:00 on the 6th in Hải
    Phòng. A day without a time stays the day that was written, as whole days do, but never lies beyond the other end.
    Raises ValueError for an unknown zone, and outside the years 1 to 9999.
    """
    taken = days_taken(first_day, last_day, start_time, end_time)
    if zone == office_zone or (start_time is None and end_time is None):
        return ShownTimes(taken, start_time, end_time)
    span, clock = event_span(first_day, last_day, start_time, end_time, zone), zone_info(office_zone)
    begins, ends = span.start.astimezone(clock), span.end.astimezone(clock)
    first, last = taken.first, taken.last
    if start_time is not None:
        first = begins.date()
        last = first if end_time is None and first_day == last_day else max(first, last)
    if end_time is not None:
        last = ends.date()
        first = min(first, last)
        if ends.time() == MIDNIGHT and last > first:
            last = days_after(last, -1)
    start = begins.time() if start_time is not None else None
    end = ends.time() if end_time is not None else None
    if (first, last, start, end) == (taken.first, taken.last, start_time, end_time):
        return ShownTimes(taken, start_time, end_time)
    own_day = first_day if start_time is not None else end_day(first_day, last_day, start_time, end_time)
    return ShownTimes(Days(first, last), start, end, OwnHours(own_day, start_time, end_time, zone))


def times_of(row: Any, office_zone: str) -> ShownTimes:
    """:func:`shown_times` of an event's row, complete or with just the columns of its days, hours and zone."""
    known_to = getattr(row, "known_to", KnownTo.DAY)
    if known_to != KnownTo.DAY:
        return ShownTimes(Days(row.first_day, row.last_day), None, None, known_to=known_to)
    return shown_times(row.first_day, row.last_day, row.start_time, row.end_time, row.timezone, office_zone)
