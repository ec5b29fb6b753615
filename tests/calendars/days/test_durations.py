"""Lengths and amounts as agreements write them."""

from dataclasses import dataclass
from datetime import date

import pytest

from calendars.days.durations import add_units, amount, length_fits, promised_length
from calendars.days.spans import Days
from models.vocabulary import DurationUnit


@dataclass
class Length:
    """A promised length."""

    duration_min: int | None
    duration_max: int | None
    duration_unit: DurationUnit | None


@pytest.mark.parametrize(
    ("day", "count", "unit", "expected"),
    [
        (date(2027, 3, 10), 12, DurationUnit.DAYS, date(2027, 3, 22)),
        (date(2027, 3, 10), 3, DurationUnit.MONTHS, date(2027, 6, 10)),
        (date(2027, 12, 31), 2, DurationUnit.MONTHS, date(2028, 2, 29)),
        (date(2028, 2, 29), 1, DurationUnit.YEARS, date(2029, 2, 28)),
        (date(9999, 12, 1), 1, DurationUnit.MONTHS, date.max),
        (date(9999, 12, 1), 10**6, DurationUnit.DAYS, date.max),
    ],
)
def test_add_units(day: date, count: int, unit: DurationUnit, expected: date) -> None:
    assert add_units(day, count, unit) == expected


@pytest.mark.parametrize(
    ("low", "high", "unit", "first", "last", "fits"),
    [
        (10, 15, "days", "2027-03-10", "2027-03-18", -1),
        (10, 15, "days", "2027-03-10", "2027-03-19", 0),
        (10, 15, "days", "2027-03-10", "2027-03-24", 0),
        (10, 15, "days", "2027-03-10", "2027-03-25", 1),
        (2, 3, "months", "2027-03-10", "2027-05-08", -1),
        (2, 3, "months", "2027-03-10", "2027-05-09", 0),
        (2, 3, "months", "2027-03-10", "2027-06-09", 0),
        (2, 3, "months", "2027-03-10", "2027-06-10", 1),
        (1, 1, "years", "2027-09-20", "2028-09-18", -1),
        (1, 1, "years", "2027-09-20", "2028-09-19", 0),
        (1, 1, "years", "2027-09-20", "2028-09-20", 1),
        (None, 3, "days", "2027-03-10", "2027-03-10", 0),
        (2, None, "years", "2027-03-10", "2037-03-10", 0),
        (None, None, None, "2027-03-10", "2037-03-10", 0),
    ],
)
def test_a_length_is_measured_on_the_calendar(
    low: int | None, high: int | None, unit: str | None, first: str, last: str, fits: int
) -> None:
    promised = Length(low, high, DurationUnit(unit) if unit else None)
    assert length_fits(Days(date.fromisoformat(first), date.fromisoformat(last)), promised) == fits


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [(10, 15, "10–15"), (9, 9, "9"), (2, None, "at least 2"), (None, 3, "at most 3"), (None, None, "–")],
)
def test_an_amount_in_words(low: int | None, high: int | None, words: str) -> None:
    assert str(amount(low, high)) == words
    assert str(promised_length(Length(low, high, DurationUnit.MONTHS))) == f"in months: {words}"
    assert promised_length(Length(low, high, None)) == "–"
