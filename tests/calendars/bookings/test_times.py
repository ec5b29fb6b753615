"""Bookings follow their event: a table by hand, and what must hold for every move."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calendars.bookings.times import BookingTimes, EventHours, EventTimes, follow_hours, reschedule


def march(first: int, last: int | None = None, start: str | None = None, end: str | None = None) -> BookingTimes:
    """Days of March 2027, perhaps with hours."""
    last = first if last is None else last
    hours = [time.fromisoformat(one) if one else None for one in (start, end)]
    return BookingTimes(date(2027, 3, first), date(2027, 3, last), hours[0], hours[1])


def visit(
    first: int,
    last: int,
    start: str | None = None,
    end: str | None = None,
    arrives: int | None = None,
    departs: int | None = None,
) -> EventTimes:
    hours = [time.fromisoformat(one) if one else None for one in (start, end)]
    days = [date(2027, 3, day) for day in (first, last, arrives or first, departs or last)]
    return EventTimes(days[0], days[1], days[2], days[3], hours[0], hours[1])


WHOLE = march(10, 17)
HALL = march(10, 10, "08:00", "11:00")
MIDDLE = march(12, 12, "14:00", "16:00")
DINNER = march(17, 17, "18:00", "21:00")
CAR = march(10, 17, "07:00", "18:00")
EVENING = march(12, 13, "18:00", "00:00")

FOLLOWED = [
    ("moved by five days, all of it", WHOLE, visit(10, 17), visit(15, 22), march(15, 22)),
    ("moved by five days, the hall", HALL, visit(10, 17), visit(15, 22), march(15, 15, "08:00", "11:00")),
    ("moved, the dinner of the last day", DINNER, visit(10, 17), visit(15, 22), march(22, 22, "18:00", "21:00")),
    ("longer, all of it", WHOLE, visit(10, 17), visit(10, 19), march(10, 19)),
    ("longer, the car", CAR, visit(10, 17), visit(10, 19), march(10, 19, "07:00", "18:00")),
    ("longer, the hall of the first day", HALL, visit(10, 17), visit(10, 19), HALL),
    ("longer, a day in the middle", MIDDLE, visit(10, 17), visit(10, 19), MIDDLE),
    ("longer, the last evening's dinner", DINNER, visit(10, 17), visit(10, 19), march(19, 19, "18:00", "21:00")),
    ("longer, an evening that ends at midnight", EVENING, visit(10, 17), visit(10, 19), EVENING),
    ("begins later, a day in the middle", MIDDLE, visit(10, 17), visit(11, 17), march(13, 13, "14:00", "16:00")),
    ("shorter, what no longer fits stays", march(15), visit(10, 17), visit(10, 13), march(15)),
    ("shorter, all of it", WHOLE, visit(10, 17), visit(10, 13), march(10, 13)),
    ("shorter, the second half stays", march(14, 17), visit(10, 17), visit(10, 11), march(14, 17)),
    ("the day before, to prepare", march(9), visit(10, 17), visit(15, 22), march(14)),
    ("the day after, to clear", march(18), visit(10, 17), visit(10, 19), march(20)),
    ("lodging goes by arrival and departure", march(9, 18), visit(10, 17, arrives=9, departs=18),
     visit(10, 17, arrives=8, departs=19), march(8, 19)),
    ("the hall does not go by the arrival", HALL, visit(10, 17), visit(10, 17, arrives=9), HALL),
    ("one day becomes three", march(10), visit(10, 10), visit(10, 12), march(10, 12)),
    ("one day becomes three, some hours", HALL, visit(10, 10), visit(10, 12), HALL),
    ("a meeting is put off to the afternoon", march(10, 10, "08:30", "11:30"), visit(10, 10, "09:00", "11:00"),
     visit(10, 10, "14:00", "16:00"), march(10, 10, "13:30", "16:30")),
    ("a meeting takes an hour more", march(10, 10, "09:00", "11:00"), visit(10, 10, "09:00", "11:00"),
     visit(10, 10, "09:00", "12:00"), march(10, 10, "09:00", "12:00")),
    ("a meeting takes an hour more, dinner after it", march(10, 10, "11:00", "13:00"), visit(10, 10, "09:00", "11:00"),
     visit(10, 10, "09:00", "12:00"), march(10, 10, "12:00", "14:00")),
    ("a meeting goes to another day", march(10, 10, "08:30", "11:30"), visit(10, 10, "09:00", "11:00"),
     visit(12, 12, "09:00", "11:00"), march(12, 12, "08:30", "11:30")),
    ("a meeting goes to another day and hour, whole days", march(10), visit(10, 10, "09:00", "11:00"),
     visit(12, 12, "14:00", "16:00"), march(12)),
    ("hours become known", HALL, visit(10, 10), visit(10, 10, "14:00", "16:00"), HALL),
    ("nothing changed", EVENING, visit(10, 17), visit(10, 17), EVENING),
]  # fmt: skip


@pytest.mark.parametrize(("name", "times", "before", "after", "expected"), FOLLOWED, ids=[row[0] for row in FOLLOWED])
def test_booking_follows_its_event(
    name: str, times: BookingTimes, before: EventTimes, after: EventTimes, expected: BookingTimes
) -> None:
    assert reschedule(times, before, after) == expected


days = st.integers(0, 40).map(lambda number: date(2027, 3, 1) + timedelta(days=number))


@st.composite
def frames(draw: st.DrawFn) -> EventTimes:
    first = draw(days)
    last = first + timedelta(days=draw(st.integers(0, 20)))
    arrives, departs = first - timedelta(days=draw(st.integers(0, 2))), last + timedelta(days=draw(st.integers(0, 2)))
    if draw(st.booleans()) and first == last:
        start = draw(st.integers(0, 20))
        return EventTimes(first, last, arrives, departs, time(start), time(draw(st.integers(start + 1, 23))))
    return EventTimes(first, last, arrives, departs)


@st.composite
def bookings(draw: st.DrawFn) -> BookingTimes:
    first = draw(days)
    last = first + timedelta(days=draw(st.integers(0, 20)))
    if draw(st.booleans()):
        return BookingTimes(first, last)
    start = draw(st.integers(0, 22))
    end = draw(st.integers(start + 1, 23)) if first == last else draw(st.integers(0, 23))
    return BookingTimes(first, last, time(start), time(end))


def moved(frame: EventTimes, by: timedelta) -> EventTimes:
    return EventTimes(
        frame.first_day + by,
        frame.last_day + by,
        frame.arrives_on + by,
        frame.departs_on + by,
        frame.start_time,
        frame.end_time,
    )


@given(bookings(), frames(), st.integers(-400, 400).map(lambda number: timedelta(days=number)))
def test_everything_comes_along_when_the_whole_event_moves(
    times: BookingTimes, before: EventTimes, by: timedelta
) -> None:
    after = reschedule(times, before, moved(before, by))
    assert after == times.moved(by, by)
    assert reschedule(after, moved(before, by), before) == times


@given(bookings(), frames(), frames())
def test_a_booking_never_ends_before_it_starts_nor_changes_between_days_and_hours(
    times: BookingTimes, before: EventTimes, after: EventTimes
) -> None:
    new = reschedule(times, before, after)
    assert new.start < new.end
    assert new.has_hours is times.has_hours


@given(frames(), frames())
def test_what_takes_the_whole_stay_takes_the_new_one(before: EventTimes, after: EventTimes) -> None:
    whole = reschedule(BookingTimes(before.arrives_on, before.departs_on), before, after)
    assert (whole.first_day, whole.last_day) == (after.arrives_on, after.departs_on)


# Hours and zones that a booking did not follow

VN, NEW_YORK, LAO = "Asia/Ho_Chi_Minh", "America/New_York", "Asia/Vientiane"


def hours(start: str, end: str, zone: str = VN) -> EventHours:
    return EventHours(time.fromisoformat(start), time.fromisoformat(end), zone)


def held(first: int, last: int, now: EventHours) -> EventTimes:
    """An event of days in March 2027 with hours and a zone. New York changes its clocks on the 14th."""
    days = [date(2027, 3, day) for day in (first, last, first, last)]
    return EventTimes(days[0], days[1], days[2], days[3], now.start, now.end, now.timezone)


LEFT_BEHIND = [
    ("as before", march(10, 10, "14:00", "16:00"), hours("14:00", "16:00"), march(10, 10, "14:00", "16:00")),
    ("Lao clocks are the same", march(10, 10, "14:00", "16:00"), hours("14:00", "16:00", LAO),
     march(10, 10, "14:00", "16:00")),
    ("twelve hours later", march(10, 10, "14:00", "16:00"), hours("14:00", "16:00", NEW_YORK),
     march(11, 11, "02:00", "04:00")),
    ("the same instants in other words", march(10, 10, "14:00", "16:00"), hours("02:00", "04:00", NEW_YORK),
     march(10, 10, "14:00", "16:00")),
    ("what is prepared before goes by the start", march(10, 10, "12:00", "14:00"), hours("15:00", "18:00"),
     march(10, 10, "13:00", "15:00")),
    ("what is cleared after goes by the end", march(10, 10, "16:00", "17:00"), hours("15:00", "18:00"),
     march(10, 10, "18:00", "19:00")),
    ("around the meeting", march(10, 10, "13:00", "17:00"), hours("15:00", "18:00"), march(10, 10, "14:00", "19:00")),
    ("whole days stay", march(10), hours("15:00", "18:00"), march(10)),
]  # fmt: skip


@pytest.mark.parametrize(
    ("booking", "now", "expected"), [row[1:] for row in LEFT_BEHIND], ids=[row[0] for row in LEFT_BEHIND]
)
def test_a_booking_follows_the_hours_of_its_meeting(
    booking: BookingTimes, now: EventHours, expected: BookingTimes
) -> None:
    assert follow_hours(booking, held(10, 10, now), hours("14:00", "16:00")) == expected


def test_bookings_of_a_longer_event_go_by_the_day_they_lie_on() -> None:
    event, was = held(10, 12, hours("15:00", "18:00")), hours("14:00", "16:00")
    assert follow_hours(march(10, 10, "14:00", "15:00"), event, was) == march(10, 10, "15:00", "16:00")
    assert follow_hours(march(11, 11, "08:00", "10:00"), event, was) == march(11, 11, "08:00", "10:00")
    assert follow_hours(march(12, 12, "15:00", "16:00"), event, was) == march(12, 12, "15:00", "18:00")
    assert follow_hours(march(10, 12, "14:00", "16:00"), event, was) == march(10, 12, "15:00", "18:00")


@given(
    st.integers(0, 23), st.integers(1, 20), st.sampled_from([VN, NEW_YORK, LAO]), st.sampled_from([VN, NEW_YORK, LAO])
)
def test_a_booking_of_the_whole_event_is_the_whole_event_after(start: int, length: int, was: str, now: str) -> None:
    """The independent reckoning: the instants of the event itself."""
    first = datetime(2027, 3, 10, start, tzinfo=ZoneInfo(was))
    last = first + timedelta(hours=length)
    if last.date() != first.date():
        return
    made_for = EventHours(first.time(), last.time(), was)
    event = held(10, 10, EventHours(first.time(), last.time(), now))
    booking = BookingTimes(date(2027, 3, 10), date(2027, 3, 10), first.time(), last.time(), was)
    found = follow_hours(booking, event, made_for).span()
    assert found.start == datetime.combine(date(2027, 3, 10), first.time(), ZoneInfo(now))
    assert found.end == datetime.combine(date(2027, 3, 10), last.time(), ZoneInfo(now))
    assert EventHours.parse(made_for.text()) == made_for
