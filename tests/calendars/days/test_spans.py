"""Spans of days and of instants, and wall time turned into instants."""

from datetime import UTC, date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calendars.days.spans import (
    END_OF_DAY,
    Days,
    Span,
    days_after,
    days_taken,
    end_written,
    event_span,
    wall_time,
    zone_info,
)
from tests.calendars.days.boundaries import BOUNDARIES, ONE

EPOCH = date(2027, 3, 1)
NEW_YORK = "America/New_York"
VIENTIANE = "Asia/Vientiane"
NAMES = [name for name, *_ in BOUNDARIES]
CASES = [case for _, *case in BOUNDARIES]


def days(start: int, end: int) -> Days:
    """Positions of the boundary table as inclusive days: the end is the day after the last."""
    return Days(EPOCH + timedelta(days=start), EPOCH + timedelta(days=end - 1))


def span(start: int, end: int) -> Span:
    begin = datetime(2027, 3, 10, tzinfo=UTC)
    return Span(begin + timedelta(hours=start), begin + timedelta(hours=end))


@pytest.mark.parametrize(("start", "end", "overlaps"), CASES, ids=NAMES)
def test_days_overlap_at_every_boundary(start: int, end: int, overlaps: bool) -> None:
    assert days(*ONE).overlaps(days(start, end)) is overlaps
    assert days(start, end).overlaps(days(*ONE)) is overlaps


@pytest.mark.parametrize(("start", "end", "overlaps"), CASES, ids=NAMES)
def test_spans_overlap_at_every_boundary(start: int, end: int, overlaps: bool) -> None:
    assert span(*ONE).overlaps(span(start, end)) is overlaps
    assert span(start, end).overlaps(span(*ONE)) is overlaps


positions = st.tuples(st.integers(0, 40), st.integers(1, 20)).map(lambda pair: (pair[0], pair[0] + pair[1]))


@given(positions, positions)
def test_overlap_is_symmetric_and_means_a_common_day(one: tuple[int, int], other: tuple[int, int]) -> None:
    common = bool(set(range(*one)) & set(range(*other)))
    assert days(*one).overlaps(days(*other)) is days(*other).overlaps(days(*one)) is common
    assert span(*one).overlaps(span(*other)) is span(*other).overlaps(span(*one)) is common


@pytest.mark.parametrize("at", [10, 15, 20])
def test_empty_span_overlaps_nothing(at: int) -> None:
    assert not span(at, at).overlaps(span(*ONE))
    assert not span(*ONE).overlaps(span(at, at))


def test_days_count_both_ends() -> None:
    visit = Days(date(2027, 3, 10), date(2027, 3, 21))
    assert len(visit) == 12
    assert [day.day for day in visit] == list(range(10, 22))
    assert date(2027, 3, 10) in visit
    assert date(2027, 3, 21) in visit
    assert date(2027, 3, 22) not in visit
    assert date(2027, 3, 9) not in visit
    assert "2027-03-10" not in visit


def test_days_may_be_one_but_not_none() -> None:
    assert len(Days(date(2028, 2, 29), date(2028, 2, 29))) == 1
    with pytest.raises(ValueError, match=r"9 March 2027.*before.*10 March 2027"):
        Days(date(2027, 3, 10), date(2027, 3, 9))


def test_days_iterate_to_the_end_of_the_calendar() -> None:
    assert list(Days(date(9999, 12, 30), date.max)) == [date(9999, 12, 30), date.max]


def test_span_refuses_naive_and_reversed_instants() -> None:
    at = datetime(2027, 3, 10, 8, tzinfo=UTC)
    with pytest.raises(ValueError, match="without a zone"):
        Span(at, at.replace(tzinfo=None))
    with pytest.raises(ValueError, match="without a zone"):
        Span(at.replace(tzinfo=None), at)
    with pytest.raises(ValueError, match="before the start"):
        Span(at, at - timedelta(microseconds=1))


def test_span_is_kept_in_utc() -> None:
    seven = timezone(timedelta(hours=7))
    local = Span(datetime(2027, 3, 10, 8, tzinfo=seven), datetime(2027, 3, 10, 9, tzinfo=seven))
    assert local == Span(datetime(2027, 3, 10, 1, tzinfo=UTC), datetime(2027, 3, 10, 2, tzinfo=UTC))
    assert local.start.tzinfo is local.end.tzinfo is UTC


