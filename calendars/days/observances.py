"""Observances: days that recur every year and on which greetings go out, with the ordinal and grade of the year."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from calendars.days import lunar
from calendars.days.anniversaries import grade_of
from calendars.days.holidays import HolidayIndex, Recurrence
from models.vocabulary import Festival, Grade, HolidayCalendar


@dataclass(frozen=True, slots=True)
class ObservanceFacts:
    """The fields of an observance that its days depend on: either ``recurs`` or ``festival`` is set."""

    id: str
    name: Mapping[str, str]
    recurs: Recurrence | None
    festival: Festival | None
    since_year: int | None = None
    greets: bool = False

    @classmethod
    def of(cls, row: Any) -> "ObservanceFacts":
        """Create from a row of the table."""
        recurs = None
        if row.recurs_calendar is not None:
            recurs = Recurrence(row.recurs_calendar, row.recurs_month, row.recurs_day)
        return cls(row.id, row.name, recurs, row.festival, row.since_year, row.greets)

    def days_in(self, year: int, holidays: HolidayIndex) -> list[date]:
        """Its days in a solar year; a day of the lunar calendar may come zero, one or two times."""
        if self.festival is not None:
            day = holidays.first_day_of(self.festival, year)
            return [] if day is None else [day]
        return [] if self.recurs is None else list(self.recurs.days_in(year))


@dataclass(frozen=True, slots=True)
class ObservedDay:
    """One day of an observance. ``ordinal`` and ``grade`` are None where it is not known since when it is kept, and in
    its first year."""

    date: date
    observance_id: str
    name: Mapping[str, str]
    ordinal: int | None
    grade: Grade | None
    greets: bool


def days_between(rows: Iterable[ObservanceFacts], holidays: HolidayIndex, first: date, last: date) -> list[ObservedDay]:
    """The days of observances from ``first`` to ``last``, both inclusive, in order; none before ``since_year``.

    ``holidays`` are those of the office, which decide a Pi Mai that is announced.
    """
    found = []
    for one in rows:
        for year in range(first.year, last.year + 1):
            for day in one.days_in(year, holidays):
                if first <= day <= last and (made := _observed(one, day)) is not None:
                    found.append(made)
    return sorted(found, key=lambda one: (one.date, one.observance_id))


def _observed(one: ObservanceFacts, day: date) -> ObservedDay | None:
    ordinal = None if one.since_year is None else _year_of(one, day) - one.since_year
    if ordinal is not None and ordinal < 0:
        return None
    grade = grade_of(ordinal) if ordinal else None
    return ObservedDay(day, one.id, one.name, ordinal or None, grade, one.greets)


def _year_of(one: ObservanceFacts, day: date) -> int:
    """The year that counts for the ordinal: of a day of the lunar calendar the lunar one, which comes once in it."""
    if one.recurs is not None and one.recurs.calendar is HolidayCalendar.LUNAR:
        return lunar.lunar_of(day).year
    return day.year
