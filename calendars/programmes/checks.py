"""Whether a programme is feasible: overlapping items, too little travel time, items outside the visit."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import groupby, islice, takewhile

from calendars.days.formatting import format_hours, in_words
from calendars.days.spans import MIDNIGHT, Days, days_after, end_day
from calendars.programmes.items import ProgrammeItemValues
from models.i18n import N_, Message, message
from models.vocabulary import Severity

MOST_NAMED = 50
"""The maximum number of overlapping pairs listed one by one; the rest is given as a count."""


@dataclass(frozen=True, slots=True)
class ProgrammeWarning:
    """A warning about a programme, never blocking.

    ``items`` are positions in it, from 0, in order; ``advice`` is the remedy.
    """

    code: str
    severity: Severity
    detail: Message
    advice: Message
    items: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Timed:
    """An item with a start time; ``until`` is the latest time it can end, which may be on the next day."""

    place: int
    item: ProgrammeItemValues
    start: datetime
    until: datetime

    @property
    def left(self) -> datetime:
        """The earliest time to leave: the item's end, or its start if the end is unknown."""
        return self.item.ends or self.start

    def overlaps(self, other: "_Timed") -> bool:
        return self.start < other.until and other.start < self.until


def programme_warnings(
    items: Sequence[ProgrammeItemValues],
    days: Days,
    start_time: time | None = None,
    end_time: time | None = None,
    *,
    stay: Days | None = None,
) -> list[ProgrammeWarning]:
    """The warnings about a programme and its visit; they do not depend on the order of ``items``.

    ``days`` and times are the visit's: ``start_time`` on its first day, ``end_time`` on its last, where known. ``stay``
    are its days with those of arrival and departure, on which items may be too. An item without an end lasts until the
    next item of its day begins, at most until midnight; an item without a start overlaps nothing; one that ends at or
    before its start ends on the next day.
    """
    timed = list(_timed(items))
    return [
        *_outside_visit(items, stay or days),
        *_overlaps(timed),
        *_ways(timed),
        *_outside_hours(items, days, start_time, end_time),
    ]


def _timed(items: Sequence[ProgrammeItemValues]) -> Iterator[_Timed]:
    """The items with a start time, by day and time."""
    starts: dict[date, list[datetime]] = defaultdict(list)
    for item in items:
        if item.start_time is not None:
            starts[item.day].append(item.begins)
    order = sorted(range(len(items)), key=lambda place: (items[place].begins, items[place].key))
    for place in order:
        item = items[place]
        if item.start_time is not None:
            later = (start for start in starts[item.day] if start > item.begins)
            midnight = datetime.combine(days_after(item.day, 1), MIDNIGHT)
            yield _Timed(place, item, item.begins, item.ends or min(later, default=midnight))


def _overlaps(timed: Sequence[_Timed]) -> Iterator[ProgrammeWarning]:
    pairs = [
        (one, other)
        for number, one in enumerate(timed)
        for other in takewhile(one.overlaps, islice(timed, number + 1, None))  # they are in the order of their starts
    ]
    advice = message(N_("Move one of the two, or let the delegation part and say who attends which."))
    for one, other in pairs[:MOST_NAMED]:
        detail = message(
            N_("“{first}” ({first_hours}) and “{second}” ({second_hours}) on {day} are at the same time."),
            first=one.item.title,
            first_hours=format_hours(one.item.start_time, one.item.end_time),
            second=other.item.title,
            second_hours=format_hours(other.item.start_time, other.item.end_time),
            day=in_words(other.item.day),
        )
        yield ProgrammeWarning("programme_overlap", Severity.WARNING, detail, advice, _places(one, other))
    if more := pairs[MOST_NAMED:]:
        detail = message(N_("Further pairs of items at the same time: {count}."), count=len(more))
        every = sorted({one.place for pair in more for one in pair})
        yield ProgrammeWarning("programme_overlap", Severity.WARNING, detail, advice, tuple(every))


