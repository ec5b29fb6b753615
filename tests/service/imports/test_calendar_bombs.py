"""Calendar files made to exhaust the desk: each is refused, or its entry is, within two seconds of computing."""

import time
from collections.abc import Callable
from datetime import date, datetime

import pytest

from calendars.ical_import.content_lines import MAX_BYTES, UnreadablePart
from calendars.ical_import.rrule import read_rule
from calendars.ical_import.rrule_expansion import WorkBudget, occurrences
from models.database import Database
from tests.service.conftest import Caller
from tests.service.imports.test_calendar_import import calendar, counted, entry, send

SECONDS = 2.0


def _rule(rule: str, day: str = "20260105", *lines: str) -> bytes:
    return calendar(entry(f"DTSTART:{day}T010000Z", f"RRULE:{rule}", *lines))


def _zone(rule: str) -> bytes:
    halves = "".join(
        f"BEGIN:STANDARD\r\nDTSTART:16010101T{number % 24:02}0000\r\n{rule}\r\nTZOFFSETFROM:+0700\r\n"
        "TZOFFSETTO:+0800\r\nEND:STANDARD\r\n"
        for number in range(5_000)
    )
    zone = f"BEGIN:VTIMEZONE\r\nTZID:Bomb\r\n{halves}END:VTIMEZONE\r\n"
    return calendar(zone, entry("DTSTART;TZID=Bomb:20270310T080000"))


def _many_listed(name: str) -> bytes:
    days = ",".join(["20270101"] * 100_000)
    return calendar(entry("DTSTART;VALUE=DATE:20270101", f"{name};VALUE=DATE:{days}"))


BOMBS: dict[str, Callable[[], bytes]] = {
    "secondly": lambda: _rule("FREQ=SECONDLY"),
    "minutely": lambda: _rule("FREQ=MINUTELY;COUNT=10"),
    "hourly": lambda: _rule("FREQ=HOURLY;INTERVAL=24"),
    "interval 0": lambda: _rule("FREQ=DAILY;INTERVAL=0"),
    "interval -1": lambda: _rule("FREQ=DAILY;INTERVAL=-1"),
    "count": lambda: _rule("FREQ=DAILY;COUNT=3501"),
    "count of a thousand digits": lambda: _rule(f"FREQ=DAILY;COUNT={'9' * 1000}"),
    "exrule": lambda: _rule("FREQ=DAILY;COUNT=3", "20260105", "EXRULE:FREQ=DAILY"),
    "every second of the day": lambda: _rule(
        f"FREQ=DAILY;BYHOUR={','.join(map(str, range(24)))};BYMINUTE={','.join(map(str, range(60)))}"
    ),
    "thrice a day, 1,000 series": lambda: calendar(
        *(
            entry("DTSTART:19000101T010000Z", "RRULE:FREQ=DAILY;BYHOUR=1,2,3", uid=f"u{number}")
            for number in range(1_000)
        )
    ),
    "rdate": lambda: _many_listed("RDATE"),
    "exdate": lambda: _many_listed("EXDATE"),
    "year 1": lambda: calendar(entry("DTSTART:00010101T000000Z")),
    "year 1 in a zone": lambda: calendar(entry("DTSTART;TZID=Asia/Tokyo:00010101T000000")),
    "year 9999": lambda: calendar(entry("DTSTART;TZID=America/New_York:99991231T235959")),
    "a billion days": lambda: calendar(entry("DTSTART;VALUE=DATE:20270101", "DURATION:P1000000000D")),
    "a million days": lambda: calendar(entry("DTSTART;VALUE=DATE:20270101", "DURATION:P1000000D")),
    "a hundred years": lambda: calendar(entry("DTSTART;VALUE=DATE:20270101", "DTEND;VALUE=DATE:21270101")),
    "nested": lambda: b"BEGIN:VCALENDAR\r\n" + b"BEGIN:X\r\n" * 100_000,
    "nested events": lambda: b"BEGIN:VCALENDAR\r\n" + b"BEGIN:VEVENT\r\n" * 70_000,
    "nested in an event": lambda: calendar(entry("BEGIN:VALARM\r\nEND:VALARM\r\n" * 35_000)),
    "too many entries": lambda: calendar("BEGIN:VTODO\r\nEND:VTODO\r\n" * 40_000),
    "one long line": lambda: calendar(entry("DESCRIPTION:" + "x" * 1_000_000)),
    "one long line of escapes": lambda: calendar(entry("DESCRIPTION:" + "\\n" * 500_000)),
    "folds": lambda: calendar(entry("DESCRIPTION:" + "\n " * 500_000 + "x", "DTSTART:x")),
    "line ends": lambda: b"\n" * 1_000_000,
    "white space": lambda: b" \t" * 500_000 + b"\nBEGIN:X\nEND:X",
    "quoted-printable": lambda: calendar(entry("DESCRIPTION;ENCODING=QUOTED-PRINTABLE:" + "=41" * 300_000)),
    "uid": lambda: calendar(entry(uid="u" * 50_000)),
    "zone of thousands": lambda: _zone("RRULE:FREQ=YEARLY;BYDAY=SU"),
    "zone hourly": lambda: _zone("RRULE:FREQ=HOURLY"),
    "too large": lambda: calendar(entry("X-A:" + "x" * MAX_BYTES)),
    "weeks": lambda: calendar(
        *(
            entry(
                "DTSTART;VALUE=DATE:19000101", "RRULE:FREQ=YEARLY;BYWEEKNO=53;BYDAY=MO;BYMONTH=6;COUNT=3500", uid=f"{n}"
            )
            for n in range(1_000)
        )
    ),
    "no pictures": lambda: b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 3_000,
}
"""What each says is more than there may be; where an entry is refused, so are all of its file."""

