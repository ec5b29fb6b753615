"""Calendar layout: the weeks of a month, bars packed into rows, and the lanes of a year.

Items that do not fit are counted in the place where they would have been drawn: drawn and counted items together are
always all items.
"""

from calendar import monthrange
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, TypeVar

from calendars.days.spans import Days

WEEK = 7
MONTHS = 12
PARTS = 10
"""The number of parts a month of the year timeline is divided into: the finest resolution one screen can show."""

NAME_PARTS = 26
"""The width a name needs on the timeline in parts, about two and a half months."""

WIDTH = MONTHS * PARTS

FIRST_YEAR, LAST_YEAR = 1900, 2199
"""The years that calendars and papers of the office show: a mistyped one must not lead to an empty page."""

K = TypeVar("K", bound=Hashable)


@dataclass(frozen=True, slots=True)
class GridSpan:
    """An item that lasts from ``first`` to ``last``, both inclusive; ``order`` sorts those of the same days."""

    id: str
    first: date
    last: date
    order: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class WeekBar:
    """The part of a span that falls into one week: ``span`` days starting at ``column`` (0 is Monday).

    ``begins`` and ``ends`` say whether its first and its last day are in this week.
    """

    id: str
    column: int
    span: int
    begins: bool
    ends: bool


@dataclass(frozen=True, slots=True)
class WeekGrid:
    """A week's rows of bars that do not overlap, and for each day the number of spans that did not fit."""

    days: Days
    rows: tuple[tuple[WeekBar, ...], ...]
    more: tuple[int, ...]

    def cells(self, row: Sequence[WeekBar]) -> list[WeekBar | None]:
        """A row's cells in order: bars, and None for each day without one."""
        at = {bar.column: bar for bar in row}
        covered = {column for bar in row for column in range(bar.column + 1, bar.column + bar.span)}
        return [at.get(column) for column in range(WEEK) if column not in covered]


@dataclass(frozen=True, slots=True)
class YearMark:
    """A span on the timeline of a year: ``span`` parts of a month starting at ``start`` (0 is 1 January).

    Its name is drawn inside the bar, otherwise after it, or before it near the end of the year. ``room`` is the number
    of parts that bar and name take together, starting at ``left``. Where names are not drawn, ``room`` equals ``span``.
    """

    id: str
    row: int
    start: int
    span: int
    left: int
    room: int

    @property
    def side(self) -> str:
        """The position of the name: ``in``, ``after`` or ``before``."""
        if self.room == self.span:
            return "in"
        return "before" if self.left < self.start else "after"


@dataclass(frozen=True, slots=True)
class YearLane:
    """A lane of the year: the number of its spans, its marks, and for each month the number of spans that did not fit.

    A span that did not fit is counted in the month it begins in, or in January if it began in an earlier year.
    """

    total: int
    marks: tuple[YearMark, ...]
    more: tuple[int, ...]
    is_named: bool

    @property
    def rows(self) -> int:
        """The number of rows its marks take."""
        return max((mark.row for mark in self.marks), default=-1) + 1


def week_of(day: date) -> Days:
    """The week of a day, Monday to Sunday; OverflowError at both ends of the calendar."""
    monday = day - timedelta(days=day.weekday())
    return Days(monday, monday + timedelta(days=WEEK - 1))


def month_of(day: date) -> Days:
    """The month of a day."""
    return Days(day.replace(day=1), day.replace(day=monthrange(day.year, day.month)[1]))


def year_of(day: date) -> Days:
    """The year of a day."""
    return Days(date(day.year, 1, 1), date(day.year, MONTHS, 31))


def weeks_of(day: date) -> list[Days]:
    """The whole weeks that contain at least one day of this day's month."""
    month = month_of(day)
    weeks = [week_of(month.first)]
    while weeks[-1].last < month.last:
        weeks.append(week_of(weeks[-1].last + timedelta(days=1)))
    return weeks


