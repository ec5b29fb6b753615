"""When a booking is: its days and hours, the instants they take, and how they follow an event that moves."""

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from calendars.days.formatting import numeric_day
from calendars.days.spans import MIDNIGHT, Span, days_after, end_day, event_span, outside_calendar, wall_time
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
            return message(N_("The end must be after the beginning."))
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
    timezone: str = "Asia/Ho_Chi_Minh"

    @classmethod
    def of(cls, row: Any) -> "EventTimes":
        """From an event's row."""
        days = (row.first_day, row.last_day, row.arrives_on, row.departs_on)
        return cls(*days, row.start_time, row.end_time, row.timezone)

    @property
    def hours(self) -> "EventHours | None":
        """Its hours with their zone; None unless both are known."""
        if self.start_time is None or self.end_time is None:
            return None
        return EventHours(self.start_time, self.end_time, self.timezone)

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


@dataclass(frozen=True, slots=True)
class EventHours:
    """From when to when an event takes place on its days, in which zone."""

    start: time
    end: time
    timezone: str

    @classmethod
    def parse(cls, text: str) -> "EventHours":
        """From what :meth:`text` made. Raises ValueError for anything else."""
        start, end, zone = text.split(" ", 2)
        return cls(time.fromisoformat(start), time.fromisoformat(end), zone)

    def text(self) -> str:
        """As a booking keeps them: ``14:00 16:00 Asia/Ho_Chi_Minh``."""
        return f"{self.start:%H:%M} {self.end:%H:%M} {self.timezone}"

    def span(self, event: EventTimes) -> Span:
        """The instants of an event's days with these hours."""
        return event_span(event.first_day, event.last_day, self.start, self.end, self.timezone)


def follow_hours(times: BookingTimes, event: EventTimes, made_for: EventHours) -> BookingTimes:
    """Where a booking made for other hours of its event, on the same days, is after it has followed them.

    What lies on the first day moves with the start, on the last day with the end; what is tidied up after a meeting
    moves with its end; what lies on the days between moves as the clock of the zone does. The booking keeps the zone it
    was made in. Whole days stay, and so does all if the event has no hours any more.
    """
    now = event.hours
    if now is None or not times.has_hours or now == made_for:
        return times
    old, new, span = made_for.span(event), now.span(event), times.span()
    by_start, by_end = new.start - old.start, new.end - old.end
    clock = wall_time(event.first_day, MIDNIGHT, now.timezone) - wall_time(event.first_day, MIDNIGHT, made_for.timezone)
    if span.start >= old.end:
        start = end = by_end
    elif event.first_day == event.last_day:
        start, end = by_start, by_end if span.end >= old.end else by_start
    else:
        start = by_start if times.first_day <= event.first_day else clock
        end = by_end if times.last_day >= event.last_day else by_start if times.last_day <= event.first_day else clock
    begins, ends = span.start + start, span.end + end
    if ends <= begins:
        ends = begins + (span.end - span.start)
    zone = ZoneInfo(times.timezone)
    first, last = (
        begins.astimezone(zone),
        (ends if ends > begins else begins + (span.end - span.start)).astimezone(zone),
    )
    return BookingTimes(first.date(), last.date(), first.time(), last.time(), times.timezone)


def reschedule(times: BookingTimes, before: EventTimes, after: EventTimes) -> BookingTimes:
    """A booking's times after its event has moved.

    What lies on one day moves with the first day of the event, on or after the last day with the last. What is longer
    keeps to both ends: lodging from the arrival to the departure is longer after the departure was put off. Hours
    around or inside a meeting move with its hours, as long as its zone stays. A visit that was shortened leaves what no
    longer fits in where it is; nothing is dropped.
    """
    if before == after:
        return times
    is_meeting = before.is_meeting and after.is_meeting and before.timezone == after.timezone
    if times.has_hours and is_meeting and times.is_of_one_day:
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
