"""Origins, ordinals, grades and dates of anniversaries."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calendars.days.anniversaries import Occurrence, Origin, grade_of, occurrence, occurrences
from models.vocabulary import Grade

dates = st.dates()
origins = st.one_of(
    dates.map(lambda day: Origin(day.year)),
    dates.map(lambda day: Origin(day.year, day.month)),
    dates.map(lambda day: Origin(day.year, day.month, day.day)),
)


@pytest.mark.parametrize(
    ("text", "origin"),
    [
        ("1984", Origin(1984)),
        ("1984-09", Origin(1984, 9)),
        ("1962-09-05", Origin(1962, 9, 5)),
        ("2024-02-29", Origin(2024, 2, 29)),
        ("0938", Origin(938)),
    ],
)
def test_origin_parses_a_year_a_month_and_a_day(text: str, origin: Origin) -> None:
    assert Origin.parse(text) == origin
    assert str(origin) == text


@pytest.mark.parametrize(
    "text",
    ["", "84", "0000", "1984-9", "1984-13", "1984-00", "1984-09-00", "2023-02-29", "1984-09-31", "05/09/1962",
     "1984-09-05T00:00", " 1984", "1984\n", "19８4", "໑໙໘໔", "12345", "-1984"],
)  # fmt: skip
def test_origin_refuses_what_is_no_date_and_says_what_would_be(text: str) -> None:
    with pytest.raises(ValueError, match="write a year"):
        Origin.parse(text)


def test_origin_refuses_a_day_without_a_month() -> None:
    with pytest.raises(ValueError, match="write a year"):
        Origin(1984, None, 5)


@given(origins)
def test_origin_survives_writing_and_reading(origin: Origin) -> None:
    assert Origin.parse(str(origin)) == origin


@pytest.mark.parametrize(
    ("ordinal", "grade"),
    [(1, Grade.OTHER), (5, Grade.HALF_ROUND), (9, Grade.OTHER), (10, Grade.ROUND), (40, Grade.ROUND),
     (55, Grade.HALF_ROUND), (65, Grade.HALF_ROUND), (100, Grade.ROUND), (101, Grade.OTHER)],
)  # fmt: skip
def test_grade_of(ordinal: int, grade: Grade) -> None:
    assert grade_of(ordinal) is grade


@pytest.mark.parametrize("ordinal", [0, -5, -10])
def test_grade_of_nothing_before_the_first(ordinal: int) -> None:
    with pytest.raises(ValueError, match="first anniversary"):
        grade_of(ordinal)


@pytest.mark.parametrize(
    ("origin", "year", "expected"),
    [
        # the relation of the two provinces, known to the year: never 1 January
        ("1984", 2024, Occurrence(2024, 40, Grade.ROUND, None)),
        ("1984", 2029, Occurrence(2029, 45, Grade.HALF_ROUND, None)),
        ("1984-09", 2009, Occurrence(2009, 25, Grade.HALF_ROUND, None)),
        # diplomatic relations and the Treaty
        ("1962-09-05", 2027, Occurrence(2027, 65, Grade.HALF_ROUND, date(2027, 9, 5))),
        ("1977-07-18", 2027, Occurrence(2027, 50, Grade.ROUND, date(2027, 7, 18))),
        ("2000-02-29", 2025, Occurrence(2025, 25, Grade.HALF_ROUND, date(2025, 2, 28))),
        ("2000-02-29", 2027, Occurrence(2027, 27, Grade.OTHER, date(2027, 2, 28))),
        ("2000-02-29", 2028, Occurrence(2028, 28, Grade.OTHER, date(2028, 2, 29))),
        ("2000-02-29", 2100, Occurrence(2100, 100, Grade.ROUND, date(2100, 2, 28))),
        ("2024-02-29", 2025, Occurrence(2025, 1, Grade.OTHER, date(2025, 2, 28))),
        ("2024-02-29", 2028, Occurrence(2028, 4, Grade.OTHER, date(2028, 2, 29))),
    ],
)
def test_occurrence(origin: str, year: int, expected: Occurrence) -> None:
    assert occurrence(Origin.parse(origin), year) == expected


@pytest.mark.parametrize("year", [1984, 1983, 10_000])
def test_occurrence_is_never_the_beginning_itself_nor_beyond_the_calendar(year: int) -> None:
    with pytest.raises(ValueError, match=r"first anniversary|outside the calendar"):
        occurrence(Origin(1984), year)


def test_occurrences_begin_the_year_after_the_origin() -> None:
    found = occurrences(Origin(1984), 1980, 1987)
    assert [(one.year, one.ordinal) for one in found] == [(1985, 1), (1986, 2), (1987, 3)]


def test_occurrences_include_both_years_and_may_be_none() -> None:
    assert [one.year for one in occurrences(Origin(1984), 2024, 2024)] == [2024]
    assert occurrences(Origin(1984), 2025, 2024) == []
    assert occurrences(Origin(1984), 1900, 1984) == []
    assert occurrences(Origin(1984), 9998, 20_000)[-1].year == 9999
