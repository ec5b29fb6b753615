"""Files as other programs write them: each case with the clause of the RFC, or the program, it stands for."""

from datetime import UTC, date, datetime

import pytest

from calendars.ical_import.entries import ImportedEvent, SkippedComponent
from calendars.ical_import.reader import ImportContext, read_calendar
from models.vocabulary import Language

READER = ImportContext(Language.VI, "Asia/Ho_Chi_Minh", datetime(2026, 11, 30, 3, tzinfo=UTC), date(2026, 11, 30))
WEEKLY = ("SUMMARY:Giao ban", "DTSTART;TZID=Asia/Ho_Chi_Minh:20270104T080000", "DURATION:PT1H")
BERLIN = ("SUMMARY:Họp", "DTSTART;TZID=Europe/Berlin:20270108T110000", "DTEND;TZID=Europe/Berlin:20270108T120000")


def vevent(*lines: str, uid: str = "a@example.org") -> str:
    return "\r\n".join(["BEGIN:VEVENT", "DTSTAMP:20261130T000000Z", f"UID:{uid}", *lines, "END:VEVENT", ""])


def read(*events: str, head: str = "", charset: str = "") -> list[ImportedEvent | SkippedComponent]:
    content = f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{head}{''.join(events)}END:VCALENDAR\r\n"
    return read_calendar(content.encode(), READER, charset).found


def starts(found: list[ImportedEvent | SkippedComponent]) -> list[str]:
    """The title and the start of each event, in the order of time."""
    events = [one for one in found if isinstance(one, ImportedEvent) and not one.is_cancelled]
    return [f"{one.hours.begins:%m-%d %H:%M} {one.title}" for one in sorted(events, key=lambda one: one.hours.begins)]


def why(found: list[ImportedEvent | SkippedComponent]) -> list[tuple[bool, str]]:
    return [(one.is_refused, str(one.reasons[0])) for one in found if isinstance(one, SkippedComponent)]


@pytest.mark.parametrize(
    ("name", "lines", "zone", "expected"),
    [
        # RFC 5545 3.8.5.1: the same zone as DTSTART; Exchange 2010 leaves it out.
        ("bare EXDATE", (*BERLIN, "RRULE:FREQ=WEEKLY;COUNT=3", "EXDATE:20270115T110000"), "Europe/Berlin", "08 22"),
        ("EXDATE in UTC", (*BERLIN, "RRULE:FREQ=WEEKLY;COUNT=3", "EXDATE:20270115T100000Z"), "Europe/Berlin", "08 22"),
        ("EXDATE as a day", (*BERLIN, "RRULE:FREQ=WEEKLY;COUNT=3", "EXDATE:20270115"), "Europe/Berlin", "08 22"),
        ("bare RDATE", (*BERLIN, "RDATE:20270115T110000"), "Europe/Berlin", "08 15"),
        (
            "bare EXDATE, start in UTC",
            ("SUMMARY:A", "DTSTART:20270108T110000Z", "RRULE:FREQ=WEEKLY;COUNT=2", "EXDATE:20270115T110000"),
            "Asia/Ho_Chi_Minh",
            "08",
        ),
    ],
)
def test_lists_without_a_zone_are_in_that_of_the_series(
    name: str, lines: tuple[str, ...], zone: str, expected: str
) -> None:
    found = read(vevent(*lines))
    assert [f"{one.hours.first_day:%d}" for one in found if isinstance(one, ImportedEvent)] == expected.split(), name
    assert {one.hours.zone for one in found if isinstance(one, ImportedEvent)} == {zone}


