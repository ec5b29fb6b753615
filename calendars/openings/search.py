"""Openings: windows of whole days in which nothing clashes, best first, each with its reasons.

Every rule takes constant time per window (:mod:`calendars.openings.day_index`), so a search is linear in its range.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
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
)
"""Everything that can forbid a window."""


@dataclass(frozen=True, slots=True)
class Opening:
    """A window in which nothing clashes; ``score`` is 0 to 100."""

    days: Days
    score: int
    _board: DayIndex = field(repr=False, compare=False)
    _wish: OpeningQuery = field(repr=False, compare=False)

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """What there is to say about it, worked out when it is asked for: of a year's openings few are looked at.

        To be asked before the board receives another visit.
        """
        return reasons(self._board, self._wish, self._board.number(self.days.first))


@dataclass(frozen=True, slots=True)
class OpeningSearchResult:
    """The openings, best first (of equal ones the earliest), and how many windows each rule refused.

    A window that breaks two rules counts under both.
    """

    openings: list[Opening]
    refused: Mapping[str, int]


def openings(board: DayIndex, wish: OpeningQuery) -> OpeningSearchResult:
    """All openings of a wish on a board.

    A window of up to 31 days has no public holiday of host or guest on any day, and a working day; of a longer one the
    first and the last day are no holidays. No other visit has to be received on a day on which this one would be
    (a long one: its first and last day). No person or resource asked for is taken on any of its days. A window
    reaching outside the board is not offered.
    """
    search = _Search(board, wish)
    refused: Counter[str] = Counter()
    free: list[int] = []
    for first in search.starts:
        broken = list(search.broken(first))
        refused.update(broken)
        if not broken:
            free.append(first)
    ranked = sorted((-score(board, wish, first), first) for first in free)
    found = [Opening(search.window(first), -points, board, wish) for points, first in ranked]
    return OpeningSearchResult(found, {rule: refused[rule] for rule in RULES if refused[rule]})


def nearest(board: DayIndex, wish: OpeningQuery, day: date) -> Opening | None:
    """The opening whose first day is nearest to ``day``, the earlier of two; None when there is none."""
    search = _Search(board, wish)
    wanted = board.number(day)
    for first in sorted(search.starts, key=lambda number: (abs(number - wanted), number)):
        if next(search.broken(first), None) is None:
            return Opening(search.window(first), score(board, wish, first), board, wish)
    return None


class _Search:
    """The rules of a wish on a board; windows are named by the board's number of their first day."""

    def __init__(self, board: DayIndex, wish: OpeningQuery) -> None:
        self._board, self._wish = board, wish
        latest = board.number(wish.within.last) - (0 if wish.may_end_after else wish.days - 1)
        on_board = len(board.within) - wish.days
        self.starts = range(max(0, board.number(wish.within.first)), min(latest, on_board) + 1)
        self._earliest = board.number(wish.earliest)
        self._meeting = [self._met(group) for group in wish.occasions]

    def window(self, first: int) -> Days:
        """The days of a window."""
        return Days(self._board.day(first), self._board.day(first + self._wish.days - 1))

    def broken(self, first: int) -> Iterator[str]:
        """The rules a window breaks; none for an opening."""
        board, last = self._board, first + self._wish.days - 1
        # Every day of a short visit may be a working session; of a long one only coming and going count.
        ends = ((first, first), (last, last)) if self._wish.is_long else ((first, last),)
        if first < self._earliest:
            yield "short_notice"
        if self._meeting:
            if not all(met[first - self.starts.start] for met in self._meeting):
                yield "not_containing"
        else:
            if any(board.off.count(*end) for end in ends):
                yield "public_holiday"
            if not board.working.count(first, last):
                yield "no_working_day"
        if any(board.visits.count(*end) for end in ends):
            yield "host_overlap"
        if board.people.count(first, last):
            yield "person_busy"
        if board.resources.count(first, last):
            yield "resource_busy"
        if board.seats.count(first, last):
            yield "too_few_seats"

    def _met(self, group: Sequence[FestivalDay]) -> list[bool]:
        """For each window whether it meets one occasion of a group: each occasion is met by windows in a row."""
        changes = [0] * (len(self.starts) + 1)
        for occasion in group:
            first, last = self._board.number(occasion.days.first), self._board.number(occasion.days.last)
            beginnings = sorted((first, last - self._wish.days + 1))
            low, high = max(beginnings[0], self.starts.start), min(beginnings[1], self.starts.stop - 1)
            if low <= high:
                changes[low - self.starts.start] += 1
                changes[high + 1 - self.starts.start] -= 1
        return [count > 0 for count in accumulate(changes)]
