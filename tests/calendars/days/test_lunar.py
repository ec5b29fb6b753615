"""The Vietnamese lunar calendar: every day there and back, hard years, leap months, days that are not there."""

from collections import Counter
from datetime import date, timedelta

import lunar_vn
import pytest
from hypothesis import given
from hypothesis import strategies as st

from calendars.days import lunar
from calendars.days.lunar import (
    LunarDate,
    full_name,
    leap_month,
    lunar_of,
    month_length,
    recurs_in,
    solar_of,
    year_name,
)
from models.errors import InvalidValue


def test_every_day_there_and_back() -> None:
    day, before, lengths = lunar.FIRST, None, Counter[tuple[int, int, bool]]()
    while day <= lunar.LAST:
        found = lunar_of(day)
        assert solar_of(found) == day
        if before is not None:
            # the next day of the month, or the first of another one
            follows = (found.year, found.month, found.leap) == (before.year, before.month, before.leap)
            assert found.day == (before.day + 1 if follows else 1), day
        lengths[found.year, found.month, found.leap] += 1
        day, before = day + timedelta(days=1), found
    whole = {month: days for month, days in lengths.items() if 1968 <= month[0] <= 2070}
    assert set(whole.values()) == {29, 30}
    assert all(days == month_length(*month) for month, days in whole.items())
    months = Counter(year for year, _month, _leap in whole)
    assert all(count == (12 if leap_month(year) is None else 13) for year, count in months.items())


@pytest.mark.parametrize(
    ("year", "tet"),
    [
        (1968, date(1968, 1, 29)),  # China 30 January
        (1985, date(1985, 1, 21)),  # China 20 February
        (2007, date(2007, 2, 17)),  # China 18 February
        (2024, date(2024, 2, 10)),
        (2027, date(2027, 2, 6)),
        (2030, date(2030, 2, 2)),  # China 3 February
    ],
)
def test_first_day_of_the_year(year: int, tet: date) -> None:
    assert solar_of(LunarDate(year, 1, 1)) == tet
    assert lunar_of(tet) == LunarDate(year, 1, 1)
    assert lunar_of(tet - timedelta(days=1)).month == 12


def test_leap_months() -> None:
    assert [leap_month(year) for year in (2020, 2023, 2024, 2025)] == [4, 2, None, 6]
    assert lunar_of(date(2023, 3, 22)) == LunarDate(2023, 2, 1, leap=True)
    assert solar_of(LunarDate(2023, 2, 1)) == date(2023, 2, 20)
    assert lunar_of(date(2025, 7, 25)) == LunarDate(2025, 6, 1, leap=True)


@pytest.mark.parametrize(
    ("first", "last"),
    [
        (date(2024, 9, 12), date(2024, 9, 22)),
        (date(2027, 9, 10), date(2027, 9, 20)),
        (date(2028, 9, 28), date(2028, 10, 8)),
    ],
)
def test_con_son_kiep_bac_is_from_10_to_20_of_month_8(first: date, last: date) -> None:
    assert solar_of(LunarDate(first.year, 8, 10)) == first
    assert solar_of(LunarDate(first.year, 8, 20)) == last


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        (LunarDate(2024, 2, 30), None),
        (LunarDate(2027, 11, 30), None),
        (LunarDate(2024, 1, 30), "Lunar month 1 of 2024 has 29 days; there is no day 30 in it."),
        (LunarDate(2024, 1, 0), "Lunar month 1 of 2024 has 29 days; there is no day 0 in it."),
        (LunarDate(2024, 2, 31), "Lunar month 2 of 2024 has 30 days; there is no day 31 in it."),
        (LunarDate(2024, 13, 1), "There is no lunar month 13; a year has the months 1 to 12."),
        (LunarDate(2024, 0, 1, leap=True), "There is no lunar month 0; a year has the months 1 to 12."),
        (LunarDate(2024, 8, 16, leap=True), "The lunar year 2024 has no leap month."),
        (LunarDate(2025, 2, 1, leap=True), "The leap month of the lunar year 2025 is month 6, not month 2."),
        (LunarDate(2023, 2, 30, leap=True), "Leap month 2 of 2023 has 29 days; there is no day 30 in it."),
        (LunarDate(1966, 1, 1), "Lunar days are known from 1 January 1968 to 31 December 2071 only."),
        (LunarDate(1967, 11, 1), "Lunar days are known from 1 January 1968 to 31 December 2071 only."),
        (LunarDate(2071, 12, 1), "Lunar days are known from 1 January 1968 to 31 December 2071 only."),
        (LunarDate(2072, 1, 1), "Lunar days are known from 1 January 1968 to 31 December 2071 only."),
    ],
)
def test_days_that_are_not_there_are_refused(wanted: LunarDate, said: str | None) -> None:
    if said is None:
        assert lunar_of(solar_of(wanted)) == wanted
        return
    with pytest.raises(InvalidValue) as refused:
        solar_of(wanted)
    assert str(refused.value.detail) == said