def test_bare_recurrence_id_is_in_the_zone_of_the_series() -> None:
    moved = ("SUMMARY:Dời giờ", "RECURRENCE-ID:20270115T110000", "DTSTART;TZID=Europe/Berlin:20270115T150000")
    found = read(vevent(*BERLIN, "RRULE:FREQ=WEEKLY;COUNT=3"), vevent(*moved))
    assert starts(found) == ["01-08 11:00 Họp", "01-15 15:00 Dời giờ", "01-22 11:00 Họp"]


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        (";TZID=Europe/Berlin:20270108T110000", ":20270108T120000", ("Europe/Berlin", "11:00", "12:00")),
        (":20270108T110000", ";TZID=Europe/Berlin:20270108T120000", ("Europe/Berlin", "11:00", "12:00")),
        (":20270108T040000Z", ":20270108T050000", ("Asia/Ho_Chi_Minh", "11:00", "12:00")),
        # Only the start in UTC: as UTC the end would come first.
        (":20270108T040000Z", ":20270108T033000", None),
        (":20270108T110000", ":20270108T120000", ("Asia/Ho_Chi_Minh", "11:00", "12:00")),
        (";TZID=tzone://Microsoft/Utc:20270108T040000", ":20270108T050000", ("Asia/Ho_Chi_Minh", "11:00", "12:00")),
        (
            ";TZID=europe/berlin:20270108T110000",
            ";TZID=europe/berlin:20270108T120000",
            ("Europe/Berlin", "11:00", "12:00"),
        ),
        (";TZID=w. europe standard time:20270108T110000", ":20270108T120000", ("Europe/Berlin", "11:00", "12:00")),
        (";TZID=+07:00:20270108T110000", ":20270108T120000", None),
        (';TZID="+07:00":20270108T110000', ":20270108T120000", ("Asia/Ho_Chi_Minh", "11:00", "12:00")),
    ],
)
def test_zone_on_one_end_or_in_the_spelling_of_others(
    start: str, end: str, expected: tuple[str, str, str] | None
) -> None:
    (one,) = read(vevent("SUMMARY:A", f"DTSTART{start}", f"DTEND{end}"))
    if expected is None:
        assert isinstance(one, SkippedComponent)
    else:
        assert isinstance(one, ImportedEvent), one
        hours = one.hours
        assert (hours.zone, f"{hours.start_time:%H:%M}", f"{hours.end_time:%H:%M}") == expected


@pytest.mark.parametrize(
    ("lines", "days"),
    [
        # RFC 5545 3.3.4: a DATE has no time; some holiday files write one.
        (("DTSTART;VALUE=DATE:20270822T000000", "DTEND;VALUE=DATE:20270823T000000"), ("08-22", "08-22")),
        (("DTSTART;VALUE=DATE:20270822T000000Z", "DTEND;VALUE=DATE:20270825T000000Z"), ("08-22", "08-24")),
        (("DTSTART;X-A=1;VALUE=DATE:20270822T090000",), ("08-22", "08-22")),
        # Outlook without its mark of a whole day.
        (("DTSTART:20270822T000000", "DTEND:20270823T000000"), ("08-22", "08-22")),
        (
            ("DTSTART;TZID=Asia/Vientiane:20270822T000000", "DTEND;TZID=Asia/Vientiane:20270824T000000"),
            ("08-22", "08-23"),
        ),
        (("DTSTART:20270821T170000Z", "DTEND:20270822T170000Z"), ("08-22", "08-22")),
        (("DTSTART:20270822T000000", "DURATION:P1D"), ("08-22", "08-22")),
        # RFC 5545 3.8.2.2 forbids it; holiday files end a day on itself.
        (("DTSTART:20270101", "DTEND:20270101", "RRULE:"), ("01-01", "01-01")),
        (("DTSTART;VALUE=DATE:20270104", "EXDATE:", "RDATE:", "DTEND:"), ("01-04", "01-04")),
    ],
)
def test_whole_days_however_they_are_written(lines: tuple[str, ...], days: tuple[str, str]) -> None:
    (one,) = read(vevent("SUMMARY:A", *lines))
    assert isinstance(one, ImportedEvent), one
    assert (one.hours.start_time, one.hours.zone) == (None, None)
    assert (f"{one.hours.first_day:%m-%d}", f"{one.hours.last_day:%m-%d}") == days


def test_our_own_files_tell_midnight_from_whole_days() -> None:
    lines = ("SUMMARY:A", "DTSTART;TZID=Asia/Vientiane:20270822T000000", "DTEND;TZID=Asia/Vientiane:20270823T000000")
    (one,) = read(vevent(*lines), head="PRODID:-//Protocol Desk//Protocol Desk//VI\r\n")
    assert isinstance(one, ImportedEvent)
    assert one.hours.start_time is not None


@pytest.mark.parametrize("method", ["REPLY", "COUNTER", "REFRESH", "DECLINECOUNTER", "X-OTHER"])
def test_only_the_organisers_word_counts(method: str) -> None:
    """RFC 5546 1.4: these are sent to the organiser, not by them."""
    found = read(vevent("SUMMARY:Chấp nhận", "DTSTART:20271011T080000"), head=f"METHOD:{method}\r\n")
    ((is_refused, reason),) = why(found)
    assert not is_refused
    assert method in reason
    assert len(found) == 1


