"""When a gift was received, as far as it is known."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calendars.days.spans import Days
from calendars.gifts import days
from models.vocabulary import KnownTo

DAY = st.dates(date(1900, 1, 1), date(2199, 12, 31))


@given(first=DAY, length=st.integers(0, 800), known_to=st.sampled_from(KnownTo))
def test_what_is_written_holds_the_first_day_and_tells_no_more_than_is_known(
    first: date, length: int, known_to: KnownTo
) -> None:
    span = Days(first, date.fromordinal(min(first.toordinal() + length, date(2199, 12, 31).toordinal())))
    written = days.within(span, known_to)
    if written is None:
        assert known_to is not KnownTo.DAY
        assert span.first.year != span.last.year
        return
    found, closeness = days.bounds(written)
    assert found.first <= span.first <= found.last
    assert list(KnownTo).index(closeness) >= list(KnownTo).index(known_to)
    assert days.year_of(written) == first.year
    if span.first.year == span.last.year:
        assert span.last <= found.last
    assert closeness is not KnownTo.DAY or span.first == span.last


@given(day=DAY)
def test_a_day_is_written_as_it_is(day: date) -> None:
    assert days.bounds(day.isoformat()) == (Days(day, day), KnownTo.DAY)


@pytest.mark.parametrize(
    ("received", "is_to_come"),
    [("2026-11-30", False), ("2026-12-01", False), ("2026-12-02", True), ("2026-12", False), ("2027-01", True),
     ("2026", False), ("2027", True), ("2008", False)],
)  # fmt: skip
def test_a_month_or_a_year_that_has_begun_is_not_to_come(received: str, is_to_come: bool) -> None:
    assert days.is_to_come(received, date(2026, 12, 1)) is is_to_come


@pytest.mark.parametrize("received", ["2026-13", "2026-02-30"])
def test_what_is_no_day_is_refused(received: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        days.bounds(received)
