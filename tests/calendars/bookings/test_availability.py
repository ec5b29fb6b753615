"""What is in use when, and what stands in the way, against a minute-by-minute count."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from calendars.bookings.availability import (
    LENGTH_CLASSES,
    HeldQuantity,
    blocking_bookings,
    fits,
    fully_booked_days,
    length_class,
    overbooked_bookings,
    peak_quantity,
    sweep,
)
from calendars.bookings.times import BookingTimes
from calendars.days.spans import Days, Span
from tests.calendars.days.boundaries import BOUNDARIES

NOON = datetime(2027, 3, 10, 12, tzinfo=UTC)


def at(start: int, end: int) -> Span:
    """Hours after noon."""
    return Span(NOON + timedelta(hours=start), NOON + timedelta(hours=end))


spans = st.tuples(st.integers(0, 12), st.integers(1, 6)).map(lambda pair: at(pair[0], pair[0] + pair[1]))
takings = st.lists(st.tuples(spans, st.integers(1, 3)), max_size=8).map(
    lambda found: [HeldQuantity(span, quantity, f"booking-{number}") for number, (span, quantity) in enumerate(found)]
)


loose_hours = st.lists(
    st.tuples(st.integers(-60, 160), st.integers(1, 70), st.integers(1, 3)).map(
        lambda found: HeldQuantity(at(found[0], found[0] + found[1]), found[2])
    ),
    max_size=4,
)
"""Bookings of hours and days around a week."""


def counted(taken: list[HeldQuantity], within: Span) -> int:
    """The most at one hour of a span, hour by hour."""
    hours = [hour for hour in range(-1, 20) if at(hour, hour + 1).overlaps(within)]
    return max(
        (sum(one.quantity for one in taken if one.span.overlaps(at(hour, hour + 1))) for hour in hours), default=0
    )


@pytest.mark.parametrize(("name", "start", "end", "overlapping"), BOUNDARIES)
def test_what_overlaps_is_in_the_way_of_a_single_resource(name: str, start: int, end: int, overlapping: bool) -> None:
    other = HeldQuantity(at(start, end), 1, "other")
    assert bool(blocking_bookings([other], at(10, 20), 1, 1)) is overlapping, name


@given(takings, spans)
def test_peak_is_the_hourly_count(taken: list[HeldQuantity], within: Span) -> None:
    assert peak_quantity(taken, within) == counted(taken, within)


@given(takings, spans, st.integers(1, 4), st.integers(1, 6))
def test_it_fits_exactly_when_enough_is_left_at_every_hour(
    taken: list[HeldQuantity], wanted: Span, quantity: int, capacity: int
) -> None:
    assume(quantity <= capacity)
    in_way = blocking_bookings(taken, wanted, quantity, capacity)
    assert bool(in_way) is (counted(taken, wanted) + quantity > capacity)
    left = [one for one in taken if one not in in_way]
    assert not blocking_bookings(left, wanted, quantity, capacity)


@given(takings, st.integers(1, 6))
def test_overbooked_are_those_of_the_hours_with_too_many(taken: list[HeldQuantity], capacity: int) -> None:
    hours = [at(hour, hour + 1) for hour in range(20)]
    too_full = [hour for hour in hours if sum(one.quantity for one in taken if one.span.overlaps(hour)) > capacity]
    expected = {one.id for one in taken if any(one.span.overlaps(hour) for hour in too_full)}
    assert {one.id for one in overbooked_bookings(taken, capacity)} == expected


@given(takings, st.integers(1, 6))
def test_full_days_hold_an_hour_at_which_nothing_is_left(taken: list[HeldQuantity], capacity: int) -> None:
    hours = [at(hour, hour + 1) for hour in range(20)]
    full = [hour for hour in hours if sum(one.quantity for one in taken if one.span.overlaps(hour)) >= capacity]
    days = {hour.start.date() for hour in full}
    assert fully_booked_days(taken, capacity, Days(date(2027, 3, 1), date(2027, 3, 31)), "UTC") == sorted(days)


@given(
    loose_hours,
    st.integers(1, 4),
    st.integers(0, 36 * 60),
    st.integers(0, 36 * 60),
    st.sampled_from(["UTC", "Asia/Ho_Chi_Minh", "America/New_York"]),
)
def test_days_without_a_full_day_are_exactly_those_that_can_be_booked(
    taken: list[HeldQuantity], capacity: int, before: int, after: int, zone: str
) -> None:
    """Every run of whole days, the room's own preparation counted: bookable if and only if none of its days is full."""
    within = Days(date(2027, 3, 7), date(2027, 3, 15))
    full = set(fully_booked_days(taken, capacity, within, zone, before=before, after=after))
    for first in within:
        for last in Days(first, within.last):
            wanted = BookingTimes(first, last, timezone=zone).span(before, after)
            assert fits(taken, wanted, 1, capacity) is not bool(full & set(Days(first, last)))


