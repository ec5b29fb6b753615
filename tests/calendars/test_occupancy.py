"""What is in use when, and what stands in the way, against a minute-by-minute count."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from calendars.occupancy import (
    LENGTH_CLASSES,
    Taken,
    full_days,
    in_the_way,
    length_class,
    overbooked,
    peak,
)
from calendars.spans import Days, Span
from tests.calendars.boundaries import BOUNDARIES

NOON = datetime(2027, 3, 10, 12, tzinfo=UTC)


def at(start: int, end: int) -> Span:
    """Hours after noon."""
    return Span(NOON + timedelta(hours=start), NOON + timedelta(hours=end))


spans = st.tuples(st.integers(0, 12), st.integers(1, 6)).map(lambda pair: at(pair[0], pair[0] + pair[1]))
takings = st.lists(st.tuples(spans, st.integers(1, 3)), max_size=8).map(
    lambda found: [Taken(span, quantity, f"booking-{number}") for number, (span, quantity) in enumerate(found)]
)


def counted(taken: list[Taken], within: Span) -> int:
    """The most at one hour of a span, hour by hour."""
    hours = [hour for hour in range(-1, 20) if at(hour, hour + 1).overlaps(within)]
    return max(
        (sum(one.quantity for one in taken if one.span.overlaps(at(hour, hour + 1))) for hour in hours), default=0
    )


@pytest.mark.parametrize(("name", "start", "end", "overlapping"), BOUNDARIES)
def test_what_overlaps_is_in_the_way_of_a_single_resource(name: str, start: int, end: int, overlapping: bool) -> None:
    other = Taken(at(start, end), 1, "other")
    assert bool(in_the_way([other], at(10, 20), 1, 1)) is overlapping, name


@given(takings, spans)
def test_peak_is_the_hourly_count(taken: list[Taken], within: Span) -> None:
    assert peak(taken, within) == counted(taken, within)


@given(takings, spans, st.integers(1, 4), st.integers(1, 6))
def test_it_fits_exactly_when_enough_is_left_at_every_hour(
    taken: list[Taken], wanted: Span, quantity: int, capacity: int
) -> None:
    assume(quantity <= capacity)
    in_way = in_the_way(taken, wanted, quantity, capacity)
    assert bool(in_way) is (counted(taken, wanted) + quantity > capacity)
    left = [one for one in taken if one not in in_way]
    assert not in_the_way(left, wanted, quantity, capacity)


@given(takings, st.integers(1, 6))
def test_overbooked_are_those_of_the_hours_with_too_many(taken: list[Taken], capacity: int) -> None:
    hours = [at(hour, hour + 1) for hour in range(20)]
    too_full = [hour for hour in hours if sum(one.quantity for one in taken if one.span.overlaps(hour)) > capacity]
    expected = {one.id for one in taken if any(one.span.overlaps(hour) for hour in too_full)}
    assert {one.id for one in overbooked(taken, capacity)} == expected


@given(takings, st.integers(1, 6))
def test_full_days_hold_an_hour_at_which_nothing_is_left(taken: list[Taken], capacity: int) -> None:
    hours = [at(hour, hour + 1) for hour in range(20)]
    full = [hour for hour in hours if sum(one.quantity for one in taken if one.span.overlaps(hour)) >= capacity]
    days = {hour.start.date() for hour in full}
    assert full_days(taken, capacity, Days(date(2027, 3, 1), date(2027, 3, 31)), "UTC") == sorted(days)


def test_full_days_are_those_of_the_zone_and_of_the_range() -> None:
    evening = Span(datetime(2027, 3, 10, 16, tzinfo=UTC), datetime(2027, 3, 10, 17, tzinfo=UTC))
    late = Span(datetime(2027, 3, 11, 17, tzinfo=UTC), datetime(2027, 3, 11, 18, tzinfo=UTC))
    taken = [Taken(evening, 1), Taken(late, 1)]
    march = Days(date(2027, 3, 1), date(2027, 3, 31))
    assert full_days(taken, 1, march, "Asia/Ho_Chi_Minh") == [date(2027, 3, 10), date(2027, 3, 12)]
    assert full_days(taken, 1, Days(date(2027, 3, 11), date(2027, 3, 11)), "Asia/Ho_Chi_Minh") == []


def test_a_span_belongs_to_the_first_class_that_is_long_enough() -> None:
    start = datetime(2027, 1, 1, tzinfo=UTC)
    for number, longest in enumerate(LENGTH_CLASSES):
        assert length_class(Span(start, start + longest)) == number
        if number:
            just_longer = LENGTH_CLASSES[number - 1] + timedelta(microseconds=1)
            assert length_class(Span(start, start + just_longer)) == number
    with pytest.raises(ValueError, match="longer"):
        length_class(Span(start, start + LENGTH_CLASSES[-1] + timedelta(seconds=1)))