@pytest.mark.parametrize("method", ["PUBLISH", "REQUEST", "ADD", "publish"])
def test_what_an_organiser_sends_is_read(method: str) -> None:
    (one,) = read(vevent("SUMMARY:A", "DTSTART:20271011T080000"), head=f"METHOD:{method}\r\n")
    assert isinstance(one, ImportedEvent)


def test_older_version_of_a_series_adds_nothing() -> None:
    """RFC 5546 2.1.5: the higher SEQUENCE is the newer version, in whatever order a file has them."""
    new = vevent(
        "SEQUENCE:2", "SUMMARY:mới", "DTSTART;TZID=Asia/Ho_Chi_Minh:20270104T100000", "RRULE:FREQ=WEEKLY;COUNT=3"
    )
    old = vevent(
        "SEQUENCE:0", "SUMMARY:cũ", "DTSTART;TZID=Asia/Ho_Chi_Minh:20270104T140000", "RRULE:FREQ=WEEKLY;COUNT=4"
    )
    single = vevent("SEQUENCE:1", "SUMMARY:một lần", "DTSTART;TZID=Asia/Ho_Chi_Minh:20270104T150000")
    for order in ((new, old, single), (single, old, new), (old, new, single)):
        found = read(*order)
        assert starts(found) == ["01-04 10:00 mới", "01-11 10:00 mới", "01-18 10:00 mới"]
        assert [is_refused for is_refused, _reason in why(found)] == [False, False]


def test_refused_replacement_takes_its_occurrence_with_it() -> None:
    broken = vevent("RECURRENCE-ID;TZID=Asia/Ho_Chi_Minh:20270111T080000", "SUMMARY:B", "DTSTART:morgen")
    found = read(vevent(*WEEKLY, "RRULE:FREQ=WEEKLY;COUNT=3"), broken)
    assert starts(found) == ["01-04 08:00 Giao ban", "01-18 08:00 Giao ban"]
    ((is_refused, reason),) = why(found)
    assert is_refused
    assert "morgen" in reason


@pytest.mark.parametrize(
    "lines",
    [
        ("STATUS:CANCELLED", "DTSTART;TZID=Asia/Ho_Chi_Minh:20270111T080000"),
        ("STATUS:CANCELLED",),
    ],
)
def test_cancelled_occurrence_needs_no_title(lines: tuple[str, ...]) -> None:
    """RFC 5546 3.2.5 lists neither SUMMARY nor DTSTART as required in a cancellation."""
    cancelled = vevent("RECURRENCE-ID;TZID=Asia/Ho_Chi_Minh:20270111T080000", *lines)
    found = read(vevent(*WEEKLY, "RRULE:FREQ=WEEKLY;COUNT=3"), cancelled)
    assert starts(found) == ["01-04 08:00 Giao ban", "01-18 08:00 Giao ban"]
    (off,) = (one for one in found if isinstance(one, ImportedEvent) and one.is_cancelled)
    assert (off.title, off.uid) == ("Giao ban", "a@example.org/20270111T010000Z")


def test_change_of_this_and_all_later_occurrences() -> None:
    """RFC 5545 3.2.13, RANGE=THISANDFUTURE; an occurrence with a change of its own keeps it."""
    onwards = vevent(
        "SUMMARY:giờ mới",
        "RECURRENCE-ID;RANGE=THISANDFUTURE;TZID=Asia/Ho_Chi_Minh:20270118T080000",
        "DTSTART;TZID=Asia/Ho_Chi_Minh:20270118T140000",
        "DURATION:PT2H",
    )
    own = vevent(
        "SUMMARY:riêng",
        "RECURRENCE-ID;TZID=Asia/Ho_Chi_Minh:20270201T080000",
        "DTSTART;TZID=Asia/Ho_Chi_Minh:20270201T090000",
    )
    found = read(vevent(*WEEKLY, "RRULE:FREQ=WEEKLY;COUNT=6"), onwards, own)
    assert starts(found) == [
        "01-04 08:00 Giao ban",
        "01-11 08:00 Giao ban",
        "01-18 14:00 giờ mới",
        "01-25 14:00 giờ mới",
        "02-01 09:00 riêng",
        "02-08 14:00 giờ mới",
    ]
    later = next(one for one in found if isinstance(one, ImportedEvent) and one.hours.first_day == date(2027, 1, 25))
    assert (later.uid, f"{later.hours.end_time:%H:%M}") == ("a@example.org/20270125T010000Z", "16:00")