HARMLESS: dict[str, Callable[[], bytes]] = {
    "never matches": lambda: _rule("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"),
    "never matches daily": lambda: _rule("FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30;COUNT=3500"),
    "never matches weekly": lambda: _rule("FREQ=WEEKLY;BYMONTH=2;BYSETPOS=366"),
    "huge interval": lambda: _rule("FREQ=DAILY;INTERVAL=999999999"),
    "until long ago": lambda: _rule("FREQ=DAILY;UNTIL=00010101T000000Z"),
    "charset": lambda: calendar(entry("LOCATION;CHARSET=zip;ENCODING=zlib:x")),
    "one long name": lambda: calendar(entry("X" * 1_000_000)),
    "long parameters": lambda: calendar(entry("DTSTART;" + "A=b;" * 14_000 + "C=d:20270101T000000Z")),
    "many parameters": lambda: calendar(entry('LOCATION;A="' + '","'.join("x" * 14_000) + '":x')),
    "soft breaks": lambda: calendar(entry("LOCATION;ENCODING=QUOTED-PRINTABLE:" + "=\r\n" * 300_000)),
    "sequence": lambda: calendar(entry("SEQUENCE:99999999999999999999")),
    "many calendars": lambda: calendar() * 3_000 + calendar(entry()),
}
"""What looks dangerous and is soon worked out: one event, or none."""


def _results(officer: Caller, content: bytes, tries: int = 1) -> set[str]:
    """What became of the file's events; ``refused`` also of a file as a whole. It takes no longer than it may.

    On a machine that is busy with other things even the processor's time grows: the best of some ``tries`` counts.
    """
    for last in range(tries - 1, -1, -1):
        begun = time.process_time()
        answer = send(officer, content)
        took = time.process_time() - begun
        if took < SECONDS:
            break
        assert last, f"{took:.1f} s"
    assert answer.status_code < 500, answer.text
    if answer.status_code != 200:
        assert 400 <= answer.status_code < 500
        assert answer.json["errors"]["file"]
        return {"refused"}
    assert all(part["reasons"] for part in answer.json["components"] if part["result"] in {"refused", "ignored"})
    return {part["result"] for part in answer.json["components"]}


@pytest.mark.parametrize("name", BOMBS)
def test_bomb_is_refused_soon(officer: Caller, database: Database, name: str) -> None:
    before = counted(database)
    results = _results(officer, BOMBS[name](), tries=3)
    assert results <= {"refused", "ignored"}, results
    assert counted(database) == before


@pytest.mark.parametrize("name", HARMLESS)
def test_harmless_is_soon_worked_out(officer: Caller, name: str) -> None:
    assert _results(officer, HARMLESS[name]()) == {"created"}


def test_without_bounds_a_rule_takes_too_long() -> None:
    """The guard off: what is refused with it is worked out day by day, up to the end of the time asked for."""
    rule = read_rule("FREQ=YEARLY;BYWEEKNO=53;BYDAY=MO;BYMONTH=6;COUNT=3500")
    wanted = datetime(1900, 1, 1), date(2025, 1, 1), date(2199, 1, 1)
    with pytest.raises(UnreadablePart):
        list(occurrences(rule, *wanted, WorkBudget(1_000)))
    steps = WorkBudget(10**9)
    assert list(occurrences(rule, *wanted, steps)) == []
    assert 10**9 - steps.remaining > 9_000
