"""The days of both worlds: public holidays, worked Saturdays and festivals, computed ones and the office's own."""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from importlib.metadata import version
from types import MappingProxyType
from typing import Any

import holidays

from calendars.days import lunar
from calendars.days.holiday_names import may_be_decided_otherwise, names
from calendars.days.spans import Days, days_after
from calendars.days.working_days import WorkingDays
from models.vocabulary import HolidayCalendar, HolidayCategory

ANNOUNCED_UNTIL: Mapping[str, int] = MappingProxyType({"VN": 2026, "LA": 2026})
"""The last year whose days off the governments have announced. Viet Nam's names the days around Tết and the swapped
ones each autumn for the following year, Laos its days in lieu; in later years the library can only guess them."""

_LAST_ANNOUNCED = 2026  # of a country that is not watched
_SOURCE = f"holidays {version('holidays')}"
_JOINT = "; "  # how the library writes two holidays of one day
_NO_FESTIVALS = frozenset({"National Teacher Day"})  # a day for schools, listed among the Lao festivals


@dataclass(frozen=True, slots=True)
class Holiday:
    """One day of a holiday.

    ``id`` is the office entry's, None for a computed day. ``locality`` None means the whole country. A ``provisional``
    day is a guess until it is announced.
    """

    day: date
    country: str
    name: Mapping[str, str]
    category: HolidayCategory
    source: str
    provisional: bool
    id: str | None
    locality: str | None


@dataclass(frozen=True, slots=True)
class Recurrence:
    """A day that comes round every year, by its number in the solar or the Vietnamese lunar calendar.

    29 February is kept on 28 February in other years, lunar day 30 on the last day of a month with 29. A leap month
    never counts: what is kept in month 2 is kept in the plain one. Outside 1968 to 2071 no lunar day comes round.
    """

    calendar: HolidayCalendar
    month: int
    day: int

    def days_in(self, year: int) -> Sequence[date]:
        """On which days of a common year; a lunar day may come none, one or two times in it."""
        return _days_in(self.calendar, self.month, self.day, year)


@dataclass(frozen=True, slots=True)
class OfficeEntry:
    """One of the office's own entries: on ``first_day``, or every year; exactly one of both is there."""

    id: str
    country: str
    name: Mapping[str, str]
    category: HolidayCategory
    first_day: date | None = None
    recurs: Recurrence | None = None
    days: int = 1
    source: str = ""
    provisional: bool = False
    locality: str | None = None

    @classmethod
    def of(cls, row: Any) -> "OfficeEntry":
        """From a row of the office's table."""
        recurs = None
        if row.recurs_calendar is not None:
            recurs = Recurrence(row.recurs_calendar, row.recurs_month, row.recurs_day)
        return cls(
            row.id,
            row.country,
            row.name,
            row.category,
            row.first_day,
            recurs,
            row.days,
            row.source,
            row.provisional,
            row.locality,
        )

    def times(self, first: date, last: date) -> list[Days]:
        """Each time it comes round and touches the days from ``first`` to ``last``, whole, in order."""
        if self.recurs is None:
            begins = [] if self.first_day is None else [self.first_day]
        else:
            # One that lasts over New Year begins in the year before.
            begins = [day for year in range(first.year - 1, last.year + 1) for day in self.recurs.days_in(year)]
        wanted = Days(first, last)
        found = (Days(begin, days_after(begin, self.days - 1)) for begin in begins)
        return [days for days in found if days.overlaps(wanted)]

    def on(self, day: date) -> Holiday:
        """The entry as a holiday of one of its days."""
        return Holiday(
            day, self.country, self.name, self.category, self.source, self.provisional, self.id, self.locality
        )


