"""Entries of calendar files: days, zones, series and our own marks, without a database."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from calendars.ical_import.entries import ImportedEvent, SkippedComponent
from calendars.ical_import.own_calendars import kind_of_category, strip_generated_lines, strip_status_prefix
from calendars.ical_import.reader import ImportContext, read_calendar
from calendars.ical_import.times import ImportedTimes
from calendars.ical_import.timezones import iana_name
from models.errors import Invalid
from models.vocabulary import EventKind, Language

READER = ImportContext(Language.VI, "Asia/Ho_Chi_Minh", datetime(2026, 11, 22, 3, tzinfo=UTC), date(2026, 11, 22))


def found(*lines: str) -> list[ImportedEvent | SkippedComponent]:
    text = "\r\n".join(["BEGIN:VCALENDAR", "BEGIN:VEVENT", "UID:a", "SUMMARY:A", *lines, "END:VEVENT", "END:VCALENDAR"])
    return read_calendar(text.encode(), READER).found


def entry(*lines: str) -> ImportedEvent:
    (one,) = found(*lines)
    assert isinstance(one, ImportedEvent), one
    return one


@pytest.mark.parametrize(
    ("lines", "first", "last"),
    [
        (("DTSTART;VALUE=DATE:20270310",), 10, 10),
        (("DTSTART;VALUE=DATE:20270310", "DTEND;VALUE=DATE:20270311"), 10, 10),
        (("DTSTART;VALUE=DATE:20270310", "DTEND;VALUE=DATE:20270310"), 10, 10),
        (("DTSTART;VALUE=DATE:20270310", "DTEND;VALUE=DATE:20270322"), 10, 21),
        (("DTSTART;VALUE=DATE:20270310", "DURATION:P3D"), 10, 12),
        (("DTSTART;VALUE=DATE:20270310", "DURATION:PT36H"), 10, 11),
        (("DTSTART:20270310T000000", "DTEND:20270312T000000", "X-MICROSOFT-CDO-ALLDAYEVENT:TRUE"), 10, 11),
    ],
)
def test_whole_days_are_inclusive(lines: tuple[str, ...], first: int, last: int) -> None:
    assert entry(*lines).hours == ImportedTimes(date(2027, 3, first), date(2027, 3, last))


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ((), "DTSTART is missing"),
        (("DTSTART:2027",), "2027"),
        (("DTSTART;VALUE=DATE:18991231",), "1 January 1900"),
        (("DTSTART;VALUE=DATE:20270310", "DTEND;VALUE=DATE:22000102"), "DTEND"),
        (("DTSTART;VALUE=DATE:20270310", "DTEND;VALUE=DATE:20270309"), "before the start"),
        (("DTSTART:20270310T080000", "DTEND:20270310T070000"), "before the start"),
        (("DTSTART;VALUE=DATE:20270310", "DTEND:20270310T070000"), "DTEND must be one too"),
        (("DTSTART:20270310T080000", "DTEND;VALUE=DATE:20270311"), "must have one too"),
        (("DTSTART:20270310T080000", "DURATION:-PT1H"), "DURATION"),
        (("DTSTART:20270310T080000", "RECURRENCE-ID;RANGE=THISANDPRIOR:20270310T080000"), "earlier ones"),
        (("DTSTART:20270310T080000", "EXRULE:FREQ=DAILY"), "EXDATE"),
        (("DTSTART:20270310T080000", "RDATE:x"), "RDATE"),
    ],
)
def test_what_makes_no_sense_is_refused(lines: tuple[str, ...], told: str) -> None:
    (one,) = found(*lines)
    assert isinstance(one, SkippedComponent)
    assert (one.is_refused, one.uid, one.title) == (True, "a", "A")
    assert told in str(one.reasons[0])


def test_hours_by_other_clocks() -> None:
    hours = ImportedTimes(date(2027, 3, 10), date(2027, 3, 10), time(23), time(23, 30), "Asia/Ho_Chi_Minh", True)
    shown = hours.shown_in("Asia/Tokyo")
    assert shown == ImportedTimes(date(2027, 3, 11), date(2027, 3, 11), time(1), time(1, 30), "Asia/Tokyo")
    assert shown.span("UTC") == hours.span("UTC")
    assert hours.moved(timedelta(days=1)).first_day == date(2027, 3, 11)


def test_end_in_the_hour_that_comes_twice() -> None:
    one = entry("DTSTART;TZID=Europe/Berlin:20271031T023000", "DTEND:20271031T011500Z")
    assert (one.hours.start_time, one.hours.end_time, one.hours.zone) == (time(2, 30), None, "Europe/Berlin")


def test_series_keeps_its_wall_time_over_a_change_of_clocks() -> None:
    ones = found("DTSTART;TZID=Europe/Berlin:20270325T090000", "RRULE:FREQ=WEEKLY;COUNT=2")
    assert [one.recurrence_id for one in ones] == ["20270325T080000Z", "20270401T070000Z"]
    assert [one.hours.start_time for one in ones if isinstance(one, ImportedEvent)] == [time(9), time(9)]


def test_occurrence_that_names_only_its_day_replaces_the_hour() -> None:
    head = "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:a\r\nSUMMARY:A\r\n"
    series = f"{head}DTSTART:20270310T010000Z\r\nRRULE:FREQ=DAILY;COUNT=2\r\nEND:VEVENT\r\n"
    changed = "BEGIN:VEVENT\r\nUID:a\r\nSUMMARY:B\r\nRECURRENCE-ID;VALUE=DATE:20270311\r\nDTSTART:20270311T050000Z\r\n"
    ones = read_calendar(f"{series}{changed}END:VEVENT\r\nEND:VCALENDAR\r\n".encode(), READER).found
    assert [(one.uid, one.title) for one in ones] == [("a", "A"), ("a/20270311T010000Z", "B")]


@pytest.mark.parametrize(("day", "is_left"), [("20251121", True), ("20251122", False), ("20281122", True)])
def test_changed_occurrence_outside_the_window_passes_by(day: str, is_left: bool) -> None:
    (one,) = found(f"RECURRENCE-ID;VALUE=DATE:{day}", f"DTSTART;VALUE=DATE:{day}")
    assert isinstance(one, SkippedComponent) is is_left
    assert not (isinstance(one, SkippedComponent) and one.is_refused)


@pytest.mark.parametrize(
    ("name", "right"),
    [
        ("Asia/Vientiane", "Asia/Vientiane"),
        ("/citadel.org/20210210_1/Asia/Vientiane", "Asia/Vientiane"),
        ("/freeassociation.sourceforge.net/America/Argentina/Buenos_Aires", "America/Argentina/Buenos_Aires"),
        ("America/New York", "America/New_York"),
        ("../../etc/passwd", None),
        ("Nowhere/Land", None),
        ("", None),
        ("x" * 200, None),
    ],
)
def test_names_of_zones(name: str, right: str | None) -> None:
    assert iana_name(name) == right


@pytest.mark.parametrize(
    ("marked", "title"),
    [
        ("[Draft] Visit", "Visit"),
        ("[Dự thảo] [Dự thảo] Họp", "[Dự thảo] Họp"),
        ("[Hoãn] Họp", "Họp"),
        ("[Important] Visit", "[Important] Visit"),
    ],
)
def test_marks_come_off_once(marked: str, title: str) -> None:
    assert strip_status_prefix(marked) == title


def test_lines_of_ours_come_off_and_others_stay() -> None:
    lines = "Host: A\nGuest: B\nPeople: 12\nWhen: 08:00, 10 March 2027\nStatus: Draft\nhttps://desk.example.org/x"
    told = strip_generated_lines(f"Words\n\nmore\n\n{lines}\n\nProgramme\n08:00 Opening")
    assert (told.text, told.host, told.guest, told.headcount, told.has_end) == ("Words\n\nmore", "A", "B", 12, False)
    assert strip_generated_lines(lines).text == ""
    for other in ("Host: A\nGuest: B", "Words", "Status: Draft\nWhen: x", ""):
        assert strip_generated_lines(other).text == other


def test_kinds_by_category() -> None:
    assert kind_of_category(["x", "delegation"]) is EventKind.DELEGATION
    assert kind_of_category(["Lop dao tao, boi duong"]) is EventKind.TRAINING_BATCH
    assert kind_of_category(["Holiday"]) is None
    assert entry("DTSTART;VALUE=DATE:20270310", "CATEGORIES:Lớp đào tạo, bồi dưỡng").kind is EventKind.TRAINING_BATCH


@pytest.mark.parametrize("content", [b"", b" \r\n", b"hello", b"BEGIN:VCARD\r\nEND:VCARD", b"\xff\xfe\x00"])
def test_file_that_is_no_calendar(content: bytes) -> None:
    with pytest.raises(Invalid) as refused:
        read_calendar(content, READER)
    assert set(refused.value.errors) == {"file"}


def test_entry_that_is_not_closed_takes_only_itself_along() -> None:
    event = "BEGIN:VEVENT\nUID:{0}\nSUMMARY:{0}\nDTSTART;VALUE=DATE:20270310\n"
    text = f"BEGIN:VCALENDAR\n{event.format('a')}{event.format('b')}END:VEVENT\nEND:VCALENDAR\n"
    assert [isinstance(one, SkippedComponent) for one in read_calendar(text.encode(), READER).found] == [True, False]
    assert not read_calendar(b"BEGIN:VCALENDAR\nEND:VCALENDAR\n", READER).found
