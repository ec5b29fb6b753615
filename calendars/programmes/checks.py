"""Whether a programme can be run as it is written: items at the same time, ways too long, items outside the visit."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import combinations, groupby

from calendars.days.formatting import format_hours, numeric_day
from calendars.days.spans import Days
from calendars.programmes.items import ProgrammeItemValues
from models.i18n import Message, _, message
from models.vocabulary import Severity

MOST_NAMED = 50
"""So many pairs of items at the same time are named one by one; of more only the number is told."""

_END_OF_DAY = time.max


@dataclass(frozen=True, slots=True)
class ProgrammeWarning:
    """A warning about a programme, never blocking: ``items`` are places in it, from 0, in order; ``advice`` the way
    out."""

    code: str
    severity: Severity
    detail: Message
    advice: Message
    items: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Timed:
    """An item with an hour; ``until`` is when it is over at the latest."""

    place: int
    item: ProgrammeItemValues
    start: time
    until: time

    @property
    def left(self) -> datetime:
        """When it can be left at the earliest: at its end, where that is not known as soon as it has begun."""
        return datetime.combine(self.item.day, self.item.end_time or self.start)

    def overlaps(self, other: "_Timed") -> bool:
        return self.start < other.until and other.start < self.until


def programme_warnings(
    items: Sequence[ProgrammeItemValues], days: Days, start_time: time | None = None, end_time: time | None = None
) -> list[ProgrammeWarning]:
    """What does not fit in a programme and between it and its visit; in which order it is given makes no difference.

    ``days`` and hours are the visit's: ``start_time`` on its first day, ``end_time`` on its last, where they are known.
    An item without an end lasts until the next of its day begins, at the longest until midnight; one without a
    beginning clashes with nothing.
    """
    timed = list(_timed(items))
    return [
        *_outside_visit(items, days),
        *_overlaps(timed),
        *_ways(timed),
        *_outside_hours(items, days, start_time, end_time),
    ]


def _timed(items: Sequence[ProgrammeItemValues]) -> Iterator[_Timed]:
    """The items with a beginning, by day and hour."""
    starts: dict[date, list[time]] = defaultdict(list)
    for item in items:
        if item.start_time is not None:
            starts[item.day].append(item.start_time)
    order = sorted(range(len(items)), key=lambda place: (items[place].begins, items[place].key))
    for place in order:
        item = items[place]
        if item.start_time is not None:
            later = (start for start in starts[item.day] if start > item.start_time)
            yield _Timed(place, item, item.start_time, item.end_time or min(later, default=_END_OF_DAY))


def _overlaps(timed: Sequence[_Timed]) -> Iterator[ProgrammeWarning]:
    by_day: dict[date, list[_Timed]] = defaultdict(list)
    for one in timed:
        by_day[one.item.day].append(one)
    pairs = [(one, other) for those in by_day.values() for one, other in combinations(those, 2) if one.overlaps(other)]
    advice = message(_("Move one of the two, or let the delegation part and say who attends which."))
    for one, other in pairs[:MOST_NAMED]:
        detail = message(
            _("“{first}” ({first_hours}) and “{second}” ({second_hours}) on {day} are at the same time."),
            first=one.item.title,
            first_hours=format_hours(one.item.start_time, one.item.end_time),
            second=other.item.title,
            second_hours=format_hours(other.item.start_time, other.item.end_time),
            day=numeric_day(one.item.day),
        )
        yield ProgrammeWarning("programme_overlap", Severity.WARNING, detail, advice, _places(one, other))
    if more := pairs[MOST_NAMED:]:
        detail = message(_("Further pairs of items at the same time: {count}."), count=len(more))
        every = sorted({one.place for pair in more for one in pair})
        yield ProgrammeWarning("programme_overlap", Severity.WARNING, detail, advice, tuple(every))


def _ways(timed: Sequence[_Timed]) -> Iterator[ProgrammeWarning]:
    """Ways that end after the item they lead to has begun.

    They come from the item that begins before it the last, on that day or an earlier one, of several from the one that
    ends last. Only what is impossible for certain is told.
    """
    before: _Timed | None = None
    for _begins, those in groupby(timed, key=lambda one: one.item.begins):
        together = list(those)
        yield from (hitch for one in together if before and (hitch := _way(before, one)))
        before = max(together, key=lambda one: (one.left, one.item.key))


def _way(before: _Timed, one: _Timed) -> ProgrammeWarning | None:
    arrives = before.left + timedelta(minutes=one.item.travel_minutes or 0)
    missing = arrives - one.item.begins
    if not one.item.travel_minutes or missing <= timedelta(0):
        return None
    detail = message(
        _("From “{before}” to “{after}” on {day}: the way takes {travel} minutes; minutes missing: {missing}."),
        before=before.item.title,
        after=one.item.title,
        day=numeric_day(one.item.day),
        travel=one.item.travel_minutes,
        missing=int(missing.total_seconds()) // 60,
    )
    advice = message(_("End the one before it earlier, or correct the minutes of travel."))
    if arrives.date() == one.item.day:
        advice = message(_("Begin it at {hour} or later, or end the one before it earlier."), hour=f"{arrives:%H:%M}")
    return ProgrammeWarning("programme_travel", Severity.WARNING, detail, advice, _places(before, one))


def _outside_visit(items: Sequence[ProgrammeItemValues], days: Days) -> Iterator[ProgrammeWarning]:
    outside: dict[date, list[int]] = defaultdict(list)
    for place, item in enumerate(items):
        if item.day not in days:
            outside[item.day].append(place)
    for day in sorted(outside):
        detail = message(
            _("Items on {day}, which is no day of the visit ({first} to {last}): {count}."),
            day=numeric_day(day),
            first=numeric_day(days.first),
            last=numeric_day(days.last),
            count=len(outside[day]),
        )
        advice = message(_("Move them to a day of the visit, or take them out of the programme."))
        yield ProgrammeWarning("outside_visit", Severity.WARNING, detail, advice, tuple(outside[day]))


def _outside_hours(
    items: Sequence[ProgrammeItemValues], days: Days, start_time: time | None, end_time: time | None
) -> Iterator[ProgrammeWarning]:
    advice = message(_("Change its hours, or those of the visit."))
    for place in sorted(range(len(items)), key=lambda place: (items[place].begins, items[place].key)):
        item = items[place]
        if start_time is not None and item.day == days.first and _is_before(item, start_time):
            detail = message(
                _("“{title}” ({hours}) on {day} begins before the visit does, at {start_time}."),
                title=item.title,
                hours=format_hours(item.start_time, item.end_time),
                day=numeric_day(item.day),
                start_time=f"{start_time:%H:%M}",
            )
            yield ProgrammeWarning("outside_hours", Severity.WARNING, detail, advice, (place,))
        if end_time is not None and item.day == days.last and _is_after(item, end_time):
            detail = message(
                _("“{title}” ({hours}) on {day} lasts longer than the visit, until {end_time}."),
                title=item.title,
                hours=format_hours(item.start_time, item.end_time),
                day=numeric_day(item.day),
                end_time=f"{end_time:%H:%M}",
            )
            yield ProgrammeWarning("outside_hours", Severity.WARNING, detail, advice, (place,))


def _is_before(item: ProgrammeItemValues, start: time) -> bool:
    """Whether it begins before the visit, or has only an end and that is before it."""
    if item.start_time is not None:
        return item.start_time < start
    return item.end_time is not None and item.end_time <= start


def _is_after(item: ProgrammeItemValues, end: time) -> bool:
    """Whether it ends after the visit, or has only a beginning and the visit is over by then."""
    if item.end_time is not None:
        return item.end_time > end
    return item.start_time is not None and item.start_time >= end


def _places(one: _Timed, other: _Timed) -> tuple[int, ...]:
    return tuple(sorted((one.place, other.place)))