def test_span_through_the_repeated_hour_is_as_long_as_it_lasts() -> None:
    new_york = ZoneInfo(NEW_YORK)
    first = datetime(2026, 11, 1, 1, 45, tzinfo=new_york)
    second = datetime(2026, 11, 1, 1, 15, fold=1, tzinfo=new_york)
    assert Span(first, second).end - Span(first, second).start == timedelta(minutes=30)


@pytest.mark.parametrize(
    ("day", "at", "zone", "utc"),
    [
        (date(2027, 3, 10), time(8), VIENTIANE, "2027-03-10T01:00"),
        (date(2027, 3, 10), time(0), "Asia/Ho_Chi_Minh", "2027-03-09T17:00"),
        # clocks jump from 02:00 to 03:00 on 14 March 2027
        (date(2027, 3, 14), time(1, 59), NEW_YORK, "2027-03-14T06:59"),
        (date(2027, 3, 14), time(2, 0), NEW_YORK, "2027-03-14T07:00"),
        (date(2027, 3, 14), time(2, 30), NEW_YORK, "2027-03-14T07:30"),  # = 03:30
        (date(2027, 3, 14), time(3, 0), NEW_YORK, "2027-03-14T07:00"),
        # 01:00 to 02:00 comes twice on 7 November 2027: the first
        (date(2027, 11, 7), time(1, 30), NEW_YORK, "2027-11-07T05:30"),
        (date(2027, 11, 7), time(1, 30, fold=1), NEW_YORK, "2027-11-07T05:30"),
        (date(2027, 11, 7), time(2, 0), NEW_YORK, "2027-11-07T07:00"),
    ],
)
def test_wall_time(day: date, at: time, zone: str, utc: str) -> None:
    found = wall_time(day, at, zone)
    assert found == datetime.fromisoformat(utc).replace(tzinfo=UTC)
    assert found.tzinfo is UTC


def test_wall_time_in_the_gap_moves_forward_by_the_gap() -> None:
    local = wall_time(date(2027, 3, 14), time(2, 30), NEW_YORK).astimezone(ZoneInfo(NEW_YORK))
    assert (local.hour, local.minute) == (3, 30)


@pytest.mark.parametrize(
    "zone", ["Asia/Vientian", "", "Asia", "../../etc/passwd", "/etc/localtime", "x" * 5000, "a\0b"]
)
def test_zone_info_refuses_what_is_no_zone(zone: str) -> None:
    with pytest.raises(ValueError, match="is no time zone"):
        zone_info(zone)


def test_wall_time_refuses_a_time_with_a_zone_and_the_calendars_edges() -> None:
    with pytest.raises(ValueError, match="zone of its own"):
        wall_time(date(2027, 3, 10), time(8, tzinfo=UTC), VIENTIANE)
    with pytest.raises(ValueError, match="end of the calendar"):
        wall_time(date.min, time(0), VIENTIANE)
    with pytest.raises(ValueError, match="end of the calendar"):
        wall_time(date.max, time(23), NEW_YORK)


def test_days_after_stays_inside_the_calendar() -> None:
    assert days_after(date(2028, 3, 1), -1) == date(2028, 2, 29)
    for day, n in [(date.max, 1), (date.min, -1), (date.min, 10**12)]:
        with pytest.raises(ValueError, match="end of the calendar"):
            days_after(day, n)


@pytest.mark.parametrize(
    ("last", "start", "end", "zone", "expected"),
    [
        ("2027-03-21", None, None, VIENTIANE, ("2027-03-09T17:00", "2027-03-21T17:00")),
        ("2027-03-10", time(8, 30), time(11), VIENTIANE, ("2027-03-10T01:30", "2027-03-10T04:00")),
        ("2027-03-12", time(8, 30), time(11), VIENTIANE, ("2027-03-10T01:30", "2027-03-12T04:00")),
        ("2027-03-10", time(8, 30), None, VIENTIANE, ("2027-03-10T01:30", "2027-03-10T02:30")),
        ("2027-03-12", time(8, 30), None, VIENTIANE, ("2027-03-10T01:30", "2027-03-12T17:00")),
        ("2027-03-10", None, time(11), VIENTIANE, ("2027-03-09T17:00", "2027-03-10T04:00")),
        ("2027-03-10", time(8), time(8), VIENTIANE, ("2027-03-10T01:00", "2027-03-11T01:00")),
        ("2027-03-10", time(0), time(0), VIENTIANE, ("2027-03-09T17:00", "2027-03-10T17:00")),
        ("2027-03-10", time(22), time(2), VIENTIANE, ("2027-03-10T15:00", "2027-03-10T19:00")),
        ("2027-03-11", time(22), time(2), VIENTIANE, ("2027-03-10T15:00", "2027-03-10T19:00")),
        ("2027-03-10", time(20), time(0), VIENTIANE, ("2027-03-10T13:00", "2027-03-10T17:00")),
        ("2027-03-11", time(20), time(0), VIENTIANE, ("2027-03-10T13:00", "2027-03-10T17:00")),
        ("2027-03-10", None, time(0), VIENTIANE, ("2027-03-09T17:00", "2027-03-10T17:00")),
    ],
)
def test_event_span(last: str, start: time | None, end: time | None, zone: str, expected: tuple[str, str]) -> None:
    found = event_span(date(2027, 3, 10), date.fromisoformat(last), start, end, zone)
    assert found == Span(*(datetime.fromisoformat(at).replace(tzinfo=UTC) for at in expected))


