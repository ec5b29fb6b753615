"""Days of observances: by the solar and lunar calendars and by festivals, with the number of the year."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calendars.days.anniversaries import grade_of
from calendars.days.holiday_names import FESTIVALS, festival_name
from calendars.days.holidays import HolidayIndex, OfficeEntry, Recurrence
from calendars.days.lunar import lunar_of
from calendars.days.observances import ObservanceFacts, ObservedDay, days_between
from models.vocabulary import Festival, Grade, HolidayCalendar, HolidayCategory

SOLAR, LUNAR = HolidayCalendar.SOLAR, HolidayCalendar.LUNAR


def solar(month: int, day: int, since: int | None = None) -> ObservanceFacts:
    return ObservanceFacts("o", {"vi": "x"}, Recurrence(SOLAR, month, day), None, since)


def of(festival: Festival) -> ObservanceFacts:
    return ObservanceFacts("o", {"vi": "x"}, None, festival)


def days(one: ObservanceFacts, first: str, last: str, holidays: HolidayIndex | None = None) -> list[ObservedDay]:
    return days_between([one], holidays or HolidayIndex(), date.fromisoformat(first), date.fromisoformat(last))


@pytest.mark.parametrize(
    ("year", "ordinal", "grade"),
    [
        (1975, None, None),
        (1976, 1, Grade.OTHER),
        (2025, 50, Grade.ROUND),
        (2026, 51, Grade.OTHER),
        (2030, 55, Grade.HALF_ROUND),
    ],
)
def test_a_year_has_its_number_and_grade_from_the_origin(year: int, ordinal: int | None, grade: Grade | None) -> None:
    (found,) = days(solar(12, 2, 1975), f"{year}-01-01", f"{year}-12-31")
    assert (found.date, found.ordinal, found.grade) == (date(year, 12, 2), ordinal, grade)


def test_nothing_is_observed_before_its_origin_and_without_one_nothing_is_counted() -> None:
    assert days(solar(12, 2, 1975), "1970-01-01", "1974-12-31") == []
    assert [(one.ordinal, one.grade) for one in days(solar(12, 2), "1970-01-01", "1971-12-31")] == [(None, None)] * 2


# Days as announced or published: Pi Mai, That Luang, the end of Lent, Tết.
@pytest.mark.parametrize(
    ("festival", "year", "day"),
    [
        (Festival.PI_MAI, 2026, "2026-04-14"),
        (Festival.PI_MAI, 2028, "2028-04-13"),
        (Festival.THAT_LUANG, 2026, "2026-11-24"),
        (Festival.END_OF_LENT, 2026, "2026-10-26"),
        (Festival.TET, 2026, "2026-02-17"),
        (Festival.TET, 2027, "2027-02-06"),
        (Festival.HUNG_KINGS, 2026, "2026-04-26"),
    ],
)
def test_a_festival_is_on_its_first_day(festival: Festival, year: int, day: str) -> None:
    assert [one.date.isoformat() for one in days(of(festival), f"{year}-01-01", f"{year}-12-31")] == [day]


@pytest.mark.parametrize("festival", Festival)
def test_every_festival_is_known_for_the_next_ten_years_and_has_a_name(festival: Festival) -> None:
    assert [one.date.year for one in days(of(festival), "2026-01-01", "2035-12-31")] == list(range(2026, 2036))
    assert set(festival_name(festival)) == {"vi", "lo", "en"}
    assert FESTIVALS[festival][0] in {"VN", "LA"}


def announced(first: date, length: int, category: HolidayCategory = HolidayCategory.PUBLIC) -> HolidayIndex:
    return HolidayIndex([OfficeEntry("h", "LA", {"vi": "Tết Lào"}, category, first, days=length)])


def test_an_announced_pi_mai_is_observed_on_its_announced_day() -> None:
    assert days(of(Festival.PI_MAI), "2027-01-01", "2027-12-31", announced(date(2027, 4, 13), 5))[0].date == date(
        2027, 4, 13
    )
    for other in (announced(date(2027, 4, 13), 1), announced(date(2027, 4, 13), 5, HolidayCategory.FESTIVAL)):
        assert days(of(Festival.PI_MAI), "2027-01-01", "2027-12-31", other)[0].date == date(2027, 4, 14)


@given(
    st.integers(1, 12), st.integers(1, 29), st.dates(date(1970, 1, 1), date(2060, 1, 1)), st.integers(0, 2000),
    st.integers(1960, 2020),
)  # fmt: skip
def test_a_lunar_day_comes_once_in_each_lunar_year_and_counts_it(
    month: int, day: int, first: date, length: int, since: int
) -> None:
    one = ObservanceFacts("o", {"vi": "x"}, Recurrence(LUNAR, month, day), None, since)
    last = first + timedelta(days=length)
    found = days_between([one], HolidayIndex(), first, last)
    assert all(first <= each.date <= last for each in found)
    assert [each.date for each in found] == sorted(each.date for each in found)
    years = [lunar_of(each.date).year for each in found]
    assert len(set(years)) == len(years)
    for each, year in zip(found, years, strict=True):
        assert (lunar_of(each.date).month, lunar_of(each.date).day) == (month, day)
        assert (each.ordinal or 0) == year - since
        assert each.grade == (grade_of(year - since) if year > since else None)


def test_29_february_falls_on_the_28th_in_common_years() -> None:
    assert [one.date.isoformat() for one in days(solar(2, 29), "2027-01-01", "2028-12-31")] == [
        "2027-02-28",
        "2028-02-29",
    ]
