"""Working days between the holidays of two countries and the office's own table."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calendars.days.holidays import HolidayIndex, is_known
from calendars.days.spans import Days
from calendars.days.working_days import WorkingDays

ALMANAC = HolidayIndex()
BOTH = ALMANAC.working_days(["VN", "LA"])


@pytest.mark.parametrize(
    ("day", "vietnam", "laos"),
    [
        (date(2027, 3, 10), True, True),  # a Wednesday
        (date(2027, 3, 13), False, False),  # Saturday
        (date(2027, 3, 14), False, False),  # Sunday
        (date(2026, 4, 30), False, True),  # Reunification Day
        (date(2027, 4, 15), True, False),  # Pi Mai Lao
        (date(2026, 9, 2), False, True),  # Vietnam's National Day
        (date(2026, 12, 2), True, False),  # Laos's National Day
        (date(2026, 2, 17), False, True),  # Tết
        (date(2026, 5, 1), False, False),  # both
    ],
)
def test_public_holidays_of_any_country_are_free(day: date, vietnam: bool, laos: bool) -> None:
    assert ALMANAC.working_days(["VN"]).is_working(day) is vietnam
    assert ALMANAC.working_days(["LA"]).is_working(day) is laos
    assert BOTH.is_working(day) is (vietnam and laos)


def test_without_countries_only_weekends_are_free() -> None:
    assert ALMANAC.working_days([]).is_working(date(2026, 5, 1))
    assert not ALMANAC.working_days([]).is_working(date(2026, 5, 2))


def test_a_ruling_wins_over_the_week() -> None:
    ruled = {date(2027, 3, 10): False, date(2027, 3, 13): True}
    office = WorkingDays(ruled.get)
    assert {day: office.is_working(day) for day in ruled} == ruled
    assert office.is_working(date(2027, 3, 11))
    assert not office.is_working(date(2027, 3, 14))


@pytest.mark.parametrize(
    ("day", "n", "expected"),
    [
        (date(2027, 3, 10), 0, date(2027, 3, 10)),
        (date(2027, 3, 13), 0, date(2027, 3, 13)),  # a Saturday stays
        (date(2027, 3, 10), 1, date(2027, 3, 11)),
        (date(2027, 3, 12), 1, date(2027, 3, 15)),  # over the weekend
        (date(2027, 3, 13), 1, date(2027, 3, 15)),
        (date(2027, 3, 14), -1, date(2027, 3, 12)),
        (date(2027, 3, 15), -1, date(2027, 3, 12)),
        (date(2026, 4, 29), 1, date(2026, 5, 4)),  # over Reunification Day, Labour Day and a weekend
        (date(2027, 4, 19), -1, date(2027, 4, 13)),  # over Pi Mai Lao
        (date(2025, 12, 31), 1, date(2026, 1, 2)),  # into the next year's holidays
    ],
)
def test_shift_counts_working_days_only(day: date, n: int, expected: date) -> None:
    assert BOTH.shift(day, n) == expected


@given(st.dates(date(2020, 1, 1), date(2035, 12, 31)), st.integers(-60, 60).filter(bool))
def test_shift_lands_on_the_nth_working_day(day: date, n: int) -> None:
    landed = BOTH.shift(day, n)
    step = 1 if n > 0 else -1
    passed = [day + timedelta(days=step * i) for i in range(1, abs((landed - day).days) + 1)]
    assert passed[-1] == landed
    assert BOTH.is_working(landed)
    assert sum(map(BOTH.is_working, passed)) == abs(n)


@pytest.mark.parametrize(
    ("office", "n"),
    [(ALMANAC.working_days([]), 3000), (ALMANAC.working_days([]), -(10**9)), (WorkingDays(lambda _day: False), 1)],
    ids=["too many", "far too many", "never a working day"],
)
def test_shift_gives_up_after_ten_years(office: WorkingDays, n: int) -> None:
    with pytest.raises(ValueError, match="more than ten years"):
        office.shift(date(2027, 3, 10), n)


def test_shift_reaches_just_under_ten_years() -> None:
    assert (ALMANAC.working_days([]).shift(date(2027, 3, 10), 2600) - date(2027, 3, 10)).days == 3640


@pytest.mark.parametrize(("day", "n"), [(date.max, 1), (date.min, -1)])
def test_shift_stops_at_the_end_of_the_calendar(day: date, n: int) -> None:
    with pytest.raises(ValueError, match="end of the calendar"):
        ALMANAC.working_days([]).shift(day, n)


@pytest.mark.parametrize(
    ("country", "known"), [("VN", True), ("LA", True), ("XX", False), ("", False), ("vietnam", False)]
)
def test_countries_whose_holidays_can_be_computed(country: str, known: bool) -> None:
    assert is_known(country) is known
    assert ALMANAC.working_days([country]).is_working(date(2027, 3, 11))


def test_school_holidays_do_not_count() -> None:
    # The library files the That Luang and Lent days under "school".
    assert ALMANAC.working_days(["LA"]).is_working(date(2026, 11, 24))


# What can be proposed

NO_WORK = {date(2027, 4, 30), date(2027, 5, 1)}
OFFICE = WorkingDays(lambda day: False if day in NO_WORK else None)


@pytest.mark.parametrize(
    ("first", "last", "proposed"),
    [
        (date(2027, 4, 26), date(2027, 4, 28), True),
        (date(2027, 4, 28), date(2027, 4, 30), False),  # a day off at its end
        (date(2027, 4, 24), date(2027, 4, 26), False),  # Saturday to Monday
        (date(2027, 4, 23), date(2027, 4, 26), False),  # over a week-end
        (date(2027, 4, 19), date(2027, 4, 23), True),  # a week
        (date(2027, 4, 21), date(2027, 4, 28), True),  # longer, from a working day to a working day
        (date(2027, 4, 18), date(2027, 4, 28), False),  # from a Sunday
        (date(2027, 4, 19), date(2027, 4, 30), False),  # until a day off
    ],
)
def test_which_free_time_can_be_proposed(first: date, last: date, proposed: bool) -> None:
    assert OFFICE.can_be_proposed(Days(first, last)) is proposed
