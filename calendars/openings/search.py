"""Openings: windows of whole days without conflicts, best first, each with reasons; which holidays forbid a day.

Every rule takes constant time per window (:mod:`calendars.openings.day_index`), so a search is linear in its range.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import accumulate

from calendars.days.spans import Days
from calendars.openings.day_index import BusyDays, DayIndex
from calendars.openings.scoring import FestivalDay, OpeningQuery, Reason, reasons, score

__all__ = [
    "BusyDays",
    "DayIndex",
    "FestivalDay",
    "Opening",
    "OpeningQuery",
    "OpeningSearchResult",
    "Reason",
    "nearest",
    "openings",
]

RULES = (
    "short_notice",
    "not_containing",
    "public_holiday",
    "no_working_day",
    "host_overlap",
    "person_busy",
    "resource_busy",
    "too_few_seats",
    "other_side_busy",
)
"""All rules that can refuse a window."""


@dataclass(frozen=True, slots=True)
class Opening:
    """A window without conflicts; ``score`` is 0 to 100."""

    days: Days
    score: int
    _index: DayIndex = field(repr=False, compare=False)
    _query: OpeningQuery = field(repr=False, compare=False)

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """The reasons for and against it, computed on access because few of a year's openings are looked at.

        Read it before another visit is added to the index.
        """
        return reasons(self._index, self._query, self._index.number(self.days.first))


@dataclass(frozen=True, slots=True)
class OpeningSearchResult:
    """The openings, best first (the earliest of equal ones), and the number of windows refused by each rule.

    A window that breaks two rules is counted under both.
    """

    openings: list[Opening]
    refused: Mapping[str, int]


def openings(index: DayIndex, query: OpeningQuery) -> OpeningSearchResult:
    """All openings in the index that match a query.

    A window of up to 31 days contains no public holiday of host or guest and at least one working day; a longer one
    neither starts nor ends on a holiday. The host is not busy with another visit on any day of the window (of a long
    one: on its first and last day). No requested person or resource is unavailable on any of its days. Windows that
    reach outside the index are not offered.
    """
    search = _Search(index, query)
    refused: Counter[str] = Counter()
    free: list[int] = []
    for first in search.starts:
        violations = list(search.violations(first))
        refused.update(violations)
        if not violations:
            free.append(first)
    ranked = sorted((-score(index, query, first), first) for first in free)
    found = [Opening(search.window(first), -points, index, query) for points, first in ranked]
    return OpeningSearchResult(found, {rule: refused[rule] for rule in RULES if refused[rule]})


def nearest(
    index: DayIndex, query: OpeningQuery, day: date, fits: Callable[[Days], bool] = lambda _days: True
) -> Opening | None:
    """Of the openings that ``fits`` wants the one whose first day is nearest to ``day``, the earlier of two; None if
    there is none."""
    search = _Search(index, query)
    target = index.number(day)
    for first in sorted(search.starts, key=lambda number: (abs(number - target), number)):
        if next(search.violations(first), None) is None and fits(search.window(first)):
            return Opening(search.window(first), score(index, query, first), index, query)
    return None


class _Search:
    """The rules of a query applied to an index; a window is identified by the number of its first day."""

    def __init__(self, index: DayIndex, query: OpeningQuery) -> None:
        self._index, self._query = index, query
        latest = index.number(query.within.last) - (0 if query.may_end_after else query.days - 1)
        if query.ends_by is not None:
            latest = min(latest, index.number(query.ends_by) - (query.days - 1))
        last_start = len(index.within) - query.days
        self.starts = range(max(0, index.number(query.within.first)), min(latest, last_start) + 1)
        self._earliest = index.number(query.earliest)
        self._requirement_met = [self._met(group) for group in query.requirements]

    def window(self, first: int) -> Days:
        """The days of a window."""
        return Days(self._index.day(first), self._index.day(first + self._query.days - 1))

    def violations(self, first: int) -> Iterator[str]:
        """The rules a window breaks; none for an opening."""
        index, last = self._index, first + self._query.days - 1
        # Every day of a short visit may be a working session; for a long one only arrival and departure count.
        ends = ((first, first), (last, last)) if self._query.is_long else ((first, last),)
        if first < self._earliest:
            yield "short_notice"
        if self._requirement_met:
            if not all(met[first - self.starts.start] for met in self._requirement_met):
                yield "not_containing"
        else:
            if any(index.off.count(*end) for end in ends):
                yield "public_holiday"
            if not index.working.count(first, last):
                yield "no_working_day"
        if any(index.visits.count(*end) for end in ends):
            yield "host_overlap"
        if index.people.count(first, last):
            yield "person_busy"
        if index.resources.count(first, last):
            yield "resource_busy"
        if index.seats.count(first, last):
            yield "too_few_seats"
        if any(index.sides.count(*end) for end in ends):
            yield "other_side_busy"

    def _met(self, group: Sequence[FestivalDay]) -> list[bool]:
        """For each window whether it meets one festival of a group; windows that meet a festival are consecutive."""
        changes = [0] * (len(self.starts) + 1)
        for festival in group:
            first, last = self._index.number(festival.days.first), self._index.number(festival.days.last)
            beginnings = sorted((first, last - self._query.days + 1))
            low, high = max(beginnings[0], self.starts.start), min(beginnings[1], self.starts.stop - 1)
            if low <= high:
                changes[low - self.starts.start] += 1
                changes[high + 1 - self.starts.start] -= 1
        return [count > 0 for count in accumulate(changes)]
