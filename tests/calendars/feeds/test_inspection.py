"""What is read off a calendar's bytes: zones without definition, what is over, the last change."""

from datetime import UTC, date, datetime

import pytest

from calendars.feeds.inspection import last_stamp, size_before, zones_missing
from calendars.ical.vtimezone import vtimezone

HANOI = "Asia/Ho_Chi_Minh"


def calendar(*lines: str, zones: bytes = b"") -> bytes:
    inner = "".join(f"{line}\r\n" for line in lines).encode()
    return b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n" + zones + inner + b"END:VCALENDAR\r\n"


def entry(first: str, last: str, *lines: str, kind: str = "VEVENT") -> list[str]:
    end = "DTEND" if kind == "VEVENT" else "DUE"
    return [
        f"BEGIN:{kind}", "UID:1", "DTSTAMP:20270301T000000Z",
        f"DTSTART;VALUE=DATE:{first}", f"{end};VALUE=DATE:{last}", *lines, f"END:{kind}",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("line", "missing"),
    [
        ("DTSTART;TZID=Asia/Ho_Chi_Minh:20270310T080000", [HANOI]),
        ('DTSTART;TZID="Asia/Ho_Chi_Minh":20270310T080000', [HANOI]),
        ('DTSTART;X-NOTE="a:b;c";TZID=Asia/Vientiane:20270310T080000', ["Asia/Vientiane"]),
        ("dtstart;tzid=Asia/Vientiane:20270310T080000", ["Asia/Vientiane"]),
        ("DTSTART;TZID=Asia/Ho_Chi\r\n _Minh:20270310T080000", [HANOI]),
        ("EXDATE;TZID=Asia/Vientiane;VALUE=DATE-TIME:20270310T080000,20270311T080000", ["Asia/Vientiane"]),
        ("DTSTART:20270310T010000Z", []),
        ("DTSTART;VALUE=DATE:20270310", []),
        ("SUMMARY:How to write ;TZID=Asia/Vientiane", []),
        ("SUMMARY;LANGUAGE=vi:Múi giờ;TZID=Asia/Vientiane", []),
    ],
)
def test_zone_is_missing_without_its_definition(line: str, missing: list[str]) -> None:
    assert zones_missing(calendar(line)) == missing


def test_zone_that_is_defined_is_not_missing() -> None:
    lines = ("DTSTART;TZID=Asia/Ho_Chi_Minh:20270310T080000", "DTEND;TZID=Asia/Vientiane:20270310T090000")
    assert zones_missing(calendar(*lines, zones=vtimezone(HANOI, 2027, 2027))) == ["Asia/Vientiane"]
    both = vtimezone(HANOI, 2027, 2027) + vtimezone("Asia/Vientiane", 2027, 2027)
    assert zones_missing(calendar(*lines, zones=both)) == []


@pytest.mark.parametrize(
    ("lines", "is_before"),
    [
        (entry("20270101", "20270301"), True),
        (entry("20270101", "20270302"), False),
        (entry("20270101", "20270228", "BEGIN:VALARM", "TRIGGER:-P1D", "END:VALARM"), True),
        (entry("20270101", "20270228", kind="VTODO"), True),
        (entry("20270401", "20270402"), False),
        (["BEGIN:VEVENT", "DTSTART;TZID=Asia/Vientiane:20270301T235900", "END:VEVENT"], True),
        (["BEGIN:VEVENT", "DTSTART;TZID=Asia/Vientiane:20270302T000000", "END:VEVENT"], False),
        (["BEGIN:VEVENT", "SUMMARY:DTSTART:20200101", "END:VEVENT"], False),
    ],
)
def test_entry_counts_as_past_when_all_its_days_are(lines: list[str], is_before: bool) -> None:
    own = len("".join(f"{line}\r\n" for line in lines).encode())
    coming = entry("20280101", "20280102")
    assert size_before(calendar(*coming, *lines, *coming), date(2027, 3, 2)) == (own if is_before else 0)


def test_last_stamp_is_the_latest() -> None:
    assert last_stamp(calendar()) is None
    body = calendar("DTSTAMP:20270301T000000Z", "DTSTAMP:20270302T081500Z", "DTSTAMP:20251231T235959Z")
    assert last_stamp(body) == datetime(2027, 3, 2, 8, 15, tzinfo=UTC)
