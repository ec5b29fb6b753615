"""Offsets and the instants they lead to, across days, working days and daylight saving."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calendars.days.holidays import HolidayIndex, OfficeEntry
from calendars.days.offsets import MAX_DAYS, Offset, due_at
from calendars.days.working_days import WorkingDays
from models.vocabulary import HolidayCategory

ARRIVAL = date(2027, 3, 10)
NEW_YORK = "America/New_York"
VIENTIANE = "Asia/Vientiane"


@pytest.mark.parametrize(
    ("text", "offset", "canonical"),
    [
        ("-P30D", Offset(days=-30), "-P30D"),
        ("-PT2H", Offset(seconds=-7200), "-PT2H"),
        ("P1W", Offset(days=7), "P7D"),
        ("+P1W", Offset(days=7), "P7D"),
        ("-P1DT2H30M", Offset(days=-1, seconds=-9000), "-P1DT2H30M"),
        ("PT0S", Offset(), "PT0S"),
        ("-P0D", Offset(), "PT0S"),
        ("PT90M", Offset(seconds=5400), "PT1H30M"),
        ("PT36H", Offset(seconds=129_600), "PT36H"),  # hours never turn into days, which may be longer
        ("PT1H1S", Offset(seconds=3601), "PT1H1S"),
        ("P007D", Offset(days=7), "P7D"),
        ("-P3660D", Offset(days=-3660), "-P3660D"),
    ],
)
def test_offset_parses_and_writes_one_form(text: str, offset: Offset, canonical: str) -> None:
    assert Offset.parse(text) == offset
    assert str(offset) == canonical


@pytest.mark.parametrize(
    "text",
    ["", "P", "-P", "PT", "P1DT", "30D", "P1M", "P1Y", "P1Y2D", "P1WT1H", "P1W1D", "P1.5D", "PT1,5H", "--P1D", "P-1D",
     "p1d", " P1D", "P1D ", "P1D\n", "PT1M1H", "P1H", "PT1D", "P໑D", "P1234567890D", "-P30D; DROP"],
)  # fmt: skip
def test_offset_refuses_other_forms_and_says_what_would_be_right(text: str) -> None:
    with pytest.raises(ValueError, match="-P30D"):
        Offset.parse(text)


@pytest.mark.parametrize("text", ["P3661D", "-P3661D", "P524W", "PT87841H", "P3660DT1S", "P999999999W"])
def test_offset_is_bounded(text: str) -> None:
    with pytest.raises(ValueError, match="at most 3660 days"):
        Offset.parse(text)


def test_offset_has_one_direction() -> None:
    with pytest.raises(ValueError, match="same direction"):
        Offset(days=1, seconds=-60)


@given(st.integers(0, MAX_DAYS - 1), st.integers(0, 86_400), st.sampled_from([1, -1]))
def test_offset_survives_writing_and_reading(days: int, seconds: int, sign: int) -> None:
    offset = Offset(sign * days, sign * seconds)
    assert Offset.parse(str(offset)) == offset


def due(
    offset: str,
    *,
    day: date = ARRIVAL,
    hour: time | None = None,
    zone: str = VIENTIANE,
    at: time | None = None,
    working_days: WorkingDays | None = None,
) -> str:
    """When it is due, on the zone's own clocks."""
    instant = due_at(day, hour, zone, Offset.parse(offset), at, working_days)
    assert instant.tzinfo is UTC
    return f"{instant.astimezone(ZoneInfo(zone)):%Y-%m-%dT%H:%M%z}"


def test_due_from_a_day_without_an_hour_stands_at_midnight() -> None:
    assert due("PT0S") == "2027-03-10T00:00+0700"
    assert due("-P30D") == "2027-02-08T00:00+0700"
    assert due("-PT2H") == "2027-03-09T22:00+0700"


def test_due_from_an_hour() -> None:
    assert due("-PT2H", hour=time(8, 30)) == "2027-03-10T06:30+0700"
    assert due("-P1DT2H30M", hour=time(8, 30)) == "2027-03-09T06:00+0700"
    assert due("P1W", hour=time(8, 30)) == "2027-03-17T08:30+0700"


