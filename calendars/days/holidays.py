"""Public holidays, working Saturdays and festivals of each country: the computed ones and the office's own entries.

Which holidays forbid the days of a visit is decided in :mod:`calendars.openings.search`; which ones an event is only
warned of, in :mod:`calendars.conflicts.schedule_checks`.
"""

from bisect import bisect_left, bisect_right
from calendar import isleap
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from importlib.metadata import version
from types import MappingProxyType
from typing import Any

from calendars.days import lunar
from calendars.days.holiday_names import FESTIVALS, PI_MAI, may_be_decided_otherwise, names
from calendars.days.spans import Days, days_after
from calendars.days.working_days import WorkingDays
from models.vocabulary import Festival, HolidayCalendar, HolidayCategory

ANNOUNCED_UNTIL: Mapping[str, int] = MappingProxyType({"VN": 2026, "LA": 2026})
"""The last year for which the governments have announced the days off.

Each autumn Viet Nam announces the days around Tết and the swapped days of the following year, Laos its days in lieu;
for later years the library can only estimate them.
"""

_LAST_ANNOUNCED = 2026  # for all other countries
_SATURDAY = 5
_WHOLE_FEAST = 3
"""So many days of one announcement are a whole Pi Mai, not a day added to it."""
_JOINT = "; "  # separates two holidays of one day in the library
_NO_FESTIVALS = frozenset({"National Teacher Day"})  # a school day, listed among the Lao festivals


@dataclass(frozen=True, slots=True)
class Holiday:
    """One day of a holiday.

    ``id`` is the ID of the office's entry, None for a computed day. ``locality`` None means the whole country.
    ``provisional`` means the date is an estimate until it is announced.
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
    """A yearly date by its number in the solar or the Vietnamese lunar calendar.

    29 February falls on 28 February in common years, lunar day 30 on the last day of a month with 29 days. Leap months
    are ignored: an entry of month 2 falls in the plain month 2. Outside 1968 to 2071 lunar dates have no occurrences.
    """

    calendar: HolidayCalendar
    month: int
    day: int

    def days_in(self, year: int) -> Sequence[date]:
        """The dates in a solar year; a lunar date may occur zero, one or two times in it."""
        return _days_in(self.calendar, self.month, self.day, year)


@dataclass(frozen=True, slots=True)
class OfficeEntry:
    """One of the office's own entries: either on ``first_day`` or recurring every year; exactly one of them is set."""

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
        """Create an entry from a row of the office's table."""
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
        """All occurrences that touch ``first`` to ``last``, each with all its days, in order."""
        if self.recurs is None:
            begins = [] if self.first_day is None else [self.first_day]
        else:
            # An occurrence that spans New Year begins in the previous year.
            begins = [day for year in range(first.year - 1, last.year + 1) for day in self.recurs.days_in(year)]
        within = Days(first, last)
        found = (Days(begin, days_after(begin, self.days - 1)) for begin in begins)
        return [days for days in found if days.overlaps(within)]

    def on(self, day: date) -> Holiday:
        """The entry as a holiday on one of its days."""
        return Holiday(
            day, self.country, self.name, self.category, self.source, self.provisional, self.id, self.locality
        )


def home_first(found: Iterable[Holiday], home: str) -> list[Holiday]:
    """Holidays by day, those of the country ``home`` before the others of the same day."""
    return sorted(found, key=lambda one: (one.day, one.country != home))


