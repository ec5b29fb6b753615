"""The Vietnamese lunar calendar: conversion in both directions, leap months, names of years.

It is calculated at UTC+7 and differs in some years from the Chinese one, which is calculated at UTC+8. Source of the
astronomy: Hồ Ngọc Đức's algorithm, as implemented by ``lunar-vn``. That library treats day 30 of a month with 29 days
as the following day, and a leap month in a year without one as the plain month; here both are rejected.
"""

import re
from bisect import bisect_right
from dataclasses import dataclass
from datetime import date
from functools import cache

import lunar_vn

from calendars.days.formatting import in_words
from models.errors import InvalidValue
from models.i18n import N_

FIRST, LAST = date(1968, 1, 1), date(2071, 12, 31)
"""The official calendar at UTC+7 begins in 1968; the library's results were checked day by day until 2071."""

_FIRST_YEAR, _LAST_YEAR = FIRST.year - 1, LAST.year  # 1 January 1968 is in the lunar year 1967
_WRITTEN = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_STEMS = ("Giáp", "Ất", "Bính", "Đinh", "Mậu", "Kỷ", "Canh", "Tân", "Nhâm", "Quý")
_BRANCHES = (
    ("Tý", "ຊວດ", "Rat"),
    ("Sửu", "ສະຫຼູ", "Buffalo"),
    ("Dần", "ຂານ", "Tiger"),
    ("Mão", "ເຖາະ", "Cat"),
    ("Thìn", "ມະໂລງ", "Dragon"),
    ("Tỵ", "ມະເສັງ", "Snake"),
    ("Ngọ", "ມະເມຍ", "Horse"),
    ("Mùi", "ມະແມ", "Goat"),
    ("Thân", "ວອກ", "Monkey"),
    ("Dậu", "ລະກາ", "Rooster"),
    ("Tuất", "ຈໍ", "Dog"),
    ("Hợi", "ກຸນ", "Pig"),
)


@dataclass(frozen=True, slots=True)
class LunarDate:
    """A lunar date as written; only :func:`solar_of` checks that it exists."""

    year: int
    month: int
    day: int
    leap: bool = False

    @classmethod
    def parse(cls, text: str, leap: bool = False) -> "LunarDate":
        """Read ``YYYY-MM-DD``: lunar year, month and day; ValueError for anything else. 2024-02-30 is valid."""
        match = _WRITTEN.fullmatch(text)
        if not match:
            wrong = N_("“{day}” is no lunar day; write year, month and day like 2024-08-16.")
            raise InvalidValue(wrong, day=text[:60])
        year, month, day = (int(part) for part in match.groups())
        return cls(year, month, day, leap)

    def __str__(self) -> str:
        """``YYYY-MM-DD``; ``leap`` is not part of it and must be shown separately."""
        return f"{self.year:04d}-{self.month:02d}-{self.day:02d}"


@dataclass(frozen=True, slots=True)
class _Year:
    """The months of a lunar year in order.

    ``months`` are (month, leap), ``starts`` the ordinals of their first days, ``end`` the ordinal after the last day.
    """

    months: tuple[tuple[int, bool], ...]
    starts: tuple[int, ...]
    end: int

    def month_at(self, position: int) -> tuple[int, int]:
        """First day (ordinal) and length of the n-th month."""
        following = self.starts[position + 1] if position + 1 < len(self.starts) else self.end
        return self.starts[position], following - self.starts[position]


@cache
def _year(year: int) -> _Year:
    months: list[tuple[int, bool]] = []
    starts: list[int] = []
    for month in range(1, 13):
        for leap in (False, True):
            candidate = lunar_vn.LunarDate(1, month, year, leap)
            try:
                first = lunar_vn.lunar_to_solar(candidate)
            except ValueError:
                continue  # this year has no such leap month
            # In a year without a leap month the library returns the plain month for the leap one.
            if lunar_vn.solar_to_lunar(first) == candidate:
                months.append((month, leap))
                starts.append(first.toordinal())
    end = lunar_vn.lunar_to_solar(lunar_vn.LunarDate(1, 1, year + 1)).toordinal()
    return _Year(tuple(months), tuple(starts), end)


def lunar_of(day: date) -> LunarDate:
    """Convert a solar date to its lunar date; ValueError outside 1968 to 2071."""
    _check_range(day)
    ordinal = day.toordinal()
    year = day.year if ordinal >= _year(day.year).starts[0] else day.year - 1
    lunar_year = _year(year)
    position = bisect_right(lunar_year.starts, ordinal) - 1
    month, leap = lunar_year.months[position]
    return LunarDate(year, month, ordinal - lunar_year.starts[position] + 1, leap)


