"""When a booking is: its days and hours, the instants they take, and how they follow an event that moves."""

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any

from calendars.days.formatting import numeric_day
from calendars.days.spans import MIDNIGHT, Span, days_after, end_day, event_span, outside_calendar
from models.i18n import N_, Message, message

LONGEST_DAYS = 3660
_A_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class BookingTimes:
    """What a booking is made for: whole days, both inclusive, or hours of ``timezone``, the end not included."""

    first_day: date
    last_day: date
    start_time: time | None = None
    end_time: time | None = None
    timezone: str = "Asia/Ho_Chi_Minh"

    @classmethod
    def of(cls, row: Any) -> "BookingTimes":
        """From a booking's row, or an event's that has both hours or none."""
        ends = end_day(row.first_day, row.last_day, row.start_time, row.end_time)
        return cls(row.first_day, ends, row.start_time, row.end_time, row.timezone)

    @property
    def has_hours(self) -> bool:
        """Whether it is given in hours, not whole days."""
        return self.start_time is not None

    @property
    def is_of_one_day(self) -> bool:
        """Whether it lies on one day; an evening that ends at midnight or after it does."""
        if self.first_day == self.last_day:
            return True
        return self.end_time is not None and self.end - self.start < _A_DAY

    @property
    def start(self) -> datetime:
        """The local time it begins, without a zone."""
        return datetime.combine(self.first_day, self.start_time or MIDNIGHT)

    @property
    def end(self) -> datetime:
        """The local time it ends, without a zone; of whole days midnight after the last."""
        if self.end_time is None:
            return datetime.combine(days_after(self.last_day, 1), MIDNIGHT)
        return datetime.combine(self.last_day, self.end_time)

    def span(self, before: int = 0, after: int = 0) -> Span:
        """The instants it takes, with so many minutes around them. Raises ValueError outside the calendar."""
        whole = event_span(self.first_day, self.last_day, self.start_time, self.end_time, self.timezone)
        try:
            return Span(whole.start - timedelta(minutes=before), whole.end + timedelta(minutes=after))
        except OverflowError:
            raise outside_calendar(self.last_day) from None

    def format(self) -> str:
        """As people read it: ``10/3/2027 08:00–10:00``, ``10/3/2027–12/3/2027``."""
        first, last = numeric_day(self.first_day), numeric_day(self.last_day)
        if self.start_time is None or self.end_time is None:
            return first if first == last else f"{first}–{last}"
        last = numeric_day(self.end.date())
        return f"{first} {self.start_time:%H:%M}–{'' if first == last else last + ' '}{self.end_time:%H:%M}"

    def to_json(self) -> dict[str, str]:
        """As the API writes it, ``from`` and ``to``: dates, or local date-times."""
        if not self.has_hours:
            return {"from": self.first_day.isoformat(), "to": self.last_day.isoformat()}
        return {"from": self.start.isoformat(timespec="minutes"), "to": self.end.isoformat(timespec="minutes")}

    def problems(self) -> Message | None:
        """Why nothing can be booked for these times; None when something can."""
        if self.end <= self.start:
            return message(N_("Must be after from."))
        if (self.last_day - self.first_day).days > LONGEST_DAYS:
            return message(N_("A booking lasts ten years at the most."))
        return None

    def moved(self, start: timedelta, end: timedelta) -> "BookingTimes":
        """Both ends moved; days of whole days only by whole days."""
        if not self.has_hours:
            return replace(self, first_day=self.first_day + start, last_day=self.last_day + end)
        begins, ends = self.start + start, self.end + end
        return BookingTimes(begins.date(), ends.date(), begins.time(), ends.time(), self.timezone)


@dataclass(frozen=True, slots=True)
class EventTimes:
    """The days and hours of an event, as its bookings go by them."""

    first_day: date
    last_day: date
    arrives_on: date
    departs_on: date
    start_time: time | None = None
    end_time: time | None = None

    @classmethod
    def of(cls, row: Any) -> "EventTimes":
        """From an event's row."""
        return cls(row.first_day, row.last_day, row.arrives_on, row.departs_on, row.start_time, row.end_time)

    @property
    def is_meeting(self) -> bool:
        """Whether it is some hours, less than a day, over midnight too."""
        if self.start_time is None or self.end_time is None:
            return False
        begins, ends = _hours(self)
        return self.first_day == self.last_day or ends - begins < _A_DAY

    @property
    def _is_one_day(self) -> bool:
        return self.first_day == self.last_day == self.arrives_on == self.departs_on


def reschedule(times: BookingTimes, before: EventTimes, after: EventTimes) -> BookingTimes:
    """A booking's times after its event has moved.

    What lies on one day moves with the first day of the event, on or after the last day with the last. What is longer
    keeps to both ends: lodging from the arrival to the departure is longer after the departure was put off. Hours
    around or inside a meeting move with its hours. A visit that was shortened leaves what no longer fits in where it
    is; nothing is dropped.
    """
    if before == after:
        return times
    if times.has_hours and before.is_meeting and after.is_meeting and times.is_of_one_day:
        start, end = _shifts_of_meeting(times, before, after)
    else:
        start, end = _shifts_of_days(times, before, after)
    moved = times.moved(start, end)
    return moved if moved.start < moved.end else times.moved(start, start)


def _shifts_of_meeting(times: BookingTimes, before: EventTimes, after: EventTimes) -> tuple[timedelta, timedelta]:
    starts, ends = _hours(before)
    new_starts, new_ends = _hours(after)
    by_start, by_end = new_starts - starts, new_ends - ends
    if times.start >= ends:
        return by_end, by_end
    return by_start, by_end if times.end >= ends else by_start


def _hours(frame: EventTimes) -> tuple[datetime, datetime]:
    ends = end_day(frame.first_day, frame.last_day, frame.start_time, frame.end_time)
    return (
        datetime.combine(frame.first_day, frame.start_time or MIDNIGHT),
        datetime.combine(ends, frame.end_time or MIDNIGHT),
    )


def _shifts_of_days(times: BookingTimes, before: EventTimes, after: EventTimes) -> tuple[timedelta, timedelta]:
    first, last = after.first_day - before.first_day, after.last_day - before.last_day
    begins = times.first_day
    ends = (times.end - timedelta(microseconds=1)).date()
    is_at_end = begins > before.last_day or (begins == before.last_day and before.last_day > before.first_day)
    start = last if is_at_end else first
    if times.is_of_one_day and (times.has_hours or not before._is_one_day):
        return start, start
    end = start
    if ends >= before.last_day:
        end = last
    if begins <= before.arrives_on:
        start = after.arrives_on - before.arrives_on
    if ends >= before.departs_on:
        end = after.departs_on - before.departs_on
    return start, end
