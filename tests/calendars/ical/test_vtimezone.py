"""VTIMEZONE blocks against the zones they describe."""

import re
from bisect import bisect
from datetime import UTC, datetime, timedelta
from io import StringIO
from zoneinfo import ZoneInfo

import pytest
from dateutil.tz import tzical

from calendars.ical.vtimezone import vtimezone

ZONES = [
    "Asia/Vientiane",
    "Asia/Kolkata",
    "America/New_York",
    "Europe/Paris",
    "Europe/Dublin",  # winter is the exception there
    "Australia/Sydney",  # a year begins in summer
    "Australia/Lord_Howe",  # half an hour
    "Africa/Casablanca",  # changes with the moon
]
FIRST, LAST = 2026, 2028


@pytest.mark.parametrize("zone", ["Asia/Ho_Chi_Minh", "Asia/Vientiane"])
def test_zone_without_daylight_saving_is_one_standard_block(zone: str) -> None:
    assert vtimezone(zone, 2024, 2028).decode().split("\r\n") == [
        "BEGIN:VTIMEZONE",
        f"TZID:{zone}",
        "BEGIN:STANDARD",
        "DTSTART:20240101T000000",
        "TZNAME:+07",
        "TZOFFSETFROM:+0700",
        "TZOFFSETTO:+0700",
        "END:STANDARD",
        "END:VTIMEZONE",
        "",
    ]


def test_onsets_are_told_by_the_clock_before_the_change_and_within_the_years() -> None:
    lines = vtimezone("America/New_York", 2027, 2028).decode().split("\r\n")
    onsets = [line for line in lines if line.startswith(("DTSTART", "RDATE"))]
    assert onsets == [
        "DTSTART:20270101T000000",
        "DTSTART:20270314T020000",
        "RDATE:20280312T020000",
        "DTSTART:20271107T020000",
        "RDATE:20281105T020000",
    ]


def test_years_may_be_one_but_must_be_in_order() -> None:
    assert vtimezone("Europe/Paris", 2027, 2027).count(b"DTSTART") == 3
    with pytest.raises(ValueError, match="before the first"):
        vtimezone("Europe/Paris", 2028, 2027)
    with pytest.raises(ValueError, match="is no time zone"):
        vtimezone("Europe/Pariss", 2027, 2028)


def test_years_are_cut_to_those_with_rules() -> None:
    assert vtimezone("Asia/Vientiane", 2300, 9999) == vtimezone("Asia/Vientiane", 2200, 2200)


def instants(first: int = FIRST, last: int = LAST) -> list[datetime]:
    """Every half hour of the years covered: all changes fall on one."""
    begin, end = datetime(first, 1, 2, tzinfo=UTC), datetime(last, 12, 30, tzinfo=UTC)
    return [begin + timedelta(minutes=30 * i) for i in range(48 * (end - begin).days)]


@pytest.mark.parametrize(
    ("zone", "first", "last"),
    [*((zone, FIRST, LAST) for zone in ZONES), ("Asia/Ho_Chi_Minh", 1942, 1976)],  # seven changes
)
def test_blocks_say_what_the_zone_does_at_every_half_hour(zone: str, first: int, last: int) -> None:
    """Read as RFC 5545 says: an onset is local time by the offset before it, the last onset holds."""
    onsets = []
    for block in re.findall(r"BEGIN:(?:STANDARD|DAYLIGHT)(.*?)END:", vtimezone(zone, first, last).decode(), re.DOTALL):
        before, after = (_offset(re.search(rf"{name}:(\S+)", block)[1]) for name in ("TZOFFSETFROM", "TZOFFSETTO"))  # type: ignore[index]
        walls = ",".join(re.findall(r"(?:DTSTART|RDATE):(\S+)", block)).split(",")
        onsets += [(datetime.strptime(f"{wall}Z", "%Y%m%dT%H%M%S%z") - before, after) for wall in walls]
    onsets.sort()
    told = {at: onsets[bisect(onsets, at, key=lambda onset: onset[0]) - 1][1] for at in instants(first, last)}
    assert {at: offset for at, offset in told.items() if offset != at.astimezone(ZoneInfo(zone)).utcoffset()} == {}


@pytest.mark.parametrize("zone", ["Asia/Vientiane", "America/New_York", "Europe/Paris"])
def test_another_reader_understands_the_blocks(zone: str) -> None:
    reader = tzical(StringIO(vtimezone(zone, FIRST, LAST).decode())).get(zone)
    wrong = [
        at
        for at in instants()[::2]
        if at.astimezone(reader).replace(tzinfo=None) != at.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    ]
    assert wrong == []


def _offset(text: str) -> timedelta:
    sign = -1 if text.startswith("-") else 1
    return sign * timedelta(hours=int(text[1:3]), minutes=int(text[3:5]))