def _ways(timed: Sequence[_Timed]) -> Iterator[ProgrammeWarning]:
    """Travel that ends after the start of the item it leads to.

    It starts from the last item that begins earlier, on that day or a previous one; of several with the same start,
    from the one that ends last. Only travel that is certainly impossible is reported.
    """
    before: _Timed | None = None
    for _begins, those in groupby(timed, key=lambda one: one.item.begins):
        together = list(those)
        yield from (warning for one in together if before and (warning := _way(before, one)))
        before = max(together, key=lambda one: (one.left, one.item.key))


def _way(before: _Timed, one: _Timed) -> ProgrammeWarning | None:
    arrives = before.left + timedelta(minutes=one.item.travel_minutes or 0)
    missing = arrives - one.item.begins
    if not one.item.travel_minutes or missing <= timedelta(0):
        return None
    detail = message(
        N_("From “{before}” to “{after}” on {day}: the way takes {travel} minutes; minutes missing: {missing}."),
        before=before.item.title,
        after=one.item.title,
        day=in_words(one.item.day),
        travel=one.item.travel_minutes,
        missing=int(missing.total_seconds()) // 60,
    )
    advice = message(N_("End the one before it earlier, or correct the minutes of travel."))
    if arrives.date() == one.item.day:
        advice = message(N_("Begin it at {hour} or later, or end the one before it earlier."), hour=f"{arrives:%H:%M}")
    return ProgrammeWarning("programme_travel", Severity.WARNING, detail, advice, _places(before, one))


def _outside_visit(items: Sequence[ProgrammeItemValues], days: Days) -> Iterator[ProgrammeWarning]:
    outside: dict[date, list[int]] = defaultdict(list)
    for place, item in enumerate(items):
        if item.day not in days:
            outside[item.day].append(place)
    for day in sorted(outside):
        detail = message(
            N_("Items on {day}, which is no day of the visit ({first} to {last}): {count}."),
            day=in_words(day),
            first=in_words(days.first),
            last=in_words(days.last),
            count=len(outside[day]),
        )
        advice = message(N_("Move them to a day of the visit, or take them out of the programme."))
        yield ProgrammeWarning("outside_visit", Severity.WARNING, detail, advice, tuple(outside[day]))


def _outside_hours(
    items: Sequence[ProgrammeItemValues], days: Days, start_time: time | None, end_time: time | None
) -> Iterator[ProgrammeWarning]:
    advice = message(N_("Change its hours, or those of the visit."))
    ends = None
    if end_time is not None:
        ends = datetime.combine(end_day(days.first, days.last, start_time, end_time), end_time)
    for place in sorted(range(len(items)), key=lambda place: (items[place].begins, items[place].key)):
        item = items[place]
        if start_time is not None and item.day == days.first and _is_before(item, start_time):
            detail = message(
                N_("“{title}” ({hours}) on {day} begins before the visit does, at {start_time}."),
                title=item.title,
                hours=format_hours(item.start_time, item.end_time),
                day=in_words(item.day),
                start_time=f"{start_time:%H:%M}",
            )
            yield ProgrammeWarning("outside_hours", Severity.WARNING, detail, advice, (place,))
        if ends is not None and item.day in days and _is_after(item, ends):
            detail = message(
                N_("“{title}” ({hours}) on {day} lasts longer than the visit, until {end_time}."),
                title=item.title,
                hours=format_hours(item.start_time, item.end_time),
                day=in_words(item.day),
                end_time=f"{ends:%H:%M}",
            )
            yield ProgrammeWarning("outside_hours", Severity.WARNING, detail, advice, (place,))


def _is_before(item: ProgrammeItemValues, start: time) -> bool:
    """Whether it begins before the visit, or has only an end and that is before the visit's start."""
    if item.start_time is not None:
        return item.start_time < start
    return item.end_time is not None and item.end_time <= start


def _is_after(item: ProgrammeItemValues, end: datetime) -> bool:
    """Whether it ends after the visit, or has only a start and that is at or after the visit's end."""
    if item.ends is not None:
        return item.ends > end
    return item.start_time is not None and item.begins >= end


def _places(one: _Timed, other: _Timed) -> tuple[int, ...]:
    return tuple(sorted((one.place, other.place)))
