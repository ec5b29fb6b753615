"""The cells of the grid of resources: tables for the edges, and a count minute by minute for any bookings."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calendars.bookings.availability import HeldQuantity
from calendars.bookings.grid import GridBooking, GridCell, SlotState, cells, day_slots, hour_edges, hour_slots, is_free
from calendars.days.spans import Days, Span

ZONE = "Asia/Ho_Chi_Minh"
DAY = date(2027, 3, 10)
MIDNIGHT = datetime(2027, 3, 9, 17, tzinfo=UTC)
"""00:00 of the day in Viet Nam."""

SLOTS = day_slots(Days(DAY, DAY + timedelta(2)), ZONE)


def at(hours: float) -> datetime:
    return MIDNIGHT + timedelta(hours=hours)


def booked(
    first: float, last: float, quantity: int = 1, name: str = "a", before: float = 0, after: float = 0
) -> GridBooking:
    held = HeldQuantity(Span(at(first - before), at(last + after)), quantity, name)
    return GridBooking(held, Span(at(first), at(last)))


def states(found: list[GridCell]) -> list[tuple[str, int]]:
    return [(one.state.value, one.left) for one in found]


def test_days_are_those_of_the_zone() -> None:
    assert [one.start for one in SLOTS] == [at(0), at(24), at(48)]
    assert SLOTS[-1].end == at(72)
    summer = day_slots(Days(date(2027, 3, 28), date(2027, 3, 28)), "Europe/Berlin")
    assert summer[0].end - summer[0].start == timedelta(hours=23)


def test_hours_of_a_day_are_half_hours_between_seven_and_nine() -> None:
    edges, slots = hour_edges(), hour_slots(DAY, ZONE)
    assert (edges[0], edges[1], edges[2], edges[-1]) == (time(0), time(7), time(7, 30), time(21))
    assert len(slots) == len(edges) == 30
    assert (slots[0], slots[1]) == (Span(at(0), at(7)), Span(at(7), at(7.5)))
    assert slots[-1] == Span(at(21), at(24))


@pytest.mark.parametrize(
    ("one", "expected"),
    [
        (booked(-24, 0), ["free", "free", "free"]),  # ends as the first day begins
        (booked(0, 24), ["full", "free", "free"]),
        (booked(24, 48), ["free", "full", "free"]),  # touches both sides
        (booked(23, 25), ["partly", "partly", "free"]),
        (booked(8, 10), ["partly", "free", "free"]),
        (booked(-5, 80), ["full", "full", "full"]),
        (booked(72, 80), ["free", "free", "free"]),
    ],
)
def test_one_booking_of_one(one: GridBooking, expected: list[str]) -> None:
    assert [cell.state.value for cell in cells([one], 1, SLOTS)] == expected


def test_two_that_touch_fill_a_day_of_which_each_takes_half() -> None:
    (first, *_others) = cells([booked(0, 12, name="a"), booked(12, 24, name="b")], 1, SLOTS)
    assert (first.state, first.holders) == (SlotState.FULL, ("a", "b"))


def test_of_several_it_is_said_how_many_are_left() -> None:
    taken = [booked(0, 24, 2, "a"), booked(8, 10, 3, "b"), booked(24, 30, 5, "c")]
    assert states(cells(taken, 5, SLOTS)) == [("partly", 0), ("partly", 0), ("free", 5)]
    assert states(cells(taken[:1], 5, SLOTS)) == [("some", 3), ("free", 5), ("free", 5)]
    assert states(cells([booked(0, 24, 5)], 5, SLOTS))[0] == ("full", 0)


def test_buffers_are_taken_and_named_as_such() -> None:
    hours = hour_slots(DAY, ZONE)
    found = cells([booked(8, 9, before=0.5, after=1)], 1, hours)
    at_hour = dict(zip(hour_edges(), found, strict=True))
    assert (at_hour[time(7, 30)].state, at_hour[time(7, 30)].is_buffer) == (SlotState.FULL, True)
    assert (at_hour[time(8)].state, at_hour[time(8)].is_buffer) == (SlotState.FULL, False)
    assert (at_hour[time(9, 30)].state, at_hour[time(9, 30)].is_buffer) == (SlotState.FULL, True)
    assert at_hour[time(10)].state is SlotState.FREE


def test_a_new_booking_would_need_its_own_buffers() -> None:
    taken = [booked(24, 48)]
    assert states(cells(taken, 1, SLOTS))[0] == ("free", 1)
    assert states(cells(taken, 1, SLOTS, after=30))[0] == ("partly", 0)
    assert is_free(taken, 1, SLOTS[0])
    assert not is_free(taken, 1, SLOTS[0], after=30)


def test_what_waits_for_approval_is_marked() -> None:
    asked = GridBooking(HeldQuantity(Span(at(0), at(24)), 1, "a"), Span(at(0), at(24)), is_asked=True)
    assert [one.is_asked for one in cells([asked], 1, SLOTS)] == [True, False, False]
    assert cells([asked], 1, SLOTS)[0].state is SlotState.FULL


QUARTERS = 4 * 24 * 3
bookings = st.lists(
    st.tuples(
        st.integers(-8, QUARTERS + 8), st.integers(1, 120), st.integers(1, 3), st.integers(0, 3), st.integers(0, 3)
    ),
    max_size=8,
)


@given(bookings, st.integers(1, 4), st.integers(0, 3), st.integers(0, 3))
def test_cells_are_what_counting_each_quarter_of_an_hour_gives(
    drawn: list[tuple[int, int, int, int, int]], capacity: int, before: int, after: int
) -> None:
    """The count knows quarters only: no spans, no sweep."""
    listed = [
        booked(first / 4, (first + length) / 4, quantity, str(number), lead / 4, tail / 4)
        for number, (first, length, quantity, lead, tail) in enumerate(drawn)
    ]

    def used(quarter: int) -> int:
        return sum(q for first, length, q, lead, tail in drawn if first - lead <= quarter < first + length + tail)

    found = cells(listed, capacity, SLOTS, before=15 * before, after=15 * after)
    for day, cell in enumerate(found):
        quarters = range(96 * day, 96 * (day + 1))
        wide = range(96 * day - before, 96 * (day + 1) + after)
        left = max(0, capacity - max(map(used, wide)))
        assert cell.left == left
        expected = (
            SlotState.FREE if left == capacity
            else SlotState.SOME if left
            else SlotState.FULL if all(used(one) >= capacity for one in quarters)
            else SlotState.PARTLY
        )  # fmt: skip
        assert cell.state is expected
        here = {
            str(number)
            for number, (first, length, _q, lead, tail) in enumerate(drawn)
            if any(first - lead <= one < first + length + tail for one in quarters)
        }
        assert set(cell.holders) == here