class HolidayIndex:
    """The computed holidays of any country, overridden by the office's own entries.

    A ``public`` or ``workday`` entry replaces the computed days off of its country and day: with a ``workday`` the day
    is not off. The announced days of a Pi Mai (three or more, touching the computed ones) replace all days expected of
    it in that year. If two such entries share a day, an entry for that date takes precedence over a yearly one,
    otherwise the one created later. Festivals are added to all others. The dates come from the ``holidays`` library; a
    country it does not support has only the office's entries.
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
        """All days of all categories from ``first`` to ``last``, both inclusive, ordered by day and country."""
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
        """The days on which at least one country has a day off (``public``), ``first`` and ``last`` inclusive."""
        found: dict[date, list[Holiday]] = {}
        for country in sorted(set(countries)):
            for year in range(first.year, last.year + 1):
                days, off = self._off(country, year)
                for day in days[bisect_left(days, first) : bisect_right(days, last)]:
                    found.setdefault(day, []).extend(off[day])
        return dict(sorted(found.items()))

    def _off(self, country: str, year: int) -> tuple[list[date], Mapping[date, list[Holiday]]]:
        """The days off of a country and year, in order, and the holidays of each."""
        if (cached := self._days_off.get((country, year))) is None:
            off: dict[date, list[Holiday]] = {}
            for holiday in self._year(country, year):
                if holiday.category is HolidayCategory.PUBLIC:
                    off.setdefault(holiday.day, []).append(holiday)
            cached = self._days_off[country, year] = (sorted(off), off)
        return cached

    def occurrences(self, entry_id: str, first: date, last: date) -> list[Days]:
        """All occurrences of an office entry that touch the range, each with all its days, in order.

        KeyError for an unknown id.
        """
        return self._entries[entry_id].times(first, last)

    def working_days(self, countries: Sequence[str]) -> WorkingDays:
        """Monday to Friday except the days off of any of these countries.

        A ``workday`` entry of one country makes a Saturday a working day, unless another of them has a day off.
        """

        def ruling(day: date) -> bool | None:
            found = {self.ruling(country, day) for country in countries}
            if HolidayCategory.PUBLIC in found:
                return False
            return True if HolidayCategory.WORKDAY in found else None

        return WorkingDays(ruling)

    def ruling(self, country: str, day: date) -> HolidayCategory | None:
        """``public``: a day off in the country; ``workday``: an explicit working day; None: the weekday decides."""
        key = (country, day.year)
        if (cached := self._rulings.get(key)) is None:
            cached = self._rulings[key] = {
                one.day: one.category
                for one in self._year(country, day.year)
                if one.category is not HolidayCategory.FESTIVAL
            }
        return cached.get(day)

    def _year(self, country: str, year: int) -> tuple[Holiday, ...]:
        if (cached := self._years.get((country, year))) is None:
            cached = self._years[country, year] = self._merged(country, year)
        return cached

    def _merged(self, country: str, year: int) -> tuple[Holiday, ...]:
        """The days of one country and year in order, with the office's entries in place of the computed ones."""
        first, last = date(year, 1, 1), date(year, 12, 31)
        decided: dict[date, Holiday] = {}
        festivals: list[Holiday] = []
        for entry in self._of_country.get(country, ()):
            for day in (day for days in entry.times(first, last) for day in days if first <= day <= last):
                if entry.category is HolidayCategory.FESTIVAL:
                    festivals.append(entry.on(day))
                else:
                    decided[day] = entry.on(day)
        computed: Iterable[Holiday] = _computed(country, year)
        if country == "LA" and self._announced_pi_mai(year) is not None:
            computed = (one for one in computed if not (_is_pi_mai(one) and one.provisional))
        computed = (one for one in computed if one.category is HolidayCategory.FESTIVAL or one.day not in decided)
        return tuple(sorted((*computed, *decided.values(), *festivals), key=lambda one: one.day))

    def first_day_of(self, festival: Festival, year: int) -> date | None:
        """The first day of a festival in a solar year, None if it is not known for it.

        Of a Pi Mai that is announced it is that of the announcement.
        """
        country, english = FESTIVALS[festival]
        if festival is Festival.PI_MAI and (announced := self._announced_pi_mai(year)) is not None:
            return announced.first_day
        return next((day for day, name in _library_days(country, year) if name == english), None)

    def _announced_pi_mai(self, year: int) -> OfficeEntry | None:
        """The office's entry that announces the days of a Pi Mai."""
        expected = {one.day for one in _computed("LA", year) if _is_pi_mai(one)}
        for entry in self._of_country.get("LA", ()):
            if (
                entry.category is HolidayCategory.PUBLIC
                and entry.first_day is not None
                and not entry.provisional
                and entry.days >= _WHOLE_FEAST
                and expected & set(Days(entry.first_day, days_after(entry.first_day, entry.days - 1)))
            ):
                return entry
        return None


