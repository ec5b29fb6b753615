"""Days and instants: whole-day and timed spans, one overlap test for each, and conversion of local time to instants."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from models.errors import InvalidValue
from models.i18n import N_

MIDNIGHT = time(0)
END_OF_DAY = time(0, fold=1)
"""An end written as 24:00: equal to 00:00 but for its fold, until :func:`end_written` says of which day."""
DEFAULT_LENGTH = timedelta(hours=1)
"""How long an event of one day lasts at least that has a start time but no end time."""


@dataclass(frozen=True, slots=True)
class Days:
    """Whole days from ``first`` to ``last``, both inclusive: "from 10 to 21 March".

    Raises ValueError when ``last`` is before ``first``.
    """

    first: date
    last: date

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise InvalidValue(
                N_("The last day ({last}) is before the first day ({first}); it must be the same or later."),
                first=self.first,
                last=self.last,
            )

    def overlaps(self, other: "Days") -> bool:
        """Whether both share a day; a span that ends on the 21st overlaps one that begins on the 21st."""
        return self.first <= other.last and other.first <= self.last

    def __contains__(self, day: object) -> bool:
        return isinstance(day, date) and self.first <= day <= self.last

    def __len__(self) -> int:
        return (self.last - self.first).days + 1

    def __iter__(self) -> Iterator[date]:
        return map(date.fromordinal, range(self.first.toordinal(), self.last.toordinal() + 1))


@dataclass(frozen=True, slots=True)
class Span:
    """Half-open span of instants ``[start, end)``; both aware and stored in UTC.

    An empty span (start = end) overlaps nothing. Raises ValueError for a naive instant and for an end before the start.
    """

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        if self.start.utcoffset() is None or self.end.utcoffset() is None:
            raise InvalidValue(N_("An instant without a zone says nothing; give its offset from UTC."))
        # Kept in UTC because Python compares two times of one zone by the clock on the wall,
        # which runs twice through the hour in which daylight saving ends.
        object.__setattr__(self, "start", self.start.astimezone(UTC))
        object.__setattr__(self, "end", self.end.astimezone(UTC))
        if self.end < self.start:
            raise InvalidValue(
                N_("The end ({end}) is before the start ({start}); it must be the same or later."),
                start=self.start,
                end=self.end,
            )

    def overlaps(self, other: "Span") -> bool:
        """Whether both share an instant.

        Adjacent spans (one ends at 10:00, the next starts at 10:00) do not overlap. Source: RFC 5545 section 3.6.1
        (DTEND is non-inclusive).
        """
        return max(self.start, other.start) < min(self.end, other.end)


def zone_info(zone: str) -> ZoneInfo:
    """The rules of an IANA time zone such as ``Asia/Vientiane``; ValueError for an unknown name."""
    try:
        return ZoneInfo(zone)
    except (KeyError, ValueError, OSError):
        # An unknown name, one that is no key ("../x") and one that is a folder ("Asia") fail in three ways.
        wrong = N_("“{zone}” is no time zone; use an IANA name such as Asia/Vientiane.")
        raise InvalidValue(wrong, zone=zone[:60]) from None


def days_after(day: date, days: int) -> date:
    """The date ``days`` later (negative: earlier); ValueError instead of OverflowError outside the years 1 to 9999."""
    try:
        return day + timedelta(days=days)
    except OverflowError:
        raise outside_calendar(day) from None


def outside_calendar(day: date) -> InvalidValue:
    """The error when reckoning from ``day`` leaves the years 1 to 9999."""
    return InvalidValue(N_("{day} is too near the end of the calendar to reckon with."), day=day)


def wall_time(day: date, at: time, zone: str) -> datetime:
    """The instant (aware, UTC) at which local time in ``zone`` is ``at`` on ``day``.

    A time skipped by daylight saving moves forward by the gap (02:30 becomes 03:30); of a time that occurs twice the
    first is used. Raises ValueError for an unknown zone, a time with its own zone, and a date outside the calendar.
    Source: RFC 5545 section 3.3.5 (FORM #3).
    """
    if at.tzinfo is not None:
        raise InvalidValue(N_("A time of day must not have a zone of its own."))
    # fold=0 means both: the offset before a gap, and the first of two equal times.
    local = datetime.combine(day, at.replace(fold=0), zone_info(zone))
    try:
        return local.astimezone(UTC)
    except OverflowError:
        raise outside_calendar(day) from None


def end_day(first_day: date, last_day: date, start_time: time | None, end_time: time | None) -> date:
    """The date of the end time: the last day, or the day after where a single day ends at or before its start.

    From 22:00 to 02:00 of one day ends on the next; so does what ends at 00:00 (in other words at 24:00), and what
    starts and ends at the same time, a day later. A missing start means 00:00, a missing end the last day. Raises
    ValueError after 9999-12-31.
    """
    if first_day != last_day or end_time is None or end_time > (start_time or MIDNIGHT):
        return last_day
    return days_after(last_day, 1)


def end_written(
    first_day: date, last_day: date, end_time: time | None, *, is_kept: bool = False
) -> tuple[date, time | None]:
    """The last day and the end time as they are kept, of an end that may be written as 24:00 (:data:`END_OF_DAY`).

    24:00 is kept as 00:00. On a single day that lies at its end as it is (:func:`end_day`); of several days it is 00:00
    of the day after the last. ``is_kept``: the days are those of an event that is kept with an end at 00:00 already.
    """
    if end_time is None or end_time != MIDNIGHT or not end_time.fold:
        return last_day, end_time
    return last_day if first_day == last_day or is_kept else days_after(last_day, 1), MIDNIGHT


def days_taken(first_day: date, last_day: date, start_time: time | None, end_time: time | None) -> Days:
    """The days an event takes by its own clock: to the one it ends on, which 00:00 alone does not take.

    10 March 20:00 to 11 March 00:00 takes the 10th only, 22:00 to 02:00 takes both. This is the one place that says so.
    Raises ValueError for days in the wrong order.
    """
    days = Days(first_day, last_day)
    ends = end_day(days.first, days.last, start_time, end_time)
    if end_time == MIDNIGHT and ends > days.first:
        ends = days_after(ends, -1)
    return Days(days.first, ends)


def days_of(row: Any) -> Days:
    """:func:`days_taken` of an event's row, complete or with just the columns of its days and hours."""
    return days_taken(row.first_day, row.last_day, row.start_time, row.end_time)


def event_span(first_day: date, last_day: date, start_time: time | None, end_time: time | None, zone: str) -> Span:
    """The instants an event covers, from its inclusive days and, where known, its times in ``zone``.

    Whole days run from 00:00 of the first day to 00:00 of the day after the last, local time: 23 or 25 hours where
    clocks change. An end time lies on :func:`end_day`; without a start time the event begins at 00:00. A start time
    without an end time lasts one hour on a single day, which is the least that it takes, and to the end of the last day
    on several. Where clocks skip the start and it moves to the end or past it, the event keeps its length: 02:30 to
    03:00 becomes 03:30 to 04:00. Raises ValueError for days in the wrong order.
    """
    days = Days(first_day, last_day)
    after = days_after(days.last, 1) if end_time is None else end_day(days.first, days.last, start_time, end_time)
    if start_time is None and end_time is None:
        return Span(wall_time(days.first, MIDNIGHT, zone), wall_time(after, MIDNIGHT, zone))
    begins = datetime.combine(days.first, start_time or MIDNIGHT)
    start = wall_time(days.first, begins.time(), zone)
    if end_time is None:
        try:
            return Span(start, start + DEFAULT_LENGTH if len(days) == 1 else wall_time(after, MIDNIGHT, zone))
        except OverflowError:
            raise outside_calendar(days.last) from None
    end = wall_time(after, end_time, zone)
    return Span(start, end if start < end else start + (datetime.combine(after, end_time) - begins))


def merged(found: Iterable[Span]) -> list[Span]:
    """Merge overlapping and adjacent spans, in order; empty spans are dropped."""
    whole: list[Span] = []
    for span in sorted((span for span in found if span.start < span.end), key=lambda span: span.start):
        if whole and span.start <= whole[-1].end:
            whole[-1] = Span(whole[-1].start, max(whole[-1].end, span.end))
        else:
            whole.append(span)
    return whole


def without(spans: Iterable[Span], others: Iterable[Span]) -> list[Span]:
    """What of ``spans`` is in none of ``others``, in order, merged."""
    left = merged(spans)
    for other in merged(others):
        cut: list[Span] = []
        for span in left:
            if not span.overlaps(other):
                cut.append(span)
                continue
            cut += [Span(span.start, other.start)] if span.start < other.start else []
            cut += [Span(other.end, span.end)] if other.end < span.end else []
        left = cut
    return left