class HolidayIndex:
    """The computed days of any country under the office's own entries, which win.

    A ``public`` or ``workday`` entry takes the place of the computed days off of its country and day: with a
    ``workday`` the day is not off. Of two such entries on one day the one for that very day goes before the yearly
    one, else the later made. Festivals stand beside all others. Days come from the ``holidays`` library; a country
    it does not know has those of the office only.
    """

    def __init__(self, entries: Iterable[OfficeEntry] = ()) -> None:
        self._entries = {entry.id: entry for entry in entries}
        self._of_country: dict[str, list[OfficeEntry]] = defaultdict(list)
        for entry in sorted(self._entries.values(), key=lambda one: (one.first_day is not None, one.id)):
            self._of_country[entry.country].append(entry)
        self._years: dict[tuple[str, int], tuple[Holiday, ...]] = {}
        self._days_off: dict[tuple[str, int], tuple[list[date], Mapping[date, list[Holiday]]]] = {}
        self._rulings: dict[tuple[str, int], Mapping[date, HolidayCategory]] = {}

    def between(self, countries: Collection[str], first: date, last: date) -> list[Holiday]:
        """All days of all categories from ``first`` to ``last``, both inclusive, by day and country."""
        found = [
            holiday
            for country in sorted(set(countries))
            for year in range(first.year, last.year + 1)
            for holiday in self._year(country, year)
            if first <= holiday.day <= last
        ]
        found.sort(key=lambda one: (one.day, one.country))
        return found

    def off(self, countries: Collection[str], first: date, last: date) -> dict[date, list[Holiday]]:
        """The days on which at least one of the countries is off (``public``), ``first`` and ``last`` inclusive."""
        found: dict[date, list[Holiday]] = {}
        for country in sorted(set(countries)):
            for year in range(first.year, last.year + 1):
                days, off = self._off(country, year)
                for day in days[bisect_left(days, first) : bisect_right(days, last)]:
                    found.setdefault(day, []).extend(off[day])
        return dict(sorted(found.items()))

    def _off(self, country: str, year: int) -> tuple[list[date], Mapping[date, list[Holiday]]]:
        """The days off of a country and year, in order, and what is held on each."""
        if (known := self._days_off.get((country, year))) is None:
            off: dict[date, list[Holiday]] = {}
            for holiday in self._year(country, year):
                if holiday.category is HolidayCategory.PUBLIC:
                    off.setdefault(holiday.day, []).append(holiday)
            known = self._days_off[country, year] = (sorted(off), off)
        return known

    def occurrences(self, entry_id: str, first: date, last: date) -> list[Days]:
        """Each time an office entry comes round and touches the range, whole, in order; KeyError for an unknown id."""
        return self._entries[entry_id].times(first, last)

    def working_days(self, countries: Sequence[str]) -> WorkingDays:
        """Monday to Friday without the days off of all these countries.

        A ``workday`` entry of one of them makes a Saturday a working day, unless another of them is off that day.
        """

        def ruling(day: date) -> bool | None:
            found = {self.ruling(country, day) for country in countries}
            if HolidayCategory.PUBLIC in found:
                return False
            return True if HolidayCategory.WORKDAY in found else None

        return WorkingDays(ruling)

    def ruling(self, country: str, day: date) -> HolidayCategory | None:
        """``public``: the country is off that day; ``workday``: it works for certain; None: as the week has it."""
        key = (country, day.year)
        if (known := self._rulings.get(key)) is None:
            known = self._rulings[key] = {
                one.day: one.category
                for one in self._year(country, day.year)
                if one.category is not HolidayCategory.FESTIVAL
            }
        return known.get(day)

    def _year(self, country: str, year: int) -> tuple[Holiday, ...]:
        if (known := self._years.get((country, year))) is None:
            known = self._years[country, year] = self._merged(country, year)
        return known

    def _merged(self, country: str, year: int) -> tuple[Holiday, ...]:
        """The days of one country and year, the office's in the place of the computed ones, in order."""
        first, last = date(year, 1, 1), date(year, 12, 31)
        decided: dict[date, Holiday] = {}
        festivals: list[Holiday] = []
        for entry in self._of_country.get(country, ()):
            for day in (day for days in entry.times(first, last) for day in days if first <= day <= last):
                if entry.category is HolidayCategory.FESTIVAL:
                    festivals.append(entry.on(day))
                else:
                    decided[day] = entry.on(day)
        computed = (
            one
            for one in _computed(country, year)
            if one.category is HolidayCategory.FESTIVAL or one.day not in decided
        )
        return tuple(sorted((*computed, *decided.values(), *festivals), key=lambda one: one.day))


def is_known(country: str) -> bool:
    """Whether the public holidays of a country (ISO 3166 alpha-2) can be computed."""
    try:
        holidays.country_holidays(country, years=2024)
    except (NotImplementedError, ValueError):
        return False
    return True


@lru_cache(maxsize=2048)
def _computed(country: str, year: int) -> tuple[Holiday, ...]:
    found = [_of_library(country, day, name, HolidayCategory.PUBLIC) for day, name in _library(country, year, "public")]
    if country == "LA":
        found += [
            _of_library(country, day, name, HolidayCategory.FESTIVAL)
            for day, name in _library(country, year, "school")
            if name not in _NO_FESTIVALS
        ]
    return tuple(found)


def _library(country: str, year: int, category: str) -> list[tuple[date, str]]:
    try:
        known = holidays.country_holidays(country, years=year, categories=(category,), language="en_US")
    except (NotImplementedError, ValueError):
        return []
    return [(day, name) for day, joint in sorted(known.items()) for name in joint.split(_JOINT)]


def _of_library(country: str, day: date, name: str, category: HolidayCategory) -> Holiday:
    # The Lao festivals follow Thai tables; what Laos announces may differ by a day or a month.
    guess = category is HolidayCategory.FESTIVAL or (
        day.year > ANNOUNCED_UNTIL.get(country, _LAST_ANNOUNCED) and may_be_decided_otherwise(country, name, day)
    )
    return Holiday(day, country, names(country, name, day), category, _SOURCE, guess, None, None)


@lru_cache(maxsize=4096)
def _days_in(calendar: HolidayCalendar, month: int, day: int, year: int) -> tuple[date, ...]:
    if calendar is HolidayCalendar.LUNAR:
        return tuple(lunar.recurs_in(month, day, year))
    try:
        return (date(year, month, day),)
    except ValueError:
        return (date(year, 2, 28),) if (month, day) == (2, 29) else ()