def _is_pi_mai(one: Holiday) -> bool:
    name = names("LA", PI_MAI, one.day)["vi"]
    return one.category is HolidayCategory.PUBLIC and one.name.get("vi", "").startswith(name)


@cache
def _source() -> str:
    return f"holidays {version('holidays')}"


def is_known(country: str) -> bool:
    """Whether public holidays can be computed for a country (ISO 3166 alpha-2)."""
    # Not with the module: it takes 10 ms of a start, and only days need it.
    import holidays

    try:
        holidays.country_holidays(country, years=2024)
    except (NotImplementedError, ValueError):
        return False
    return True


@lru_cache(maxsize=2048)
def _computed(country: str, year: int) -> tuple[Holiday, ...]:
    public = _public_days(country, year)
    found = [_of_library(country, day, name, HolidayCategory.PUBLIC) for day, name in public]
    if country == "LA":
        found += [
            _of_library(country, day, name, HolidayCategory.FESTIVAL)
            for day, name in _library(country, year, "school")
            if name not in _NO_FESTIVALS
        ]
    return tuple(found)


def _public_days(country: str, year: int) -> list[tuple[date, str]]:
    public = _library(country, year, "public")
    if country == "LA" and year > ANNOUNCED_UNTIL["LA"]:
        public = sorted([*(one for one in public if not one[1].startswith(PI_MAI)), *_pi_mai(year)])
    return public


@lru_cache(maxsize=2048)
def _library_days(country: str, year: int) -> tuple[tuple[date, str], ...]:
    """All computed days of a country and year, by what the library calls them."""
    return (*_public_days(country, year), *(_library(country, year, "school") if country == "LA" else ()))


def _pi_mai(year: int) -> list[tuple[date, str]]:
    """The days of Pi Mai by the rule, as the library names them: 14 to 16 April, in leap years from the 13th on (as in
    2016, 2020 and 2024); for each of them on a week-end a day in lieu after them."""
    days = Days(date(year, 4, 13 if isleap(year) else 14), date(year, 4, 16))
    found = [(day, PI_MAI) for day in days]
    after = days.last
    for day in days:
        if day.weekday() >= _SATURDAY:
            after = days_after(after, 1)
            while after.weekday() >= _SATURDAY:
                after = days_after(after, 1)
            found.append((after, f"{PI_MAI} (in lieu)"))
    return found


def _library(country: str, year: int, category: str) -> list[tuple[date, str]]:
    import holidays

    try:
        by_day = holidays.country_holidays(country, years=year, categories=(category,), language="en_US")
    except (NotImplementedError, ValueError):
        return []
    return [(day, name) for day, joint in sorted(by_day.items()) for name in joint.split(_JOINT)]


def _of_library(country: str, day: date, name: str, category: HolidayCategory) -> Holiday:
    # The Lao festivals use Thai tables; the dates Laos announces may differ by a day or a month.
    guess = category is HolidayCategory.FESTIVAL or (
        day.year > ANNOUNCED_UNTIL.get(country, _LAST_ANNOUNCED) and may_be_decided_otherwise(country, name, day)
    )
    return Holiday(day, country, names(country, name, day), category, _source(), guess, None, None)


@lru_cache(maxsize=4096)
def _days_in(calendar: HolidayCalendar, month: int, day: int, year: int) -> tuple[date, ...]:
    if calendar is HolidayCalendar.LUNAR:
        return tuple(lunar.recurs_in(month, day, year))
    try:
        return (date(year, month, day),)
    except ValueError:
        return (date(year, 2, 28),) if (month, day) == (2, 29) else ()