def test_due_at_a_time_of_day_replaces_the_hour() -> None:
    assert due("-P14D", at=time(8)) == "2027-02-24T08:00+0700"
    assert due("-P1D", hour=time(15), at=time(8)) == "2027-03-09T08:00+0700"
    assert due("-P1DT2H", hour=time(15), at=time(8)) == "2027-03-09T08:00+0700"


def test_due_counts_working_days_of_both_countries() -> None:
    bridge = OfficeEntry("bridge", "VN", {"vi": "Nghỉ bù"}, HolidayCategory.PUBLIC, date(2027, 3, 5))
    office = HolidayIndex([bridge]).working_days(["VN", "LA"])
    # 9 March; 8 March is free in Laos; 6 and 7 are a weekend; 5 is a bridge day
    assert due("-P2D", working_days=office) == "2027-03-04T00:00+0700"
    assert due("-P2D") == "2027-03-08T00:00+0700"
    assert due("-P2DT1H", hour=time(9), working_days=office) == "2027-03-04T08:00+0700"
    assert due("-P2D", at=time(7, 30), working_days=office) == "2027-03-04T07:30+0700"
    assert due("PT0S", day=date(2027, 3, 14), working_days=office) == "2027-03-14T00:00+0700"


@pytest.mark.parametrize(
    ("offset", "day", "hour", "at", "expected"),
    [
        # spring, 14 March 2027: the day has 23 hours. Days keep the clock, hours keep the length.
        ("-P1D", date(2027, 3, 15), time(8), None, "2027-03-14T08:00-0400"),
        ("-P1D", date(2027, 3, 14), time(8), None, "2027-03-13T08:00-0500"),
        ("-PT24H", date(2027, 3, 14), time(8), None, "2027-03-13T07:00-0500"),
        ("P1D", date(2027, 3, 13), time(2, 30), None, "2027-03-14T03:30-0400"),
        ("PT24H", date(2027, 3, 13), time(2, 30), None, "2027-03-14T03:30-0400"),
        ("P1DT1H", date(2027, 3, 13), time(1, 30), None, "2027-03-14T03:30-0400"),
        ("PT0S", date(2027, 3, 14), None, time(2, 30), "2027-03-14T03:30-0400"),
        # autumn, 7 November 2027: 25 hours, and 01:30 comes twice
        ("-P1D", date(2027, 11, 8), time(0), None, "2027-11-07T00:00-0400"),
        ("-PT24H", date(2027, 11, 8), time(0), None, "2027-11-07T01:00-0400"),
        ("PT0S", date(2027, 11, 7), None, time(1, 30), "2027-11-07T01:30-0400"),
        ("PT1H", date(2027, 11, 7), time(1, 30), None, "2027-11-07T01:30-0500"),
    ],
)
def test_due_across_daylight_saving(offset: str, day: date, hour: time | None, at: time | None, expected: str) -> None:
    assert due(offset, day=day, hour=hour, at=at, zone=NEW_YORK) == expected


@pytest.mark.parametrize(("day", "offset"), [(date.min, "-P1D"), (date.max, "P1D"), (date(9999, 12, 31), "PT48H")])
def test_due_outside_the_calendar_is_refused(day: date, offset: str) -> None:
    with pytest.raises(ValueError, match="end of the calendar"):
        due_at(day, None, VIENTIANE, Offset.parse(offset), None, None)


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.integers(-400, 400), st.times())
def test_due_days_there_and_back_keep_the_clock(day: date, days: int, hour: time) -> None:
    there = due_at(day, hour, VIENTIANE, Offset(days=days), None, None).astimezone(ZoneInfo(VIENTIANE))
    back = due_at(there.date(), there.time(), VIENTIANE, Offset(days=-days), None, None)
    assert back == datetime.combine(day, hour, ZoneInfo(VIENTIANE))