def test_full_days_are_those_of_the_zone_and_of_the_range() -> None:
    evening = Span(datetime(2027, 3, 10, 16, tzinfo=UTC), datetime(2027, 3, 10, 17, tzinfo=UTC))
    late = Span(datetime(2027, 3, 11, 17, tzinfo=UTC), datetime(2027, 3, 11, 18, tzinfo=UTC))
    taken = [HeldQuantity(evening, 1), HeldQuantity(late, 1)]
    march = Days(date(2027, 3, 1), date(2027, 3, 31))
    assert fully_booked_days(taken, 1, march, "Asia/Ho_Chi_Minh") == [date(2027, 3, 10), date(2027, 3, 12)]
    assert fully_booked_days(taken, 1, Days(date(2027, 3, 11), date(2027, 3, 11)), "Asia/Ho_Chi_Minh") == []


def test_a_span_belongs_to_the_first_class_that_is_long_enough() -> None:
    start = datetime(2027, 1, 1, tzinfo=UTC)
    for number, longest in enumerate(LENGTH_CLASSES):
        assert length_class(Span(start, start + longest)) == number
        if number:
            just_longer = LENGTH_CLASSES[number - 1] + timedelta(microseconds=1)
            assert length_class(Span(start, start + just_longer)) == number
    with pytest.raises(ValueError, match="longer"):
        length_class(Span(start, start + LENGTH_CLASSES[-1] + timedelta(seconds=1)))


# The sweep they all share

instants = st.integers(0, 20 * 60).map(lambda minutes: NOON + timedelta(minutes=minutes))
loose = st.lists(st.tuples(instants, instants, st.integers(1, 3)), max_size=8).map(
    lambda found: [
        HeldQuantity(Span(min(one, other), max(one, other)), quantity, f"booking-{number}")
        for number, (one, other, quantity) in enumerate(found)
    ]
)
"""Bookings from minute to minute, some of them empty."""


@given(loose)
def test_the_sweep_is_the_count_at_every_instant(taken: list[HeldQuantity]) -> None:
    """Against a model that looks at every change by itself; an empty booking changes nothing."""
    empty = [one for one in taken if one.span.start == one.span.end]
    taken = [one for one in taken if one.span.start < one.span.end]
    bounds = sorted({at for one in taken for at in (one.span.start, one.span.end)})
    model = []
    for start, end in pairwise(bounds):
        running = {one.id for one in taken if one.span.start <= start and one.span.end >= end}
        if running:
            level = sum(one.quantity for one in taken if one.id in running)
            model.append((start, end, level, running))
    found = [(one.start, one.end, one.level, {each.id for each in one.running}) for one in sweep([*taken, *empty])]
    assert found == model


@given(loose, loose, st.integers(1, 6))
def test_all_answers_agree_with_the_model(taken: list[HeldQuantity], others: list[HeldQuantity], capacity: int) -> None:
    within = others[0].span if others else Span(NOON, NOON + timedelta(hours=7))
    minutes = [NOON + timedelta(minutes=number) for number in range(20 * 60)]

    def level(at: datetime) -> int:
        return sum(one.quantity for one in taken if one.span.start <= at < one.span.end)

    levels = {at: level(at) for at in minutes}
    assert peak_quantity(taken, within) == max(
        (levels[at] for at in minutes if within.start <= at < within.end), default=0
    )
    too_many = {at for at in minutes if levels[at] > capacity}
    expected = [one.id for one in taken if any(one.span.start <= at < one.span.end for at in too_many)]
    assert {one.id for one in overbooked_bookings(taken, capacity)} == set(expected)
    blocked = {at for at in minutes if levels[at] + 1 > capacity and within.start <= at < within.end}
    expected = [one.id for one in taken if any(one.span.start <= at < one.span.end for at in blocked)]
    assert {one.id for one in blocking_bookings(taken, within, 1, capacity)} == set(expected)
    full = {at.date() for at in minutes if levels[at] >= capacity}
    assert fully_booked_days(taken, capacity, Days(date(2027, 3, 1), date(2027, 3, 31)), "UTC") == sorted(full)
