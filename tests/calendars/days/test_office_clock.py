"""Days and hours by the office's clock, and the one order of entries within a day."""

from datetime import date, time, timedelta
from itertools import pairwise, permutations
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calendars.days.formatting import format_hours_on, format_own_hours, format_times, zone_words
from calendars.days.office_clock import ShownTimes, shown_times
from calendars.days.spans import Days, event_span

HERE = "Asia/Ho_Chi_Minh"
NEW_YORK = "America/New_York"
ZONES = [HERE, "Asia/Vientiane", NEW_YORK, "Australia/Lord_Howe", "Pacific/Kiritimati", "Europe/Paris", "UTC"]
MONDAY = date(2027, 7, 5)


def shown(
    start: time | None, end: time | None, zone: str = HERE, *, first: date = MONDAY, last: date | None = None
) -> ShownTimes:
    return shown_times(first, last or first, start, end, zone, HERE)


@pytest.mark.parametrize(
    ("start", "end", "zone", "days", "hours", "own"),
    [
        (time(8), time(9), HERE, (5, 5), "08:00–09:00", ""),
        (time(8), time(9), "Asia/Vientiane", (5, 5), "08:00–09:00", ""),
        (time(20), time(22), NEW_YORK, (6, 6), "07:00–09:00", "20:00–22:00, 05/7/2027, giờ New York"),
        (time(20), None, NEW_YORK, (6, 6), "07:00", "20:00, 05/7/2027, giờ New York"),
        (time(8), time(15), NEW_YORK, (5, 6), "19:00–02:00", "08:00–15:00, giờ New York"),
        (time(8), time(13), NEW_YORK, (5, 5), "19:00–00:00", "08:00–13:00, giờ New York"),
        (time(1), time(2), "Pacific/Kiritimati", (4, 4), "18:00–19:00", "01:00–02:00, 05/7/2027, giờ Kiritimati"),
        (None, time(20), NEW_YORK, (5, 6), "–07:00", "–20:00, 05/7/2027, giờ New York"),
        (None, None, NEW_YORK, (5, 5), "", ""),
        (time(22), time(2), HERE, (5, 6), "22:00–02:00", ""),
        (time(20), time(0), HERE, (5, 5), "20:00–00:00", ""),
    ],
)
def test_the_same_instant_by_the_offices_clock(
    start: time | None, end: time | None, zone: str, days: tuple[int, int], hours: str, own: str
) -> None:
    found = shown(start, end, zone)
    assert found.days == Days(date(2027, 7, days[0]), date(2027, 7, days[1]))
    assert "–".join(f"{at:%H:%M}" for at in (found.start_time, found.end_time) if at) in hours
    assert format_own_hours(found, "vi") == own


def test_what_goes_on_over_midnight_has_its_start_on_one_day_and_its_end_on_the_next() -> None:
    ball = shown(time(22), time(2))
    assert [format_hours_on(ball, day) for day in ball.days] == ["22:00–", "–02:00"]
    assert ball.is_within_a_day
    dinner = shown(time(20), time(0), last=MONDAY + timedelta(days=1))
    assert [(day, format_hours_on(dinner, day)) for day in dinner.days] == [(MONDAY, "20:00–00:00")]
    visit = shown(time(14), time(11), last=MONDAY + timedelta(days=2))
    assert [format_hours_on(visit, day) for day in visit.days] == ["14:00–", "", "–11:00"]
    assert not visit.is_within_a_day


hours = st.none() | st.times().map(lambda at: at.replace(second=0, microsecond=0))


@given(
    first=st.dates(date(2026, 1, 1), date(2028, 12, 1)),
    length=st.integers(0, 3),
    start=hours,
    end=hours,
    zone=st.sampled_from(ZONES),
    office=st.sampled_from(ZONES),
)
def test_whatever_zone_an_instant_is_written_in_it_is_on_the_same_day_of_the_office(
    first: date, length: int, start: time | None, end: time | None, zone: str, office: str
) -> None:
    last = first + timedelta(days=length)
    found = shown_times(first, last, start, end, zone, office)
    span, clock = event_span(first, last, start, end, zone), ZoneInfo(office)
    assert (found.start_time is None, found.end_time is None) == (start is None, end is None)
    if zone != office and start is not None:
        begins = span.start.astimezone(clock)
        assert (found.days.first, found.start_time) == (begins.date(), begins.time())
    if zone != office and end is not None:
        ends = span.end.astimezone(clock)
        assert found.end_time == ends.time()
        assert found.days.last == (span.end - timedelta(microseconds=1)).astimezone(clock).date()


@given(
    entries=st.lists(st.tuples(hours, hours, st.sampled_from("abcdef")), min_size=2, max_size=5),
)
def test_within_a_day_whole_days_come_first_then_starts_then_the_stable_order(
    entries: list[tuple[time | None, time | None, str]],
) -> None:
    keys = [shown(start, end).order(tie) for start, end, tie in entries]
    ordered = sorted(keys)
    for one, other in pairwise(ordered):
        assert one[1] <= other[1]
        assert one[1:4] <= other[1:4]
        assert one[1:4] < other[1:4] or one[4] <= other[4]


def test_the_order_of_a_day_is_the_same_however_it_was_typed() -> None:
    typed = [(time(14), None), (time(8), time(9)), (None, None), (time(11), time(12)), (None, time(7))]
    for mixed in permutations(typed):
        found = sorted((shown(*one) for one in mixed), key=ShownTimes.order)
        assert [one.start_time for one in found] == [None, None, time(8), time(11), time(14)]
        assert not found[0].has_hours


@pytest.mark.parametrize(
    ("zone", "vi", "lo", "en"),
    [
        (HERE, "giờ Việt Nam", "ເວລາ ຫວຽດນາມ", "Vietnam time"),
        ("Asia/Vientiane", "giờ Lào", "ເວລາ ລາວ", "Laos time"),
        (NEW_YORK, "giờ New York", "ເວລາ ນິວຢອກ", "New York time"),
        ("America/Argentina/Buenos_Aires", "giờ Buenos Aires", "ເວລາ Buenos Aires", "Buenos Aires time"),
        ("Etc/GMT-7", "giờ UTC+7", "ເວລາ UTC+7", "UTC+7 time"),
        ("Etc/GMT+5", "giờ UTC−5", "ເວລາ UTC−5", "UTC−5 time"),
        ("UTC", "giờ UTC", "ເວລາ UTC", "UTC time"),
    ],
)
def test_whose_time_it_is_in_words(zone: str, vi: str, lo: str, en: str) -> None:
    assert [zone_words(zone, language) for language in ("vi", "lo", "en")] == [vi, lo, en]


def test_days_and_hours_on_one_line() -> None:
    assert format_times(shown(time(20), time(22), NEW_YORK), "vi") == (
        "07:00–09:00, 06/7/2027 (20:00–22:00, 05/7/2027, giờ New York)"
    )
    assert format_times(shown(time(22), time(2)), "en") == "22:00, 5 July 2027 – 02:00, 6 July 2027"
    assert format_times(shown(None, None, last=date(2027, 7, 7)), "en") == "5–7 July 2027"
