"""A board: a range of days with what stands in it, made so that a question about any window takes constant time."""

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
    """A named person or resource is taken on these days, all of them whole; ``title`` says by what."""

    days: Days
    code: Literal["person_busy", "resource_busy", "too_few_seats"]
    id: str
    title: Mapping[str, str]


class DaySet:
    """Which of ``size`` days in a row carry a mark; days are numbered from 0."""

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
        """How many days from ``first`` to ``last``, both inclusive, are marked."""
        return self._sums[last + 1] - self._sums[first]

    def __contains__(self, number: int) -> bool:
        return self._sums[number + 1] > self._sums[number]

    def last_until(self, number: int) -> int | None:
        """The nearest marked day at or before this one; None when there is none on the board."""
        return None if (found := self._before[number]) < 0 else found

    def first_from(self, number: int) -> int | None:
        """The nearest marked day at or after this one; None when there is none on the board."""
        return None if (found := self._after[number]) == self._size else found

    def clear_around(self, number: int) -> int:
        """How many unmarked days lie between this day and the nearest marked one; the board's size when none is."""
        before, after = self._before[number], self._after[number]
        gaps = [self._size]
        if before >= 0:
            gaps.append(number - before - 1)
        if after < self._size:
            gaps.append(after - number - 1)
        return max(0, min(gaps))


class DayIndex:
    """A range of days with what stands in it.

    ``off`` are the days off of host and guest, ``working`` their working days, ``stays`` the other visits of the
    host, ``busy`` what is taken of the people and resources asked for. What lies outside ``within`` is left out: a
    board should be wider than the windows wanted, so that their neighbourhood is seen.
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
        self.off = self._marks(self.holidays)
        self.weekend = self._marks(number for number in range(self._size) if self._is_weekend(number))
        is_working = [working.is_working(day) for day in within]
        self.working = self._marks(number for number, works in enumerate(is_working) if works)
        self.stretches = self._marks(self._stretched(is_working))
        taken = [(one.code, number) for one in busy for number in self._on_board(one.days)]
        self.people = self._marks(number for code, number in taken if code == "person_busy")
        self.resources = self._marks(number for code, number in taken if code == "resource_busy")
        self.seats = self._marks(number for code, number in taken if code == "too_few_seats")
        self._received = {number for stay in stays for number in self._received_by(stay)}
        self._visits: DaySet | None = None

    def receive(self, stay: HostedVisit) -> None:
        """One more visit stands on the board, for a planner that places several one after the other."""
        self._received.update(self._received_by(stay))
        self._visits = None

    @property
    def visits(self) -> DaySet:
        """The days on which the host has its hands full with another visit."""
        if self._visits is None:
            self._visits = self._marks(self._received)
        return self._visits

    def number(self, day: date) -> int:
        """The number of a day, 0 = the board's first; outside the board it is negative or too large."""
        return day.toordinal() - self._base

    def day(self, number: int) -> date:
        """The day with this number."""
        return date.fromordinal(self._base + number)

    def _marks(self, marked: Iterable[int]) -> DaySet:
        return DaySet(self._size, marked)

    def _is_weekend(self, number: int) -> bool:
        # 1 January of the year 1, ordinal 1, is a Monday.
        return (self._base + number - 1) % 7 >= _SATURDAY

    def _on_board(self, days: Days) -> range:
        return range(max(self.number(days.first), 0), min(self.number(days.last) + 1, self._size))

    def _received_by(self, stay: HostedVisit) -> list[int]:
        return [number for days in stay.received() for number in self._on_board(days)]

    def _stretched(self, is_working: Sequence[bool]) -> list[int]:
        """The days off together with the free days around them: a Friday off makes a long week-end."""
        found = set(self.holidays)
        for number in self.holidays:
            for step in (-1, 1):
                beside = number + step
                while 0 <= beside < self._size and not is_working[beside] and beside not in found:
                    found.add(beside)
                    beside += step
        return sorted(found)