@pytest.mark.parametrize(("day", "hours"), [(date(2027, 3, 14), 23), (date(2027, 11, 7), 25), (date(2027, 6, 1), 24)])
def test_event_span_of_a_whole_day_is_as_long_as_the_day(day: date, hours: int) -> None:
    whole = event_span(day, day, None, None, NEW_YORK)
    assert whole.end - whole.start == timedelta(hours=hours)


@pytest.mark.parametrize(("end", "minutes"), [(time(3), 30), (time(3, 30), 60), (time(2, 45), 15)])
def test_event_span_whose_start_falls_into_the_gap_past_its_end_keeps_its_length(end: time, minutes: int) -> None:
    found = event_span(date(2027, 3, 14), date(2027, 3, 14), time(2, 30), end, NEW_YORK)
    assert found.start == datetime(2027, 3, 14, 7, 30, tzinfo=UTC)
    assert found.end - found.start == timedelta(minutes=minutes)


@given(
    first=st.dates(date(2026, 1, 1), date(2028, 12, 1)),
    length=st.integers(0, 3),
    start=st.none() | st.times().map(lambda at: at.replace(second=0, microsecond=0)),
    end=st.none() | st.times().map(lambda at: at.replace(second=0, microsecond=0)) | st.just(time(0)),
    zone=st.sampled_from([VIENTIANE, NEW_YORK, "Australia/Lord_Howe", "Pacific/Kiritimati"]),
)
def test_an_event_takes_exactly_the_days_on_which_its_span_has_an_instant(
    first: date, length: int, start: time | None, end: time | None, zone: str
) -> None:
    """Days, feeds, bookings and clashes say the same: what ends at 00:00 does not take the day that begins then."""
    last = first + timedelta(days=length)
    span = event_span(first, last, start, end, zone)
    assert span.start < span.end
    clock = ZoneInfo(zone)
    touched = Days(span.start.astimezone(clock).date(), (span.end - timedelta(microseconds=1)).astimezone(clock).date())
    # An open end of one day is an hour at least, which may reach into the next.
    taken = days_taken(first, last, start, end)
    is_open = start is not None and end is None and length == 0
    assert taken == (Days(first, first) if is_open else touched)


@pytest.mark.parametrize(
    ("first", "last", "is_kept", "expected"),
    [(10, 10, False, 10), (10, 12, False, 13), (10, 12, True, 12)],
)
def test_an_end_written_as_24_00_is_kept_as_00_00(first: int, last: int, is_kept: bool, expected: int) -> None:
    days = date(2027, 3, first), date(2027, 3, last)
    kept, end = end_written(*days, END_OF_DAY, is_kept=is_kept)
    assert (kept, end, end and end.fold) == (date(2027, 3, expected), time(0), 0)
    assert end_written(*days, time(0)) == (days[1], time(0))
    assert end_written(*days, None) == (days[1], None)


def test_event_span_refuses_the_wrong_order() -> None:
    day = date(2027, 3, 10)
    with pytest.raises(ValueError, match="before the first day"):
        event_span(day, day - timedelta(days=1), None, None, VIENTIANE)


@pytest.mark.parametrize("start", [None, time(23, 30)])
def test_event_span_at_the_end_of_the_calendar_is_refused(start: time | None) -> None:
    with pytest.raises(ValueError, match="end of the calendar"):
        event_span(date.max, date.max, start, None, "UTC")