def solar_of(lunar: LunarDate) -> date:
    """Convert a lunar date to its solar date.

    Raises ValueError for a month the year does not have (a thirteenth, a leap month it lacks), for day 30 of a month
    with 29 days, and outside 1968-01-01 to 2071-12-31.
    """
    start, length = _month(lunar.year, lunar.month, lunar.leap)
    if not 1 <= lunar.day <= length:
        wrong = N_("Lunar month {month} of {year} has {length} days; there is no day {day} in it.")
        if lunar.leap:
            wrong = N_("Leap month {month} of {year} has {length} days; there is no day {day} in it.")
        raise InvalidValue(wrong, month=lunar.month, year=lunar.year, length=length, day=lunar.day)
    day = date.fromordinal(start + lunar.day - 1)
    _check_range(day)
    return day


def month_length(year: int, month: int, leap: bool = False) -> int:
    """29 or 30 days; ValueError for a month the lunar year does not have, and for years outside 1967 to 2071."""
    return _month(year, month, leap)[1]


def leap_month(year: int) -> int | None:
    """The number of the leap month, which follows the plain month of the same number; None in a year of twelve months.

    Raises ValueError for lunar years outside 1967 to 2071.
    """
    _check_year(year)
    return next((month for month, leap in _year(year).months if leap), None)


def year_name(year: int) -> dict[str, str]:
    """The name of a lunar year from its stem and branch: 2024 is “Giáp Thìn”, in English “Giáp Thìn (Dragon)”."""
    branch, lao, english = _BRANCHES[(year - 4) % 12]
    name = f"{_STEMS[(year - 4) % 10]} {branch}"
    return {"vi": name, "lo": f"{name} ({lao})", "en": f"{name} ({english})"}


def full_name(lunar: LunarDate) -> dict[str, str]:
    """A lunar date in full: “Ngày 16 tháng 8 năm Giáp Thìn”, in a leap month “tháng 2 nhuận”."""
    year = year_name(lunar.year)
    vi, lo, en = (" nhuận", " (ອະທິກະມາດ)", "leap lunar month") if lunar.leap else ("", "", "lunar month")
    return {
        "vi": f"Ngày {lunar.day} tháng {lunar.month}{vi} năm {year['vi']}",
        "lo": f"ວັນທີ {lunar.day} ເດືອນ {lunar.month}{lo} ປີ {year['lo']}, ປະຕິທິນຈັນທະຄະຕິຫວຽດນາມ",
        "en": f"Day {lunar.day} of {en} {lunar.month}, year {year['en']}",
    }


def recurs_in(month: int, day: int, year: int) -> list[date]:
    """The dates in one solar year that match a lunar day: none, one, or two (in January and December).

    Day 30 of a month with 29 days is its last day. Leap months are ignored, as are years outside 1968 to 2071.
    """
    found = []
    for lunar_year in (year - 1, year):
        try:
            last = month_length(lunar_year, month)
            found.append(solar_of(LunarDate(lunar_year, month, min(day, last))))
        except ValueError:
            continue
    return [one for one in found if one.year == year]


def _month(year: int, month: int, leap: bool) -> tuple[int, int]:
    _check_year(year)
    lunar_year = _year(year)
    if (month, leap) in lunar_year.months:
        return lunar_year.month_at(lunar_year.months.index((month, leap)))
    if not 1 <= month <= 12:
        raise InvalidValue(N_("There is no lunar month {month}; a year has the months 1 to 12."), month=month)
    actual = leap_month(year)
    if actual is None:
        raise InvalidValue(N_("The lunar year {year} has no leap month."), year=year)
    wrong = N_("The leap month of the lunar year {year} is month {actual}, not month {month}.")
    raise InvalidValue(wrong, year=year, actual=actual, month=month)


def _check_year(year: int) -> None:
    if not _FIRST_YEAR <= year <= _LAST_YEAR:
        raise _outside()


def _check_range(day: date) -> None:
    if not FIRST <= day <= LAST:
        raise _outside()


def _outside() -> InvalidValue:
    wrong = N_("Lunar days are known from {first} to {last} only.")
    return InvalidValue(wrong, first=in_words(FIRST), last=in_words(LAST))