def lay_week(week: Days, spans: Iterable[GridSpan], most_rows: int) -> WeekGrid:
    """Arrange the spans that touch a week in rows: earliest start first, then longest; the rest is counted by day."""
    rows: list[list[WeekBar]] = []
    more = [0] * WEEK
    touching = [one for one in spans if one.first <= week.last and week.first <= one.last]
    for one in sorted(touching, key=_longest_first):
        first, last = max(one.first, week.first), min(one.last, week.last)
        column, span = (first - week.first).days, (last - first).days + 1
        # Sorted by start, so only the last bar of a row can overlap.
        row = next((row for row in rows if row[-1].column + row[-1].span <= column), None)
        if row is None and len(rows) < most_rows:
            rows.append(row := [])
        if row is not None:
            row.append(WeekBar(one.id, column, span, one.first >= week.first, one.last <= week.last))
        else:
            for covered_column in range(column, column + span):
                more[covered_column] += 1
    return WeekGrid(week, tuple(map(tuple, rows)), tuple(more))


def lay_year(year: int, spans: Iterable[GridSpan], *, most_rows: int, most_marks: int) -> YearLane:
    """Arrange the spans that touch a year on its timeline: with names if everything fits, else as bars packed closely.

    When packed closely, each month shows at most its share of ``most_marks``.
    """
    whole = year_of(date(year, 1, 1))
    touching = sorted((one for one in spans if one.first <= whole.last and whole.first <= one.last), key=_in_order)
    named = _Rows(most_rows)
    if len(touching) <= most_marks and all(named.take(one, whole, NAME_PARTS) for one in touching):
        return YearLane(len(touching), tuple(named.marks), (0,) * MONTHS, is_named=True)
    close, left_out, started = _Rows(most_rows), [0] * MONTHS, Counter[int]()
    for one in touching:
        month = max(one.first, whole.first).month
        if started[month] < most_marks // MONTHS and close.take(one, whole, 0):
            started[month] += 1
        else:
            left_out[month - 1] += 1
    return YearLane(len(touching), tuple(close.marks), tuple(left_out), is_named=False)


def in_lanes(
    spans: Iterable[GridSpan], key_of: Callable[[GridSpan], K], most_lanes: int
) -> tuple[list[tuple[K, list[GridSpan]]], list[GridSpan]]:
    """Group the spans into lanes, the fullest lane first, and return the spans of the lanes beyond ``most_lanes``."""
    lanes: dict[K, list[GridSpan]] = {}
    for one in spans:
        lanes.setdefault(key_of(one), []).append(one)
    fullest = sorted(lanes.items(), key=lambda lane: -len(lane[1]))
    return fullest[:most_lanes], [one for _key, found in fullest[most_lanes:] for one in found]


def part_of_year(day: date) -> int:
    """The part of the year a day falls in, 0 to 119: three days a part, the last part of a month up to four."""
    return (day.month - 1) * PARTS + min((day.day - 1) // 3, PARTS - 1)


class _Rows:
    """The rows of a lane while it is being filled."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.ends: list[int] = []
        self.marks: list[YearMark] = []

    def take(self, one: GridSpan, year: Days, name: int) -> bool:
        """Place a span in the first row with room for it and its name; return whether there was one."""
        start = part_of_year(max(one.first, year.first))
        span = part_of_year(min(one.last, year.last)) - start + 1
        left, room = start, span
        if span < name:
            room = span + name
            left = start if start + room <= WIDTH else start - name
        row = next((number for number, end in enumerate(self.ends) if end <= left), len(self.ends))
        if row == self.most:
            return False
        if row == len(self.ends):
            self.ends.append(0)
        self.ends[row] = left + room
        self.marks.append(YearMark(one.id, row, start, span, left, room))
        return True


def _longest_first(one: GridSpan) -> tuple[Any, ...]:
    return one.first, -(one.last - one.first).days, one.order, one.id


def _in_order(one: GridSpan) -> tuple[Any, ...]:
    return one.first, one.order, one.id
