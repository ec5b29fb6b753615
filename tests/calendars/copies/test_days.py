"""Everything of a copy lies as many days later; the day that is proposed has the same weekday and nearly the date."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calendars.copies.days import Shift, same_weekday
from models.errors import InvalidValue

DAYS = st.dates(date(1990, 1, 1), date(2100, 12, 31))


@pytest.mark.parametrize(
    ("day", "year", "becomes"),
    [
        (date(2027, 3, 10), 2028, date(2028, 3, 8)),  # Wednesdays
        (date(2027, 3, 10), 2029, date(2029, 3, 7)),
        (date(2028, 2, 29), 2029, date(2029, 2, 27)),  # Tuesdays
        (date(2027, 1, 1), 2028, date(2028, 1, 7)),  # the nearest Friday lies in 2027
        (date(2026, 12, 31), 2027, date(2027, 12, 30)),
    ],
)
def test_the_same_weekday_of_another_year(day: date, year: int, becomes: date) -> None:
    assert same_weekday(day, year) == becomes


@given(day=DAYS, year=st.integers(1990, 2100))
def test_the_weekday_and_the_year_are_right_and_the_date_is_within_a_week(day: date, year: int) -> None:
    found = same_weekday(day, year)
    assert (found.weekday(), found.year) == (day.weekday(), year)
    same = date(year, day.month, min(day.day, 28))
    assert abs(found - same) <= timedelta(days=10)


@given(first=DAYS, other=DAYS, day=DAYS)
def test_what_lies_between_stays_and_back_is_where_it_was(first: date, other: date, day: date) -> None:
    there, back = Shift.between(first, other), Shift.between(other, first)
    assert there.of(day) - other == day - first
    assert back.of(there.of(day)) == day


def test_days_outside_the_calendar_are_refused() -> None:
    shift = Shift.between(date(2027, 1, 1), date(2199, 1, 1))
    with pytest.raises(InvalidValue):
        shift.of(date(9990, 1, 1))