def test_change_of_whole_days_onwards() -> None:
    series = vevent("SUMMARY:A", "DTSTART;VALUE=DATE:20270104", "RRULE:FREQ=WEEKLY;COUNT=4")
    onwards = vevent(
        "SUMMARY:B",
        "RECURRENCE-ID;RANGE=THISANDFUTURE;VALUE=DATE:20270111",
        "DTSTART;VALUE=DATE:20270112",
        "DTEND;VALUE=DATE:20270114",
    )
    found = read(series, onwards)
    assert starts(found) == ["01-04 00:00 A", "01-12 00:00 B", "01-19 00:00 B", "01-26 00:00 B"]
    assert [one.hours.last_day.day for one in found if isinstance(one, ImportedEvent)] == [4, 13, 20, 27]


@pytest.mark.parametrize(
    ("rule", "start", "told"),
    [
        ("FREQ=YEARLY;COUNT=12", "20270104", "goes on"),
        ("FREQ=YEARLY", "20270104", "goes on"),
        ("FREQ=WEEKLY;UNTIL=20290101", "20270104", "goes on"),
        ("FREQ=YEARLY;COUNT=2", "20270104", None),
        ("FREQ=WEEKLY;UNTIL=20280101", "20270104", None),
        ("FREQ=YEARLY;UNTIL=20281105", "20251120", "began earlier"),
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", "20240229", "goes on"),
    ],
)
def test_cut_of_a_series_is_told(rule: str, start: str, told: str | None) -> None:
    found = read(vevent("SUMMARY:A", f"DTSTART;VALUE=DATE:{start}", f"RRULE:{rule}"))
    remarks = [str(one) for event in found if isinstance(event, ImportedEvent) for one in event.remarks]
    assert any(told in one for one in remarks) if told else not remarks


def test_week_number_with_days_of_the_month() -> None:
    """RFC 5545 3.3.10: only what the rule leaves open comes from DTSTART; the days of the month are given."""
    rule = "RRULE:FREQ=YEARLY;BYMONTH=11,12;BYWEEKNO=52;BYMONTHDAY=5,-1"
    found = read(vevent("SUMMARY:A", "DTSTART;VALUE=DATE:20261105", rule))
    assert [one.hours.first_day for one in found if isinstance(one, ImportedEvent)] == [
        date(2026, 11, 5),
        date(2027, 12, 31),
    ]


@pytest.mark.parametrize("sequence", ["0", "1000000001", "2147483647", "-1"])
def test_integers_of_the_rfc_are_read(sequence: str) -> None:
    """RFC 5545 3.3.8: up to 2147483647."""
    (one,) = read(vevent(f"SEQUENCE:{sequence}", "SUMMARY:A", "DTSTART:20270104T080000"))
    assert isinstance(one, ImportedEvent)
    assert one.sequence <= 1_000_000_000


@pytest.mark.parametrize(
    ("content", "charset", "title", "told"),
    [
        (
            "Đoàn đại biểu tỉnh Viêng Chăn".encode() + b"\xe1",
            "",
            "Đoàn đại biểu tỉnh Viêng Chăn\N{REPLACEMENT CHARACTER}",
            "damaged",
        ),
        ("Đoàn Lào".encode("utf-8-sig"), "iso-8859-1", "Đoàn Lào", None),
        ("Đoàn".encode("cp1258"), "", "Đoàn", "not in UTF-8"),
        ("Réunion à Hanoï".encode("latin-1"), "ISO-8859-1", "Réunion à Hanoï", None),
        ("Réunion à Hanoï".encode("latin-1"), "rot13", None, "not in UTF-8"),
        ("ประชุม".encode("tis-620"), '"TIS-620"', "ประชุม", None),
        (b"A", "no-such-charset", "A", None),
    ],
)
def test_letters_as_the_sender_declares_them(content: bytes, charset: str, title: str | None, told: str | None) -> None:
    bom = b"\xef\xbb\xbf" if content.startswith(b"\xef\xbb\xbf") else b""
    lines = [
        b"BEGIN:VCALENDAR",
        b"BEGIN:VEVENT",
        b"UID:a",
        b"SUMMARY:" + content.removeprefix(bom),
        b"DTSTART:20270104",
    ]
    file = bom + b"\r\n".join([*lines, b"END:VEVENT", b"END:VCALENDAR", b""])
    (one,) = read_calendar(file, READER, charset).found
    assert isinstance(one, ImportedEvent)
    assert title in (None, one.title)
    assert any(told in str(remark) for remark in one.remarks) if told else not one.remarks