def test_the_library_alone_takes_a_missing_day_for_the_next_one() -> None:
    """What is guarded against here: without the guard the first of month 2 would stand for the 30th of month 1."""
    silent = lunar_vn.lunar_to_solar(lunar_vn.LunarDate(30, 1, 2024))
    assert lunar_of(silent) == LunarDate(2024, 2, 1)


@pytest.mark.parametrize("day", [date(1967, 12, 31), date(2072, 1, 1), date.min, date.max])
def test_outside_the_known_years(day: date) -> None:
    with pytest.raises(ValueError, match="known from"):
        lunar_of(day)


def test_the_ends_of_the_known_years() -> None:
    assert lunar_of(date(1968, 1, 1)) == LunarDate(1967, 12, 2)
    assert lunar_of(date(2071, 12, 31)) == LunarDate(2071, 11, 11)


@pytest.mark.parametrize(
    "text", ["", "2024", "2024-8-16", "2024-08-16 ", "16/08/2024", "２０２４-08-16", "2024-08-16T00:00"]
)
def test_what_is_no_lunar_day(text: str) -> None:
    with pytest.raises(ValueError, match="is no lunar day"):
        LunarDate.parse(text)


@given(st.builds(LunarDate, st.integers(0, 9999), st.integers(0, 99), st.integers(0, 99), st.booleans()))
def test_written_and_read_again(written: LunarDate) -> None:
    assert LunarDate.parse(str(written), written.leap) == written


def test_names() -> None:
    assert [year_name(year)["vi"] for year in (1984, 1985, 2023, 2024, 2027)] == [
        "Giáp Tý", "Ất Sửu", "Quý Mão", "Giáp Thìn", "Đinh Mùi",
    ]  # fmt: skip
    assert year_name(2024) == {"vi": "Giáp Thìn", "lo": "Giáp Thìn (ມະໂລງ)", "en": "Giáp Thìn (Dragon)"}
    assert full_name(LunarDate(2024, 8, 16))["vi"] == "Ngày 16 tháng 8 năm Giáp Thìn"
    assert full_name(LunarDate(2023, 2, 10, leap=True)) == {
        "vi": "Ngày 10 tháng 2 nhuận năm Quý Mão",
        "lo": "ວັນທີ 10 ເດືອນ 2 (ອະທິກະມາດ) ປີ Quý Mão (ເຖາະ), ປະຕິທິນຈັນທະຄະຕິຫວຽດນາມ",
        "en": "Day 10 of leap lunar month 2, year Quý Mão (Cat)",
    }


def test_what_recurs_comes_never_once_or_twice_in_a_common_year() -> None:
    assert recurs_in(8, 10, 2024) == [date(2024, 9, 12)]
    assert recurs_in(2, 1, 2023) == [date(2023, 2, 20)], "not in the leap month"
    counts = Counter(len(recurs_in(11, 25, year)) for year in range(1990, 2020))
    assert set(counts) == {0, 1, 2}
    assert recurs_in(1, 30, 2024) == [date(2024, 3, 9)], "month 1 of 2024 has 29 days"
    assert recurs_in(1, 1, 1967) == recurs_in(1, 1, 2072) == []
