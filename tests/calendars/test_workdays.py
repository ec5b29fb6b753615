"""Working days between the holidays of two countries and the office's own table."""

from collections.abc import Mapping
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calendars.workdays import WorkingDays, public_holidays

BOTH = WorkingDays(["VN", "LA"])


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
    assert WorkingDays(["VN"]).is_working(day) is vietnam
    assert WorkingDays(["LA"]).is_working(day) is laos
    assert BOTH.is_working(day) is (vietnam and laos)


def test_without_countries_only_weekends_are_free() -> None:
    assert WorkingDays([]).is_working(date(2026, 5, 1))
    assert not WorkingDays([]).is_working(date(2026, 5, 2))


def test_overrides_win_over_weekends_and_holidays() -> None:
    overrides = {date(2026, 1, 2): False, date(2026, 1, 10): True, date(2026, 5, 1): True}
    office = WorkingDays(["VN", "LA"], overrides)
    assert {day: office.is_working(day) for day in overrides} == overrides
    assert {day: BOTH.is_working(day) for day in overrides} == {day: not works for day, works in overrides.items()}


def test_later_changes_to_the_table_do_not_reach_in() -> None:
    table: dict[date, bool] = {}
    office = WorkingDays([], table)
    table[date(2027, 3, 10)] = False
    assert office.is_working(date(2027, 3, 10))


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
    ("countries", "overrides", "n"),
    [([], {}, 3000), ([], {}, -(10**9)), ([], {date(2027, 3, 10) + timedelta(days=i): False for i in range(4000)}, 1)],
    ids=["too many", "far too many", "never a working day"],
)
def test_shift_gives_up_after_ten_years(countries: list[str], overrides: Mapping[date, bool], n: int) -> None:
    with pytest.raises(ValueError, match="more than ten years"):
        WorkingDays(countries, overrides).shift(date(2027, 3, 10), n)


def test_shift_reaches_just_under_ten_years() -> None:
    assert (WorkingDays([]).shift(date(2027, 3, 10), 2600) - date(2027, 3, 10)).days == 3640


@pytest.mark.parametrize(("day", "n"), [(date.max, 1), (date.min, -1)])
def test_shift_stops_at_the_end_of_the_calendar(day: date, n: int) -> None:
    with pytest.raises(ValueError, match="end of the calendar"):
        WorkingDays([]).shift(day, n)


@pytest.mark.parametrize("country", ["XX", "", "vietnam"])
def test_country_without_a_known_calendar_is_refused(country: str) -> None:
    with pytest.raises(ValueError, match="No public holidays are known"):
        public_holidays(country, 2027)


def test_school_holidays_do_not_count() -> None:
    # The library files the That Luang and Lent days under "school".
    assert WorkingDays(["LA"]).is_working(date(2026, 11, 24))
