"""An index over a range of days that answers a question about any window in constant time."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import accumulate
from typing import Literal

from calendars.days.holidays import Holiday
from calendars.days.spans import Days
from calendars.days.working_days import WorkingDays
from calendars.events.host_days import HostedVisit

_SATURDAY = 5


@dataclass(frozen=True, slots=True)
class BusyDays:
    """Whole days on which a requested person or resource, or one of the sides, is unavailable; ``title`` names the
    reason."""

    days: Days
    code: Literal["person_busy", "resource_busy", "too_few_seats", "other_side_busy"]
    id: str
    title: Mapping[str, str]


class DaySet:
    """A subset of ``size`` consecutive days, numbered from 0."""

    def __init__(self, size: int, marked: Iterable[int]) -> None:
        flags = bytearray(size)
        for number in marked:
            flags[number] = 1
        self._sums = [0, *accumulate(flags)]
        self._before = list(accumulate((number if flag else -1 for number, flag in enumerate(flags)), max))
        backwards = (number if flags[number] else size for number in range(size - 1, -1, -1))
        self._after = list(accumulate(backwards, min))[::-1]
        self._size = size

    def count(self, first: int, last: int) -> int:
        """The number of days of the set from ``first`` to ``last``, both inclusive."""
        return self._sums[last + 1] - self._sums[first]

    def __contains__(self, number: int) -> bool:
        return self._sums[number + 1] > self._sums[number]

    def last_until(self, number: int) -> int | None:
        """The nearest day of the set at or before this one; None if there is none."""
        return None if (found := self._before[number]) < 0 else found

    def first_from(self, number: int) -> int | None:
        """The nearest day of the set at or after this one; None if there is none."""
        return None if (found := self._after[number]) == self._size else found

    def clear_around(self, number: int) -> int:
        """The number of days between this day and the nearest one of the set; ``size`` if the set is empty."""
        before, after = self._before[number], self._after[number]
        gaps = [self._size]
        if before >= 0:
            gaps.append(number - before - 1)
        if after < self._size:
            gaps.append(after - number - 1)
        return max(0, min(gaps))


class DayIndex:
    """An index of holidays, visits and bookings over a range of days.

    ``off`` are the days off of host and guest, ``working`` their working days, ``stays`` the host's other visits,
    ``busy`` the days on which requested people and resources are unavailable. Anything outside ``within`` is ignored,
    so the range should be wider than the windows searched, to include their surroundings.
    """

    def __init__(
        self,
        within: Days,
        off: Mapping[date, Sequence[Holiday]],
        working: WorkingDays,
        stays: Iterable[HostedVisit],
        busy: Iterable[BusyDays],
    ) -> None:
        self.within = within
        self._base = within.first.toordinal()
        self._size = len(within)
        self.holidays = {self.number(day): tuple(found) for day, found in off.items() if day in within and found}
        self.off = self._day_set(self.holidays)
        self.weekend = self._day_set(number for number in range(self._size) if self._is_weekend(number))
        is_working = [working.is_working(day) for day in within]
        self.working = self._day_set(number for number, works in enumerate(is_working) if works)
        self.off_with_weekends = self._day_set(self._with_adjacent_free_days(is_working))
        busy_numbers = [(one.code, number) for one in busy for number in self._numbers_of(one.days)]
        self.people = self._day_set(number for code, number in busy_numbers if code == "person_busy")
        self.resources = self._day_set(number for code, number in busy_numbers if code == "resource_busy")
        self.seats = self._day_set(number for code, number in busy_numbers if code == "too_few_seats")
        self.sides = self._day_set(number for code, number in busy_numbers if code == "other_side_busy")
        self._busy = {number for visit in stays for number in self._busy_numbers(visit)}
        self._visits: DaySet | None = None

    def add_visit(self, visit: HostedVisit) -> None:
        """Add another visit, for a planner that places several in succession."""
        self._busy.update(self._busy_numbers(visit))
        self._visits = None

    @property
    def visits(self) -> DaySet:
        """The days on which the host is busy with another visit."""
        if self._visits is None:
            self._visits = self._day_set(self._busy)
        return self._visits

    def number(self, day: date) -> int:
        """The number of a day, 0 = the first of the range; outside the range it is negative or too large."""
        return day.toordinal() - self._base

    def day(self, number: int) -> date:
        """The day with this number."""
        return date.fromordinal(self._base + number)

    def _day_set(self, marked: Iterable[int]) -> DaySet:
        return DaySet(self._size, marked)

    def _is_weekend(self, number: int) -> bool:
        # 1 January of the year 1, ordinal 1, is a Monday.
        return (self._base + number - 1) % 7 >= _SATURDAY

    def _numbers_of(self, days: Days) -> range:
        return range(max(self.number(days.first), 0), min(self.number(days.last) + 1, self._size))

    def _busy_numbers(self, visit: HostedVisit) -> list[int]:
        return [number for days in visit.received() for number in self._numbers_of(days)]

    def _with_adjacent_free_days(self, is_working: Sequence[bool]) -> list[int]:
        """The days off together with adjacent non-working days: a Friday off makes a long week-end."""
        found = set(self.holidays)
        for number in self.holidays:
            for step in (-1, 1):
                beside = number + step
                while 0 <= beside < self._size and not is_working[beside] and beside not in found:
                    found.add(beside)
                    beside += step
        return sorted(found)
